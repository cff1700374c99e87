"""POST /api/chat against a stand-in of the outside services: what reaches them, of which tenant, and
what is said when they fail."""
import json
import re
import threading
import time
import uuid
from contextlib import contextmanager

import pytest
import stack
import tokens
from fcgi_client import END, STDOUT, Connection, request_bytes
from standin import Fault, Index, StandIn, equip

CHAT = "/api/chat"
KEYS = {"us-east-1": "pcsk_of_tenant_a_0001", "eu-west-2": "pcsk_of_tenant_b_0002"}


@pytest.fixture(scope="module")
def outside():
    with StandIn() as s:
        yield s


@pytest.fixture(autouse=True)
def fresh(outside):
    outside.forget()


@pytest.fixture(scope="module")
def app(db, outside):
    with stack.Tenantd(db, workers=5, JOB_WORKERS=0, CHAT_TIMEOUT=120000, CHATS=4, LOG_LEVEL="debug", **outside.settings) as a:
        yield a
        log = a.log_text()
    for secret in (outside.key, *KEYS.values()):
        assert secret not in log
    assert "whispered" not in log and "words of the stand-in" not in log


class Member:
    """Of a tenant of their own; named: whose prompt and passages it has."""

    def __init__(self, app, db, outside=None, environment=None, named=""):
        self.app, self.db, self.id = app, db, f"chat-{uuid.uuid4()}"
        self.key = db.settings["JWT_SECRET_KEY"]
        first = {"Authorization": "Bearer " + tokens.token(self.key, self.id)}
        self.tenant = app.call("POST", "/api/tenant/getOrCreate", first).json()["tenantId"]
        if named:
            equip(app, db, self.tenant, system_prompt=f"You speak for {named}.")
        if environment:
            equip(app, db, self.tenant, pinecone_environment=environment, pinecone_api_key=KEYS[environment])
            outside.indexes.setdefault(environment, Index(KEYS[environment])).passages[self.tenant] = [
                f"{named} was founded in 1901.", f"{named} sells lamps.", ""]

    @property
    def headers(self):
        return {"Authorization": "Bearer " + tokens.token(self.key, self.id, tenant_id=self.tenant)}

    def at(self, app):
        """The same, who asks another server of the same database."""
        other = Member.__new__(Member)
        other.__dict__.update(self.__dict__, app=app)
        return other

    def ask(self, message="Who are you?", **more):
        body = {"message": message, **more} if message is not None else more
        return self.app.call("POST", CHAT, self.headers, body)


@pytest.fixture(scope="module")
def plain(app, db):
    """Without a prompt, an index and all."""
    return Member(app, db)


@pytest.fixture(scope="module")
def alpha(app, db, outside):
    return Member(app, db, outside, "us-east-1", "Alpha")


@pytest.fixture(scope="module")
def beta(app, db, outside):
    return Member(app, db, outside, "eu-west-2", "Beta")


def failed(answer, service, status=424):
    problem = answer.json()
    assert answer.status == status, answer
    assert status != 424 or problem["type"].endswith("/outside-service-failed")
    assert service in problem["detail"] and "words of the stand-in" not in answer.body.decode(), answer
    return problem["detail"]


# -- what reaches whom --

def test_a_tenant_without_anything_is_answered_by_the_model_alone(outside, plain):
    answer = plain.ask("whispered hello")
    assert answer.status == 200, answer
    said = answer.json()
    assert set(said) == {"answer", "model", "tenant_id", "sources", "usage", "finish_reason"}
    assert said["answer"] == "I am a stand-in. I was told: nothing I was asked: whispered hello"
    assert (said["model"], said["tenant_id"], said["sources"], said["finish_reason"]) == ("stand-in", plain.tenant, [], "stop")
    assert said["usage"]["total_tokens"] == said["usage"]["prompt_tokens"] + said["usage"]["completion_tokens"]
    assert answer.headers["cache-control"] == "no-store"
    assert not outside.asked["embeddings"] and not outside.asked["query"]
    [call] = outside.asked["chat"]
    assert call["headers"]["authorization"] == f"Bearer {outside.key}"
    assert call["body"] == {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "whispered hello"}], "stream": False}


def test_the_tenants_prompt_index_and_key_arrive(outside, alpha):
    said = alpha.ask("When was it founded?").json()
    assert said["answer"].startswith("I am a stand-in. I was told: You speak for Alpha.")
    assert "[1] Alpha was founded in 1901." in said["answer"] and "[2] Alpha sells lamps." in said["answer"]
    assert said["sources"] == [{"id": "passage-0", "score": 0.9, "text": "Alpha was founded in 1901."},
                               {"id": "passage-1", "score": 0.8, "text": "Alpha sells lamps."}, {"id": "passage-2", "score": 0.7}]
    [embedded], [query] = outside.asked["embeddings"], outside.asked["query"]
    assert (embedded["body"]["model"], embedded["body"]["input"]) == ("text-embedding-3-small", "When was it founded?")
    assert query["headers"]["api-key"] == KEYS["us-east-1"] and "authorization" not in query["headers"]
    assert query["path"] == "/index/us-east-1/query"
    assert (query["body"]["namespace"], query["body"]["topK"]) == (alpha.tenant, 5)


def test_no_tenant_gets_anything_of_anothers(outside, alpha, beta):
    """Also while they ask at once."""
    said = {}

    def ask(member, n):
        said[member, n] = member.ask(f"question {n}").body.decode()
    threads = [threading.Thread(target=ask, args=(m, n)) for n in range(2) for m in (alpha, beta)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    for (member, _), text in said.items():
        mine, other = (("Alpha", "Beta") if member is alpha else ("Beta", "Alpha"))
        assert mine in text and other not in text, text
    for call in outside.asked["query"]:
        is_alpha = call["path"] == "/index/us-east-1/query"
        assert call["headers"]["api-key"] == KEYS["us-east-1" if is_alpha else "eu-west-2"]
        assert call["body"]["namespace"] == (alpha if is_alpha else beta).tenant


def test_another_tenant_of_the_same_index_has_its_own_namespace(app, db, outside, alpha):
    gamma = Member(app, db, outside, "us-east-1", "Gamma")
    text = gamma.ask().body.decode()
    assert "Gamma" in text and "Alpha" not in text
    outside.indexes["us-east-1"].passages.pop(gamma.tenant)
    assert gamma.ask().json()["sources"] == []


def test_top_k_bounds_the_sources_and_0_asks_no_index(outside, alpha):
    assert len(alpha.ask(top_k=1).json()["sources"]) == 1
    outside.forget()
    said = alpha.ask(top_k=0).json()
    assert said["sources"] == [] and "Alpha sells" not in said["answer"] and "You speak for Alpha." in said["answer"]
    assert not outside.asked["embeddings"] and not outside.asked["query"]


def test_an_index_without_its_key_is_not_asked(outside, app, db):
    member = Member(app, db)
    equip(app, db, member.tenant, pinecone_environment="us-east-1")
    assert member.ask().json()["sources"] == []
    assert not outside.asked["query"]


def test_a_conversation_and_its_settings_arrive(outside, alpha):
    turns = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Yes?"}, {"role": "user", "content": "Lamps?"}]
    answer = alpha.ask(None, messages=turns, temperature=0.25, max_tokens=77)
    assert answer.status == 200, answer
    [call] = outside.asked["chat"]
    assert call["body"]["messages"][1:] == turns and call["body"]["messages"][0]["role"] == "system"
    assert (call["body"]["temperature"], call["body"]["max_tokens"]) == (0.25, 77)
    assert outside.asked["embeddings"][0]["body"]["input"] == "Lamps?"


def test_text_of_any_script_arrives_as_it_was(outside, plain):
    text = 'Ünï "quoted" \\ \n\t 漢字 🙂 </script>'
    assert plain.ask(text).json()["answer"].endswith(text)
    assert plain.ask("é" * 32768).json()["answer"].endswith("é" * 32768)


def test_a_long_question_is_looked_for_by_its_beginning(outside, alpha):
    assert alpha.ask("€" * 20000).status == 200
    looked_for = outside.asked["embeddings"][0]["body"]["input"]
    assert set(looked_for) == {"€"} and 7990 < len(looked_for.encode()) <= 8000
    assert outside.asked["chat"][0]["body"]["messages"][-1]["content"] == "€" * 20000


# -- what is refused --

@pytest.mark.parametrize("body, pointer", [
    ({}, ""),
    ({"message": "a", "messages": [{"role": "user", "content": "a"}]}, ""),
    ({"message": ""}, "/message"),
    ({"message": "x" * 32769}, "/message"),
    ({"message": 7}, "/message"),
    ({"messages": []}, "/messages"),
    ({"messages": [{"role": "system", "content": "Obey."}]}, "/messages/0/role"),
    ({"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}, "/messages"),
    ({"messages": [{"role": "user"}]}, "/messages/0/content"),
    ({"message": "a", "top_k": 21}, "/top_k"),
    ({"message": "a", "top_k": -1}, "/top_k"),
    ({"message": "a", "temperature": 2.5}, "/temperature"),
    ({"message": "a", "max_tokens": 0}, "/max_tokens"),
    ({"message": "a", "stream": "yes"}, "/stream"),
    ({"message": "a", "tenant_id": "another"}, "/tenant_id"),
], ids=lambda v: str(v)[:40])
def test_a_question_that_is_none_is_told_where(outside, plain, body, pointer):
    answer = plain.app.call("POST", CHAT, plain.headers, body)
    assert answer.status == 400, answer
    assert pointer in [e["pointer"] for e in answer.json()["errors"]], answer
    assert not outside.asked["chat"]


def test_only_members_with_the_claim_may_ask(app, db, outside, alpha):
    stranger = tokens.token(alpha.key, "chat-stranger", tenant_id=alpha.tenant)
    for token, slug in ((stranger, "stale-token"), (tokens.token(alpha.key, alpha.id), "missing-tenant-claim")):
        answer = app.call("POST", CHAT, {"Authorization": "Bearer " + token}, {"message": "a"})
        assert (answer.status, answer.json()["type"].rsplit("/", 1)[1]) == (403, slug)
    db.sql("UPDATE public.tenants SET status = 'suspended' WHERE id = %s", [alpha.tenant])
    try:
        assert alpha.ask().json()["type"].endswith("/tenant-suspended")
    finally:
        db.sql("UPDATE public.tenants SET status = 'active' WHERE id = %s", [alpha.tenant])
    assert not outside.asked["chat"]


def test_without_the_models_key_the_setting_is_named(db):
    with stack.Tenantd(db, workers=1, JOB_WORKERS=0) as bare:
        answer = Member(bare, db).ask()
    assert "OPENAI_API_KEY" in failed(answer, "", 503) and int(answer.headers["retry-after"]) >= 1


# -- what fails outside --

SERVICES = {"embeddings": "the embedding model (OPENAI_URL)", "query": "the vector index (PINECONE_URL)",
            "chat": "the language model (OPENAI_URL)"}
each_service = pytest.mark.parametrize("service", SERVICES)


@each_service
@pytest.mark.parametrize("fault, word", [
    (Fault(500), "status 500"), (Fault(404), "status 404"), (Fault(302, {"Location": "/v1/chat/completions"}), "status 302"),
    (Fault(400), "status 400"), (Fault(garbage=True), "cannot be read"), (Fault(cut=True), "did not answer"),
    (Fault(body=[]), "answered what"), (Fault(body={"a": 1}), "answered what"),
], ids=["500", "404", "302", "400", "garbage", "cut", "list", "others"])
def test_a_failure_names_the_service_and_not_its_words(outside, alpha, service, fault, word):
    outside.faults[service] = fault
    answer = alpha.ask()
    assert word in failed(answer, SERVICES[service])
    assert "retry-after" not in answer.headers
    del outside.faults[service]
    assert alpha.ask().status == 200


@each_service
@pytest.mark.parametrize("status, headers, wait", [(429, {"Retry-After": "7"}, "7"), (429, {}, "5"), (503, {"Retry-After": "Sun"}, "5"),
                                                   (503, {"Retry-After": "99999"}, "5")])
def test_one_that_is_asked_too_much_says_when_to_come_again(outside, alpha, service, status, headers, wait):
    outside.faults[service] = Fault(status, headers)
    answer = alpha.ask()
    assert "try again later" in failed(answer, SERVICES[service])
    assert answer.headers["retry-after"] == wait


@each_service
@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_told_of_with_whose_it_is(outside, alpha, service, status):
    outside.faults[service] = Fault(status)
    detail = failed(alpha.ask(), SERVICES[service])
    assert "refuses the key" in detail
    assert ("pinecone_api_key" if service == "query" else "OPENAI_API_KEY") in detail


def test_a_key_that_is_another_tenants_is_refused_by_the_index(app, db, outside, alpha):
    thief = Member(app, db, named="Thief")
    equip(app, db, thief.tenant, pinecone_environment="us-east-1", pinecone_api_key=KEYS["eu-west-2"])
    assert "refuses the key" in failed(thief.ask(), SERVICES["query"])


def test_an_answer_for_another_namespace_is_none(outside, alpha, beta):
    outside.faults["query"] = Fault(body={"namespace": beta.tenant, "matches": [{"id": "x", "score": 1, "metadata": {"text": "Beta's"}}]})
    answer = alpha.ask()
    assert "another namespace" in failed(answer, SERVICES["query"]) and b"Beta" not in answer.body


@pytest.mark.parametrize("body", [{"data": [{"embedding": []}]}, {"data": [{"embedding": ["a"]}]}, {"data": []}], ids=str)
def test_what_is_no_vector_is_not_looked_for(outside, alpha, body):
    outside.faults["embeddings"] = Fault(body=body)
    assert "no vector" in failed(alpha.ask(), SERVICES["embeddings"])
    assert not outside.asked["query"]


def test_failures_are_counted(app, outside, alpha):
    def count():
        return int(re.search(rb"^tenantd_chat_failures_total (\d+)$", app.call("GET", "/metrics").body, re.M)[1])
    before = count()
    outside.faults["chat"] = Fault(500)
    failed(alpha.ask(), SERVICES["chat"])
    assert count() == before + 1


@contextmanager
def hurried(db, outside, **settings):
    with stack.Tenantd(db, workers=2, JOB_WORKERS=0, **{**outside.settings, "CHAT_TIMEOUT": 2000, **settings}) as app:
        yield app


@each_service
def test_a_slow_service_costs_no_more_than_the_time_of_a_chat(db, outside, alpha, service):
    outside.faults[service] = Fault(slow=600)
    with hurried(db, outside) as app:
        assert "no reply within" in failed(alpha.at(app).ask(), SERVICES[service])
        del outside.faults[service]
        assert app.call("GET", "/healthz").status == 200


def test_nobody_there_is_told_at_once(db, outside):
    port = stack.free_port()
    with hurried(db, outside, OPENAI_URL=f"http://127.0.0.1:{port}/v1/") as app:
        assert "could not connect" in failed(Member(app, db).ask(), SERVICES["chat"])


def test_a_chat_may_take_longer_than_other_requests(db, outside):
    """And its worker is not killed."""
    outside.faults["chat"] = Fault(slow=4)
    with hurried(db, outside, REQUEST_TIMEOUT=1000, CHAT_TIMEOUT=120000) as app:
        member = Member(app, db)
        assert member.ask().status == 200
        assert "worker-killed" not in app.log_text()


def test_chats_leave_workers_for_others(db, outside):
    outside.faults["chat"] = Fault(slow=600)
    with hurried(db, outside, CHATS=1, CHAT_TIMEOUT=20000) as app:
        member, said = Member(app, db), []
        first = threading.Thread(target=lambda: said.append(member.ask()))
        first.start()
        stack.until(lambda: outside.asked["chat"])
        detail = failed(member.ask(), "CHATS", 503)
        assert "try again" in detail
        assert app.call("GET", "/healthz").status == 200
        first.join()
        assert "no reply within" in failed(said[0], SERVICES["chat"])
        outside.forget()
        assert member.ask().status == 200, "the room is free again"


def test_a_drain_waits_for_a_chat(db, outside):
    outside.faults["chat"] = Fault(slow=2)
    said = []
    with hurried(db, outside, CHAT_TIMEOUT=120000) as app:
        member = Member(app, db)
        asking = threading.Thread(target=lambda: said.append(member.ask()))
        asking.start()
        stack.until(lambda: outside.asked["chat"])
        assert app.process.stop() == 0
        asking.join()
    assert said[0].status == 200


def test_a_drain_does_not_wait_for_ever(db, outside):
    outside.faults["chat"] = Fault(slow=600)
    said = []
    with hurried(db, outside, CHAT_TIMEOUT=600000, DRAIN_TIMEOUT=4000) as app:
        member = Member(app, db)
        asking = threading.Thread(target=lambda: said.append(member.ask()))
        asking.start()
        stack.until(lambda: outside.asked["chat"])
        assert app.process.stop() == 0
        asking.join()
        assert "worker-killed" not in app.log_text()
    assert "restarted" in failed(said[0], "", 503)


# -- streamed --

def events(text):
    """[(name, data)] of an event stream."""
    out = []
    for block in text.decode().split("\n\n")[:-1]:
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        assert set(fields) <= {"event", "data"}, block
        out.append((fields.get("event", "message"), json.loads(fields["data"])))
    return out


def test_streamed_the_answer_comes_in_pieces_and_the_rest_in_the_end(outside, alpha):
    whole = alpha.ask().json()
    answer = alpha.ask(stream=True)
    assert answer.status == 200 and answer.headers["content-type"] == "text/event-stream"
    assert answer.headers["x-accel-buffering"] == "no" and "content-length" not in answer.headers
    *pieces, (last, rest) = events(answer.body)
    assert {name for name, _ in pieces} == {"message"} and last == "done"
    assert "".join(data["delta"] for _, data in pieces) == whole["answer"]
    assert rest == {k: v for k, v in whole.items() if k != "answer"}
    assert outside.asked["chat"][-1]["body"]["stream_options"] == {"include_usage": True}


def test_each_piece_is_sent_when_it_is_there(outside, plain):
    outside.words = ["one", "two", "three"]
    go = [threading.Event() for _ in outside.words]
    outside.between = lambda n: go[n].wait(90)
    with Connection(plain.app.socket, 90 * stack.PATIENCE) as c:
        c.send(request_bytes("POST", CHAT, plain.headers, {"message": "count", "stream": True}))
        seen = b""
        for n, word in enumerate(outside.words):
            assert outside.sent <= n, "this one was not made before"
            go[n].set()
            while word.encode() not in seen:
                kind, _, content = c.read_record()
                assert kind == STDOUT
                seen += content
        while kind != END:
            kind, _, content = c.read_record()
            seen += content
    assert b"event: done" in seen


@pytest.mark.parametrize("service", ["embeddings", "query", "chat"])
def test_before_the_first_piece_a_failure_is_a_problem(outside, alpha, service):
    outside.faults[service] = Fault(500)
    answer = alpha.ask(stream=True)
    assert answer.headers["content-type"] == "application/problem+json"
    assert "status 500" in failed(answer, SERVICES[service])


@pytest.mark.parametrize("fault", [Fault(cut=True), None], ids=["cut", "broken"])
def test_after_it_a_failure_is_an_event(app, outside, alpha, fault):
    outside.words = ["one", "two", "three", "four"]
    if fault:
        outside.faults["chat"] = fault
    else:
        outside.words = ["one", 7]

    def count():
        return int(re.search(rb"^tenantd_chat_failures_total (\d+)$", app.call("GET", "/metrics").body, re.M)[1])
    before = count()
    answer = alpha.ask(stream=True)
    assert answer.status == 200
    *pieces, (last, problem) = events(answer.body)
    assert pieces[0] == ("message", {"delta": "one"}) or pieces[0][1]["delta"].startswith("one")
    assert last == "error" and problem["status"] == 424 and problem["type"].endswith("/outside-service-failed")
    assert SERVICES["chat"] in problem["detail"] and problem["instance"] == answer.headers["x-request-id"]
    assert count() == before + 1


@pytest.fixture(scope="module")
def tcp_app(db, outside):
    with stack.Tenantd(db, workers=5, JOB_WORKERS=0, CHAT_TIMEOUT=120000, CHATS=4, tcp=True, **outside.settings) as a:
        yield a


@pytest.fixture(params=["unix", "tcp"])
def either_app(request):
    """On a Unix socket, and over TCP, where one learns later that somebody has gone."""
    return request.getfixturevalue("app" if request.param == "unix" else "tcp_app")


def rests(app):
    return b'role="requests",state="busy"} 1\n' in app.call("GET", "/metrics").body


def test_who_leaves_ends_the_call_out(either_app, outside, plain):
    app, plain = either_app, plain.at(either_app)
    outside.words = [f"word{n}" for n in range(100000)]
    outside.between = lambda n: time.sleep(0.01)
    with Connection(app.socket, 90 * stack.PATIENCE) as c:
        c.send(request_bytes("POST", CHAT, plain.headers, {"message": "talk", "stream": True}))
        c.read_record()
        ended = outside.ended
    stack.until(lambda: outside.ended > ended, what="the end of the call out")
    assert outside.sent < len(outside.words)
    outside.forget()
    assert plain.ask().status == 200
    assert not [line for line in app.log_text().splitlines() if " error " in line]


def test_who_leaves_before_the_first_piece_does_too(either_app, outside, plain):
    app = either_app
    outside.faults["chat"] = Fault(slow=600)
    for body in ({"message": "a"}, {"message": "a", "stream": True}):
        with Connection(app.socket) as c:
            asked = len(outside.asked["chat"])
            c.send(request_bytes("POST", CHAT, plain.headers, body))
            stack.until(lambda n=asked: len(outside.asked["chat"]) > n)
    outside.faults.clear()
    stack.until(lambda: rests(app), what="the workers' rest")


def test_who_does_not_read_costs_no_more_than_the_time_of_a_chat(db, outside):
    outside.words = ["x" * 10000] * 100000
    with hurried(db, outside, CHAT_TIMEOUT=3000) as app, Connection(app.socket) as c:
        member = Member(app, db)
        c.send(request_bytes("POST", CHAT, member.headers, {"message": "talk", "stream": True}))
        c.read_record()
        stack.until(lambda: rests(app), what="the worker's rest")
        outside.forget()
        assert member.ask().status == 200
        assert "worker-killed" not in app.log_text()


def test_an_endless_answer_is_ended(db, outside):
    outside.words = ["x" * 100000] * 10000
    with hurried(db, outside, CHAT_TIMEOUT=120000) as app:
        answer = Member(app, db).ask(stream=True)
    *_, (last, problem) = events(answer.body)
    assert last == "error" and problem["status"] == 424
    assert len(answer.body) < 100 * 1024 * 1024
