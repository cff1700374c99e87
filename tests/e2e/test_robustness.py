"""What breaks, and what it may cost: a killed worker, a PostgreSQL that is away, an end, a bad reload."""
import contextlib
import os
import re
import signal
import threading
import time
import uuid
from pathlib import Path

import psycopg2
import pytest
import stack
from client import Load, get_or_create, http_call


@pytest.fixture(scope="module")
def own():
    """A cluster, a program with four workers, nginx and lighttpd, for this module alone."""
    with stack.Cluster() as cluster, cluster.database() as db, stack.Tenantd(db, workers=4) as app, \
            stack.WebServer("nginx", app.socket) as nginx, stack.WebServer("lighttpd", app.socket) as lighttpd:
        app.cluster, app.urls, app.key = cluster, [nginx.url, lighttpd.url], db.settings["JWT_SECRET_KEY"]
        yield app


def worker_of(app, backend):
    """The worker that holds the connection of a PostgreSQL backend (over TCP). Connections
    to other ports may have the same local one."""
    port = app.cluster.sql("SELECT client_port FROM pg_stat_activity WHERE pid = %s", [backend])[0][0]
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()]
    wanted = {f"socket:[{row[9]}]" for row in rows if row[1].endswith(f":{port:04X}")}
    for pid in app.workers():
        for fd in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # closed meanwhile
                if os.readlink(fd) in wanted:
                    return pid
    raise AssertionError("no worker has that connection")


def test_a_worker_killed_in_a_request_costs_that_request_only(own):
    before = set(own.workers())
    user = f"killed-{uuid.uuid4()}"
    result = []
    with psycopg2.connect(own.db.super_url) as lock, lock.cursor() as c:
        c.execute("LOCK TABLE public.custom_auth_tenant IN ACCESS EXCLUSIVE MODE")
        held = threading.Thread(target=lambda: result.append(get_or_create(own.urls[0], own.key, user)))
        held.start()
        backend = stack.until(lambda: own.db.cluster.sql(
            "SELECT pid FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'", [own.db.name]))[0][0]
        victim = worker_of(own, backend)
        os.kill(victim, signal.SIGKILL)
        held.join()
        lock.rollback()
    lock.close()
    assert result[0].status in (502, 503), result
    with Load(lambda: get_or_create(own.urls[0], own.key, user), threads=4) as load:
        load.goes_on(50)
    assert set(load.statuses()) == {200}
    after = stack.until(lambda: len(own.workers()) == 4 and set(own.workers()))
    assert len(before & after) == 3 and victim not in after
    assert own.db.value("SELECT count(*) FROM public.custom_auth_tenant WHERE owner_id = %s", [user]) == 1


def test_while_postgresql_is_away_the_answer_is_a_clean_503(own):
    user = f"away-{uuid.uuid4()}"
    own.cluster.stop("fast")
    try:
        for url in own.urls:
            started = time.monotonic()
            answer = get_or_create(url, own.key, user)
            assert time.monotonic() - started < 20 * stack.PATIENCE, "less than what a request may take"
            assert answer.status == 503, answer
            assert int(answer.headers["retry-after"]) >= 1
            body = answer.json()
            assert body["success"] is False and body["error"], body
            assert body["message"].startswith("Error processing tenant request: ")
            for secret in ("127.0.0.1", own.db.server_role, own.db.name, "connection to server", "libpq"):
                assert secret not in answer.body.decode(), body
            assert http_call(url, "GET", "/healthz").status == 200
            assert http_call(url, "GET", "/readyz").status == 503
            assert http_call(url, "GET", "/api/tenant/current").status == 401
    finally:
        own.cluster.up()
    stack.until(lambda: get_or_create(own.urls[0], own.key, user).status == 200)


def test_a_reload_of_settings_with_a_fault_changes_nothing(own):
    good = own.config.read_text()
    before = set(own.workers())
    own.config.write_text(good + "WORKERS=many\n")
    try:
        own.process.send(signal.SIGHUP)
        stack.until(lambda: "WORKERS" in own.log_text(), what="a word about it in the log")
        time.sleep(0.5)
        assert set(own.workers()) == before
        assert http_call(own.urls[0], "GET", "/readyz").status == 200
    finally:
        own.config.write_text(good)


def test_the_end_waits_for_the_request_in_flight(own):
    """SIGTERM: what runs is answered, then all is over."""
    with stack.Tenantd(own.db, workers=2) as app, stack.WebServer("nginx", app.socket) as web:
        result = []
        lock = psycopg2.connect(own.db.super_url)
        c = lock.cursor()
        c.execute("LOCK TABLE public.custom_auth_tenant IN ACCESS EXCLUSIVE MODE")
        held = threading.Thread(target=lambda: result.append(get_or_create(web.url, own.key, f"drain-{uuid.uuid4()}")))
        held.start()
        stack.until(lambda: own.db.cluster.sql(
            "SELECT pid FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'", [own.db.name]))
        app.process.send(signal.SIGTERM)
        time.sleep(0.5)
        lock.rollback()
        lock.close()
        held.join()
        assert result[0].status == 200, result
        assert app.process.stop(None) == 0


def test_workers_are_recycled_without_a_failure(own):
    with stack.Tenantd(own.db, workers=2, WORKER_MAX_REQUESTS=20) as app, stack.WebServer("nginx", app.socket) as web:
        before = set(app.workers())
        user = f"recycle-{uuid.uuid4()}"
        with Load(lambda: get_or_create(web.url, own.key, user), 4) as load:
            load.goes_on(60)
            stack.until(lambda: not before & set(app.workers()), what="other workers")
        assert set(load.statuses()) == {200}


def test_job_workers_come_and_go_beside_those_that_answer(own):
    def metric(role):
        text = app.call("GET", "/metrics").body.decode()
        return int(re.search(rf'^tenantd_worker_restarts_total\{{role="{role}"\}} (\d+)', text, re.M)[1])

    with stack.Tenantd(own.db, workers=2, JOB_WORKERS=2) as app:
        jobs = set(stack.until(lambda: len(app.job_workers()) == 2 and app.job_workers()))
        before = app.workers()
        assert len(before) == 2 and not jobs & set(before)
        for n in range(1, 4):
            victim = min(jobs)
            os.kill(victim, signal.SIGKILL)
            jobs = set(stack.until(lambda gone=victim: len(app.job_workers()) == 2 and gone not in app.job_workers()
                                   and app.job_workers()))
            stack.until(lambda count=n: metric("jobs") == count)
        assert app.workers() == before and metric("requests") == 0
        for count in (1, 0):
            before, jobs = set(app.workers()), set(app.job_workers())
            app.settings["JOB_WORKERS"] = count
            app.write_config()
            app.process.send(signal.SIGHUP)
            stack.until(lambda: not jobs & set(app.job_workers()) and len(app.job_workers()) == count)
            stack.until(lambda: not before & set(app.workers()) and len(app.workers()) == 2)
        assert app.call("GET", "/readyz").status == 200
        app.settings["JOB_WORKERS"] = 17
        app.write_config()
        app.process.send(signal.SIGHUP)
        stack.until(lambda: 'JOB_WORKERS: \\"17\\" is not in 0 to 16' in app.log_text(), what="a word about it")


def test_a_job_worker_is_there_unless_the_settings_say_otherwise(own):
    stack.until(lambda: len(own.job_workers()) == 1)
    [job_worker] = own.job_workers()
    assert job_worker not in own.workers()


def test_the_figures_add_up_over_workers(own):
    def count():
        text = http_call(own.urls[0], "GET", "/metrics").body.decode()
        rows = re.findall(r'^(\w*requests?_total\{[^}]*getOrCreate[^}]*status="200"[^}]*\}) (\d+)', text, re.M)
        assert rows, text[:1500]
        return sum(int(n) for _, n in rows)
    user = f"count-{uuid.uuid4()}"
    assert get_or_create(own.urls[0], own.key, user).status == 200
    before = count()
    for _ in range(40):
        assert get_or_create(own.urls[0], own.key, user).status == 200
    assert count() == before + 40
