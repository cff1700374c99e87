"""A socket that systemd owns and passes (sd_listen_fds(3)), without systemd: a launcher
holds the socket and starts the program as systemd does."""
import contextlib
import os
import re
import time

import pytest
import stack
from client import Load
from fcgi_client import Connection, call, request_bytes

# Moves the socket from 0 to where systemd has it, and becomes the program.
LAUNCH = """
import os, sys
pid, fds = sys.argv[1:3]
os.dup2(0, 3)
if fds == "2":
    os.dup2(0, 4)
os.dup2(os.open(os.devnull, os.O_RDWR), 0)
if fds == "null":
    os.dup2(0, 3)
os.environ.update(LISTEN_PID=str(os.getpid()) if pid == "own" else pid, LISTEN_FDNAMES="tenantd.socket",
                  LISTEN_FDS="1" if fds == "null" else fds)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Launcher(stack.Kept):
    def __init__(self, db, **settings):
        super().__init__(db, "serve", LISTEN_MODE="0666", **{"WORKERS": "2", **settings})
        self.own = self.settings["LISTEN"] = str(self.run / "own")
        self.write_config()

    def launch(self, pid="own", fds="1"):
        return self.start("/usr/bin/python3", "-c", LAUNCH, pid, fds)

    def get(self, target="/readyz"):
        return self.call("GET", target)

    def own_answers(self):
        return call(self.own, "GET", "/readyz", timeout=15 * stack.PATIENCE).status == 200


@pytest.fixture
def launcher(db):
    with Launcher(db) as x:
        yield x


@pytest.mark.parametrize("workers", ["2", "0"])
def test_a_restart_refuses_nobody_since_the_socket_stays(db, workers):
    with Launcher(db, WORKERS=workers) as x:
        x.launch()
        assert x.get().status == 200
        assert f"workers={workers} passed=1" in x.process.tail()
        with Load(lambda: x.get("/healthz"), 4) as load:
            for _ in range(3):
                stack.until(lambda: x.process.tail().count(" event=request ") > 5)
                assert x.process.stop() == 0
                time.sleep(0.2)  # nobody is there, and they wait
                x.launch()
            stack.until(lambda: " event=request " in x.process.tail())
        assert set(load.statuses()) == {200}, set(map(str, load.statuses()))
        assert len(load.results) > 15
        assert not os.path.exists(x.own) and os.path.exists(x.path)


def test_what_was_queued_while_nobody_ran_is_answered(launcher):
    with contextlib.ExitStack() as connections:
        early = [connections.enter_context(Connection(launcher.path, 15 * stack.PATIENCE)) for _ in range(20)]
        for c in early:
            c.send(request_bytes("GET", "/healthz"))
        launcher.launch()
        assert [c.read_answer().status for c in early] == [200] * 20


def test_sockets_passed_to_another_process_are_not_ours(launcher):
    """LISTEN_PID of a parent, say, whose environment we have."""
    for pid in ("1", "", "x", "-1", "99999999999999999999"):
        process = launcher.launch(pid)
        stack.until(launcher.own_answers)
        assert "passed=0" in process.tail()
        assert process.stop() == 0


def test_none_is_no_fault(launcher):
    launcher.launch(fds="0")
    stack.until(launcher.own_answers)


@pytest.mark.parametrize("fds, message", [
    ("2", "systemd must pass one socket, not 2"),
    ("x", "systemd must pass one socket, and LISTEN_FDS is no number"),
    ("null", "what systemd passed is not a listening stream socket"),
])
def test_what_cannot_be_served_is_told(launcher, fds, message):
    process = launcher.launch(fds=fds)
    assert process.stop(None) == 78
    assert re.search(f"^tenantd: {re.escape(message)}", process.tail(), re.M), process.tail()
