"""BACKEND_CORS_ORIGINS as a real browser sees it: Chromium goes to pages of other origins than the
API's, served by real web servers, and calls from there as the scripts of a page do."""
import contextlib
import json
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import doors
import pytest
import stack
import tokens
from client import http_call

HERE = Path(__file__).parent
SERVERS = ("lighttpd", "nginx")
REFUSED = {"error": "TypeError: Failed to fetch"}  # whatever it was, a script learns no more
NGINX = """
daemon off; worker_processes 1; pid %(run)s/nginx.pid; error_log %(run)s/nginx.err;
events { worker_connections 64; }
http {
	access_log off; default_type text/html;
	client_body_temp_path %(run)s/b; fastcgi_temp_path %(run)s/f; proxy_temp_path %(run)s/p;
	uwsgi_temp_path %(run)s/u; scgi_temp_path %(run)s/s;
	server {
		listen 127.0.0.1:%(port)d;
		root %(run)s/pages;
		location = /sandbox.html { add_header Content-Security-Policy "sandbox allow-scripts"; }
	}
}
"""
LIGHTTPD = """
server.port = %(port)d
server.bind = "127.0.0.1"
server.document-root = "%(run)s/pages"
mimetype.assign = ( ".html" => "text/html" )
"""
PAGE = "<!doctype html><title>A page</title><p>of somebody's application\n"


class Pages:
    """A web server with a page at /page.html; nginx has one at /sandbox.html that is of no origin."""

    def __init__(self, kind):
        self.place, self.port = stack.Directory("tdpg."), stack.free_port()
        run = self.place.writable("run")
        (run / "pages").mkdir(mode=0o755)
        for name in ("page.html", "sandbox.html"):
            (run / "pages" / name).write_text(PAGE)
        (run / "conf").write_text((NGINX if kind == "nginx" else LIGHTTPD) % {"run": run, "port": self.port})
        self.process = stack.Process(["nginx", "-e", f"{run}/nginx.err", "-c", f"{run}/conf"] if kind == "nginx"
                                     else ["lighttpd", "-D", "-f", f"{run}/conf"], run / "log")
        self.process.wait_for(self.ready, self.place, f"the pages of {kind}")

    def ready(self):
        self.process.must_live()
        return http_call(f"http://127.0.0.1:{self.port}", "GET", "/page.html").status == 200

    def origin(self, host):
        return f"http://{host}:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stop()
        self.place.remove()


@pytest.fixture(scope="module")
def pages():
    with contextlib.ExitStack() as up:
        yield {kind: up.enter_context(Pages(kind)) for kind in SERVERS}


@pytest.fixture(scope="module")
def browse(node_modules):
    """[(page, [fetch(…), …]), …] -> what came of each page, see node/browser.js"""
    chromium = shutil.which("chromium")
    if not chromium:
        pytest.skip("chromium is not installed")

    def run(visits):
        with tempfile.TemporaryDirectory(prefix="tdbr.", ignore_cleanup_errors=True) as home:
            done = subprocess.run(
                ["node", str(HERE / "node/browser.js")], capture_output=True, text=True, check=False, timeout=600,
                input=json.dumps([{"page": page, "calls": calls} for page, calls in visits]),
                env={"PATH": stack.PATH, "NODE_PATH": str(node_modules), "CHROMIUM": chromium, "HOME": home, "TMPDIR": home})
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
    return run


def fetch(method, url, token=None, body=None, headers=None, **init):
    """A call as node/browser.js takes it; init: more of what the script's fetch() is given."""
    headers = dict(headers or {})
    if token:
        headers["Authorization"] = "Bearer " + token
    if body is not None:
        init["body"] = json.dumps(body)
        headers.setdefault("Content-Type", "application/json")
    return {"url": url, "init": {"method": method, "headers": headers, "credentials": "include", **init}}


class World:
    """The program behind both web servers. allowed: origins, which setting() writes as
    the setting has them; strange: pages of others."""

    def __init__(self, db, pages, setting, up, **more):
        self.db, self.key, self.pages = db, db.settings["JWT_SECRET_KEY"], pages
        self.allowed = [pages["lighttpd"].origin("localhost"), pages["nginx"].origin("127.0.0.1")]
        # names and ports of the same, in other pairs
        self.foreign = [pages["lighttpd"].origin("127.0.0.1"), pages["nginx"].origin("localhost")]
        self.app = up.enter_context(stack.Tenantd(db, workers=2, JOB_WORKERS=0, LOG_LEVEL="info",
                                                  BACKEND_CORS_ORIGINS=setting(self.allowed), **more))
        self.urls = {kind: up.enter_context(doors.Door(kind, self.app.socket)).url for kind in SERVERS}

        self.strange = [*map(page, self.foreign), pages["nginx"].origin("127.0.0.1") + "/sandbox.html"]

    def token(self, user):
        return tokens.token(self.key, user)

    def tenant(self, url, user):
        answer = http_call(url, "POST", "/api/tenant/getOrCreate", self.token(user))
        assert answer.status == 200, answer
        return answer.json()["tenantId"]


NOTATIONS = {"list": lambda origins: ", ".join(origins), "array": json.dumps}


@pytest.fixture(scope="module", params=NOTATIONS)
def world(request, cluster, pages):
    with contextlib.ExitStack() as up:
        yield World(up.enter_context(cluster.database()), pages, NOTATIONS[request.param], up)


@pytest.fixture(params=SERVERS)
def url(request, world):
    return world.urls[request.param]


def page(origin):
    return origin + "/page.html"


def problem(answer, slug):
    assert answer["headers"]["content-type"] == "application/problem+json", answer
    said = json.loads(answer["body"])
    assert said["type"] == f"/docs/problems/{slug}" and said["status"] == answer["status"], said
    assert said["instance"] == answer["headers"]["x-request-id"], answer
    return said


def test_a_listed_origins_page_does_all_that_an_application_does(world, url, browse):
    user = f"page-{time.monotonic_ns()}"
    token, tenant = world.token(user), world.tenant(url, user)
    under = f"{url}/api/tenants/{tenant}"
    hook = {"url": "https://hooks.example.com/in", "kinds": ["tenant.*"]}
    made = http_call(url, "POST", f"/api/tenants/{tenant}/webhooks", token, hook)
    one = f"{under}/webhooks/{made.json()['id']}"
    etag = http_call(url, "GET", one.removeprefix(url), token).headers["etag"]
    texts = {"subject": "Hello", "text": "Hello", "html": "<p>Hello</p>"}
    calls = [
        fetch("GET", f"{url}/healthz"),
        fetch("GET", f"{url}/healthz", headers={"X-Request-Id": "seen-by-a-page"}),
        fetch("GET", f"{url}/api/tenant/current", token),
        fetch("POST", f"{under}/webhooks", token, hook, {"Idempotency-Key": "0001"}),
        fetch("PUT", f"{under}/email-templates/welcome", token, texts),
        fetch("PATCH", one, token, {"description": "Changed"}, {"If-Match": '"another"'}),
        fetch("PATCH", one, token, {"description": "Changed"}, {"If-Match": etag}),
        fetch("DELETE", one, token),
    ]
    for told in browse([(page(origin), calls[:4] if origin == world.allowed[1] else calls) for origin in world.allowed]):
        answers = told["answers"]
        assert [a.get("status") for a in answers] == [200, 200, 200, 201, 200, 412, 200, 204][:len(answers)], told
        assert all(a["type"] == "cors" for a in answers)
        health, again, current, post, *_ = answers
        assert re.fullmatch(r"[0-9a-f-]{36}", health["headers"]["x-request-id"]), health
        assert again["headers"]["x-request-id"] == "seen-by-a-page"
        assert json.loads(current["body"])["tenant"]["id"] == tenant
        assert current["headers"]["etag"].startswith('"')
        assert int(current["headers"]["ratelimit-remaining"]) <= int(current["headers"]["ratelimit-limit"])
        assert post["headers"]["location"] == f"/api/tenants/{tenant}/webhooks/{json.loads(post['body'])['id']}"
        # the first is simple; every other was asked for, and answered without a token
        assert {p["status"] for p in told["preflights"]} == {204}
        assert {p["url"] for p in told["preflights"]} == {c["url"] for c in calls[1:len(answers)]}
        assert not [line for line in told["console"] if "CORS" in line], told["console"]
    assert world.db.value("SELECT count(*) FROM tenantd.webhooks WHERE tenant_id = %s AND url = %s", [tenant, hook["url"]]) == 1


def test_it_reads_why_it_was_refused(world, url, browse):
    user = f"refused-{time.monotonic_ns()}"
    token, tenant = world.token(user), world.tenant(url, user)
    rules = f"{url}/api/tenants/{tenant}/alert-rules"
    calls = [fetch("GET", f"{url}/api/tenant/current"), fetch("GET", f"{url}/nothing/here", token),
             fetch("POST", rules, token, {"nonsense": True}), fetch("GET", rules, token)]
    world.db.sql("ALTER TABLE tenantd.alert_rules RENAME TO alert_rules_away")
    try:
        [told] = browse([(page(world.allowed[0]), calls)])
    finally:
        world.db.sql("ALTER TABLE tenantd.alert_rules_away RENAME TO alert_rules")
    assert [a.get("status") for a in told["answers"]] == [401, 404, 400, 503], told
    nobody, nothing, invalid, failed = told["answers"]
    problem(nobody, "unauthorized")
    assert nobody["headers"]["www-authenticate"].startswith("Bearer")
    problem(nothing, "not-found")
    assert problem(invalid, "invalid")["errors"]
    problem(failed, "not-migrated")


def test_a_foreign_origins_page_gets_nothing_and_does_nothing(world, url, browse):
    user = f"foreign-{time.monotonic_ns()}"
    token = world.token(user)
    calls = [fetch("GET", f"{url}/healthz"),
             fetch("POST", f"{url}/api/tenant/getOrCreate", token),
             fetch("DELETE", f"{url}/api/tenant/current", token),
             fetch("GET", f"{url}/healthz", mode="no-cors")]
    for told in browse([(strange, calls) for strange in world.strange]):
        *refused, blind = told["answers"]
        assert refused == [REFUSED] * 3, told
        assert blind == REFUSED or blind == {"status": 0, "type": "opaque", "headers": {}, "body": ""}, blind
        assert [p["status"] for p in told["preflights"]] == [403, 403], "the cause is in the developer tools"
        assert len([line for line in told["console"] if "blocked by CORS policy" in line]) == 3, told["console"]
    assert world.db.value("SELECT count(*) FROM public.tenant_users WHERE user_id = %s", [user]) == 0


def preflight(url, origin, path="/api/tenant/getOrCreate"):
    return http_call(url, "OPTIONS", path, headers={"Origin": origin, "Access-Control-Request-Method": "POST",
                                                    "Access-Control-Request-Headers": "authorization"})


def permissions(answer):
    return {name for name in answer.headers if name.startswith("access-control-")}


def test_a_foreign_origins_preflight_says_which_setting_lacks_it_and_no_more(world, url):
    for origin in (*world.foreign, "https://evil.example", world.allowed[0] + ".evil.example"):
        for path in ("/api/tenant/getOrCreate", "/admin/rls", "/nothing/here"):
            answer = preflight(url, origin, path)
            assert answer.status == 403 and not permissions(answer), answer.headers
            assert "allow" not in answer.headers and "Origin" in answer.headers["vary"], answer.headers
            said = answer.json()
            assert said["type"] == "/docs/problems/origin-not-allowed"
            assert "BACKEND_CORS_ORIGINS" in said["detail"] and f'"{origin}"' in said["detail"], said
    warned = [line for line in world.app.log_text().splitlines() if "preflight-refused" in line]
    assert warned and all(" warning " in line and "BACKEND_CORS_ORIGINS" in line for line in warned), warned
    times = [time.mktime(time.strptime(line[:19], "%Y-%m-%dT%H:%M:%S")) for line in warned]
    assert all(b - a >= 59 for a, b in zip(times, times[1:])), "more than once a minute"


def test_caches_are_told_that_answers_differ_by_origin(world, url):
    for headers in ({}, {"Origin": world.allowed[0]}, {"Origin": world.foreign[0]}):
        for path in ("/healthz", "/api/tenant/current", "/nothing"):
            answer = http_call(url, "GET", path, headers=headers)
            assert answer.headers["vary"] == "Origin", (headers, path, answer.headers)
            assert bool(permissions(answer)) == (headers.get("Origin") == world.allowed[0])
    for origin in (world.allowed[0], world.foreign[0]):
        assert preflight(url, origin).headers["vary"] == (
            "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")


def test_any_origin_is_any_without_credentials(cluster, pages, browse):
    with contextlib.ExitStack() as up:
        world = World(up.enter_context(cluster.database()), pages, lambda _: "*", up, CORS_CREDENTIALS="off")
        user, url = "anywhere", world.urls["nginx"]
        current, token, bare = f"{url}/api/tenant/current", world.token(user), {"credentials": "omit"}
        tenant = world.tenant(url, user)
        calls = [fetch("GET", f"{url}/healthz", **bare), fetch("GET", current, token, **bare), fetch("GET", current, **bare),
                 fetch("GET", current, token), fetch("GET", f"{url}/healthz")]
        for told in browse([(strange, calls) for strange in world.strange]):
            health, mine, nobody, *refused = told["answers"]
            assert [a.get("status") for a in (health, mine, nobody)] == [200, 200, 401], told
            assert json.loads(mine["body"])["tenant"]["id"] == tenant and mine["headers"]["etag"]
            problem(nobody, "unauthorized")
            assert refused == [REFUSED] * 2, "with credentials an origin is named, or nothing allowed"
        answer = preflight(url, "https://any.example")
        assert answer.status == 204 and answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers


def test_without_origins_no_page_may_call_and_its_developer_learns_why(cluster, pages, browse):
    with contextlib.ExitStack() as up:
        world = World(up.enter_context(cluster.database()), pages, lambda _: "", up)
        url, token = world.urls["lighttpd"], world.token("nowhere")
        [told] = browse([(page(world.allowed[0]), [fetch("GET", f"{url}/healthz"),
                                                   fetch("POST", f"{url}/api/tenant/getOrCreate", token)])])
        assert told["answers"] == [REFUSED] * 2 and [p["status"] for p in told["preflights"]] == [403], told
        answer = preflight(url, world.allowed[0])
        assert answer.status == 403 and "BACKEND_CORS_ORIGINS" in answer.json()["detail"], answer
        assert "BACKEND_CORS_ORIGINS" in world.app.log_text() and world.allowed[0] in world.app.log_text()
        assert http_call(url, "GET", "/healthz", headers={"Origin": world.allowed[0]}).status == 200
