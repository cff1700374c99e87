"""A tenant's own login role: what PostgreSQL lets it do, and what it does not.
KILL_MATRIX=all: kills at each point under every onFailure, not a sample."""
import contextlib
import json
import threading
import urllib.parse

import psycopg2
import pytest
import stack
from creating import Creating, crossed, sweep
from logins import Server, ask, elsewhere, opens, parts_of, refused, register


@pytest.fixture(scope="module")
def server():
    with Server() as s:
        yield s


@pytest.fixture(scope="module")
def db(server):
    with server.database() as d:
        register(d, server.admin())
        yield d


@pytest.fixture(scope="module")
def app(db):
    with Creating(db, TENANT_STATEMENT_TIMEOUT=1500, LOG_LEVEL="debug") as a:
        yield a


def make(app, **body):
    answer = app.create(**{"isolation": "database", **body})
    assert answer.status == 201, answer.body
    return json.loads(answer.body)


@pytest.fixture(scope="module")
def acme(app):
    return make(app)


@pytest.fixture(scope="module")
def other(app):
    return make(app)


def url_of(tenant):
    return tenant["secrets"]["databaseUrl"]


def of_tenant(app, tenant, method, path="", body=None, headers=None):
    return app.call(method, f"/api/tenants/{tenant['id']}/database{path}", {**app.auth, **(headers or {})},
                    None if body is None else json.dumps(body).encode())


def shown(app, tenant):
    answer = of_tenant(app, tenant, "GET")
    assert answer.status == 200, answer.body
    return json.loads(answer.body)


def role_of(tenant):
    return parts_of(url_of(tenant))[0]


def there(server, role):
    return server.sql("SELECT count(*) FROM pg_roles WHERE rolname = %s", [role])[0][0] == 1


# -- what its own address is good for --

def test_its_own_address_works_and_lets_it_build(acme):
    role, password, database = parts_of(url_of(acme))
    assert role == database and len(password) == 43
    assert ask(url_of(acme), "SELECT current_user::text, current_database()::text") == [(role, database)]
    ask(url_of(acme), "CREATE TABLE orders (id INT PRIMARY KEY); INSERT INTO orders VALUES (1); CREATE SCHEMA reports;"
                      " CREATE INDEX ON orders (id); INSERT INTO settings (name, value) VALUES ('theme', '1')")
    assert ask(url_of(acme), "SELECT count(*) FROM orders") == [(1,)]


def test_it_may_do_no_more_than_that(server, acme):
    role = role_of(acme)
    assert server.sql("SELECT rolsuper, rolcreatedb, rolcreaterole, rolinherit, rolreplication, rolbypassrls, rolconnlimit"
                      " FROM pg_roles WHERE rolname = %s", [role]) == [(False,) * 6 + (10,)]
    for forbidden in ("CREATE ROLE x", "CREATE DATABASE x", "DROP TABLE settings", "ALTER TABLE settings ADD COLUMN x INT",
                      "SELECT * FROM tenantd.schema_migrations", "UPDATE tenantd.schema_migrations SET name = 'x'",
                      "DROP SCHEMA tenantd CASCADE", f"ALTER ROLE \"{role}\" CONNECTION LIMIT 100"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            ask(url_of(acme), forbidden)


def test_another_tenants_database_refuses_it_and_so_do_the_others(server, db, acme, other):
    _, _, theirs = parts_of(url_of(other))
    assert "permission denied for database" in refused(elsewhere(url_of(acme), theirs))
    for pool in server.sql("SELECT datname FROM pg_database WHERE datname LIKE 'tenantd\\_%'"):
        assert "FATAL" in refused(elsewhere(url_of(acme), pool[0]))
    # those that are not ours alone stay as the operator has them, who is told
    found = stack.command(db.settings, "doctor", "--json", status=None)[1]
    open_ = [f for f in json.loads(found[:found.rindex("]") + 1]) if f["check"] == "tenant logins"]
    assert any(db.name in f["finding"] and "REVOKE CONNECT" in f["advice"] for f in open_), open_
    server.sql(f"REVOKE CONNECT ON DATABASE {db.name}, postgres, template1 FROM PUBLIC; GRANT CONNECT ON DATABASE {db.name}, postgres TO trusted")
    try:
        for name in (db.name, "postgres", "template1"):
            assert "permission denied for database" in refused(elsewhere(url_of(acme), name))
        found = stack.command(db.settings, "doctor", "--json", status=None)[1]
        assert [f["verdict"] for f in json.loads(found[:found.rindex("]") + 1]) if f["check"] == "tenant logins"] == ["ok"]
    finally:
        server.sql(f"GRANT CONNECT ON DATABASE {db.name}, postgres, template1 TO PUBLIC")


def test_a_wrong_password_is_refused(acme):
    _, password, _ = parts_of(url_of(acme))
    assert "password authentication failed" in refused(url_of(acme).replace(password, password[::-1]))


def test_no_more_connections_than_its_pool_may_have(app, acme):
    with contextlib.ExitStack() as stacked:
        for _ in range(10):
            stacked.enter_context(contextlib.closing(opens(url_of(acme))))
        assert "too many connections for role" in refused(url_of(acme))
    stack.until(lambda: ask(url_of(acme)))


def test_a_statement_takes_no_longer_than_it_may(acme):
    with pytest.raises(psycopg2.errors.QueryCanceled):
        ask(url_of(acme), "SELECT pg_sleep(60)")


def test_no_password_is_in_any_log(server, app, acme, other):
    for text in (server.log_text(), app.log_text()):
        for tenant in (acme, other):
            assert parts_of(url_of(tenant))[1] not in text
    assert "login_make" in server.log_text() or "CREATE ROLE" in server.log_text()  # it does log
    for (table, column) in (("operations", "secrets"), ("operations", "request::text"), ("resources", "details::text"),
                            ("audit", "details::text"), ("events", "payload::text"), ("jobs", "payload::text"), ("tenant_secrets", "sealed")):
        for tenant in (acme, other):
            assert app.db.value(f"SELECT count(*) FROM tenantd.{table} WHERE {column} LIKE %s", [f"%{parts_of(url_of(tenant))[1]}%"]) == 0


# -- the routes --

def test_it_is_shown_without_its_password(app, acme):
    said = shown(app, acme)
    role, password, database = parts_of(url_of(acme))
    assert (said["isolation"], said["server"], said["database"], said["schema"], said["role"]) == ("database", "main", database, None, role)
    assert said["pool"] == {"max": 10, "min": 2, "idle": 10000, "acquire": 30000}
    assert said["sizeBytes"] > 1000000 and said["mayLogIn"] and "url" not in said
    assert password not in json.dumps(said)


def test_another_pool_is_another_limit(server, app, other):
    answer = of_tenant(app, other, "PATCH", body={"pool": {"max": 3}})
    assert answer.status == 200 and json.loads(answer.body)["pool"] == {"max": 3, "min": 2, "idle": 10000, "acquire": 30000}
    assert server.sql("SELECT rolconnlimit FROM pg_roles WHERE rolname = %s", [role_of(other)]) == [(3,)]
    assert of_tenant(app, other, "PATCH", body={"pool": {"max": 12}}).status == 200, "more than usual, by the platform"
    assert of_tenant(app, other, "PATCH", body={"pool": {"max": 3}}).status == 200
    answer = of_tenant(app, other, "PATCH", body={"pool": {"max": 1}})
    assert answer.status == 400 and json.loads(answer.body)["errors"][0]["pointer"] == "/pool/min"
    assert of_tenant(app, other, "PATCH", body={"pool": {"max": 4}}, headers={"If-Match": '"no"'}).status == 412
    assert app.db.value("SELECT count(*) FROM tenantd.audit WHERE tenant_id = %s AND event = 'TENANT_DATABASE_POOL_CHANGED'", [other["id"]]) == 3


def test_another_password_and_the_last_is_of_no_use(app):
    tenant = make(app)
    with contextlib.closing(opens(url_of(tenant))) as old:
        answer = of_tenant(app, tenant, "POST", "/credentials", {}, {"Idempotency-Key": "once-" + tenant["id"]})
        assert answer.status == 200, answer.body
        url = json.loads(answer.body)["url"]
        assert ask(url) == [(1,)] and "password authentication failed" in refused(url_of(tenant))
        with old.cursor() as c:
            c.execute("SELECT 1")  # the session goes on
        again = of_tenant(app, tenant, "POST", "/credentials", {}, {"Idempotency-Key": "once-" + tenant["id"]})
        assert json.loads(again.body)["url"] == url and ask(url) == [(1,)]
    for _ in range(5):
        held, old = opens(url), url
        url = json.loads(of_tenant(app, tenant, "POST", "/credentials", {"endSessions": True}).body)["url"]
        with contextlib.closing(opens(url)) as new:
            assert ends(held) and "authentication failed" in refused(old)
            # the job that does the same comes later, and leaves alone what was opened since
            stack.until(lambda: app.db.value("SELECT count(*) FROM tenantd.jobs WHERE kind = 'database.login' AND tenant_id = %s"
                                             " AND state IN ('queued', 'running')", [tenant["id"]]) == 0)
            assert not ends(new)
    said = shown(app, tenant)
    assert said["rotatedAt"] is not None and url not in json.dumps(said)


def test_an_address_names_the_place_where_applications_reach_it(server, db, app):
    tenant = make(app)
    port = urllib.parse.urlsplit(url_of(tenant)).port
    try:
        stack.command(db.settings, "server", "address", "main", "--host", "localhost", "--json")
        url = json.loads(of_tenant(app, tenant, "POST", "/credentials", {}).body)["url"]
        assert (urllib.parse.urlsplit(url).hostname, urllib.parse.urlsplit(url).port) == ("localhost", None)
        stack.command(db.settings, "server", "address", "main", "--host", "127.0.0.1", "--port", str(port))
        url = json.loads(of_tenant(app, tenant, "POST", "/credentials", {}).body)["url"]
        assert f"@127.0.0.1:{port}/" in url and ask(url) == [(1,)]
        for words, status in ((["--host", "a b"], 65), (["--host", "x", "--none"], 64), ([], 64), (["--port", "0"], 64)):
            assert stack.command(db.settings, "server", "address", "main", *words, status=None)[0] == status, words
        assert stack.command(db.settings, "server", "address", "nowhere", "--host", "x", status=None)[0] == 66
    finally:
        stack.command(db.settings, "server", "address", "main", "--none")


def test_the_job_repairs_what_somebody_did_to_the_role(server, app):
    tenant = make(app)
    server.sql(f"ALTER ROLE \"{role_of(tenant)}\" NOLOGIN CONNECTION LIMIT 1 PASSWORD 'lost'")
    app.db.sql("INSERT INTO tenantd.jobs (tenant_id, kind, payload) VALUES (%s, 'database.login', '{}')", [tenant["id"]])
    stack.until(lambda: ask(url_of(tenant)) == [(1,)] if there(server, role_of(tenant)) and server.sql(
        "SELECT rolcanlogin AND rolconnlimit = 10 FROM pg_roles WHERE rolname = %s", [role_of(tenant)])[0][0] else False)


# -- while its tenant may not be used --

def ends(connection):
    try:
        with connection.cursor() as c:
            c.execute("SELECT 1")
        return False
    except psycopg2.Error:
        connection.close()
        return True


def turn(app, tenant, what):
    answer = app.call("POST", f"/api/tenants/{tenant['id']}/{what}", app.auth, b"{}" if what == "suspend" else None)
    assert answer.status == 200, answer.body


def test_by_the_time_a_tenant_is_suspended_its_sessions_have_ended(app):
    tenant = make(app)
    held = [opens(url_of(tenant)) for _ in range(5)]
    with held[0].cursor() as c:
        c.execute("CREATE TABLE busy (id INT)")  # in a transaction that is open
    turn(app, tenant, "suspend")
    assert all(ends(c) for c in held)
    assert "is not permitted to log in" in refused(url_of(tenant))
    assert not shown(app, tenant)["mayLogIn"]
    # another password does not let it in
    url = json.loads(of_tenant(app, tenant, "POST", "/credentials", {}).body)["url"]
    assert "is not permitted to log in" in refused(url)
    turn(app, tenant, "resume")
    assert ask(url) == [(1,)] and shown(app, tenant)["mayLogIn"]


def test_whoever_changes_its_status_otherwise_is_followed_too(app):
    tenant = make(app)
    held = opens(url_of(tenant))
    for status, lets_in in (("suspended", False), ("active", True)):
        app.db.sql("UPDATE public.tenants SET status = %s WHERE id = %s", [status, tenant["id"]])

        def follows(wanted=lets_in):
            try:
                return ask(url_of(tenant)) == [(1,)] and wanted
            except psycopg2.Error:
                return not wanted
        stack.until(follows)
    assert stack.until(lambda: ends(held))


# -- a schema of its own --

def test_a_schema_where_our_role_may_not_make_others(app):
    tenant = make(app, isolation="schema")
    assert "secrets" not in tenant or "databaseUrl" not in tenant["secrets"]
    said = shown(app, tenant)
    assert said["role"] is None and said["isolation"] == "schema" and said["pool"]["max"] == 10
    op = app.show(tenant["operation"])
    step = next(s for s in op["steps"] if s["name"] == "credentials")
    assert step["state"] == "skipped" and "may not make others" in step["note"]
    assert of_tenant(app, tenant, "POST", "/credentials", {}).status == 409


def test_a_schema_whose_role_sees_nothing_else(server):
    with server.database() as db:
        server.sql(f"ALTER ROLE {db.server_role} CREATEROLE; GRANT CREATE ON DATABASE {db.name} TO {db.server_role}")
        with Creating(db) as app:
            one, two = (make(app, isolation="schema") for _ in range(2))
            schema = shown(app, one)["schema"]
            assert ask(url_of(one), "SELECT current_schema()::text") == [(schema,)]
            ask(url_of(one), "CREATE TABLE orders (id INT); INSERT INTO orders VALUES (1); INSERT INTO settings VALUES ('a', '1')")
            theirs = shown(app, two)["schema"]
            for forbidden in (f"SELECT * FROM \"{theirs}\".settings", "SELECT * FROM public.users", "SELECT * FROM tenantd.jobs",
                              "SELECT * FROM public.custom_auth_tenant", "CREATE SCHEMA x", f"DROP TABLE \"{schema}\".settings",
                              f"SELECT * FROM \"{schema}\".schema_migrations"):
                with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                    ask(url_of(one), forbidden)
            assert shown(app, one)["sizeBytes"] > 0


# -- kills, and strangers --

def on_server(server, db, tenant):
    """What is there of a tenant: roles and databases by the marks of the ledger."""
    ids = [r[0] for r in db.sql("SELECT id FROM tenantd.resources WHERE tenant_id = %s", [tenant])]
    marks = [f"tenantd:{i}" for i in ids]
    return server.sql("SELECT 'role' FROM pg_roles WHERE shobj_description(oid, 'pg_authid') = ANY(%s)"
                      " UNION ALL SELECT 'database' FROM pg_database WHERE shobj_description(oid, 'pg_database') = ANY(%s)", [marks, marks])


@pytest.mark.parametrize("point, way", crossed(["begin", "intended", "acted", "recorded"]))
def test_a_kill_at_any_point_ends_with_a_role_that_works(server, db, point, way):
    with Creating(db, f"credentials:{point}=kill") as app:
        assert app.create(isolation="database", onFailure=way) is None
        op = app.converged()
        assert op["state"] == "succeeded", op
        answer = app.call("POST", f"/api/tenants/{op['tenantId']}/database/credentials", app.auth, b"{}")
        assert answer.status == 200 and ask(json.loads(answer.body)["url"]) == [(1,)]
        assert sorted(on_server(server, db, op["tenantId"])) == [("database",), ("role",)]


@pytest.mark.parametrize("stops", [("credentials:acted=fail",), ("audit:begin=fail",), ("credentials:acted=fail", "credentials:removing=kill"),
                                   ("credentials:acted=fail", "credentials:removed=kill")])
def test_what_failed_is_taken_back(server, db, stops):
    with Creating(db, *stops) as app:
        app.create(isolation="database", onFailure="rollback")
        op = app.converged()
        assert op["state"] == "rolled_back", op
        assert on_server(server, db, op["tenantId"]) == [] and sweep(db, op["tenantId"]) == {}


def test_a_strangers_role_of_that_name_stays_as_it_is(server, db):
    gate = stack.Directory("tdg.")
    try:
        open_ = gate.writable("g") / "open"
        with Creating(db, f"credentials:intended=wait:{open_}") as app:
            answer = []
            thread = threading.Thread(target=lambda: answer.append(app.create(isolation="database", onFailure="rollback")))
            thread.start()
            role = stack.until(lambda: db.sql("SELECT name FROM tenantd.resources WHERE kind = 'database_role' AND state = 'intended'"))[0][0]
            server.sql(f"CREATE ROLE \"{role}\" LOGIN PASSWORD 'strangers' CONNECTION LIMIT 7; COMMENT ON ROLE \"{role}\" IS 'mine'")
            was = server.sql("SELECT oid, rolcanlogin, rolconnlimit, rolpassword FROM pg_authid WHERE rolname = %s", [role])
            open_.touch()
            thread.join()
            op = app.converged()
            assert op["state"] == "rolled_back" and answer[0].status == 409
            assert f'a role "{role}" already' in op["error"]
            assert server.sql("SELECT oid, rolcanlogin, rolconnlimit, rolpassword FROM pg_authid WHERE rolname = %s", [role]) == was
            assert on_server(server, db, op["tenantId"]) == [] and sweep(db, op["tenantId"]) == {}
            server.sql(f"DROP ROLE \"{role}\"")
    finally:
        gate.remove()


def test_a_role_that_has_made_things_is_removed(server, db):
    """With what it owns taken over first: here by a creation that is cancelled while it is held."""
    with Creating(db, "audit:begin=fail") as app:
        answer = app.create(isolation="database", onFailure="hold")
        op = json.loads(answer.body)
        assert answer.status == 202 and op["state"] == "held", op
        role = db.value("SELECT name FROM tenantd.resources WHERE tenant_id = %s AND kind = 'database_role'", [op["tenantId"]])
        server.sql(f"SET ROLE \"{role}\"; CREATE TABLE public.its (id INT); CREATE SCHEMA own; SELECT lo_create(0)", database=role)
        app.act(op["id"], "cancel")
        assert app.converged()["state"] == "rolled_back"
        assert not there(server, role) and sweep(db, op["tenantId"]) == {}


# Each fits what our statements call better than PostgreSQL's own does, and leaves a role behind where it was run with our rights.
TRAPS = """
CREATE FUNCTION {s}.spring() RETURNS BOOLEAN LANGUAGE plpgsql AS $$ BEGIN
	IF pg_catalog.pg_has_role(current_user, 'trusted'::name, 'USAGE'::text) THEN EXECUTE 'CREATE ROLE trapped'; END IF; RETURN true; END $$;
CREATE FUNCTION {s}.hashtextextended(TEXT, INT) RETURNS BIGINT LANGUAGE sql AS 'SELECT {s}.spring()::int::bigint';
CREATE FUNCTION {s}.pg_has_role(NAME, TEXT, TEXT) RETURNS BOOLEAN LANGUAGE sql AS 'SELECT {s}.spring()';
CREATE FUNCTION {s}.shobj_description(OID, TEXT) RETURNS TEXT LANGUAGE sql AS 'SELECT {s}.spring()::text';
"""


@pytest.mark.parametrize("schema", ["public", '"maker"'])
def test_what_a_tenant_made_is_never_called_with_our_rights(server, db, schema):
    """In the schemas that are looked into by themselves: public, and one that is called as our role is."""
    with Creating(db, "audit:begin=fail") as app:
        op = json.loads(app.create(isolation="database", onFailure="hold").body)
        role = db.value("SELECT name FROM tenantd.resources WHERE tenant_id = %s AND kind = 'database_role'", [op["tenantId"]])
        server.sql(f"SET ROLE \"{role}\"; CREATE SCHEMA IF NOT EXISTS {schema};" + TRAPS.format(s=schema), database=role)
        app.act(op["id"], "cancel")
        assert app.converged()["state"] == "rolled_back"
    try:
        assert not there(server, role) and not there(server, "trapped")
    finally:
        server.sql("DROP ROLE IF EXISTS trapped")


def test_no_trigger_of_a_tenants_waits_for_our_migrations(app, acme):
    ask(url_of(acme), "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        ask(url_of(acme), "CREATE TRIGGER wait BEFORE UPDATE ON settings FOR EACH ROW EXECUTE FUNCTION wait()")


def test_no_login_where_every_role_may_make_things_that_others_find(server):
    with server.database() as db:
        server.sql(f"ALTER ROLE {db.server_role} CREATEROLE; GRANT CREATE ON DATABASE {db.name} TO {db.server_role}")
        server.sql("GRANT CREATE ON SCHEMA public TO PUBLIC", database=db.name)
        with Creating(db) as app:
            answer = app.create(isolation="schema", onFailure="rollback")
            assert answer.status != 201 and "REVOKE CREATE ON SCHEMA public" in app.converged()["error"]
            assert sweep(db, app.operations()[-1]["tenantId"]) == {}


# -- tenants that are there already --

def test_tenants_are_brought_to_the_base_of_new_ones(db):
    place = stack.Directory("tdm.")
    try:
        folder = place.writable("migrations")
        with Creating(db) as app:
            one = make(app)
            (folder / "0001_orders.sql").write_text("CREATE TABLE base_orders (id INT PRIMARY KEY);\n")
            settings = {**app.settings, "TENANT_MIGRATIONS_DIR": str(folder)}
            rows = json.loads(stack.command(settings, "tenant", "migrate", one["id"], "--json"))
            assert [(r["tenant_id"], r["applied"], r["error"]) for r in rows] == [(one["id"], 1, None)]
            ask(url_of(one), "INSERT INTO base_orders VALUES (1)")
            text = stack.command(settings, "tenant", "migrate", "--all")
            assert f"{one['id']}: 0 applied" in text and "0 failed" in text
            (folder / "0002_broken.sql").write_text("CREATE TABLE base_orders (id INT);\n")
            status, text = stack.command(settings, "tenant", "migrate", one["id"], status=None)
            assert status == 70 and one["id"] in text
            assert stack.command(settings, "tenant", "migrate", "nobody", status=None)[0] == 66
            assert stack.command(settings, "tenant", "migrate", status=None)[0] == 64
    finally:
        place.remove()
