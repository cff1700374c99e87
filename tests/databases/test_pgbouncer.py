"""PgBouncer in transaction mode between the program and PostgreSQL, by the sample's settings,
with fewer connections than there are workers: nothing of a session may be relied on."""
import contextlib
import re
import signal
import time
import uuid

import psycopg2
import pytest
import stack
from client import at_once
from ledger import MARGIN_S, ONBOARD, SHORT, SHORT_S, Ledger
from pooler import PgBouncer
from tokens import bearer

POOL = 2  # connections


@pytest.fixture(scope="module")
def own():
    """A cluster of our own, since it is stopped and hung."""
    with stack.Cluster() as c:
        yield c


@pytest.fixture(scope="module", params=["guest", "least"])
def db(request, own):
    """Migrated through the pooler."""
    with own.database(footing=request.param, migrate=False) as d, \
            PgBouncer(own, d.roles.values(), default_pool_size=POOL, query_wait_timeout=60) as d.pooler:
        d.settings["DATABASE_URL"] = d.pooler.url_of(d.server_role, d.name)
        if "owner" in d.roles:
            d.settings["DATABASE_OWNER_URL"] = d.pooler.url_of(d.roles["owner"], d.name)
        d.settings["DB_PREPARE"] = "off"
        assert "applied 0004" in stack.command(d.settings, "migrate")
        yield d


@pytest.fixture(scope="module")
def app(db):
    with stack.Tenantd(db, workers=8) as a:
        yield a


def race(app, db, calls=200):
    """Racing first calls of one user."""
    user = f"race-{uuid.uuid4()}"
    answers = at_once([lambda: app.call("POST", ONBOARD, bearer(db, user)) for _ in range(calls)])
    assert {a.status for a in answers} == {200}, [a for a in answers if a.status != 200][:3]
    assert len({a.json()["tenantId"] for a in answers}) == 1
    assert db.value("SELECT count(*) FROM custom_auth_tenant WHERE owner_id = %s", [user]) == 1


def test_first_calls_race_over_two_connections(app, db):
    race(app, db)
    stack.until(lambda: 1 <= len(db.backends()) <= POOL, what="no more connections than there may be")
    assert "db_pooled" not in app.log_text()


def test_nothing_of_a_session_is_left_to_the_next_client(app, db):
    """On each connection of the pool: no setting, lock, statement or cursor of ours."""
    race(app, db, 40)
    with contextlib.ExitStack() as stacked:
        seen = set()
        for _ in range(POOL):
            c = stacked.enter_context(contextlib.closing(psycopg2.connect(db.settings["DATABASE_URL"])))
            cursor = c.cursor()  # its open transaction keeps the connection from the next
            cursor.execute("SELECT pg_backend_pid(), coalesce(current_setting('app.current_tenant_id', true), '')")
            pid, context = cursor.fetchone()
            seen.add(pid)
            assert context == ""
            cursor.execute("SELECT name, setting FROM pg_settings WHERE source = 'session' AND name NOT IN"
                           " ('application_name', 'client_encoding')")
            assert cursor.fetchall() == []
            for what in ("pg_prepared_statements", "pg_cursors", "pg_listening_channels()",
                         "pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"):
                cursor.execute(f"SELECT * FROM {what}")
                assert cursor.fetchall() == [], what
        assert len(seen) == POOL, "all there are"
    assert "db_context_leak" not in app.log_text()


def test_job_workers_listen_past_the_pooler_or_not_at_all(app, db):
    def listeners():
        return db.value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query ~ '^LISTEN'")
    told = re.findall(r"event=db_deaf .*DATABASE_DIRECT_URL", app.log_text())
    assert len(told) == 1 and listeners() == 0
    assert "every 1000 ms for what other hosts have told" in stack.command(db.settings, "doctor")
    with stack.Tenantd(db, workers=1, DATABASE_DIRECT_URL=db.url) as direct:
        stack.until(lambda: listeners() == 1, what="a listener")
        assert "event=db_deaf" not in direct.log_text()


def test_what_another_client_leaves_on_a_connection_opens_nothing(db):
    user, other = f"alone-{uuid.uuid4()}", f"other-{uuid.uuid4()}"
    with stack.Tenantd(db, workers=2) as app:
        theirs = app.call("POST", ONBOARD, bearer(db, other)).json()["tenantId"]
        for context in (theirs, "unset"):
            with contextlib.closing(psycopg2.connect(db.settings["DATABASE_URL"])) as c, c.cursor() as cursor:
                cursor.execute("SELECT set_config('app.current_tenant_id', %s, false)", [context])
                c.commit()
            assert app.call("GET", "/api/tenant/current", bearer(db, user)).status == 404
        assert app.call("GET", "/api/tenant/current", bearer(db, other)).json()["tenant"]["id"] == theirs
        assert "db_context_leak" in app.log_text()
        # it takes away what it meets
        with contextlib.closing(psycopg2.connect(db.settings["DATABASE_URL"])) as c, c.cursor() as cursor:
            def left():
                cursor.execute("SELECT coalesce(current_setting('app.current_tenant_id', true), '')")
                value = cursor.fetchone()[0]
                c.rollback()
                return value
            stack.until(lambda: app.call("GET", "/api/tenant/current", bearer(db, other)).status == 200 and left() == "")


def test_statements_that_cannot_be_prepared_are_not_any_more(db):
    """DB_PREPARE was left on: nobody notices, but the log and the doctor."""
    with stack.Tenantd(db, workers=8, DB_PREPARE="on") as app:
        for _ in range(3):
            race(app, db)
        told = re.findall(r"pid=(\d+) .*event=db_pooled prepare=off .*DB_PREPARE=off", app.log_text())
        assert told and len(told) == len(set(told)), "once a worker"
        assert "event=failed" not in app.log_text()
        assert "at migration" in stack.command({**app.settings, "DB_PREPARE": "on"}, "migrate")
        text = stack.command({**app.settings, "DB_PREPARE": "on"}, "doctor")
        assert "warning  pooler: " in text and "set DB_PREPARE=off" in text
        assert "pooler: a pooler stands before the database, and nothing" in stack.command(db.settings, "doctor")


# A blow is a blow, whatever the roles are.
once = pytest.mark.parametrize("db", ["least"], indirect=True)


@pytest.fixture(scope="module")
def hasty(own, db):
    """A program that waits for little, behind a pooler of its own that does the same."""
    with PgBouncer(own, db.roles.values(), default_pool_size=POOL, query_wait_timeout=1) as pooler, \
            stack.Tenantd(db, workers=8, DATABASE_URL=pooler.url_of(db.server_role, db.name), **SHORT) as a:
        a.pooler = pooler
        yield a


@once
def test_a_stuck_statement_ends_in_time_and_gives_its_connection_back(app, hasty, db):
    user = f"stuck-{uuid.uuid4()}"
    with contextlib.closing(psycopg2.connect(db.super_url)) as lock, lock.cursor() as cursor:
        cursor.execute("LOCK TABLE public.custom_auth_tenant IN ACCESS EXCLUSIVE MODE")
        began = time.monotonic()
        answers = at_once([lambda: hasty.call("POST", ONBOARD, bearer(db, user)) for _ in range(4)])
        assert time.monotonic() - began < 2 * (SHORT_S + MARGIN_S)
        assert {a.status for a in answers} == {503}, answers
        # the server ended them by itself: none waits on for the lock
        stack.until(lambda: not db.cluster.sql(
            "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'", [db.name]))
        lock.rollback()
    stack.until(lambda: hasty.call("POST", ONBOARD, bearer(db, user)).status == 200)
    race(app, db, 20)


@pytest.fixture
def book(hasty):
    return Ledger(hasty, deadline=SHORT_S + MARGIN_S)


@once
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["TERM", "KILL"])
def test_pgbouncer_restarts_under_load(hasty, book, how):
    before = hasty.pooler.process.pid
    with book.clients(8):
        time.sleep(0.4)
        hasty.pooler.stop(how)
        time.sleep(2)  # more than what a request waits for it
        hasty.pooler.start()
        since = time.monotonic()
        book.well()
    book.check_well(since)
    assert hasty.pooler.process.pid != before
    assert 503 in book.statuses(), "it was away, and nobody noticed"


@once
def test_postgresql_restarts_behind_it(db, book):
    started = db.cluster.started()
    with book.clients(8):
        time.sleep(0.4)
        before = db.backends()
        db.cluster.restart("immediate")
        since = time.monotonic()
        book.well()
        after = db.backends()
    book.check_well(since)
    assert db.cluster.started() > started
    assert before and after and not before & after, "the pool lost its connections"


@once
@pytest.mark.parametrize("of", ["pgbouncer", "postgresql"])
def test_a_hung_one_costs_no_more_than_the_deadline(hasty, db, book, of):
    with book.clients(8):
        time.sleep(0.4)
        with stack.stopped([hasty.pooler.process.pid] if of == "pgbouncer" else db.cluster.processes()):
            time.sleep(2.5)
        since = time.monotonic()
        book.well()
    book.check_well(since)
    assert 503 in book.statuses(), "it hung, and nobody noticed"
