"""What signing in begins: refresh tokens that are good for one use, sessions that expire, end and are
listed, and who one is."""

import pytest
import signin
import stack
import tokens
from client import at_once
from signin import Person, claims, oauth_error, problem


@pytest.fixture(scope="module")
def app(db):
    with stack.Tenantd(db, workers=2, JOB_WORKERS=0, **signin.PROXIES) as a:
        yield a


@pytest.fixture
def ann(app, db):
    return Person(app, db)


# -- rotation --

def test_a_refresh_token_is_good_for_one_use_which_makes_the_next(ann, db):
    first = ann.signed_in()
    second = ann.refreshed(first["refresh_token"])
    third = ann.refreshed(second["refresh_token"])
    assert len({first["refresh_token"], second["refresh_token"], third["refresh_token"]}) == 3
    sids = {claims(b["access_token"])["sid"] for b in (first, second, third)}
    assert sids == {ann.sessions()[0][0]}
    assert db.value("SELECT count(*) FROM tenantd.refresh_tokens WHERE session_id = %s AND used_at IS NOT NULL",
                    [sids.pop()]) == 2


def test_one_that_is_shown_again_ends_the_whole_family(ann, db):
    other = ann.signed_in()
    first = ann.signed_in()
    second = ann.refreshed(first["refresh_token"])
    third = ann.refreshed(second["refresh_token"])
    assert "used before" in oauth_error(ann.refresh(first["refresh_token"]), "invalid_grant", "invalid-grant")["detail"]
    for token in (first, second, third):
        oauth_error(ann.refresh(token["refresh_token"]), "invalid_grant", "invalid-grant")
    sid = claims(first["access_token"])["sid"]
    assert db.sql("SELECT ended_reason FROM tenantd.sessions WHERE id = %s", [sid]) == [("reuse",)]
    rows = db.sql("SELECT severity, actor, details->>'session_id' FROM tenantd.audit WHERE event = 'REFRESH_TOKEN_REUSED' "
                  "AND actor = %s", [ann.id])
    assert rows == [("high", ann.id, sid)], "once"
    assert ann.refresh(other["refresh_token"]).status == 200, "another session is another family"


def test_of_two_at_the_same_moment_one_wins_and_the_session_ends(ann, db):
    body = ann.signed_in()
    answers = at_once([lambda: ann.refresh(body["refresh_token"])] * 2)
    assert sorted(a.status for a in answers) == [200, 400], answers
    assert db.value("SELECT ended_reason FROM tenantd.sessions WHERE user_id = %s", [ann.id]) == "reuse"
    won = next(a for a in answers if a.status == 200).json()
    assert ann.refresh(won["refresh_token"]).status == 400


def test_two_users_tokens_do_not_meet(app, db, ann):
    bob = Person(app, db)
    a, b = ann.signed_in(), bob.signed_in()
    assert bob.app.call("POST", "/logout", bob.headers(b["access_token"]), {"refresh_token": a["refresh_token"]}).status == 204
    assert len(ann.sessions()) == 1, "nobody ends another's session"
    assert ann.refresh(a["refresh_token"]).status == 200


# -- what a refresh asks for again --

def test_it_goes_on_only_for_who_might_sign_in_anew(ann, db):
    tenant = ann.put_in_tenant()
    token = ann.signed_in()["refresh_token"]

    def refused(slug, change, *args):
        db.sql(change, args)
        oauth_error(ann.refresh(token), "invalid_grant", slug)

    ann.set_policy(tenant, {"network": {"allow": ["192.0.2.0/24"]}})
    oauth_error(ann.refresh(token), "invalid_grant", "security-policy")
    ann.set_policy(tenant, {"session": {"requireMFA": True}})
    oauth_error(ann.refresh(token), "invalid_grant", "second-factor-required")
    ann.set_policy(tenant, {})
    refused("password-expired", "UPDATE public.users SET password_changed_at = now() - interval '91 days' WHERE id = %s", ann.id)
    db.sql("UPDATE public.users SET password_changed_at = now() WHERE id = %s", [ann.id])
    assert ann.refresh(token).status == 200, "a refusal has not used it up"
    token = ann.signed_in()["refresh_token"]
    refused("invalid-grant", "UPDATE public.users SET is_active = false WHERE id = %s", ann.id)
    db.sql("UPDATE public.users SET is_active = true WHERE id = %s", [ann.id])
    oauth_error(ann.refresh(token), "invalid_grant", "invalid-grant")


@pytest.mark.parametrize("status, slug", [("suspended", "tenant-suspended"), ("deactivated", "tenant-inactive")])
def test_it_ends_with_what_its_tenant_was(ann, db, status, slug):
    tenant = ann.put_in_tenant()
    token = ann.signed_in()["refresh_token"]
    db.sql("UPDATE public.tenants SET status = %s WHERE id = %s", [status, tenant])
    oauth_error(ann.refresh(token), "invalid_grant", "invalid-grant")
    assert ann.login().json()["type"].endswith(slug)
    db.sql("UPDATE public.tenants SET status = 'active' WHERE id = %s", [tenant])
    oauth_error(ann.refresh(token), "invalid_grant", "invalid-grant")
    assert ann.refresh(ann.signed_in()["refresh_token"]).status == 200


def test_it_picks_up_another_tenant_another_role_and_none(ann, db):
    token = ann.signed_in()["refresh_token"]
    tenant = ann.put_in_tenant("admin")
    body = ann.refreshed(token)
    c = claims(body["access_token"])
    assert (c["tenant_id"], c["roles"], c["scope"]) == (tenant, ["admin"], "read write delete admin")
    assert ann.sessions("tenant_id") == [(tenant,)]
    db.sql("UPDATE public.tenant_users SET role = 'viewer' WHERE user_id = %s", [ann.id])
    body = ann.refreshed(body["refresh_token"])
    assert claims(body["access_token"])["scope"] == "read"
    db.sql("DELETE FROM public.tenant_users WHERE user_id = %s", [ann.id])
    body = ann.refreshed(body["refresh_token"])
    assert {"tenant_id", "roles", "scope"}.isdisjoint(claims(body["access_token"]))
    assert ann.sessions("tenant_id") == [(None,)]


def test_a_tenant_that_was_named_is_kept_until_another_is(ann, db):
    first, second = ann.put_in_tenant(assigned=True), ann.put_in_tenant()
    body = ann.signed_in(tenant_id=second)
    for _ in range(2):
        body = ann.refreshed(body["refresh_token"])
        assert body["tenant_id"] == second
    body = ann.refreshed(body["refresh_token"], tenant_id=first)
    assert body["tenant_id"] == first
    log = "SELECT tenant_id FROM tenantd.audit WHERE actor = %s AND event = 'SIGNED_IN' ORDER BY id"
    assert db.sql(log, [ann.id]) == [(second,), (first,)], "the log of each tenant tells"
    db.sql("UPDATE public.users SET tenant_id = %s WHERE id = %s", [second, ann.id])
    body = ann.refreshed(body["refresh_token"])
    assert body["tenant_id"] == first and ann.sessions("tenant_id, chosen") == [(first, True)]
    unnamed = ann.signed_in()
    db.sql("UPDATE public.users SET tenant_id = %s WHERE id = %s", [first, ann.id])
    assert ann.refreshed(unnamed["refresh_token"])["tenant_id"] == first, "which none that was not named is"


@pytest.mark.parametrize("how", ["removed", "suspended"])
def test_nobody_is_moved_out_of_a_tenant_that_they_named(ann, db, how):
    first, second = ann.put_in_tenant(), ann.put_in_tenant()
    token = ann.signed_in(tenant_id=second)["refresh_token"]
    if how == "removed":
        db.sql("DELETE FROM public.tenant_users WHERE tenant_id = %s", [second])
    else:
        db.sql("UPDATE public.tenants SET status = 'suspended' WHERE id = %s", [second])
    assert "sign in again" in oauth_error(ann.refresh(token), "invalid_grant", "invalid-grant")["detail"]
    assert ann.signed_in()["tenant_id"] == first


def test_a_narrower_scope_is_for_that_token_and_none_gets_wider(ann):
    ann.put_in_tenant("admin")
    body = ann.signed_in(scope="read write")
    body = ann.refreshed(body["refresh_token"], scope="read")
    assert body["scope"] == "read"
    body = ann.refreshed(body["refresh_token"])
    assert body["scope"] == "read write"
    oauth_error(ann.refresh(body["refresh_token"], scope="admin"), "invalid_scope", "invalid-scope")
    assert ann.refreshed(body["refresh_token"], scope="admin write")["scope"] == "write"


# -- expiry --

def age(db, ann, how_long):
    """As if all had happened that much earlier."""
    db.sql("UPDATE tenantd.sessions SET created_at = created_at - %s::interval, last_used_at = last_used_at - %s::interval, "
           "expires_at = expires_at - %s::interval WHERE user_id = %s", [how_long] * 3 + [ann.id])


def test_each_use_puts_the_end_off(ann, db):
    token = ann.signed_in()["refresh_token"]
    for _ in range(3):
        age(db, ann, "50 minutes")
        token = ann.refreshed(token)["refresh_token"]
    age(db, ann, "61 minutes")
    oauth_error(ann.refresh(token), "invalid_grant", "invalid-grant")
    assert ann.sessions() == []


def test_unless_the_policy_says_that_it_does_not(ann, db):
    ann.put_in_tenant(policy={"session": {"extendOnActivity": False}})
    token = ann.signed_in()["refresh_token"]
    age(db, ann, "50 minutes")
    body = ann.refreshed(token)
    assert 0 < body["expires_in"] <= 600, "no access token outlives its session"
    age(db, ann, "11 minutes")
    oauth_error(ann.refresh(body["refresh_token"]), "invalid_grant", "invalid-grant")


def test_a_session_has_an_end_however_much_it_is_used(ann, db):
    token = ann.signed_in()["refresh_token"]
    db.sql("UPDATE tenantd.sessions SET created_at = now() - interval '30 days' + interval '5 minutes' WHERE user_id = %s",
           [ann.id])
    body = ann.refreshed(token)
    assert 0 < body["expires_in"] <= 300
    db.sql("UPDATE tenantd.sessions SET created_at = created_at - interval '6 minutes' WHERE user_id = %s", [ann.id])
    oauth_error(ann.refresh(body["refresh_token"]), "invalid_grant", "invalid-grant")


def test_a_policy_that_was_tightened_holds_at_once(ann, db):
    tenant = ann.put_in_tenant()
    token = ann.signed_in()["refresh_token"]
    age(db, ann, "20 minutes")
    ann.set_policy(tenant, {"session": {"sessionTimeout": 600}})
    oauth_error(ann.refresh(token), "invalid_grant", "invalid-grant")
    assert ann.signed_in()["expires_in"] == 600


# -- as many as the policy has --

def test_over_the_limit_the_oldest_ends(ann, db):
    bodies = [ann.signed_in() for _ in range(4)]
    ids = [claims(b["access_token"])["sid"] for b in bodies]
    assert [i for (i,) in ann.sessions()] == ids[1:]
    assert db.value("SELECT ended_reason FROM tenantd.sessions WHERE id = %s", [ids[0]]) == "limit"
    oauth_error(ann.refresh(bodies[0]["refresh_token"]), "invalid_grant", "invalid-grant")
    assert ann.refresh(bodies[1]["refresh_token"]).status == 200
    ann.put_in_tenant(policy={"session": {"maxConcurrentSessions": 1}})
    last = ann.signed_in()
    assert ann.sessions() == [(claims(last["access_token"])["sid"],)]


def test_also_when_they_begin_at_the_same_moment(ann):
    ann.put_in_tenant(policy={"session": {"maxConcurrentSessions": 2}})
    answers = at_once([ann.login] * 4)
    assert [a.status for a in answers] == [200] * 4, answers
    assert len(ann.sessions()) == 2


# -- who one is --

def test_me(ann, db):
    tenant = ann.put_in_tenant("viewer")
    db.sql("UPDATE public.users SET name = 'Ann Example' WHERE id = %s", [ann.id])
    token = ann.signed_in()["access_token"]
    answer = ann.get("/me", token)
    assert answer.status == 200
    assert answer.json() == {
        "id": ann.id, "email": ann.email, "name": "Ann Example", "tenant_id": tenant, "is_superuser": False,
        "tenant": {"id": tenant, "name": tenant, "role": "viewer", "status": "active"}, "mfa_enabled": False,
        "scope": "read", "sessions": 1}
    db.sql("INSERT INTO tenantd.totp (user_id, sealed, confirmed_at) VALUES (%s, 'sealed', now())", [ann.id])
    assert ann.get("/me", token).json()["mfa_enabled"] is True


def test_me_of_somebody_who_has_no_row_here(app, db):
    me = app.call("GET", "/me", {"Authorization": "Bearer " + tokens.token(
        db.settings["JWT_SECRET_KEY"], "from-elsewhere", email="eve@example.com", scope="a b")})
    assert me.json() == {"id": "from-elsewhere", "email": "eve@example.com", "name": None, "tenant_id": None,
                         "is_superuser": False, "tenant": None, "mfa_enabled": False, "scope": "a b", "sessions": 0}


# -- sessions listed and ended --

def test_ones_sessions_are_listed_the_newest_first_and_ended_one_by_one(app, db, ann):
    ann.put_in_tenant("member")
    agents = ["Firefox", "curl/8 " + "x" * 400, "Käse \udcff".encode("utf-8", "surrogateescape").decode("latin-1")]
    bodies = [ann.signed_in(agent=a, scope="read") for a in agents]
    token = bodies[-1]["access_token"]
    page = ann.get("/me/sessions?limit=2", token)
    items = page.json()["items"]
    rest = ann.get("/me/sessions?limit=2&cursor=" + page.json()["next_cursor"], token).json()
    assert rest["next_cursor"] is None
    items += rest["items"]
    assert [i["id"] for i in items] == [claims(b["access_token"])["sid"] for b in reversed(bodies)]
    assert [i["current"] for i in items] == [True, False, False]
    assert all(i["address"] == ann.address and i["scope"] == "read" and i["second_factor"] is False for i in items)
    assert items[2]["user_agent"] == "Firefox" and items[1]["user_agent"] == agents[1][:255]
    assert items[0]["user_agent"].startswith("K")
    assert set(items[0]) == {"id", "tenant_id", "scope", "address", "user_agent", "second_factor", "created_at", "last_used_at",
                             "expires_at", "current"}
    bob = Person(app, db)
    theirs = bob.signed_in()["access_token"]
    gone = items[2]["id"]
    path = "/me/sessions/" + gone
    problem(app.call("DELETE", path, bob.headers(theirs)), 404, "not-found")
    assert app.call("DELETE", path, ann.headers(token)).status == 204
    problem(app.call("DELETE", path, ann.headers(token)), 404, "not-found")
    problem(app.call("DELETE", "/me/sessions/nonsense", ann.headers(token)), 404, "not-found")
    oauth_error(ann.refresh(bodies[0]["refresh_token"]), "invalid_grant", "invalid-grant")
    assert [i["id"] for i in ann.get("/me/sessions", token).json()["items"]] == [i["id"] for i in items[:2]]
    assert ann.audit("SIGNED_OUT") == [("SIGNED_OUT", "low", None)]


def logout(ann, token, body=None):
    answer = ann.app.call("POST", "/logout", ann.headers(token), body)
    assert answer.status == 204 and not answer.body, answer


def test_logout_ends_the_session_of_the_token(ann, db):
    stays, goes = ann.signed_in(), ann.signed_in()
    logout(ann, goes["access_token"])
    assert ann.sessions() == [(claims(stays["access_token"])["sid"],)]
    oauth_error(ann.refresh(goes["refresh_token"]), "invalid_grant", "invalid-grant")
    logout(ann, goes["access_token"])
    assert db.value("SELECT ended_reason FROM tenantd.sessions WHERE id = %s", [claims(goes["access_token"])["sid"]]) == "logout"


def test_logout_of_another_session_by_its_refresh_token_and_of_all(ann, db):
    a, b, c = ann.signed_in(), ann.signed_in(), ann.signed_in()
    logout(ann, c["access_token"], {"refresh_token": a["refresh_token"]})
    assert ann.sessions() == [(claims(b["access_token"])["sid"],)]
    logout(ann, c["access_token"], {"all": True})
    assert ann.sessions() == []
    by_hand = tokens.token(db.settings["JWT_SECRET_KEY"], ann.id)
    ann.signed_in()
    logout(ann, by_hand)
    assert len(ann.sessions()) == 1, "a token of no session ends none"
    logout(ann, by_hand, {"all": True})
    assert ann.sessions() == []


def test_a_session_id_counts_only_in_tokens_of_our_own_and_only_for_its_user(app, db, ann):
    sid = claims(ann.signed_in()["access_token"])["sid"]
    logout(ann, tokens.token(db.settings["JWT_SECRET_KEY"], "somebody-else", sid=sid))
    assert ann.sessions() == [(sid,)]
    assert app.call("GET", "/me", {"Authorization": "Bearer " + tokens.token(
        db.settings["JWT_SECRET_KEY"], ann.id, sid=7)}).status == 401
