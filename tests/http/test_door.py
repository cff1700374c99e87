"""The FastCGI and CGI doors, driven through a listening socket that workers inherit."""
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from fcgi_client import (AUTHORIZER, END, FILTER, GET_VALUES, PARAMS, STDIN, Closed, Connection,  # noqa: E402
                         begin, call, cgi_params, pairs, record, request_bytes, split)
from busy import unless_busy  # noqa: E402

ECHO = os.environ["ECHO"]
# How long a client may take; and where a test is about one that takes longer.
PATIENT_MS, TIMEOUT_MS = 60000, 600
AT_ONCE_S = 20  # of a machine that has other work


class Service:
    def __init__(self, tcp=False, env=None, host="127.0.0.1", timeout_ms=PATIENT_MS):
        self.dir, self.timeout_ms = tempfile.mkdtemp(prefix="d.", dir="/tmp"), timeout_ms
        if tcp:
            self.listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
            self.listener.bind((host, 0))
            self.address = self.listener.getsockname()
        else:
            self.address = os.path.join(self.dir, "s")
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(self.address)
        self.listener.listen(128)
        self.workers, self.env = [], dict(os.environ, **(env or {}))

    def start(self, n=1):
        for _ in range(n):
            self.workers.append(subprocess.Popen([ECHO, str(self.timeout_ms)],
                                                 stdin=self.listener, env=self.env))
        return self.workers[-1]

    def stop(self):
        """Ends the workers; their exit statuses."""
        for w in self.workers:
            if w.poll() is None:
                w.send_signal(signal.SIGTERM)
        return [w.wait(60) for w in self.workers]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Leaves nothing behind, whatever became of the test."""
        try:
            codes = self.stop()
        finally:
            for w in self.workers:
                if w.poll() is None:
                    w.kill()
                    w.wait()
            self.listener.close()
            shutil.rmtree(self.dir)
        assert all(code == 0 for code in codes), codes


@pytest.fixture(params=["unix", "tcp"])
def service(request):
    with Service(request.param == "tcp") as s:
        s.start()
        yield s


@pytest.fixture
def unix():
    with Service() as s:
        s.start()
        yield s


@pytest.fixture(params=["unix", "tcp"])
def hasty(request):
    with Service(request.param == "tcp", timeout_ms=TIMEOUT_MS) as s:
        s.start()
        yield s


def stats(address):
    text = call(address, "GET", "/stats").body.decode()
    return {k: int(v) for k, v in re.findall(r"(\w+)=(\d+)", text)}


def checksum(body):
    total = 0
    for byte in body:
        total = (total * 31 + byte) & 0xFFFFFFFFFFFFFFFF
    return "%d:%x" % (len(body), total & 0xFFFFFFFF)


def test_request_is_answered_and_the_connection_closed(service):
    with Connection(service.address) as c:
        a = c.request("GET", "/a/b?x=1")
        assert a.status == 200
        assert a.body.startswith(b"method=GET target=/a/b?x=1 body=0:0 ")
        assert int(a.headers["content-length"]) == len(a.body)
        assert len(a.headers["x-request-id"]) == 36
        assert (a.app_status, a.protocol_status, a.stderr) == (0, 0, b"")
        assert c.is_closed()


# -- answers that are sent as they are made --

def parts_of(connection, target, count):
    """What each of the first records of an answer holds."""
    connection.send(request_bytes("GET", target))
    return [connection.read_record()[2] for _ in range(count)]


def test_an_answer_in_parts_has_no_length_and_arrives_part_by_part(service):
    with Connection(service.address) as c:
        first, second = parts_of(c, "/p?parts=3&size=70&sleep=50", 2)
        head, _, body = first.partition(b"\r\n\r\n")
        assert b"content-length" not in head.lower() and b"Status: 200" in head
        assert len(body) == len(second) == 70 and body == second, "the head is sent once"
        assert c.read_record()[2] == second and c.read_record()[2] == b""
        assert c.read_record()[0] == END and c.is_closed()
    with Connection(service.address) as c:
        c.send(request_bytes("GET", "/p?parts=4&size=200000", keep=True))
        assert len(c.read_answer().body) == 4 * 200000
        assert c.request("GET", "/?size=100").headers["content-length"] == "100"
    assert stats(service.address)["lost"] == 0


def test_who_leaves_gets_no_further_parts(service):
    with Connection(service.address) as c:
        parts_of(c, "/p?parts=1000&sleep=20", 1)
    assert stats(service.address)["lost"] == 1


def test_who_does_not_read_the_parts_costs_no_more_than_their_time(unix):
    with Connection(unix.address) as c:
        parts_of(c, "/p?parts=1000&size=1000000&within=300", 1)
        assert stats(unix.address)["lost"] == 1
        with pytest.raises(Closed):
            c.read_answer()
    assert call(unix.address, "GET", "/").status == 200


def test_a_long_answer_in_parts_may_take_longer_than_one_write(hasty):
    with Connection(hasty.address) as c:
        c.send(request_bytes("GET", f"/p?parts=4&sleep={TIMEOUT_MS // 2}"))
        assert c.read_answer().body.count(b"method=GET") == 4


def test_head_tells_the_length_and_sends_no_body(unix):
    a = call(unix.address, "HEAD", "/?size=5000")
    assert (a.status, a.headers["content-length"], a.body) == (200, "5000", b"")


def test_kept_connection_serves_many_requests_without_a_body(service):
    with Connection(service.address) as c:
        for i in range(300):
            a = c.request("GET", "/%d" % i, keep=True)
            assert b"target=/%d " % i in a.body


def test_kept_connection_survives_an_unread_body_and_an_empty_late_one(unix):
    with Connection(unix.address) as c:
        for i in range(20):
            a = c.request("POST", "/%d?noread" % i, body=b"x" * 100000, keep=True)
            assert b"target=/%d?" % i in a.body
            # The end of the body arrives after the parameters, by itself.
            c.send(begin(keep=True) + split(PARAMS, pairs(cgi_params("GET", "/late"))))
            time.sleep(0.01)
            c.send(record(STDIN))
            assert b"target=/late " in c.read_answer().body


def test_kept_connections_share_a_worker(service):
    kept = [Connection(service.address) for _ in range(60)]
    for _ in range(3):
        for c in kept:
            assert c.request("GET", "/kept", keep=True).status == 200
        assert call(service.address, "GET", "/other").status == 200
    for c in kept:
        c.close()
    assert call(service.address, "GET", "/").status == 200


def test_longest_idle_connection_makes_room(unix):
    kept = [Connection(unix.address) for _ in range(65)]
    for c in kept:
        c.request("GET", "/", keep=True)
    assert kept[0].is_closed()
    for c in kept[1:]:
        assert c.request("GET", "/", keep=True).status == 200
        c.close()


def test_connection_with_a_request_does_not_make_room(unix):
    worker = unix.workers[0]
    kept = [Connection(unix.address) for _ in range(64)]
    for c in kept:
        c.request("GET", "/", keep=True)
    os.kill(worker.pid, signal.SIGSTOP)
    with Connection(unix.address) as another:
        kept[0].send(request_bytes("GET", "/asked", keep=True))
        another.send(request_bytes("GET", "/new", keep=True))
        os.kill(worker.pid, signal.SIGCONT)
        assert b"target=/new " in another.read_answer().body
        assert b"target=/asked " in kept[0].read_answer().body
    for c in kept:
        c.close()


def test_half_requests_do_not_hold_up_the_end():
    with Service() as s:
        worker = s.start()
        kept = [Connection(s.address) for _ in range(20)]
        for c in kept:
            c.request("GET", "/", keep=True)
        os.kill(worker.pid, signal.SIGSTOP)
        for c in kept[:-1]:
            c.send(begin()[:2])
        kept[-1].send(request_bytes("GET", "/whole", keep=True))
        worker.send_signal(signal.SIGTERM)
        os.kill(worker.pid, signal.SIGCONT)
        assert b"target=/whole " in kept[-1].read_answer().body
        assert worker.wait(50) == 0  # two it may have begun with, and not nineteen times a minute
        for c in kept:
            c.close()


def test_half_a_head_holds_a_worker_for_less_than_a_body_may_take():
    with Service() as s:
        s.start()
        with Connection(s.address) as c:
            c.send(begin()[:2])
            time.sleep(0.1)
            assert call(s.address, "GET", "/").status == 200
            assert c.is_closed()


@unless_busy
def test_request_already_sent_on_a_kept_connection_is_answered_at_the_end():
    with Service() as s:
        worker = s.start()
        with Connection(s.address) as kept, Connection(s.address) as other:
            kept.request("GET", "/", keep=True)
            other.send(request_bytes("GET", "/?sleep=300"))
            time.sleep(0.1)
            worker.send_signal(signal.SIGTERM)
            kept.send(request_bytes("GET", "/last", keep=True))
            assert other.read_answer().status == 200
            assert b"target=/last " in kept.read_answer().body
            assert kept.is_closed()
        assert worker.wait(60) == 0


@unless_busy
def test_connection_that_is_about_to_speak_is_answered_at_the_end():
    with Service() as s:
        worker = s.start()
        with Connection(s.address) as c:
            assert call(s.address, "GET", "/").status == 200  # the one before is accepted, too
            worker.send_signal(signal.SIGTERM)
            time.sleep(0.1)
            c.send(request_bytes("GET", "/late"))
            assert b"target=/late " in c.read_answer().body
        assert worker.wait(60) == 0


def test_busy_kept_connections_do_not_shut_others_out(unix):
    stop, failed = threading.Event(), []

    def hog():
        while not stop.is_set():
            try:
                with Connection(unix.address) as c:
                    while not stop.is_set():
                        c.request("GET", "/?sleep=2", keep=True)
            except (Closed, OSError) as e:
                failed.append(e)

    hogs = [threading.Thread(target=hog, daemon=True) for _ in range(3)]
    for h in hogs:
        h.start()
    for _ in range(10):
        assert call(unix.address, "GET", "/").status == 200
    stop.set()
    for h in hogs:
        h.join()
    assert not failed


def test_split_and_padded_records_are_put_together(service):
    body = bytes(range(256)) * 20
    a = call(service.address, "POST", "/p", {"X-Long": "v" * 3000}, body, record_size=7, padding=5)
    assert b"body=%s " % checksum(body).encode() in a.body


def test_slow_pieces_are_put_together(unix):
    data = request_bytes("POST", "/slow", body=b"hello")
    with Connection(unix.address) as c:
        for i in range(0, len(data), 16):
            c.send(data[i:i + 16])
            time.sleep(0.002)
        assert b"body=%s " % checksum(b"hello").encode() in c.read_answer().body


def test_body_without_a_length_is_read_to_its_end(unix):
    body = b"chunked " * 1000
    a = call(unix.address, "POST", "/", body=body, extra={"CONTENT_LENGTH": None})
    assert b"body=%s " % checksum(body).encode() in a.body


@pytest.mark.parametrize("extra", [{}, {"CONTENT_LENGTH": None}])
def test_body_over_the_limit_is_413(unix, extra):
    a = call(unix.address, "POST", "/?limit=1000", body=b"x" * 1001, extra=extra)
    assert (a.status, a.json()["success"]) == (413, False)
    assert call(unix.address, "POST", "/?limit=1000", body=b"x" * 1000, extra=extra).status == 200


def test_huge_refused_body_is_drained_and_the_answer_arrives(unix):
    a = call(unix.address, "POST", "/", body=b"x" * (8 << 20))
    assert a.status == 413


def test_body_past_the_drain_limit_still_gets_its_answer(unix):
    data = request_bytes("POST", "/", body=b"x" * (66 << 20))
    with Connection(unix.address) as c:
        sender = threading.Thread(target=_send_ignoring_reset, args=(c, data), daemon=True)
        sender.start()
        assert c.read_answer().status == 413
        sender.join()
    assert call(unix.address, "GET", "/").status == 200


def _send_ignoring_reset(c, data):
    try:
        c.send(data)
    except (ConnectionResetError, BrokenPipeError):
        pass


def test_short_body_is_400(unix):
    with Connection(unix.address) as c:
        c.truncated("POST", "/", b"abc", 10)
        a = c.read_answer()
        assert (a.status, a.json()["detail"]) == (400, "the body ended early")


def test_body_that_never_ends_is_400_after_the_timeout(hasty):
    with Connection(hasty.address) as c:
        began = time.monotonic()
        c.truncated("POST", "/", b"abc", 10, end=False)
        assert c.read_answer().status == 400
        assert TIMEOUT_MS / 1000 * 0.9 < time.monotonic() - began < AT_ONCE_S
        assert c.is_closed()


def test_body_in_drops_is_cut_off(hasty):
    with Connection(hasty.address) as c:
        c.truncated("POST", "/", b"a", 1000, end=False)
        began = time.monotonic()
        c.sock.settimeout(0.05)
        while time.monotonic() - began < AT_ONCE_S:
            try:
                c.send(record(STDIN, b"x"))
                assert c.read_answer().status == 400
                break
            except TimeoutError:
                pass
        else:
            raise AssertionError("it is not cut off")


def test_abort_costs_itself_alone(unix):
    with Connection(unix.address) as c:
        c.truncated("POST", "/", b"abc", 10, end=False)
        c.abort()
        try:
            assert c.read_answer().status == 400
        except Closed:
            pass
    with Connection(unix.address) as c:
        c.send(begin() + record(PARAMS, pairs({"REQUEST_METHOD": "GET"})))
        c.abort()
        assert c.is_closed()
    assert call(unix.address, "GET", "/").status == 200


@pytest.mark.parametrize("role", [AUTHORIZER, FILTER, 77])
def test_other_roles_are_refused(unix, role):
    with Connection(unix.address) as c:
        c.send(request_bytes("GET", "/", role=role))
        assert c.read_record() == (END, 1, b"\0\0\0\0\3\0\0\0")  # FCGI_UNKNOWN_ROLE
        assert c.is_closed()
    assert stats(unix.address)["done"] == 0


def test_another_request_in_between_is_refused_and_the_first_goes_on(service):
    """Before the parameters' end, and amid the body, with records of its own."""
    other = request_bytes("POST", "/other", body=b"other", request_id=7)
    params = split(PARAMS, pairs(cgi_params("POST", "/first", body=b"abcdef")))
    with Connection(service.address) as c:
        c.send(begin() + other + params + record(STDIN, b"abc") + other + split(STDIN, b"def"))
        for _ in range(2):
            assert c.read_record() == (END, 7, b"\0\0\0\0\1\0\0\0")  # FCGI_CANT_MPX_CONN
        assert b"target=/first body=%s " % checksum(b"abcdef").encode() in c.read_answer().body
        assert c.is_closed()
    assert stats(service.address)["done"] == 1


def test_management_records_are_answered_wherever_they_come(unix):
    values = record(GET_VALUES, pairs({"FCGI_MAX_CONNS": "", "FCGI_MPXS_CONNS": "", "X": ""}), 0)
    head = begin(keep=True) + split(PARAMS, pairs(cgi_params("GET", "/")))
    with Connection(unix.address) as c:
        c.send(values)
        told = (10, 0, pairs({"FCGI_MPXS_CONNS": "0"}))  # FCGI_GET_VALUES_RESULT
        assert c.read_record() == told
        c.send(head + values + record(77, b"x", 0, padding=3) + record(STDIN))
        assert c.read_record() == told
        assert c.read_record() == (11, 0, b"\x4d" + b"\0" * 7)  # FCGI_UNKNOWN_TYPE
        assert c.read_answer().status == 200
        c.send(record(GET_VALUES, b"\x05", 0) + request_bytes("GET", "/"))
        assert c.read_record() == (10, 0, b"")
        assert c.read_answer().status == 200


def test_requests_sent_ahead_are_answered_in_turn(service):
    with Connection(service.address) as c:
        c.send(b"".join(request_bytes("POST", "/%d" % i, body=b"x" * i, keep=i < 299)
                        for i in range(300)))
        for i in range(300):
            assert b"target=/%d body=%d:" % (i, i) in c.read_answer().body
        assert c.is_closed()


@pytest.mark.parametrize("junk", [
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\0" * 64, b"\1", record(77, b"x"),
    begin() + record(PARAMS, b"\xff\xff\xff\xff\xff\xff\xff\xff" + b"a" * 64) + record(PARAMS),
    begin() + record(PARAMS, b"\xff\xff\xff\0\x05" + b"a" * 64) + record(PARAMS),
    begin() + record(PARAMS, b"\x05\x05abc") + record(PARAMS), record(STDIN, b"x")],
                         ids=["http", "zeros", "one-byte", "unknown-type", "huge-lengths", "huge-length", "short-pair", "no-begin"])
def test_junk_costs_itself_alone(unix, junk):
    with Connection(unix.address) as c:
        c.send(junk)
        c.sock.shutdown(socket.SHUT_WR)
        try:
            while c.sock.recv(4096):
                pass
        except ConnectionResetError:
            pass
    assert call(unix.address, "GET", "/").status == 200


def test_silent_connections_do_not_block_beyond_the_timeout(hasty):
    silent = [Connection(hasty.address) for _ in range(2)]
    assert call(hasty.address, "GET", "/").status == 200
    for c in silent:
        c.close()


def test_silent_connections_hold_nobody_up(service):
    """As many as the one worker keeps, and more."""
    silent = [Connection(service.address) for _ in range(80)]
    began = time.monotonic()
    assert call(service.address, "GET", "/").status == 200
    assert silent[-1].request("GET", "/", keep=True).status == 200
    assert time.monotonic() - began < AT_ONCE_S, "not three seconds for each"
    for c in silent:
        c.close()


def test_a_head_in_drops_is_cut_off(hasty):
    """Each drop in time, all of them together not."""
    head = request_bytes("GET", "/", {"X-A": "a" * 200})
    with Connection(hasty.address) as c:
        c.send(head[:60])
        with pytest.raises(OSError):
            for drop in head[60:-30]:
                c.send(bytes([drop]))
                time.sleep(TIMEOUT_MS / 1000 / 5)
    assert call(hasty.address, "GET", "/").status == 200


def test_parameters_without_end_are_cut_off(unix):
    with Connection(unix.address) as c:
        c.send(begin())
        with pytest.raises(OSError):
            for _ in range(1000):
                c.send(record(PARAMS, b"x" * 65000))
    assert call(unix.address, "GET", "/").status == 200


def test_records_that_begin_no_request_are_cut_off(hasty):
    junk = record(77, b"x" * 1000) * 20
    with Connection(hasty.address) as c:
        began = time.monotonic()
        with pytest.raises(OSError):
            while time.monotonic() - began < AT_ONCE_S:
                c.send(junk)
    assert call(hasty.address, "GET", "/").status == 200


def test_many_and_long_parameters(unix):
    headers = {"X-H%d" % i: "v" * 200 for i in range(250)}
    assert call(unix.address, "GET", "/", headers).status == 200
    headers["X-More"] = "v" * 20000
    a = call(unix.address, "GET", "/", headers)
    assert (a.status, a.json()["type"]) == (431, "/docs/problems/headers-too-large")
    a = call(unix.address, "GET", "/" + "a" * 9000)
    assert a.status == 414
    a = call(unix.address, "GET", "/", extra={"X_BIG": "v" * (4 << 20)})
    assert a.status == 200


@pytest.mark.parametrize("size", [8 << 10, 64 << 10, (64 << 10) + 1, 5 << 20])
def test_big_answers_arrive_whole(service, size):
    a = call(service.address, "GET", "/?size=%d" % size)
    head = a.body.index(b"\n") + 1
    assert len(a.body) == size
    want = b"0123456789abcdef" * (size // 16 + 1)
    assert a.body[head:] == want[head:size]


def test_client_that_does_not_read_is_given_up(hasty):
    with Connection(hasty.address) as c:
        c.send(request_bytes("GET", "/?size=20000000"))
        assert call(hasty.address, "GET", "/").status == 200
    assert stats(hasty.address)["done"] == 2


def test_client_that_went_away_is_counted_and_harmless(service):
    for _ in range(5):
        with Connection(service.address) as c:
            c.send(request_bytes("GET", "/?sleep=30&size=100000"))
    assert stats(service.address)["done"] == 5


@unless_busy
def test_idle_loop_ticks_every_second(unix):
    before = stats(unix.address)["idle"]
    time.sleep(2.3)
    assert 2 <= stats(unix.address)["idle"] - before <= 6


@pytest.mark.parametrize("keep", [False, True])
def test_sigterm_answers_the_request_in_flight_and_stops(keep):
    with Service() as s:
        worker = s.start()
        with Connection(s.address) as c:
            c.send(request_bytes("GET", "/?sleep=300", keep=keep))
            time.sleep(0.1)
            worker.send_signal(signal.SIGTERM)
            assert c.read_answer().status == 200
            assert c.is_closed()
        assert worker.wait(60) == 0


def test_sigterm_does_not_cut_a_body_that_is_arriving():
    with Service() as s:
        worker = s.start()
        with Connection(s.address) as c:
            c.truncated("POST", "/", b"abc", 6, end=False)
            time.sleep(0.1)
            worker.send_signal(signal.SIGTERM)
            time.sleep(0.1)
            c.send(split(STDIN, b"def"))
            assert b"body=%s " % checksum(b"abcdef").encode() in c.read_answer().body
        assert worker.wait(60) == 0


@pytest.mark.parametrize("kept", [False, True])
@unless_busy
def test_sigterm_stops_an_idle_worker_at_once(kept):
    with Service() as s:
        worker = s.start()
        with Connection(s.address) as c:
            c.request("GET", "/", keep=kept)
            time.sleep(0.1)
            began = time.monotonic()
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(60) == 0
            assert time.monotonic() - began < 0.9  # sooner than the tick


def test_stopping_one_of_two_workers_loses_no_request():
    with Service() as s:
        first = s.start()
        s.start()
        failed, stop = [], threading.Event()

        def client():
            while not stop.is_set():
                try:
                    if call(s.address, "GET", "/?sleep=1").status != 200:
                        failed.append("status")
                except Exception as e:  # any failure is the finding
                    failed.append(e)

        clients = [threading.Thread(target=client, daemon=True) for _ in range(4)]
        for t in clients:
            t.start()
        time.sleep(0.3)
        first.send_signal(signal.SIGTERM)
        assert first.wait(60) == 0
        time.sleep(0.3)
        stop.set()
        for t in clients:
            t.join()
        assert not failed


def test_thousand_requests_need_no_more_memory(unix):
    def resident():
        with open("/proc/%d/statm" % unix.workers[0].pid) as f:
            return int(f.read().split()[1]) * 4

    def hundreds(n):
        for i in range(n):
            call(unix.address, "POST", "/%d" % i, {"X-A": "b" * 500}, b"x" * 20000)

    hundreds(100)
    before = resident()
    hundreds(1000)
    with open(ECHO, "rb") as f:
        quarantine = 300 << 10 if b"__asan_init" in f.read() else 0
    assert resident() - before < 256 + quarantine


@pytest.mark.parametrize("host, peer", [("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("::", "127.0.0.1")])
def test_only_named_web_servers_are_served(host, peer):
    for named, served in (("192.0.2.1", False), (f"192.0.2.1,{peer}", True)):
        with Service(tcp=True, host=host, env={"FCGI_WEB_SERVER_ADDRS": named}) as s:
            s.start()
            with socket.create_connection((peer, s.address[1]), 60) as c:
                c.sendall(request_bytes("GET", "/"))
                try:
                    got = c.recv(1)
                except ConnectionResetError:
                    got = b""
                assert bool(got) == served


def test_cgi_door_answers_one_request():
    variables = dict(cgi_params("POST", "/cgi?limit=5", body=b"hello"))
    p = subprocess.run([ECHO, str(PATIENT_MS), "limit=1"], input=b"hello trailing", env=variables,
                       stdout=subprocess.PIPE, timeout=120)
    head, _, body = p.stdout.partition(b"\r\n\r\n")
    assert p.returncode == 0 and head.startswith(b"Status: 200 OK\r\n")
    assert b"body=%s " % checksum(b"hello").encode() in body
    p = subprocess.run([ECHO, str(PATIENT_MS)], input=b"hell", env=variables, stdout=subprocess.PIPE,
                       timeout=120)
    assert p.stdout.startswith(b"Status: 400 ")


def test_cgi_door_reads_a_chunked_body_to_its_end():
    """Apache tells no length of it, and loses the answer when it is left unread."""
    variables = dict(cgi_params("POST", "/cgi?limit=5000000", extra={"HTTP_TRANSFER_ENCODING": "chunked"}))
    sent = b"x" * 3_000_000
    p = subprocess.run([ECHO, str(PATIENT_MS)], input=sent, env=variables, stdout=subprocess.PIPE, timeout=120)
    assert p.returncode == 0 and b"body=%s " % checksum(sent).encode() in p.stdout
    del variables["HTTP_TRANSFER_ENCODING"]
    p = subprocess.run([ECHO, str(PATIENT_MS)], input=sent, env=variables, stdout=subprocess.PIPE, timeout=120)
    assert b"body=%s " % checksum(b"").encode() in p.stdout
