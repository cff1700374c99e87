"""A chat's answer as it is made, through every web server: nothing on the way holds it back, nobody
who reads slowly holds a worker for long, and who leaves ends the call out."""
import http.client
import json
import threading
import time
import uuid

import doors
import pytest
import stack
import tokens
from standin import StandIn

NAMES = [name for name in doors.ALL if name != "apache-prefork-cgi"]
CHAT_MS = 5000  # of a chat, where a test is about its end


@pytest.fixture(scope="module")
def outside():
    with StandIn() as s:
        yield s


@pytest.fixture(autouse=True)
def fresh(outside):
    outside.forget()


@pytest.fixture(scope="module")
def chat_app(db, outside):
    with stack.Tenantd(db, workers=8, JOB_WORKERS=0, CHAT_TIMEOUT=120000, **outside.settings) as app:
        yield app


@pytest.fixture(scope="module")
def hasty_app(db, outside):
    with stack.Tenantd(db, workers=8, JOB_WORKERS=0, CHAT_TIMEOUT=CHAT_MS, **outside.settings) as app:
        yield app


@pytest.fixture(scope="module")
def chat_doors(db, chat_app):
    with doors.Doors(db, chat_app) as opened:
        yield opened


@pytest.fixture(params=NAMES)
def open_door(request, chat_doors):
    return chat_doors[request.param]


@pytest.fixture(scope="module")
def bearer(db, chat_app):
    key, user = db.settings["JWT_SECRET_KEY"], f"stream-{uuid.uuid4()}"
    tenant = chat_app.call("POST", "/api/tenant/getOrCreate", {"Authorization": "Bearer " + tokens.token(key, user)}).json()["tenantId"]
    return "Bearer " + tokens.token(key, user, tenant_id=tenant)


class Reader:
    """Of an answer, piece by piece."""

    def __init__(self, door, bearer):
        self.connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=90 * stack.PATIENCE)
        self.connection.request("POST", "/api/chat", json.dumps({"message": "Talk.", "stream": True}),
                                {"Authorization": bearer, "Content-Type": "application/json"})
        self.answer, self.seen = None, b""

    def begin(self):
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200, self.answer.read()
        assert self.answer.getheader("Content-Type") == "text/event-stream"

    def until(self, text):
        while text not in self.seen:
            piece = self.answer.read1(65536)
            assert piece, self.seen
            self.seen += piece

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.answer:
            self.answer.close()
        self.connection.close()


def at_rest(app):
    return b'role="requests",state="busy"} 1\n' in app.call("GET", "/metrics").body


def test_every_piece_arrives_before_the_next_is_made(outside, open_door, bearer):
    outside.words = ["one", "two", "three"]
    go = [threading.Event() for _ in outside.words]
    outside.between = lambda n: go[n].wait(90 * stack.PATIENCE)
    with Reader(open_door, bearer) as reader:
        go[0].set()
        reader.begin()
        for n, word in enumerate(outside.words):
            assert outside.sent <= max(n, 1), "the next was not made before"
            go[n].set()
            reader.until(word.encode())
        reader.until(b"event: done")
    deltas = [json.loads(block[6:])["delta"] for block in reader.seen.decode().split("\n\n") if block.startswith("data: ")]
    assert deltas == ["one", " two", " three"]


def test_who_leaves_ends_the_call_out(outside, open_door, bearer):
    outside.words = [f"word{n} " + "x" * 2000 for n in range(100000)]
    outside.between = lambda n: time.sleep(0.02)
    with Reader(open_door, bearer) as reader:
        reader.begin()
        reader.until(b"word2")
        ended = outside.ended
    stack.until(lambda: outside.ended > ended, what="the end of the call out")
    assert outside.sent < len(outside.words)


@pytest.mark.parametrize("name", doors.TO_A_SOCKET)
def test_who_reads_slowly_holds_no_worker_beyond_its_time(db, outside, hasty_app, bearer, name):
    outside.words = ["x" * 10000] * 100000
    with doors.Door(name, hasty_app.socket) as door, Reader(door, bearer) as reader:
        reader.begin()
        stack.until(lambda: at_rest(hasty_app), what="the worker's rest")
        outside.forget()
        with Reader(door, bearer) as other:
            other.begin()
            other.until(b"event: done")
        assert "worker-killed" not in hasty_app.log_text()
