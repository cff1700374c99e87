"""Row-level security: who sees what, in which context, by which role; and who has which rights."""

import re
import uuid

import pytest
from psycopg2 import errors

from cluster import query, Session, migrate

A, B = "tenant_a", "tenant_b"
PROTECTED = {
    "public.tenant_users": "INSERT INTO public.tenant_users (tenant_id, user_id) VALUES (%s, 'u')",
    "tenantd.events": "INSERT INTO tenantd.events (tenant_id, kind) VALUES (%s, 'k')",
    "tenantd.jobs": "INSERT INTO tenantd.jobs (tenant_id, kind) VALUES (%s, 'k')",
    "tenantd.identity_sync": "INSERT INTO tenantd.identity_sync (tenant_id, provider, user_id) VALUES (%s, gen_random_uuid(), 'u')",
    "tenantd.audit": "INSERT INTO tenantd.audit (tenant_id, event, severity) VALUES (%s, 'e', 'low')",
    "tenantd.webhooks": "INSERT INTO tenantd.webhooks (tenant_id, id, url, secrets)"
                        " VALUES (%s, gen_random_uuid()::text, 'https://hooks.example.com/', '[]')",
    "tenantd.deliveries": "INSERT INTO tenantd.deliveries (tenant_id, webhook_id, seq, event_id, kind, job_id, attempt,"
                          " started_at, url, outcome) VALUES (%s, 'w', 1, 1, 'k', 1, 1, now(), 'https://x/', 'ok')",
    "tenantd.notifications": "INSERT INTO tenantd.notifications (tenant_id, seq, kind, severity, title, body)"
                             " VALUES (%s, 1, 'k', 'info', 't', '{}')",
    "tenantd.alert_rules": "INSERT INTO tenantd.alert_rules (tenant_id, id, name, condition, threshold, window_minutes)"
                           " VALUES (%s, gen_random_uuid()::text, 'n', 'tenant_suspended', 1, 1)",
    "tenantd.alerts": "INSERT INTO tenantd.alerts (tenant_id, rule_id, about) VALUES (%s, gen_random_uuid()::text, '')",
    "tenantd.email_templates": "INSERT INTO tenantd.email_templates (tenant_id, name, subject, text, html)"
                               " VALUES (%s, 'u', 's', 't', 'h')",
    "tenantd.oauth_clients": "INSERT INTO tenantd.oauth_clients (tenant_id, id, name, digest, scopes) VALUES"
                             " (%s, 'tdc_' || md5(gen_random_uuid()::text), 'n', encode(sha256('s'), 'hex'), '{read}')",
    "tenantd.idempotency": "INSERT INTO tenantd.idempotency VALUES (encode(sha256(gen_random_uuid()::text::bytea), 'hex'),"
                           " %s, 'u', 'h', 201, 'application/json', '', '{}', false, now(), now())",
    "tenantd.sessions": "INSERT INTO tenantd.sessions (tenant_id, id, user_id, expires_at)"
                        " VALUES (%s, gen_random_uuid()::text, 'u', now())",
    "tenantd.invitations": "INSERT INTO tenantd.invitations (tenant_id, id, digest, email, role, expires_at) VALUES (%s, gen_random_uuid()::text,"
                           " encode(sha256(gen_random_uuid()::text::bytea), 'hex'), 'u', 'member', now())",
    "tenantd.security_policies": "INSERT INTO tenantd.security_policies (tenant_id, policy) VALUES (%s, '{}')",
    "tenantd.tenant_keys": "INSERT INTO tenantd.tenant_keys (tenant_id, sealed) VALUES (%s, 'u')",
    "tenantd.api_keys": "INSERT INTO tenantd.api_keys (tenant_id, id, name, prefix, digest, scopes) VALUES (%s, gen_random_uuid()::text, 'n', 'p',"
                        " encode(sha256(gen_random_uuid()::text::bytea), 'hex'), '{read}')",
    "tenantd.tenant_configs": "INSERT INTO tenantd.tenant_configs (tenant_id, version, config) VALUES (%s, (random() * 1e9)::bigint + 1, '{}')",
    "tenantd.operations": "INSERT INTO tenantd.operations (tenant_id, id, kind, request) VALUES (%s, gen_random_uuid()::text, 'tenant.create', '{}')",
    "tenantd.operation_steps": "INSERT INTO tenantd.operation_steps (tenant_id, operation_id, place, name) VALUES (%s, gen_random_uuid()::text, 1, 'n')",
    "tenantd.resources": "INSERT INTO tenantd.resources (tenant_id, id, operation_id, step, kind, name)"
                         " VALUES (%s, gen_random_uuid()::text, 'o', 's', 'k', gen_random_uuid()::text)",
    "tenantd.roles": "INSERT INTO tenantd.roles (tenant_id, id, name, scopes) VALUES (%s, gen_random_uuid()::text, 'n', '{read}')",
    "tenantd.groups": "INSERT INTO tenantd.groups (tenant_id, id, name, folded) VALUES (%s, gen_random_uuid()::text, 'n', gen_random_uuid()::text)",
    "tenantd.group_members": "INSERT INTO tenantd.group_members (tenant_id, group_id, user_id) VALUES (%s, gen_random_uuid()::text, 'u')",
    "tenantd.quotas": "INSERT INTO tenantd.quotas (tenant_id, metric) VALUES (%s, gen_random_uuid()::text)",
    "tenantd.usage": "INSERT INTO tenantd.usage (tenant_id, metric) VALUES (%s, gen_random_uuid()::text)",
    "tenantd.usage_daily": "INSERT INTO tenantd.usage_daily (tenant_id, metric, day, value) VALUES (%s, gen_random_uuid()::text, now(), 1)",
    "tenantd.tenant_secrets": "INSERT INTO tenantd.tenant_secrets (tenant_id, name, sealed, hint) VALUES (%s, 'u', 's', 'h')",
    "tenantd.tenant_logins": "INSERT INTO tenantd.tenant_logins (tenant_id, pool_max, pool_min, pool_idle_ms, pool_acquire_ms) VALUES (%s, 2, 1, 1, 1)",
}


def two_tenants(session):
    session.run("INSERT INTO public.users (id, email) VALUES ('u', 'u') ON CONFLICT DO NOTHING")
    for id in (A, B):
        tenant = str(uuid.uuid4())
        session.run("INSERT INTO public.tenants (id, tenant, slug) VALUES (%s, %s, %s)", (id, tenant, "slug-" + id))
        session.run("INSERT INTO public.custom_auth_tenant (id, name, schema_name) VALUES (%s, %s, 's')",
                    (tenant, "Name of " + id))
        for insert in PROTECTED.values():
            session.within("unset", insert, (id,))


@pytest.fixture(params=["separate", "single"])
def server(request, db, lone_db):
    """The server's session where roles are separate, and where there is one."""
    session = db.srv if request.param == "separate" else lone_db.lone
    two_tenants(session)
    return session


def seen(session, context, table):
    return {r[0] for r in session.within(context, f"SELECT tenant_id FROM {table}")}


def test_a_context_shows_its_tenant_and_nothing_without_one(server):
    for table in PROTECTED:
        assert seen(server, None, table) == set(), table
        assert seen(server, "", table) == set(), table
        assert seen(server, A, table) == {A}, table
        assert seen(server, A.upper(), table) == set(), table
        assert seen(server, "unset", table) - {None} == {A, B}, table
        assert seen(server, None, table) == set(), table  # nothing stayed on the connection


@pytest.mark.parametrize("context", [A, "", None])
def test_a_row_for_another_tenant_is_refused(server, context):
    for insert in PROTECTED.values():
        with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
            server.within(context, insert.replace("'u'", "'v'"), (B,))


def test_changes_do_not_reach_another_tenant(server):
    assert server.within(A, "UPDATE tenant_users SET role = 'owner' WHERE tenant_id = %s", (B,)) == 0
    assert server.within(A, "DELETE FROM tenant_users WHERE tenant_id = %s", (B,)) == 0
    with pytest.raises(errors.InsufficientPrivilege):
        server.within(A, "UPDATE tenant_users SET tenant_id = %s", (B,))
    assert server.within(A, "UPDATE tenant_users SET role = 'owner'") == 1
    assert server.within("unset", "SELECT tenant_id, role FROM tenant_users ORDER BY 1") == [(A, "owner"), (B, "member")]


def test_a_row_of_no_tenant_is_managements_alone(server):
    server.within("unset", "INSERT INTO tenantd.events (kind) VALUES ('platform')")
    assert seen(server, A, "tenantd.events") == {A}
    assert None in seen(server, "unset", "tenantd.events")


def test_unset_opens_nothing_to_a_role_outside_control(db):
    two_tenants(db.srv)
    db.own.run("GRANT SELECT, INSERT ON tenant_users TO app")
    assert seen(db.app, "unset", "tenant_users") == set()
    assert seen(db.app, A, "tenant_users") == {A}
    with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
        db.app.within("unset", PROTECTED["public.tenant_users"], (B,))


def test_the_owner_is_held_too(db):
    two_tenants(db.srv)
    assert seen(db.own, None, "tenant_users") == set()
    assert seen(db.own, "unset", "tenant_users") == {A, B}


def test_protect_covers_a_new_table_like_ours(db):
    two_tenants(db.srv)
    db.own.run("CREATE TABLE tenantd.notes (tenant_id TEXT, note TEXT);"
               "SELECT tenantd.protect('tenantd.notes');"
               "INSERT INTO tenantd.server_rights VALUES ('tenantd.notes', 'SELECT, INSERT');"
               "SELECT tenantd.grant_roles('srv', 'ctl', 'app')")
    db.srv.within("unset", "INSERT INTO tenantd.notes VALUES (%s, 'a'), (%s, 'b')", (A, B))
    assert seen(db.srv, A, "tenantd.notes") == {A}
    assert seen(db.own, None, "tenantd.notes") == set()


# -- what an application sees of its tenant --

def test_my_tenant_is_the_one_in_context(db):
    two_tenants(db.srv)
    assert db.app.within(A, "SELECT id, name, slug, status, plan, schema_name FROM tenantd.my_tenant") == [
        (A, "Name of tenant_a", "slug-tenant_a", "active", "free", "s")]
    for context in (None, "", "unset", "tenant_c"):
        assert db.app.within(context, "SELECT * FROM tenantd.my_tenant") == []


def test_my_tenant_leaks_nothing_to_a_function_in_the_query(db, cluster):
    two_tenants(db.srv)
    with Session(cluster, db.name) as s:
        s.run("GRANT CREATE ON SCHEMA public TO app")
    db.app.run("CREATE FUNCTION leak(TEXT) RETURNS BOOLEAN LANGUAGE plpgsql COST 0.0001 AS"
               " $$ BEGIN RAISE NOTICE 'saw %%', $1; RETURN true; END $$", ())
    db.app.within(A, "SELECT id FROM tenantd.my_tenant WHERE leak(slug)")
    assert [n for n in db.app.c.notices if "tenant_b" in n] == []


# -- rights --

TABLES = ("SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
          " WHERE n.nspname IN ('public', 'tenantd') AND c.relkind IN ('r', 'v', 'p', 'S') ORDER BY 1")
RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")


def rights(session, role):
    return {(t, r) for (t,) in session.run(TABLES) for r in RIGHTS
            if not (t.endswith("_seq") and r not in ("SELECT", "UPDATE"))
            and session.one("SELECT has_table_privilege(%s, %s, %s)", (role, t, r))}


def test_application_role_has_the_view_and_nothing_else(db):
    assert rights(db.own, "app") == {("tenantd.my_tenant", "SELECT")}
    assert not db.own.one("SELECT has_schema_privilege('app', 'tenantd', 'CREATE')")


def test_strangers_have_nothing(db):
    assert rights(db.own, "stranger") == set()
    assert not db.own.one("SELECT has_schema_privilege('stranger', 'tenantd', 'USAGE')")


def test_server_role_has_what_its_rows_say(db):
    wanted = {("tenantd.my_tenant", "SELECT")}
    for table, list in db.own.run("SELECT relation, privileges FROM tenantd.server_rights"):
        wanted |= {(table, r) for r in re.split(r", (?![^()]*\))", list) if "(" not in r}
    assert rights(db.own, "srv") == wanted
    assert {t for t, r in wanted if r == "DELETE"} == {
        "public.tenant_users", "tenantd.alert_rules", "tenantd.alerts", "tenantd.database_servers", "tenantd.deliveries", "tenantd.email_templates", "tenantd.events", "tenantd.group_members", "tenantd.groups", "tenantd.idempotency",
            "tenantd.idempotency_answers", "tenantd.idempotency_parts", "tenantd.invitations",
        "tenantd.job_lanes", "tenantd.jobs", "tenantd.mail_limits", "tenantd.notifications", "tenantd.password_history", "tenantd.password_resets",
        "tenantd.api_keys", "tenantd.group_members", "tenantd.groups", "tenantd.identity_sync", "tenantd.oauth_clients",
        "tenantd.pool_databases", "tenantd.quotas", "tenantd.refresh_tokens", "tenantd.registrations", "tenantd.roles",
        "tenantd.security_policies", "tenantd.sessions", "tenantd.sign_in_failures", "tenantd.tenant_configs",
        "tenantd.tenant_keys", "tenantd.tenant_logins", "tenantd.tenant_secrets", "tenantd.totp", "tenantd.usage",
        "tenantd.usage_daily", "tenantd.webhooks"}
    assert not {t for t, r in wanted if r in ("TRUNCATE", "TRIGGER", "REFERENCES")}


@pytest.mark.parametrize("change", ["UPDATE tenantd.audit SET event = 'x'", "DELETE FROM tenantd.audit",
                                    "TRUNCATE tenantd.audit", "UPDATE tenantd.events SET payload = '{}'"])
def test_server_cannot_rewrite_history(db, change):
    two_tenants(db.srv)
    with pytest.raises(errors.InsufficientPrivilege):
        db.srv.within("unset", change)


def test_server_can_make_a_schema(cluster, empty):
    migrate(cluster, empty.name, "own", "srv", "ctl", "app")
    empty.srv.run("CREATE SCHEMA tenant_x")


def test_granting_again_takes_back_what_is_too_much(db):
    db.own.run("GRANT DELETE ON tenantd.audit, public.tenants TO srv")
    db.own.run("SELECT tenantd.grant_roles('srv', 'ctl', 'app')")
    assert ("tenantd.audit", "DELETE") not in rights(db.own, "srv")
    assert ("public.tenants", "DELETE") not in rights(db.own, "srv")
    before = rights(db.own, "srv")
    db.own.run("SELECT tenantd.grant_roles('srv', 'ctl', 'app')")
    assert rights(db.own, "srv") == before


@pytest.mark.parametrize("roles, words", [
    (("nobody_here", "", ""), 'role "nobody_here" does not exist'),
    (("app", "ctl", ""), 'role "app" is not a member of the control role "ctl"'),
    (("srv", "app", "app"), 'not a member'),
    (("srv", "srv", "lone_member"), 'of the applications is a member'),
])
def test_roles_that_cannot_work_are_refused_by_name(db, cluster, roles, words):
    with Session(cluster, "postgres") as s:
        if not s.run("SELECT 1 FROM pg_roles WHERE rolname = 'lone_member'"):
            s.run("CREATE ROLE lone_member; GRANT srv TO lone_member")
    with pytest.raises(Exception, match=words):
        db.own.run("SELECT tenantd.grant_roles(%s, %s, %s)", roles)


def test_a_name_that_needs_quotes_is_quoted(db, cluster):
    with Session(cluster, "postgres") as s:
        if not s.run("SELECT 1 FROM pg_roles WHERE rolname = 'Od\"d o''ne'"):
            s.run("""CREATE ROLE "Od""d o'ne" LOGIN""")
    two_tenants(db.srv)
    db.own.run("SELECT tenantd.grant_roles(%s, '', '')", ("Od\"d o'ne",))
    with Session(cluster, db.name, "Od\"d o'ne") as s:
        assert seen(s, "unset", "tenant_users") == {A, B}


# -- the hot path's plan --

def nodes(plan):
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


def planned(session, name, args):
    """The generic plan of the program's own statement, run in the management context."""
    types = ", ".join(["text"] * len(args.split(", ")))
    session.run("SET plan_cache_mode = force_generic_plan")
    session.run(f"PREPARE q ({types}) AS {query(name)}")
    try:
        return session.within("unset", f"EXPLAIN (FORMAT JSON, ANALYZE) EXECUTE q ({args})")[0][0][0]
    finally:
        session.run("DEALLOCATE q")


def test_finding_a_users_tenants_uses_indexes_among_100000(db):
    db.own.run("ALTER TABLE custom_auth_tenant DISABLE TRIGGER tenantd_adopt;"
               "INSERT INTO custom_auth_tenant (id, name, schema_name, owner_id)"
               " SELECT gen_random_uuid(), 'n', 's' || g, 'user-' || g FROM generate_series(1, 100000) g")
    assert db.own.one("SELECT tenantd.adopt_all()") == 100000
    db.own.within("unset", "INSERT INTO tenant_users (tenant_id, user_id, role)"
                           " SELECT t.id, c.owner_id, 'owner' FROM tenants t JOIN custom_auth_tenant c ON c.id = t.tenant")
    db.own.within("unset", "INSERT INTO tenantd.roles (tenant_id, id, name, scopes) SELECT id, 'r', 'r', '{read}' FROM tenants LIMIT 20000")
    db.own.within("unset", "INSERT INTO tenantd.groups (tenant_id, id, name, folded) SELECT id, gen_random_uuid(), 'n', 'n' FROM tenants LIMIT 20000")
    db.own.within("unset", "INSERT INTO tenantd.group_members (tenant_id, group_id, user_id) SELECT tenant_id, id, 'u' FROM tenantd.groups")
    db.own.run("INSERT INTO users (id, email) SELECT 'user-' || g, g || '@example.com' FROM generate_series(1, 10000) g;"
               "ANALYZE")
    for query_name, args in (("onboarding_find", "'user-4711', NULL, false"),
                             ("onboarding_find", "'user-4711', NULL, true"),
                             ("onboarding_look", "'nobody-yet', NULL, '{74738ff5-5367-5958-9aee-98fffdcd1876}'"),
                             ("onboarding_look", "'user-4711', '74738ff5-5367-4958-9aee-98fffdcd1876', '{}'")):
        plan = planned(db.srv, query_name, args)
        scans = [n for n in nodes(plan["Plan"]) if "Relation Name" in n]
        assert {n["Relation Name"] for n in scans} >= {"tenant_users", "tenants", "custom_auth_tenant", "users"}
        assert {n["Node Type"] for n in scans} <= {"Index Scan", "Index Only Scan"}, plan
        assert plan["Plan"]["Actual Rows"] == 1
        assert len(scans) <= 16, "planned more than once over"
