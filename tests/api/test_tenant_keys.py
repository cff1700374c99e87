"""A tenant's API key: what it opens, which is its own tenant and nothing else, for as long as it is in force."""
import concurrent.futures
import json
import re
import uuid

import pytest
import stack
import tokens

ROUTES = json.loads(stack.command({}, "routes", "--json"))
ALL = ["read", "write", "delete", "admin"]
HOOK = {"url": "https://hooks.example.com/"}


class Key:
    """A key of a new tenant, or of that of another key."""

    def __init__(self, app, scopes=ALL, of=None, **more):
        self.app, self.db = app, app.db
        self.owner = of.owner if of else f"keys-{uuid.uuid4().hex[:12]}"
        self.person = tokens.bearer(app.db, self.owner)
        self.tenant = of.tenant if of else app.call("POST", "/api/tenant/getOrCreate", self.person).json()["tenantId"]
        self.home = f"/api/tenants/{self.tenant}"
        made = app.call("POST", self.home + "/api-keys", self.person, {"name": "Machine", "scopes": scopes, **more})
        assert made.status == 201, made
        self.id, self.secret = made.json()["id"], made.json()["secret"]
        self.path = f"{self.home}/api-keys/{self.id}"

    def call(self, method, path, body=None, secret=None, address=None):
        extra = {"REMOTE_ADDR": address} if address else {}
        return self.app.call(method, path, {"Authorization": "Bearer " + (secret or self.secret)}, body, extra=extra)

    def set(self, what, *args):
        self.db.sql(f"UPDATE tenantd.api_keys SET {what} WHERE id = %s", [*args, self.id])


@pytest.fixture
def key(app):
    return Key(app)


def problem(answer, status, slug):
    assert answer.status == status and answer.json()["type"].endswith("/" + slug), answer
    return answer.json()


def test_an_admin_key_sees_to_its_tenants_affairs(key):
    made = key.call("POST", key.home + "/webhooks", HOOK)
    assert made.status == 201 and made.json()["createdBy"] == f"key:{key.id}"
    assert key.db.value("SELECT count(*) FROM tenantd.audit WHERE actor = %s AND tenant_id = %s", [f"key:{key.id}", key.tenant]) == 1
    slug = key.db.value("SELECT slug FROM public.tenants WHERE id = %s", [key.tenant])
    assert key.call("GET", f"/api/tenants/{slug.upper()}/webhooks").json()["items"][0]["id"] == made.json()["id"]


def test_by_a_slug_that_the_tenant_had(key):
    slug = key.db.value("SELECT slug FROM public.tenants WHERE id = %s", [key.tenant])
    key.db.sql("UPDATE public.tenants SET slug = %s WHERE id = %s", [slug[:50] + "-new", key.tenant])
    answer = key.call("GET", f"/api/tenants/{slug}/webhooks")
    assert answer.status == 308 and answer.headers["location"] == f"/api/tenants/{slug[:50]}-new/webhooks"
    assert key.call("POST", f"/api/tenants/{slug}/webhooks", HOOK).status == 201, "what changes something is done at once"
    other = Key(key.app)
    assert other.call("GET", f"/api/tenants/{slug}/webhooks").status == 404


@pytest.mark.parametrize("scopes, read, write, manage", [
    (["read"], 200, 403, 403), (["write"], 403, 400, 403), (["read", "write"], 200, 400, 403), (["delete"], 403, 403, 403),
    (["admin"], 403, 403, 200), (ALL, 200, 400, 200)])
def test_a_scope_opens_what_it_says(app, scopes, read, write, manage):
    key = Key(app, scopes)
    context = key.call("GET", "/api/tenant/context")
    assert context.status == read
    if read == 200:
        assert context.json()["id"] == key.tenant
    assert key.call("POST", "/api/chat", {}).status == write, "its body is looked at by who may ask"
    assert key.call("GET", key.home + "/webhooks").status == manage


@pytest.mark.parametrize("route", [r for r in ROUTES if r["level"] == "tenant"], ids=lambda r: f'{r["method"]} {r["path"]}')
def test_without_the_scope_no_affairs_of_the_tenant(app, snapshot, route, cache={}):
    key = cache.setdefault("key", None) or cache.setdefault("made", Key(app, ["read", "write", "delete"]))
    before = snapshot()
    body = {"name": "Generated"} if route["body"] != "none" else None
    path = route["path"].replace("{tenant}", key.tenant).replace("{", "").replace("}", "")
    assert "admin" in problem(key.call(route["method"], path, body), 403, "forbidden")["detail"]
    assert snapshot() == before


@pytest.mark.parametrize("route", [r for r in ROUTES if r["level"] not in ("tenant", "member", "public", "monitor")],
                         ids=lambda r: f'{r["method"]} {r["path"]}')
def test_what_is_for_people_is_not_for_keys(app, snapshot, route, cache={}):
    key = cache.get("key") or cache.setdefault("key", Key(app))
    before = snapshot()
    body = {"name": "Generated"} if route["body"] != "none" else None
    answer = key.call(route["method"], route["path"].replace("{", "").replace("}", ""), body)
    assert answer.status == 403 and "people" in answer.json()["detail"]
    assert snapshot() == before


def test_a_superusers_id_in_a_members_table_makes_a_key_no_member(app, key):
    other = Key(app)
    user = f"key:{key.id}"
    key.db.sql("INSERT INTO public.users (id, email, is_superuser) VALUES (%s, %s, true)", [user, f"{uuid.uuid4().hex}@example.com"])
    key.db.sql("INSERT INTO public.tenant_users (tenant_id, user_id, role) VALUES (%s, %s, 'owner')", [other.tenant, user])
    problem(key.call("GET", other.home + "/webhooks"), 404, "not-found")
    assert key.call("GET", "/admin/tenants").status == key.call("GET", "/api/webhooks").status == 403
    assert key.call("GET", "/api/tenant/context").json()["id"] == key.tenant


@pytest.mark.parametrize("status, slug", [("suspended", "tenant-suspended"), ("deactivated", "tenant-inactive")])
def test_a_tenant_that_may_not_be_used(key, status, slug):
    key.db.sql("UPDATE public.tenants SET status = %s WHERE id = %s", [status, key.tenant])
    problem(key.call("GET", key.path), 403, slug)
    problem(key.call("GET", "/api/tenant/context"), 403, slug)
    key.db.sql("UPDATE public.tenants SET status = 'active' WHERE id = %s", [key.tenant])
    assert key.call("GET", key.path).status == 200, "nothing of it was remembered"


@pytest.mark.parametrize("what", ["revoked_at = now()", "expires_at = now()", "digest = repeat('0', 64)"])
def test_a_key_that_is_not_in_force_is_nobody_at_once(key, what):
    assert key.call("GET", key.path).status == 200
    key.set(what.replace("repeat('0', 64)", "encode(sha256(id::bytea), 'hex')"))
    problem(key.call("GET", key.path), 401, "unauthorized")
    problem(key.call("GET", "/api/tenant/context"), 401, "unauthorized")


def test_the_tenants_network_holds_for_each_use(key):
    key.db.sql("INSERT INTO tenantd.security_policies (tenant_id, policy) VALUES (%s, %s)",
               [key.tenant, json.dumps({"network": {"allow": ["192.0.2.0/24"]}})])
    for path in (key.path, "/api/tenant/context"):
        assert "198.51.100.1" in problem(key.call("GET", path, address="198.51.100.1"), 403, "security-policy")["detail"]
        assert key.call("GET", path, address="192.0.2.9").status == 200


def test_a_key_makes_no_key_that_may_more(app):
    key = Key(app, ["admin", "read"])
    def draft(*scopes):
        return {"name": "Child", "scopes": list(scopes)}
    refused = problem(key.call("POST", key.home + "/api-keys", draft("read", "write")), 400, "invalid")
    assert refused["errors"][0]["pointer"] == "/scopes/1" and "more than" in refused["errors"][0]["message"]
    made = key.call("POST", key.home + "/api-keys", draft("read"))
    assert made.status == 201 and made.json()["createdBy"] == f"key:{key.id}"


def test_nor_does_a_token_for_which_less_was_asked(app, key):
    def make(narrowed, *scopes):
        token = tokens.token(app.db.settings["JWT_SECRET_KEY"], key.owner, scope="admin write", narrowed=narrowed)
        return app.call("POST", key.home + "/api-keys", {"Authorization": "Bearer " + token}, {"name": "Child", "scopes": list(scopes)})

    assert problem(make(True, "write", "read"), 400, "invalid")["errors"][0]["pointer"] == "/scopes/1"
    assert make(True, "write", "admin").status == make(False, *ALL).status == 201


def test_what_makes_or_shows_a_secret_gives_nobody_more_than_they_have(app):
    """By a role of their own, and by a key: keys, clients, and the secrets of those that are there."""
    key = Key(app)
    weak = Key(app, ["admin", "read"], of=key)
    person = f"keeper-{uuid.uuid4().hex[:12]}"
    key.db.sql("INSERT INTO tenantd.roles (tenant_id, id, name, scopes) VALUES (%s, 'keeper', 'Keeper', '{admin,read}')", [key.tenant])
    key.db.sql("INSERT INTO public.tenant_users (tenant_id, user_id, role) VALUES (%s, %s, 'keeper')", [key.tenant, person])
    client = key.call("POST", key.home + "/oauth-clients", {"name": "All", "scopes": ALL}).json()
    small = key.call("POST", key.home + "/oauth-clients", {"name": "Small", "scopes": ["read"]}).json()
    clients = key.home + "/oauth-clients/"

    def as_person(method, path, body=None):
        return app.call(method, path, tokens.bearer(key.db, person), body)

    for ask in (weak.call, as_person):
        assert problem(ask("POST", key.home + "/api-keys", {"name": "N", "scopes": ["read", "delete"]}), 400, "invalid")
        for method, path, body in (("POST", key.home + "/oauth-clients", {"name": "N", "scopes": ["write"]}),
                                   ("PATCH", clients + small["id"], {"scopes": ["read", "write"]}),
                                   ("POST", clients + client["id"] + "/rotate-secret", {}),
                                   ("POST", key.path + "/rotate", {})):
            assert "write" in problem(ask(method, path, body), 403, "forbidden")["detail"], (method, path)
        assert ask("POST", key.home + "/api-keys", {"name": "N", "scopes": ["read", "admin"]}).status == 201
        assert ask("POST", key.home + "/oauth-clients", {"name": "N", "scopes": ["read", "admin"]}).status == 201
        assert ask("PATCH", clients + client["id"], {"scopes": ["write", "read"]}).status == 200, "less than it had"
        assert ask("POST", weak.path + "/rotate").status == 200
        assert key.call("PATCH", clients + client["id"], {"scopes": ALL}).status == 200


def test_a_signed_url_does_what_its_asker_and_its_tenant_may(app):
    """Without storage, whoever may have one is told that there is none."""
    key = Key(app)
    weak = Key(app, ["admin", "read"], of=key)

    def sign(who, method):
        return who.call("POST", key.home + "/storage/presign", {"method": method, "key": "k"})

    for method, scope in (("GET", None), ("HEAD", None), ("PUT", "write"), ("DELETE", "delete")):
        assert sign(key, method).status == 409
        if scope is None:
            assert sign(weak, method).status == 409
        else:
            assert scope in problem(sign(weak, method), 403, "forbidden")["detail"]
    app.db.sql("UPDATE public.tenants SET suspension_scopes = '{delete}' WHERE id = %s", [key.tenant])
    stack.until(lambda: sign(key, "DELETE").status == 403)
    problem(sign(key, "DELETE"), 403, "tenant-suspended")
    assert sign(key, "PUT").status == 409


def test_a_key_gives_the_roles_whose_scopes_it_has(app):
    key, weak = Key(app), None
    assert key.call("POST", key.home + "/roles", {"name": "Editor", "scopes": ["read", "write"]}).status == 201
    weak = Key(app, ["admin", "read"], of=key)
    assert "write" in problem(weak.call("POST", key.home + "/roles", {"name": "Other", "scopes": ["write"]}), 403, "forbidden")["detail"]
    assert weak.call("POST", key.home + "/roles", {"name": "Reader", "scopes": ["read"]}).status == 201


def test_a_rotated_key_is_taken_under_both_secrets_for_a_while(key):
    new = key.app.call("POST", key.path + "/rotate", key.person).json()["secret"]
    assert key.call("GET", key.path).status == key.call("GET", key.path, secret=new).status == 200
    key.set("previous_until = now()")
    assert key.call("GET", key.path).status == 401 and key.call("GET", key.path, secret=new).status == 200
    last = key.app.call("POST", key.path + "/rotate", key.person, {"keepHours": 0}).json()["secret"]
    assert key.call("GET", key.path, secret=new).status == 401 and key.call("GET", key.path, secret=last).status == 200


def test_rotations_at_once_leave_two_secrets_and_lose_none_that_was_answered_last(key):
    """Each answers a secret of its own; what is in force are the last one and the one before."""
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: key.app.call("POST", key.path + "/rotate", key.person), range(8)))
    assert {a.status for a in answers} == {200}
    by_version = sorted((a.json()["version"], a.json()["secret"]) for a in answers)
    assert [v for v, _ in by_version] == list(range(2, 10)), "one after the other"
    works = [s for _, s in by_version if key.call("GET", key.path, secret=s).status == 200]
    assert works == [s for _, s in by_version[-2:]]


def test_only_one_of_the_rotations_of_what_was_seen_succeeds(key):
    tag = key.app.call("GET", key.path, key.person).headers["etag"]
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: key.app.call("POST", key.path + "/rotate", {**key.person, "If-Match": tag}), range(6)))
    assert sorted(a.status for a in answers) == [200] + [412] * 5


def test_a_revocation_and_a_rotation_at_once_leave_no_key_in_force(app):
    for _ in range(6):
        key = Key(app)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            rotated = pool.submit(app.call, "POST", key.path + "/rotate", key.person)
            revoked = pool.submit(app.call, "DELETE", key.path, key.person)
        assert revoked.result().status == 204 and rotated.result().status in (200, 409)
        for secret in (key.secret, rotated.result().json().get("secret")):
            assert secret is None or key.call("GET", key.path, secret=secret).status == 401


def test_its_use_is_written_once_a_minute(key):
    def row():
        return key.db.sql("SELECT xmin::text, last_used_at, version FROM tenantd.api_keys WHERE id = %s", [key.id])[0]

    key.set("last_used_at = now() + interval '1 hour'")
    before = row()
    key.call("GET", key.path)
    assert row() == before
    key.set("last_used_at = now() - interval '2 min'")
    stale = row()
    key.call("GET", key.path)
    stack.until(lambda: row() != stale)  # after the answer
    used = row()
    assert used[1].second == used[1].microsecond == 0 and used[2] == before[2]
    assert key.db.value("SELECT now() - %s < interval '10 min'", [used[1]])


@pytest.mark.plain("where a second is soon over, how a tenant stands is read in between")
def test_who_it_is_is_one_read(app, key):
    """Key, tenant, status and policy."""
    key.set("last_used_at = now() + interval '1 hour'")
    for _ in range(8):  # every worker has its connection and its statements
        assert key.call("GET", key.path).status == 200

    def trips():
        return int(re.search(rb"^tenantd_db_round_trips_total (\d+)$", app.call("GET", "/metrics").body, re.M)[1])

    before, again = trips(), trips()
    for _ in range(5):
        assert key.call("GET", key.path).status == 200
    assert trips() - again - (again - before) == 10, "one for the caller, one for what is asked"


def test_an_answer_is_replayed_to_the_key_that_asked_and_to_no_other(app, key):
    def post(who):
        return who.app.call("POST", key.home + "/webhooks", {"Authorization": "Bearer " + who.secret, "Idempotency-Key": "k-1"}, HOOK)

    first, second = post(key), post(key)
    assert second.json()["id"] == first.json()["id"] and second.headers["idempotency-replayed"] == "true"
    assert post(Key(app, of=key)).json()["id"] != first.json()["id"]
    key.set("revoked_at = now()")
    assert post(key).status == 401


def test_no_secret_is_written_anywhere(key):
    key.call("POST", key.home + "/webhooks", HOOK)
    rotated = key.app.call("POST", key.path + "/rotate", key.person).json()["secret"]
    written = key.db.sql("SELECT payload::text FROM tenantd.events UNION ALL SELECT details::text FROM tenantd.audit"
                         " UNION ALL SELECT k::text FROM tenantd.api_keys k UNION ALL SELECT i::text FROM tenantd.idempotency i")
    written = "".join(t for t, in written) + key.app.log_text()
    assert key.secret[8:] not in written and rotated[8:] not in written


def test_the_commands(app, key):
    slug = key.db.value("SELECT slug FROM public.tenants WHERE id = %s", [key.tenant])

    def run(*words):
        return json.loads(stack.command(app.settings, "tenant", "key", *words, "--json"))

    made = run("create", slug, "--name", "By hand", "--scope", "admin", "--scope", "read", "--expires-in-days", "3")
    assert made["scopes"] == ["read", "admin"] and key.call("GET", key.home + "/webhooks", secret=made["secret"]).status == 200
    listed = {k["id"]: k for k in run("list", key.tenant)}
    assert set(listed) == {key.id, made["id"]} and "secret" not in listed[key.id]
    again = run("rotate", key.tenant, made["id"], "--keep-hours", "0")
    assert key.call("GET", key.path, secret=made["secret"]).status == 401
    assert key.call("GET", key.path, secret=again["secret"]).status == 200
    assert run("revoke", key.tenant, made["id"])["revoked_at"]
    assert key.call("GET", key.path, secret=again["secret"]).status == 401
