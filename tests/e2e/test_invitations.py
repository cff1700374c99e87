"""Invitations, with real mails: invited, accepted, and what is not let in."""
import itertools
import json
import secrets
import uuid

import payloads as schemas
import pytest
import stack
import tokens
from postman import Postman, dump, payloads
from test_accounts import PASSWORD, ask, at_once, faults, member, signed_in, told

NAMES = itertools.count(1)


@pytest.fixture(scope="module")
def db(cluster):
    with cluster.database() as d:
        yield d
        schemas.check_all(d)


@pytest.fixture(scope="module")
def post():
    with Postman() as p:
        yield p


@pytest.fixture(scope="module")
def app(db, post):
    with stack.Tenantd(db, workers=4, JOB_WORKERS=0, LOG_LEVEL="debug", **post.settings) as a:
        yield a


def address(name):
    return f"{name}-{next(NAMES)}-{secrets.token_hex(4)}@example.com"


class Team:
    """A tenant and its owner, who is no user of ours. Each asks from a network address of their own."""

    def __init__(self, app, post):
        self.app, self.post, self.owner = app, post, f"owner-{uuid.uuid4()}"
        self.client = "10.2." + ".".join(str(secrets.randbelow(256)) for _ in range(2))
        self.tenant = self.call("POST", "/api/tenant/getOrCreate").json()["tenantId"]

    def call(self, method, path, body=None, user=None, **headers):
        return self.app.call(method, path, {**tokens.bearer(self.app.db, user or self.owner), **headers}, body,
                             extra={"REMOTE_ADDR": self.client})

    def path(self, rest=""):
        return f"/api/tenants/{self.tenant}/invitations{rest}"

    def invite(self, email, role="member"):
        """The invitation and its secret."""
        made = told(self.call("POST", self.path(), {"email": email, "role": role}), 201)
        return made, self.secret(email)

    def secret(self, email):
        page, token = self.post.link(self.app, email)
        assert page == "accept-invitation" and token.startswith("tdi_")
        return token

    def role_of(self, user):
        return self.app.db.sql("SELECT role FROM public.tenant_users WHERE tenant_id = %s AND user_id = %s", [self.tenant, user])


@pytest.fixture
def team(app, post):
    return Team(app, post)


def accept(app, user, token):
    return signed_in(app, user, "/invitations/accept", token=token)


def register_with(app, email, token, **more):
    return ask(app, "/users/register", email=email, password=PASSWORD, invitation=token, **more)


# -- accepted --

def test_a_user_who_is_invited_becomes_a_member(app, db, post, team):
    email = address("ann")
    user = member(app, post, email)
    made, token = team.invite(email, "admin")
    assert (made["email"], made["role"], made["status"], made["tenantId"]) == (email, "admin", "pending", team.tenant)
    joined = told(accept(app, user, token), 200)
    assert joined["tenant"]["id"] == team.tenant and joined["role"] == "admin" and joined["invitation_id"] == made["id"]
    assert team.role_of(user["id"]) == [("admin",)]
    assert db.value("SELECT tenant_id FROM public.users WHERE id = %s", [user["id"]]) is None, "nobody assigned them"
    now = told(team.call("GET", team.path("/" + made["id"])), 200)
    assert now["status"] == "accepted" and now["acceptedBy"] == user["id"] and now["acceptedAt"]
    assert told(accept(app, user, token), 410)["detail"] == "the invitation was accepted already"
    assert db.sql("SELECT kind FROM tenantd.events WHERE tenant_id = %s AND kind ~ '^(inv|mem)' ORDER BY id", [team.tenant]) == [
        ("invitation.created",), ("membership.created",), ("invitation.accepted",)]
    assert [r[0] for r in db.sql("SELECT event FROM tenantd.audit WHERE tenant_id = %s AND actor = %s ORDER BY id",
                                 [team.tenant, user["id"]])] == ["MEMBERSHIP_CREATED", "INVITATION_ACCEPTED"]
    assert told(team.call("DELETE", team.path("/" + made["id"])), 409)
    assert told(team.call("POST", team.path("/" + made["id"] + "/resend")), 409)


def test_who_is_invited_registers_without_another_mail(app, db, post, team):
    email = address("ben")
    made, token = team.invite(email, "viewer")
    before = len(post.mails_to(app, email))
    user = told(register_with(app, email.upper(), token, name="Ben"), 201)["user"]
    assert (user["email"], user["name"], user["tenant_id"]) == (email.upper(), "Ben", team.tenant)
    assert team.role_of(user["id"]) == [("viewer",)]
    assert len(post.mails_to(app, email)) == before and post.mails_to(app, email.upper()) == []
    assert told(team.call("GET", team.path("/" + made["id"])), 200)["acceptedBy"] == user["id"]
    assert told(register_with(app, email, token), 410)


def test_the_mail_says_what_it_is_about_in_the_tenants_own_words(app, post, team):
    body = {"subject": "Come to {{tenant.name}}", "text": "As {{role}}: {{actionUrl}}", "html": "<p>As {{role}}: {{{actionUrl}}}</p>"}
    told(team.call("PUT", f"/api/tenants/{team.tenant}/email-templates/invitation", body), 200)
    email = address("cid")
    team.invite(email, "member")
    mail = post.mails_to(app, email)[-1]
    assert mail.message["subject"].startswith("Come to ") and mail.part("plain").startswith("As member: https://")


def test_an_invitation_that_is_sent_again_has_a_new_secret_alone(app, db, post, team):
    email = address("dan")
    user = member(app, post, email)
    made, first = team.invite(email)
    db.sql("UPDATE tenantd.invitations SET expires_at = now() - interval '1 day' WHERE id = %s", [made["id"]])
    assert told(team.call("GET", team.path("/" + made["id"])), 200)["status"] == "expired"
    assert "expired" in told(accept(app, user, first), 410)["detail"]
    again = told(team.call("POST", team.path("/" + made["id"] + "/resend")), 200)
    assert again["status"] == "pending" and again["id"] == made["id"]
    second = team.secret(email)
    assert second != first
    assert faults(accept(app, user, first)) == {("/token", "token")}
    told(accept(app, user, second), 200)


def test_two_acceptances_at_once_are_one(app, db, post, team):
    email = address("eve")
    user = member(app, post, email)
    _, token = team.invite(email)
    answers = at_once(*[lambda: accept(app, user, token)] * 5)
    assert sorted(a.status for a in answers) == [200] + [410] * 4, [a.body for a in answers]
    assert db.value("SELECT count(*) FROM tenantd.events WHERE kind = 'invitation.accepted' AND tenant_id = %s", [team.tenant]) == 1


def test_two_registrations_at_once_by_one_invitation_make_one_user(app, db, team):
    email = address("eli")
    _, token = team.invite(email)
    answers = at_once(*[lambda: register_with(app, email, token)] * 4)
    assert sorted(a.status for a in answers)[0] == 201 and {a.status for a in answers} <= {201, 409, 410}
    assert db.value("SELECT count(*) FROM public.users WHERE email = %s", [email]) == 1
    assert [a.status for a in answers].count(201) == 1


def test_a_member_stays_what_they_are(app, db, post, team):
    email = address("fay")
    user = member(app, post, email)
    _, token = team.invite(email, "viewer")
    db.sql("INSERT INTO public.tenant_users (tenant_id, user_id, role) VALUES (%s, %s, 'admin')", [team.tenant, user["id"]])
    told(accept(app, user, token), 200)
    assert team.role_of(user["id"]) == [("admin",)]


def test_whom_an_operator_assigned_keeps_that_tenant(app, db, post, team):
    email = address("gus")
    user = member(app, post, email)
    other = Team(app, post)
    db.sql("UPDATE public.users SET tenant_id = %s WHERE id = %s", [other.tenant, user["id"]])
    _, token = team.invite(email)
    told(accept(app, user, token), 200)
    assert db.value("SELECT tenant_id FROM public.users WHERE id = %s", [user["id"]]) == other.tenant
    assert team.role_of(user["id"]) == [("member",)]


def login(app, email):
    return told(ask(app, "/login", email=email, password=PASSWORD), 200)


def test_who_accepted_is_in_it_by_the_membership_alone(app, db, post, team):
    email = address("ida")
    user = member(app, post, email)
    told(accept(app, user, team.invite(email, "viewer")[1]), 200)
    body = login(app, email)
    assert (body["tenant_id"], body["scope"]) == (team.tenant, "read")
    db.sql("DELETE FROM public.tenant_users WHERE tenant_id = %s AND user_id = %s", [team.tenant, user["id"]])
    bearer = {"Authorization": "Bearer " + body["access_token"]}
    assert app.call("GET", "/api/tenant/context", bearer).status in (403, 404)
    body = login(app, email)
    assert (body["tenant_id"], body["scope"]) == (None, "")


def test_an_owner_who_accepts_another_invitation_keeps_their_own_tenant(app, post, team):
    email = address("jan")
    user = member(app, post, email)
    _, token = team.invite(email, "viewer")
    own = told(signed_in(app, user, "/api/tenant/getOrCreate"), 200)["tenantId"]
    told(accept(app, user, token), 200)
    body = login(app, email)
    assert body["tenant_id"] != team.tenant and body["scope"] == "read write delete admin"
    assert told(signed_in(app, user, "/api/tenant/getOrCreate"), 200)["tenantId"] == own


# -- not let in --

def test_an_invitation_is_for_one_address(app, db, post, team):
    email, others = address("hal"), address("ian")
    other = member(app, post, others)
    _, token = team.invite(email)
    assert "another address" in told(accept(app, other, token), 403)["detail"]
    assert "another address" in told(register_with(app, address("joe"), token), 403)["detail"]
    claimed = app.call("POST", "/invitations/accept", {"Authorization": "Bearer " + tokens.token(
        app.db.settings["JWT_SECRET_KEY"], other["id"], email=email)}, {"token": token})
    assert claimed.status == 403, "a user's address is what their row says"
    assert team.role_of(other["id"]) == []
    nobody = app.call("POST", "/invitations/accept", tokens.bearer(db, "no-row"), {"token": token})
    assert "says none" in told(nobody, 403)["detail"]


def test_who_has_a_token_with_the_address_and_no_row_accepts(app, db, team):
    """The users of an application that issues tokens with our key."""
    email, user = address("kim"), f"kim-{uuid.uuid4()}"
    _, token = team.invite(email)
    answer = app.call("POST", "/invitations/accept", {"Authorization": "Bearer " + tokens.token(
        app.db.settings["JWT_SECRET_KEY"], user, email=email.upper())}, {"token": token})
    told(answer, 200)
    assert team.role_of(user) == [("member",)]


def test_an_id_or_another_secret_is_no_way_in(app, post, team):
    email = address("lea")
    user = member(app, post, email)
    made, _ = team.invite(email)
    for wrong in (made["id"], "tdi_" + "A" * 43, "tdv_" + "A" * 43, "tdi_"):
        assert faults(accept(app, user, wrong)) == {("/token", "token")}
        assert faults(register_with(app, email, wrong)) == {("/invitation", "token")}
    assert team.role_of(user["id"]) == []


def test_a_revoked_one_is_over(app, post, team):
    email = address("max")
    user = member(app, post, email)
    made, token = team.invite(email)
    told(team.call("DELETE", team.path("/" + made["id"])), 204)
    told(team.call("DELETE", team.path("/" + made["id"])), 204)
    assert told(team.call("GET", team.path("/" + made["id"])), 200)["status"] == "revoked"
    assert told(accept(app, user, token), 410)["detail"] == "the invitation was revoked"
    assert told(team.call("POST", team.path("/" + made["id"] + "/resend")), 409)
    told(accept(app, user, team.invite(email)[1]), 200)


@pytest.mark.parametrize("status, slug", [("suspended", "tenant-suspended"), ("deactivated", "tenant-inactive")])
def test_a_tenant_that_is_not_usable_takes_nobody(app, db, post, team, status, slug):
    email = address("nan")
    user = member(app, post, email)
    _, token = team.invite(email)
    db.sql("UPDATE public.tenants SET status = %s WHERE id = %s", [status, team.tenant])
    assert told(accept(app, user, token), 403)["type"].endswith(slug)
    assert told(register_with(app, email, token), 403)["type"].endswith(slug)
    root = stack.create_user(db, address("root"), "--superuser")
    refused = team.call("POST", team.path(), {"email": address("oz"), "role": "member"}, user=root)
    assert told(refused, 403)["type"].endswith(slug), "nor does a superuser invite to it"
    assert team.role_of(user["id"]) == []


def test_whom_nobody_needs_to_invite(app, db, post, team):
    email = address("pat")
    user = member(app, post, email)
    told(team.call("POST", team.path(), {"email": email, "role": "member"}), 201)
    assert "already" in told(team.call("POST", team.path(), {"email": email.upper(), "role": "admin"}), 409)["detail"]
    told(accept(app, user, team.secret(email)), 200)
    assert "member" in told(team.call("POST", team.path(), {"email": email, "role": "admin"}), 409)["detail"]
    taken = Team(app, post)
    assert told(register_with(app, email, taken.invite(email)[1]), 409), "who has an account signs in"


def test_one_that_has_expired_makes_room_for_another(app, db, team):
    email = address("quy")
    old, _ = team.invite(email)
    db.sql("UPDATE tenantd.invitations SET expires_at = now() - interval '1 day' WHERE id = %s", [old["id"]])
    new, _ = team.invite(email)
    rows = told(team.call("GET", team.path()), 200)["items"]
    assert {r["id"]: r["status"] for r in rows} == {old["id"]: "expired", new["id"]: "pending"}
    assert told(team.call("POST", team.path("/" + old["id"] + "/resend")), 409)


def test_two_invitations_at_once_to_one_address_are_one(app, db, team):
    email = address("rex")
    answers = at_once(*[lambda: team.call("POST", team.path(), {"email": email, "role": "member"})] * 4)
    assert sorted(a.status for a in answers) == [201, 409, 409, 409], [a.body for a in answers]


def test_the_policy_of_the_tenant_holds_for_who_registers(app, db, team):
    email = address("sue")
    _, token = team.invite(email)
    db.sql("INSERT INTO tenantd.security_policies (tenant_id, policy) VALUES (%s, %s)",
           [team.tenant, json.dumps({"password": {"minLength": 40}})])
    assert faults(register_with(app, email, token)) == {("/password", "minLength")}


def test_an_address_is_not_flooded_with_invitations(app, team):
    email = address("tom")
    made, _ = team.invite(email)
    for _ in range(2):
        told(team.call("POST", team.path("/" + made["id"] + "/resend")), 200)
    refused = team.call("POST", team.path("/" + made["id"] + "/resend"))
    assert told(refused, 429) and refused.headers["retry-after"] == "3600"


def test_the_same_request_with_a_key_is_done_once(app, post, team):
    email = address("uma")
    user = member(app, post, email)
    key = {"Idempotency-Key": "again"}
    answers = [team.call("POST", team.path(), {"email": email, "role": "member"}, **key) for _ in range(2)]
    assert [a.status for a in answers] == [201, 201] and answers[0].body == answers[1].body
    assert len([m for m in post.mails_to(app, email) if "invite" in m.part("plain").lower()]) == 1
    token = team.secret(email)
    answers = [app.call("POST", "/invitations/accept", {**tokens.bearer(app.db, user["id"]), **key}, {"token": token}) for _ in range(2)]
    assert [a.status for a in answers] == [200, 200]


def test_no_secret_of_an_invitation_is_anywhere(app, db, post, team):
    email = address("vic")
    told(team.call("POST", team.path(), {"email": email, "role": "member"}), 201)
    assert all("accept-invitation" not in p for p in payloads(db) if email in p)
    made = told(team.call("GET", team.path()), 200)["items"][0]
    first = team.secret(email)
    told(team.call("POST", team.path("/" + made["id"] + "/resend")), 200)
    second = team.secret(email)
    told(register_with(app, email, second), 201)
    held, log = dump(db), app.log_text()
    for secret in (first, second):
        assert secret[4:] not in held and secret[4:] not in log
