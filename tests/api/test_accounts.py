"""Accounts where settings are missing or confirm nothing: each in a database of its own. The whole way with mails is in
tests/e2e/test_accounts.py."""
import json
import secrets

import pytest
import signin
import stack
import tokens

MAIL = {"SMTP_URL": "smtp://127.0.0.1:9", "MAIL_FROM": "no-reply@example.com", "ACCOUNT_URL": "https://app.example.com"}
PASSWORD = "Correct-Horse-Battery-1"


@pytest.fixture(scope="module")
def lone(cluster):
    with cluster.database() as d:
        yield d


def post(app, path, user=None, **body):
    return app.call("POST", path, tokens.bearer(app.db, user) if user else {}, body)


# a server for mails without a sender is refused at the start
@pytest.mark.parametrize("missing", ["SMTP_URL", "ACCOUNT_URL"])
def test_where_no_mail_can_be_sent_it_says_what_to_set(lone, missing):
    settings = {k: v for k, v in MAIL.items() if k != missing}
    with stack.Tenantd(lone, workers=1, JOB_WORKERS=0, **settings) as app:
        tenant = post(app, "/api/tenant/getOrCreate", "mailless").json()["tenantId"]
        for answer in (post(app, "/users/register", email="a@example.com", password=PASSWORD),
                       post(app, "/users/register/resend", email="a@example.com"),
                       post(app, "/users/password-reset", email="a@example.com"),
                       post(app, f"/api/tenants/{tenant}/invitations", "mailless", email="a@example.com", role="member")):
            assert answer.status == 503 and missing in answer.json()["detail"], answer.body
            assert answer.headers["content-type"].startswith("application/problem+json")
    assert lone.value("SELECT count(*) FROM tenantd.jobs") == 0
    assert lone.value("SELECT count(*) FROM tenantd.registrations") == 0


@pytest.fixture(scope="module")
def trusting(lone):
    """Without verification and without mail."""
    with stack.Tenantd(lone, workers=4, JOB_WORKERS=0, EMAIL_VERIFICATION="off", **signin.PROXIES) as a:
        yield a


def test_where_nothing_is_confirmed_who_registers_is_a_user(trusting, lone):
    email = f"ada-{secrets.token_hex(4)}@example.com"
    made = post(trusting, "/users/register", email=email, password=PASSWORD, name="Ada")
    assert made.status == 201, made.body
    user = made.json()["user"]
    assert (user["email"], user["name"], user["tenant_id"]) == (email, "Ada", None)
    assert lone.sql("SELECT email FROM public.users WHERE id = %s", [user["id"]]) == [(email,)]
    taken = post(trusting, "/users/register", email=email.upper(), password=PASSWORD)
    assert taken.status == 409 and "sign in" in taken.json()["detail"]
    weak = post(trusting, "/users/register", email="b@example.com", password="weak")
    assert {f["keyword"] for f in weak.json()["errors"]} >= {"minLength", "requireNumbers"}
    changed = post(trusting, "/me/password", user["id"], current_password=PASSWORD, new_password="Another-Password-1")
    assert changed.status == 204, "no mail is needed for this"


def test_where_nothing_is_confirmed_an_invitation_is_accepted_at_once(trusting, lone):
    owner = signin.Person(trusting, lone)
    tenant, secret, email = owner.put_in_tenant("owner"), "tdi_" + secrets.token_hex(22)[:43], f"eve-{secrets.token_hex(4)}@example.com"
    lone.sql("INSERT INTO tenantd.invitations (id, tenant_id, digest, email, role, expires_at) "
             "VALUES (gen_random_uuid(), %s, encode(sha256(%s::bytea), 'hex'), %s, 'viewer', now() + interval '1 day')", [tenant, secret, email])
    assert post(trusting, "/users/register", email="another@example.com", password=PASSWORD, invitation=secret).status == 403
    made = post(trusting, "/users/register", email=email, password=PASSWORD, invitation=secret)
    assert made.status == 201 and made.json()["user"]["tenant_id"] == tenant
    assert made.json()["invitation"] == {"accepted": True, "tenant_id": tenant, "role": "viewer"}


def test_a_password_cannot_be_changed_by_who_has_none_here(trusting, lone):
    change = {"current_password": PASSWORD, "new_password": "Another-Password-1"}
    assert post(trusting, "/me/password", "somebody-else", **change).status == 403
    user = post(trusting, "/users/register", email="none@example.com", password=PASSWORD).json()["user"]["id"]
    lone.sql("UPDATE public.users SET password_hash = NULL WHERE id = %s", [user])
    assert post(trusting, "/me/password", user, **change).status == 409
    lone.sql("UPDATE public.users SET is_active = false WHERE id = %s", [user])
    assert post(trusting, "/me/password", user, **change).status == 403


def change(person, token, current=signin.PASSWORD, at=None):
    return person.app.call("POST", "/me/password", person.headers(token, at=at),
                           {"current_password": current, "new_password": "Another-Password-1"})


def test_the_session_in_which_it_is_changed_goes_on_alone(trusting, lone):
    ann = signin.Person(trusting, lone)
    kept, ended = ann.signed_in(), ann.signed_in()
    assert change(ann, kept["access_token"]).status == 204
    assert ann.sessions() == [(signin.claims(kept["access_token"])["sid"],)]
    ann.refreshed(kept["refresh_token"])
    assert ann.refresh(ended["refresh_token"]).status == 400
    assert ann.login().status == 401 and ann.login("Another-Password-1").status == 200


def test_guesses_at_the_current_password_count_as_those_at_a_sign_in_do(trusting, lone):
    ben = signin.Person(trusting, lone)
    token = ben.signed_in()["access_token"]
    for n in range(5):
        assert change(ben, token, f"guess {n}").status == 400
    assert ben.count("pair") == 5
    early = change(ben, token)
    assert early.status == 429 and int(early.headers["retry-after"]) > 0
    assert ben.login().status == 429
    assert [e for e, *_ in ben.audit("PASSWORD_CHANGE_FAILED", "PASSWORD_CHANGED")] == ["PASSWORD_CHANGE_FAILED"] * 5
    assert change(ben, token, at=signin.address()).status == 204, "from elsewhere"
    assert ben.login("Another-Password-1", at=signin.address()).status == 200


def test_a_right_password_that_is_changed_for_a_bad_one_is_no_failure(trusting, lone):
    cid = signin.Person(trusting, lone)
    token = cid.signed_in()["access_token"]
    for _ in range(7):
        answer = trusting.call("POST", "/me/password", cid.headers(token),
                               {"current_password": signin.PASSWORD, "new_password": "bad"})
        assert answer.status == 400 and answer.json()["errors"][0]["pointer"] == "/new_password"
    assert cid.count("pair") == 0


def test_only_so_many_old_passwords_are_kept(trusting, lone):
    user = post(trusting, "/users/register", email="many@example.com", password=PASSWORD).json()["user"]["id"]
    lone.sql("INSERT INTO tenantd.password_history (user_id, hash) SELECT %s, 'old ' || n FROM generate_series(1, 30) n", [user])
    current = lone.value("SELECT password_hash FROM public.users WHERE id = %s", [user])
    lone.sql("INSERT INTO tenantd.security_policies (tenant_id, policy) SELECT %s, %s", [
        post(trusting, "/api/tenant/getOrCreate", user).json()["tenantId"], json.dumps({"password": {"preventPasswordReuse": 1}})])
    assert post(trusting, "/me/password", user, current_password=PASSWORD, new_password="Another-Password-1").status == 204
    kept = [h for (h,) in lone.sql("SELECT hash FROM tenantd.password_history WHERE user_id = %s ORDER BY id DESC", [user])]
    assert len(kept) == 24 and kept[0] == current and kept[1] == "old 30"


def test_what_is_over_is_removed(lone):
    """By whoever keeps house, some days after it was of use."""
    user = stack.create_user(lone, "house@example.com")
    lone.sql("""
        INSERT INTO tenantd.registrations (id, digest, email, password_hash, expires_at)
            SELECT gen_random_uuid(), encode(sha256(n::text::bytea), 'hex'), 'a@example.com', '', now() - n * interval '20 hours'
              FROM generate_series(0, 3) n""")
    lone.sql("""
        INSERT INTO tenantd.password_resets (digest, user_id, expires_at)
            SELECT encode(sha256(n::text::bytea), 'hex'), %s, now() - n * interval '20 hours' FROM generate_series(0, 3) n""", [user])
    lone.sql("""
        INSERT INTO tenantd.mail_limits (bucket, sent, last_at)
            SELECT n, '{}', now() - n * interval '20 hours' FROM generate_series(0, 3) n""")
    lone.sql("""
        INSERT INTO tenantd.invitations (id, tenant_id, digest, email, role, created_at, expires_at, accepted_at, accepted_by, revoked_at)
            SELECT gen_random_uuid(), 'house', encode(sha256((how || n)::bytea), 'hex'), how || n || '@example.com', 'member', now() - interval '1 year',
                   CASE how WHEN 'expired' THEN now() - n * interval '50 days' ELSE now() - interval '300 days' END,
                   CASE how WHEN 'accepted' THEN now() - n * interval '50 days' END, CASE how WHEN 'accepted' THEN 'x' END,
                   CASE how WHEN 'revoked' THEN now() - n * interval '50 days' END
              FROM generate_series(0, 3) n, unnest(ARRAY['accepted', 'revoked', 'expired']) how""")
    # a session that goes on, one that ended 2 days ago, one that ended just now, one that expired 2 days ago
    lone.sql("""
        WITH made AS (
            INSERT INTO tenantd.sessions (id, user_id, agent, expires_at, ended_at, ended_reason)
            SELECT gen_random_uuid(), %s, v.agent, now() + v.expires, now() + v.ended, CASE WHEN v.ended IS NOT NULL THEN 'logout' END
              FROM (VALUES ('lives', interval '1 day', NULL::interval), ('ended', '1 day', '-2 days'), ('just', '1 day', '0'),
                           ('expired', '-2 days', NULL)) v (agent, expires, ended)
            RETURNING id, agent)
        INSERT INTO tenantd.refresh_tokens (digest, session_id, used_at)
            SELECT encode(sha256((m.agent || n)::bytea), 'hex'), m.id, CASE WHEN n < 2 THEN now() - interval '20 days' END
              FROM made m, generate_series(0, 2) n""", [user])
    with stack.Tenantd(lone, workers=1, JOB_WORKERS=1):
        for table in ("registrations", "password_resets", "mail_limits"):
            stack.until(lambda t=table: lone.value(f"SELECT count(*) FROM tenantd.{t}") == 2, what=table)
        stack.until(lambda: lone.value("SELECT count(*) FROM tenantd.invitations WHERE tenant_id = 'house'") == 6, what="invitations")
        left = "SELECT s.agent, count(*) FROM tenantd.refresh_tokens r JOIN tenantd.sessions s ON s.id = r.session_id WHERE s.user_id = %s GROUP BY 1 ORDER BY 1"
        stack.until(lambda: lone.sql(left, [user]) == [("just", 3), ("lives", 3)], what="refresh tokens")
    assert lone.value("SELECT count(*) FROM tenantd.sessions WHERE user_id = %s", [user]) == 4


# -- hashes of other programs --

@pytest.mark.parametrize("stored", [
    "$2b$12$abcdefghijklmnopqrstuuNSv1G2bb8gqVvlhGq5YvK1wkH8Gm8m2",
    "pbkdf2_sha256$600000$c29tZXNhbHQ$3mDkOcVjRkzRbOQnHkBzP0m3q6yJtqzVQd0Sj5xg7vQ=",
    "$argon2id$v=19$m=2097152,t=2,p=1$YWJzZW5jZSBvZiBhIHVzZQ$3mDkOcVjRkzRbOQnHkBzP0m3q6yJtqzVQd0Sj5xg7vQ",
], ids=["bcrypt", "django", "too costly"])
def test_a_stored_password_that_cannot_be_checked_is_nobodys(trusting, lone, stored):
    ann = signin.Person(trusting, lone)
    token = ann.signed_in()["access_token"]
    lone.sql("UPDATE public.users SET password_hash = %s WHERE id = %s", [stored, ann.id])
    lone.sql("INSERT INTO tenantd.password_history (user_id, hash) VALUES (%s, %s)", [ann.id, stored])
    signin.problem(ann.login(), 401, "invalid-credentials")
    assert change(ann, token).status == 400
    secret = "tdp_" + secrets.token_hex(22)[:43]
    lone.sql("INSERT INTO tenantd.password_resets (digest, user_id, expires_at) "
             "VALUES (encode(sha256(%s::bytea), 'hex'), %s, now() + interval '1 hour')", [secret, ann.id])
    assert post(trusting, "/users/password-reset/confirm", token=secret, password=PASSWORD).status == 204
    assert lone.value("SELECT count(*) FROM tenantd.password_history WHERE user_id = %s", [ann.id]) == 1, "it is not kept"
    assert ann.login(PASSWORD).status == 200


# -- whose policy holds --

def test_a_password_is_held_to_the_policy_of_the_tenant_that_one_signs_in_to(trusting, lone):
    ann = signin.Person(trusting, lone)
    lax = {"minLength": 8, "requireSpecialChars": False, "requireUppercase": False, "requireNumbers": False}
    gone = ann.put_in_tenant("member", policy={"password": lax}, assigned=True)
    lone.sql("UPDATE public.tenants SET status = 'suspended' WHERE id = %s", [gone])
    strict = ann.put_in_tenant("admin", policy={"password": {"minLength": 20}})
    signed_in = ann.signed_in()
    assert signed_in["tenant_id"] == strict
    answer = trusting.call("POST", "/me/password", ann.headers(signed_in["access_token"]),
                           {"current_password": signin.PASSWORD, "new_password": "abcdefgh"})
    assert answer.status == 400 and answer.json()["errors"][0]["keyword"] == "minLength"
