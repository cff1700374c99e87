"""One suite over every door: what arrives, what comes back, and what the web server says by
itself. Where doors rightly differ, a table says how."""
import functools
import http.client
import json
import re
import socket
import uuid

import pytest
import stack
from client import Answer, get_or_create, http_call
from conftest import ORIGIN, RATE_READ
from doors import ALL, SAMPLES, Door
from tokens import token

GET_OR_CREATE, CURRENT = "/api/tenant/getOrCreate", "/api/tenant/current"
JSON = {"Content-Type": "application/json"}
MIB = "x" * (1 << 20)


@pytest.fixture
def key(db):
    return db.settings["JWT_SECRET_KEY"]


@pytest.fixture
def user():
    return f"door-{uuid.uuid4()}"


@pytest.fixture
def bearer(key, user):
    return token(key, user)


def raw_call(door, head, body=b""):
    """The answer to a request that no client library would send."""
    with socket.create_connection(("127.0.0.1", door.port), 90 * stack.PATIENCE) as s:
        s.sendall(head + body)
        answer = http.client.HTTPResponse(s)
        answer.begin()
        return Answer(answer)


def request(target, method=b"GET", *headers):
    return b"\r\n".join([method + b" " + target + b" HTTP/1.1", b"Host: x", b"Connection: close", *headers, b"", b""])


def expected(door, statuses):
    """Of one status for all, or of one by a door's name or family ("": the others)."""
    if isinstance(statuses, int):
        return statuses
    return statuses.get(door.name, statuses.get(door.family, statuses.get("")))


@functools.lru_cache
def titles():
    """By status: those of the program's own refusals, and of those that it never gives."""
    found = {
        408: {"The request took too long."}, 411: {"The request is not valid."}, 417: {"The request is not valid."},
        501: {"This method is not implemented."}, 505: {"This version of HTTP is not spoken."},
    }
    for error in json.loads(stack.command({}, "errors", "--json")):
        found.setdefault(error["http_status"], set()).add(error["text"])
    found[502] = found[504] = found[503]
    return found


def is_problem(answer, status):
    assert (answer.status, answer.headers.get("content-type")) == (status, "application/problem+json"), answer
    problem = answer.json()
    assert (problem["status"], problem["success"]) == (status, False), problem
    assert problem["title"] in titles()[status], problem
    assert problem["type"] and problem["detail"] and problem["message"]
    assert problem["instance"] == answer.headers.get("x-request-id", "")
    assert status < 500 or problem["error"]
    return True


def has_its_id(door, answer):
    """What nginx refuses by itself, too; the others have no id to give."""
    return door.family != "nginx" or len(answer.headers["x-request-id"]) >= 32


# -- what arrives --

def test_authorization_arrives_and_only_when_it_was_sent(door, bearer, key):
    without = http_call(door.url, "POST", GET_OR_CREATE)
    assert is_problem(without, 401)
    assert without.headers["www-authenticate"] == 'Bearer realm="tenantd"'
    wrong = http_call(door.url, "POST", GET_OR_CREATE, bearer[:-4] + "AAAA")
    assert is_problem(wrong, 401)
    assert wrong.headers["www-authenticate"] == 'Bearer realm="tenantd", error="invalid_token"'
    assert http_call(door.url, "POST", GET_OR_CREATE, bearer).status == 200
    assert http_call(door.url, "POST", GET_OR_CREATE).status == 401
    assert is_problem(http_call(door.url, "POST", GET_OR_CREATE, headers={"Authorization": ""}), 401)


def test_a_body_arrives_whole_told_or_chunked(door, key):
    def plan_of(body, **headers):
        answer = http_call(door.url, "POST", GET_OR_CREATE, token(key, f"body-{uuid.uuid4()}"), body, {**JSON, **headers})
        assert answer.status == 200, answer
        return answer.json()["tenant"]["planId"]
    padding = " " * 60000
    assert plan_of(None) == "free"
    assert plan_of('{"planId":"professional"}') == "professional"
    assert plan_of('{"planId":' + padding + '"professional"}') == "professional"
    chunked = {"Transfer-Encoding": "chunked"}
    assert plan_of(iter([b'{"planId"', b':"professional"}']), **chunked) == "professional"
    assert plan_of(iter([b'{"planId":', padding.encode(), b'"enterprise"}']), **chunked) == "enterprise"
    assert plan_of(iter([]), **chunked) == "free"


def test_a_client_that_expects_100_continue_is_answered(door, bearer):
    body = b'{"planId":"professional"}'
    with socket.create_connection(("127.0.0.1", door.port), 90 * stack.PATIENCE) as s:
        s.sendall(request(GET_OR_CREATE.encode(), b"POST", b"Authorization: Bearer " + bearer.encode(),
                          b"Content-Type: application/json", b"Content-Length: %d" % len(body), b"Expect: 100-continue"))
        interim = s.recv(1000)
        assert interim.startswith(b"HTTP/1.1 100 "), interim
        s.sendall(body)
        answer = http.client.HTTPResponse(s)
        answer.begin()
        answer = Answer(answer)
    assert answer.status == 200 and answer.json()["tenant"]["planId"] == "professional", answer


@pytest.mark.parametrize("target, statuses", [
    (b"/healthz?serve+--help", 200),
    (b"/healthz?--config=/etc/passwd+-h", 200),
    (b"/healthz?--version", 200),
    (b"/healthz?%2d%2dversion", 200),
    (b"/healthz?user+create+evil@example.com", 200),
    (b"/healthz?x=" + b"a" * 7000, 200),
    (b"/healthz?x=" + b"a" * 8150, 200),
    (b"/healthz?x=" + b"a" * 20000, 414),
    (b"/" + b"a" * 20000, 414),
    (b"/healthz?x=" + b"a" * 70000, {"lighttpd": 431, "": 414}),
    (b"/" + b"a" * 300, 404),
    (b"/api/tenant%2Fcurrent", 404),
    (b"/api/tenant%2fcurrent", 404),
    (b"/api/tenant/%63urrent", 401),
    (b"/api/tenant/current%00", {"apache": 404, "": 400}),
    (b"/%zz", 400),
    (b"/x/../healthz", 400),
    (b"/x/%2e%2e/healthz", 400),
    (b"/./healthz", 400),
    (b"/../healthz", 400),
    (b"//healthz", 404),
    (b"/.refused", 404),
    (b"/.failed", 404),
    (b"/problem-503.html", 404),
    (b"/api//tenant/current", 404),
], ids=lambda v: v[:24].decode() if isinstance(v, bytes) else None)
def test_a_target_arrives_as_it_was_sent(door, db, target, statuses):
    """Also as plain CGI, where Apache makes arguments of a query without "="."""
    status = expected(door, statuses)
    answer = raw_call(door, request(target))
    assert answer.status == status, answer
    if status == 200:
        assert answer.json() == {"status": "ok"}
    else:
        assert is_problem(answer, status) and has_its_id(door, answer)
    if b"evil" in target:
        assert db.value("SELECT count(*) FROM users WHERE email = 'evil@example.com'") == 0


@pytest.mark.parametrize("lines, statuses", [
    ([b"X-A: " + b"a" * 7000], 200),
    ([b"X-A: " + b"a" * 20000], {"lighttpd": 200, "nginx": 431, "": 400}),
    ([b"X-%d: " % i + b"a" * 3500 for i in range(10)], 200),
    ([b"X-A: " + b"a" * 70000], {"apache": 400, "": 431}),
    ([b"X-%d: " % i + b"a" * 7000 for i in range(10)], {"apache-fcgid": 500, "": 431}),
    ([b"X-A: a\0b"], 400),
], ids=["7 kB", "20 kB", "35 kB in ten", "70 kB", "70 kB in ten", "NUL"])
def test_large_headers_pass_or_are_refused_in_our_shape(door, lines, statuses):
    status = expected(door, statuses)
    answer = raw_call(door, request(b"/healthz", b"GET", *lines))
    assert answer.status == status, answer
    assert status == 200 or is_problem(answer, status) and has_its_id(door, answer)


def test_an_address_is_believed_under_its_own_name_only(door):
    """In CGI's spelling every other name below is X-Forwarded-For: the samples drop them."""
    def metrics(**headers):
        return http_call(door.url, "GET", "/metrics", headers=headers).status
    assert metrics() == 200
    assert metrics(**{"X-Forwarded-For": "203.0.113.9"}) == 403
    for name in ("X_Forwarded_For", "X-Forwarded_For", "X_Forwarded-For", "x_forwarded-for", "X_FORWARDED_FOR"):
        assert metrics(**{name: "203.0.113.9"}) == 200, name
        assert metrics(**{name: "127.0.0.1", "X-Forwarded-For": "203.0.113.9"}) == 403, name
    two = request(b"/metrics", b"GET", b"X-Forwarded-For: 127.0.0.1", b"X-Forwarded-For: 203.0.113.9")
    assert raw_call(door, two).status == 403


def test_a_request_id_is_taken_under_its_own_name_only(door):
    def id_of(name):
        return http_call(door.url, "GET", "/healthz", headers={name: "look-for-me"}).headers["x-request-id"]
    assert id_of("X-Request-Id") == "look-for-me"
    for name in ("X_Request_Id", "X-Request_Id", "X_Request-Id"):
        assert len(id_of(name)) == 36, name


# -- what comes back --

def test_methods(door):
    head = http_call(door.url, "HEAD", "/healthz")
    assert (head.status, head.body) == (200, b"")
    options = http_call(door.url, "OPTIONS", CURRENT)
    assert (options.status, options.body) == (204, b"")
    assert set(options.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    preflight = http_call(door.url, "OPTIONS", GET_OR_CREATE, headers={
        "Origin": ORIGIN, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"})
    assert preflight.status == 204 and preflight.headers["access-control-allow-origin"] == ORIGIN
    assert "POST" in preflight.headers["access-control-allow-methods"]
    wrong = http_call(door.url, "DELETE", CURRENT)
    assert is_problem(wrong, 405) and set(wrong.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    for method, statuses in {b"PROPFIND": 405, b"TRACE": 405, b"BREW": {"lighttpd": 501, "": 405},
                             b"get": {"lighttpd": 501, "nginx": 400, "": 405}}.items():
        status = expected(door, statuses)
        assert is_problem(raw_call(door, request(b"/healthz", method)), status), method


def test_statuses_and_their_headers(door, bearer, key):
    made = http_call(door.url, "POST", GET_OR_CREATE, bearer)
    assert made.status == 200 and made.headers["content-type"] == "application/json"
    shown = http_call(door.url, "GET", CURRENT, bearer)
    assert shown.status == 200 and shown.headers["etag"].startswith('"')
    same = http_call(door.url, "GET", CURRENT, bearer, headers={"If-None-Match": shown.headers["etag"]})
    assert (same.status, same.body, same.headers["etag"]) == (304, b"", shown.headers["etag"])
    assert is_problem(http_call(door.url, "GET", "/nothing"), 404)
    taken = http_call(door.url, "POST", "/api/tenant/create-tenant-record", bearer, {"name": "N", "id": str(uuid.uuid4())})
    assert is_problem(taken, 409)
    assert is_problem(http_call(door.url, "POST", GET_OR_CREATE, bearer, {"planId": "no"}), 400)
    large = http_call(door.url, "POST", GET_OR_CREATE, bearer, '{"x":"' + MIB + '"}', JSON)
    assert is_problem(large, 413) and large.json()["type"].endswith("too-large")
    assert is_problem(http_call(door.url, "POST", GET_OR_CREATE, bearer, "<x/>", {"Content-Type": "text/xml"}), 415)


def test_too_many_requests_are_told_when_to_come_back(door, key):
    if not door.kind.shares:
        pytest.skip("no process of this door knows of another's requests")
    bearer = token(key, f"rate-{uuid.uuid4()}")
    assert http_call(door.url, "POST", GET_OR_CREATE, bearer).status == 200
    # as many as it may a minute, and those that come back meanwhile
    answers = [http_call(door.url, "GET", CURRENT, bearer) for _ in range(RATE_READ)]
    assert answers[0].headers["ratelimit-limit"] == str(RATE_READ)
    assert {a.status for a in answers} == {200}
    refused = next(a for a in (http_call(door.url, "GET", CURRENT, bearer) for _ in range(10 * RATE_READ)) if a.status != 200)
    assert is_problem(refused, 429) and int(refused.headers["retry-after"]) >= 1


def test_while_the_database_refuses_the_program_says_so(servers, db, key):
    """Its own 503 passes, with the time to come back."""
    def refuse(limit):
        db.cluster.sql(f"ALTER ROLE {db.server_role} CONNECTION LIMIT {limit}")
    user = f"refused-{uuid.uuid4()}"
    opened = [servers[name] for name in ALL]
    refuse(0)
    try:
        db.cluster.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [db.server_role])
        for door in opened:
            answer = get_or_create(door.url, key, user)
            assert is_problem(answer, 503) and int(answer.headers["retry-after"]) >= 1, door.name
            assert answer.json()["type"].endswith("/unavailable"), (door.name, answer)
            assert http_call(door.url, "GET", "/healthz").status == 200
    finally:
        refuse(-1)
    for door in opened:
        stack.until(lambda at=door: get_or_create(at.url, key, user).status == 200)


def test_an_answer_before_the_body_leaves_the_next_request_alone(door, key):
    """1 MiB that nobody reads, then requests of others on the same kept connection."""
    users = [f"undrained-{uuid.uuid4()}" for _ in range(2)]
    for user in users:
        assert get_or_create(door.url, key, user).status == 200
    c = http.client.HTTPConnection("127.0.0.1", door.port, timeout=90 * stack.PATIENCE)

    def call(method, path, user=None, body=None):
        headers = {"Authorization": "Bearer " + token(key, user)} if user else {}
        c.request(method, path, body, {**headers, **(JSON if body else {})})
        return Answer(c.getresponse())
    for turn in range(6):
        user = users[turn % 2]
        refused = call("POST", GET_OR_CREATE, user if turn % 3 else None, '{"x":"' + MIB + '"}')
        assert is_problem(refused, 413 if turn % 3 else 401)
        shown = call("GET", CURRENT, user)
        assert shown.status == 200 and shown.json()["tenant"]["name"] == user, shown
        assert call("HEAD", "/healthz").body == b""
    c.close()


# -- what the web server says by itself --

@pytest.mark.parametrize("samples, refusal, least", [
    ("apache/common.conf", r'^ErrorDocument (\d+) .*"title":"([^"]*)"', 15),
    ("nginx/tenantd.conf.in", r'^\t(\d{3}) +"(.*)";', 8),
    ("shared-host/htaccess.in", r'^\tErrorDocument (\d+) .*"title":"([^"]*)"', 5),
    ("lighttpd/problem-*.html", r'^(?=.*"status":(\d+)).*"title":"([^"]*)"', 10),
])
def test_all_refusals_of_a_sample_are_in_the_words_of_the_programs(samples, refusal, least):
    """Also those that nothing above provokes."""
    told = [t for f in (stack.TOP / "deploy").glob(samples) for t in re.findall(refusal, f.read_text(), re.M)]
    assert len(told) >= least
    assert [t for t in told if t[1] not in titles()[int(t[0])]] == []


def bearer_line(key):
    return b"Authorization: Bearer " + token(key, f"raw-{uuid.uuid4()}").encode()


@pytest.mark.parametrize("head, body, statuses", [
    ([b"Content-Length: 99999999"], b"", 413),
    ([b"Content-Length: 18000000"], b"x" * 18000000, 413),
    ([b"Transfer-Encoding: chunked"], b"112A880\r\n" + b"x" * 18000000 + b"\r\n0\r\n\r\n", {"apache-fcgid": 500, "": 413}),
    ([b"Transfer-Encoding: chunked"], b"2\r\n{}\r\nzz\r\n\r\n", 400),
    ([b"Transfer-Encoding: gzip"], b"", {"apache": 400, "": 501}),
    ([b"Content-Length: x"], b"", 400),
    ([b"Content-Length: 2", b"Content-Length: 3"], b"{} ", 400),
    ([b"Content-Length: 0", b"Expect: the-unexpected"], b"", {"apache": 417, "": 200}),
], ids=["too large", "too large and sent", "too large in a chunk", "broken chunk", "unknown coding", "no length",
        "two lengths", "unknown expectation"])
def test_a_body_that_cannot_be_is_refused_in_our_shape(door, key, head, body, statuses):
    status = expected(door, statuses)
    answer = raw_call(door, request(GET_OR_CREATE.encode(), b"POST", bearer_line(key), *head), body)
    assert answer.status == status, answer
    assert status == 200 or is_problem(answer, status) and has_its_id(door, answer)


@pytest.mark.parametrize("head, statuses", [
    (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
    (b"GET /healthz HTTP/3.9\r\nHost: x\r\nConnection: close\r\n\r\n", {"apache": 200, "": 505}),
    (b"GET /healthz HTTP/1.0\r\n\r\n", 200),
    (b"GET http://x/healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 200),
    (b"CONNECT x:80 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", {"nginx": 400, "": 400}),
], ids=["no host", "version", "1.0", "absolute", "CONNECT"])
def test_a_head_that_cannot_be_is_refused_in_our_shape(door, head, statuses):
    status = expected(door, statuses)
    answer = raw_call(door, head)
    assert answer.status == status, answer
    assert status == 200 or is_problem(answer, status) and has_its_id(door, answer)


@pytest.mark.parametrize("name", SAMPLES)
def test_without_tenantd_it_says_so_and_is_back_with_it(name, db):
    with stack.Tenantd(db, workers=1) as app, Door(name, app.socket) as door:
        assert http_call(door.url, "GET", "/healthz").status == 200
        assert app.process.stop() == 0
        answer = http_call(door.url, "GET", "/healthz")
        assert is_problem(answer, 503)
        # lighttpd has no way of saying it.
        assert door.family == "lighttpd" or int(answer.headers["retry-after"]) >= 1
        assert answer.json()["message"].startswith("Error processing tenant request: ")
        app.start()
        stack.until(app.ready)
        # lighttpd looks once a second whether a backend is back.
        within = 30 if door.family == "lighttpd" else 0
        stack.until(lambda: http_call(door.url, "GET", "/healthz").status == 200, within)
