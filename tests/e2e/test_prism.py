"""What Prism, a validating proxy, says of requests and answers: of the cases of the API suite, and of what they
leave out. lib/prism.py says what it is asked; $TEST_PRISM=on asks it in the whole API suite."""
import json
import os
import subprocess
import time
import urllib.parse
import uuid

import cases
import prism
import pytest
import signin
import stack
import stores
import tokens
from postman import Postman
from standin import StandIn, equip

CASES = sorted((stack.TOP / "tests/api/cases").glob("*.case"))
PASSWORD = "Correct-Horse-Battery-1"


@pytest.fixture(scope="module")
def post():
    with Postman() as p:
        yield p


@pytest.fixture(scope="module")
def outside():
    with StandIn() as s:
        yield s


@pytest.fixture(scope="module")
def redis():
    with stores.Redis() as r:
        yield r


@pytest.fixture(scope="module")
def s3():
    with stores.Bucket() as b:
        yield b


@pytest.fixture(scope="module")
def suite(cluster):
    """As in tests/api/conftest.py."""
    with cluster.database() as db, prism.Proxied(
            db, workers=2, JOB_WORKERS=0, BACKEND_CORS_ORIGINS="https://app.example.com,https://other.example.com",
            SMTP_URL="smtp://127.0.0.1:9", MAIL_FROM="tenantd <no-reply@example.com>",
            ACCOUNT_URL="https://app.example.com/account") as app:
        yield app


@pytest.fixture(scope="module")
def proxied(cluster, post, outside, redis, s3):
    with cluster.database() as db, prism.Proxied(db, workers=4, JOB_WORKERS=0, **post.settings, **outside.settings,
                                                 **redis.settings, **s3.settings) as app:
        yield app


def told(answer, status=200):
    assert answer.status == status, answer
    return answer.json() if answer.body else None


class Caller:
    def __init__(self, app, user, **claims):
        self.app, self.db, self.user = app, app.db, user
        self.headers = {"Authorization": "Bearer " + tokens.token(app.db.settings["JWT_SECRET_KEY"], user, **claims)}

    def ask(self, method, path, body=None, status=200, **headers):
        return told(self.app.call(method, path, {**self.headers, **headers}, body), status)


@pytest.fixture
def root(proxied):
    return Caller(proxied, stack.create_user(proxied.db, f"{uuid.uuid4().hex}@example.com", "--superuser"))


@pytest.fixture
def owner(proxied):
    """With a tenant, which their token names."""
    user = f"owner-{uuid.uuid4().hex[:8]}"
    tenant = Caller(proxied, user, email=f"{user}@example.com").ask("POST", "/api/tenant/getOrCreate")["tenantId"]
    caller = Caller(proxied, user, tenant_id=tenant, email=f"{user}@example.com")
    caller.tenant, caller.home = tenant, f"/api/tenants/{tenant}"
    return caller


@pytest.fixture
def partner(proxied):
    caller = Caller(proxied, str(uuid.uuid4()))
    proxied.db.sql("INSERT INTO tenantd.partners (id, name) VALUES (%s, 'Acme')", [caller.user])
    caller.headers = {"Authorization": "Bearer " + tokens.partner(proxied.settings["JWT_SECRET_KEY"], caller.user)}
    return caller


@pytest.mark.parametrize("file", CASES, ids=lambda f: f.stem)
def test_the_cases_of_the_api_suite(file, suite):
    wrong = []
    for case in cases.parse(file):
        try:
            suite.aside = prism.ASIDE.get(case.id)
            cases.run(case, suite, lambda: None)
        except AssertionError as e:
            wrong.append(f"{case.id}: {e}")
    assert not wrong, "\n\n".join(wrong)[:20000]


def test_a_tenants_life(root, owner):
    home, slug = owner.home, f"life-{uuid.uuid4().hex[:8]}"
    assert root.ask("GET", "/api/tenants?limit=2&sort=-createdAt&status=active&isolation=shared&plan=free")["items"]
    assert owner.ask("GET", home)["id"] == owner.tenant
    assert root.ask("PATCH", home, {"slug": slug, "features": {"storage": ["s3"]}})["slug"] == slug
    assert owner.ask("GET", home + "/slugs")["items"][0]["slug"] == slug
    suspended = root.ask("POST", home + "/suspend", {"reason": "Unpaid", "scopes": ["write"], "until": "2099-01-01T00:00:00Z"})
    assert suspended["suspension"]["scopes"] == ["write"]
    assert root.ask("POST", home + "/resume")["suspension"] is None
    assert root.ask("POST", home + "/reset-configuration")["reset"] == ["features"]
    root.ask("DELETE", home, status=204)
    assert root.ask("POST", home + "/restore")["status"] == "active"
    assert root.ask("POST", home + "/purge?force=true", {"slug": slug}, status=202)["kind"] == "tenant.purge"


def test_what_is_looked_at(root, owner):
    lines = {"Accept": "application/x-ndjson"}
    for who, path in ((root, "/admin/audit-log"), (owner, owner.home + "/audit-log")):
        assert who.ask("GET", path + "?limit=2")["items"]
        assert who.app.call("GET", path + "?limit=2", {**who.headers, **lines}).status == 200
    assert root.ask("GET", "/admin/rls")["findings"]
    stack.command(root.app.settings, "jobs", "run")  # so that events have their numbers
    assert root.ask("GET", "/api/events?limit=3&kind=tenant.*")["items"]
    assert root.ask("GET", "/api/events/snapshot?limit=1")["items"]
    assert owner.ask("GET", "/api/tenant/context")["id"] == owner.tenant


def test_a_partners_tenants(partner):
    path = "/api/provisioning/tenants"
    made = partner.ask("POST", path, {"company_name": "Acme", "email": "ada@example.com"}, 201)
    assert partner.ask("GET", path + "?limit=1")["items"] == [made]
    config = f"{path}/{made['tenant']}/config"
    assert partner.ask("GET", config) == {}
    assert partner.ask("PUT", config, {"theme": {"dark": True}}) == {"theme": {"dark": True}}
    assert partner.ask("PATCH", config, {"theme": None, "size": 3}) == {"size": 3}
    assert [v["version"] for v in partner.ask("GET", config + "/history")["items"]] == [2, 1]
    assert partner.ask("GET", config + "/history/1")["config"] == {"theme": {"dark": True}}
    bulk = [{"company_name": f"Firm {n}", "email": f"{n}@example.com"} for n in range(2)]
    assert partner.ask("POST", path + "/bulk", bulk, 201)["created"] == 2
    assert len(partner.app.call("GET", path + "/export", partner.headers).body.splitlines()) == 3


def test_a_tenant_that_is_made_later_and_what_it_has_outside(root, redis, s3):
    made = root.ask("POST", "/api/tenants", {"name": "Outside", "features": {"storage": ["s3"]}}, 202, Prefer="respond-async")
    path = f"/api/operations/{made['id']}"
    stack.command(root.app.settings, "jobs", "run")
    assert root.ask("GET", path)["state"] == "succeeded"
    first, home = root.ask("POST", path + "/secrets")["secrets"]["redisUrl"], f"/api/tenants/{made['tenantId']}"
    assert root.ask("GET", home + "/storage")["s3"]["mode"] == "prefix" and root.ask("GET", home + "/cache")["redis"]["port"] is None
    signed = root.ask("POST", home + "/storage/presign", {"method": "GET", "key": "a/b.txt", "expiresIn": 60})
    assert signed["url"].startswith(s3.settings["S3_ENDPOINT"])
    with redis.sign_in(first), redis.sign_in(root.ask("POST", home + "/cache/credentials")["redisUrl"]) as second:
        assert second("PING") == "PONG"


def test_database_servers(root, cluster):
    path = "/admin/database-servers"
    assert root.ask("POST", path, {"id": "prism", "url": cluster.maker(), "pool_size": 0}, 201)["health"] == "ok"
    one = path + "/prism"
    assert [s["id"] for s in root.ask("GET", path + "?limit=1")["items"]] == ["prism"]
    assert root.ask("PATCH", one, {"weight": 1})["weight"] == 1
    assert root.ask("GET", one)["version"] == 2 and root.ask("GET", one + "/health")["health"] == "ok"
    assert root.ask("POST", one + "/fill", None, 202)["id"] == "prism"
    assert root.ask("POST", one + "/drain")["state"] == "draining"
    assert root.ask("POST", one + "/resume")["state"] == "active"
    root.ask("POST", one + "/drain")
    root.ask("DELETE", one, None, 204)


def test_what_is_written_about_it(proxied):
    assert b"<html" in proxied.call("GET", "/docs").body
    assert told(proxied.call("GET", "/openapi.json"))["openapi"].startswith("3.1")


def test_alert_rules(root, owner):
    for who, path in ((root, "/api/alert-rules"), (owner, owner.home + "/alert-rules")):
        made = who.ask("POST", path, {"name": "Much fails", "condition": "repeated_failures"}, 201)
        assert who.ask("GET", f"{path}/{made['id']}")["name"] == "Much fails"
        who.ask("DELETE", f"{path}/{made['id']}", status=204)


def test_a_tenants_database(owner):
    path = owner.home + "/database"
    assert owner.ask("PATCH", path, {"pool": {"max": 12}})["pool"]["max"] == 12
    owner.db.sql("UPDATE tenantd.tenant_logins SET role = 'not_there', resource_id = 'r', database = current_database() WHERE tenant_id = %s",
                 [owner.tenant])
    assert owner.ask("POST", path + "/credentials", {"endSessions": True})["url"].startswith("postgresql://not_there:")
    assert owner.ask("GET", path)["role"] == "not_there"


def test_webhooks_and_what_was_sent(root, owner, partner):
    for who, path, tenant in ((root, "/api/webhooks", None), (owner, owner.home + "/webhooks", owner.tenant),
                              (partner, "/api/provisioning/webhooks", None)):
        hook = path + "/" + who.ask("POST", path, {"url": "https://hooks.example.com/"}, 201)["id"]
        assert who.ask("POST", hook + "/test", status=202)["queued"] == 1
        event = who.db.sql("INSERT INTO tenantd.events (seq, tenant_id, kind, payload) VALUES (-floor(random() * 1e15), %s, "
                           "'tenant.created', '{}') RETURNING seq, id", [tenant])[0]
        delivery = who.db.value(
            "INSERT INTO tenantd.deliveries (webhook_id, tenant_id, seq, event_id, kind, job_id, attempt, started_at, url, outcome) "
            "VALUES (%s, %s, %s, %s, 'tenant.created', 17, 1, now(), 'https://hooks.example.com/', 'failed') RETURNING id",
            [hook.rsplit("/", 1)[1], tenant, *event])
        assert who.ask("GET", f"{hook}/deliveries?outcome=failed")["items"][0]["id"] == delivery
        assert who.ask("GET", f"{hook}/deliveries/{delivery}")["request"]["method"] == "POST"
        assert who.ask("POST", f"{hook}/deliveries/{delivery}/redeliver", status=202)["queued"] == 1
        who.ask("POST", f"{hook}/redeliver", {"from": "2026-01-01T00:00:00Z"}, 202)


def test_api_keys_of_a_tenant(owner):
    path = owner.home + "/api-keys"
    made = owner.ask("POST", path, {"name": "Nightly", "scopes": ["read", "admin"], "expiresInDays": 3}, 201)
    key = f"{path}/{made['id']}"
    assert owner.ask("GET", path + "?limit=1")["items"][0]["id"] == made["id"]
    assert owner.ask("PATCH", key, {"name": "Daily", "expiresAt": None})["expiresAt"] is None
    machine = Caller(owner.app, "nobody")
    machine.headers = {"Authorization": "Bearer " + owner.ask("POST", key + "/rotate", {"keepHours": 1})["secret"]}
    assert machine.ask("GET", key)["name"] == "Daily" and machine.ask("GET", "/api/tenant/context")["id"] == owner.tenant
    owner.ask("DELETE", key, status=204)


def test_how_a_tenant_fares_and_all_of_it(owner):
    assert owner.ask("GET", owner.home + "/health?refresh=true")["health"] == "ok"
    lines = owner.app.call("GET", owner.home + "/export?type=membership", owner.headers)
    assert lines.status == 200 and len(lines.body.splitlines()) == 3


def test_a_chat(owner, outside):
    equip(owner.app, owner.db, owner.tenant, system_prompt="You speak for the owner.")
    assert owner.ask("POST", "/api/chat", {"message": "Who are you?"})["answer"]


def test_an_invitation_is_mailed_again(owner, post):
    email = f"{uuid.uuid4().hex[:8]}@example.com"
    made = owner.ask("POST", owner.home + "/invitations", {"email": email, "role": "viewer"}, 201)
    assert owner.ask("POST", f"{owner.home}/invitations/{made['id']}/resend")["id"] == made["id"]
    secret = post.link(owner.app, email)[1]
    told(owner.app.call("POST", "/users/register", {}, {"email": email, "password": PASSWORD, "invitation": secret}), 202)


def test_quotas_usage_and_rate_limits(root, owner):
    path = owner.home + "/quotas"
    before = owner.ask("GET", path)
    now = root.ask("PATCH", path, {"members": {"soft": 8, "hard": 9, "thresholds": [50]}, "webhooks": None})
    assert now["items"][0]["hard"] == 9 and now["version"] > before["version"]
    assert root.ask("PATCH", path, {"members": None})["items"][0]["source"] == "plan"
    path = owner.home + "/rate-limits"
    assert root.ask("PUT", path, {"readPerMinute": 50000, "writePerMinute": 0})["writePerMinute"] == 0
    assert owner.ask("GET", path)["readPerMinute"] == 50000
    assert root.ask("PUT", path, {"readPerMinute": None})["readSource"] == "plan"
    assert owner.ask("GET", owner.home + "/usage?metric=members&to=2026-03-02&from=2026-03-01")["daily"] == []


def test_roles_groups_and_members(root, owner):
    role = owner.ask("POST", owner.home + "/roles", {"name": "Front desk", "scopes": ["read"]}, 201)["id"]
    path = owner.home + "/roles/" + urllib.parse.quote(role)
    assert owner.ask("PATCH", path, {"scopes": ["read", "write"]}) == owner.ask("GET", path)
    assert [r["id"] for r in owner.ask("GET", owner.home + "/roles?limit=2")["items"]] == ["admin", role]
    email = f"{uuid.uuid4().hex}@example.com"
    user = stack.create_user(root.app.db, email)
    assert root.ask("POST", owner.home + "/users", {"user": email, "role": role}, 201)["id"] == user
    assert owner.ask("GET", f"{owner.home}/users?role={urllib.parse.quote(role)}")["items"] == [owner.ask("GET", f"{owner.home}/users/{user}")]
    group = owner.home + "/groups/" + owner.ask("POST", owner.home + "/groups", {"name": "All", "role": role}, 201)["id"]
    owner.ask("PUT", f"{group}/members/{user}", status=204)
    assert [m["id"] for m in owner.ask("GET", group + "/members")["items"]] == [user]
    assert owner.ask("PATCH", group, {"role": None})["role"] is None and owner.ask("GET", group)["members"] == 1
    assert len(owner.ask("GET", owner.home + "/groups")["items"]) == 1
    assert owner.ask("PATCH", f"{owner.home}/users/{user}", {"role": "viewer"})["role"] == "viewer"
    for one in (f"{group}/members/{user}", group, path + "?replace_with=member", f"{owner.home}/users/{user}"):
        owner.ask("DELETE", one, status=204)


def test_an_account(proxied, post):
    email = f"{uuid.uuid4().hex[:8]}@example.com"
    for path, body in (("/users/register", {"email": email, "password": PASSWORD}), ("/users/register/resend", {"email": email})):
        told(proxied.call("POST", path, {}, body), 202)
    user = told(proxied.call("POST", "/users/verify", {}, {"token": post.link(proxied, email)[1], "password": PASSWORD}))["user"]
    Caller(proxied, user["id"]).ask("POST", "/me/password", {"current_password": PASSWORD, "new_password": PASSWORD + "2"}, 204)
    told(proxied.call("POST", "/users/password-reset", {}, {"email": email}), 202)
    told(proxied.call("POST", "/users/password-reset/confirm", {}, {"token": post.link(proxied, email)[1], "password": PASSWORD + "3"}), 204)
    assert told(proxied.call("POST", "/login", {}, {"email": email, "password": PASSWORD + "3"}))["user"]["id"] == user["id"]


def code(secret):
    return subprocess.run(["oathtool", "--totp", "--base32", f"--now=@{int(time.time())}", secret],
                          capture_output=True, text=True, check=True).stdout.strip()


def test_sessions_and_one_time_passwords(proxied):
    person = signin.Person(proxied, proxied.db)
    form = {"grant_type": "password", "username": person.email, "password": signin.PASSWORD}
    granted = told(proxied.call("POST", "/token", {"Content-Type": "application/x-www-form-urlencoded"},
                                urllib.parse.urlencode(form).encode()))
    person.signed_in()
    me = Caller(proxied, person.id)
    me.headers = {"Authorization": "Bearer " + granted["access_token"]}
    others = [s["id"] for s in me.ask("GET", "/me/sessions")["items"] if not s["current"]]
    me.ask("DELETE", f"/me/sessions/{others[0]}", status=204)
    secret = me.ask("POST", "/me/totp", {"password": signin.PASSWORD}, 201)["secret"]
    for path, status in (("/confirm", 200), ("/recovery-codes", 200), ("/disable", 204)):
        me.ask("POST", "/me/totp" + path, {"code": code(secret)}, status)
        # as if the code had been taken long ago
        proxied.db.sql("UPDATE tenantd.totp SET last_step = 0 WHERE user_id = %s", [person.id])
    told(proxied.call("POST", "/logout", me.headers, {"all": True}), 204)


def test_every_operation_was_heard(suite, proxied, request):
    """Where all of the above have run."""
    run = {i.originalname for i in request.session.items if i.path == request.path}
    if run != {name for name in globals() if name.startswith("test_")} or "TEST_SAMPLE" in os.environ:
        pytest.skip("only some of these tests were run")
    document = json.loads((proxied.place.path / "openapi.json").read_text())
    there = {f"{method.upper()} {path}" for path, operations in document["paths"].items() for method in operations
             if method in ("get", "post", "put", "patch", "delete")}
    assert there - {*suite.heard, *proxied.heard} == set()
