"""Every blow under load: what was acknowledged is there once, every answer comes in time,
and all is well again by itself. Sizes: CHAOS_CALLS first calls in the longest test."""
import os
import random
import signal
import time

import pytest
import stack
from client import get_or_create
from fcgi_client import Connection, request_bytes
from ledger import BACK_S, MARGIN_S, REQUEST_S, Ledger

pytestmark = pytest.mark.plain("bounds in seconds, of a program at its usual speed")
CALLS = int(os.environ.get("CHAOS_CALLS", "5000"))
WORKERS = 8
QUERY_S, CONNECT_S = 3, 2  # DB_QUERY_TIMEOUT of this program, DB_CONNECT_TIMEOUT


@pytest.fixture(scope="module")
def own():
    """A cluster, a program, nginx and lighttpd that these tests alone knock about."""
    with stack.Cluster() as cluster, cluster.database() as db, \
            stack.Tenantd(db, workers=WORKERS, DB_QUERY_TIMEOUT=QUERY_S * 1000, DB_CONNECT_TIMEOUT=CONNECT_S * 1000,
                          REQUEST_TIMEOUT=REQUEST_S * 1000) as app, \
            stack.WebServer("nginx", app.socket) as nginx, stack.WebServer("lighttpd", app.socket) as lighttpd:
        app.cluster, app.webs = cluster, [nginx, lighttpd]
        yield app


@pytest.fixture
def book(own):
    whole(own)
    return Ledger(own, [w.url for w in own.webs])


def whole(app):
    """All workers are there, none is on its way out, and they answer."""
    stack.until(lambda: len(app.workers()) == WORKERS, every=0.005, what="all workers")
    stack.until(app.ready)


# -- the program --

def test_workers_killed_at_random_during_first_calls(own, book):
    killed = 0
    with book.clients(16, CALLS) as clients:
        while clients.working():
            time.sleep(random.uniform(0.01, 0.1))
            for pid in random.sample(workers := own.workers(), min(len(workers), 1)):
                stack.kill(pid)
                killed += 1
    ended = time.monotonic()
    whole(own)
    print(f"{killed} killed, the last replaced {time.monotonic() - ended:.1f} s after the end")
    book.check()
    assert killed > CALLS / 500
    assert 0 < len(book.refused()) <= 2 * killed, "a killed worker costs the request that it had"
    assert book.longest_gap(book.tries[0].began, ended) < BACK_S


def renew(app):
    """Another set of workers, with no pauses before replacements."""
    before = set(app.workers())
    app.process.send(signal.SIGHUP)
    stack.until(lambda: not before & set(app.workers()) and len(app.workers()) == WORKERS, what="new workers")


def test_a_worker_killed_between_its_wake_up_and_accept_keeps_nobody_waiting(own):
    """A connection wakes one worker alone. When that one never comes to accept, and nothing
    else happens, it must not wait for traffic that never comes. The master sleeps, since a
    worker that starts looks, too."""
    waited, lost, request = [], 0, request_bytes("GET", "/healthz")
    for _ in range(int(os.environ.get("CHAOS_ROUNDS", "12"))):
        renew(own)
        victims = random.sample(own.workers(), WORKERS - 2)
        with stack.stopped([own.process.pid]):
            began = time.monotonic()
            with Connection(own.socket, 60) as c:
                for pid in victims:
                    os.kill(pid, signal.SIGKILL)
                try:
                    c.send(request)
                    assert c.read_answer().status == 200
                except (OSError, stack.Closed):  # accepted, and then killed
                    lost += 1
            waited.append(time.monotonic() - began)
    whole(own)
    print(f"longest {max(waited):.2f} s of {len(waited)}, {lost} lost, {len([w for w in waited if w > 0.2])} late")
    assert max(waited) < BACK_S, sorted(waited)[-5:]


def test_the_master_killed_and_started_again(own, book):
    with book.clients(16):
        time.sleep(0.7)
        orphans = own.workers()
        assert len(orphans) == WORKERS
        own.process.stop(signal.SIGKILL)
        killed = time.monotonic()
        stack.until(lambda: not any(map(stack.lives, orphans)), what="the end of the workers")
        # What a supervisor does; the socket's file of before is there.
        assert os.path.exists(own.socket)
        own.start()
        stack.until(own.ready)
        back = time.monotonic()
        book.well()
    book.check()
    assert 0 in book.statuses() or 503 in book.statuses()
    assert book.span(killed, back) < 2 * BACK_S
    assert book.back_after(back) < BACK_S


def test_the_socket_is_not_taken_from_workers_that_still_answer(own):
    """The master is gone, a worker has a request: a second program does not start yet."""
    with stack.Tenantd(own.db, workers=1) as app:
        worker = app.workers()[0]
        with stack.stopped([worker]):
            app.process.stop(signal.SIGKILL)
            app.start()
            assert app.process.stop(None) == 69, app.log_text()[-2000:]
        stack.until(lambda: not stack.lives(worker), what="the end of the worker")
        app.start()
        stack.until(app.ready)


@pytest.mark.parametrize("kind", ["nginx", "lighttpd"])
def test_reloads_under_load_fail_nobody(own, kind):
    """SIGHUP, and clients that do not try again."""
    whole(own)
    book = Ledger(own, [w.url for w in own.webs if kind in w.command[0]], retries=False)
    before = set(own.workers())
    with book.clients(8):
        for _ in range(3):
            time.sleep(0.3)
            own.process.send(signal.SIGHUP)
        stack.until(lambda: not before & set(own.workers()) and len(own.workers()) == WORKERS, what="new workers")
        seen = len(book.tries)
        stack.until(lambda: len(book.tries) > seen + 50, what="more calls")
    assert not book.refused(), book.refused()[:5]
    book.check()


@pytest.mark.parametrize("kind", ["nginx", "lighttpd"])
@pytest.mark.parametrize("beside", [True, False])
def test_a_new_program_takes_over_and_fails_nobody(own, kind, beside):
    """Whoever keeps the socket, a supervisor, starts the new one beside the old one, which
    then drains; or one after the other: what comes between waits in the socket. Clients do
    not try again."""
    with stack.Kept(own.db, "serve", WORKERS=4) as kept, stack.WebServer(kind, kept.path) as web:
        old = kept.start()
        stack.until(lambda: get_or_create(web.url, own.db.settings["JWT_SECRET_KEY"], "warm").status == 200)
        book = Ledger(own, [web.url], retries=False)
        with book.clients(8):
            for _ in range(3):
                time.sleep(0.3)
                if beside:
                    kept.start()
                    stack.until(lambda: len(stack.workers(kept.process.pid)) == 4)
                assert old.stop() == 0, old.tail()
                old = kept.process if beside else kept.start()
                stack.until(lambda: len(stack.workers(kept.process.pid)) == 4)
            time.sleep(0.3)
        assert not book.refused(), book.refused()[:5]
        book.check()
        assert os.path.exists(kept.path), "the socket is not the program's to remove"


# -- PostgreSQL --

@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_postgresql_restarted(own, book, mode):
    with book.clients(16):
        time.sleep(0.7)
        before, stopped = own.db.backends(), time.monotonic()
        own.cluster.stop(mode)
        time.sleep(2)  # more than what a request waits for it
        own.cluster.up()
        up = time.monotonic()
        book.well()
        stack.until(lambda: len(own.db.backends()) == WORKERS, what="a connection of every worker")
    book.check()
    after = own.db.backends()
    assert len(before) == len(after) == WORKERS and not before & after, "every worker lost its connection"
    assert len(own.workers()) == WORKERS
    assert set(book.statuses()) == {200, 503}, "it was away, and nobody noticed, or somebody too much"
    assert all(t.began + t.took > stopped for t in book.refused()), "nobody before"
    assert book.back_after(up) < BACK_S


def test_postgresql_stopped_for_ten_seconds(own, book):
    """SIGSTOP for all of it: connections open, and nobody answers. Each worker waits for its
    statement, then for a connection; those that queue meanwhile, eight for each worker, must
    not wait one after another."""
    book.deadline = QUERY_S + CONNECT_S + MARGIN_S
    with book.clients(8 * WORKERS):
        time.sleep(0.7)
        with stack.stopped(own.cluster.processes()):
            began = time.monotonic()
            time.sleep(10)
        again = time.monotonic()
        book.well()
    book.check()
    refused = book.refused()
    assert len(refused) >= WORKERS, "a silent server was noticed by nobody"
    assert all(t.began + t.took > began for t in refused)
    assert all(t.status == 503 and int(t.note) >= 1 for t in refused), refused[:5]
    assert book.back_after(again) < BACK_S


def test_only_the_backends_stopped(own, book):
    """New connections work: each worker loses its own and gets another. They are stopped
    idle, since one that holds a lock of the server's own would stop all others."""
    with Ledger(own, book.urls).clients(WORKERS, 200):
        pass
    backends = [pid for (pid,) in own.cluster.sql(
        "SELECT pid FROM pg_stat_activity WHERE usename = %s AND state = 'idle' AND application_name = 'tenantd'",
        [own.db.server_role])]
    assert len(backends) == WORKERS, "every worker is connected"
    with stack.stopped(backends):
        began = time.monotonic()
        with book.clients(WORKERS):
            stack.until(lambda: len(own.db.backends() - set(backends)) == WORKERS, what="another connection for every worker")
            book.well()
    assert len(book.refused()) <= len(backends)
    assert book.back_after(began) < QUERY_S + BACK_S
    book.check()


# -- the web servers --

@pytest.mark.parametrize("blow", ["reload", "restart"])
def test_the_web_server_reloaded_and_restarted(own, book, blow):
    before = [web.generation() for web in own.webs]
    with book.clients(16):
        for _ in range(2):
            time.sleep(0.4)
            for web in own.webs:
                if blow == "reload":
                    web.reload()
                else:
                    web.process.stop()
                    web.start()
                    web.process.wait_for(web.ready, web.place, "the web server")
        over = time.monotonic()
        book.well()
    assert all(web.generation() - earlier for web, earlier in zip(own.webs, before))
    book.check()
    assert book.back_after(over) < BACK_S
