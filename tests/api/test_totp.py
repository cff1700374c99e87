"""One's own one-time passwords, with oathtool as the program that makes the codes."""
import base64
import hashlib
import subprocess
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

import pytest
import stack
import tokens

PASSWORD = "correct horse battery staple"  # of stack.create_user


def oath(secret, steps=0):
    """The code of now, or of as many steps of 30 s away."""
    return subprocess.run(["oathtool", "--totp", "--base32", f"--now=@{int(time.time()) + 30 * steps}", secret],
                          capture_output=True, text=True, check=True).stdout.strip()


class Person:
    def __init__(self, app, db, user, email):
        self.app, self.db, self.user, self.email = app, db, user, email
        self.headers = tokens.bearer(db, user)

    def post(self, path="", body=None, headers=None):
        return self.app.call("POST", "/me/totp" + path, headers or self.headers, body if body is not None else {})

    def begin(self):
        answer = self.post("", {"password": PASSWORD})
        assert answer.status == 201, answer
        return answer.json()["secret"]

    def enrol(self):
        """The secret and the recovery codes."""
        secret = self.begin()
        answer = self.post("/confirm", {"code": oath(secret)})
        assert answer.status == 200, answer
        self.forget()
        return secret, answer.json()["recovery_codes"]

    def forget(self):
        """As if the last code had been taken long ago: no test waits for the next one."""
        self.db.sql("UPDATE tenantd.totp SET last_step = 0 WHERE user_id = %s", [self.user])

    def audit(self):
        return [row[0] for row in self.db.sql(
            "SELECT event || ' ' || severity FROM tenantd.audit WHERE details->>'user_id' = %s AND event <> 'USER_CREATED' "
            "ORDER BY id", [self.user])]


@pytest.fixture
def ann(app, db, request):
    email = f"{hashlib.sha256(request.node.name.encode()).hexdigest()[:16]}+totp@example.com"
    return Person(app, db, stack.create_user(db, email), email)


def refused(answer, pointer="/code"):
    assert answer.status == 400, answer
    assert [e["pointer"] for e in answer.json()["errors"]] == [pointer], answer.json()


def everything(db):
    """Every row of every table, as text."""
    tables = db.sql("SELECT format('%I.%I', schemaname, tablename) FROM pg_tables "
                    "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")
    return "\n".join(row for (table,) in tables for (row,) in db.sql(f"SELECT t::text FROM {table} t"))


def test_a_secret_is_of_use_when_it_is_confirmed(ann):
    answer = ann.post("", {"password": PASSWORD})
    assert answer.status == 201
    secret = answer.json()["secret"]
    assert len(base64.b32decode(secret)) == 20
    uri = urllib.parse.urlsplit(answer.json()["otpauth_uri"])
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert urllib.parse.unquote(uri.path) == f"/tenantd:{ann.email}"
    assert "+" not in uri.path, "which some read as a blank"
    assert urllib.parse.parse_qs(uri.query) == {"secret": [secret], "issuer": ["tenantd"]}
    refused(ann.post("/confirm", {"code": "000000" if oath(secret) != "000000" else "000001"}))
    assert ann.db.value("SELECT confirmed_at IS NULL FROM tenantd.totp WHERE user_id = %s", [ann.user])
    assert ann.post("/disable", {"code": oath(secret)}).status == 409, "nothing is in force"
    answer = ann.post("/confirm", {"code": oath(secret)})
    assert answer.status == 200
    codes = answer.json()["recovery_codes"]
    assert len(set(codes)) == 10
    assert all(len(c) == 14 and c[4] == c[9] == "-" for c in codes)
    assert ann.post("/confirm", {"code": oath(secret, 1)}).status == 409
    assert ann.post("", {"password": PASSWORD}).status == 409
    assert ann.audit() == ["TOTP_ENABLED medium"]


def test_nothing_can_be_confirmed_that_was_not_begun(ann):
    for path in ("/confirm", "/disable", "/recovery-codes"):
        answer = ann.post(path, {"code": "123456"})
        assert answer.status == 409 and "POST /me/totp" in answer.json()["detail"], answer


def test_the_last_secret_that_was_begun_counts(ann):
    first, second = ann.begin(), ann.begin()
    refused(ann.post("/confirm", {"code": oath(first)}))
    assert ann.post("/confirm", {"code": oath(second)}).status == 200


def test_a_code_is_taken_once(ann):
    secret = ann.begin()
    code = oath(secret)
    assert ann.post("/confirm", {"code": code[:3] + " " + code[3:]}).status == 200, "with a blank, as it is shown"
    refused(ann.post("/recovery-codes", {"code": code}))
    ann.forget()
    code = oath(secret)
    assert ann.post("/recovery-codes", {"code": code}).status == 200
    refused(ann.post("/recovery-codes", {"code": code}))
    refused(ann.post("/recovery-codes", {"code": oath(secret, -1)}))
    assert ann.post("/disable", {"code": oath(secret, 1)}).status == 204
    assert ann.db.value("SELECT count(*) FROM tenantd.totp WHERE user_id = %s", [ann.user]) == 0
    assert ann.audit() == ["TOTP_ENABLED medium", "RECOVERY_CODES_RENEWED high", "TOTP_DISABLED high"]


@pytest.mark.parametrize("kind", ["digits", "recovery"])
def test_of_several_who_show_one_code_at_once_one_is_let_in(ann, kind):
    secret, recovery = ann.enrol()
    code = oath(secret) if kind == "digits" else recovery[0]
    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(a.status for a in pool.map(lambda _: ann.post("/recovery-codes", {"code": code}), range(4)))
    assert statuses == [200, 400, 400, 400]


def test_a_recovery_code_is_taken_once_in_any_case_of_letters(ann):
    _, recovery = ann.enrol()
    answer = ann.post("/recovery-codes", {"code": recovery[3].upper().replace("-", " ")})
    assert answer.status == 200
    assert not set(answer.json()["recovery_codes"]) & set(recovery)
    refused(ann.post("/recovery-codes", {"code": recovery[3]}))
    refused(ann.post("/recovery-codes", {"code": recovery[4]}))
    assert ann.post("/disable", {"code": answer.json()["recovery_codes"][9].replace("-", "")}).status == 204
    assert ann.audit() == ["TOTP_ENABLED medium", "RECOVERY_CODE_USED high", "RECOVERY_CODES_RENEWED high",
                           "RECOVERY_CODE_USED high", "TOTP_DISABLED high"]


def test_a_recovery_code_confirms_nothing(ann):
    ann.begin()
    refused(ann.post("/confirm", {"code": "aaaa-aaaa-aaaa"}))


def test_after_five_wrong_codes_nobody_guesses_for_a_while(ann):
    secret, recovery = ann.enrol()
    for wrong in ("", "12345", "aaaa-bbbb-cccc", "é", recovery[0][:-1], "0000000"):
        answer = ann.post("/disable", {"code": wrong})
        refused(answer)
    answer = ann.post("/disable", {"code": oath(secret)})
    assert answer.status == 429, "the right one, too"
    assert 0 < int(answer.headers["retry-after"]) <= 15 * 60
    assert ann.post("/recovery-codes", {"code": recovery[0]}).status == 429
    ann.db.sql("UPDATE tenantd.sign_in_failures SET last_at = last_at - interval '15 minutes'")
    assert ann.post("/disable", {"code": oath(secret)}).status == 204


def test_guesses_at_once_are_counted_each(ann):
    ann.enrol()
    with ThreadPoolExecutor(12) as pool:
        statuses = [a.status for a in pool.map(lambda i: ann.post("/disable", {"code": f"{i:06}"}), range(12))]
    assert statuses.count(400) <= 5 and statuses.count(429) >= 6, statuses


def test_a_right_code_forgets_the_wrong_ones(ann):
    secret, recovery = ann.enrol()
    for code in ("aaaa-bbbb-cccc",) * 4 + (recovery[0],) + ("aaaa-bbbb-cccc",) * 4 + (oath(secret),):
        last = ann.post("/recovery-codes", {"code": code})
        assert last.status == (400 if code == "aaaa-bbbb-cccc" else 200), last


def test_the_password_is_needed_and_guessed_no_more_often(ann):
    refused(ann.post(""), "/password")
    for _ in range(5):
        refused(ann.post("", {"password": "something else"}), "/password")
    assert ann.post("", {"password": PASSWORD}).status == 429
    ann.db.sql("UPDATE tenantd.sign_in_failures SET last_at = last_at - interval '15 minutes'")
    assert ann.post("", {"password": PASSWORD}).status == 201
    ann.db.sql("UPDATE public.users SET password_hash = NULL WHERE id = %s", [ann.user])
    assert ann.post("").status == 201, "who has none needs none"


def test_it_is_for_people_who_sign_in_here(app, db, ann):
    stranger = Person(app, db, "totp-stranger", "totp-stranger@example.com")
    for path in ("", "/confirm", "/disable", "/recovery-codes"):
        answer = stranger.post(path, {"code": "123456"} if path else {})
        assert answer.status == 403 and "sign in here" in answer.json()["detail"], answer
    db.sql("UPDATE public.users SET is_active = false WHERE id = %s", [ann.user])
    assert ann.post("", {"password": PASSWORD}).status == 403


def test_what_a_tenants_policy_demands_is_not_ended(app, db, ann):
    secret, _ = ann.enrol()
    tenant = app.call("POST", "/api/tenant/getOrCreate", ann.headers).json()["tenantId"]
    db.sql("INSERT INTO tenantd.security_policies (tenant_id, policy) VALUES (%s, '{\"session\": {\"requireMFA\": true}}')",
           [tenant])
    answer = ann.post("/disable", {"code": oath(secret)})
    assert answer.status == 403 and answer.json()["type"].endswith("/security-policy"), answer
    assert "requireMFA" in answer.json()["detail"]
    db.sql("UPDATE tenantd.security_policies SET policy = '{\"session\": {\"requireMFA\": false}}' WHERE tenant_id = %s", [tenant])
    assert ann.post("/disable", {"code": oath(secret)}).status == 204


def test_no_table_and_no_log_line_has_it_in_the_clear(app, db, ann):
    secret, recovery = ann.enrol()
    used = oath(secret)
    assert ann.post("/recovery-codes", {"code": recovery[0]}).status == 200
    raw = base64.b32decode(secret)
    rows, log = everything(db), app.log_text()
    shown = [secret, secret.lower(), raw.hex(), base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode().rstrip("="),
             *recovery, *(c.replace("-", "") for c in recovery)]
    for text in shown:
        assert text not in rows and text not in log, text
    assert used not in log
    assert ann.user in rows


def test_a_secret_that_was_moved_does_not_open(app, db, ann):
    other = Person(app, db, stack.create_user(db, "moved+totp@example.com"), "moved+totp@example.com")
    secret, _ = ann.enrol()
    other.enrol()
    own = db.value("SELECT sealed FROM tenantd.totp WHERE user_id = %s", [other.user])
    db.sql("UPDATE tenantd.totp SET sealed = (SELECT sealed FROM tenantd.totp WHERE user_id = %s) WHERE user_id = %s",
           [ann.user, other.user])
    assert other.post("/disable", {"code": oath(secret)}).status == 500
    db.sql("UPDATE tenantd.totp SET sealed = %s WHERE user_id = %s", [own, other.user])
    assert ann.post("/disable", {"code": oath(secret)}).status == 204


def test_secrets_survive_another_key_but_for_one_that_does_not_open(cluster):
    with cluster.database() as db:
        people = {}
        with stack.Tenantd(db, workers=1, JOB_WORKERS=0, PRODUCT_NAME="Tänze: für alle") as app:
            for name in ("ann", "ben", "cid"):
                email = f"{name}@example.com"
                person = Person(app, db, stack.create_user(db, email), email)
                answer = person.post("", {"password": PASSWORD})
                uri = urllib.parse.urlsplit(answer.json()["otpauth_uri"])
                assert urllib.parse.unquote(uri.path) == f"/Tänze  für alle:{email}"
                assert person.post("/confirm", {"code": oath(answer.json()["secret"])}).status == 200
                person.forget()
                people[person.user] = answer.json()["secret"]
        first, *others = sorted(people)
        db.sql("UPDATE tenantd.totp SET sealed = overlay(sealed PLACING 'AAAA' FROM 20) WHERE user_id = %s", [first])
        old, db.settings["SECRET_KEY"] = db.settings["SECRET_KEY"], "another key, of thirty-two bytes and more"
        status, said = stack.command({**db.settings, "SECRET_KEY_PREVIOUS": old}, "secrets", "rotate", status=None)
        assert status == 70 and first in said and others[0] not in said and others[1] not in said, said
        with stack.Tenantd(db, workers=1, JOB_WORKERS=0) as app:
            for user in others:
                assert Person(app, db, user, "").post("/disable", {"code": oath(people[user])}).status == 204
            assert Person(app, db, first, "").post("/disable", {"code": oath(people[first])}).status == 500
        db.sql("DELETE FROM tenantd.totp WHERE user_id = %s", [first])
        assert "sealed" in stack.command({**db.settings, "SECRET_KEY_PREVIOUS": old}, "secrets", "rotate")
