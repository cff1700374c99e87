"""Settings that change what the API answers: a program of their own each."""
import stack
import tokens


def create(app, user, body=None):
    token = tokens.token(app.db.settings["JWT_SECRET_KEY"], user)
    return app.call("POST", "/api/tenant/getOrCreate", {"Authorization": "Bearer " + token}, body)


def over(call, count):
    """That many refusals of somebody who has used up the five of a minute; one comes back in 12 s."""
    return [a for a in (call() for _ in range(10 * count)) if a.status == 429][:count]


def test_plans_outside_self_service_are_not_given_away(db):
    with stack.Tenantd(db, workers=1, SELF_SERVICE_PLANS="free") as app:
        create(app, "plans-1", {"planId": "enterprise"})
        assert create(app, "plans-1").json()["tenant"]["planId"] != "enterprise"
        assert create(app, "plans-2", {"planId": "free"}).json()["tenant"]["planId"] == "free"


def test_tenant_schemas_off_makes_none(db):
    with stack.Tenantd(db, workers=1, TENANT_SCHEMAS="off") as app:
        answer = create(app, "schemas-off")
        assert answer.json()["isNew"] is True
        name = answer.json()["tenant"]["schemaName"]
        assert db.value("SELECT count(*) FROM pg_namespace WHERE nspname = %s", [name]) == 0


def test_another_namespace_gives_other_ids(db):
    import uuid
    namespace = uuid.UUID("3d813cbb-47fb-32ba-91df-831e1593ac29")
    with stack.Tenantd(db, workers=1, TENANT_NAMESPACE=str(namespace)) as app:
        assert create(app, "other-ns").json()["tenantId"] == str(uuid.uuid5(namespace, "other-ns"))


def test_issuer_and_audience_are_demanded_when_set(db):
    key = db.settings["JWT_SECRET_KEY"]
    with stack.Tenantd(db, workers=1, JWT_ISSUER="https://we.example", JWT_AUDIENCE="tenants") as app:
        def status(**claims):
            token = tokens.token(key, "audience", **claims)
            return app.call("GET", "/api/tenant/current", {"Authorization": "Bearer " + token}).status
        assert status() == 401
        assert status(iss="https://we.example") == 401
        assert status(iss="https://we.example", aud="others") == 401
        assert status(iss="https://they.example", aud="tenants") == 401
        assert status(iss="https://we.example", aud="tenants") == 404
        assert status(iss="https://we.example", aud=["others", "tenants"]) == 404
        ours = stack.command(app.settings, "token", "issue", "--sub", "audience").strip()
        assert app.call("GET", "/api/tenant/current", {"Authorization": "Bearer " + ours}).status == 404


def test_a_caller_over_its_rate_is_told_when_to_come_again(db):
    with stack.Tenantd(db, workers=1, RATE_READ="5") as app:
        def get(user):
            token = tokens.token(app.db.settings["JWT_SECRET_KEY"], user)
            return app.call("GET", "/api/tenant/current", {"Authorization": "Bearer " + token})
        answers = [get("greedy") for _ in range(5)]
        answers += over(lambda: get("greedy"), 3)
        assert [a.status for a in answers] == [404] * 5 + [429] * 3
        assert int(answers[-1].headers["retry-after"]) >= 1
        assert answers[-1].json()["type"].endswith("rate-limited")
        assert get("modest").status == 404


def test_who_is_refused_is_counted_too(db):
    with stack.Tenantd(db, workers=1, RATE_READ="5") as app:
        bearer = {"Authorization": "Bearer " + tokens.token(db.settings["JWT_SECRET_KEY"], "curious")}
        answers = [app.call("GET", "/admin/rls", bearer) for _ in range(5)]
        answers += over(lambda: app.call("GET", "/admin/rls", bearer), 3)
    assert [a.status for a in answers] == [403] * 5 + [429] * 3


def test_any_origin_with_credentials_is_refused_at_start(db):
    status, text = stack.command({**db.settings, "BACKEND_CORS_ORIGINS": "*", "CORS_CREDENTIALS": "on"},
                                 "config", "check", status=None)
    assert status != 0
    assert "BACKEND_CORS_ORIGINS" in text or "CORS_CREDENTIALS" in text, text


def test_config_check_names_every_fault_and_no_secret(db):
    status, text = stack.command({**db.settings, "JWT_SECRET_KEY": "short-secret", "WORKERS": "many",
                                  "DB_PORT": "99999999", "LOG_LEVEL": "loud"}, "config", "check", status=None)
    assert status == 78, text
    for name in ("JWT_SECRET_KEY", "WORKERS", "DB_PORT", "LOG_LEVEL"):
        assert name in text, text
    assert "short-secret" not in text


def test_config_print_redacts(db):
    text = stack.command(db.settings, "config", "print")
    for name in ("SECRET_KEY", "JWT_SECRET_KEY", "DATABASE_URL"):
        assert db.settings[name] not in text
