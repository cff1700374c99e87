"""The queries of `tenantd rls check` turn red for each way in which isolation can be lost."""

import uuid

import pytest
import stack

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


PROTECTED = ["public.tenant_users", "tenantd.events", "tenantd.jobs", "tenantd.audit", "tenantd.idempotency",
             "tenantd.webhooks", "tenantd.deliveries", "tenantd.notifications", "tenantd.alert_rules",
             "tenantd.alerts", "tenantd.oauth_clients", "tenantd.api_keys",
             "tenantd.tenant_configs", "tenantd.operations", "tenantd.operation_steps",
             "tenantd.resources", "tenantd.tenant_logins", "tenantd.roles",
             "tenantd.groups", "tenantd.group_members", "tenantd.quotas",
             "tenantd.usage", "tenantd.usage_daily"]


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


@pytest.mark.parametrize("table", PROTECTED)
@pytest.mark.parametrize("sabotage", [
    "CREATE POLICY open ON {} FOR SELECT USING (true)",
    "CREATE POLICY open ON {} FOR INSERT WITH CHECK (true)",
    "DROP POLICY tenant_scope ON {}",
    "ALTER TABLE {} DISABLE ROW LEVEL SECURITY",
])
def test_live_probe_covers_every_table(db, table, sabotage):
    db.own.run(sabotage.format(table))
    probed = {object for object, check in bad(rls_check(db.srv)) if check == "live probe"}
    assert probed == {table}


def test_live_probe_sees_what_can_be_changed_or_deleted(db):
    db.own.run("CREATE POLICY see ON public.tenant_users FOR SELECT USING (true);"
               "CREATE POLICY open ON public.tenant_users FOR UPDATE USING (true);"
               "CREATE POLICY drop ON public.tenant_users FOR DELETE USING (true)")
    words = " ".join(w for o, c, v, w in rls_check(db.srv) if (o, c, v) == ("public.tenant_users", "live probe", "failed"))
    assert "can be changed" in words and "can be deleted" in words and "can be written" not in words


@pytest.mark.parametrize("type, column", [("TEXT", "tenant_id"), ("UUID", "tenant_id"), ("TEXT", '"tenantId"')])
def test_the_policy_of_a_table_that_the_probe_does_not_know_is_evaluated(db, type, column):
    scope = f"{column}::text = (SELECT tenantd.current_tenant())"
    db.own.run(f"CREATE TABLE tenantd.later ({column} {type} NOT NULL, n INT NOT NULL CHECK (n > 41));"
               "ALTER TABLE tenantd.later ENABLE ROW LEVEL SECURITY; ALTER TABLE tenantd.later FORCE ROW LEVEL SECURITY;"
               f"CREATE POLICY tenant_scope ON tenantd.later USING ({scope} OR (SELECT tenantd.is_management()))")
    assert ("tenantd.later", "live probe") in {(o, c) for o, c, v, _ in rls_check(db.srv) if v == "ok"}
    db.own.run(f"ALTER POLICY tenant_scope ON tenantd.later USING (NOT {scope})")
    assert ("tenantd.later", "live probe") in bad(rls_check(db.srv))


def probed_with_rows(found):
    return {o for o, c, v, words in found if (c, v) == ("live probe", "ok") and words.startswith("two tenants")}


def test_the_probe_writes_rows_into_every_protected_table_of_ours(db):
    ours = {t for t, in db.own.run("SELECT schemaname || '.' || tablename FROM pg_policies WHERE policyname = 'tenant_scope'")}
    assert set(PROTECTED) <= ours == probed_with_rows(rls_check(db.srv))


def test_a_later_table_of_ours_is_probed_with_rows(db):
    db.own.run("CREATE TABLE tenantd.later (id BIGINT GENERATED ALWAYS AS IDENTITY, tenant_id TEXT REFERENCES tenants,"
               " name VARCHAR(255) NOT NULL UNIQUE, key UUID NOT NULL, n NUMERIC NOT NULL, at TIMESTAMPTZ NOT NULL,"
               " lasts INTERVAL NOT NULL, open BOOLEAN NOT NULL, doc JSONB NOT NULL, roles TEXT[] NOT NULL, raw BYTEA NOT NULL,"
               " twice NUMERIC NOT NULL GENERATED ALWAYS AS (n * 2) STORED);"
               "SELECT tenantd.protect('tenantd.later'); GRANT SELECT, INSERT, UPDATE, DELETE ON tenantd.later TO srv")
    found = rls_check(db.srv)
    assert bad(found) == set() and "tenantd.later" in probed_with_rows(found)
    db.own.run("CREATE POLICY open ON tenantd.later FOR SELECT USING (true)")
    assert ("tenantd.later", "live probe") in bad(rls_check(db.srv))


def test_a_policy_that_cannot_be_evaluated_is_not_called_good(db):
    db.own.run("CREATE TABLE tenantd.later (tenant_id TEXT, other TEXT); SELECT tenantd.protect('tenantd.later');"
               "ALTER POLICY tenant_scope ON tenantd.later USING (other = tenantd.current_tenant())"
               " WITH CHECK (other = tenantd.current_tenant())")
    found = rls_check(db.srv)
    assert ("tenantd.later", "live probe") in bad(found, "warning") and ("tenantd.later", "policy tenant_scope") in bad(found)


MY_TENANT = ("CREATE OR REPLACE VIEW tenantd.my_tenant WITH (security_barrier) AS SELECT t.id, t.tenant, c.name, t.slug,"
             " t.status, t.plan, t.billing_cycle, t.isolation, t.onboarding_status, t.features, c.schema_name,"
             " t.created_at, t.updated_at FROM tenants t JOIN custom_auth_tenant c ON c.id = t.tenant WHERE ")


@pytest.mark.parametrize("where", ["true", "t.id <> tenantd.current_tenant()", "false",
                                   "coalesce(t.id = tenantd.current_tenant(), true)"])
def test_a_changed_view_of_the_own_tenant_is_seen_in_an_empty_database(db, where):
    db.own.run(MY_TENANT + where)
    assert bad(rls_check(db.srv)) == {("tenantd.my_tenant", "live probe")}


def test_a_registry_that_takes_no_probe_rows_is_a_warning(db):
    db.own.run("ALTER TABLE custom_auth_tenant ADD CHECK (name !~ '^rls-probe')")
    found = rls_check(db.srv)
    assert bad(found) == set() and bad(found, "warning") == {("tenantd.my_tenant", "live probe")}


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
    ("GRANT srv TO app", "REVOKE srv FROM app", "app", "membership"),
    ("GRANT ctl TO app", "REVOKE ctl FROM app", "app", "membership"),
    ("GRANT own TO app", "REVOKE own FROM app", "app", "membership"),
    ("CREATE ROLE mid NOINHERIT; GRANT srv TO mid; GRANT mid TO stranger", "DROP ROLE mid", "stranger", "membership"),
    ("GRANT pg_write_all_data TO app", "REVOKE pg_write_all_data FROM app", "app", "membership"),
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
    ("SET app.current_tenant_id = ''; ALTER SYSTEM SET app.current_tenant_id = 'unset'; SELECT pg_reload_conf()",
     "ALTER SYSTEM RESET app.current_tenant_id; SELECT pg_reload_conf()",
     "session", "preset context"),
])
def test_what_the_role_should_not_have_is_seen(db, cluster, grant, revoke, object, check):
    def do(words, preset):
        for part in words.split("; "):
            s.run(part)
        if "pg_reload_conf" in words:  # which the server does when it comes to it
            stack.until(lambda: in_new_session() == preset)

    def in_new_session():
        with Session(cluster, db.name, "srv") as fresh:
            return fresh.one("SELECT coalesce(current_setting('app.current_tenant_id', true), '')")
    assert bad(rls_check(db.srv)) == set()
    with Session(cluster, "postgres") as s:
        try:
            do(grant, "unset")
            with Session(cluster, db.name, "srv") as fresh:
                assert (object, check) in bad(rls_check(fresh))
        finally:
            do(revoke, "")
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


UNHELD = ["public.tenants", "public.users", "tenantd.names", "tenantd.adoption_faults", "tenantd.job_lanes",
          "tenantd.sealed_keys", "tenantd.audit_head", "tenantd.audit_checkpoints"] # by any policy
OURS = [*UNHELD, "public.tenant_users", "tenantd.notifications", "tenantd.alert_rules", "tenantd.alerts",
        "tenantd.events", "tenantd.event_head", "tenantd.jobs", "tenantd.audit",
        "tenantd.email_templates", "tenantd.idempotency", "tenantd.identity_sync", "tenantd.migrations",
        "tenantd.rls_exempt", "tenantd.server_rights", "tenantd.tenant_transitions"]


@pytest.mark.parametrize("who", ["PUBLIC", "app", "stranger"])
@pytest.mark.parametrize("right", ["INSERT", "UPDATE", "DELETE"])
def test_our_tables_are_for_nobody_else_to_write(db, who, right):
    for table in OURS:
        db.own.run(f"GRANT {right} ON {table} TO {who}")
    assert bad(rls_check(db.srv)) - {("tenantd.audit", "append only")} == {(table, "grants") for table in OURS}


@pytest.mark.parametrize("who", ["PUBLIC", "app"])
def test_what_no_policy_holds_is_for_nobody_else_to_read(db, who):
    for table in OURS:
        db.own.run(f"GRANT SELECT ON {table} TO {who}")
    found = rls_check(db.srv)
    assert bad(found) == {(table, "grants") for table in UNHELD}
    assert bad(found, "warning") == {(table, "grants") for table in OURS if table not in UNHELD}


@pytest.mark.parametrize("who", ["PUBLIC", "app"])
@pytest.mark.parametrize("right", ["SELECT (email)", "UPDATE (is_superuser)"])
def test_a_right_on_one_column_is_seen(db, who, right):
    db.own.run(f"GRANT {right} ON public.users TO {who}")
    assert bad(rls_check(db.srv)) == {("public.users", "grants")}


def test_the_shared_registry_is_other_applications_too_but_not_everybodys(db):
    db.own.run("GRANT SELECT, INSERT, UPDATE, DELETE ON public.custom_auth_tenant TO app, stranger")
    found = rls_check(db.srv)
    assert bad(found) == set() and bad(found, "warning") == set()
    db.own.run("GRANT SELECT ON public.custom_auth_tenant TO PUBLIC")
    assert bad(rls_check(db.srv)) == {("public.custom_auth_tenant", "grants")}


def test_a_sequence_of_ours_is_for_nobody_else(db):
    db.own.run("GRANT UPDATE ON SEQUENCE tenantd.events_id_seq TO app")
    assert bad(rls_check(db.srv)) == {("tenantd.events_id_seq", "grants")}


@pytest.mark.parametrize("who", ["PUBLIC", "app", "srv"])
@pytest.mark.parametrize("table", [*PROTECTED, "public.users", "public.notes"])
def test_truncate_is_the_owners_alone(db, who, table):
    db.own.run(APP_TABLE + "SELECT tenantd.protect('public.tenant_users');"
               "ALTER TABLE notes ENABLE ROW LEVEL SECURITY; ALTER TABLE notes FORCE ROW LEVEL SECURITY;"
               "CREATE POLICY p ON notes USING (tenant_id::text = tenantd.current_tenant());"
               f"GRANT TRUNCATE ON {table} TO {who}")
    assert (table, "truncate") in bad(rls_check(db.srv))


@pytest.mark.parametrize("grant", [
    "UPDATE ON {} TO srv", "UPDATE (details) ON {} TO srv", "DELETE ON {} TO srv", "TRUNCATE ON {} TO srv",
    "UPDATE (mac) ON {} TO srv", "UPDATE (id) ON {} TO ctl", "DELETE ON {} TO ctl", "DELETE ON {} TO PUBLIC"])
def test_the_server_cannot_change_the_audit(db, grant):
    db.own.run("GRANT " + grant.format("tenantd.audit"))
    assert ("tenantd.audit", "append only") in bad(rls_check(db.srv))


@pytest.mark.parametrize("sabotage", [
    "ALTER TABLE tenantd.{0} DISABLE TRIGGER {0}_guard_rows", "ALTER TABLE tenantd.{0} ENABLE TRIGGER {0}_guard_rows",
    "ALTER TABLE tenantd.{0} ENABLE REPLICA TRIGGER {0}_guard_table", "DROP TRIGGER {0}_guard_table ON tenantd.{0}",
    "DROP TRIGGER {0}_guard_rows ON tenantd.{0};"
    "CREATE TRIGGER {0}_guard_rows BEFORE UPDATE ON tenantd.{0} FOR EACH ROW EXECUTE FUNCTION tenantd.touch();"
    "ALTER TABLE tenantd.{0} ENABLE ALWAYS TRIGGER {0}_guard_rows"])
@pytest.mark.parametrize("table", ["audit", "audit_checkpoints"])
@pytest.mark.parametrize("role", ["srv", "lone"])
def test_what_guards_the_audit_is_on(db, lone_db, role, table, sabotage):
    (db.own if role == "srv" else lone_db.lone).run(sabotage.format(table))
    assert bad(rls_check(db.srv if role == "srv" else lone_db.lone)) == {(f"tenantd.{table}", "guard")}


@pytest.mark.parametrize("who", ["PUBLIC", "app"])
@pytest.mark.parametrize("function, arguments", [
    ("grant_roles", "TEXT, TEXT, TEXT"), ("protect", "REGCLASS"), ("adopt_tenant", "UUID"), ("adopt_all", ""),
    ("adopt_row", ""), ("end_ownership", "UUID, TEXT"), ("tenants_insert_names", ""), ("audit_prune", "")])
def test_our_functions_are_for_nobody_else(db, who, function, arguments):
    db.own.run(f"GRANT EXECUTE ON FUNCTION tenantd.{function}({arguments}) TO {who}")
    assert bad(rls_check(db.srv)) == {(f"tenantd.{function}()", "execute")}


@pytest.mark.parametrize("who, schema, verdict", [
    ("app", "tenantd", "failed"), ("PUBLIC", "tenantd", "failed"), ("srv", "tenantd", "warning"),
    ("app", "public", "warning"), ("PUBLIC", "public", "warning")])
def test_who_may_create_in_our_schemas_is_seen(db, cluster, who, schema, verdict):
    with Session(cluster, db.name) as s:
        s.run(f"GRANT CREATE ON SCHEMA {schema} TO {who}")
    found = rls_check(db.srv)
    assert bad(found, verdict) == {(schema, "create")}
    assert bad(found) | bad(found, "warning") == {(schema, "create")}


@pytest.mark.parametrize("body", [
    "LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT count(*) FROM Tenant_Users); END $$",
    "LANGUAGE sql AS 'SELECT count(*) FROM public.\"tenant_users\"'",
    "LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM tenant_users; END",
    "LANGUAGE sql AS 'SELECT count(*) FROM tenantd.jobs'",
    "LANGUAGE sql SET search_path = tenantd AS 'SELECT count(*) FROM jobs'",
])
def test_a_function_that_runs_as_one_that_bypasses_is_warned_of(db, cluster, body):
    with Session(cluster, db.name) as s:
        s.run("CREATE FUNCTION public.peep() RETURNS BIGINT SECURITY DEFINER " + body)
    found = rls_check(db.srv)
    assert bad(found) == set() and bad(found, "warning") == {("public.peep()", "definer")}
    assert "tenant_users" in text(found, "public.peep()", "definer") or "tenantd.jobs" in text(found, "public.peep()", "definer")


@pytest.mark.parametrize("by, body", [
    ("postgres", "SECURITY INVOKER AS 'SELECT count(*) FROM tenant_users'"),
    ("postgres", "SECURITY DEFINER AS 'SELECT count(*) FROM my_tenant_users_too, jobs'"),
    ("own", "SECURITY DEFINER AS 'SELECT count(*) FROM tenant_users'"),
])
def test_a_function_that_shows_no_more_is_not_warned_of(db, cluster, by, body):
    with Session(cluster, db.name) as s:
        s.run("SET check_function_bodies = off;"
              f"CREATE FUNCTION public.peep() RETURNS BIGINT LANGUAGE sql {body}; ALTER FUNCTION peep() OWNER TO {by}")
    found = rls_check(db.srv)
    assert bad(found) == set() and bad(found, "warning") == set()


@pytest.mark.parametrize("table", ["public.tenant_users", "tenantd.jobs", "tenantd.audit", "tenantd.adoption_faults"])
def test_none_of_our_other_tables_can_be_made_exempt(db, table):
    db.own.run(f"INSERT INTO tenantd.rls_exempt VALUES ('{table}', 'because')")
    assert bad(rls_check(db.srv)) == {(table, "exempt")}
    if table == "tenantd.jobs":
        db.own.run("CREATE POLICY open ON tenantd.jobs USING (true)")
        assert (table, "policy open") in bad(rls_check(db.srv))


@pytest.mark.parametrize("column", ["tenantId", "tenantid", "TENANT_ID"])
def test_other_spellings_of_the_column_are_seen(db, column):
    db.own.run(f'CREATE TABLE public.notes ("{column}" UUID)')
    found = rls_check(db.srv)
    assert bad(found) == {("public.notes", c) for c in ("enabled", "forced", "policy")}
    for c in ("enabled", "forced", "policy"):
        db.own.run(text(found, "public.notes", c).split(": ", 1)[1].split(", or record")[0])
    assert bad(rls_check(db.srv)) == set()
    db.own.run(f'CREATE POLICY open ON public.notes USING ("{column}" IS NOT NULL)')
    assert bad(rls_check(db.srv)) == {("public.notes", "policy open")}


def test_another_setting_is_not_taken_for_ours_by_its_spelling(db):
    db.own.run(APP_ON + "CREATE POLICY p ON notes USING (tenant_id::text = current_setting('app.current_tenantid', true))")
    assert bad(rls_check(db.srv)) == {("public.notes", "policy p")}


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


@pytest.mark.parametrize("who", ["PUBLIC", "app"])
@pytest.mark.parametrize("made, given, kind", [
    ("CREATE VIEW v AS SELECT * FROM tenant_users", "v", "view"),
    ("CREATE VIEW u AS SELECT * FROM tenant_users; CREATE VIEW v AS SELECT * FROM u; ALTER VIEW v OWNER TO own;"
     "GRANT SELECT ON u TO own", "v", "view"),
    ("CREATE VIEW u AS SELECT * FROM tenant_users;"
     "CREATE VIEW w AS SELECT * FROM u; CREATE VIEW v AS SELECT count(*) FROM w", "v", "view"),
    ("CREATE MATERIALIZED VIEW v AS SELECT * FROM tenant_users", "v", "materialized view"),
    ("CREATE VIEW u AS SELECT * FROM tenant_users; CREATE MATERIALIZED VIEW v AS SELECT * FROM u", "v",
     "materialized view"),
    ("CREATE MATERIALIZED VIEW u AS SELECT * FROM tenant_users; CREATE VIEW v AS SELECT * FROM u", "v", "view"),
    ("CREATE VIEW v AS SELECT * FROM tenants; ALTER VIEW v OWNER TO own", "v", "view"),
])
def test_a_view_that_no_policy_holds_fails_once_it_is_given_away(db, cluster, who, made, given, kind):
    with Session(cluster, db.name) as s:
        s.run(made)
        before = rls_check(db.srv)
        assert bad(before) == set()
        assert "tenant_users" not in made or (f"public.{given}", kind) in bad(before, "warning")
        s.run(f"GRANT SELECT ON {given} TO {who}")
    assert bad(rls_check(db.srv)) == {(f"public.{given}", kind)}


def test_a_view_with_the_callers_eyes_may_be_given_away(db, cluster):
    if db.own.c.server_version < 150000:
        pytest.skip("PostgreSQL 14 has no security_invoker")
    id = str(uuid.uuid4())
    db.srv.within("unset", "INSERT INTO tenants (id, tenant, slug) VALUES (%s, %s, 'some')", (id, id))
    db.srv.within("unset", "INSERT INTO tenant_users (tenant_id, user_id) VALUES (%s, 'u')", (id,))
    with Session(cluster, db.name) as s:
        s.run("CREATE VIEW u WITH (security_invoker = true) AS SELECT * FROM tenant_users;"
              "CREATE VIEW v AS SELECT * FROM u; GRANT SELECT ON u, v TO app;"
              "CREATE VIEW w AS SELECT * FROM tenantd.my_tenant; GRANT SELECT ON w TO PUBLIC")
    found = rls_check(db.srv)
    assert bad(found) == set() and bad(found, "warning") == set()
    db.own.run("GRANT SELECT ON tenant_users TO app")
    assert db.app.run("SELECT user_id FROM v") == [] and db.app.within(id, "SELECT user_id FROM v") == [("u",)]


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
