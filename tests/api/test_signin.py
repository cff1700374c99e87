"""Signing in by a password: every way it can end, what the token says, and what is written down.
tests/api/test_sessions.py has what comes after, tests/api/test_throttle.py guesses."""
import contextlib
import json
import statistics
import threading
import time
import uuid
from pathlib import Path

import pytest
import signin
import stack
from client import at_once, persistent
from signin import PASSWORD, Person, address, claims, oauth_error, problem, same

ROUTES = json.loads(stack.command({}, "routes", "--json"))
CODES = any(r["path"] == "/me/totp" for r in ROUTES)


@pytest.fixture(scope="module")
def app(db):
    with stack.Tenantd(db, workers=2, JOB_WORKERS=0, **signin.PROXIES) as a:
        yield a


@pytest.fixture
def ann(app, db):
    return Person(app, db)


# -- what the token says --

def test_without_a_tenant_the_token_speaks_of_none_and_has_no_scope(ann):
    body = ann.signed_in(scope="admin read")
    assert body["token_type"] == "Bearer" and body["expires_in"] == 1800
    assert body["refresh_token"].startswith("tdr_")
    assert body["scope"] == "" and body["tenant_id"] is None
    assert body["user"] == {"id": ann.id, "email": ann.email, "name": None, "tenant_id": None, "is_superuser": False}
    c = claims(body["access_token"])
    assert set(c) == {"sub", "email", "iat", "exp", "jti", "sid", "narrowed"}, c
    assert (c["sub"], c["email"], c["exp"] - c["iat"]) == (ann.id, ann.email, 1800)


@pytest.mark.parametrize("grant", ["/login", "password", "refresh_token"])
@pytest.mark.parametrize("superuser", [False, True])
def test_nobody_without_a_tenant_ever_gets_the_platforms_scope(app, db, grant, superuser):
    ann = Person(app, db, *["--superuser"] * superuser)
    if grant == "/login":
        body = ann.signed_in(scope="admin")
    elif grant == "password":
        answer = ann.token(grant_type="password", username=ann.email, password=PASSWORD, scope="admin")
        assert answer.status == 200
        body = answer.json()
    else:
        body = ann.refreshed(ann.signed_in(scope="admin")["refresh_token"], scope="admin")
    assert "scope" not in claims(body["access_token"])
    assert ann.get("/api/webhooks", body["access_token"]).status == 403, "what was asked for is not what they have"
    assert ann.get("/api/webhooks", ann.signed_in()["access_token"]).status == (200 if superuser else 403)


@pytest.mark.parametrize("role, scope", [
    ("owner", "read write delete admin"), ("Admin", "read write delete admin"), ("admin", "read write delete admin"),
    ("member", "read write"), ("Member", "read write"), ("viewer", "read"), ("accountant", "read")])
def test_the_role_in_the_tenant_gives_roles_and_scope(ann, role, scope):
    tenant = ann.put_in_tenant(role)
    body = ann.signed_in()
    c = claims(body["access_token"])
    assert (c["tenant_id"], c["roles"], c["scope"]) == (tenant, [role], scope)
    assert body["tenant_id"] == body["user"]["tenant_id"] == tenant and body["scope"] == scope


def test_an_admins_scope_ends_at_the_tenants_edge(ann):
    tenant = ann.put_in_tenant("admin")
    token = ann.signed_in()["access_token"]
    assert ann.get(f"/api/tenants/{tenant}/webhooks", token).status == 200
    assert ann.get("/api/webhooks", token).status == 403
    assert ann.get("/admin/jobs", token).status == 403


def test_a_scope_that_is_asked_for_narrows(ann):
    ann.put_in_tenant("member")
    body = ann.signed_in(scope="admin  write")
    assert body["scope"] == claims(body["access_token"])["scope"] == "write"
    assert problem(ann.login(scope="admin"), 400, "invalid-scope")["detail"].endswith("in your tenant you have read write")
    problem(ann.login(scope='re"ad'), 400, "invalid-scope")
    assert len(ann.sessions()) == 1 and ann.count("pair") == 0, "nobody failed"


def test_a_token_tells_that_a_scope_was_asked_for(ann, db):
    def narrowed(body):
        return claims(body["access_token"]).get("narrowed")

    ann.put_in_tenant("admin")
    assert narrowed(ann.signed_in()) is narrowed(ann.signed_in(scope=" ")) is None
    whole = ann.refreshed(ann.signed_in()["refresh_token"], scope="read")
    assert narrowed(whole) is True and narrowed(ann.refreshed(whole["refresh_token"])) is None, "of that token alone"
    body = ann.signed_in(scope="write admin")
    assert narrowed(body) is True
    db.sql("UPDATE public.tenant_users SET role = 'viewer' WHERE user_id = %s", [ann.id])
    body = ann.refreshed(body["refresh_token"])
    assert body["scope"] == "" and narrowed(body) is True, "also when nothing of it is left"


# -- the tenant that is named --

def number(db, tenant):
    return db.value("SELECT tenant::text FROM public.tenants WHERE id = %s", [tenant])


def test_a_tenant_can_be_named_by_id_or_number(ann, db):
    first, second = ann.put_in_tenant("admin", assigned=True), ann.put_in_tenant("viewer")
    assert ann.signed_in()["tenant_id"] == ann.signed_in(tenant_id=None)["tenant_id"] == ann.signed_in(tenant_id="")["tenant_id"] == first
    for name in (second, number(db, second)):
        body = ann.signed_in(tenant_id=name)
        assert (body["tenant_id"], body["user"]["tenant_id"], body["scope"]) == (second, second, "read")
        assert claims(body["access_token"])["tenant_id"] == second
        answer = ann.token(grant_type="password", username=ann.email, password=PASSWORD, tenant_id=name)
        assert answer.status == 200 and answer.json()["tenant_id"] == second
    assert set(ann.sessions("tenant_id, chosen")) == {(second, True)}


def test_an_assignment_and_ownership_make_one_nameable(ann, db):
    ann.put_in_tenant()
    assigned, owned = ann.put_in_tenant(assigned=True), ann.put_in_tenant()
    db.sql("DELETE FROM public.tenant_users WHERE tenant_id = ANY (%s)", [[assigned, owned]])
    db.sql("INSERT INTO public.custom_auth_tenant (id, name, schema_name, owner_id) VALUES (%s, 'own', %s, %s)",
           [number(db, owned), "tenant_" + number(db, owned).replace("-", "_"), ann.id])
    assert ann.signed_in(tenant_id=assigned)["scope"] == "read write"
    assert ann.signed_in(tenant_id=owned)["scope"] == "read write delete admin"


@pytest.mark.parametrize("superuser", [False, True])
def test_a_tenant_that_is_not_theirs_and_one_that_is_not_there_are_told_alike(app, db, superuser):
    ann = Person(app, db, *["--superuser"] * superuser)
    other = Person(app, db).put_in_tenant()
    ann.put_in_tenant()
    body = ann.signed_in()
    answers = [ann.login(tenant_id=name) for name in (other, number(db, other), "no-such-tenant", str(uuid.uuid4()))]
    assert "no member" in problem(answers[0], 403, "forbidden")["detail"]
    assert all(same(a) == same(answers[0]) for a in answers)
    for name in (other, "no-such-tenant"):
        detail = oauth_error(ann.token(grant_type="password", username=ann.email, password=PASSWORD, tenant_id=name),
                             "invalid_grant", "forbidden")["detail"]
        assert detail == answers[0].json()["detail"]
        assert oauth_error(ann.refresh(body["refresh_token"], tenant_id=name), "invalid_grant", "forbidden")["detail"] == detail
    assert ann.count("pair") == 0, "the password was right"
    problem(ann.login("not the password", tenant_id=other), 401, "invalid-credentials")
    assert ann.refresh(body["refresh_token"]).status == 200, "a refusal has not used it up"


def test_the_policy_of_the_tenant_that_is_named_holds(ann, db):
    lax = ann.put_in_tenant(assigned=True)
    strict = ann.put_in_tenant(policy={"network": {"allow": ["192.0.2.0/24"]}})
    problem(ann.login(tenant_id=strict), 403, "security-policy")
    token = ann.signed_in(tenant_id=lax)["refresh_token"]
    oauth_error(ann.refresh(token, tenant_id=strict), "invalid_grant", "security-policy")
    ann.set_policy(strict, {"session": {"requireMFA": True}})
    oauth_error(ann.refresh(token, tenant_id=strict), "invalid_grant", "second-factor-required")
    assert ann.signed_in(tenant_id=strict)["mfa_enrolment_required"] is True
    ann.set_policy(strict, {"session": {"maxConcurrentSessions": 1}})
    ann.signed_in()
    assert len(ann.sessions()) == 2
    body = ann.refreshed(token, tenant_id=strict)
    assert ann.sessions("id, tenant_id") == [(claims(body["access_token"])["sid"], strict)]
    db.sql("UPDATE public.tenants SET status = 'suspended' WHERE id = %s", [strict])
    problem(ann.login(tenant_id=strict), 403, "tenant-suspended")
    assert ann.signed_in()["tenant_id"] == lax


def test_a_user_that_sql_assigned_is_a_member_there(ann, db):
    tenant = ann.put_in_tenant()
    db.sql("DELETE FROM public.tenant_users WHERE user_id = %s", [ann.id])
    db.sql("UPDATE public.users SET tenant_id = %s WHERE email = %s", [tenant, ann.email])
    c = claims(ann.signed_in()["access_token"])
    assert (c["tenant_id"], c["roles"], c["scope"]) == (tenant, ["member"], "read write")


def test_of_two_tenants_it_is_the_assigned_one_unless_that_cannot_be_used(ann, db):
    other, assigned = ann.put_in_tenant("owner"), ann.put_in_tenant("viewer", assigned=True)
    assert ann.signed_in()["tenant_id"] == assigned
    db.sql("UPDATE public.tenants SET status = 'suspended' WHERE id = %s", [assigned])
    assert ann.signed_in()["tenant_id"] == other


def test_the_address_may_be_written_in_any_case(ann):
    ann.email = ann.email.upper()
    assert ann.signed_in()["user"]["email"] == ann.email.lower()


# -- refusals --

def test_an_unknown_user_a_wrong_password_and_a_closed_account_are_told_alike(app, db, ann):
    closed, blank, foreign = Person(app, db), Person(app, db), Person(app, db)
    db.sql("UPDATE public.users SET is_active = false WHERE id = %s", [closed.id])
    db.sql("UPDATE public.users SET password_hash = NULL WHERE id = %s", [blank.id])
    db.sql("UPDATE public.users SET password_hash = 'pbkdf2_sha256$1$x$y' WHERE id = %s", [foreign.id])
    wrong = ann.login("not the password")
    problem(wrong, 401, "invalid-credentials")
    assert "retry-after" not in wrong.headers
    for answer in (closed.login(), closed.login("not the password"), blank.login(), foreign.login()):
        assert same(answer) == same(wrong)
    ann.email = f"{uuid.uuid4().hex}@example.com"
    assert same(ann.login()) == same(wrong)
    for nonsense in ("nobody", "a b@c", "@", "é@é", "x" * 320, "a\nb@example.com"):
        ann.email, ann.address = nonsense, address()
        assert same(ann.login()) == same(wrong)
    assert closed.audit("SIGN_IN_FAILED", "SIGNED_IN") == [
        ("SIGN_IN_FAILED", "medium", "account not active")] * 2
    assert db.value("SELECT count(*) FROM tenantd.audit WHERE details::text LIKE '%%' || %s || '%%'", ["not the password"]) == 0


def test_what_failed_is_written_down_without_what_was_typed(ann, db):
    typed = f"{uuid.uuid4().hex}@example.com"
    body = {"email": typed, "password": "hunter2 hunter2 hunter2"}
    assert ann.app.call("POST", "/login", ann.headers(), body).status == 401
    rows = db.sql("SELECT event, severity, actor, tenant_id, details::text FROM tenantd.audit WHERE address = %s", [ann.address])
    assert rows == [("SIGN_IN_FAILED", "medium", None, None, '{"reason":"unknown user"}')]
    assert db.value("SELECT count(*) FROM tenantd.audit a WHERE a::text LIKE %s OR a::text LIKE '%%hunter2%%'", [f"%{typed}%"]) == 0
    log = ann.app.log_text()
    assert "hunter2" not in log and typed not in log


def test_a_tenant_that_cannot_be_used_says_who_can_help_and_how(ann, app, db):
    tenant = ann.put_in_tenant("owner", "suspended")
    p = problem(ann.login(), 403, "tenant-suspended")
    assert f"POST /admin/tenants/{tenant}/resume" in p["detail"] and f"tenantd tenant resume {tenant}" in p["detail"]
    problem(ann.login("not the password"), 401, "invalid-credentials")
    db.sql("UPDATE public.tenants SET status = 'deactivated' WHERE id = %s", [tenant])
    p = problem(ann.login(), 403, "tenant-inactive")
    assert "superuser" in p["detail"] and f"tenantd tenant resume {tenant}" in p["detail"]
    assert ann.audit("SIGN_IN_FAILED") == [("SIGN_IN_FAILED", "medium", reason) for reason in
                                           ("tenant-suspended", "wrong password", "tenant-inactive")]
    assert ann.count("pair") == 1, "who knows the password has not failed"
    assert ann.sessions() == []


def test_a_superuser_of_such_a_tenant_gets_in_without_it(app, db):
    root = Person(app, db, "--superuser")
    root.put_in_tenant("owner", "suspended", assigned=True)
    body = root.signed_in()
    assert body["tenant_id"] is None and body["user"]["is_superuser"] is True
    assert {"tenant_id", "roles", "scope"}.isdisjoint(claims(body["access_token"]))
    assert root.get("/admin/jobs", body["access_token"]).status == 200


def test_only_addresses_that_the_policy_lists(ann):
    ann.put_in_tenant(policy={"network": {"allow": ["192.0.2.0/24", "2001:db8::/32"]}})
    p = problem(ann.login(at="198.51.100.7"), 403, "security-policy")
    assert [(e["pointer"], e["keyword"]) for e in p["errors"]] == [("/address", "network.allow")]
    assert "198.51.100.7" in p["detail"]
    problem(ann.login("not the password", at="198.51.100.7"), 401, "invalid-credentials")
    assert ann.login(at="192.0.2.9").status == 200
    assert ann.login(at="2001:db8::9").status == 200


def test_a_password_that_is_too_old(ann, db):
    tenant = ann.put_in_tenant()
    db.sql("UPDATE public.users SET password_changed_at = now() - interval '91 days' WHERE id = %s", [ann.id])
    assert "POST /users/password-reset" in problem(ann.login(), 403, "password-expired")["detail"]
    problem(ann.login("not the password"), 401, "invalid-credentials")
    ann.set_policy(tenant, {"password": {"expiryDays": 0}})
    assert ann.login().status == 200


def test_the_tenant_comes_before_the_address_and_that_before_the_password(ann, db):
    tenant = ann.put_in_tenant(status="suspended", policy={"network": {"allow": ["192.0.2.0/24"]}})
    db.sql("UPDATE public.users SET password_changed_at = now() - interval '91 days' WHERE id = %s", [ann.id])
    problem(ann.login(), 403, "tenant-suspended")
    db.sql("UPDATE public.tenants SET status = 'active' WHERE id = %s", [tenant])
    problem(ann.login(), 403, "security-policy")
    problem(ann.login(at="192.0.2.1"), 403, "password-expired")


@pytest.mark.parametrize("body, pointer", [
    ({}, "/email"), ({"email": "a@example.com"}, "/password"), ({"email": 1, "password": "x"}, "/email"),
    ({"email": "a@example.com", "password": ""}, "/password"), ({"email": "", "password": "x"}, "/email"),
    ({"email": "a@example.com", "password": "x" * 1025}, "/password"),
    ({"email": "a@example.com", "password": "ä" * 1000}, "/password"),
    ({"email": "a@example.com", "password": "x", "otp": 123456}, "/otp"),
    ({"email": "a@example.com", "password": "x", "remember": True}, "/remember")])
def test_a_body_that_is_none(ann, body, pointer):
    answer = ann.app.call("POST", "/login", ann.headers(), body)
    faults = problem(answer, 400, "invalid")["errors"]
    assert any(e["pointer"] == pointer or pointer[1:] in e["message"] for e in faults), faults


# -- hashes --

def test_an_old_hash_is_made_anew_and_the_password_is_no_younger(ann, db):
    old = db.value("SELECT password_hash FROM public.users WHERE id = %s", [ann.id])
    stale = signin.cheaper(PASSWORD)
    db.sql("UPDATE public.users SET password_hash = %s, password_changed_at = now() - interval '80 days' WHERE id = %s",
           [stale, ann.id])
    ann.signed_in()
    new, days = db.sql("SELECT password_hash, round(extract(epoch FROM now() - password_changed_at) / 86400)::int "
                       "FROM public.users WHERE id = %s", [ann.id])[0]
    assert new != stale and new.split("$")[:4] == old.split("$")[:4] and days == 80
    ann.signed_in()
    assert db.value("SELECT password_hash FROM public.users WHERE id = %s", [ann.id]) == new


def test_many_at_once_get_in_though_one_password_is_hashed_at_a_time(db):
    with stack.Tenantd(db, workers=4, JOB_WORKERS=0, PASSWORD_HASHES=1, **signin.PROXIES) as app:
        people = [Person(app, db) for _ in range(8)]
        for answer in at_once(lambda p=p: persistent(p.login) for p in people):
            assert answer.status == 200, answer


def holder(app):
    """The worker that hashes at this moment: it has locked a byte of a file without a name."""
    mine = set(app.workers())
    for line in Path("/proc/locks").read_text().splitlines():
        words = line.split()
        if "POSIX" in words and "WRITE" in words and int(words[4]) in mine:
            return int(words[4])
    return None


def test_a_worker_that_is_killed_while_it_hashes_gives_its_place_back(db):
    with stack.Tenantd(db, workers=2, JOB_WORKERS=0, PASSWORD_HASHES=1, REQUEST_TIMEOUT=120000, **signin.PROXIES) as app:
        ann, bob = Person(app, db), Person(app, db)
        victim = None
        while victim is None:
            caller = threading.Thread(target=whatever_comes_of, args=(ann.login,))
            caller.start()
            victim = catch(app)
            if victim is None:
                caller.join()
        refused = bob.login()
        assert refused.status == 503 and int(refused.headers["retry-after"]) > 0, refused
        assert bob.count("pair") == 0, "nobody failed"
        assert holder(app) == victim, "it is stopped, and holds the place"
        stack.kill(victim)
        caller.join()
        assert persistent(bob.login).status == 200


def whatever_comes_of(call):
    with contextlib.suppress(Exception):
        call()


def is_stopped(pid):
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def catch(app):
    """Stops the worker that hashes; its pid, None when it was through."""
    end = time.monotonic() + 5 * stack.PATIENCE
    while time.monotonic() < end:
        pid = holder(app)
        if pid is None:
            continue
        stack.kill(pid, stack.signal.SIGSTOP)
        stack.until(lambda p=pid: is_stopped(p), what="a stopped worker")
        if holder(app) == pid:
            return pid
        stack.kill(pid, stack.signal.SIGCONT)
    return None


# -- time tells nothing --

def test_the_time_of_an_answer_does_not_tell_who_has_an_account(app, db):
    """Medians of samples that alternate: the hash, which takes nearly all of the time, is made for
    everybody. Whoever skipped it would answer in a tenth."""
    ann, closed = Person(app, db), Person(app, db)
    db.sql("UPDATE public.users SET is_active = false WHERE id = %s", [closed.id])
    took = {"wrong password": [], "unknown user": [], "closed account": []}
    for _ in range(15):
        for name, email, password in (("wrong password", ann.email, "not the password"),
                                      ("unknown user", f"{uuid.uuid4().hex[:16]}@example.com", PASSWORD),
                                      ("closed account", closed.email, PASSWORD)):
            head = {"X-Forwarded-For": address()}
            began = time.monotonic()
            assert app.call("POST", "/login", head, {"email": email, "password": password}).status == 401
            took[name].append(time.monotonic() - began)
    medians = {name: statistics.median(times) for name, times in took.items()}
    assert max(medians.values()) < 2.5 * min(medians.values()), medians


# -- a second factor --

def test_with_a_second_factor_the_password_alone_is_half_of_it(ann, db):
    db.sql("INSERT INTO tenantd.totp (user_id, sealed, confirmed_at) VALUES (%s, 'sealed', now())", [ann.id])
    problem(ann.login(), 401, "second-factor-required")
    problem(ann.login("not the password"), 401, "invalid-credentials")
    problem(ann.login("not the password", otp="123456"), 401, "invalid-credentials")
    assert ann.count("pair") == 2 and ann.count("code") == 0
    oauth_error(ann.token(grant_type="password", username=ann.email, password=PASSWORD), "invalid_grant",
                "second-factor-required")
    db.sql("UPDATE tenantd.totp SET confirmed_at = NULL WHERE user_id = %s", [ann.id])
    assert ann.login().status == 200, "it is not in force"


def test_a_session_without_a_factor_ends_where_there_is_one(ann, db):
    token = ann.signed_in()["refresh_token"]
    db.sql("INSERT INTO tenantd.totp (user_id, sealed) VALUES (%s, 'v1.x')", [ann.id])
    token = ann.refreshed(token)["refresh_token"]
    db.sql("UPDATE tenantd.totp SET confirmed_at = now() WHERE user_id = %s", [ann.id])
    assert "sign in again" in oauth_error(ann.refresh(token), "invalid_grant", "second-factor-required")["detail"]
    db.sql("UPDATE tenantd.sessions SET mfa = true WHERE user_id = %s", [ann.id])
    assert ann.refresh(token).status == 200


def test_where_the_policy_demands_one_the_first_token_is_for_setting_it_up(ann):
    tenant = ann.put_in_tenant("admin", policy={"session": {"requireMFA": True}})
    body = ann.signed_in()
    assert body["mfa_enrolment_required"] is True and "refresh_token" not in body
    assert body["scope"] == "mfa:enrol" and body["tenant_id"] is None
    c = claims(body["access_token"])
    assert c["scope"] == "mfa:enrol" and {"tenant_id", "roles", "sid"}.isdisjoint(c)
    assert ann.sessions() == []
    for method, path in (("GET", "/me"), ("GET", f"/api/tenants/{tenant}/webhooks"), ("POST", "/api/tenant/getOrCreate"),
                         ("GET", "/me/sessions"), ("POST", "/logout"), ("GET", "/api/events")):
        answer = ann.app.call(method, path, ann.headers(body["access_token"]))
        assert "POST /me/totp" in problem(answer, 403, "security-policy")["detail"]
    again = ann.signed_in(scope="read admin")
    assert again["scope"] == "mfa:enrol", "whatever is asked for"


def test_not_even_a_superuser_gets_further_with_that_token(app, db):
    root = Person(app, db, "--superuser")
    root.put_in_tenant("admin", policy={"session": {"requireMFA": True}})
    problem(root.get("/admin/jobs", root.signed_in()["access_token"]), 403, "security-policy")


@pytest.mark.skipif(not CODES, reason="there is no way to set one up")
class TestCodes:
    @pytest.fixture
    def secret(self, ann):
        return enrol(ann, ann.signed_in()["access_token"])

    def test_only_the_session_in_which_it_is_put_in_force_goes_on(self, ann, db):
        other, body = ann.signed_in(), ann.signed_in()
        enrol(ann, body["access_token"])
        assert ann.sessions("id, mfa") == [(claims(body["access_token"])["sid"], True)]
        assert db.value("SELECT ended_reason FROM tenantd.sessions WHERE id = %s", [claims(other["access_token"])["sid"]]) == "factor"
        oauth_error(ann.refresh(other["refresh_token"]), "invalid_grant", "invalid-grant")
        assert ann.refresh(body["refresh_token"]).status == 200

    def test_a_wrong_code_ends_no_session(self, ann):
        ann.signed_in()
        token = ann.signed_in()["access_token"]
        assert ann.app.call("POST", "/me/totp", ann.headers(token), {"password": PASSWORD}).status == 201
        assert ann.app.call("POST", "/me/totp/confirm", ann.headers(token), {"code": "xxxxxx"}).status == 400
        assert ann.sessions("mfa") == [(False,), (False,)]

    def test_a_code_lets_in_once(self, ann, db, secret):
        code = oath(secret)
        body = ann.signed_in(otp=code)
        assert ann.sessions("mfa")[-1] == (True,) and "mfa_enrolment_required" not in body
        assert problem(ann.login(otp=code), 401, "invalid-credentials")["detail"] == "the one-time password is not right"
        assert ann.audit("SIGN_IN_FAILED")[-1] == ("SIGN_IN_FAILED", "medium", "the one-time password is not right")
        assert ann.count("pair") == 1 and ann.count("code") == 1

    def test_guesses_at_codes_are_slow_from_everywhere_and_a_right_one_waits(self, ann, db, secret):
        db.sql("INSERT INTO tenantd.sign_in_failures VALUES (%s, 30, now())", [signin.bucket("code", ann.id)])
        answer = ann.login(otp=oath(secret))
        problem(answer, 429, "rate-limited")
        assert 0 < int(answer.headers["retry-after"]) <= 900
        assert ann.audit("SIGN_IN_THROTTLED")[-1][:2] == ("SIGN_IN_THROTTLED", "medium")
        db.sql("UPDATE tenantd.sign_in_failures SET last_at = last_at - interval '16 minutes' WHERE bucket = %s",
               [signin.bucket("code", ann.id)])
        assert ann.login(otp=oath(secret)).status == 200

    def test_who_is_sent_to_set_one_up_can(self, ann):
        ann.put_in_tenant("admin", policy={"session": {"requireMFA": True}})
        secret = enrol(ann, ann.signed_in()["access_token"])
        problem(ann.login(), 401, "second-factor-required")
        assert claims(ann.signed_in(otp=oath(secret))["access_token"])["scope"] == "read write delete admin"


def oath(secret):
    return stack.subprocess.run(["oathtool", "--totp", "--base32", secret], capture_output=True, text=True,
                                check=True).stdout.strip()


def enrol(person, token):
    answer = person.app.call("POST", "/me/totp", person.headers(token), {"password": PASSWORD})
    assert answer.status == 201, answer
    secret = answer.json()["secret"]
    assert person.app.call("POST", "/me/totp/confirm", person.headers(token), {"code": oath(secret)}).status == 200
    person.db.sql("UPDATE tenantd.totp SET last_step = 0 WHERE user_id = %s", [person.id])
    return secret


# -- OAuth 2.0 --

def test_the_password_grant(ann):
    tenant = ann.put_in_tenant()
    answer = ann.token(grant_type="password", username=ann.email, password=PASSWORD, scope="read", unknown="ignored")
    assert answer.status == 200 and answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store" and answer.headers["pragma"] == "no-cache"
    body = answer.json()
    assert set(body) == {"access_token", "token_type", "expires_in", "refresh_token", "scope", "tenant_id"}
    assert (body["token_type"], body["expires_in"], body["scope"], body["tenant_id"]) == ("Bearer", 1800, "read", tenant)


def test_what_is_wrong_with_a_token_request_is_told_as_oauth_has_it(ann, db):
    def ask(**fields):
        return ann.token(**fields)

    oauth_error(ask(), "invalid_request", "invalid")
    oauth_error(ask(grant_type=""), "invalid_request", "invalid")
    oauth_error(ask(grant_type="implicit"), "unsupported_grant_type", "unsupported-grant-type")
    oauth_error(ask(grant_type="password", username=ann.email), "invalid_request", "invalid")
    oauth_error(ask(grant_type="refresh_token"), "invalid_request", "invalid")
    oauth_error(ask(grant_type="password", username=ann.email, password="not the password"), "invalid_grant",
                "invalid-credentials")
    oauth_error(ask(grant_type="password", username=ann.email, password=PASSWORD, scope='"'), "invalid_scope", "invalid-scope")
    for token in ("nonsense", "tdr_" + "A" * 43, "tdr_", "tdi_" + "A" * 43):
        oauth_error(ask(grant_type="refresh_token", refresh_token=token), "invalid_grant", "invalid-grant")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    twice = ann.app.call("POST", "/token", ann.headers(**form), b"grant_type=password&grant_type=refresh_token")
    oauth_error(twice, "invalid_request", "invalid")
    oauth_error(ann.app.call("POST", "/token", ann.headers(), {"grant_type": "password"}), "invalid_request",
                "unsupported-media-type", 415)
    assert "www-authenticate" not in twice.headers
    ann.put_in_tenant(status="suspended")
    assert "tenantd tenant resume" in oauth_error(ask(grant_type="password", username=ann.email, password=PASSWORD),
                                                  "invalid_grant", "tenant-suspended")["detail"]
    db.sql("INSERT INTO tenantd.sign_in_failures VALUES (%s, 30, now()) ON CONFLICT (bucket) DO UPDATE "
           "SET failures = 30, last_at = now()", [signin.bucket("pair", ann.email, ann.address)])
    limited = ask(grant_type="password", username=ann.email, password=PASSWORD)
    oauth_error(limited, "temporarily_unavailable", "rate-limited", 429)
    assert int(limited.headers["retry-after"]) > 800


def test_a_secret_that_was_sent_is_in_no_log_and_no_table(ann, db):
    body = ann.signed_in()
    tables = db.sql("SELECT format('%I.%I', schemaname, tablename) FROM pg_tables "
                    "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")
    everything = "\n".join(row for (table,) in tables for (row,) in db.sql(f"SELECT t::text FROM {table} t"))
    for text in (everything, ann.app.log_text()):
        assert PASSWORD not in text and body["refresh_token"] not in text and body["access_token"] not in text
