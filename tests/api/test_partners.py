"""What partners may do, by what they show: an API key or a token. How superusers see to both is in
cases/partners.case and cases/api_keys.case."""
import contextlib
import json
import re
import uuid

import psycopg2
import pytest
import stack
import tokens
from cases import check_problem
from client import at_once

LIST = "/api/provisioning/tenants"
SCOPES = ["tenant:create", "tenant:read", "tenant:update", "tenant:delete"]
OTHERS = [r for r in json.loads(stack.command({}, "routes", "--json")) if r["level"] not in ("public", "monitor", "partner")]


def bearer(secret):
    return {"Authorization": "Bearer " + secret}


def ask(app, headers, method, path, body=None, **more):
    return app.call(method, path, {**headers, **({"Content-Type": "application/json"} if body is not None else {}), **more}, body)


class Partner:
    """One of this test alone, and a superuser who sees to it."""

    def __init__(self, app, db, **more):
        self.app, self.db, self.id = app, db, f"partner-{uuid.uuid4().hex[:12]}"
        self.root = tokens.bearer(db, stack.create_user(db, f"root-{uuid.uuid4().hex}@example.com", "--superuser"))
        assert self.see("POST", "", {"id": self.id, "name": "P", **more}, path="/admin/partners").status == 201

    def see(self, method, below="", body=None, path=None):
        return ask(self.app, self.root, method, path or f"/admin/partners/{self.id}{below}", body)

    def key(self, **more):
        """The answer that shows it."""
        made = self.see("POST", "/keys", {"name": "k", **more})
        assert made.status == 201, made
        return made.json()

    def secret(self, **more):
        return self.key(**more)["secret"]

    def token(self, sub=None, roles=("partner-admin",), scopes=SCOPES, **more):
        return tokens.token(self.db.settings["JWT_SECRET_KEY"], sub or self.id, roles=list(roles), scope=" ".join(scopes), **more)

    def list(self, shown, **more):
        return ask(self.app, bearer(shown), "GET", LIST, **more)

    def provision(self, shown, **more):
        name = uuid.uuid4().hex[:12]
        return ask(self.app, bearer(shown), "POST", LIST, {"company_name": name, "email": f"{name}@example.com"}, **more)


@pytest.fixture
def partner(app, db):
    return Partner(app, db)


def refused(answer, status, slug, words=""):
    assert answer.status == status, answer
    check_problem(answer, slug)
    assert words in answer.json()["detail"], answer


def nobody(answer):
    refused(answer, 401, "unauthorized")
    assert 'error="invalid_token"' in answer.headers["www-authenticate"], answer.headers
    return {k: v for k, v in answer.json().items() if k != "instance"}


# -- what a key opens --

def test_a_key_provisions_for_its_partner(partner, db):
    key = partner.key()
    made = partner.provision(key["secret"])
    assert made.status == 201, made
    assert db.sql("SELECT partner_id FROM public.tenants WHERE id = %s", [made.json()["tenant"]]) == [(partner.id,)]
    assert {a for (a,) in db.sql("SELECT actor FROM tenantd.audit WHERE tenant_id = %s", [made.json()["tenant"]])} == {"key:" + key["id"]}
    assert {a for (a,) in db.sql("SELECT actor FROM tenantd.events WHERE tenant_id = %s", [made.json()["tenant"]])} == {"key:" + key["id"]}
    assert [t["tenant"] for t in partner.list(key["secret"]).json()["items"]] == [made.json()["tenant"]]
    assert partner.see("GET").json()["tenants_used"] == 1


@pytest.mark.parametrize("scheme", ["bearer ", "BEARER "])
def test_the_scheme_is_read_as_with_tokens(partner, scheme):
    assert ask(partner.app, {"Authorization": scheme + partner.secret()}, "GET", LIST).status == 200


def test_a_key_does_what_its_scopes_say(partner):
    reader, writer = partner.secret(scopes=["tenant:read"]), partner.secret(scopes=["tenant:create"])
    assert partner.list(reader).status == 200
    refused(partner.provision(reader), 403, "forbidden", "tenant:create")
    refused(partner.list(writer), 403, "forbidden", "tenant:read")
    made = partner.provision(writer)
    assert made.status == 201
    one = f"{LIST}/{made.json()['tenant']}"
    refused(ask(partner.app, bearer(reader), "DELETE", one), 403, "forbidden", "tenant:delete")
    refused(ask(partner.app, bearer(reader), "PATCH", one, {"industry": "x"}), 403, "forbidden", "tenant:update")


@pytest.mark.parametrize("route", OTHERS, ids=lambda r: f'{r["method"]} {r["path"]}')
def test_a_key_opens_nothing_else(app, shared, snapshot, route):
    before = snapshot()
    path = re.sub(r"[{}]", "", route["path"])
    answer = ask(app, bearer(shared), route["method"], path, {} if route["body"] == "required" else None)
    refused(answer, 403, "forbidden", "API key")
    assert snapshot() == before


@pytest.fixture(scope="module")
def shared(app, db):
    return Partner(app, db).secret()


def test_whatever_is_no_key_in_force_is_nobody_and_nothing_is_told(partner, db):
    good, revoked, expired, rotated = (partner.key() for _ in range(4))
    assert partner.see("DELETE", f"/keys/{revoked['id']}").status == 204
    db.sql("UPDATE tenantd.api_keys SET expires_at = now() WHERE id = %s", [expired["id"]])
    assert partner.see("POST", f"/keys/{rotated['id']}/rotate", {"keep_hours": 0}).status == 200
    secret = good["secret"]
    assert partner.list(secret).status == 200
    wrong = [revoked["secret"], expired["secret"], rotated["secret"], "tdk_", "tdk_" + "A" * 43, secret[:-1], secret + "A", secret + " ",
             secret[:-1] + ("A" if secret[-1] != "A" else "B"), secret.replace("tdk_", "tds_"), secret.upper(), "tdk_" + "\xff" * 43]
    answers = [nobody(partner.list(w)) for w in wrong]
    assert all(a == answers[0] for a in answers)
    for other in ("Basic ", "Token ", ""):
        assert ask(partner.app, {"Authorization": other + secret}, "GET", LIST).status == 401
    digest = db.value("SELECT digest FROM tenantd.api_keys WHERE id = %s", [good["id"]])
    nobody(partner.list("tdk_" + digest[:43]))


def test_what_is_revoked_or_suspended_is_so_at_the_next_request(partner):
    first, second = partner.key(), partner.key()
    for _ in range(4):  # whichever worker answers
        assert partner.list(first["secret"]).status == 200
    assert partner.see("DELETE", f"/keys/{first['id']}").status == 204
    for _ in range(4):
        nobody(partner.list(first["secret"]))
        assert partner.list(second["secret"]).status == 200
    assert partner.see("POST", "/suspend", {"reason": "unpaid"}).status == 200
    for shown in [second["secret"], partner.token()] * 2:
        refused(partner.list(shown), 403, "partner-suspended", "suspended")
        refused(partner.provision(shown), 403, "partner-suspended")
    assert partner.see("POST", "/resume").status == 200
    for shown in [second["secret"], partner.token()] * 2:
        assert partner.list(shown).status == 200


def test_while_it_is_rotated_both_secrets_are_taken_and_then_one(partner, db):
    key = partner.key()
    second = partner.see("POST", f"/keys/{key['id']}/rotate").json()["secret"]
    assert [partner.list(s).status for s in (key["secret"], second)] == [200, 200]
    third = partner.see("POST", f"/keys/{key['id']}/rotate").json()["secret"]
    assert [partner.list(s).status for s in (key["secret"], second, third)] == [401, 200, 200], "one before is enough"
    db.sql("UPDATE tenantd.api_keys SET previous_until = now() WHERE id = %s", [key["id"]])
    assert [partner.list(s).status for s in (second, third)] == [401, 200]
    db.sql("UPDATE tenantd.api_keys SET previous_until = now() + interval '1 h' WHERE id = %s", [key["id"]])
    assert partner.see("DELETE", f"/keys/{key['id']}").status == 204
    assert [partner.list(s).status for s in (second, third)] == [401, 401]


def test_a_retry_after_a_rotation_is_still_the_same_retry(partner):
    key, name = partner.key(), uuid.uuid4().hex
    body = {"company_name": name, "email": f"{name}@example.com"}

    def post(secret, retry="r"):
        return ask(partner.app, bearer(secret), "POST", LIST, body, **{"Idempotency-Key": retry})
    first = post(key["secret"])
    assert first.status == 201
    second = partner.see("POST", f"/keys/{key['id']}/rotate").json()["secret"]
    again = post(second)
    assert again.status == 201 and again.body == first.body and again.headers["idempotency-replayed"] == "true"
    assert post(partner.secret(), "r").status == 409, "another key's retries are its own"


def test_who_speaks_for_two_partners_gets_no_answer_of_the_other(app, db):
    one, other = Partner(app, db), Partner(app, db)
    name = uuid.uuid4().hex
    body = {"company_name": name, "email": f"{name}@example.com"}
    for path, sent in ((LIST, body), (LIST + "/bulk", [{**body, "email": f"b-{name}@example.com"}]),
                       (LIST + "/bulk?mode=partial", [{**body, "email": f"c-{name}@example.com"}])):
        first, second = (ask(app, bearer(p.token("ann", partner_id=p.id)), "POST", path, sent, **{"Idempotency-Key": "k"}) for p in (one, other))
        assert first.status == second.status and first.status in (200, 201), (first, second)
        assert "idempotency-replayed" not in second.headers and first.body != second.body
        again = ask(app, bearer(other.token("ann", partner_id=other.id)), "POST", path, sent, **{"Idempotency-Key": "k"})
        assert again.headers["idempotency-replayed"] == "true" and again.body == second.body
    assert [p.see("GET").json()["tenants_used"] for p in (one, other)] == [3, 3]


# -- the last use --

def used(db, key):
    return db.value("SELECT last_used_at FROM tenantd.api_keys WHERE id = %s", [key["id"]])


def test_the_last_use_is_noted_to_the_minute_and_once(partner, db):
    key = partner.key()
    assert used(db, key) is None
    assert partner.list(key["secret"]).status == 200
    stack.until(lambda: used(db, key))
    assert used(db, key).second == 0
    assert db.value("SELECT now() - last_used_at < '10 min' FROM tenantd.api_keys WHERE id = %s", [key["id"]])
    # the minute does not end meanwhile: it lies ahead
    db.sql("UPDATE tenantd.api_keys SET last_used_at = now() + interval '1 h' WHERE id = %s", [key["id"]])
    row = db.value("SELECT xmin::text FROM tenantd.api_keys WHERE id = %s", [key["id"]])
    assert all(a.status == 200 for a in at_once([lambda: partner.list(key["secret"])] * 8))
    assert db.value("SELECT xmin::text FROM tenantd.api_keys WHERE id = %s", [key["id"]]) == row
    assert partner.see("GET", f"/keys/{key['id']}").json()["version"] == 1


def test_a_key_that_somebody_is_changing_is_used_all_the_same(partner, db):
    key = partner.key()
    with contextlib.closing(psycopg2.connect(db.super_url)) as held, held.cursor() as cursor:
        cursor.execute("SELECT FROM tenantd.api_keys WHERE id = %s FOR UPDATE", [key["id"]])
        for _ in range(4):
            assert partner.list(key["secret"]).status == 200
        assert used(db, key) is None
    stack.until(lambda: partner.list(key["secret"]).status == 200 and used(db, key))


# -- tokens --

def test_a_token_names_its_partner_by_claim_or_by_itself(partner):
    assert partner.list(partner.token()).status == 200
    for claim in ("partner_id", "azp", "client_id"):
        assert partner.list(partner.token("somebody", **{claim: partner.id})).status == 200
    assert partner.list(partner.token(partner.id, partner_id="another")).status == 403
    assert partner.list(partner.token("somebody", azp="another", client_id=partner.id)).status == 403


def test_a_token_needs_the_role_and_the_permission(partner):
    refused(partner.list(partner.token(roles=())), 403, "forbidden", "partner-admin")
    refused(partner.list(partner.token(roles=("admin",))), 403, "forbidden", "partner-admin")
    refused(partner.list(partner.token(scopes=("tenant:create", "admin"))), 403, "forbidden", "tenant:read")
    refused(partner.list(partner.token("nobody-knows-them")), 403, "forbidden", "no partner")
    assert partner.list(partner.token(scopes=("tenant:read",))).status == 200


def test_no_token_speaks_in_the_name_of_a_key(partner):
    key = partner.key()
    nobody(partner.list(partner.token(f"key:{key['id']}", partner_id=partner.id)))
    assert partner.list(partner.token("key:of-mine", partner_id=partner.id)).status == 200


def test_the_command_issues_a_token_for_a_partner(partner, app):
    def issue(*more):
        return stack.command(app.settings, "token", "issue", "--partner", partner.id, *more).strip()
    assert partner.list(issue()).status == 200 and partner.provision(issue()).status == 201
    assert partner.list(issue("--sub", "ann", "--role", "other", "--email", "ann@example.com")).status == 200
    refused(partner.provision(issue("--scope", "tenant:read")), 403, "forbidden", "tenant:create")
    for wrong in (("--user", "a@example.com"), ("--client", "c")):
        assert stack.command(app.settings, "token", "issue", "--partner", partner.id, *wrong, status=None)[0] == 64


def test_where_partners_may_not_provision_neither_opens_anything(db):
    with stack.Tenantd(db, workers=1, JOB_WORKERS=0, PROVISIONING_API="off") as app:
        partner = Partner(app, db)
        for shown in (partner.secret(), partner.token(), "tdk_" + "A" * 43):
            refused(partner.list(shown), 404, "not-found", "PROVISIONING_API")


# -- how much --

def test_a_partner_has_one_limit_whatever_it_shows(db):
    with stack.Tenantd(db, workers=1, JOB_WORKERS=0, RATE_READ="1000", RATE_WRITE="1000") as app:
        partner, other = Partner(app, db, rate_read=6), Partner(app, db)
        shown = [partner.secret(), partner.secret(), partner.token(), partner.token("ann", partner_id=partner.id)]
        first = partner.list(shown[0])
        assert (first.status, first.headers["ratelimit-limit"], first.headers["ratelimit-remaining"]) == (200, "6", "5")
        answers = [partner.list(shown[i % 4]) for i in range(40)]
        assert {a.status for a in answers} == {200, 429}
        over = [a for a in answers if a.status == 429]
        refused(over[0], 429, "rate-limited", "6 requests a minute")
        assert 0 < int(over[0].headers["retry-after"]) <= 60 and over[0].headers["ratelimit-limit"] == "6"
        theirs = other.list(other.secret())
        assert (theirs.status, theirs.headers["ratelimit-limit"]) == (200, "1000")
        write = partner.provision(shown[0])
        assert (write.status, write.headers["ratelimit-limit"]) == (201, "1000"), "reading and writing are counted apart"
        assert partner.see("PATCH", "", {"rate_read": 500, "rate_write": 2}).status == 200
        stack.until(lambda: partner.list(shown[0]).status == 200)
        assert partner.list(shown[1]).headers["ratelimit-limit"] == "500"
        assert 429 in {partner.provision(shown[0]).status for _ in range(10)}
        assert other.provision(other.secret()).status == 201


def test_without_a_limit_in_the_settings_a_partners_own_still_holds(db):
    with stack.Tenantd(db, workers=1, JOB_WORKERS=0, RATE_READ="0") as app:
        partner, other = Partner(app, db, rate_read=3), Partner(app, db)
        free = other.list(other.secret())
        assert free.status == 200 and "ratelimit-limit" not in free.headers
        secret = partner.secret()
        assert {partner.list(secret).status for _ in range(30)} == {200, 429}


def test_who_guesses_at_keys_is_counted_by_address(db):
    with stack.Tenantd(db, workers=1, JOB_WORKERS=0, RATE_READ="5") as app:
        partner = Partner(app, db)
        guesses = [partner.list("tdk_" + uuid.uuid4().hex + "A" * 11) for _ in range(40)]
        assert {a.status for a in guesses} == {401, 429}
        assert guesses[0].status == 401 and guesses[0].headers["ratelimit-limit"] == "5"
        assert partner.list(partner.secret()).status == 200, "who has a key is not kept out by them"


def test_who_is_refused_is_counted_as_a_user(db):
    with stack.Tenantd(db, workers=1, JOB_WORKERS=0, RATE_READ="5") as app:
        partner = Partner(app, db, rate_read=1000)
        assert {partner.list(partner.token(roles=())).status for _ in range(40)} == {403, 429}
        assert partner.list(partner.secret()).status == 200


def test_a_quota_is_exact_however_many_ask(app, db):
    partner = Partner(app, db, tenant_quota=10)
    shown = [partner.secret(), partner.token(), partner.secret(scopes=["tenant:create"])]
    answers = at_once([lambda i=i: partner.provision(shown[i % 3]) for i in range(64)])
    assert sorted(a.status for a in answers) == [201] * 10 + [403] * 54
    refused(next(a for a in answers if a.status == 403), 403, "quota-exceeded", "10 tenants")
    assert db.value("SELECT count(*) FROM public.tenants WHERE partner_id = %s", [partner.id]) == 10
    assert partner.see("GET").json()["tenants_used"] == 10
    assert partner.see("PATCH", "", {"tenant_quota": 11}).status == 200
    assert partner.provision(shown[0]).status == 201
    assert partner.see("PATCH", "", {"tenant_quota": 4}).status == 200
    refused(partner.provision(shown[0]), 403, "quota-exceeded", "4 tenants, and has")
    assert partner.list(shown[0]).status == 200


def test_a_new_quota_holds_for_whoever_comes_after_it(app, db):
    """Whoever was let in before it was answered is counted; nobody after it exceeds it."""
    partner = Partner(app, db, tenant_quota=1000)
    secret, seen = partner.secret(), []

    def lower():
        partner.see("PATCH", "", {"tenant_quota": 5})
        seen.append(db.value("SELECT count(*) FROM public.tenants WHERE partner_id = %s", [partner.id]))
    at_once([lambda: partner.provision(secret)] * 16 + [lower] + [lambda: partner.provision(secret)] * 16)
    made = db.value("SELECT count(*) FROM public.tenants WHERE partner_id = %s", [partner.id])
    assert made <= max(5, seen[0]), (made, seen)


# -- many at once --

def test_one_id_for_many_is_made_once(app, db, partner):
    id = f"p-{uuid.uuid4().hex}"
    answers = at_once([lambda: partner.see("POST", body={"id": id, "name": "P"}, path="/admin/partners")] * 8)
    assert sorted(a.status for a in answers) == [201] + 7 * [409], answers
    assert db.value("SELECT count(*) FROM tenantd.events WHERE kind = 'partner.created' AND payload->>'partnerId' = %s", [id]) == 1


def test_keys_made_at_once_are_not_too_many(partner, db):
    db.sql("INSERT INTO tenantd.api_keys (id, partner_id, name, prefix, digest, scopes) SELECT gen_random_uuid(), %s, g::text, 'tdk_none',"
           " encode(sha256((%s || g)::bytea), 'hex'), '{tenant:read}' FROM generate_series(1, 97) g", [partner.id, partner.id])
    answers = at_once([lambda: partner.see("POST", "/keys", {"name": "k"})] * 8)
    assert sorted(a.status for a in answers) == [201] * 3 + [409] * 5


def test_changes_at_once_under_one_tag_are_one(partner):
    tag = partner.see("GET").headers["etag"]
    answers = at_once([lambda i=i: ask(partner.app, {**partner.root, "If-Match": tag}, "PATCH", f"/admin/partners/{partner.id}",
                                       {"name": f"P{i}"}) for i in range(8)])
    assert sorted(a.status for a in answers) == [200] + [412] * 7


def test_rotations_at_once_leave_the_last_two_secrets(partner):
    key = partner.key()
    secrets = [a.json()["secret"] for a in at_once([lambda: partner.see("POST", f"/keys/{key['id']}/rotate")] * 6)]
    assert sorted(partner.list(s).status for s in secrets) == [200] * 2 + [401] * 4
    assert partner.list(key["secret"]).status == 401
