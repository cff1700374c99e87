"""Quotas under crowds, told of once, rolled up by the day; API calls counted, also when workers die; rates of a tenant."""
import itertools
import json
import secrets
import threading
import time
import uuid

import payloads
import pytest
import stack
import tokens
from client import at_once, http_call, persistent
from postman import Postman

CROWD, LIMIT = 1000, 10
WORKERS = 4
ROOT = "the-platform"
NAMES = itertools.count(1)
INTERVAL_S = 2  # TALLY_MS
MEMORY_S = 1    # STANDING_MS


@pytest.fixture(scope="module")
def db(cluster):
    with cluster.database() as d:
        yield d
        payloads.check_all(d)


@pytest.fixture(scope="module")
def post():
    with Postman() as p:
        yield p


@pytest.fixture(scope="module")
def app(db, post):
    with stack.Tenantd(db, workers=WORKERS, JOB_WORKERS=0, **post.settings) as a:
        yield a


class Tenant:
    """A tenant, its owner, and the platform, which sees to its limits."""

    def __init__(self, app, **limits):
        self.app, self.db, self.owner = app, app.db, f"quotas-{next(NAMES)}-{uuid.uuid4().hex[:8]}"
        self.id = self.told(self.call("POST", "/api/tenant/getOrCreate"), 200)["tenantId"]
        self.base = f"/api/tenants/{self.id}"
        if limits:
            self.limit(**limits)

    @staticmethod
    def told(answer, status):
        assert answer.status == status, answer
        return answer.json()

    def token(self, user=None, **claims):
        return tokens.token(self.db.settings["JWT_SECRET_KEY"], user or self.owner, **claims)

    def call(self, method, path, body=None, user=None, **claims):
        return self.app.call(method, path, {"Authorization": "Bearer " + self.token(user, **claims)}, body)

    def own(self, method, path, body=None, **claims):
        return self.call(method, self.base + path, body, **claims)

    def platform(self, method, path, body=None):
        return self.call(method, self.base + path, body, user=ROOT, scope="admin")

    def limit(self, **limits):
        return self.told(self.platform("PATCH", "/quotas", limits), 200)

    def quota(self, metric):
        return next(q for q in self.told(self.own("GET", "/quotas"), 200)["items"] if q["metric"] == metric)

    def invite(self, email=None):
        return self.own("POST", "/invitations", {"email": email or f"{secrets.token_hex(6)}@example.com", "role": "member"})

    def pending(self):
        return self.db.value("SELECT count(*) FROM tenantd.invitations WHERE tenant_id = %s AND accepted_at IS NULL"
                             " AND revoked_at IS NULL AND expires_at > now()", [self.id])

    def thresholds(self, metric):
        return [(p["threshold"], p["softReached"], p["used"]) for (p,) in self.db.sql(
            "SELECT payload FROM tenantd.events WHERE kind = 'quota.threshold' AND tenant_id = %s AND payload->>'metric' = %s"
            " ORDER BY id", [self.id, metric])]

    def calls(self):
        """API calls that were written."""
        return self.db.value("SELECT coalesce(sum(value), 0) FROM tenantd.usage WHERE tenant_id = %s AND metric = 'api_calls'",
                             [self.id])


@pytest.fixture
def tenant(app):
    return Tenant(app)


# -- crowds --

@pytest.mark.parametrize("kind", ["nginx", "lighttpd"])
def test_a_thousand_invitations_at_once_at_a_limit_of_ten_are_ten(app, kind):
    tenant = Tenant(app, invitations={"soft": None, "hard": LIMIT})
    token = tenant.token()
    with stack.WebServer(kind, app.socket) as web:
        answers = at_once(lambda i=i: persistent(lambda: http_call(
            web.url, "POST", f"{tenant.base}/invitations", token, {"email": f"crowd-{i}@example.com", "role": "member"}))
            for i in range(CROWD))
    statuses = [getattr(a, "status", a) for a in answers]
    assert sorted(statuses, key=str) == [201] * LIMIT + [403] * (CROWD - LIMIT)
    refused = {json.loads(a.body)["type"].rpartition("/")[2] for a in answers if a.status == 403}
    assert refused == {"quota-exceeded"}
    assert tenant.pending() == LIMIT
    assert app.db.value("SELECT count(*) FROM tenantd.events WHERE tenant_id = %s AND kind = 'invitation.created'", [tenant.id]) == LIMIT
    assert [t for t, _, _ in tenant.thresholds("invitations")] == [80, 90, 100]
    assert (tenant.quota("invitations")["used"], tenant.quota("invitations")["remaining"]) == (LIMIT, 0)


def test_no_more_are_pending_at_any_time_while_some_are_revoked_accepted_and_run_out(app, db, post):
    tenant = Tenant(app, invitations={"soft": None, "hard": 5}, members={"soft": None, "hard": 4})
    people = {}
    for i in range(12):
        email = f"racer-{i}-{secrets.token_hex(4)}@example.com"
        people[email] = stack.create_user(db, email)
    most, ended, faults = [0, 0], threading.Event(), []

    def watch():
        while not ended.is_set():
            most[0] = max(most[0], tenant.pending())
            most[1] = max(most[1], db.value("SELECT count(*) FROM public.tenant_users WHERE tenant_id = %s", [tenant.id]))

    def inviting(email):
        for _ in range(6):
            answer = tenant.invite(email)
            if answer.status not in (201, 403, 409, 429):
                faults.append(answer)

    def ending():
        for n in range(25):
            rows = db.sql("SELECT id FROM tenantd.invitations WHERE tenant_id = %s AND accepted_at IS NULL AND revoked_at IS NULL"
                          " ORDER BY random() LIMIT 1", [tenant.id])
            for (id,) in rows:
                if n % 3 == 0:
                    db.sql("UPDATE tenantd.invitations SET expires_at = now() WHERE id = %s AND accepted_at IS NULL", [id])
                elif tenant.own("DELETE", f"/invitations/{id}").status not in (204, 409):
                    faults.append(id)

    def accepting():
        for email, user in list(people.items())[:6]:
            secret = "tdi_" + secrets.token_hex(16)
            rows = db.sql("SELECT id FROM tenantd.invitations WHERE tenant_id = %s AND email = %s AND accepted_at IS NULL"
                          " AND revoked_at IS NULL", [tenant.id, email])
            if rows and post.mails_to(app, email):
                secret = post.link(app, email)[1]
                claims = {"email": email, "email_verified": True}
                answer = tenant.call("POST", "/invitations/accept", {"token": secret}, user=user, **claims)
                if answer.status not in (200, 400, 403, 404, 409, 410):
                    faults.append(answer)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        results = at_once([*(lambda e=e: inviting(e) for e in people), ending, ending, accepting])
    finally:
        ended.set()
        watcher.join()
    assert [r for r in results if r is not None] == [] and faults == []
    assert most[0] <= 5 and most[1] <= 4, most
    assert most[0] == 5, "it was tried"
    assert tenant.quota("invitations")["used"] == tenant.pending()


@pytest.mark.parametrize("path, body, metric", [
    ("/webhooks", {"url": "https://hooks.example.com/"}, "webhooks"),
    ("/oauth-clients", {"name": "Machine", "scopes": ["read"]}, "oauth_clients"),
    ("/api-keys", {"name": "Machine", "scopes": ["read"]}, "api_keys"),
    ("/groups", None, "groups"),
    ("/roles", None, "roles")])
def test_no_more_are_made_at_once_than_there_may_be(app, path, body, metric):
    tenant = Tenant(app, **{metric: {"soft": None, "hard": 3}})
    before = tenant.quota(metric)["used"]
    answers = at_once(lambda i=i: tenant.own("POST", path, body or {"name": f"Name {i}", **({"scopes": ["read"]} if metric == "roles" else {})})
                      for i in range(24))
    assert sorted(a.status for a in answers) == [201] * (3 - before) + [403] * (21 + before)
    assert tenant.quota(metric)["used"] == 3


def test_only_so_many_accept_as_there_may_be_members_and_who_is_one_may(app, db, post):
    tenant = Tenant(app, members={"soft": None, "hard": 3})
    people = {f"joins-{i}-{secrets.token_hex(4)}@example.com": None for i in range(6)}
    for email in people:
        people[email] = (stack.create_user(db, email), tenant.told(tenant.invite(email), 201), post.link(app, email)[1])

    def accept(email):
        user, _, secret = people[email]
        return tenant.call("POST", "/invitations/accept", {"token": secret}, user=user)

    answers = at_once(lambda e=e: accept(e) for e in people)
    assert sorted(a.status for a in answers) == [200, 200, 403, 403, 403, 403]
    assert {a.json()["type"].rpartition("/")[2] for a in answers if a.status == 403} == {"quota-exceeded"}
    assert tenant.quota("members")["used"] == 3
    assert tenant.pending() == 4, "who was refused may come again"
    db.sql("UPDATE public.users SET tenant_id = %s WHERE id = %s", [tenant.id, next(u for e, (u, _, _) in people.items() if
           db.value("SELECT count(*) FROM public.tenant_users WHERE user_id = %s", [u]) == 1)])
    assert tenant.quota("members")["used"] == 3, "nobody is counted twice"


# -- told --

def test_each_threshold_is_told_once_to_people_and_programs(app, db, post):
    tenant = Tenant(app, webhooks={"soft": 3, "hard": 10, "thresholds": [50, 100]})
    db.sql("UPDATE public.tenants SET contact_email = %s WHERE id = %s", [f"{tenant.owner}@example.com", tenant.id])
    rule = tenant.told(tenant.own("POST", "/alert-rules", {"name": "Near", "condition": "quota_threshold", "threshold": 2}), 201)
    made = []
    for _ in range(10):
        made.append(tenant.told(tenant.own("POST", "/webhooks", {"url": "https://hooks.example.com/"}), 201)["id"])
    expected = [(None, True, 3), (50, False, 5), (100, False, 10)]
    assert tenant.thresholds("webhooks") == expected
    for _ in range(3):
        assert tenant.own("DELETE", f"/webhooks/{made.pop()}").status == 204
        made.append(tenant.told(tenant.own("POST", "/webhooks", {"url": "https://hooks.example.com/"}), 201)["id"])
    assert tenant.own("POST", "/webhooks", {"url": "https://hooks.example.com/"}).status == 403
    assert tenant.thresholds("webhooks") == expected, "once"
    name = db.value("SELECT g.name FROM public.tenants t JOIN public.custom_auth_tenant g ON g.id = t.tenant WHERE t.id = %s", [tenant.id])
    mails = {m.message["Subject"] for m in post.mails_to(app, f"{tenant.owner}@example.com")}
    assert {m for m in mails if "webhooks" in m} == {f"{name} has used {p} % of its webhooks" for p in (30, 50, 100)}
    kinds = [i["kind"] for i in tenant.told(tenant.own("GET", "/notifications?limit=200"), 200)["items"]]
    assert kinds.count("quota.threshold") == 3
    assert db.value("SELECT count(*) FROM tenantd.events WHERE kind = 'alert.raised' AND payload->>'ruleId' = %s", [rule["id"]]) == 1


# -- by the day --

def test_days_that_are_over_are_rolled_up_once_and_repaired_and_caught_up_with(app, db):
    tenant, other = Tenant(app), Tenant(app)
    tenant.told(tenant.own("POST", "/webhooks", {"url": "https://hooks.example.com/"}), 201)
    db.sql("UPDATE tenantd.usage SET value = 77, told = '{100}' WHERE tenant_id = %s AND metric = 'webhooks'", [tenant.id])
    db.sql("UPDATE tenantd.usage_roll SET day = (now() AT TIME ZONE 'UTC')::date - 3, after = ''")

    def daily():
        return db.sql("SELECT metric, ((now() AT TIME ZONE 'UTC')::date - day), value FROM tenantd.usage_daily"
                      " WHERE tenant_id = %s AND metric IN ('members', 'webhooks', 'invitations') ORDER BY 1, 2", [tenant.id])

    stack.command(app.settings, "jobs", "run", "--seconds", "20")
    expected = [("members", d, 1) for d in (1, 2, 3)] + [("webhooks", d, 1) for d in (1, 2, 3)]
    assert daily() == expected
    assert db.sql("SELECT value, told FROM tenantd.usage WHERE tenant_id = %s AND metric = 'webhooks'", [tenant.id]) == [(1, [])]
    assert db.value("SELECT day = (now() AT TIME ZONE 'UTC')::date FROM tenantd.usage_roll") is True
    assert db.value("SELECT count(*) FROM tenantd.usage_daily WHERE tenant_id = %s AND metric = 'members'", [other.id]) == 3
    # the same days again, with more of it now: what was written down stays
    tenant.told(tenant.own("POST", "/webhooks", {"url": "https://hooks.example.com/"}), 201)
    db.sql("UPDATE tenantd.usage_roll SET day = (now() AT TIME ZONE 'UTC')::date - 3, after = ''")
    stack.command(app.settings, "jobs", "run", "--seconds", "20")
    assert daily() == expected
    shown = tenant.told(tenant.own("GET", "/usage?metric=webhooks"), 200)
    assert [d["value"] for d in shown["daily"]] == [1, 1, 1] and shown["current"][0]["value"] == 2


def test_usage_ends_with_its_retention(app, db, tenant):
    db.sql("INSERT INTO tenantd.usage_daily VALUES (%s, 'members', (now() AT TIME ZONE 'UTC')::date - 401, 1),"
           " (%s, 'members', (now() AT TIME ZONE 'UTC')::date - 399, 1)", [tenant.id] * 2)
    db.sql("INSERT INTO tenantd.usage (tenant_id, metric, period, value) VALUES (%s, 'mails', '2020-01', 1)", [tenant.id])
    stack.command(app.settings, "jobs", "run")
    assert db.value("SELECT count(*) FROM tenantd.usage_daily WHERE tenant_id = %s AND day < now() - interval '390 days'", [tenant.id]) == 1
    assert db.value("SELECT count(*) FROM tenantd.usage WHERE tenant_id = %s AND period = '2020-01'", [tenant.id]) == 0


# -- API calls --

def test_calls_are_counted_without_a_write_for_each_and_none_gets_lost(app, db, tenant):
    before = tenant.calls()
    for _ in range(30):
        assert tenant.own("GET", "/webhooks").status == 200
        assert tenant.call("GET", "/api/tenant/context", tenant_id=tenant.id).status == 200
        assert tenant.platform("GET", "/webhooks").status == 200  # the platform's own are not the tenant's
    stack.until(lambda: tenant.calls() == before + 60, what="the calls to be written")
    assert db.value("SELECT sum(value) FROM tenantd.usage_daily WHERE tenant_id = %s AND metric = 'api_calls'", [tenant.id]) == before + 60
    time.sleep(INTERVAL_S + 1)
    assert tenant.calls() == before + 60


def test_a_drain_writes_what_was_counted(cluster, post):
    with cluster.database() as db:
        with stack.Tenantd(db, workers=2, JOB_WORKERS=0, **post.settings) as app:
            tenant = Tenant(app)
            for _ in range(7):
                tenant.own("GET", "/webhooks")
        assert tenant.calls() == 7


def test_a_worker_that_is_killed_loses_one_interval_at_most(cluster, post):
    with cluster.database() as db, stack.Tenantd(db, workers=1, JOB_WORKERS=0, **post.settings) as app:
        tenant = Tenant(app)
        for _ in range(20):
            tenant.own("GET", "/webhooks")
        stack.until(lambda: tenant.calls() == 20, seconds=INTERVAL_S * 5, what="the first interval")
        for _ in range(5):
            tenant.own("GET", "/webhooks")
        victim, = app.workers()
        stack.kill(victim)
        stack.until(lambda: app.workers() and victim not in app.workers(), what="another worker")
        for _ in range(3):
            tenant.own("GET", "/webhooks")
        stack.until(lambda: tenant.calls() >= 23, what="what came after")
        assert 23 <= tenant.calls() <= 28


def test_api_calls_that_are_used_up_are_refused_until_there_are_more(app, tenant):
    tenant.limit(api_calls={"soft": None, "hard": 5})
    stack.until(lambda: tenant.own("GET", "/webhooks").status == 429, seconds=30, what="the end of the calls")
    refused = tenant.own("GET", "/webhooks")
    assert refused.json()["type"].endswith("/rate-limited") and "5 API calls" in refused.json()["detail"]
    assert 0 < int(refused.headers["retry-after"]) <= 31 * 86400
    assert tenant.quota("api_calls")["hard"] == 5, "why, may be read"
    assert tenant.platform("GET", "/webhooks").status == 200
    assert Tenant(tenant.app).own("GET", "/webhooks").status == 200, "others are not concerned"
    stack.until(lambda: tenant.calls() > 0, what="the calls to be written")
    assert tenant.calls() <= 5 + WORKERS * 5
    stack.until(lambda: [t for t, _, _ in tenant.thresholds("api_calls")][-1:] == [100], what="the end to be told")
    tenant.limit(api_calls={"hard": 100000})
    time.sleep(MEMORY_S)
    assert at_once(lambda: tenant.own("GET", "/webhooks").status for _ in range(WORKERS * 2)) == [200] * WORKERS * 2


# -- rates --

def test_a_tenants_rate_is_of_all_its_people_and_acts_within_a_second(app, db, tenant):
    colleague = f"{tenant.owner}-colleague"
    db.sql("INSERT INTO public.tenant_users (tenant_id, user_id, role) VALUES (%s, %s, 'admin')", [tenant.id, colleague])
    usual = tenant.own("GET", "/webhooks")
    assert usual.headers["ratelimit-limit"] == "60000"
    tenant.told(tenant.platform("PUT", "/rate-limits", {"readPerMinute": 4}), 200)
    time.sleep(MEMORY_S + 0.1)
    answers = [tenant.own("GET", "/webhooks", user=u) for u in (None, colleague) * 3]
    assert [a.status for a in answers] == [200] * 4 + [429] * 2
    assert {a.headers["ratelimit-limit"] for a in answers} == {"4"}
    assert [a.headers["ratelimit-remaining"] for a in answers] == ["3", "2", "1", "0", "0", "0"]
    assert int(answers[-1].headers["retry-after"]) <= 15 and "4 requests a minute" in answers[-1].json()["detail"]
    assert tenant.invite().status == 201, "writing has another limit"
    assert tenant.platform("GET", "/webhooks").status == 200
    tenant.told(tenant.platform("PUT", "/rate-limits", {"readPerMinute": None}), 200)
    time.sleep(MEMORY_S + 0.1)
    assert tenant.own("GET", "/webhooks").status == 200


# -- a tenant that the platform makes --

def test_a_tenant_that_is_made_is_counted_and_watched_from_the_start(app, db):
    answer = app.call("POST", "/api/tenants", {"Authorization": "Bearer " + tokens.token(
        db.settings["JWT_SECRET_KEY"], ROOT, scope="admin")}, {"name": "Watched", "isolation": "shared",
                                                               "features": {"auth": ["password"], "storage": [], "email": []}})
    assert answer.status == 201, answer
    id = answer.json()["id"]
    levels = {r["metric"] for r in json.loads(stack.command({}, "quotas", "--json")) if r["kind"] == "level"}
    assert {m for m, in db.sql("SELECT metric FROM tenantd.usage WHERE tenant_id = %s AND period = ''", [id])} == levels
    assert db.sql("SELECT condition FROM tenantd.alert_rules WHERE tenant_id = %s ORDER BY 1", [id]) == [
        ("quota_threshold",), ("repeated_failures",), ("webhook_disabled",)]


def test_what_the_program_counts_is_what_its_descriptions_say():
    rows = json.loads(stack.command({}, "quotas", "--json"))
    names = [r["metric"] for r in rows]
    counted = [r["metric"] for r in rows if r["kind"] != "rate"]
    src = stack.TOP / "src"
    updated = json.loads((src / "events/schemas/quota.updated.json").read_text())
    told = json.loads((src / "events/schemas/quota.threshold.json").read_text())
    shown = json.loads((src / "controllers/replies/quotas.json").read_text())
    taken = json.loads((src / "controllers/schemas/quotas_patch.json").read_text())
    assert updated["properties"]["metric"]["enum"] == names
    assert told["properties"]["metric"]["enum"] == counted == list(taken["properties"])
    assert shown["properties"]["items"]["items"]["properties"]["metric"]["enum"] == counted
    assert all(r[f"{plan}_soft"] is None or r[f"{plan}_hard"] is None or r[f"{plan}_soft"] <= r[f"{plan}_hard"]
               for r in rows for plan in ("free", "professional", "enterprise"))
