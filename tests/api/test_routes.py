"""Every route of `tenantd routes --json`, so that a new row is covered the moment it exists:
without a token, with a wrong one, with the right one; another method; its name for OPTIONS."""
import json

import pytest
import stack
import tokens

ROUTES = json.loads(stack.command({}, "routes", "--json"))
GUARDED = [r for r in ROUTES if r["level"] not in ("public", "monitor")]


def name(route):
    return f'{route["method"]} {route["path"]}'


def of_level(level):
    return [pytest.param(r, id=name(r)) for r in GUARDED if r["level"] == level]


def ask(app, route, token=None, method=None, tenant="no-such-tenant"):
    path = route["path"].replace("{slug}", "not-found").replace("{tenant}", tenant).replace("{", "").replace("}", "")
    headers = {"Authorization": "Bearer " + token} if token else {}
    body = {"name": "Generated"} if route["body"] == "required" and method is None else None
    if route["body"] == "items" and method is None:
        body = [{"name": "Generated"}]
    if route["body"] == "form" and method is None:
        headers["Content-Type"], body = "application/x-www-form-urlencoded", b"of=nothing"
    return app.call(method or route["method"], path, headers, body)


@pytest.fixture(scope="module")
def superuser(app, db):
    user = stack.create_user(db, "routes@example.com", "--superuser")
    app.call("POST", "/api/tenant/getOrCreate", {"Authorization": "Bearer " + good(db, user)})
    return user


def good(db, user, **claims):
    return tokens.token(db.settings["JWT_SECRET_KEY"], user, **claims)


def test_there_are_routes_of_every_kind():
    assert {"POST /api/tenant/getOrCreate", "GET /api/tenant/current", "GET /admin/rls", "GET /healthz"} <= set(
        map(name, ROUTES))
    assert len(GUARDED) >= 4


@pytest.mark.alike
@pytest.mark.parametrize("route", GUARDED, ids=name)
def test_without_a_token_nobody_is_signed_in(app, snapshot, route):
    before = snapshot()
    answer = ask(app, route)
    assert answer.status == 401, answer
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert snapshot() == before


@pytest.mark.alike
@pytest.mark.parametrize("route", GUARDED, ids=name)
def test_with_a_forged_token_neither(app, snapshot, superuser, route):
    before = snapshot()
    forged = tokens.token("another key, of thirty-two bytes or more", superuser)
    assert ask(app, route, forged).status == 401
    assert snapshot() == before


@pytest.mark.alike
@pytest.mark.parametrize("route", of_level("superuser"))
def test_a_plain_user_is_refused_by_the_superusers_routes(app, db, snapshot, route):
    before = snapshot()
    assert ask(app, route, good(db, "routes-plain")).status == 403
    assert snapshot() == before


@pytest.mark.alike
@pytest.mark.parametrize("route", of_level("platform"))
def test_a_plain_user_is_refused_by_the_platforms_routes(app, db, snapshot, route):
    before = snapshot()
    assert ask(app, route, good(db, "routes-plain")).status == 403
    assert snapshot() == before


@pytest.fixture(scope="module")
def tenant(app, db, superuser):
    """The superuser's own, with another member who has no say in it."""
    found = app.call("GET", "/api/tenant/current", {"Authorization": "Bearer " + good(db, superuser)}).json()["tenant"]["id"]
    db.sql("INSERT INTO public.tenant_users (tenant_id, user_id) VALUES (%s, 'routes-member')", [found])
    return found


@pytest.mark.alike
@pytest.mark.parametrize("route", of_level("tenant"))
def test_a_tenants_routes_are_for_its_managers(app, db, snapshot, tenant, route):
    before = snapshot()
    assert ask(app, route, good(db, "routes-stranger"), tenant=tenant).status == 404, "who may not know of it"
    assert ask(app, route, good(db, "routes-member"), tenant=tenant).status == 403
    assert ask(app, route, good(db, "routes-member")).status == 404
    assert snapshot() == before


@pytest.mark.alike
@pytest.mark.parametrize("route", of_level("viewer"))
def test_what_is_seen_of_ones_own_tenant_is_for_its_managers(app, db, snapshot, tenant, route):
    before = snapshot()
    assert ask(app, route, good(db, "routes-stranger")).status == 403
    assert ask(app, route, good(db, "routes-member")).status == 403
    assert snapshot() == before


@pytest.mark.alike
@pytest.mark.parametrize("route", of_level("member"))
def test_work_in_a_tenant_is_for_its_members(app, db, snapshot, superuser, tenant, route):
    before = snapshot()
    assert ask(app, route, good(db, "routes-stranger", tenant_id=tenant)).status == 403
    assert ask(app, route, good(db, "routes-member")).status == 403, "the token names no tenant"
    assert ask(app, route, good(db, "routes-member", tenant_id="another")).status == 403
    assert ask(app, route, good(db, superuser, tenant_id="another", scope="admin")).status == 403
    assert snapshot() == before


@pytest.fixture(scope="module")
def partner(db):
    db.sql("INSERT INTO tenantd.partners (id, name) VALUES ('routes-partner', 'Routes') ON CONFLICT DO NOTHING")
    return tokens.partner(db.settings["JWT_SECRET_KEY"], "routes-partner")


@pytest.mark.alike
@pytest.mark.parametrize("route", of_level("partner"))
def test_partners_routes_are_for_partners(app, db, snapshot, superuser, partner, route):
    before = snapshot()
    assert ask(app, route, good(db, superuser, scope="admin")).status == 403
    assert ask(app, route, good(db, "routes-partner")).status == 403, "neither role nor permission"
    assert ask(app, route, tokens.partner(db.settings["JWT_SECRET_KEY"], "routes-stranger")).status == 403
    assert snapshot() == before


@pytest.mark.parametrize("route", GUARDED, ids=name)
def test_with_the_right_token_it_answers(app, db, superuser, partner, tenant, route):
    claims = {"tenant_id": tenant} if route["level"] == "member" else {}
    token = partner if route["level"] == "partner" else good(db, superuser, **claims)
    answer = ask(app, route, token, tenant=tenant)
    if "{" in route["path"].replace("{tenant}", "") or route["body"] in ("required", "items") or route["path"].endswith("/purge"):
        assert answer.status < 500 and answer.status not in (401, 403, 405), answer
    elif route["path"].endswith("/database/credentials"):
        assert answer.status == 409, "the tenant has no role of its own"
    elif route["path"].endswith("/cache/credentials"):
        assert answer.status == 409, "nor a user of Redis"
    elif route["path"].endswith("/provisioning"):
        assert answer.status == 404, "no operation made the tenant"
    else:
        assert answer.status in (200, 201, 202, 204), answer


@pytest.mark.parametrize("route", [r for r in ROUTES if r not in GUARDED], ids=name)
def test_an_open_route_answers_anybody(app, route):
    answer = ask(app, route)
    if route["body"] in ("required", "form"):
        assert answer.status == 400, "what it is asked does not fit, whoever asks"
    else:
        assert answer.status == 200


@pytest.mark.alike
@pytest.mark.parametrize("path", sorted({r["path"] for r in ROUTES}))
def test_other_methods_are_405_and_options_lists_those_that_are_there(app, db, superuser, path):
    known = {r["method"] for r in ROUTES if r["path"] == path}
    known |= {"OPTIONS"} | ({"HEAD"} if "GET" in known else set())
    route = {"path": path, "method": "OPTIONS", "body": "none"}
    answer = ask(app, route)
    assert answer.status == 204 and set(answer.headers["allow"].split(", ")) == known, answer.headers
    for method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} - known:
        refused = ask(app, route, good(db, superuser), method)
        assert refused.status == 405, (method, refused)
        assert set(refused.headers["allow"].split(", ")) == known
