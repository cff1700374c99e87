"""A tenant's OAuth client: how it gets a token (RFC 6749, 4.4), and what it may do with one, which is to see to
its own tenant, as long as it is in force."""
import base64
import hashlib
import io
import ipaddress
import json
import time
import urllib.parse

import jwt
import pytest
import requests
import stack
import tokens
from oauthlib.oauth2 import BackendApplicationClient
from requests.adapters import BaseAdapter
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

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

    def ask(self, fields=None, basic=None, address=None, **more):
        """POST /token. fields: in place of the usual ones, or None; basic: id and secret for the header."""
        if fields is None:
            fields = {"client_id": self.id, "client_secret": self.secret}
        return ask(self.app, {**fields, **more}, basic, address)

    def sign_in(self, **more):
        """Its claims, by another library than the program's."""
        answer = self.ask(**more)
        assert answer.status == 200, answer
        return answer.json(), self.claims(answer.json()["access_token"])

    def claims(self, token):
        return jwt.decode(token, self.db.settings["JWT_SECRET_KEY"], algorithms=["HS256"])

    def revoke(self):
        assert self.app.call("DELETE", self.path, self.person).status == 204

    def audited(self, event):
        return self.db.sql("SELECT severity, actor, tenant_id, details FROM tenantd.audit WHERE event = %s AND tenant_id = %s ORDER BY id",
                           [event, self.tenant])

    def call(self, method, path, body=None, **more):
        return self.app.call(method, path, self.bearer(**more), body)


def header(text):
    return "Basic " + base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


def ask(app, fields, basic=None, address=None):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if basic is not None:
        headers["Authorization"] = basic if isinstance(basic, str) else header(":".join(map(urllib.parse.quote_plus, basic)))
    return app.call("POST", "/token", headers, urllib.parse.urlencode({"grant_type": "client_credentials", **fields}).encode(),
                    extra={"REMOTE_ADDR": address or new_address()})


ADDRESSES = iter(range(1, 65000))


def new_address():
    """Of a client that has tried nothing yet."""
    n = next(ADDRESSES)
    return f"2001:db8:{n:x}:c::1"


def refused(answer, status, error):
    assert answer.status == status and answer.json()["error"] == error, answer
    assert "access_token" not in answer.json()
    return answer


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


# -- how it gets a token --

def test_by_its_secret_in_the_form(client):
    answer, claims = client.sign_in()
    assert {k: v for k, v in answer.items() if k != "access_token"} == {
        "token_type": "Bearer", "expires_in": 1800, "scope": "admin", "tenant_id": client.tenant}
    assert claims["exp"] - claims["iat"] == 1800 and abs(claims["iat"] - time.time()) < 600
    assert {k: v for k, v in claims.items() if k not in ("exp", "iat", "jti")} == {
        "sub": client.id, "client_id": client.id, "tenant_id": client.tenant, "scope": "admin"}
    reply = client.app.call("GET", client.path, {"Authorization": "Bearer " + answer["access_token"]})
    assert reply.status == 200 and reply.json()["lastUsedAt"].endswith(":00.000Z")


def test_by_its_secret_as_http_basic(client):
    answer = client.ask({}, (client.id, client.secret))
    assert answer.status == 200 and client.claims(answer.json()["access_token"])["sub"] == client.id
    assert answer.headers["cache-control"] == "no-store" and answer.headers["pragma"] == "no-cache"
    again = client.ask({"client_id": client.id}, (client.id, client.secret))
    assert again.status == 200, "to say who one is shows nothing"
    encoded = "".join(f"%{ord(c):02X}" for c in client.id), "".join(f"%{ord(c):02x}" for c in client.secret)
    assert client.ask({}, header(":".join(encoded))).status == 200
    assert client.ask({}, header(":".join(encoded)).replace("Basic", "basic")).status == 200


def test_both_at_once_is_one_too_many(client):
    basic = client.id, client.secret
    refused(client.ask(basic=basic), 400, "invalid_request")
    refused(client.ask({"client_secret": client.secret}, basic), 400, "invalid_request")
    refused(client.ask({"client_id": "tdc_" + "0" * 32}, basic), 400, "invalid_request")


@pytest.mark.parametrize("value", ["Basic !", "Basic YQ", "Basic YQ==", header(b"\xff:\xff"), header("%:x"), header("a:%00"), header(b"a\0:b")])
def test_a_basic_header_that_is_none(client, value):
    refused(client.ask({}, value), 400, "invalid_request")


class ByFastCGI(BaseAdapter):
    """Takes what requests would send to a server to the program instead."""

    def __init__(self, app):
        super().__init__()
        self.app = app

    def send(self, request, **_):
        url = urllib.parse.urlsplit(request.url)
        answer = self.app.call(request.method, url.path + ("?" + url.query if url.query else ""), dict(request.headers),
                               request.body.encode() if isinstance(request.body, str) else request.body,
                               extra={"REMOTE_ADDR": new_address()})
        response = requests.Response()
        response.status_code, response.headers, response.request = answer.status, requests.structures.CaseInsensitiveDict(answer.headers), request
        response.raw, response.url = io.BytesIO(answer.body), request.url
        return response

    def close(self):
        pass


@pytest.mark.parametrize("way", ["basic", "form"])
def test_a_well_known_client_library_gets_a_token_and_uses_it(app, client, way):
    session = OAuth2Session(client=BackendApplicationClient(client.id), scope=["admin"])
    session.mount("https://", ByFastCGI(app))
    shown = {"auth": HTTPBasicAuth(client.id, client.secret)} if way == "basic" else {
        "client_secret": client.secret, "include_client_id": True}
    token = session.fetch_token("https://tenantd.example/token", **shown)
    assert token["token_type"] == "Bearer" and token.scope == "admin" and "refresh_token" not in token
    assert session.get(f"https://tenantd.example{client.path}").json()["id"] == client.id


@pytest.mark.parametrize("asked, granted", [
    (None, "read write"), ("", "read write"), ("  ", "read write"), ("read", "read"), ("write read", "read write"),
    ("write write", "write")])
def test_a_scope_narrows(app, request, asked, granted):
    machine = Client(app, f"scope-{id(request)}", ["read", "write"])
    answer, claims = machine.sign_in(**({} if asked is None else {"scope": asked}))
    assert answer["scope"] == granted and claims["scope"] == granted


@pytest.mark.parametrize("asked", ["admin", "read admin", "mfa:enrol", "Read", "openid", 'read "', "read\\", "r\u00e9ad"])
def test_a_scope_that_the_client_does_not_have(app, request, asked):
    machine = Client(app, f"scope-{id(request)}", ["read", "write"])
    refused(machine.ask(scope=asked), 400, "invalid_scope")


@pytest.mark.parametrize("basic", [False, True])
def test_a_wrong_secret_an_unknown_id_and_a_revoked_client_are_told_alike(app, client, basic):
    def asked(id, secret):
        return client.ask({}, (id, secret)) if basic else client.ask({"client_id": id, "client_secret": secret})

    def told(answer):
        refused(answer, 401, "invalid_client")
        assert answer.headers["www-authenticate"].startswith("Basic realm=\"tenantd\"" if basic else "Bearer")
        return {k: v for k, v in answer.json().items() if k != "instance"}

    first = told(asked(client.id, client.secret[:-1] + "_"))
    assert told(asked(client.id, "x")) == first
    assert told(asked("tdc_" + "0" * 32, client.secret)) == first
    assert told(asked("ann@example.com", client.secret)) == first
    assert told(asked(client.id.upper(), client.secret)) == first
    client.revoke()
    assert told(asked(client.id, client.secret)) == first


@pytest.mark.parametrize("fields", [{}, {"client_id": "x"}, {"client_secret": "x"}, {"client_id": "", "client_secret": ""}])
def test_who_shows_nothing_is_no_client(client, fields):
    refused(client.ask(fields), 401, "invalid_client")


def test_a_parameter_twice_is_refused(app, client):
    body = urllib.parse.urlencode([("grant_type", "client_credentials"), ("client_id", client.id), ("client_id", client.id),
                                   ("client_secret", client.secret)]).encode()
    refused(app.call("POST", "/token", {"Content-Type": "application/x-www-form-urlencoded"}, body), 400, "invalid_request")


def test_after_a_rotation_both_secrets_are_taken_for_a_while(app, client):
    old = {"client_id": client.id, "client_secret": client.secret}
    new = {**old, "client_secret": app.call("POST", client.path + "/rotate-secret", client.person).json()["secret"]}
    assert client.ask(old).status == client.ask(new).status == 200
    client.db.sql("UPDATE tenantd.oauth_clients SET previous_until = now() WHERE id = %s", [client.id])
    refused(client.ask(old), 401, "invalid_client")
    assert client.ask(new).status == 200
    last = app.call("POST", client.path + "/rotate-secret", client.person, {"keepHours": 0}).json()["secret"]
    refused(client.ask(new), 401, "invalid_client")
    assert client.ask({**old, "client_secret": last}).status == 200


def test_an_unusable_tenant_is_told_to_who_knows_the_secret(client):
    client.db.sql("UPDATE public.tenants SET status = 'suspended' WHERE id = %s", [client.tenant])
    answer = refused(client.ask(), 400, "invalid_grant")
    assert answer.json()["type"].endswith("/tenant-suspended")
    refused(client.ask({"client_id": client.id, "client_secret": "x"}), 401, "invalid_client")
    assert [d["reason"] for *_, d in client.audited("CLIENT_SIGN_IN_FAILED")] == ["tenant-suspended", "wrong secret"]


def test_the_tenants_network_holds_for_clients(client):
    client.db.sql("INSERT INTO tenantd.security_policies (tenant_id, policy) VALUES (%s, %s)",
                  [client.tenant, json.dumps({"network": {"allow": ["192.0.2.0/24"]}})])
    answer = refused(client.ask(address="198.51.100.1"), 400, "invalid_grant")
    assert answer.json()["type"].endswith("/security-policy")
    assert client.ask(address="192.0.2.77").status == 200


def test_what_is_written_down(client):
    client.sign_in(scope="admin")
    refused(client.ask({"client_id": client.id, "client_secret": "tds_guessed"}), 401, "invalid_client")
    client.revoke()
    refused(client.ask(), 401, "invalid_client")
    by = [client.id, client.tenant]
    assert client.audited("CLIENT_SIGNED_IN") == [("low", *by, {"client_id": client.id, "scope": "admin"})]
    assert client.audited("CLIENT_SIGN_IN_FAILED") == [
        ("medium", *by, {"client_id": client.id, "reason": "wrong secret"}),
        ("medium", *by, {"client_id": client.id, "reason": "revoked client"})]
    before = client.db.value("SELECT max(id) FROM tenantd.audit")
    for id in ("tdc_" + "1" * 32, "hunter2-typed-in-the-wrong-field"):
        refused(client.ask({"client_id": id, "client_secret": "tds_guessed"}), 401, "invalid_client")
    rows = client.db.sql("SELECT severity, actor, tenant_id, details FROM tenantd.audit WHERE id > %s"
                         " AND event = 'CLIENT_SIGN_IN_FAILED'", [before])
    assert rows.count(("medium", None, None, {"reason": "unknown client"})) >= 2
    written = client.db.sql("SELECT details::text FROM tenantd.audit UNION ALL SELECT payload::text FROM tenantd.events")
    written = "".join(t for t, in written) + client.app.log_text()
    assert "guessed" not in written and "hunter2" not in written and client.secret not in written


def at_this_moment(db, id, address):
    """The last guess was at that, however slow this is."""
    network = ipaddress.ip_network(f"{address}/64", strict=False).network_address
    bucket = hashlib.sha256(f"pair\nclient {id}\n{network}".encode()).hexdigest()
    found = db.sql("UPDATE tenantd.sign_in_failures SET last_at = now() + interval '10 min' WHERE bucket = %s RETURNING failures",
                   [bucket])
    assert found == [(5,)]


def test_guesses_are_slowed_down_and_the_right_secret_with_them(client):
    here, wrong = new_address(), {"client_id": client.id, "client_secret": "x"}
    answers = [client.ask(wrong, address=here) for _ in range(5)]
    assert {a.status for a in answers} == {401}
    at_this_moment(client.db, client.id, here)
    late = client.ask(address=here)
    refused(late, 429, "temporarily_unavailable")
    assert int(late.headers["retry-after"]) > 0
    refused(client.ask(wrong, address=here), 429, "temporarily_unavailable")
    throttled = client.audited("CLIENT_SIGN_IN_THROTTLED")
    assert len(throttled) == 1 and throttled[0][:2] == ("medium", client.id)
    assert client.ask().status == 200, "elsewhere it is let in"


def test_guesses_at_an_unknown_id_are_slowed_down_alike(app, client):
    here, wrong = new_address(), {"client_id": "tdc_" + "2" * 32, "client_secret": "x"}
    assert {client.ask(wrong, address=here).status for _ in range(5)} == {401}
    at_this_moment(client.db, wrong["client_id"], here)
    refused(client.ask(wrong, address=here), 429, "temporarily_unavailable")


def test_who_is_right_is_never_slowed_down(client):
    here = new_address()
    for _ in range(8):
        assert client.ask(address=here).status == 200


def test_its_use_is_written_once_a_minute(client):
    def row():
        return client.db.sql("SELECT xmin::text, last_used_at FROM tenantd.oauth_clients WHERE id = %s", [client.id])[0]

    client.db.sql("UPDATE tenantd.oauth_clients SET last_used_at = now() + interval '1 hour' WHERE id = %s", [client.id])
    before = row()
    client.sign_in()
    assert row() == before
    client.db.sql("UPDATE tenantd.oauth_clients SET last_used_at = now() - interval '2 min' WHERE id = %s", [client.id])
    client.sign_in()
    used = row()[1]
    assert used.second == used.microsecond == 0
    assert client.db.value("SELECT now() - %s < interval '10 min'", [used])
