"""What a tenant's OAuth client may do with a token: see to its own tenant, as long as it is in force."""
import json

import pytest
import stack
import tokens

ROUTES = json.loads(stack.command({}, "routes", "--json"))


class Client:
    """A client of a new tenant. owner: the user whose tenant it is."""

    def __init__(self, app, owner, scopes=("admin",)):
        self.app, self.db, self.owner = app, app.db, owner
        self.person = tokens.bearer(app.db, owner)
        answer = app.call("POST", "/api/tenant/getOrCreate", self.person)
        assert answer.status in (200, 201), answer
        self.tenant = answer.json()["tenantId"]
        self.base = f"/api/tenants/{self.tenant}/oauth-clients"
        made = app.call("POST", self.base, self.person, {"name": "Machine", "scopes": list(scopes)}).json()
        self.id, self.secret, self.path = made["id"], made["secret"], f"{self.base}/{made['id']}"

    def token(self, scope="admin", **more):
        claims = {"tenant_id": self.tenant, "client_id": self.id, "scope": scope, **more}
        return tokens.token(self.db.settings["JWT_SECRET_KEY"], self.id, **{k: v for k, v in claims.items() if v is not None})

    def bearer(self, *args, **more):
        return {"Authorization": "Bearer " + self.token(*args, **more)}

    def call(self, method, path, body=None, **more):
        return self.app.call(method, path, self.bearer(**more), body)


@pytest.fixture
def client(app, request):
    return Client(app, f"{request.node.name}-{id(request)}")


def test_an_admin_client_sees_to_its_tenants_affairs(client):
    below = f"/api/tenants/{client.tenant}"
    assert client.call("GET", f"{below}/webhooks").status == 200
    made = client.call("POST", f"{below}/webhooks", {"url": "https://hooks.example.com/"})
    assert made.status == 201 and made.json()["createdBy"] == client.id
    assert client.db.value("SELECT count(*) FROM tenantd.audit WHERE actor = %s AND tenant_id = %s",
                           [client.id, client.tenant]) == 1
    slug = client.db.value("SELECT slug FROM public.tenants WHERE id = %s", [client.tenant])
    assert client.call("GET", f"/api/tenants/{slug}/webhooks").json()["items"][0]["id"] == made.json()["id"]


@pytest.mark.parametrize("route", [r for r in ROUTES if r["level"] == "tenant"], ids=lambda r: f'{r["method"]} {r["path"]}')
def test_another_tenants_routes_are_not_there(app, client, snapshot, route):
    other = Client(app, client.owner + "-other")
    before = snapshot()
    body = {"name": "Generated"} if route["body"] != "none" else None
    for tenant in (other.tenant, "no-such-tenant"):
        path = route["path"].replace("{tenant}", tenant).replace("{", "").replace("}", "")
        assert client.call(route["method"], path, body).status == 404
    assert snapshot() == before


@pytest.mark.parametrize("route", [r for r in ROUTES if r["level"] not in ("tenant", "public", "monitor", "member")],
                         ids=lambda r: f'{r["method"]} {r["path"]}')
def test_what_is_for_people_is_not_for_clients(client, snapshot, route):
    before = snapshot()
    body = {"name": "Generated"} if route["body"] != "none" else None
    path = route["path"].replace("{", "").replace("}", "")
    for tenant in (client.tenant, None):
        assert client.call(route["method"], path, body, tenant_id=tenant).status == 403
    assert snapshot() == before


def test_a_client_has_no_tenant_made_for_it(client, snapshot):
    before = snapshot()
    refused = client.call("POST", "/api/tenant/getOrCreate", {})
    assert refused.status == 403 and "people" in refused.json()["detail"]
    assert snapshot() == before


@pytest.mark.parametrize("scope", ["read", "read write delete", "", None])
def test_a_token_without_the_scope_admin_manages_nothing(client, scope):
    assert client.call("GET", client.base, scope=scope).status == 403
    assert client.call("GET", "/api/tenants/no-such-tenant/webhooks", scope=scope).status == 404


def test_a_scope_that_was_taken_away_acts_at_once(app, client):
    assert client.call("GET", client.path).status == 200
    changed = app.call("PATCH", client.path, client.person, {"scopes": ["read", "write"]})
    assert changed.status == 200, changed
    assert client.call("GET", client.path).status == 403


def test_a_revoked_clients_token_is_refused_at_once(app, client):
    assert client.call("GET", client.path).status == 200
    assert app.call("DELETE", client.path, client.person).status == 204
    refused = client.call("GET", client.path)
    assert refused.status == 401 and 'error="invalid_token"' in refused.headers["www-authenticate"]


def test_a_client_may_revoke_itself(client):
    assert client.call("DELETE", client.path).status == 204
    assert client.call("GET", client.path).status == 401


def test_a_suspended_tenants_client_is_refused(client):
    client.db.sql("UPDATE public.tenants SET status = 'suspended' WHERE id = %s", [client.tenant])
    refused = client.call("GET", client.path)
    assert refused.status == 403 and refused.json()["type"].endswith("/tenant-suspended")


def test_a_token_that_names_another_tenant_or_none_is_nobodys(app, client):
    other = Client(app, client.owner + "-other")
    for tenant in (other.tenant, "x", None):
        for path in (client.path, other.path):
            assert client.call("GET", path, tenant_id=tenant).status == 401


def test_an_id_that_nobody_has_is_nobodys(app, client):
    client.id = "tdc_" + "0" * 32
    assert client.call("GET", client.path).status == 401


def test_a_platform_scope_in_a_clients_token_is_none(client):
    assert client.call("GET", "/api/webhooks", tenant_id=None).status == 403
    assert client.call("GET", "/api/events", tenant_id=None).status == 403


def test_being_in_a_members_table_makes_a_client_no_member(app, client):
    other = Client(app, client.owner + "-other")
    client.db.sql("INSERT INTO public.tenant_users (tenant_id, user_id, role) VALUES (%s, %s, 'owner')", [other.tenant, client.id])
    assert client.call("GET", other.path).status == 404
