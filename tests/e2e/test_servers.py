"""The sample configurations in deploy/, each with a real web server in front."""
import shutil
import signal
import subprocess

import pytest
import stack
from client import http_call
from doors import Door


@pytest.mark.parametrize("kind", ["lighttpd", "nginx", "apache"])
def test_an_address_is_not_believed_unless_its_proxy_is_trusted(db, kind):
    if kind == "apache" and not shutil.which("apache2", path=stack.PATH):
        pytest.skip("apache2 is not installed")
    with stack.Tenantd(db, workers=1) as app, stack.WebServer(kind, app.socket) as web:
        assert http_call(web.url, "GET", "/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status == 200


def test_lighttpd_takes_the_program_that_it_started_along(db):
    """deploy/lighttpd/spawn.conf.in: no daemon but the web server."""
    with Door("lighttpd-spawn", settings=db.settings) as door:
        (master,) = stack.until(lambda: stack.children(door.process.pid))
        workers = stack.until(lambda: len(stack.workers(master)) == door.kind.workers and stack.workers(master))
    stack.until(lambda: not any(map(stack.lives, [master, *workers])), what="the end of the spawned program")


def test_program_answers_one_request_as_plain_cgi(db):
    """Where no FastCGI is: the same program, one request, argv ignored."""
    done = subprocess.run([stack.PROGRAM, "user", "create", "evil@example.com"], input=b"", capture_output=True,
                          check=False, timeout=120,
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
