"""The sample configurations in deploy/, each with a real web server in front."""
import http.client
import shutil
import signal
import socket
import subprocess
import uuid

import pytest
import stack
from client import Answer, get_or_create, http_call


@pytest.mark.parametrize("kind", ["lighttpd", "nginx", "apache"])
def test_an_address_is_not_believed_unless_its_proxy_is_trusted(db, kind):
    if kind == "apache" and not shutil.which("apache2", path=stack.PATH):
        pytest.skip("apache2 is not installed")
    with stack.Tenantd(db, workers=1) as app, stack.WebServer(kind, app.socket) as web:
        assert http_call(web.url, "GET", "/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status == 200


def raw_call(port, head):
    """The answer to a request that no client library would send."""
    with socket.create_connection(("127.0.0.1", port), 10) as s:
        s.sendall(head)
        answer = http.client.HTTPResponse(s)
        answer.begin()
        return Answer(answer)


@pytest.mark.parametrize("status, head", [
    (400, b"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n"),
    (400, b"GET /../x HTTP/1.1\r\nHost: x\r\n\r\n"),
    (400, b"get /healthz HTTP/1.1\r\nHost: x\r\n\r\n"),
    (400, b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n\r\n"),
    (405, b"TRACE /healthz HTTP/1.1\r\nHost: x\r\n\r\n"),
    (413, b"POST /api/tenant/getOrCreate HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n"),
    (414, b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"),
    (431, b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 20000 + b"\r\n\r\n"),
])
def test_what_nginx_refuses_by_itself_is_a_problem_too(servers, status, head):
    answer = raw_call(servers["nginx"].port, head)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json"), answer
    problem = answer.json()
    assert (problem["status"], problem["success"]) == (status, False)
    assert problem["instance"] == answer.headers["x-request-id"]
    assert problem["title"] and problem["detail"] and problem["message"]


@pytest.mark.parametrize("status, head", [
    (400, b"GET /a%00b HTTP/1.1\r\nHost: x\r\n\r\n"),
    (400, b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n\r\n"),
    (413, b"POST /api/tenant/getOrCreate HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n"),
    (431, b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 70000 + b"\r\n\r\n"),
    (501, b"BREW /healthz HTTP/1.1\r\nHost: x\r\n\r\n"),
])
def test_what_lighttpd_refuses_by_itself_is_a_problem_too(servers, status, head):
    answer = raw_call(servers["lighttpd"].port, head)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json"), answer
    problem = answer.json()
    assert (problem["status"], problem["success"]) == (status, False)
    assert problem["title"] and problem["detail"] and problem["message"]


def test_lighttpd_starts_the_program_and_passes_it_the_socket(db):
    """deploy/lighttpd/spawn.conf.in: no daemon but the web server."""
    place = stack.Directory("tdl.")
    run = place.writable("run")
    config = run / "tenantd.conf"
    config.write_text("".join(f"{k}={v}\n" for k, v in
                              {**db.settings, "WORKERS": "2", "LOG_FILE": str(run / "log")}.items()))
    server = stack.WebServer("lighttpd-spawn", "", config)
    try:
        answer = stack.until(lambda: get_or_create(server.url, db.settings["JWT_SECRET_KEY"], f"spawn-{uuid.uuid4()}"))
        assert answer.status == 200 and answer.json()["isNew"] is True, answer
        masters = stack.children(server.process.pid)
        assert len(masters) == 1
        workers = stack.children(masters[0])
        assert len(workers) == 2
    finally:
        server.__exit__()
    stack.until(lambda: not any(stack.lives(p) for p in masters + workers), 20, what="the end of the spawned program")
    place.remove()


def test_program_answers_one_request_as_plain_cgi(db):
    """Where no FastCGI is: the same program, one request, argv ignored."""
    done = subprocess.run([stack.PROGRAM, "user", "create", "evil@example.com"], input=b"", capture_output=True,
                          check=False, timeout=30,
                          env={"PATH": stack.PATH, **db.settings, "GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "GET",
                               "REQUEST_URI": "/healthz", "SERVER_PROTOCOL": "HTTP/1.1", "SCRIPT_NAME": ""})
    assert done.returncode == 0, done.stderr
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    assert b"application/json" in head, done.stdout
    assert b"Status: 200" in head or b"Status:" not in head
    assert body
    assert db.value("SELECT count(*) FROM users WHERE email = 'evil@example.com'") == 0


def test_tcp_socket(db):
    """LISTEN=HOST:PORT serves the same."""
    from fcgi_client import call
    port = stack.free_port()
    place = stack.Directory("tdt.")
    log = place.writable("run") / "log"
    process = stack.Process([stack.PROGRAM, "serve"], log,
                            {**db.settings, "LISTEN": f"127.0.0.1:{port}", "WORKERS": "1"})
    try:
        stack.until(lambda: call(("127.0.0.1", port), "GET", "/readyz").status == 200)
    finally:
        assert process.stop(signal.SIGINT) == 0, process.tail()
        place.remove()
