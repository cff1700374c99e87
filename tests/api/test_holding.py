"""Requests that hold a worker for long, chats and waits for events: whatever they do, others are answered."""
import contextlib
import re
import signal
import time
import uuid

import feed
import pytest
import stack
import tokens
from fcgi_client import Connection, request_bytes
from standin import Fault, StandIn

WAIT = 30  # seconds that are asked for; what ends a wait comes long before
SOON_S = 20  # of a machine that has other work
MINUTES = {"JOB_WORKERS": 0, "CHAT_TIMEOUT": 600000, "REQUEST_TIMEOUT": 600000}


@pytest.fixture(scope="module")
def db(cluster):
    """Of these tests alone, where nothing becomes news unless they say so."""
    with cluster.database() as d:
        yield d


@pytest.fixture(scope="module")
def outside():
    with StandIn() as s:
        yield s


@pytest.fixture(autouse=True)
def fresh(outside):
    yield
    outside.forget()


@contextlib.contextmanager
def serving(db, outside, workers, **settings):
    """What is under way when the test ends is ended with it."""
    with stack.Tenantd(db, workers=workers, **{**MINUTES, "DRAIN_TIMEOUT": 4000, **outside.settings, **settings}) as app:
        yield app


class Member:
    """Of a tenant of their own."""

    def __init__(self, app):
        self.app, user = app, f"holds-{uuid.uuid4()}"
        tenant = app.call("POST", "/api/tenant/getOrCreate", tokens.bearer(app.db, user)).json()["tenantId"]
        self.headers = {"Authorization": "Bearer " + tokens.token(app.db.settings["JWT_SECRET_KEY"], user, tenant_id=tenant)}

    def ask(self, **more):
        return self.app.call("POST", "/api/chat", self.headers, {"message": "Who are you?", **more})

    def begin(self, outside, **more):
        """A chat that is under way; the connection."""
        before = len(outside.asked["chat"])
        c = Connection(self.app.socket, 90 * stack.PATIENCE)
        c.send(request_bytes("POST", "/api/chat", self.headers, {"message": "Who are you?", **more}))
        stack.until(lambda: len(outside.asked["chat"]) > before, what="the chat")
        return c


def no_room(answer, word):
    assert answer.status == 503 and int(answer.headers["retry-after"]) >= 1, answer
    assert "CHATS" in answer.json()["detail"] and word in answer.json()["detail"], answer


# -- chats --

def test_who_finds_no_room_is_told_at_once_and_holds_no_worker(db, outside):
    outside.faults["chat"] = Fault(slow=600)
    with serving(db, outside, 3, CHATS=2) as app, contextlib.ExitStack() as chats:
        members = [Member(app) for _ in range(2)]
        for member in members:
            chats.enter_context(member.begin(outside))
        began = time.monotonic()
        for _ in range(20):
            no_room(members[0].ask(), "try again")
        assert time.monotonic() - began < SOON_S, "2 s each it would be 40"


def test_no_tenant_has_more_than_half_of_the_chats(db, outside):
    outside.faults["chat"] = Fault(slow=600)
    with serving(db, outside, 6, CHATS=5) as app, contextlib.ExitStack() as chats:
        greedy, other, third = (Member(app) for _ in range(3))
        mine = [chats.enter_context(greedy.begin(outside)) for _ in range(2)]
        no_room(greedy.ask(), "half of CHATS")
        for member in (other, other, third):
            chats.enter_context(member.begin(outside))
        no_room(Member(app).ask(), "(CHATS)")
        mine[0].close()
        outside.faults.clear()
        stack.until(lambda: greedy.ask().status == 200, what="the room of who has left")


def test_a_worker_that_is_killed_while_it_answers_leaves_its_room(db, outside):
    outside.faults["chat"] = Fault(slow=600)
    with serving(db, outside, 3, CHATS=2) as app:
        member = Member(app)
        with member.begin(outside):
            no_room(member.ask(), "half of CHATS")
            for pid in app.workers():
                stack.kill(pid)
        outside.faults.clear()
        stack.until(lambda: member.ask().status == 200, what="the room of who was killed")


def test_one_worker_answers_one_chat_after_the_other(db, outside):
    with serving(db, outside, 1) as app:
        member = Member(app)
        assert [member.ask().status for _ in range(3)] == [200] * 3


def test_chats_may_not_have_every_worker(db):
    for workers, chats in ((1, 2), (3, 3)):
        status, text = stack.command({**db.settings, "WORKERS": str(workers), "CHATS": str(chats)}, "config", "check", status=None)
        assert status == 78 and f"CHATS: is {chats}, but WORKERS is {workers}" in text


def test_fewer_workers_answer_fewer_chats(db, outside):
    outside.faults["chat"] = Fault(slow=600)
    with serving(db, outside, 5) as app, contextlib.ExitStack() as chats:
        members = [Member(app) for _ in range(2)]
        app.settings["WORKERS"] = "2"
        app.write_config()
        app.process.send(signal.SIGHUP)
        stack.until(lambda: len(app.workers()) == 2, what="the reload")
        chats.enter_context(members[0].begin(outside))
        no_room(members[1].ask(), "(CHATS)")


def test_who_does_not_read_holds_up_no_stop(db, outside):
    outside.words = ["x" * 10000] * 100000
    with serving(db, outside, 2, DRAIN_TIMEOUT=6000) as app, Member(app).begin(outside, stream=True) as c:
        c.read_record()

        def stands():
            sent = outside.sent
            time.sleep(0.5)
            return sent == outside.sent
        stack.until(stands, what="a full connection")
        assert app.process.stop() == 0
        assert "worker-killed" not in app.log_text()


# -- chats and waits --

class Waits:
    """For events, of which there are none. Whoever was found a seat is one more that waits."""

    def __init__(self, app):
        self.app = app
        stack.command(app.settings, "jobs", "run")
        self.reader = feed.Reader(lambda t, h: app.call("GET", t, h), feed.platform(app.db))
        self.reader.read_all(limit=200)

    def begin(self):
        c = Connection(self.app.socket, 90 * stack.PATIENCE)
        c.send(request_bytes("GET", feed.target(after=self.reader.cursor, wait=WAIT), self.reader.headers))
        return c

    def are(self, count):
        stack.until(lambda: int(re.search(rb"^tenantd_waiting (\d+)$", self.app.call("GET", "/metrics").body, re.M)[1]) == count,
                    what=f"{count} who wait")


def ended(connection):
    """Empty."""
    answer = connection.read_answer()
    assert answer.status == 200 and answer.json()["items"] == [], answer


@pytest.mark.parametrize("workers", [2, 3, 4])
def test_who_waits_makes_room_for_chats(db, outside, workers):
    outside.faults["chat"] = Fault(slow=600)
    with serving(db, outside, workers, CHATS=workers - 1) as app, contextlib.ExitStack() as stay:
        waits, members = Waits(app), [Member(app) for _ in range(workers)]
        waiting = [stay.enter_context(waits.begin()) for _ in range(workers // 2)]
        waits.are(workers // 2)
        began = time.monotonic()
        for n in range(workers - 1):
            stay.enter_context(members[n].begin(outside))
        waits.are(0)
        for connection in waiting:
            ended(connection)
        with waits.begin() as late:
            ended(late)
        assert app.call("GET", "/healthz").status == 200
        no_room(members[-1].ask(), "(CHATS)")
        assert time.monotonic() - began < SOON_S * stack.PATIENCE, "no wait was waited for"


def test_as_many_wait_as_chats_leave_room_for(db, outside):
    outside.faults["chat"] = Fault(slow=600)
    with serving(db, outside, 5) as app, contextlib.ExitStack() as stay:
        waits = Waits(app)
        first, second = (stay.enter_context(waits.begin()) for _ in range(2))
        waits.are(2)
        chats = [stay.enter_context(Member(app).begin(outside)) for _ in range(2)]
        third = stay.enter_context(waits.begin())
        ended(third)
        waits.are(2)
        for pid in app.workers():
            stack.kill(pid)
        waits.are(0)
        for connection in (first, second, *chats):
            connection.close()
        for _ in range(2):
            stay.enter_context(waits.begin())
        waits.are(2)
