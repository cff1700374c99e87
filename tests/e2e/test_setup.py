"""From an empty database to a signed-in user with a tenant and an answer of the assistant: by commands, by HTTP and by SQL, as
somebody who has never done it; and whatever may be wrong on the way, which has to name the step to do."""
import contextlib
import json
import subprocess

import jwt
import pytest
import stack
import standin
import tokens

ADMIN, ADA, PASSWORD = "root@example.com", "ada@example.com", "Correct-Horse-7"
PROMPT, PINECONE = "You are the clerk of Acme.", "pc-secret-0123456789"
STEPS = {1: "settings", 2: "database", 3: "superuser", 4: "tenant", 5: "assignment", 6: "token", 7: "origins"}


class Place:
    """A database, and the server in front of it while `serving`."""

    def __init__(self, db, model):
        self.db = db
        self.settings = {**db.settings, "EMAIL_VERIFICATION": "off", "BACKEND_CORS_ORIGINS": "https://app.example",
                         **model.settings, "LISTEN": "/nonexistent/socket"}
        self.app = None

    @contextlib.contextmanager
    def serving(self, **settings):
        settings = {k: v for k, v in {**self.settings, **settings}.items() if k != "LISTEN"}
        with stack.Tenantd(self.db, **settings) as self.app:
            self.settings["LISTEN"] = self.app.socket
            yield self

    def run(self, *words, status=0, stdin="", **settings):
        return stack.command({**self.settings, **settings}, *words, status=status, stdin=stdin)

    def setup(self, *words, status=0, stdin="", **settings):
        """The findings, by what they are."""
        out = self.run("setup", "--json", *words, status=None, stdin=stdin, **settings)
        assert out[0] == status, out
        return Findings(json.loads(out[1]))

    def inspect(self, token, status=0, **settings):
        out = self.run("token", "inspect", token, "--json", status=None, **settings)
        assert out[0] == status, out
        return Findings(json.loads(out[1])["findings"])

    def call(self, method, path, token=None, body=None):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        return self.app.call(method, path, headers, None if body is None else json.dumps(body).encode())

    def good(self, method, path, token=None, body=None):
        answer = self.call(method, path, token, body)
        assert answer.status in (200, 201), answer
        return answer.json()

    def bad(self, status, kind, method, path, token=None, body=None):
        """The detail of a problem of this kind."""
        answer = self.call(method, path, token, body)
        assert answer.status == status, answer
        assert answer.json()["type"].endswith("/" + kind), answer.json()
        return answer.json()["detail"]

    def sign_in(self, email, password=PASSWORD):
        return self.good("POST", "/login", body={"email": email, "password": password})["access_token"]

    def claims(self, token):
        return jwt.decode(token, self.settings["JWT_SECRET_KEY"], algorithms=["HS256"])

    def ask(self, token):
        return self.good("POST", "/api/chat", token, {"message": "Who are you?"})["answer"]


class Findings(list):
    """Of setup or of an inspection."""

    def of(self, verdict):
        return [f for f in self if f["verdict"] == verdict]

    def lacking(self):
        """What is missing or broken, by step or by what was looked at."""
        return sorted({f.get("step", f["check"]) for f in self if f["verdict"] in ("missing", "broken")})

    def at(self, place):
        """The first that is missing or broken there."""
        return next(f for f in self if f.get("step", f["check"]) == place and f["verdict"] in ("missing", "broken"))


@pytest.fixture
def model():
    """The services of a chat, with an index that is Acme's."""
    with standin.StandIn() as s:
        s.indexes["us-east-1"] = standin.Index(PINECONE, {"acme": ["The office of Acme is in Oslo."]})
        yield s


@pytest.fixture
def empty(cluster, model):
    with cluster.database(migrate=False) as db:
        yield Place(db, model)


@pytest.fixture
def place(cluster, model):
    """Migrated, with a superuser and with Ada, who has no tenant; and served."""
    with cluster.database() as db:
        p = Place(db, model)
        p.run("user", "create", ADMIN, "--password-stdin", "--superuser", stdin=PASSWORD)
        p.run("user", "create", ADA, "--password-stdin", stdin=PASSWORD)
        with p.serving():
            yield p


@pytest.fixture
def acme(place):
    place.run("tenant", "create", "acme", "--name", "Acme Inc.")
    return place


def dump(db):
    """All that is in the database."""
    text = subprocess.run(["pg_dump", db.super_url], capture_output=True, text=True, check=True, env={"PATH": stack.PATH}).stdout
    return [line for line in text.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))]


def ends_well(p, token, model):
    """Whom the token is for works in Acme."""
    claims = p.claims(token)
    assert (claims["email"], claims["tenant_id"], claims["roles"]) == (ADA, "acme", ["member"])
    context = p.good("GET", "/api/tenant/context", token)
    assert (context["id"], context["system_prompt"]) == ("acme", PROMPT)
    answer = p.ask(token)
    assert PROMPT in answer and "Who are you?" in answer, answer
    if context["has_pinecone_api_key"]:
        assert "in Oslo" in answer, (answer, model.asked)
    assert p.setup("--check").lacking() == []
    assert p.inspect(token).lacking() == []


# -- the three ways --

def test_commands_alone(empty, model):
    found = empty.setup("--check", status=75)
    assert found.lacking() == [2, 3, 4, 5, 6]
    assert found.at(2)["command"] == "tenantd migrate"
    who = ["--admin-email", ADMIN, "--admin-password-stdin", "--tenant", "acme", "--tenant-name", "Acme Inc."]
    found = empty.setup(*who, status=75, stdin=PASSWORD + "\n")
    assert [f["step"] for f in found.of("done")] == [2, 3, 4]
    assert found.lacking() == [5, 6]
    assert found.at(5)["command"].startswith("tenantd user create EMAIL --tenant acme")
    empty.run("user", "create", ADA, "--password-stdin", stdin=PASSWORD)
    found = empty.setup("--check", status=75)
    assert found.at(5)["finding"] == f"{ADA} has no tenant"
    assert found.at(5)["command"] == f"tenantd user assign {ADA} TENANT"
    found = empty.setup("--tenant", "acme", "--user-email", ADA)
    assert [(f["step"], f["finding"]) for f in found.of("done")] == [(5, f'{ADA} was assigned to "acme"')]
    again = empty.setup(*who, "--user-email", ADA, stdin=PASSWORD)
    assert again.of("done") == [] and again.lacking() == []
    assert [STEPS[n] for n in sorted({f["step"] for f in again})] == list(STEPS.values())
    empty.db.sql("UPDATE tenants SET system_prompt = %s", [PROMPT])
    with empty.serving():
        ends_well(empty, empty.run("token", "issue", "--user", ADA).strip(), model)


def test_http_alone(empty, model):
    """But for the first superuser, whom nobody over HTTP may make, and the migration."""
    empty.run("migrate")
    with empty.serving() as p:
        for email in (ADMIN, ADA):
            p.good("POST", "/users/register", body={"email": email, "password": PASSWORD})
        assert "superuser" in p.bad(403, "forbidden", "GET", "/admin/tenants/", p.sign_in(ADMIN))
        p.run("user", "promote", ADMIN)
        admin = p.sign_in(ADMIN)
        assert "tenant_id" not in p.claims(admin)
        made = p.good("POST", "/admin/tenants/", admin, {
            "id": "acme", "name": "Acme Inc.", "pinecone_environment": "us-east-1", "pinecone_api_key": PINECONE,
            "system_prompt": PROMPT})
        assert made["has_pinecone_api_key"] is True and PINECONE not in json.dumps(made)
        assert p.good("PATCH", f"/admin/users/{ADA}", admin, {"tenant_id": "acme"})["tenant_id"] == "acme"
        ends_well(p, p.sign_in(ADA), model)


def test_the_seeds_sql(empty, model):
    """Users who have registered; what the guide has one run by hand; the tenant by its API."""
    empty.run("migrate")
    with empty.serving() as p:
        for email in (ADMIN, ADA):
            p.good("POST", "/users/register", body={"email": email, "password": PASSWORD})
        p.db.sql(f"UPDATE users SET is_superuser = true WHERE email = '{ADMIN}'")
        p.good("POST", "/admin/tenants/", p.sign_in(ADMIN), {
            "id": "acme", "name": "Acme Inc.", "pinecone_environment": "us-east-1", "pinecone_api_key": PINECONE,
            "system_prompt": PROMPT})
        with pytest.raises(Exception, match="users_tenant_id_fkey"):
            p.db.sql(f"UPDATE users SET tenant_id = 'acne' WHERE email = '{ADA}'")
        p.db.sql(f"UPDATE users SET tenant_id = 'acme' WHERE email = '{ADA}'")
        ends_well(p, p.sign_in(ADA), model)


def test_all_of_it_by_the_sql_that_setup_shows(empty, model):
    """Each missing step's SQL, as it is printed for the names that were given, makes it well."""
    empty.run("migrate")
    for email in (ADMIN, ADA):
        empty.run("user", "create", email, "--password-stdin", stdin=PASSWORD)
    names = ["--admin-email", ADMIN, "--tenant", "acme", "--tenant-name", "Ac'me", "--user-email", ADA]
    for step in (3, 4, 5):
        found = empty.setup("--check", *names, status=75)
        assert found.lacking()[0] == step
        empty.db.sql(found.at(step)["sql"])
    assert empty.setup("--check", *names).lacking() == []
    assert empty.db.sql("SELECT t.id, c.name FROM tenants t JOIN custom_auth_tenant c ON c.id = t.tenant") == [("acme", "Ac'me")]


def test_all_of_it_by_the_commands_that_setup_shows(empty):
    names = ["--admin-email", ADMIN, "--tenant", "acme", "--tenant-name", "Ac'me & Co.", "--user-email", ADA]
    place = stack.Directory("tds.")
    try:
        (place.path / "PASSWORD-FILE").write_text(PASSWORD + "\n")
        (place.path / "tenantd").symlink_to(stack.PROGRAM)
        for step in (2, 3, 4, 5):
            found = empty.setup("--check", *names, status=75)
            assert found.lacking()[0] == step
            subprocess.run(["sh", "-ec", found.at(step)["command"]], check=True, cwd=place.path, stdout=subprocess.DEVNULL,
                           env={**empty.settings, "PATH": f"{place.path}:{stack.PATH}", "LC_ALL": "C.UTF-8"})
    finally:
        place.remove()
    assert empty.setup("--check", *names).lacking() == []


def test_checking_changes_nothing(empty):
    names = ["--admin-email", ADMIN, "--admin-password-stdin", "--tenant", "acme", "--user-email", ADA]
    before = dump(empty.db)
    empty.setup("--check", *names, status=75, stdin=PASSWORD)
    assert dump(empty.db) == before
    empty.run("migrate")
    empty.run("user", "create", ADA, "--password-stdin", stdin=PASSWORD)
    before = dump(empty.db)
    empty.setup("--check", *names, status=75, stdin=PASSWORD)
    assert dump(empty.db) == before
    empty.setup(*names, stdin=PASSWORD)
    before = dump(empty.db)
    empty.setup("--check", *names, stdin=PASSWORD)
    assert dump(empty.db) == before


def test_what_setup_does_is_written_down(empty):
    names = ["--admin-email", ADA, "--tenant", "acme", "--user-email", ADA]
    empty.run("migrate")
    empty.run("user", "create", ADA, "--password-stdin", stdin=PASSWORD)
    empty.setup(*names)
    did = empty.db.sql("SELECT actor, event, tenant_id FROM tenantd.audit WHERE actor = 'tenantd setup' ORDER BY id")
    assert len(did) == 3 and ("tenantd setup", "TENANT_CREATED", "acme") in did, did
    assert PASSWORD not in "\n".join(dump(empty.db))


def test_a_password_is_asked_for_by_name(empty):
    empty.run("migrate")
    found = empty.setup("--admin-email", ADMIN, status=75, stdin=PASSWORD)
    assert "--admin-password-stdin" in found.at(3)["advice"]
    assert empty.db.value("SELECT count(*) FROM users") == 0
    for words in (["--admin-password-stdin"], ["--user-email", ADA], ["--tenant-name", "x"]):
        assert "needs --" in empty.run("setup", *words, status=None)[1]
    said = empty.setup("--admin-email", ADMIN, "--admin-password-stdin", status=70, stdin="short")
    assert "password" in said.at(3)["finding"]


# -- whatever may be wrong --

def test_no_tenant(place):
    token = place.sign_in(ADA)
    assert "tenant_id" not in place.claims(token)
    for method, path, body in (("GET", "/api/tenant/context", None), ("POST", "/api/chat", {"message": "?"})):
        detail = place.bad(403, "missing-tenant-claim", method, path, token, body)
        assert "assign" in detail and "sign in again" in detail, detail
    found = place.setup("--check", status=75)
    assert found.at(4)["http"].startswith("POST /admin/tenants/")
    assert found.at(4)["command"].startswith("tenantd tenant create")


def test_an_unassigned_user(acme):
    token = acme.sign_in(ADA)
    detail = acme.bad(403, "missing-tenant-claim", "GET", "/api/tenant/context", token)
    assert "user assign" in detail, detail
    found = acme.setup("--check", status=75)
    assert found.lacking() == [5, 6] and found.at(5)["finding"] == f"{ADA} has no tenant"
    told = next(f for f in acme.inspect(token).of("warning") if f["check"] == "tenant")
    assert told["command"] == f"tenantd user assign {ADA} TENANT" and "sign in again" in told["advice"]
    acme.run("user", "assign", ADA, "acme")
    told = next(f for f in acme.inspect(token).of("warning") if f["check"] == "tenant")
    assert "older than the assignment" in told["finding"] and "sign in again" in told["advice"]
    acme.bad(403, "missing-tenant-claim", "GET", "/api/tenant/context", token)
    acme.good("GET", "/api/tenant/context", acme.sign_in(ADA))


def test_a_deactivated_tenant(acme):
    acme.run("user", "assign", ADA, "acme")
    token = acme.sign_in(ADA)
    acme.good("GET", "/api/tenant/context", token)
    acme.run("tenant", "deactivate", "acme")
    stack.until(lambda: acme.call("GET", "/api/tenant/context", token).status == 403)
    for method, path, body in (("GET", "/api/tenant/context", None), ("POST", "/login", {"email": ADA, "password": PASSWORD})):
        detail = acme.bad(403, "tenant-inactive", method, path, token if body is None else None, body)
        assert "resume" in detail, detail
    assert acme.inspect(token, status=77).at("tenant")["command"] == "tenantd tenant resume acme"
    assert 4 in acme.setup("--check", status=75).lacking()
    assert acme.setup("--check", "--tenant", "acme", status=70).at(4)["command"] == "tenantd tenant resume acme"
    subprocess.run([stack.PROGRAM, "tenant", "resume", "acme"], check=True, env={**acme.settings, "PATH": stack.PATH},
                   stdout=subprocess.DEVNULL)
    stack.until(lambda: acme.call("GET", "/api/tenant/context", acme.sign_in(ADA)).status == 200)


def test_a_stale_token(acme):
    acme.run("tenant", "create", "other", "--name", "Other")
    acme.run("user", "assign", ADA, "acme")
    token = acme.sign_in(ADA)
    acme.run("user", "assign", ADA, "other")
    for method, path, body in (("GET", "/api/tenant/context", None), ("POST", "/api/chat", {"message": "?"})):
        assert "sign in again" in acme.bad(403, "stale-token", method, path, token, body)
    told = acme.inspect(token, status=77).at("tenant")
    assert "stale" in told["finding"] and "sign in again" in told["advice"]
    assert acme.claims(acme.sign_in(ADA))["tenant_id"] == "other"


def test_a_token_of_another_secret(acme):
    acme.run("user", "assign", ADA, "acme")
    strange = tokens.token("another-key-that-is-long-enough-too-1", acme.db.value("SELECT id FROM users WHERE email = %s", [ADA]),
                           tenant_id="acme")
    acme.bad(401, "unauthorized", "GET", "/api/tenant/context", strange)
    told = acme.inspect(strange, status=77).at("signature")
    assert "another key than JWT_SECRET_KEY" in told["finding"] and "same JWT_SECRET_KEY" in told["advice"]
    good = acme.run("token", "issue", "--user", ADA).strip()
    told = acme.inspect(good, status=77, JWT_SECRET_KEY=acme.settings["SECRET_KEY"]).at("signature")
    assert "another key than JWT_SECRET_KEY" in told["finding"]
    told = acme.inspect(good, status=77, JWT_SECRET_KEY="x" * 40, SECRET_KEY=acme.settings["JWT_SECRET_KEY"]).at("signature")
    assert "signed with SECRET_KEY" in told["finding"]


def test_what_an_inspection_knows_of_whom_a_token_is_for(acme):
    def token(*words):
        return acme.run("token", "issue", *words).strip()

    ada = acme.db.value("SELECT id FROM users WHERE email = %s", [ADA])
    told = acme.inspect(token("--sub", ada, "--tenant", "nowhere"), status=77).at("tenant")
    assert told["finding"] == 'there is no tenant "nowhere"' and "tenant list" in told["advice"]
    acme.run("user", "assign", ADA, "acme")
    assert acme.inspect(token("--user", ADA)).lacking() == []
    held = token("--user", ADA)
    acme.db.sql("UPDATE users SET is_active = false WHERE id = %s", [ada])
    told = acme.inspect(held, status=77).at("user")
    assert "not active" in told["finding"] and told["http"] == f'PATCH /admin/users/{ADA} {{"is_active":true}}'
    status, out = acme.run("token", "issue", "--user", ADA, status=None)
    assert status == 77 and "not active" in out
    acme.db.sql(told["sql"])
    assert acme.inspect(held).lacking() == []
    found = acme.inspect(token("--user", ADMIN))
    assert any(f["finding"] == f"{ADMIN}, a superuser" for f in found) and found.of("warning") == []
    (told,) = [f for f in acme.inspect(token("--sub", "nobody")).of("warning") if f["check"] == "user"]
    assert "user list" in told["advice"]
    assert [f["check"] for f in acme.inspect(token("--sub", "nobody", "--tenant", "acme"), status=77).of("broken")] == ["tenant"]


@pytest.mark.parametrize("name", ["SECRET_KEY", "JWT_SECRET_KEY", "DATABASE_URL"])
def test_a_variable_that_is_missing(place, name):
    settings = {k: v for k, v in place.settings.items() if k != name}
    status, out = stack.command(settings, "setup", "--check", "--json", status=None)
    found = Findings(json.loads(out))
    assert status == 75 and found.at(1)["finding"].startswith(f"{name}: is not set"), out
    assert found.at(1)["advice"], out
    if name != "DATABASE_URL":
        status, out = stack.command(settings, "config", "check", status=None)
        assert status == 78 and f"{name}: is not set" in out


def test_variables_that_one_may_want_are_warned_of(place):
    place.run("setup", "--tenant", "acme", "--user-email", ADA)
    bare = {k: v for k, v in place.settings.items() if k not in ("BACKEND_CORS_ORIGINS", "OPENAI_API_KEY", "EMAIL_VERIFICATION")}
    status, out = stack.command(bare, "setup", "--check", "--json", status=None)
    text = " ".join(f["finding"] for f in Findings(json.loads(out)).of("warning"))
    assert status == 0 and all(name in text for name in ("OPENAI_API_KEY", "BACKEND_CORS_ORIGINS", "ACCOUNT_URL")), out


def test_a_database_that_was_not_migrated(empty):
    with stack.Tenantd(empty.db, sign="/healthz", **{k: v for k, v in empty.settings.items() if k != "LISTEN"}) as app:
        empty.app = app
        answer = empty.call("GET", "/readyz")
        assert answer.status == 503 and "tenantd migrate" in answer.json()["detail"], answer
        answer = empty.call("POST", "/login", body={"email": ADA, "password": PASSWORD})
        assert answer.status == 503 and "tenantd migrate" in answer.json()["detail"], answer
    found = empty.setup("--check", status=75)
    assert found.at(2)["command"] == "tenantd migrate"
    assert found.lacking() == [2, 3, 4, 5, 6]


def test_a_database_that_is_away(place):
    found = place.setup("--check", status=70, DATABASE_URL=f"postgres://nobody@127.0.0.1:{stack.free_port()}/none")
    assert found.at(2)["verdict"] == "broken" and 3 in found.lacking()


def test_an_origin_that_is_not_listed(place):
    place.run("setup", "--tenant", "acme", "--user-email", ADA)
    for origin in ("https://app.example", "https://APP.example:443"):
        assert place.setup("--check", "--origin", origin).lacking() == []
    asked = place.app.call("OPTIONS", "/login", {"Origin": "https://other.example", "Access-Control-Request-Method": "POST"})
    assert asked.status == 403 and "BACKEND_CORS_ORIGINS" in asked.json()["detail"], asked
    found = place.setup("--check", "--origin", "https://other.example", status=75)
    assert "BACKEND_CORS_ORIGINS" in found.at(7)["advice"] and "https://other.example" in found.at(7)["finding"]
    found = place.setup("--check", ACCOUNT_URL="https://accounts.example/pages")
    assert any("https://accounts.example" in f["finding"] for f in found.of("warning"))
    assert place.setup("--check", "--origin", "app.example", status=70).at(7)["advice"].startswith("name it as browsers do")
