"""Who is let in: forged tokens, tokens of our own making, the superuser."""
import pytest
import stack
import tokens


@pytest.mark.parametrize("name", tokens.FORGED)
def test_forged_token_is_nobody(app, snapshot, name):
    key = app.db.settings["JWT_SECRET_KEY"]
    before = snapshot()
    answer = app.call("POST", "/api/tenant/getOrCreate", {"Authorization": "Bearer " + tokens.FORGED[name](key)})
    assert answer.status == 401, answer.body
    assert answer.json()["message"] == "Unauthorized: No authenticated user found"
    assert snapshot() == before


def issue(db, *args):
    return stack.command(db.settings, "token", "issue", *args).strip()


def bearer(token):
    return {"Authorization": "Bearer " + token}


def test_issued_token_is_its_user(app, db):
    token = issue(db, "--sub", "issued", "--email", "issued@example.com", "--lifetime", "60")
    answer = app.call("POST", "/api/tenant/getOrCreate", bearer(token))
    assert answer.status == 200, answer.body
    assert db.value("SELECT owner_id FROM public.custom_auth_tenant WHERE id = %s", [answer.json()["tenantId"]]) == "issued"


def test_tenant_claim_is_only_a_hint(app, db):
    """A token that names a tenant does not open it to somebody who is no member."""
    ann = app.call("POST", "/api/tenant/getOrCreate", bearer(issue(db, "--sub", "hint-ann"))).json()
    eve = app.call("GET", "/api/tenant/current", bearer(issue(db, "--sub", "hint-eve", "--tenant", ann["tenantId"])))
    assert eve.status in (403, 404), eve.body
    assert ann["tenantId"] not in eve.body.decode()


def test_superuser_reads_the_rls_verdict_and_loses_it_at_once(app, db):
    user = stack.create_user(db, "root@example.com", "--superuser")
    other = stack.create_user(db, "plain@example.com")
    assert app.call("GET", "/admin/rls", bearer(issue(db, "--sub", other))).status == 403
    token = issue(db, "--sub", user)
    answer = app.call("GET", "/admin/rls", bearer(token))
    assert answer.status == 200, answer.body
    assert answer.headers["content-type"].startswith("application/json")
    db.sql("UPDATE users SET is_superuser = false WHERE email = 'root@example.com'")
    assert app.call("GET", "/admin/rls", bearer(token)).status == 403
    db.sql("UPDATE users SET is_superuser = true WHERE email = 'root@example.com'")
    assert app.call("GET", "/admin/rls", bearer(token)).status == 200


def test_superusers_e_mail_in_a_token_is_no_superuser(app, db):
    stack.create_user(db, "boss@example.com", "--superuser")
    for claims in (["--sub", "boss@example.com"], ["--sub", "x", "--email", "boss@example.com"],
                   ["--sub", "x", "--role", "superuser"], ["--sub", "x", "--scope", "admin"]):
        assert app.call("GET", "/admin/rls", bearer(issue(db, *claims))).status == 403, claims


def test_user_create_refuses_a_second_one_in_another_case(db):
    stack.create_user(db, "Twice@Example.com")
    status, _ = stack.command(db.settings, "user", "create", "twice@example.COM", "--password-stdin", status=None,
                              stdin="correct horse battery\n")
    assert status != 0
    assert db.value("SELECT count(*) FROM users WHERE lower(email) = 'twice@example.com'") == 1
