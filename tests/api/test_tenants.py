"""Tenants as the platform sees to them: /api/tenants. What a creation does is elsewhere."""
import time
import uuid

import pytest
import tokens


def scope(db, who="tenants-ops"):
    return {"Authorization": "Bearer " + tokens.token(db.settings["JWT_SECRET_KEY"], who, scope="admin")}


@pytest.fixture
def ops(db, request):
    return scope(db, "ops-" + request.node.name[:60])


def own(app, db, name):
    """A tenant that somebody owns: its id, and their headers."""
    headers = tokens.bearer(db, name)
    return app.call("POST", "/api/tenant/getOrCreate", headers).json()["tenantId"], headers


@pytest.fixture
def tenant(app, db, request):
    return own(app, db, request.node.name)


def pointers(answer):
    return sorted((f["pointer"], f["keyword"]) for f in answer.json()["errors"])


# -- reading --

def test_its_own_admins_and_the_platform_see_a_tenant_and_nobody_else(app, db, ops, tenant):
    found, owner = tenant
    path = f"/api/tenants/{found}"
    seen = app.call("GET", path, owner)
    assert seen.status == 200, seen
    body = seen.json()
    assert body["id"] == found and body["status"] == "active" and body["suspension"] is None and body["purgeAt"] is None
    assert body["planId"] == "free" and body["onboardingStatus"] in ("pending", "in_progress", "complete")
    assert app.call("GET", path, ops).json() == body
    assert app.call("GET", path, {**owner, "If-None-Match": seen.headers["etag"]}).status == 304
    assert app.call("GET", path, tokens.bearer(db, "stranger-of-tenants")).status == 404
    assert app.call("PATCH", path, owner, {"name": "Mine"}).status == 403
    assert app.call("GET", "/api/tenants", owner).status == 403
    assert app.call("GET", f"/api/tenants/{uuid.uuid4()}", ops).status == 404


@pytest.mark.parametrize("sort", ["createdAt", "-createdAt", "slug", "-slug"])
def test_pages_in_each_order_hold_every_tenant_once(app, db, ops, sort):
    mark = "page" + uuid.uuid4().hex[:8]
    made = [own(app, db, f"{mark}-{n}")[0] for n in range(5)]
    for n, t in enumerate(made):
        assert app.call("PATCH", f"/api/tenants/{t}", ops, {"slug": f"{mark}-{(n * 3) % 5}"}).status == 200
    got, path = [], f"/api/tenants?q={mark}&limit=2&sort={sort}"
    while path:
        page = app.call("GET", path, ops).json()
        assert len(page["items"]) <= 2
        got += page["items"]
        path = page["next_cursor"] and f"/api/tenants?q={mark}&limit=2&sort={sort}&cursor={page['next_cursor']}"
    field = sort.lstrip("-")
    assert sorted(t["id"] for t in got) == sorted(made)
    assert [t[field] for t in got] == sorted((t[field] for t in got), reverse=sort[0] == "-")


def test_lists_are_narrowed_and_what_is_no_filter_is_refused(app, db, ops, tenant):
    found, _ = tenant
    assert app.call("PATCH", f"/api/tenants/{found}", ops, {"planId": "enterprise"}).status == 200
    assert app.call("POST", f"/api/tenants/{found}/suspend", ops, {"scopes": ["write"]}).status == 200
    def ids(query):
        return [t["id"] for t in app.call("GET", f"/api/tenants?q={found}&{query}", ops).json()["items"]]
    assert ids("status=suspended&plan=enterprise&isolation=shared") == [found]
    assert ids("status=active") == [] and ids("plan=free") == [] and ids("isolation=schema") == []
    for query in ("status=gone", "plan=gold", "isolation=none", "sort=name", "cursor=abc", "limit=0"):
        assert app.call("GET", "/api/tenants?" + query, ops).status == 400, query
    slugs = app.call("GET", "/api/tenants?sort=slug&limit=1", ops).json()
    if slugs["next_cursor"]:
        assert app.call("GET", "/api/tenants?sort=createdAt&cursor=" + slugs["next_cursor"], ops).status == 400


# -- changes --

def test_a_change_is_made_to_what_the_caller_has_seen(app, db, ops, tenant):
    found, _ = tenant
    path = f"/api/tenants/{found}"
    seen = app.call("GET", path, ops).headers["etag"]
    wish = {"name": "  Müller & Söhne ", "planId": "professional", "billingCycle": "annual",
            "features": {"auth": ["2fa", "password"], "storage": ["s3"]}}
    answer = app.call("PATCH", path, {**ops, "If-Match": seen}, wish)
    assert answer.status == 200, answer
    body = answer.json()
    assert body["name"] == "Müller & Söhne" and body["planId"] == "professional" and body["billingCycle"] == "annual"
    assert body["features"] == {"auth": ["password", "2fa"], "storage": ["s3"], "email": ["templates"]}
    assert app.call("PATCH", path, {**ops, "If-Match": seen}, {"name": "Late"}).status == 412
    assert app.call("GET", path, ops).headers["etag"] == answer.headers["etag"]
    again = app.call("PATCH", path, ops, wish).json()
    assert again["version"] == body["version"]
    kinds = [k for k, in db.sql("SELECT kind FROM tenantd.events WHERE tenant_id = %s ORDER BY id", [found])]
    assert "tenant.plan_changed" in kinds and "tenant.renamed" in kinds
    details = db.value("SELECT details FROM tenantd.audit WHERE tenant_id = %s AND event = 'TENANT_UPDATED'", [found])
    assert sorted(details["changed"]) == ["billingCycle", "features", "name", "planId"]


def test_everything_that_is_wrong_is_named_at_once(app, db, ops, tenant):
    found, _ = tenant
    answer = app.call("PATCH", f"/api/tenants/{found}", ops, {
        "name": " ", "slug": "-A--", "features": {"auth": ["password", "sms", "password"], "email": ["fax"]}})
    assert answer.status == 400
    assert pointers(answer) == [
        ("/features/auth/1", "enum"), ("/features/auth/2", "uniqueItems"), ("/features/email/0", "enum"),
        ("/name", "pattern"), ("/slug", "pattern"), ("/slug", "pattern"), ("/slug", "pattern")]


def test_features_go_with_the_policy_that_stands(app, db, ops, tenant):
    found, owner = tenant
    path = f"/api/tenants/{found}"
    assert app.call("PATCH", path, ops, {"features": {"auth": ["password", "2fa"]}}).status == 200
    policy = {"session": {"requireMFA": True}, "passwordPolicy": {"minLength": 20}}
    assert app.call("PATCH", path + "/security-policy", owner, policy).status == 200
    answer = app.call("PATCH", path, ops, {"features": {"auth": ["sso"]}})
    assert answer.status == 400
    assert pointers(answer) == [("/features/auth", "features")] * 2
    assert app.call("PATCH", path, ops, {"features": {"auth": ["2fa"]}}).status == 400
    assert app.call("PATCH", path + "/security-policy", owner, {"session": {"requireMFA": None}, "password": None}).status == 200
    assert app.call("PATCH", path, ops, {"features": {"auth": ["sso"]}}).status == 200
    answer = app.call("PATCH", path + "/security-policy", owner, policy)
    assert pointers(answer) == [("/passwordPolicy/minLength", "features"), ("/session/requireMFA", "features")]


# -- slugs --

def test_a_slug_that_it_had_leads_to_the_one_that_it_has(app, db, ops, tenant):
    found, owner = tenant
    path, mark = f"/api/tenants/{found}", uuid.uuid4().hex[:8]
    for n in (1, 2, 3):
        assert app.call("PATCH", path, ops, {"slug": f"was-{mark}-{n}"}).status == 200
    for past in (1, 2):
        answer = app.call("GET", f"/api/tenants/was-{mark}-{past}/webhooks?limit=3", owner)
        assert answer.status == 308 and answer.headers["location"] == f"/api/tenants/was-{mark}-3/webhooks?limit=3", answer
        assert answer.body == b"" and "etag" not in answer.headers
    assert app.call("GET", f"/api/tenants/was-{mark}-1", ops).headers["location"] == f"/api/tenants/was-{mark}-3"
    assert app.call("GET", f"/api/tenants/WAS-{mark.upper()}-3", ops).status == 200
    assert app.call("GET", f"/api/tenants/was-{mark}-1", tokens.bearer(db, "nobody-of-it")).status == 404
    # what changes something is done at once
    assert app.call("PATCH", f"/api/tenants/was-{mark}-1", ops, {"name": "Changed"}).json()["name"] == "Changed"
    # and nobody else gets one of them while it lives
    other, _ = own(app, db, "other-" + mark)
    answer = app.call("PATCH", f"/api/tenants/{other}", ops, {"slug": f"was-{mark}-1"})
    assert answer.status == 409 and pointers(answer) == [("/slug", "unique")]
    history = app.call("GET", path + "/slugs", owner).json()["items"]
    assert [(s["slug"], s["current"]) for s in history[:3]] == [
        (f"was-{mark}-3", True), (f"was-{mark}-2", False), (f"was-{mark}-1", False)]
    assert all(s["heldUntil"] is None for s in history) and len(history) == 4
    # it takes one back
    assert app.call("PATCH", path, ops, {"slug": f"was-{mark}-1"}).status == 200
    assert app.call("GET", f"/api/tenants/was-{mark}-3", ops).headers["location"] == f"/api/tenants/was-{mark}-1"


# -- suspension --

def test_a_tenant_that_is_suspended_for_writing_can_be_read(app, db, ops, tenant):
    found, owner = tenant
    path = f"/api/tenants/{found}"
    hook = {"url": "https://example.com/hook"}
    suspended = app.call("POST", path + "/suspend", ops, {"reason": "Over the limit.", "scopes": ["write"]})
    assert suspended.status == 200, suspended
    body = suspended.json()
    assert body["status"] == "suspended" and body["suspension"] == {"scopes": ["write"], "until": None, "reason": "Over the limit."}
    assert db.value("SELECT is_active FROM public.custom_auth_tenant WHERE id = %s", [found])
    assert app.call("GET", path, owner).json()["status"] == "suspended"
    for method, where, what in (("POST", "/webhooks", hook), ("PATCH", "/security-policy", {"sessionTimeout": 100}),
                                ("DELETE", "/security-policy", None)):
        answer = app.call(method, path + where, owner, what)
        assert answer.status == 403 and answer.json()["type"].endswith("/tenant-suspended"), answer
    assert app.call("PATCH", path + "/security-policy", ops, {"sessionTimeout": 100}).status == 200
    for scopes, refused in ((["delete"], ["DELETE"]), (["admin"], ["PATCH"]), (["delete", "admin"], ["DELETE", "PATCH"])):
        assert app.call("POST", path + "/suspend", ops, {"scopes": scopes}).json()["suspension"]["scopes"] == scopes
        assert (app.call("DELETE", path + "/security-policy", owner).status == 403) == ("DELETE" in refused)
        assert (app.call("PATCH", path + "/security-policy", owner, {"sessionTimeout": 99}).status == 403) == ("PATCH" in refused)
    assert app.call("POST", path + "/resume", ops).json()["suspension"] is None
    assert app.call("PATCH", path + "/security-policy", owner, {"sessionTimeout": 100}).status == 200
    audit = [e for e, in db.sql("SELECT event FROM tenantd.audit WHERE tenant_id = %s AND event IN"
                                 " ('TENANT_SUSPENDED', 'TENANT_RESUMED', 'TENANT_RESTORED') ORDER BY id", [found])]
    assert audit == ["TENANT_SUSPENDED"] * 4 + ["TENANT_RESUMED"]


def test_a_whole_suspension_ends_sessions_and_refuses_everything(app, db, ops, tenant):
    found, owner = tenant
    path = f"/api/tenants/{found}"
    for scopes in (None, ["read"], ["write", "read"]):
        body = app.call("POST", path + "/suspend", ops, {"reason": "Late.", "scopes": scopes}).json()
        assert body["status"] == "suspended" and body["suspension"]["scopes"] == ["read", "write", "delete", "admin"]
        assert app.call("GET", path, owner).status == 403
        assert not db.value("SELECT is_active FROM public.custom_auth_tenant WHERE id = %s", [found])
        assert app.call("POST", path + "/suspend", ops, {"scopes": ["write"]}).status == 409
        assert app.call("POST", path + "/resume", ops).json()["status"] == "active"
        assert app.call("GET", path, owner).status == 200


def test_until_is_a_time_that_is_to_come(app, db, ops, tenant):
    found, _ = tenant
    path = f"/api/tenants/{found}/suspend"
    for until, keyword in (("2020-01-01T00:00:00Z", "minimum"), ("tomorrow", "format")):
        answer = app.call("POST", path, ops, {"until": until})
        assert answer.status == 400 and pointers(answer) == [("/until", keyword)], answer
    assert app.call("POST", path, ops, {"scopes": []}).status == 400
    assert app.call("POST", path, ops, {"scopes": ["api"]}).status == 400
    body = app.call("POST", path, ops, {"until": "2099-01-01T00:00:00+02:00"}).json()
    assert body["suspension"]["until"] == "2098-12-31T22:00:00.000Z"
    assert app.call("POST", path, ops, {"until": "2097-01-01T00:00:00Z"}).json()["suspension"]["until"] == "2097-01-01T00:00:00.000Z"
    assert app.call("POST", f"/api/tenants/{found}/resume", ops).json()["suspension"] is None


# -- deactivated, and taken back --

def test_a_tenant_can_be_taken_back_until_its_grace_is_over(app, db, ops, tenant):
    found, owner = tenant
    path = f"/api/tenants/{found}"
    assert app.call("DELETE", path + "?reason=Contract%20ended", ops).status == 204
    body = app.call("GET", path, ops).json()
    assert body["status"] == "deactivated" and body["statusReason"] == "Contract ended" and body["purgeAt"]
    assert app.call("DELETE", path, ops).status == 204
    assert app.call("GET", path, owner).status == 403
    assert app.call("POST", path + "/resume", ops).status == 409
    restored = app.call("POST", path + "/restore", ops)
    assert restored.status == 200 and restored.json()["status"] == "active" and restored.json()["purgeAt"] is None
    assert app.call("POST", path + "/restore", ops).json()["version"] == restored.json()["version"]
    assert app.call("DELETE", path, ops).status == 204
    db.sql("UPDATE public.tenants SET deactivated_at = now() - interval '31 days' WHERE id = %s", [found])
    gone = app.call("POST", path + "/restore", ops)
    assert gone.status == 410 and gone.json()["type"].endswith("/gone"), gone
    db.sql("UPDATE public.tenants SET purge_at = NULL WHERE id = %s", [found])  # no job of others takes it


# -- configuration --

def test_a_configuration_goes_back_to_what_is_usual(app, db, ops, tenant):
    found, owner = tenant
    path = f"/api/tenants/{found}"
    assert app.call("POST", path + "/reset-configuration", ops).json()["reset"] == ["features"]  # it had none yet
    assert app.call("POST", path + "/reset-configuration", ops).json()["reset"] == []
    assert app.call("PATCH", path, ops, {"features": {"auth": ["password", "passkey"]}}).status == 200
    assert app.call("PATCH", path + "/security-policy", owner, {"session": {"requireMFA": True}}).status == 200
    texts = {"subject": "Hello", "text": "Hello.", "html": "<p>Hello.</p>"}
    assert app.call("PUT", path + "/email-templates/welcome", owner, texts).status == 200
    answer = app.call("POST", path + "/reset-configuration", ops)
    assert answer.status == 200 and answer.json()["reset"] == ["securityPolicy", "emailTemplates", "features"], answer
    assert answer.json()["tenant"]["features"] == {"auth": ["password"], "storage": [], "email": ["templates"]}
    assert app.call("GET", path + "/security-policy", owner).json()["version"] == 0
    assert not db.value("SELECT count(*) FROM tenantd.email_templates WHERE tenant_id = %s", [found])


# -- what is remembered --

def test_a_change_by_hand_is_seen_within_seconds(app, db, ops, tenant):
    """No process commits it, and nobody is told of it but by the event that a trigger writes."""
    found, owner = tenant
    path = f"/api/tenants/{found}/security-policy"
    assert app.call("PATCH", path, owner, {"sessionTimeout": 100}).status == 200
    db.sql("UPDATE public.tenants SET suspension_scopes = '{write}' WHERE id = %s", [found])
    until = time.monotonic() + 5
    while app.call("PATCH", path, owner, {"sessionTimeout": 101}).status != 403:
        assert time.monotonic() < until
        time.sleep(0.05)
