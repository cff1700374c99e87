"""Tenants with a database or a schema of their own: claimed or copied, killed at every point, refused clearly, and a
stranger's of that name untouched. What is left is judged by the servers themselves.
KILL_MATRIX=all: kills at each point under every onFailure, not a sample."""
import concurrent.futures
import contextlib
import hashlib
import json
import subprocess
import tempfile
import threading
import time

import psycopg2
import pytest
import stack
from creating import SHORT_LEASE_MS, Creating, crossed, is_free, sweep
from fcgi_client import call

OURS = "SELECT datname FROM pg_database WHERE datname LIKE 'tenantd\\_%%' OR datname LIKE 'tenant\\_%%' ORDER BY 1"
# Of the step, and whether it is copied or claimed, which copies nothing.
POINTS = [(point, how) for point in ("begin", "intended", "created", "closed", "acted", "recorded")
          for how in ("copied", "claimed") if (point, how) != ("created", "claimed")]


@pytest.fixture(scope="module")
def host():
    with stack.Cluster() as c:
        yield c


@pytest.fixture(scope="module")
def db(cluster, host):
    with cluster.database() as d:
        stack.command(d.settings, "server", "add", "main", "--url-stdin", "--pool", "0", stdin=host.maker() + "\n")
        yield d


def size(db, n):
    """The pool is to have n, and has."""
    db.sql("UPDATE tenantd.database_servers SET pool_size = %s", [n])
    if n == 0:
        stack.command(db.settings, "pool", "drain")
    said = json.loads(stack.command(db.settings, "pool", "fill", "--json"))
    assert said["ready"] == n or said["busy"]


def name_of(tenant, slug):
    return f"tenant_{slug.replace('-', '_')[:40]}_{hashlib.sha256(tenant.encode()).hexdigest()[:8]}"


def unaccounted(db, host):
    """What is on the server that neither the ledger nor the pool nor the template accounts for."""
    known = {n for n, in db.sql("SELECT name FROM tenantd.resources WHERE kind = 'database' AND state = 'made'"
                                " UNION SELECT name FROM tenantd.pool_databases WHERE state = 'ready'"
                                " UNION SELECT template FROM tenantd.database_servers WHERE template IS NOT NULL")}
    return {n for n, in host.sql(OURS)} ^ known


def told(answer, status):
    assert answer.status == status, (answer.status, answer.body)
    return json.loads(answer.body)


def steps(op):
    return {s["name"]: s for s in op["steps"]}


def assert_made(db, host, op, slug):
    assert op["state"] == "succeeded", op
    name = name_of(op["tenantId"], slug)
    (resource, state), = db.sql("SELECT id, state FROM tenantd.resources WHERE tenant_id = %s AND kind = 'database' AND name = %s",
                                [op["tenantId"], name])
    assert state == "made"
    assert host.sql("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]) == [(f"tenantd:{resource}",)]
    there = host.url_of("postgres", name)
    assert stack.sql(there, "SELECT name FROM tenantd.schema_migrations") == [("tenantd/0001_base",)]
    assert not stack.sql(there, "SELECT has_database_privilege('public', current_database(), 'CONNECT')")[0][0]


@pytest.mark.parametrize("point, how, way", crossed(POINTS))
def test_a_kill_at_any_point_of_the_step(db, host, point, how, way):
    size(db, int(how == "claimed"))
    with Creating(db, f"database:{point}=kill", POOL_SIZE=0) as c:
        assert c.create(isolation="database", onFailure=way) is None
        assert_made(db, host, c.converged(), c.slug)
    size(db, 0)
    assert unaccounted(db, host) == set()


@pytest.mark.parametrize("stop, how", [(f"database:{point}", how) for point, how in POINTS if point != "begin"]
                         + [("activation:begin", "copied"), ("activation:begin", "claimed")])
def test_a_failure_at_any_point_is_taken_back(db, host, stop, how):
    size(db, int(how == "claimed"))
    before = {n for n, in host.sql(OURS)}
    with Creating(db, f"{stop}=fail") as c:
        told(c.create(isolation="database"), 503)
        op = c.converged()
        assert op["state"] == "rolled_back" and sweep(db, op["tenantId"]) == {} and is_free(db, c.slug)
        assert op["errorStep"] == stop.partition(":")[0] and steps(op)[op["errorStep"]]["state"] == "failed"
    size(db, 0)
    assert unaccounted(db, host) == set() and {n for n, in host.sql(OURS)} <= before


def test_a_kill_while_it_is_copied(db, host):
    """The server goes on with what it was asked for by a program that is gone; whoever comes after it waits for that."""
    size(db, 0)
    template = db.value("SELECT template FROM tenantd.database_servers")
    host.sql(f"ALTER DATABASE {template} ALLOW_CONNECTIONS true")
    try:
        with Creating(db) as c, concurrent.futures.ThreadPoolExecutor(1) as thread:
            # PostgreSQL waits some seconds for the end of such a connection before it copies, or refuses to
            with contextlib.closing(psycopg2.connect(host.url_of("postgres", template))):
                asked = thread.submit(c.create, isolation="database")
                stack.until(lambda: host.sql("SELECT pid FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid()"
                                             " AND query LIKE '%%CREATE DATABASE%%'"))
                holder = db.value("SELECT leased_by FROM tenantd.operations WHERE request->>'slug' = %s", [c.slug])
                for pid in c.workers():
                    stack.kill(pid)
                assert asked.result() is None
                stack.until(lambda: db.value("SELECT leased_by FROM tenantd.operations WHERE request->>'slug' = %s", [c.slug]) != holder)
            assert_made(db, host, c.converged(), c.slug)
    finally:
        host.sql(f"ALTER DATABASE {template} ALLOW_CONNECTIONS false")
    assert unaccounted(db, host) == set()


@pytest.mark.parametrize("waiting", [1, 0], ids=["claimed", "copied"])
def test_a_strangers_database_of_that_name_is_untouched(db, host, waiting):
    """It comes after the ledger has the name, and before ours is called that."""
    size(db, waiting)
    with Creating(db, "database:closed=fail") as c:
        c.create(isolation="database", onFailure="hold")
        op = c.converged()
        name = name_of(op["tenantId"], c.slug)
        host.sql(f"CREATE DATABASE {name}")
        stack.sql(host.url_of("postgres", name), "CREATE TABLE sentinel AS SELECT 42 AS n")
        c.act(op["id"], "retry")
        held = stack.until(lambda: (o := c.converged())["errorCode"] == "conflict" and o)
        assert held["state"] == "held" and name in held["error"]
        c.act(op["id"], "cancel")
        assert stack.until(lambda: c.converged()["state"] == "rolled_back")
    assert stack.sql(host.url_of("postgres", name), "TABLE sentinel") == [(42,)]
    host.sql(f"DROP DATABASE {name}")
    size(db, 0)
    assert unaccounted(db, host) == set()


@pytest.mark.parametrize("timeout, status", [(60000, 201), (3000, 202)], ids=["waited for", "left to a job"])
def test_a_copy_that_outlasts_the_lease_goes_on(db, host, timeout, status):
    """Whoever is connected to the template holds every copy up, for 5 seconds at most."""
    size(db, 0)
    template = db.value("SELECT template FROM tenantd.database_servers")
    host.sql(f"ALTER DATABASE {template} ALLOW_CONNECTIONS true")
    stranger = psycopg2.connect(host.url_of("postgres", template))
    host.sql(f"ALTER DATABASE {template} ALLOW_CONNECTIONS false")
    gone = threading.Timer(2 * SHORT_LEASE_MS / 1000, stranger.close)
    with Creating(db, REQUEST_TIMEOUT=timeout, POOL_SIZE=0, OPERATION_LEASE=SHORT_LEASE_MS) as c:
        gone.start()
        told(c.create(isolation="database"), status)
        op = c.converged()
    gone.join()
    assert_made(db, host, op, c.slug)
    step = steps(op)["database"]
    assert step["attempts"] == (1 if status == 201 else 2) and (status == 202 or step["durationMs"] > SHORT_LEASE_MS), step
    assert unaccounted(db, host) == set()


def test_two_hundred_at_once_against_a_pool_of_fifty(db, host):
    """The server has fewer connections than there are creations: they wait, and none fails."""
    size(db, 50)
    db.sql("UPDATE tenantd.database_servers SET pool_size = 0")
    had = db.value("SELECT databases FROM tenantd.database_servers")
    with Creating(db, workers=8, POOL_SIZE=0, LOG_REQUESTS="off") as c, concurrent.futures.ThreadPoolExecutor(200) as many:
        def one(n):
            body = json.dumps({"name": "One of many", "slug": f"many-{n}-{c.slug_mark}", "isolation": "database"}).encode()
            return call(c.socket, "POST", "/api/tenants", c.auth, body, timeout=600 * stack.PATIENCE).status
        c.slug_mark = hashlib.sha256(str(id(c)).encode()).hexdigest()[:6]
        most = 0
        running = [many.submit(one, n) for n in range(200)]
        while not all(f.done() for f in running):
            most = max(most, host.sql("SELECT count(*) FROM pg_stat_activity WHERE usename LIKE 'maker%%'")[0][0])
            time.sleep(0.1)
        assert {f.result() for f in running} <= {201, 202}
        stack.until(lambda: db.sql("SELECT DISTINCT state FROM tenantd.operations WHERE request->>'name' = 'One of many'") == [("succeeded",)], 300)
    rows = db.sql("SELECT details->>'staging', details->>'from' FROM tenantd.resources WHERE kind = 'database' AND state = 'made'"
                  " AND operation_id IN (SELECT id FROM tenantd.operations WHERE request->>'name' = 'One of many')")
    assert len({r[0] for r in rows}) == 200 and [r[1] for r in rows].count("pool") == 50
    assert most <= 2 * (8 + 1), "a connection a process, and one more while a tenant's own is looked into"
    assert db.value("SELECT databases FROM tenantd.database_servers") == had + 200
    assert unaccounted(db, host) == set()


def test_what_is_refused_is_said(cluster, db):
    with Creating(db) as c:
        problem = told(c.create(isolation="database", placement={"server": "nowhere"}), 409)
        assert problem["type"].endswith("/isolation-unavailable") and 'no database server "nowhere"' in problem["detail"]
        stack.command(db.settings, "server", "drain", "main")
        assert "is draining" in told(c.create(isolation="database", placement={"server": "main"}), 409)["detail"]
        assert "0 active" in told(c.create(isolation="database"), 409)["detail"]
        stack.command(db.settings, "server", "resume", "main")
        db.sql("UPDATE tenantd.database_servers SET databases_most = 0")
        assert "has no room" in told(c.create(isolation="database", placement={"server": "main"}), 409)["detail"]
        db.sql("UPDATE tenantd.database_servers SET databases_most = NULL")
    with cluster.database() as bare, Creating(bare) as c:
        assert "no database server is registered" in told(c.create(isolation="database"), 409)["detail"]


def test_a_role_that_lost_its_right_is_said(db, host):
    size(db, 0)
    role, = db.sql("SELECT role FROM tenantd.database_servers")[0]
    with Creating(db) as c:
        host.sql(f"ALTER ROLE {role} NOCREATEDB")
        try:
            problem = told(c.create(isolation="database"), 409)
        finally:
            host.sql(f"ALTER ROLE {role} CREATEDB")
        assert problem["type"].endswith("/isolation-unavailable") and "grant it CREATEDB" in problem["detail"]
        assert c.converged()["state"] == "rolled_back"
        told(c.create(isolation="database"), 201)


def test_a_server_that_is_gone_is_said_and_waited_for(cluster):
    with stack.Cluster() as other, cluster.database() as d:
        stack.command(d.settings, "server", "add", "main", "--url-stdin", "--pool", "0", stdin=other.maker() + "\n")
        with Creating(d) as c:
            other.stop("immediate")
            answer = c.create(isolation="database", onFailure="hold")
            assert answer.status in (202, 503), answer.body
            op = c.converged()
            assert op["state"] == "held" and 'database server "main" does not answer' in op["error"]
            other.up()

            def goes_on():  # a process that found it gone asks again after some seconds
                c.act(op["id"], "retry")
                return c.converged()["state"] == "succeeded"
            stack.until(goes_on)
            assert unaccounted(d, other) == set()


def test_a_full_disk_is_said(cluster, tmp_path):
    """By a server whose data lies on a file system of its own, where that can be made."""
    place = tempfile.mkdtemp(prefix="tdfull.", dir="/tmp")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=130m,mode=0755", "tmpfs", place], check=False, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        with cluster.database() as d, _full(place) as other:
            stack.command(d.settings, "server", "add", "main", "--url-stdin", "--pool", "0", stdin=other.maker() + "\n")
            with Creating(d) as c:
                subprocess.run(["sh", "-c", f"dd if=/dev/zero of={place}/filler bs=1M 2>/dev/null; rm -f {place}/none"], check=False)
                problem = told(c.create(isolation="database"), 503)
                assert "is full" in problem["detail"], problem
                subprocess.run(["rm", "-f", f"{place}/filler"], check=True)
                assert c.converged()["state"] == "rolled_back"
                told(c.create(isolation="database"), 201)
                assert unaccounted(d, other) == set()
    finally:
        subprocess.run(["umount", place], check=False)
        subprocess.run(["rmdir", place], check=False)


def _full(place):
    class Small(stack.Cluster):
        def __init__(self):
            mkdtemp, tempfile.mkdtemp = tempfile.mkdtemp, lambda **_: mkdtemp(prefix="tdp.", dir=place)
            try:
                super().__init__("max_wal_size = 32MB\nmin_wal_size = 32MB\n")
            finally:
                tempfile.mkdtemp = mkdtemp
    return Small()


# -- schemas --


def schema_of(op):
    return "tenant_" + op["tenantId"].replace("-", "_")


@pytest.mark.parametrize("step, point, way", [(step, *row) for step in ("database", "migrations")
                                              for row in crossed(["begin", "intended", "acted", "recorded"])])
def test_a_schema_of_its_own_and_a_kill(cluster, db, step, point, way):
    with Creating(db, f"{step}:{point}=kill") as c:
        assert c.create(isolation="schema", onFailure=way) is None
        op = c.converged()
        assert op["state"] == "succeeded", op
    schema = schema_of(op)
    assert cluster.sql(f'SELECT name FROM "{schema}".schema_migrations', database=db.name) == [("tenantd/0001_base",)]
    assert cluster.sql(f'TABLE "{schema}".settings', database=db.name) == []
    assert db.value("SELECT obj_description(%s::regnamespace, 'pg_namespace')", [schema]).startswith("tenantd:")


def test_a_schema_is_taken_back_and_a_strangers_stays(cluster, db):
    with Creating(db, "activation:begin=fail") as c:
        told(c.create(isolation="schema"), 503)
        op = c.converged()
        assert op["state"] == "rolled_back" and not db.sql("SELECT FROM pg_namespace WHERE nspname = %s", [schema_of(op)])
    with Creating(db, "database:intended=fail") as c:
        c.create(isolation="schema", onFailure="hold")
        op = c.converged()
        cluster.sql(f'CREATE SCHEMA "{schema_of(op)}"; CREATE TABLE "{schema_of(op)}".sentinel AS SELECT 42 AS n', database=db.name)
        c.act(op["id"], "retry")
        held = stack.until(lambda: (o := c.converged())["errorCode"] == "conflict" and o)
        assert "is not this tenant's" in held["error"]
        c.act(op["id"], "cancel")
        assert stack.until(lambda: c.converged()["state"] == "rolled_back")
    assert cluster.sql(f'TABLE "{schema_of(op)}".sentinel', database=db.name) == [(42,)]


def test_shared_needs_neither(db):
    with Creating(db) as c:
        told(c.create(isolation="shared"), 201)
        op = c.converged()
        assert {steps(op)[name]["state"] for name in ("database", "migrations")} == {"skipped"}
        assert steps(op)["database"]["note"] == "shared isolation"
