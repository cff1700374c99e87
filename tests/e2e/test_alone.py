"""One process without a master, as Apache's mod_fcgid wants it: WORKERS=0, the listening
socket on file descriptor 0, no argument."""
import contextlib
import os
import re
import signal
import uuid

import pytest
import stack
from fcgi_client import STDIN, PARAMS, Connection, begin, cgi_params, pairs, split
from tokens import token


class Alone(stack.Kept):
    """As a web server spawns it."""

    def __init__(self, db, *words, **settings):
        super().__init__(db, *words, **{"WORKERS": "0", **settings})
        self.start()

    def metric(self, pattern):
        found = re.search(f"^{pattern} (.*)$", self.call("GET", "/metrics").body.decode(), re.M)
        return float(found[1]) if found else 0

    def children(self):
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as f:
            return f.read().split()

    def sockets(self):
        """Those that it has open."""
        found = set()
        for fd in os.listdir(f"/proc/{self.process.pid}/fd"):
            with contextlib.suppress(FileNotFoundError):  # closed meanwhile
                found.add(os.readlink(f"/proc/{self.process.pid}/fd/{fd}"))
        return {f for f in found if f.startswith("socket:")}


@pytest.fixture
def alone(db):
    with Alone(db) as a:
        assert a.call("GET", "/readyz").status == 200
        yield a


def test_no_argument_and_a_socket_mean_serve(db):
    """lighttpd and mod_fcgid both start a FastCGI program so; how many processes, the settings say."""
    with Alone(db, WORKERS="2") as master:
        assert master.call("GET", "/readyz").status == 200
        stack.until(lambda: len(stack.workers(master.process.pid)) == 2 and len(master.children()) == 3)
        stack.until(lambda: master.metric(r'tenantd_workers\{role="requests",state="idle"\}') == 1)  # the other answers this
        stack.until(lambda: master.metric(r'tenantd_workers\{role="jobs",state="idle"\}') == 1)
    with Alone(db, "serve") as one:
        assert one.call("GET", "/readyz").status == 200
        assert not one.children()


def test_the_process_itself_answers_and_counts_what_it_does(alone, db):
    user = {"Authorization": "Bearer " + token(db.settings["JWT_SECRET_KEY"], f"alone-{uuid.uuid4()}")}
    answer = alone.call("POST", "/api/tenant/getOrCreate", user, {})
    assert answer.status == 200 and answer.json()["isNew"] is True, answer
    assert alone.call("GET", "/api/tenant/current", user).status == 200
    assert not alone.children()
    assert f" pid={alone.process.pid} " in alone.process.tail()
    assert alone.metric(r'tenantd_requests_total\{method="POST",route="/api/tenant/getOrCreate",status="200"\}') == 1
    assert alone.metric(r'tenantd_workers\{role="requests",state="busy"\}') == 1
    assert alone.metric(r'tenantd_workers\{role="requests",state="idle"\}') == 0


def test_it_does_not_retire_by_itself(db):
    """The web server hands a request to a process that it believes idle: one that left in
    between would cost that request."""
    with Alone(db, WORKER_MAX_REQUESTS="1") as a:
        for _ in range(5):
            assert a.call("GET", "/healthz").status == 200
        assert a.process.alive()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_request_in_hand_is_finished_before_it_ends(alone, db, number):
    headers = {"Authorization": "Bearer " + token(db.settings["JWT_SECRET_KEY"], f"alone-{uuid.uuid4()}"),
               "Content-Type": "application/json"}
    before = alone.sockets()
    with Connection(alone.path, 15 * stack.PATIENCE) as c:
        c.send(begin() + split(PARAMS, pairs(cgi_params("POST", "/api/tenant/getOrCreate", headers, b"{}"))))
        stack.until(lambda: alone.sockets() - before)  # accepted
        alone.process.send(number)
        c.send(split(STDIN, b"{}"))
        assert c.read_answer().status == 200
    assert alone.process.stop(None) == 0


def test_a_reload_takes_good_settings_and_refuses_bad_ones(alone):
    assert alone.call("GET", "/metrics").status == 200
    before = alone.metric(r'tenantd_requests_total\{method="GET",route="/metrics",status="200"\}')
    alone.settings["METRICS_ALLOW"] = "203.0.113.1"
    alone.write_config()
    alone.process.send(signal.SIGHUP)
    stack.until(lambda: "event=reloaded" in alone.process.tail())
    assert alone.call("GET", "/metrics").status == 403
    alone.settings["METRICS_ALLOW"] = "nonsense"
    alone.write_config()
    alone.process.send(signal.SIGHUP)
    stack.until(lambda: "event=reload-refused" in alone.process.tail())
    assert "METRICS_ALLOW" in alone.process.tail()
    assert alone.call("GET", "/metrics").status == 403
    alone.settings["METRICS_ALLOW"] = "127.0.0.1"
    alone.write_config()
    alone.process.send(signal.SIGHUP)
    stack.until(lambda: alone.call("GET", "/metrics").status == 200)
    assert alone.metric(r'tenantd_requests_total\{method="GET",route="/metrics",status="200"\}') > before


def test_a_rotated_log_is_opened_again(db):
    place = stack.Directory("tdl.")
    log = place.writable("run") / "tenantd.log"
    with Alone(db, LOG_FILE=str(log)) as a:
        assert a.call("GET", "/healthz").status == 200
        log.rename(f"{log}.1")
        a.process.send(signal.SIGUSR1)
        stack.until(lambda: a.call("GET", "/healthz").status == 200 and log.exists())
    place.remove()


def test_faults_of_the_settings_are_told_where_the_web_server_logs_them(db):
    with Alone(db, SECRET_KEY="short", LISTEN_MODE="999") as a:
        assert a.process.stop(None) == 78
        assert "SECRET_KEY: has 5 bytes" in a.process.tail() and 'LISTEN_MODE: "999"' in a.process.tail()
