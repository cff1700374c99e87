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


def ask(app, route, token=None, method=None):
    path = route["path"].replace("{slug}", "not-found").replace("{", "").replace("}", "")
    headers = {"Authorization": "Bearer " + token} if token else {}
    body = {"name": "Generated"} if route["body"] != "none" and method is None else None
    return app.call(method or route["method"], path, headers, body)


@pytest.fixture(scope="module")
def superuser(app, db):
    user = stack.create_user(db, "routes@example.com", "--superuser")
    app.call("POST", "/api/tenant/getOrCreate", {"Authorization": "Bearer " + good(db, user)})
    return user


def good(db, user):
    return tokens.token(db.settings["JWT_SECRET_KEY"], user)


def test_there_are_routes_of_every_kind():
    assert {"POST /api/tenant/getOrCreate", "GET /api/tenant/current", "GET /admin/rls", "GET /healthz"} <= set(
        map(name, ROUTES))
    assert len(GUARDED) >= 4


@pytest.mark.parametrize("route", GUARDED, ids=name)
def test_without_a_token_nobody_is_signed_in(app, snapshot, route):
    before = snapshot()
    answer = ask(app, route)
    assert answer.status == 401, answer
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert snapshot() == before


@pytest.mark.parametrize("route", GUARDED, ids=name)
def test_with_a_forged_token_neither(app, snapshot, superuser, route):
    before = snapshot()
    forged = tokens.token("another key, of thirty-two bytes or more", superuser)
    assert ask(app, route, forged).status == 401
    assert snapshot() == before


@pytest.mark.parametrize("route", [r for r in GUARDED if r["level"] == "superuser"], ids=name)
def test_a_plain_user_is_refused_by_the_superusers_routes(app, db, snapshot, route):
    before = snapshot()
    assert ask(app, route, good(db, "routes-plain")).status == 403
    assert snapshot() == before


@pytest.mark.parametrize("route", GUARDED, ids=name)
def test_with_the_right_token_it_answers(app, db, superuser, route):
    assert ask(app, route, good(db, superuser)).status in (200, 201, 202, 204)


@pytest.mark.parametrize("route", [r for r in ROUTES if r not in GUARDED], ids=name)
def test_an_open_route_answers_anybody(app, route):
    assert ask(app, route).status == 200


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
