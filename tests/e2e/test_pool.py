"""Database servers, the template and the warm pool: what waits there, who gets it, and what a kill leaves."""
import concurrent.futures
import json
import os
import re
import signal
import subprocess
import time
import uuid
from pathlib import Path

import psycopg2
import pytest
import stack

QUERIES = Path(__file__).resolve().parents[2] / "sql/query"
OURS = """SELECT datname FROM pg_database WHERE datname LIKE 'tenantd\\_%%' OR datname LIKE 'tenant\\_%%' ORDER BY 1"""


def statement(name):
    """A statement of the program, for psycopg2: the parameters as a dictionary by number."""
    return re.sub(r"\$(\d)", r"%(p\1)s", (QUERIES / f"{name}.sql").read_text().replace("%", "%%"))


def given(*args):
    return {f"p{n}": arg for n, arg in enumerate(args, 1)}


@pytest.fixture(scope="module")
def host():
    """A cluster of its own that databases are made on, beside the control plane's."""
    with stack.Cluster() as c:
        yield c


@pytest.fixture
def plane(cluster, host):
    """A control plane, with a role on the other cluster; what it made there goes with it."""
    with cluster.database() as db:
        db.maker = host.maker()
        yield db
        for name, in host.sql(OURS):
            host.sql(f"ALTER DATABASE {name} IS_TEMPLATE false ALLOW_CONNECTIONS true")
            host.sql(f"DROP DATABASE {name} WITH (FORCE)")


def run(db, *args, status=0, stdin="", **settings):
    return stack.command({**db.settings, **settings}, *args, status=status, stdin=stdin)


def add(db, name="main", *args, status=0, url=None, **settings):
    return run(db, "server", "add", name, "--url-stdin", *args, status=status, stdin=(url or db.maker) + "\n", **settings)


def shown(db, *args, **settings):
    return json.loads(run(db, *args, "--json", **settings))


def pool(db, server="main", **settings):
    return next(p for p in shown(db, "pool", "status", **settings) if p["server"] == server)


def names(db, state="ready"):
    return [n for n, in db.sql("SELECT name FROM tenantd.pool_databases WHERE state = %s ORDER BY 1", [state])]


def transaction(db, fn):
    with psycopg2.connect(db.settings["DATABASE_URL"]) as c, c.cursor() as cur:
        cur.execute("SELECT set_config('app.current_tenant_id', 'unset', true)")
        return fn(cur)


def told(db, *args, **how):
    """What a command that fails says."""
    done = subprocess.run([stack.PROGRAM, *args], env={"PATH": stack.PATH, **stack.UNHURRIED, **db.settings}, text=True,
                          input=how.get("stdin", ""), capture_output=True, check=False)
    assert done.returncode == how["status"], done
    return done.stderr


@pytest.mark.parametrize("rights, lacks", [("", "CREATEDB and CREATEROLE"), ("CREATEDB", "CREATEROLE"), ("CREATEROLE", "CREATEDB")])
def test_a_role_that_may_not_is_told_what_it_lacks(plane, host, rights, lacks):
    said = told(plane, "server", "add", "main", "--url-stdin", stdin=host.maker(rights) + "\n", status=69)
    assert f"lacks {lacks} on database server" in said and "ALTER ROLE" in said
    assert shown(plane, "server", "list") == [] and host.sql(OURS) == []


def test_a_server_that_does_not_answer_is_not_registered(plane):
    said = told(plane, "server", "add", "main", "--url-stdin", stdin="postgresql://maker:hunter2@127.0.0.1:1/postgres\n", status=69)
    assert "Connection refused" in said and "hunter2" not in said
    assert shown(plane, "server", "list") == []


def test_the_connection_string_is_sealed_and_never_shown(plane):
    url = plane.maker.replace("@", ":hunter2@")
    said = add(plane, url=url) + run(plane, "server", "list", "--json") + run(plane, "server", "show", "main", "--json")
    assert "hunter2" not in said
    assert "hunter2" not in str(plane.sql("SELECT * FROM tenantd.database_servers"))
    assert "hunter2" not in str(plane.sql("SELECT details FROM tenantd.audit WHERE event = 'DATABASE_SERVER_ADDED'"))


def test_a_second_server_of_that_name_is_refused(plane):
    add(plane)
    assert "already" in told(plane, "server", "add", "main", "--url-stdin", stdin=plane.maker + "\n", status=73)


def test_what_waits_is_closed_to_everybody_else_and_nobody_connects_to_the_template(plane, host):
    add(plane, "main", "--pool", "2")
    assert shown(plane, "pool", "fill", "main") == {"made": 2, "removed": 0, "ready": 2, "busy": 0}
    stranger = host.maker("")
    for name in names(plane):
        with pytest.raises(psycopg2.OperationalError, match="permission denied"):
            stack.sql(stranger.replace("/postgres", f"/{name}"), "SELECT 1")
        assert host.sql("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]) == [("tenantd:pool",)]
        there = host.url_of("postgres", name)
        assert stack.sql(there, "SELECT name FROM tenantd.schema_migrations") == [("tenantd/0001_base",)]
        assert stack.sql(there, "TABLE public.settings") == []
    template, = [n for n, in host.sql(OURS) if "template" in n]
    with pytest.raises(psycopg2.OperationalError, match="not currently accepting"):
        stack.sql(host.url_of("postgres", template), "SELECT 1")
    assert host.sql("SELECT datistemplate FROM pg_database WHERE datname = %s", [template]) == [(True,)]


def test_an_operators_own_migrations_are_in_it_and_what_is_out_of_date_is_never_handed_out(plane, host, tmp_path):
    (tmp_path / "0001_orders.sql").write_text("CREATE TABLE orders (id int PRIMARY KEY);\nCREATE INDEX ON orders (id);\n")
    mine = {"TENANT_MIGRATIONS_DIR": str(tmp_path)}
    add(plane, "main", "--pool", "3", **mine)
    assert shown(plane, "pool", "fill", **mine)["made"] == 3
    old, stamp = names(plane), pool(plane)["stamp"]
    assert stack.sql(host.url_of("postgres", old[0]), "TABLE orders") == []
    (tmp_path / "0002_lines.sql").write_text("CREATE TABLE lines (id int);")
    assert shown(plane, "pool", "fill", **mine) == {"made": 3, "removed": 3, "ready": 3, "busy": 0}
    fresh = names(plane)
    assert pool(plane)["stamp"] != stamp and not set(old) & set(fresh)
    assert transaction(plane, lambda cur: (cur.execute(statement("pool_claim"), given("main", stamp, "x")), cur.fetchall())[1]) == []
    assert [n for n, in host.sql(OURS) if "template" not in n] == fresh
    assert len(host.sql(OURS)) == len(fresh) + 1, "the former template is gone"
    assert stack.sql(host.url_of("postgres", fresh[0]), "TABLE lines") == []


def test_a_migration_that_fails_is_named_and_leaves_nothing(plane, host, tmp_path):
    (tmp_path / "0001_wrong.sql").write_text("CREATE TABLE fine (id int); CREATE TABEL wrong (id int);")
    mine = {**plane.settings, "TENANT_MIGRATIONS_DIR": str(tmp_path)}
    done = subprocess.run([stack.PROGRAM, "server", "add", "main", "--url-stdin"], env={"PATH": stack.PATH, **stack.UNHURRIED, **mine},
                          input=plane.maker + "\n", text=True, capture_output=True, check=False)
    assert done.returncode == 70 and "0001_wrong" in done.stderr and "syntax error" in done.stderr
    (tmp_path / "0001_wrong.sql").write_text("CREATE TABLE fine (id int);")
    assert shown(plane, "pool", "fill", TENANT_MIGRATIONS_DIR=str(tmp_path))["ready"] == 5
    assert len(host.sql(OURS)) == 6, "what was left of the first template is gone"


def test_two_hundred_claims_at_once_are_as_many_databases_as_there_are(plane):
    add(plane, "main", "--pool", "50")
    run(plane, "pool", "fill")
    stamp = pool(plane)["stamp"]

    def claim(n):
        def fn(cur):
            cur.execute(statement("pool_claim"), given("main", stamp, f"r{n}"))
            got = cur.fetchall()
            if n % 4 == 0:  # an operation that comes to nothing
                cur.connection.rollback()
                return []
            return got
        return [name for name, in transaction(plane, fn)]

    with concurrent.futures.ThreadPoolExecutor(60) as many:
        got = [name for claimed in many.map(claim, range(200)) for name in claimed]
    assert len(got) == len(set(got))
    left = names(plane)
    assert len(got) + len(left) == 50 and not set(got) & set(left)
    assert sorted(got) == names(plane, "claimed")


def placed(db, asked=None, n=0):
    """As a creation does it: the server's id, or None; with the row in the ledger."""
    def fn(cur):
        cur.execute(statement("server_turn"))
        cur.execute(statement("server_pick"), given(asked, 10))
        row = cur.fetchone()
        if row:
            cur.execute("INSERT INTO tenantd.resources (id, tenant_id, operation_id, step, kind, place, name)"
                        " VALUES (%s, 't', 'o', 'database', 'database', %s, %s)", (str(uuid.uuid4()), row[0], f"n{n}-{uuid.uuid4()}"))
        return row and row[0]
    return transaction(db, fn)


def test_limits_hold_with_two_hundred_at_once(plane, host):
    add(plane, "one", "--limit", "7", "--pool", "0")
    add(plane, "two", "--connections", "55", "--pool", "0", url=host.maker())
    with concurrent.futures.ThreadPoolExecutor(60) as many:
        got = list(many.map(lambda n: placed(plane, None, n), range(200)))
    assert (got.count("one"), got.count("two"), got.count(None)) == (7, 5, 188)
    assert {s["id"]: s["databases"] for s in shown(plane, "server", "list")} == {"one": 7, "two": 5}
    plane.sql("UPDATE tenantd.resources SET state = 'removed' WHERE id = (SELECT min(id) FROM tenantd.resources WHERE place = 'one')")
    assert (placed(plane), placed(plane)) == ("one", None)


def test_weights_and_draining_decide(plane, host):
    add(plane, "heavy", "--weight", "90", "--pool", "0")
    add(plane, "light", "--weight", "10", "--pool", "0", url=host.maker())
    add(plane, "asked", "--weight", "0", "--pool", "0", url=host.maker())
    got = [placed(plane) for _ in range(200)]
    assert "asked" not in got and 5 <= got.count("light") <= 45, got.count("light")
    assert placed(plane, "asked") == "asked"
    run(plane, "server", "drain", "heavy")
    assert {placed(plane) for _ in range(20)} == {"light"} and placed(plane, "heavy") is None
    run(plane, "server", "resume", "heavy")
    assert placed(plane, "heavy") == "heavy"


def test_a_drained_server_loses_its_pool_and_can_be_removed_once_it_is_empty(plane, host):
    add(plane, "main", "--pool", "2")
    run(plane, "pool", "fill")
    placed(plane)
    assert "drain it first" in told(plane, "server", "remove", "main", status=73)
    run(plane, "server", "drain", "main")
    assert "databases of tenants" in told(plane, "server", "remove", "main", status=73)
    assert len(host.sql(OURS)) == 3
    plane.sql("UPDATE tenantd.resources SET state = 'removed'")
    run(plane, "server", "remove", "main")
    assert host.sql(OURS) == [] and shown(plane, "server", "list") == []
    assert [e for e, in plane.sql("SELECT event FROM tenantd.audit WHERE event LIKE 'DATABASE_SERVER%%' ORDER BY id")] == [
        "DATABASE_SERVER_ADDED", "DATABASE_SERVER_CHANGED", "DATABASE_SERVER_REMOVED"]


def beginning(db, *args, **settings):
    return subprocess.Popen([stack.PROGRAM, *args], env={"PATH": stack.PATH, **stack.UNHURRIED, **db.settings, **settings},
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_two_who_fill_at_once_make_no_more_than_is_wanted(plane, host):
    add(plane, "main", "--pool", "20")
    both = [beginning(plane, "pool", "fill", "--json") for _ in range(3)]
    said = [json.loads(p.communicate(timeout=120 * stack.PATIENCE)[0]) for p in both]
    assert all(p.returncode == 0 for p in both)
    assert sum(s["made"] for s in said) == 20 and pool(plane)["ready"] == 20
    assert [n for n, in host.sql(OURS) if "template" not in n] == names(plane)


def test_a_kill_while_filling_leaves_nothing_that_the_next_does_not_remove(plane, host):
    add(plane, "main", "--pool", "6")
    for n in range(8):
        run(plane, "pool", "drain")
        process = beginning(plane, "pool", "fill")
        time.sleep(0.01 + 0.03 * n)
        stack.kill(process.pid)
        process.communicate()
    # the server may still be at what the last one began: it has its turn until then
    stack.until(lambda: shown(plane, "pool", "fill")["busy"] == 0 and pool(plane)["ready"] == 6, what="the pool")
    assert [n for n, in host.sql(OURS) if "template" not in n] == names(plane)
    assert len([n for n, in host.sql(OURS) if "template" in n]) == 1
    assert names(plane, "making") == []


def test_a_kill_while_the_template_is_made_leaves_no_second_one(plane, host, tmp_path):
    add(plane, "main", "--pool", "0")
    for n in range(6):
        (tmp_path / f"{n:04}_more.sql").write_text(f"CREATE TABLE t{n} (id int);")
        process = beginning(plane, "pool", "fill", TENANT_MIGRATIONS_DIR=str(tmp_path))
        time.sleep(0.02 + 0.04 * n)
        stack.kill(process.pid)
        process.communicate()
    mine = {"TENANT_MIGRATIONS_DIR": str(tmp_path)}
    stack.until(lambda: shown(plane, "pool", "fill", **mine)["busy"] == 0, what="the turn")
    assert len(host.sql(OURS)) == 1
    assert plane.sql("SELECT template, template_next FROM tenantd.database_servers") == [(host.sql(OURS)[0][0], None)]


def test_job_workers_keep_the_pool_full(plane, host):
    with stack.Tenantd(plane, workers=1, JOB_WORKERS=1, POOL_SIZE=4) as app:
        add(plane)
        stack.until(lambda: pool(plane, POOL_SIZE="4")["ready"] == 4, what="the pool")
        stamp = pool(plane)["stamp"]

        def claim(cur):
            cur.execute(statement("pool_claim"), given("main", stamp, "r1"))
            got = cur.fetchone()
            cur.execute(statement("pool_call"), given("main", "pool.refill"))
            return got[0]

        claimed = [transaction(plane, claim) for _ in range(3)]
        stack.until(lambda: pool(plane, POOL_SIZE="4")["ready"] == 4, what="the pool, again")
        assert not set(claimed) & set(names(plane))
        metrics = app.call("GET", "/metrics").body.decode()
        assert 'tenantd_pool_ready{server="main"} 4' in metrics and 'tenantd_server_databases{server="main"} 0' in metrics
        run(plane, "server", "drain", "main")
        stack.until(lambda: names(plane) == [], what="an empty pool")
    assert not [j for j in plane.sql("SELECT last_error FROM tenantd.jobs WHERE state = 'dead'")]


def test_a_server_that_goes_away_is_told_and_comes_back(plane):
    with stack.Cluster() as other:
        add(plane, "other", "--pool", "1", url=other.maker())
        other.stop("immediate")
        assert "does not answer" in told(plane, "pool", "fill", status=69)
        assert shown(plane, "server", "show", "other")["health"] == "down"
        add(plane, "main", "--pool", "0")
        assert {placed(plane) for _ in range(10)} == {"main"}, "the one that is down comes last"
        other.up()
        assert shown(plane, "server", "show", "other")["health"] == "ok"
        assert shown(plane, "pool", "fill", "other")["ready"] == 1


def test_a_server_that_is_gone_for_good_can_be_removed_when_it_is_off(plane):
    with stack.Cluster() as other:
        add(plane, "other", "--pool", "1", url=other.maker())
        run(plane, "pool", "fill")
    run(plane, "server", "drain", "other", "--off")
    run(plane, "server", "remove", "other")
    assert shown(plane, "server", "list") == [] and plane.sql("TABLE tenantd.pool_databases") == []


def test_a_server_lost_in_mid_copy_is_told_and_leaves_nothing_behind(plane):
    with stack.Cluster() as other:
        add(plane, "other", "--pool", "40", url=other.maker())
        process = beginning(plane, "pool", "fill")
        stack.until(lambda: pool(plane, "other")["ready"] > 2, what="the first of them")
        os.kill(other.pid(), signal.SIGQUIT)
        assert process.wait(60 * stack.PATIENCE) == 69
        assert "does not answer as it should" in process.stderr.read()
        stack.until(lambda: other.up() or True, what="the server")
        assert shown(plane, "pool", "fill")["ready"] == 40
        assert [n for n, in other.sql(OURS) if "template" not in n] == names(plane)


def test_secrets_rotate_seals_the_connection_strings_anew(plane):
    add(plane, "main", "--pool", "1")
    old = plane.settings["SECRET_KEY"]
    new = {"SECRET_KEY": "n" * 40, "SECRET_KEY_PREVIOUS": old}
    run(plane, "secrets", "rotate", **new)
    assert shown(plane, "pool", "fill", SECRET_KEY="n" * 40)["ready"] == 1


def test_a_dry_run_names_the_database_and_its_server_and_takes_nothing(plane):
    add(plane, "main", "--pool", "1")
    run(plane, "pool", "fill", "main")
    waits = names(plane)
    assert len(waits) == 1
    steps = {s["step"]: s for s in shown(plane, "tenant", "create", "--name", "Planned", "--slug", "planned", "--isolation", "database", "--dry-run")}
    assert re.fullmatch(r"database tenant_planned_[0-9a-f]{8} at main", steps["database"]["resources"]), steps["database"]
    assert steps["credentials"]["resources"].startswith("database_role ") and steps["credentials"]["resources"].endswith(" at main")
    assert steps["migrations"]["skipped"] == "the template had all of them"
    assert names(plane) == waits and plane.value("SELECT count(*) FROM tenantd.operations") == 0
    assert plane.value("SELECT databases FROM tenantd.database_servers") == 0
    run(plane, "server", "drain", "main")
    status, said = run(plane, "tenant", "create", "--name", "Planned", "--isolation", "database", "--dry-run", status=None)
    assert status != 0 and "no database server has room" in said
