"""What a token of a session opens: no other tenant than the one that its policy was asked of, nothing that
was left out when it was asked for, and nothing at all of an account that was deactivated."""

import pytest
import signin
import stack
from signin import Person, claims

CLIENT = {"name": "Machine", "scopes": ["admin"]}


@pytest.fixture(scope="module")
def app(db):
    with stack.Tenantd(db, workers=2, JOB_WORKERS=0, **signin.PROXIES) as a:
        yield a


@pytest.fixture
def ann(app, db):
    return Person(app, db)


def ask(person, method, path, token, body=None):
    return person.app.call(method, path, person.headers(token), body)


@pytest.mark.parametrize("scope", ["read", "read write", "write"])
def test_less_than_admin_manages_nothing(ann, db, scope):
    tenant = ann.put_in_tenant("owner")
    token = ann.signed_in(scope=scope)["access_token"]
    before = db.sql("SELECT count(*) FROM tenantd.oauth_clients")
    answer = ask(ann, "POST", f"/api/tenants/{tenant}/oauth-clients", token, CLIENT)
    assert answer.status == 403 and 'the scope "admin"' in answer.json()["detail"]
    assert ask(ann, "GET", f"/api/tenants/{tenant}/oauth-clients", token).status == (200 if "read" in scope else 403)
    assert ask(ann, "POST", "/api/tenant/getOrCreate", token).status == (200 if "write" in scope else 403)
    assert db.sql("SELECT count(*) FROM tenantd.oauth_clients") == before
    assert ask(ann, "GET", "/me", token).status == 200, "one's own account is one's own"


def test_what_a_refresh_makes_of_it_is_no_wider(ann):
    tenant = ann.put_in_tenant("owner")
    body = ann.refreshed(ann.signed_in(scope="read")["refresh_token"])
    assert claims(body["access_token"])["narrowed"] is True
    assert ask(ann, "POST", f"/api/tenants/{tenant}/oauth-clients", body["access_token"], CLIENT).status == 403


def test_a_superusers_narrower_token_administers_nothing(app, db):
    root = Person(app, db, "--superuser")
    token = root.signed_in(scope="read")["access_token"]
    for method, path in (("GET", "/admin/users"), ("POST", "/admin/tenants"), ("GET", "/api/webhooks")):
        assert ask(root, method, path, token, {"id": "x", "name": "x"} if method == "POST" else None).status == 403, path
    root.put_in_tenant("viewer")
    assert ask(root, "GET", "/admin/users", root.signed_in()["access_token"]).status == 200, "whatever they are in a tenant"


def test_a_session_opens_the_tenant_that_it_is_for(ann):
    first, second = ann.put_in_tenant("owner", assigned=True), ann.put_in_tenant("admin")
    token = ann.signed_in()["access_token"]
    assert claims(token)["tenant_id"] == first
    assert ask(ann, "GET", f"/api/tenants/{first}/webhooks", token).status == 200
    answer = ask(ann, "GET", f"/api/tenants/{second}/webhooks", token)
    assert answer.status == 403 and f'tenant_id "{second}"' in answer.json()["detail"]
    other = ann.signed_in(tenant_id=second)["access_token"]
    assert ask(ann, "GET", f"/api/tenants/{second}/webhooks", other).status == 200
    assert ask(ann, "GET", f"/api/tenants/{first}/webhooks", other).status == 403


def test_a_session_of_no_tenant_opens_none(ann):
    token = ann.signed_in()["access_token"]
    tenant = ann.put_in_tenant("owner")
    answer = ask(ann, "GET", f"/api/tenants/{tenant}/webhooks", token)
    assert answer.status == 403 and "no tenant" in answer.json()["detail"]
    assert ask(ann, "GET", "/api/events", token).status == 403


def test_an_account_that_was_deactivated_says_nothing_of_itself(app, db):
    root = Person(app, db, "--superuser")
    token = root.signed_in()["access_token"]
    assert root.get("/me", token).json()["is_superuser"] is True
    db.sql("UPDATE public.users SET is_active = false WHERE id = %s", [root.id])
    for path in ("/me", "/admin/users"):
        assert root.get(path, token).status == 403, path
