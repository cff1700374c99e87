"""Two clusters, one the other's standby, and a URL that names both: the primary goes, the
standby is promoted, and the program finds it by itself."""
import contextlib
import re
import socket
import threading
import time
import uuid

import pytest
import stack
from ledger import MARGIN_S, ONBOARD, SHORT, SHORT_S, Ledger
from tokens import bearer


@contextlib.contextmanager
def killed(cluster):
    """Its processes end without a word."""
    for pid in cluster.processes():
        stack.kill(pid)
    yield


def hung(cluster):
    return stack.stopped(cluster.processes())


@pytest.fixture(scope="module", params=[killed, hung])
def pair(request):
    """A primary that acknowledges only what its standby has as well, and a database on both."""
    with stack.Cluster() as primary, stack.Cluster(standby_of=primary) as standby:
        primary.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
        primary.sql("SELECT pg_reload_conf()")
        stack.until(lambda: primary.sql("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"))
        db = primary.database()
        db.standby, db.blow = standby, request.param
        # acknowledged is what the standby has on disk, and shows a little later
        stack.until(lambda: standby.replayed() >= primary.written(), what="the standby")
        db.settings["DATABASE_URL"] = url(db, "target_session_attrs=read-write", primary, standby)
        yield db


def url(db, query, *clusters):
    hosts = ",".join(re.search(r"@(.*?)/", c.url).group(1) for c in clusters)
    return f"postgresql://{db.server_role}@{hosts}/{db.name}?{query}"


@pytest.mark.parametrize("pair", [killed], indirect=True)
def test_a_standby_alone_reads_and_says_why_it_is_not_ready(pair):
    user = f"reader-{uuid.uuid4()}"
    with stack.Tenantd(pair, workers=1) as app:
        assert app.call("POST", ONBOARD, bearer(pair, user)).status == 200
    stack.until(lambda: stack.sql(pair.standby.url_of("postgres", pair.name),
                                  "SELECT 1 FROM custom_auth_tenant WHERE owner_id = %s", [user]))
    alone = {**SHORT, "DATABASE_URL": url(pair, "", pair.standby)}
    with stack.Tenantd(pair, workers=2, sign="/healthz", **alone) as app:
        ready = app.call("GET", "/readyz")
        assert ready.status == 503 and "read-only: a standby" in ready.json()["detail"], ready
        assert int(ready.headers["retry-after"]) >= 1
        assert app.call("GET", "/api/tenant/current", bearer(pair, user)).status == 200
        assert app.call("POST", ONBOARD, bearer(pair, user)).json()["isNew"] is False
        for _ in range(5):
            refused = app.call("POST", ONBOARD, bearer(pair, "newcomer"))
            assert refused.status == 503 and int(refused.headers["retry-after"]) >= 1, refused
        assert "sqlstate=25006" in app.log_text()
        status, text = stack.command({**pair.settings, **{k: str(v) for k, v in alone.items()}}, "doctor", status=None)
    assert status != 0 and "this server is a standby" in text and "every host to DATABASE_URL" in text, text
    alone["DATABASE_URL"] += "target_session_attrs=read-write"
    with stack.Tenantd(pair, workers=2, sign="/healthz", **alone) as app:
        for path in ("/readyz", "/api/tenant/current"):
            began = time.monotonic()
            refused = app.call("GET", path, bearer(pair, user))
            assert refused.status == 503 and int(refused.headers["retry-after"]) >= 1, refused
            assert time.monotonic() - began < 2 * (SHORT_S + MARGIN_S)
        assert "read-only" in app.log_text()


def test_the_promoted_standby_is_found_and_has_all_that_was_acknowledged(pair):
    with stack.Tenantd(pair, workers=8, **SHORT) as app:
        book = Ledger(app, deadline=SHORT_S + MARGIN_S)
        with book.clients(8):
            time.sleep(0.5)
            with pair.blow(pair.cluster):
                time.sleep(1)
                assert app.call("GET", "/readyz").status == 503
                pair.standby.promote()
                since = time.monotonic()
                book.well()
        book.check_well(since, pair.standby.url_of("postgres", pair.name))
        assert 503 in book.statuses(), "the primary went, and nobody noticed"
        stack.until(lambda: len(app.workers()) == 8, what="all workers")


def test_a_hung_first_host_costs_a_worker_one_connect_timeout(cluster):
    """It takes the connection and says nothing, as a stopped PostgreSQL does."""
    with cluster.database() as db, socket.create_server(("127.0.0.1", 0)) as silent:
        first, tried = f"127.0.0.1:{silent.getsockname()[1]},", []

        def keep():
            with contextlib.suppress(OSError):
                while True:
                    tried.append(silent.accept())
        threading.Thread(target=keep, daemon=True).start()
        several = url(db, "target_session_attrs=read-write", cluster).replace("@", "@" + first)
        with stack.Tenantd(db, workers=1, sign="/healthz", DATABASE_URL=several, JOB_WORKERS=0, DB_CONNECT_TIMEOUT=3000) as app:
            began = time.monotonic()
            for i in range(4):
                assert app.call("POST", ONBOARD, bearer(db, f"patient-{i}")).status == 200
                assert 2.9 < time.monotonic() - began and len(tried) == 1, "the first call alone meets it"
        silent.shutdown(socket.SHUT_RDWR)
