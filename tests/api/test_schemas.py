"""Schemas of requests that an operator extends by files in SCHEMA_DIR, and a reload of them. What is wrong with such files is
in tests/cli/check-schemas.sh."""
import contextlib
import json
import secrets
import signal

import pytest
import stack
import tokens

OURS = {"properties": {"email": {"pattern": "@example[.]com$", "errorMessage": "must be one of ours"},
                       "role": {"enum": ["member", "viewer"]}}}


class Extended:
    """The program with a directory of its own."""

    def __init__(self, app, directory):
        self.app, self.directory = app, directory

    def write(self, name, schema):
        (self.directory / f"{name}.json").write_text(schema if isinstance(schema, str) else json.dumps(schema))

    def reload(self, word):
        seen = self.app.log_text().count(word)
        self.app.process.send(signal.SIGHUP)
        stack.until(lambda: self.app.log_text().count(word) > seen, what=word)

    def reload_good(self):
        before = set(self.app.workers())
        self.reload("event=reloaded")
        stack.until(lambda: len(now := set(self.app.workers())) == 2 and not now & before, what="other workers")

    def invite(self, tenant, email="ada@example.com", role="member"):
        return self.app.call("POST", f"/api/tenants/{tenant}/invitations", tokens.bearer(self.app.db, "inviter"),
                             {"email": email, "role": role})

    def faults(self, *args, **how):
        answer = self.invite(*args, **how)
        return answer.status, {(f["pointer"], f["keyword"], f["message"]) for f in answer.json().get("errors", [])}


@contextlib.contextmanager
def extended(db, **schemas):
    place = stack.Directory("tdx.")
    directory = place.writable("schemas")
    try:
        for name, schema in schemas.items():
            Extended(None, directory).write(name, schema)
        with stack.Tenantd(db, workers=2, JOB_WORKERS=0, SCHEMA_DIR=directory, SMTP_URL="smtp://127.0.0.1:9",
                           MAIL_FROM="no-reply@example.com", ACCOUNT_URL="https://app.example.com") as app:
            yield Extended(app, directory)
    finally:
        place.remove()


@pytest.fixture(scope="module")
def own(db):
    with extended(db, invitation=OURS) as e:
        yield e


@pytest.fixture(scope="module")
def tenant(own):
    made = own.app.call("POST", "/api/tenant/getOrCreate", tokens.bearer(own.app.db, "inviter"), {"planId": "enterprise"})
    return made.json()["tenantId"]


def test_a_body_must_fit_both(own, tenant):
    assert own.faults(tenant, email="ada@other.example") == (400, {("/email", "pattern", "must be one of ours")})
    assert own.faults(tenant, role="admin") == (400, {("/role", "enum", "must be one of member, viewer")})
    assert own.faults(tenant, email="no address") == (
        400, {("/email", "format", "must be an e-mail address"), ("/email", "pattern", "must be one of ours")})
    assert own.invite(tenant, email=f"{secrets.token_hex(4)}@example.com").status == 201


def test_a_reload_takes_what_the_files_say_then(own, tenant):
    email = f"{secrets.token_hex(4)}@other.example"
    assert own.invite(tenant, email=email).status == 400
    own.write("invitation", {"properties": {"email": {"maxLength": 100}}})
    try:
        assert own.invite(tenant, email=email).status == 400, "nothing changes before"
        own.reload_good()
        assert own.invite(tenant, email=email).status == 201
        assert own.faults(tenant, email="a" * 100 + "@example.com") == (
            400, {("/email", "maxLength", "must have at most 100 characters")})
    finally:
        own.write("invitation", OURS)
        own.reload_good()


def test_a_reload_of_bad_files_changes_nothing_and_says_why(own, tenant):
    before = set(own.app.workers())
    own.write("login", "{")
    own.write("nothing", {})
    own.write("invitation", {"properties": {"team": {}}})
    try:
        own.reload("event=reload-refused")
        stack.until(lambda: own.app.log_text().count("event=settings-fault") >= 4, what="every fault")
        log = own.app.log_text()
        for words in ("login.json: is no JSON", "nothing.json: there is no schema of requests", "invitation.json: at ", "schemas of requests are"):
            assert words in log, log
        assert set(own.app.workers()) == before
        assert own.faults(tenant, email="ada@other.example") == (400, {("/email", "pattern", "must be one of ours")})
        stack.kill(min(before), signal.SIGKILL)
        stack.until(lambda: len(now := set(own.app.workers())) == 2 and now != before, what="a worker in its place")
        for _ in range(10):  # it has what the others have, and not what the files say now
            assert own.invite(tenant, email="ada@other.example").status == 400
    finally:
        for name in ("login", "nothing"):
            (own.directory / f"{name}.json").unlink()
        own.write("invitation", OURS)
        own.reload_good()


def test_a_closed_schema_stays_closed(own, tenant):
    answer = own.app.call("POST", f"/api/tenants/{tenant}/invitations", tokens.bearer(own.app.db, "inviter"),
                          {"email": "ada@example.com", "role": "member", "team": "x"})
    assert answer.status == 400 and [f["pointer"] for f in answer.json()["errors"]] == ["/team"]
