"""A shared host, as its user sets it up by deploy/shared-host: an ordinary user, a home
directory, one database role, `make install`, a directory of public_html with .htaccess under
an Apache that grants little, by mod_fcgid and by plain CGI. No daemon."""
import http.client
import os
import shutil
import signal
import socket
import subprocess
import uuid
from pathlib import Path

import pytest
import stack
from client import Answer, at_once, get_or_create, http_call, persistent
from tokens import token

BUILD = Path(stack.PROGRAM).resolve().parent
MODULES = "/usr/lib/apache2/modules"
pytestmark = pytest.mark.skipif(not shutil.which("apache2", path=stack.PATH) or not os.access(f"{MODULES}/mod_fcgid.so", os.R_OK),
                                reason="apache2 with mod_fcgid is not installed")
APACHE = """
ServerRoot {run}
DefaultRuntimeDir {run}
PidFile {run}/apache.pid
ErrorLog {run}/apache.err
LogLevel warn
ServerName localhost
Listen 127.0.0.1:{port}
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule alias_module {modules}/mod_alias.so
LoadModule headers_module {modules}/mod_headers.so
LoadModule mime_module {modules}/mod_mime.so
LoadModule rewrite_module {modules}/mod_rewrite.so
TypesConfig /etc/mime.types
{door}
DocumentRoot {home}/public_html
Alias /~somebody {home}/public_html
<Directory />
	AllowOverride None
	Require all denied
</Directory>
<Directory {home}/public_html>
	AllowOverride FileInfo Options=ExecCGI
	Options SymLinksIfOwnerMatch
	Require all granted
</Directory>
<Files ".ht*">
	Require all denied
</Files>
"""
DOORS = {
    "fcgid": """LoadModule fcgid_module {modules}/mod_fcgid.so
FcgidIPCDir {run}/fcgidsock
FcgidProcessTableFile {run}/fcgid_shm
FcgidMaxProcessesPerClass 4""",
    "cgi": "LoadModule cgid_module {modules}/mod_cgid.so\nScriptSock {run}/cgisock",
}


class Home:
    """What the user has: a home directory, a shell, a database role of their own."""

    def __init__(self, cluster):
        self.place = stack.Directory("tdh.")
        self.path = self.place.writable("home")
        self.path.chmod(0o755)
        self.role = f"host_{uuid.uuid4().hex[:8]}"
        cluster.sql(f"CREATE ROLE {self.role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE")
        cluster.sql(f"CREATE DATABASE {self.role} OWNER {self.role}")
        self.database = cluster.url_of(self.role, self.role)
        self.program = self.path / "sbin/tenantd"
        self.config = self.path / "etc/tenantd.conf"

    def sh(self, *words, stdin="", status=0):
        done = subprocess.run([*stack.unprivileged(), "env", "-i", f"PATH={stack.PATH}", f"HOME={self.path}", *map(str, words)],
                              input=stdin, capture_output=True, text=True, check=False, cwd="/", timeout=900)
        assert done.returncode == status, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def install(self, prefix, directory, stdin=""):
        self.sh("sh", self.path / "share/doc/tenantd/deploy/shared-host/install.sh", "--path", prefix,
                self.path / "public_html" / directory, stdin=stdin)

    def tenantd(self, *words, **how):
        return self.sh(self.program, "--config", self.config, *words, **how)

    def settings(self):
        return dict(line.split("=", 1) for line in self.config.read_text().splitlines() if "=" in line and line[0] != "#")

    def processes(self):
        """Of the program that this user installed."""
        def runs(proc):
            try:
                return os.readlink(proc / "exe").split(" ")[0] == str(self.program)
            except OSError:
                return False
        return [int(p.name) for p in Path("/proc").iterdir() if p.name.isdigit() and runs(p)]


class Host:
    """Apache, the host's: started as its user, which is what suEXEC comes to."""

    def __init__(self, home, door):
        self.home, self.place = home, stack.Directory("tdw.")
        run = self.place.writable("run")
        self.port, self.errors = stack.free_port(), run / "apache.err"
        names = {"run": run, "port": self.port, "modules": MODULES, "home": home.path}
        (run / "apache.conf").write_text(APACHE.format(door=DOORS[door].format(**names), **names))
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = stack.Process(["apache2", "-DFOREGROUND", "-f", str(run / "apache.conf")], run / "log")
        self.process.wait_for(self.ready, self.place, "apache")

    def ready(self):
        self.process.must_live()
        socket.create_connection(("127.0.0.1", self.port), 10).close()
        return True

    def log(self):
        return self.errors.read_text(errors="replace") + self.process.tail()

    def stop(self):
        self.process.stop()
        self.place.remove()


@pytest.fixture(scope="module")
def home(cluster):
    if not os.access(BUILD / "Makefile", os.R_OK):
        pytest.skip(f"{BUILD} has no Makefile to install from")
    home = Home(cluster)
    home.sh("make", "-s", "-C", BUILD, "install", f"prefix={home.path}")
    home.sh("mkdir", home.path / "public_html")
    home.install("/api-host", "api-host", home.database + "\n")
    home.install("/~somebody/other", "other")
    home.key = home.settings()["JWT_SECRET_KEY"]
    yield home
    home.place.remove()


@pytest.fixture(scope="module", params=["fcgid", "cgi"])
def host(request, home):
    host = Host(home, request.param)
    host.door = request.param
    yield host
    host.stop()
    stack.until(lambda: not home.processes(), what="the end of all that Apache started")


def test_what_is_installed_is_for_its_user_alone(home):
    mode = {name: (home.path / name).stat().st_mode & 0o777 for name in
            ("etc/tenantd.conf", "public_html/api-host/tenantd.fcgi", "public_html/api-host/.htaccess")}
    assert list(mode.values()) == [0o600, 0o700, 0o644], mode
    assert not home.processes()
    script = (home.path / "public_html/api-host/tenantd.fcgi").read_text()
    assert not any(secret in script for secret in home.settings().values())


def test_one_role_is_enough_and_is_told_to_be_the_weaker_footing(home):
    home.tenantd("migrate", "--status")
    said = home.tenantd("rls", "check")
    assert "row-level security holds" in said and "single role" in said, said


def test_a_database_that_cannot_be_is_refused_before_anything_is_written(home):
    script = home.path / "share/doc/tenantd/deploy/shared-host/install.sh"
    config, directory = home.path / "etc/other.conf", home.path / "public_html/none"
    for uri, status in (("mysql://x\n", 78), ("", 65)):
        home.sh("sh", script, "--path", "/none", "--config", config, directory, stdin=uri, status=status)
    home.sh("sh", script, "--path", "none", directory, status=64)
    home.sh("sh", script, "--path", "/a b", directory, status=64)
    home.sh("sh", script, directory, status=64)
    assert not directory.exists() and [p.name for p in (home.path / "etc").iterdir()] == ["tenantd.conf"]


def test_a_second_run_keeps_settings_and_secrets(home):
    before = home.config.read_text()
    home.install("/api-host", "api-host")
    assert home.config.read_text() == before


def test_the_whole_way(home, host):
    base = host.url + "/api-host"
    user = f"host-{uuid.uuid4()}"
    # More than may run at once, or than PostgreSQL has connections, are told to come back.
    calls = at_once([lambda: persistent(lambda: get_or_create(base, home.key, user, timeout=300))] * 200)
    assert {getattr(c, "status", c) for c in calls} == {200}, (calls[:5], host.log())
    assert len({c.json()["tenantId"] for c in calls}) == 1 and sum(c.json()["isNew"] for c in calls) == 1
    current = http_call(base, "GET", "/api/tenant/current", token(home.key, user))
    assert (current.status, current.json()["tenant"]["id"]) == (200, calls[0].json()["tenantId"]), current
    assert http_call(base, "GET", "/api/tenant/current", token(home.key, user),
                     headers={"If-None-Match": current.headers["etag"]}).status == 304
    assert http_call(base, "GET", "/readyz").status == 200
    assert len(home.processes()) in (range(1, 5) if host.door == "fcgid" else [0])


def test_a_directory_that_is_not_below_the_document_root(home, host):
    base = host.url + "/~somebody/other"
    assert get_or_create(base, home.key, f"host-{uuid.uuid4()}").json()["isNew"] is True
    assert http_call(host.url, "GET", "/%7Esomebody/other/healthz").status == 200


@pytest.mark.parametrize("method, path, status", [
    ("GET", "", 404), ("GET", "/", 404), ("GET", "/nothing", 404), ("GET", "/tenantd.fcgi", 404),
    ("GET", "/tenantd.fcgi/healthz", 404), ("GET", "/api/tenant/current", 401), ("DELETE", "/healthz", 405),
    ("GET", "/%3F", 404), ("GET", "/healthz%3Fa", 404), ("GET", "/a%20b", 404), ("GET", "/healthz?a=%zz", 400),
])
def test_errors_are_the_programs_own(host, method, path, status):
    answer = http_call(host.url + "/api-host", method, path)
    if path == "":  # a directory: Apache adds the slash by itself
        assert answer.status in (301, 404)
        return
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json"), (answer, host.log())
    problem = answer.json()
    assert problem["instance"] == answer.headers["x-request-id"]
    assert problem["type"].startswith("/api-host/docs/problems/")  # what it names is there
    assert http_call(host.url, "GET", problem["type"]).status == 200


@pytest.mark.parametrize("target, lines, status, ours", [
    ("/a%2Fb", (), 404, False), ("/%zz", (), 400, False), ("/" + "a" * 8200, (), 414, False),
    ("/healthz", ["X-A: " + "a" * 8200], 400, False), ("/.htaccess", (), 403, True),
], ids=["%2F", "%zz", "a long line", "a long header", "a file"])
def test_what_apache_refuses_by_itself_has_our_shape_from_htaccess_on(host, target, lines, status, ours):
    with socket.create_connection(("127.0.0.1", host.port), 90 * stack.PATIENCE) as s:
        s.sendall("\r\n".join([f"GET /api-host{target} HTTP/1.1", "Host: x", "Connection: close", *lines, "", ""]).encode())
        answer = http.client.HTTPResponse(s)
        answer.begin()
        answer = Answer(answer)
    assert answer.status == status, answer
    kind = answer.headers["content-type"].partition(";")[0]
    assert kind == ("application/problem+json" if ours else "text/html"), answer
    assert not ours or answer.json()["status"] == status


def test_a_body_that_is_wrong_and_a_token_that_is(home, host):
    base, user = host.url + "/api-host", f"host-{uuid.uuid4()}"
    def post(body, key):
        return http_call(base, "POST", "/api/tenant/getOrCreate", token(key, user), body, {"Content-Type": "application/json"})
    assert post(b"{", home.key).status == 400
    assert post(b'{"planId":"gold"}', home.key).status == 400
    assert post(b"{}", "x" * 32).status == 401
    assert post(b'{"a":"' + b"a" * 70000 + b'"}', home.key).status == 413


@pytest.mark.parametrize("query", [
    "--help", "--version", "--config=/etc/passwd", "--config+/etc/passwd", "config+print", "migrate", "serve",
    "-h", ";id", "|id", "$(id)", "`id`", "%0aid", "%0d%0aX-Injected:+1", "a=%26&b=%3B", "'\"", "../../etc/passwd",
])
def test_a_query_string_is_never_a_command(host, query):
    answer = http_call(host.url + "/api-host", "GET", "/healthz?" + query)
    assert (answer.status, answer.body) == (200, b'{"status":"ok"}'), (answer, host.log())
    assert "x-injected" not in answer.headers


def test_no_file_is_readable_by_the_web(home, host):
    secrets = [v.encode() for v in home.settings().values() if len(v) > 20]
    for path in ("/.htaccess", "/tenantd.fcgi", "/tenantd.fcgi/", "/TENANTD.FCGI", "/tenantd.fcgi%00", "/tenantd.fcgi?",
                 "/tenantd.fcgi.new", "/tenantd.fcgi~", "/../etc/tenantd.conf", "/%2e%2e/%2e%2e/etc/tenantd.conf"):
        answer = http_call(host.url + "/api-host", "GET", path)
        assert answer.status in (400, 403, 404), (path, answer)
        assert b"#!" not in answer.body and b"Rewrite" not in answer.body, (path, answer)
        assert not any(secret in answer.body for secret in secrets), path


def test_faults_of_the_settings_are_in_the_error_log_and_not_in_the_answer(home, host):
    good = home.config.read_text()
    try:
        home.config.write_text(good + "DB_PORT=hunter2\n")
        for pid in home.processes():
            stack.kill(pid, signal.SIGTERM)
        stack.until(lambda: not home.processes())
        answer = http_call(host.url + "/api-host", "GET", "/healthz")
    finally:
        home.config.write_text(good)
    assert answer.status in (500, 503) and answer.json()["status"] == answer.status, answer
    assert answer.headers["content-type"] == "application/problem+json"
    assert b"hunter2" not in answer.body and b"DB_PORT" not in answer.body
    stack.until(lambda: 'DB_PORT: "hunter2" is not a number' in host.log(), what="the fault in the log")
    stack.until(lambda: http_call(host.url + "/api-host", "GET", "/healthz").status == 200, what="an answer again")


@pytest.mark.parametrize("host", ["fcgid"], indirect=True)
def test_a_signal_has_a_process_take_new_settings_or_end(home, host):
    """What install.sh says: HUP reads them anew, TERM ends a process, and Apache starts the next."""
    good, user = home.config.read_text(), f"host-{uuid.uuid4()}"
    assert get_or_create(host.url + "/api-host", home.key, user).status == 200
    before = home.processes()

    def answers(key):
        return {get_or_create(host.url + "/api-host", key, user).status for _ in range(4)}
    try:
        home.config.write_text(good.replace(home.key, "k" * 40))
        for pid in before:
            stack.kill(pid, signal.SIGHUP)
        stack.until(lambda: answers("k" * 40) == {200})
        assert answers(home.key) == {401}
        assert set(home.processes()) == set(before)
    finally:
        home.config.write_text(good)
    for pid in before:
        stack.kill(pid, signal.SIGHUP)
    stack.until(lambda: answers(home.key) == {200})
    stack.kill(before[0], signal.SIGTERM)
    stack.until(lambda: before[0] not in home.processes())
    assert answers(home.key) == {200}
