"""Schemas of requests that an operator extends by files in SCHEMA_DIR, and a reload of them. What is wrong with such files is
in tests/cli/check-schemas.sh."""
import contextlib
import json
import secrets
import signal
import uuid

import pytest
import stack
import tokens

OURS = {"properties": {"email": {"pattern": "@example[.]com$", "errorMessage": "must be one of ours"},
                       "role": {"enum": ["member", "viewer"]}}}

TENANT = {
    "properties": {
        "tax_id": {"description": "The company's number at its tax office", "type": "string", "pattern": "^DE[0-9]{9}$"},
        "phone_number": {"pattern": "^[+][1-9][0-9]{6,14}$"},
        "billing": {"type": "object", "properties": {"iban": {"type": "string"}}, "required": ["iban"], "additionalProperties": False},
    },
    "patternProperties": {"^x_": {"type": ["string", "number", "null"]}},
    "required": ["tax_id"],
}
COMPANY = {"company_name": "Example Corp", "email": "admin@example.com", "phone_number": "+1234567890", "tax_id": "DE123456789",
           "billing": {"iban": "DE02120300000000202051"}, "x_score": 0.10, "x_none": None, "stranger": "is dropped"}
KEPT = {k: v for k, v in COMPANY.items() if k != "stranger"}


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
def extended(db, workers=2, **schemas):
    place = stack.Directory("tdx.")
    directory = place.writable("schemas")
    try:
        for name, schema in schemas.items():
            Extended(None, directory).write(name, schema)
        with stack.Tenantd(db, workers=workers, JOB_WORKERS=0, SCHEMA_DIR=directory, SMTP_URL="smtp://127.0.0.1:9",
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


def test_a_single_process_takes_them_too(db):
    with extended(db, workers=0, login={"properties": {"email": {"maxLength": 20}}}) as e:
        def faults():
            answer = e.app.call("POST", "/login", {}, {"email": "somebody.long@example.com", "password": "x"})
            return answer.status, [f["pointer"] for f in answer.json().get("errors", [])]
        assert faults() == (400, ["/email"])
        e.write("login", [])
        e.reload("event=reload-refused")
        stack.until(lambda: e.app.call("GET", "/readyz").status == 200)
        assert faults() == (400, ["/email"])
        e.write("login", {})
        e.reload("event=reloaded")
        stack.until(lambda: faults() == (401, []), what="the schema without the file's rules")


def test_a_closed_schema_stays_closed(own, tenant):
    answer = own.app.call("POST", f"/api/tenants/{tenant}/invitations", tokens.bearer(own.app.db, "inviter"),
                          {"email": "ada@example.com", "role": "member", "team": "x"})
    assert answer.status == 400 and [f["pointer"] for f in answer.json()["errors"]] == ["/team"]


class Partner:
    """Somebody who provisions tenants."""

    def __init__(self, app):
        self.app, self.id = app, str(uuid.uuid4())
        app.db.sql("INSERT INTO tenantd.partners (id, name) VALUES (%s, 'Acme')", [self.id])
        self.headers = {"Authorization": "Bearer " + tokens.partner(app.settings["JWT_SECRET_KEY"], self.id)}

    def call(self, method, path="", body=None):
        return self.app.call(method, "/api/provisioning/tenants" + path, self.headers, body)

    def faults(self, *args):
        answer = self.call(*args)
        assert answer.status == 400, answer.body
        return {(f["pointer"], f["keyword"]) for f in answer.json()["errors"]}


@pytest.fixture(scope="module")
def partner(db):
    with extended(db, provisioning_tenant=TENANT) as e:
        yield Partner(e.app)


def shown(answer):
    body = answer.json()
    return {name: body[name] for name in body if name in COMPANY}


def test_a_partners_tenants_have_the_members_that_the_operator_adds(partner):
    made = partner.call("POST", body=COMPANY)
    assert made.status == 201 and shown(made) == KEPT, made.body
    path = "/" + made.json()["tenant"]
    assert shown(partner.call("GET", path)) == KEPT
    listed = partner.call("GET").json()["items"]
    assert [{name: t[name] for name in t if name in COMPANY} for t in listed] == [KEPT]
    changed = partner.call("PATCH", path, {"tax_id": "DE987654321", "x_score": None, "x_new": "1"})
    assert changed.status == 200, changed.body
    wanted = {**KEPT, "tax_id": "DE987654321"}
    del wanted["x_score"]
    assert shown(partner.call("GET", path)) == wanted and changed.json()["x_new"] == "1"
    assert shown(partner.call("PUT", path, {k: COMPANY[k] for k in ("company_name", "email", "tax_id")})) == {
        k: COMPANY[k] for k in ("company_name", "email", "tax_id")}


def test_and_are_held_to_what_the_operator_asks(partner):
    other = {**COMPANY, "email": "other@example.com"}
    missing = {k: v for k, v in other.items() if k != "tax_id"}
    assert partner.faults("POST", "", missing) == {("/tax_id", "required")}
    assert partner.faults("POST", "", {**other, "tax_id": "DE1", "phone_number": "1234", "email": "x", "x_a": []}) == {
        ("/tax_id", "pattern"), ("/phone_number", "pattern"), ("/email", "format"), ("/x_a", "type")}
    assert partner.faults("POST", "", {**other, "billing": {"bic": "x"}}) == {("/billing/iban", "required"), ("/billing/bic", "additionalProperties")}
    made = partner.call("POST", body=other)
    assert made.status == 201, made.body
    path = "/" + made.json()["tenant"]
    assert partner.faults("PATCH", path, {"tax_id": None}) == {("/tax_id", "required")}
    assert partner.faults("PATCH", path, {"billing": {"iban": None}}) == {("/billing/iban", "required")}
    assert partner.faults("PUT", path, missing) == {("/tax_id", "required")}
    assert shown(partner.call("GET", path)) == {**KEPT, "email": "other@example.com"}


# Each part of these leads back to itself, or by many ways to the same: a reader of the page would never be done with them.
WITHOUT_END = {
    "a list of lists": {"properties": {"tree": {"$ref": "#/$defs/t"}}, "$defs": {"t": {"type": "array", "items": {"$ref": "#/$defs/t"}}}},
    "a choice of lists": {"properties": {"tree": {"$ref": "#/$defs/t"}},
                          "$defs": {"t": {"anyOf": [{"type": "string"}, {"items": {"$ref": "#/$defs/t"}}]}}},
    "a broad tree": {"properties": {"tree": {"$ref": "#/$defs/t"}},
                     "$defs": {"t": {"description": "n" * 20000, "properties": {f"c{i}": {"$ref": "#/$defs/t"} for i in range(30)}}}},
    "many ways": {"properties": {"tree": {"$ref": "#/$defs/0"}},
                  "$defs": {**{str(i): {"allOf": [{"$ref": f"#/$defs/{i + 1}"}] * 2} for i in range(40)}, "40": {"properties": {"x": {}}}}},
}


@pytest.mark.parametrize("kind", WITHOUT_END)
def test_a_schema_without_end_is_described_up_to_a_depth(db, kind):
    with extended(db, provisioning_tenant=WITHOUT_END[kind]) as e:
        before = set(e.app.workers())
        page = e.app.call("GET", "/docs")
        assert page.status == 200 and b">tree<" in page.body
        assert e.app.call("GET", "/docs?q=tree").status == 200
        assert set(e.app.workers()) == before


# Every line has many faults, each with a long way to it and much to say.
WORDY = {"properties": {"k" * 480: {"additionalProperties": {"enum": [f"value {i}" for i in range(300)]}}}}


def test_many_wrong_lines_are_explained_within_bounds(db):
    lines = "".join(json.dumps({"company_name": "A", "email": f"a{i}@example.com", "k" * 480: {f"a{j}": 1 for j in range(25)}}) + "\n"
                    for i in range(1500)).encode()
    with extended(db, provisioning_tenant=WORDY) as e:
        before = set(e.app.workers())
        answer = e.app.call("POST", "/api/provisioning/tenants/bulk?mode=partial",
                            {**Partner(e.app).headers, "Content-Type": "application/x-ndjson"}, lines)
        found = [json.loads(line) for line in answer.body.splitlines()]
        assert answer.status == 200 and [f["status"] for f in found] == [400] * 1500
        assert all(1 < len(f["problem"]["errors"]) <= 20 for f in found)
        assert len(answer.body) < 20_000_000
        assert set(e.app.workers()) == before
