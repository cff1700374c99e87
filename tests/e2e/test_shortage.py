"""What may run out: room for the log, a reader of it, descriptors, processes."""
import contextlib
import os
import re
import signal
import socket
import subprocess
import threading
import time
import uuid
from pathlib import Path

import pytest
import stack
from busy import tries
from client import Load, get_or_create, http_call
from fcgi_client import Closed, Connection
from tokens import token

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (debug|info|warning|error) pid=\d+ (req=\S+ )?event=\S+ .*")
AT_ONCE_S = 20 * stack.PATIENCE  # of a busy machine; what nobody reads or ends would be waited for longer
TOLD_S = 10  # between two lines about the same want


@pytest.fixture(scope="module")
def db(cluster):
    with cluster.database() as d:
        yield d


def calls(app, count=30):
    """That many first calls, each answered at once."""
    key = app.settings["JWT_SECRET_KEY"]
    for _ in range(count):
        began = time.monotonic()
        answer = app.call("POST", "/api/tenant/getOrCreate",
                          {"Authorization": "Bearer " + token(key, f"short-{uuid.uuid4()}")}, b"")
        assert answer.status == 200, answer
        assert time.monotonic() - began < AT_ONCE_S


def dropped(app):
    """How many lines were lost, as the figures tell."""
    text = app.call("GET", "/metrics").body.decode()
    return int(re.search(r"^tenantd_log_dropped_total (\d+)", text, re.M)[1])


def family(app):
    return [app.process.pid, *app.workers()]


def limit(pids, what, soft=""):
    """The soft limit; without one, as high as the hard one. By their own user, who may."""
    for pid in pids:
        if soft == "":
            soft = re.search(rf"^Max {NAMES[what]} +\S+ +(\S+)", Path(f"/proc/{pid}/limits").read_text(), re.M)[1]
        subprocess.run([*stack.unprivileged(), "prlimit", "--pid", str(pid), f"--{what}={soft}:"], check=True)


NAMES = {"fsize": "file size", "nofile": "open files", "nproc": "processes"}


# -- the log --

@pytest.mark.parametrize("setting", ["LOG_FILE", "stderr"])
def test_no_room_for_the_log(db, setting):
    """A file that may not grow: writes are cut short, then fail. Requests go on; with room
    again the log does, and no line has got into another."""
    place = stack.Directory("tdg.")
    path = place.writable("log") / "log"
    settings = {"LOG_FILE": path} if setting == "LOG_FILE" else {}
    try:
        with stack.Tenantd(db, workers=2, **settings) as app:
            log = path if settings else app.log
            calls(app)
            before = set(app.workers())
            limit(family(app), "fsize", log.stat().st_size + 100)
            calls(app, 60)
            assert set(app.workers()) == before, "a worker died for a line of the log"
            lost = stack.until(lambda: dropped(app) >= 50 and dropped(app))
            app.process.send(signal.SIGHUP)  # the master has something to say, too
            stack.until(lambda: not before & set(app.workers()) and len(app.workers()) == 2)
            limit(family(app), "fsize")
            seen = log.read_text().count("event=request")
            calls(app)
            stack.until(lambda: log.read_text().count("event=request") >= seen + 30, what="a line for each request")
            lines = log.read_text().splitlines()
            assert dropped(app) > lost
        whole = [line for line in lines if LINE.fullmatch(line)]
        cut = [line for line in lines if line and not LINE.fullmatch(line)]
        assert len([line for line in whole if "event=request" in line]) >= 60
        assert len(cut) <= 1 and not any("event=" in line[40:] for line in cut), cut
    finally:
        place.remove()


def test_a_full_disk_from_the_start(db):
    with open("/dev/full", "wb") as full, stack.Tenantd(db, workers=2, err=full) as app:
        calls(app)
        stack.until(lambda: dropped(app) >= 30)  # a request is logged once it has been answered


def a_socket():
    """As the journal's."""
    return [s.detach() for s in socket.socketpair()]


@contextlib.contextmanager
def logging_to_a_reader(db, kind):
    reader, writer = kind()
    try:
        with open(writer, "wb") as err, stack.Tenantd(db, workers=2, err=err) as app:
            app.reader = reader
            yield app
            if app.reader is not None:  # it has something to say at its end
                threading.Thread(target=drain, args=(reader,), daemon=True).start()
    finally:
        if app.reader is not None:
            os.close(reader)


def drain(fd):
    text = b""
    with contextlib.suppress(OSError):
        while more := os.read(fd, 65536):
            text += more
    return text


@pytest.mark.parametrize("kind", [os.pipe, a_socket])
def test_the_reader_of_the_log_went_away(db, kind):
    with logging_to_a_reader(db, kind) as app:
        calls(app)
        os.close(app.reader)
        app.reader = None
        before = set(app.workers())
        calls(app)
        assert set(app.workers()) == before
        stack.until(lambda: dropped(app) >= 30)
        os.kill(min(before), signal.SIGKILL)
        stack.until(lambda: len(set(app.workers()) - before) == 1)
        calls(app)


@pytest.mark.parametrize("kind", [os.pipe, a_socket])
def test_the_reader_of_the_log_does_not_read(db, kind):
    """It fills. Neither a request nor the master waits for it."""
    with logging_to_a_reader(db, kind) as app:
        before = set(app.workers())
        for _ in range(30):
            calls(app, 100)
            if dropped(app) > 50:
                break
        else:
            raise AssertionError("it does not fill")
        os.kill(min(before), signal.SIGKILL)
        stack.until(lambda: len(set(app.workers()) - before) == 1, what="a worker in place of the killed one")
        calls(app)
        os.set_blocking(app.reader, False)
        text = drain(app.reader).decode()
        assert all(LINE.fullmatch(line) for line in text.splitlines()), text[-300:]
        calls(app)
        again = []

        def logged():
            again.extend(drain(app.reader).decode().splitlines())
            return len([line for line in again if "event=request" in line and LINE.fullmatch(line)]) >= 30
        stack.until(logged, what="a line for each request")
        os.set_blocking(app.reader, True)


# -- descriptors --

def test_few_descriptors(db):
    """A worker that is out of them gives up connections that are idle, and goes on."""
    with stack.Tenantd(db, workers=1) as app:
        calls(app, 3)
        limit(family(app), "nofile", 24)
        with contextlib.ExitStack() as kept:
            for _ in range(60):
                c = kept.enter_context(contextlib.closing(Connection(app.socket, AT_ONCE_S)))
                assert c.request("GET", "/healthz", keep=True).status == 200
            calls(app, 5)
        calls(app, 5)
        began = time.monotonic()
        limit(family(app), "nofile", 4)
        with pytest.raises((Closed, OSError)):
            Connection(app.socket, 2.5).request("GET", "/healthz")
        limit(family(app), "nofile", 256)
        calls(app, 5)
        told = [line for line in app.log_text().splitlines() if "event=accept-failed" in line]
        assert 1 <= len(told) <= 2 + (time.monotonic() - began) / TOLD_S and all("Too many open files" in line for line in told), told


@pytest.mark.plain("the leak checker itself needs descriptors")
def test_no_descriptors_for_a_new_worker(db):
    """It ends and says why; the master tries again, later each time."""
    with stack.Tenantd(db, workers=2) as app:
        old = app.workers()
        limit([app.process.pid], "nofile", 4)
        began = time.monotonic()
        os.kill(old[0], signal.SIGKILL)

        def died():
            return len([line for line in app.log_text().splitlines() if "event=worker-died" in line and "status=69" in line])
        stack.until(lambda: died() >= 5, what="five workers that could not begin")
        calls(app, 5)
        assert died() <= tries(time.monotonic() - began), app.process.tail()
        assert "Too many open files" in app.log_text()
        limit(family(app), "nofile", 256)
        stack.until(lambda: len(app.workers()) == 2 and old[0] not in app.workers())
        stack.until(lambda: "event=worker-died" not in app.log_text().splitlines()[-1])
        calls(app, 5)


# -- processes --

@pytest.mark.skipif(os.getuid() == 0 and not stack.unprivileged(), reason="root may have any number of processes")
def test_no_process_to_be_had(db):
    with stack.Tenantd(db, workers=3) as app, stack.WebServer("nginx", app.socket) as web:
        before = set(app.workers())
        limit([app.process.pid], "nproc", 1)
        key = app.settings["JWT_SECRET_KEY"]
        user = f"fork-{uuid.uuid4()}"
        with Load(lambda: get_or_create(web.url, key, user), 4) as load:
            began = time.monotonic()
            os.kill(min(before), signal.SIGKILL)

            def failed():
                return [line for line in app.log_text().splitlines() if "event=worker-fork-failed" in line]
            stack.until(lambda: len(failed()) >= 5, what="five tries")
            assert app.process.alive()
            assert set(app.workers()) == before - {min(before)}
            assert len(failed()) <= tries(time.monotonic() - began), "50 ms, 100 ms, 200 ms …"
            limit([app.process.pid], "nproc")
            stack.until(lambda: len(app.workers()) == 3, what="another worker")
        assert "slot=" in failed()[0] and "Resource temporarily unavailable" in failed()[0]
        assert len([s for s in load.statuses() if s != 200]) <= 1, "the killed worker's request alone"
        assert http_call(web.url, "GET", "/readyz").status == 200
