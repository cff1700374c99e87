"""What is started again while calls come: the web server, or the program while somebody
keeps its socket. Nobody repeats a call here. And who waits for whom at a socket."""
import contextlib
import os
import signal
import socket
import time
import uuid
from pathlib import Path

import pytest
import stack
from client import Load, get_or_create, persistent
from doors import ALL, TO_A_SOCKET, Door

SECONDS = float(os.environ.get("RESTART_SECONDS", "1.5"))
AT_ONCE_S = 20 * stack.PATIENCE  # whoever is shut out waits until the others end, which they do not


def failures(load):
    failed = [result for result in load.statuses() if result != 200]
    return len(load.results), len(failed), failed[:3]


# -- the web server --

@pytest.mark.plain("the web servers do not wait long enough for programs that start slowly, over and over")
def test_a_reload_of_the_web_servers_fails_nobody(servers, db):
    """All of them, each under its own load. For mod_fcgid's and mod_cgid's see their samples."""
    key, user = db.settings["JWT_SECRET_KEY"], f"reload-{uuid.uuid4()}"
    doors = [servers[name] for name in ALL]
    assert {get_or_create(d.url, key, user).status for d in doors} == {200}
    loads = {d: Load(lambda at=d: get_or_create(at.url, key, user), 2) for d in doors if not d.kind.hangs}
    with contextlib.ExitStack() as running:
        for load in loads.values():
            running.enter_context(load)
        for _ in range(3):
            time.sleep(SECONDS / 4)
            for door in doors:
                door.reload()
        for load in loads.values():
            load.goes_on(3)
    for door, load in loads.items():
        assert set(load.statuses()) <= door.kind.reload, (door.name, failures(load))
        assert load.statuses().count(200) > 5, (door.name, failures(load))
    assert {persistent(lambda at=d: get_or_create(at.url, key, user)).status for d in doors} == {200}


# -- the program --

def kept_connections(path):
    """Those that web servers hold at the moment."""
    rows = [line.split() for line in Path("/proc/net/unix").read_text().splitlines()]
    return sum(row[-1] == path and row[5] == "03" for row in rows)


def test_a_restart_of_the_program_fails_nobody_while_its_socket_is_kept(db):
    """Where connections are kept, a request may meet one that has just been closed."""
    key, user = db.settings["JWT_SECRET_KEY"], f"restart-{uuid.uuid4()}"
    with contextlib.ExitStack() as opened:
        kept = opened.enter_context(stack.Kept(db, "serve", WORKERS=4))
        kept.start()
        doors = [opened.enter_context(Door(name, kept.path)) for name in TO_A_SOCKET]
        assert get_or_create(doors[0].url, key, user).status == 200
        loads = [opened.enter_context(Load(lambda at=d: get_or_create(at.url, key, user), 2)) for d in doors]
        for _ in range(3):
            time.sleep(SECONDS / 3)
            assert kept.process.stop() == 0, kept.process.tail()
            time.sleep(0.2)
            kept.start()
            for load in loads:
                load.goes_on(7)
        for load in loads:
            load.__exit__()
    for door, load in zip(doors, loads):
        assert set(load.statuses()) <= door.kind.restart, (door.name, failures(load))


def test_a_restart_under_multiwatch_fails_nobody(db):
    """spawn-fcgi makes the socket, multiwatch keeps it, and starts the program again."""
    key, user = db.settings["JWT_SECRET_KEY"], f"multiwatch-{uuid.uuid4()}"
    place = stack.Directory("tdm.")
    run = place.writable("run")
    config = run / "tenantd.conf"
    config.write_text("".join(f"{k}={v}\n" for k, v in {**db.settings, "WORKERS": 2}.items()))
    at = str(run / "s")
    supervisor = stack.Process(stack.filled("multiwatch", run, 0, at, config), run / "log")
    try:
        with Door("nginx", at) as door:
            stack.until(lambda: get_or_create(door.url, key, user).status == 200)
            with Load(lambda: get_or_create(door.url, key, user), 4) as load:
                for _ in range(2):
                    time.sleep(SECONDS / 3)
                    (master,) = stack.children(supervisor.pid)
                    os.kill(master, signal.SIGTERM)
                    stack.until(lambda gone=master: set(stack.children(supervisor.pid)) - {gone}, what="another master")
                    load.goes_on(10)
            assert set(load.statuses()) == {200}, failures(load)
    finally:
        assert supervisor.stop() == 0, supervisor.tail()
        place.remove()


# -- who waits for whom --

@pytest.mark.parametrize("name", ["nginx-keep", "apache-keep"])
def test_kept_connections_of_one_server_do_not_shut_out_another(name, db):
    """More of them than workers, idle and busy."""
    key, user = db.settings["JWT_SECRET_KEY"], f"starved-{uuid.uuid4()}"
    with stack.Kept(db, "serve", WORKERS=2) as kept, Door(name, kept.path) as greedy, \
            Door("lighttpd", kept.path) as other:
        kept.start()
        stack.until(lambda: get_or_create(greedy.url, key, user).status == 200)

        def wait_of_the_other():
            began = time.monotonic()
            assert get_or_create(other.url, key, user).status == 200
            return time.monotonic() - began
        with Load(lambda: get_or_create(greedy.url, key, user), 12) as load:
            load.goes_on(30)
            busy = max(wait_of_the_other() for _ in range(10))
        assert kept_connections(kept.path) > 2
        idle = max(wait_of_the_other() for _ in range(10))
        assert set(load.statuses()) == {200}, failures(load)
        assert busy < AT_ONCE_S and idle < AT_ONCE_S, (busy, idle)


@pytest.mark.parametrize("name", TO_A_SOCKET + ["apache-fcgid"])
def test_a_slow_body_holds_no_worker(name, db):
    """Web servers read a body whole before they give it to the one worker."""
    key, user = db.settings["JWT_SECRET_KEY"], f"slow-{uuid.uuid4()}"
    with stack.Tenantd(db, workers=1) as app, Door(name, app.socket, {**app.settings, "WORKERS": 0}) as door:
        assert get_or_create(door.url, key, user).status == 200
        slow = [socket.create_connection(("127.0.0.1", door.port), 90 * stack.PATIENCE) for _ in range(4)]
        for s in slow:
            s.sendall(b"POST /api/tenant/getOrCreate HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n" + b"{" * 100000)
        time.sleep(0.2)
        began = time.monotonic()
        for _ in range(5):
            assert get_or_create(door.url, key, user).status == 200
        assert time.monotonic() - began < AT_ONCE_S
        for s in slow:
            s.sendall(b"}" * 100000)
            assert s.recv(100).startswith(b"HTTP/1.1 401 ")
            s.close()
