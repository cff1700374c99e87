"""The queries of `tenantd rls check` turn red for each way in which isolation can be lost."""

import pytest

from cluster import Session, query, rls_check

APP_TABLE = "CREATE TABLE public.notes (tenant_id UUID, note TEXT);"
APP_ON = APP_TABLE + ("ALTER TABLE public.notes ENABLE ROW LEVEL SECURITY;"
                      "ALTER TABLE public.notes FORCE ROW LEVEL SECURITY;")


def bad(findings, verdict="failed"):
    return {(object, check) for object, check, v, _ in findings if v == verdict}


def text(findings, object, check):
    return [t for o, c, _, t in findings if (o, c) == (object, check)][0]


def test_fresh_database_with_separate_roles_is_green(db):
    found = rls_check(db.srv)
    assert bad(found) == set() and bad(found, "warning") == set()
    assert bad(found, "exempt") == {(t, "exempt") for t in (
        "public.custom_auth_tenant", "public.tenants", "public.users", "tenantd.names")}


def test_single_role_is_a_warning(lone_db):
    found = rls_check(lone_db.lone)
    assert bad(found) == set()
    assert bad(found, "warning") == {("lone", "separation"), ("tenantd.is_control()", "function")}



def test_probe_leaves_nothing_behind_even_when_committed(db):
    db.srv.run(query("rls_probe"))
    assert db.srv.one("SELECT count(*) FROM tenants") == 0
    assert db.srv.within("unset", "SELECT count(*) FROM tenant_users") == [(0,)]


PROTECTED = ["public.tenant_users", "tenantd.events", "tenantd.jobs", "tenantd.audit", "tenantd.idempotency"]


@pytest.mark.parametrize("sabotage, check", [
    ("DROP POLICY tenant_scope ON {}", "policy"),
    ("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY", "forced"),
    ("ALTER TABLE {} DISABLE ROW LEVEL SECURITY", "enabled"),
    ("CREATE POLICY open ON {} USING (true)", "policy open"),
    ("CREATE POLICY open ON {} FOR INSERT WITH CHECK (true)", "policy open"),
    ("CREATE POLICY open ON {} FOR SELECT TO srv USING (tenant_id IS NOT NULL)", "policy open"),
    ("CREATE POLICY open ON {} USING (tenant_id = tenant_id)", "policy open"),
    ("CREATE POLICY open ON {} USING (tenant_id = current_setting('app.current_tenant_id')"
     " OR current_setting('app.current_tenant_id') = 'unset')", "policy open"),
    ("ALTER POLICY tenant_scope ON {} USING (true)", "policy tenant_scope"),
    ("ALTER POLICY tenant_scope ON {} WITH CHECK (true)", "policy tenant_scope"),
    ("ALTER POLICY tenant_scope ON {} USING (tenant_id <> (SELECT tenantd.current_tenant()))", "policy tenant_scope"),
    ("ALTER POLICY tenant_scope ON {} USING (tenant_id = (SELECT tenantd.current_tenant())"
     " OR (SELECT tenantd.is_management()) OR current_user = 'eve')", "policy tenant_scope"),
])
def test_sabotage_of_a_table_is_seen(db, sabotage, check):
    for table in PROTECTED:
        db.own.run(sabotage.format(table))
    assert {(table, check) for table in PROTECTED} <= bad(rls_check(db.srv))


def test_live_probe_sees_an_open_table(db):
    db.own.run("CREATE POLICY open ON public.tenant_users USING (true)")
    assert ("public.tenant_users", "live probe") in bad(rls_check(db.srv))


def test_live_probe_sees_a_restrictive_policy_that_hides_all(db):
    db.own.run("CREATE POLICY shut ON public.tenant_users AS RESTRICTIVE USING (false)")
    assert bad(rls_check(db.srv)) == {("public.tenant_users", "live probe")}


@pytest.mark.parametrize("sabotage, function", [
    ("CREATE OR REPLACE FUNCTION tenantd.is_management() RETURNS BOOLEAN LANGUAGE sql STABLE RETURN true", "is_management"),
    ("CREATE OR REPLACE FUNCTION tenantd.is_management() RETURNS BOOLEAN LANGUAGE sql STABLE AS 'SELECT true'", "is_management"),
    ("CREATE OR REPLACE FUNCTION tenantd.is_management() RETURNS BOOLEAN LANGUAGE sql STABLE"
     " RETURN coalesce(tenantd.current_tenant() = 'unset', true) AND tenantd.is_control()", "is_management"),
    ("CREATE OR REPLACE FUNCTION tenantd.is_control() RETURNS BOOLEAN LANGUAGE sql STABLE RETURN true", "is_control"),
    ("CREATE OR REPLACE FUNCTION tenantd.is_control() RETURNS BOOLEAN LANGUAGE sql STABLE SECURITY DEFINER"
     " RETURN current_user = 'own'::name OR pg_has_role(current_user, 'ctl'::name, 'MEMBER')", "is_control"),
    ("CREATE OR REPLACE FUNCTION tenantd.is_control() RETURNS BOOLEAN LANGUAGE sql STABLE"
     " RETURN current_user = 'app'::name OR pg_has_role(current_user, 'ctl'::name, 'MEMBER')", "is_control"),
    ("CREATE OR REPLACE FUNCTION tenantd.current_tenant() RETURNS TEXT LANGUAGE sql STABLE"
     " RETURN 'tenant_a'", "current_tenant"),
    ("CREATE OR REPLACE FUNCTION tenantd.current_tenant() RETURNS TEXT LANGUAGE sql STABLE"
     " RETURN current_setting('app.other', true)", "current_tenant"),
])
def test_a_changed_function_is_seen(db, sabotage, function):
    db.own.run(sabotage)
    assert (f"tenantd.{function}()", "function") in bad(rls_check(db.srv))


def test_a_changed_function_is_seen_by_the_probe_as_well(db):
    db.own.run("CREATE OR REPLACE FUNCTION tenantd.is_management() RETURNS BOOLEAN LANGUAGE sql STABLE RETURN true")
    assert ("public.tenant_users", "live probe") in bad(rls_check(db.srv))


# -- roles: attributes belong to the whole cluster, so each is taken back --

@pytest.mark.parametrize("grant, revoke, object, check", [
    ("ALTER ROLE srv BYPASSRLS", "ALTER ROLE srv NOBYPASSRLS", "srv", "bypassrls"),
    ("ALTER ROLE srv SUPERUSER", "ALTER ROLE srv NOSUPERUSER", "srv", "superuser"),
    ("CREATE ROLE god SUPERUSER; GRANT god TO srv", "DROP ROLE god", "srv", "membership"),
    ("CREATE ROLE ghost BYPASSRLS; CREATE ROLE mid; GRANT ghost TO mid; GRANT mid TO srv",
     "DROP ROLE mid; DROP ROLE ghost", "srv", "membership"),
    ("GRANT own TO srv", "REVOKE own FROM srv", "srv", "separation"),
    ("ALTER ROLE srv SET app.current_tenant_id = 'unset'", "ALTER ROLE srv RESET app.current_tenant_id",
     "srv", "preset context"),
    ("ALTER ROLE app SET app.current_tenant_id = 'tenant_a'", "ALTER ROLE app RESET app.current_tenant_id",
     "app", "preset context"),
    ("ALTER ROLE ALL SET app.current_tenant_id = 'unset'", "ALTER ROLE ALL RESET app.current_tenant_id",
     "every role", "preset context"),
    ("SET app.current_tenant_id = ''; ALTER SYSTEM SET app.current_tenant_id = 'unset'; SELECT pg_reload_conf(); SELECT pg_sleep(0.3)",
     "ALTER SYSTEM RESET app.current_tenant_id; SELECT pg_reload_conf(); SELECT pg_sleep(0.3)",
     "session", "preset context"),
])
def test_what_the_role_should_not_have_is_seen(db, cluster, grant, revoke, object, check):
    assert bad(rls_check(db.srv)) == set()
    with Session(cluster, "postgres") as s:
        try:
            for part in grant.split("; "):
                s.run(part)
            with Session(cluster, db.name, "srv") as fresh:
                assert (object, check) in bad(rls_check(fresh))
        finally:
            for part in revoke.split("; "):
                s.run(part)
    with Session(cluster, db.name, "srv") as fresh:
        assert bad(rls_check(fresh)) == set()


@pytest.mark.parametrize("where", ["DATABASE {}", "ROLE srv IN DATABASE {}"])
def test_a_context_preset_for_the_database_is_seen(db, where):
    with Session(db.cluster, "postgres") as s:
        s.run(f"ALTER {where.format(db.name)} SET app.current_tenant_id = 'unset'")
    with Session(db.cluster, db.name, "srv") as fresh:
        found = rls_check(fresh)
    assert ("session", "preset context") in bad(found) and len(bad(found)) == 2
    assert any(f"ALTER {where.format(db.name)} RESET" in f[3] for f in found)


# -- applications' tables --

@pytest.mark.parametrize("policy", [
    "tenant_id::text = current_setting('app.current_tenant_id')",
    "tenant_id = current_setting('app.current_tenant_id')::uuid",
    "tenant_id::text = current_setting('app.current_tenant_id', true)",
    "tenant_id = NULLIF(current_setting('app.current_tenant_id', true), '')::uuid",
    "tenant_id::text = (SELECT current_setting('app.current_tenant_id', true))",
    "tenant_id::text = (SELECT NULLIF(current_setting('app.current_tenant_id', true), ''))",
    "current_setting('app.current_tenant_id') = tenant_id::text",
    "tenant_id::text = current_setting('app.current_tenant_id') OR current_setting('app.current_tenant_id') = 'unset'",
    "current_setting('app.current_tenant_id', true) = 'unset' OR tenant_id::text = current_setting('app.current_tenant_id', true)",
    "tenant_id::text = tenantd.current_tenant()",
    "tenant_id::text = (SELECT tenantd.current_tenant()) OR (SELECT tenantd.is_management())",
])
def test_known_forms_of_applications_are_green(db, policy):
    db.own.run(APP_ON + f"CREATE POLICY p ON public.notes USING ({policy}) WITH CHECK ({policy})")
    assert bad(rls_check(db.srv)) == set()


@pytest.mark.parametrize("policy", [
    "true",
    "tenant_id IS NULL OR tenant_id::text = current_setting('app.current_tenant_id', true)",
    "tenant_id::text = current_setting('app.current_tenant_id', true) OR true",
    "tenant_id::text = current_setting('app.other', true)",
    "tenant_id::text = current_setting('app.current_tenant_id', true) OR current_setting('app.admin', true) = 'on'",
    "tenant_id::text <> current_setting('app.current_tenant_id', true)",
    "tenant_id::text = current_setting('app.current_tenant_id', true) OR current_setting('app.current_tenant_id', true) = ''",
    "note = current_setting('app.current_tenant_id', true)",
])
def test_other_forms_of_applications_fail_and_are_shown(db, policy):
    db.own.run(APP_ON + f"CREATE POLICY p ON public.notes USING ({policy})")
    found = rls_check(db.srv)
    assert bad(found) == {("public.notes", "policy p")}
    assert "USING" in text(found, "public.notes", "policy p")


def test_a_new_table_with_a_tenant_id_and_nothing_else_is_seen_in_any_schema(db):
    db.own.run('CREATE SCHEMA "Tenant X"; CREATE TABLE "Tenant X"."My Notes" (tenant_id TEXT)')
    found = rls_check(db.srv)
    assert bad(found) == {("Tenant X.My Notes", c) for c in ("enabled", "forced", "policy")}
    assert 'ALTER TABLE "Tenant X"."My Notes" ENABLE' in text(found, "Tenant X.My Notes", "enabled")


def test_what_it_says_to_run_makes_it_green(db):
    db.own.run(APP_TABLE)
    for _ in range(3):
        for object, _, verdict, words in rls_check(db.srv):
            if verdict == "failed":
                command = words.split(": ", 1)[1]
                db.own.run(command.split(", or record")[0])
    assert bad(rls_check(db.srv)) == set()


def test_a_recorded_exemption_is_shown_with_its_reason(db):
    db.own.run(APP_TABLE + "INSERT INTO tenantd.rls_exempt VALUES ('public.notes', 'a list of prices')")
    found = rls_check(db.srv)
    assert bad(found) == set()
    assert text(found, "public.notes", "exempt") == "a list of prices"


@pytest.mark.parametrize("right", ["SELECT", "UPDATE (is_superuser)"])
def test_an_exempt_table_that_is_everybodys_fails(db, right):
    db.own.run(f"GRANT {right} ON public.users TO PUBLIC")
    assert bad(rls_check(db.srv)) == {("public.users", "grants")}


def test_partitions_are_held_by_their_parent_unless_reached_directly(db):
    db.own.run("CREATE TABLE public.log (tenant_id TEXT, at DATE) PARTITION BY RANGE (at);"
               "CREATE TABLE public.log_1 PARTITION OF public.log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');"
               "SELECT tenantd.protect('public.log')")
    assert bad(rls_check(db.srv)) == set()
    db.own.run("GRANT SELECT ON public.log_1 TO app")
    assert ("public.log_1", "enabled") in bad(rls_check(db.srv))


def test_views_with_a_bypassing_owner_are_warned_of(db, cluster):
    with Session(cluster, db.name) as s:
        s.run("CREATE VIEW public.everything AS SELECT * FROM tenant_users")
        if s.c.server_version >= 150000:
            s.run("CREATE VIEW public.own_eyes WITH (security_invoker = true) AS SELECT * FROM tenant_users")
    db.own.run("CREATE VIEW tenantd.held AS SELECT * FROM tenant_users;"
               "CREATE MATERIALIZED VIEW tenantd.kept AS SELECT * FROM tenant_users")
    found = rls_check(db.srv)
    assert bad(found) == set()
    assert bad(found, "warning") == {("public.everything", "view"), ("tenantd.kept", "materialized view")}


def test_a_table_of_ours_that_changed_hands_is_seen(db, cluster):
    with Session(cluster, db.name) as s:
        s.run("ALTER TABLE tenantd.jobs OWNER TO app")
    assert ("tenantd.jobs", "owner") in bad(rls_check(db.srv))


@pytest.mark.parametrize("table", ["tenantd.jobs", "public.users", "tenantd.rls_exempt"])
def test_a_missing_table_is_seen_before_all_else(db, table):
    db.own.run(f"DROP TABLE {table} CASCADE")
    found = rls_check(db.srv)
    assert bad(found) == {(table, "present")}
    assert "tenantd migrate" in text(found, table, "present")


def test_a_database_without_a_schema_is_not_green(empty):
    assert len(bad(rls_check(empty.srv))) == 13


def test_a_search_path_of_the_role_changes_nothing(db):
    db.srv.run("SET search_path = tenantd, public")
    assert bad(rls_check(db.srv)) == set()
