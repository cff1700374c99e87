"""What the machines of a new tenant begin with, and its mails; and that nothing of it is left of one that failed."""
import json
import urllib.parse

import pytest
from creating import Creating, sweep

HOOK = {"url": "https://hooks.example.com/in", "events": ["tenant.*", "webhook.disabled"]}


@pytest.fixture(scope="module")
def db(cluster):
    with cluster.database() as d:
        yield d


@pytest.fixture(scope="module")
def app(db):
    with Creating(db) as c:
        yield c


def made(app, **body):
    answer = app.create(**body)
    assert answer.status == 201, (answer, app.log_text()[-3000:])
    tenant = answer.json()
    return tenant, tenant["secrets"], f"/api/tenants/{tenant['id']}"


def steps(app, tenant):
    return {s["name"]: s for s in app.show(tenant["operation"])["steps"]}


def test_its_api_key_opens_the_tenant_for_members_and_not_its_affairs(app):
    tenant, secrets, home = made(app)
    key = {"Authorization": "Bearer " + secrets["apiKey"]}
    assert app.call("GET", "/api/tenant/context", key).json()["id"] == tenant["id"]
    assert app.call("POST", "/api/chat", key, {}).status == 400, "it may write, if it says something"
    assert app.call("GET", home + "/webhooks", key).status == 403
    listed = app.call("GET", home + "/api-keys", app.auth).json()["items"]
    assert [(k["scopes"], k["createdBy"]) for k in listed] == [(["read", "write"], "platform")]


def test_its_oauth_client_gets_a_token(app):
    tenant, secrets, _ = made(app)
    form = {"grant_type": "client_credentials", "client_id": secrets["oauthClientId"], "client_secret": secrets["oauthClientSecret"]}
    answer = app.call("POST", "/token", {"Content-Type": "application/x-www-form-urlencoded"}, urllib.parse.urlencode(form).encode())
    assert answer.status == 200 and answer.json()["scope"] == "read write"
    token = {"Authorization": "Bearer " + answer.json()["access_token"]}
    assert app.call("GET", "/api/tenant/context", token).json()["id"] == tenant["id"]


def test_a_webhook_is_there_if_one_was_asked_for(app):
    tenant, secrets, home = made(app)
    assert "webhookSecret" not in secrets and app.call("GET", home + "/webhooks", app.auth).json()["items"] == []
    assert steps(app, tenant)["integrations"]["note"] == "an API key, an OAuth client"
    tenant, secrets, home = made(app, webhook=HOOK)
    hook, = app.call("GET", home + "/webhooks", app.auth).json()["items"]
    assert (hook["url"], hook["kinds"], hook["enabled"]) == (HOOK["url"], HOOK["events"], True)
    assert secrets["webhookSecret"].startswith("whsec_")
    assert steps(app, tenant)["integrations"]["note"].endswith("a webhook")


@pytest.mark.parametrize("webhook, pointer", [
    ({"url": "http://127.0.0.1/"}, "/webhook/url"), ({"url": "nowhere"}, "/webhook/url"),
    ({**HOOK, "events": ["tenant.*", "no.such"]}, "/webhook/events/1"), ({**HOOK, "events": []}, "/webhook/events"), ({}, "/webhook/url")])
def test_a_webhook_that_could_not_be_registered_is_refused_before_anything_is_made(app, db, webhook, pointer):
    before = db.value("SELECT count(*) FROM public.tenants")
    answer = app.create(webhook=webhook)
    assert answer.status == 400 and pointer in {f["pointer"] for f in answer.json()["errors"]}, answer
    assert db.value("SELECT count(*) FROM public.tenants") == before


def test_what_may_edit_mails_has_texts_of_its_own(app):
    tenant, _, home = made(app, features={"auth": ["password"], "email": ["templates"]})
    own = {t["name"] for t in app.call("GET", home + "/email-templates", app.auth).json()["items"] if t["overridden"]}
    assert own == {"welcome", "security_alert"}, "of those by which somebody has an account the program's stay"
    assert steps(app, tenant)["email_templates"]["note"] == "4 mails can be written; the texts of 2 are the tenant's own"
    usual = made(app, features={"auth": ["password"], "email": []})
    shown = [app.call("GET", there + "/email-templates/welcome", app.auth).json() for there in (home, usual[2])]
    assert [s["overridden"] for s in shown] == [True, False]
    assert [shown[0][form] == shown[1][form] for form in ("subject", "text", "html")] == [True] * 3
    assert steps(app, usual[0])["email_templates"]["note"].endswith("the program's texts are in effect")


def test_no_secret_of_them_is_written_anywhere(app, db):
    _, secrets, _ = made(app, webhook=HOOK)
    written = db.sql("SELECT payload::text FROM tenantd.events UNION ALL SELECT details::text FROM tenantd.audit UNION ALL"
                     " SELECT o::text FROM tenantd.operations o UNION ALL SELECT s::text FROM tenantd.operation_steps s UNION ALL"
                     " SELECT r::text FROM tenantd.resources r UNION ALL SELECT payload::text FROM tenantd.jobs")
    written = "".join(t for t, in written) + app.log_text()
    assert not any(secret in written for name, secret in secrets.items() if name != "oauthClientId")


def test_nothing_is_left_of_a_tenant_that_failed_later_and_its_end_is_told(db):
    with Creating(db, "activation:begin=fail", always=True, OPERATION_ATTEMPTS=1) as c:
        answer = c.create(webhook=HOOK, onFailure="rollback")
        assert answer is None or answer.status >= 500
        op = c.converged()
        assert op["state"] == "rolled_back" and sweep(db, op["tenantId"]) == {}
        kinds = [k for k, in db.sql("SELECT kind FROM tenantd.events WHERE tenant_id = %s AND kind ~ '^(api_key|oauth_client|webhook)' ORDER BY id",
                                    [op["tenantId"]])]
        ended = {"api_key.created": "api_key.revoked", "oauth_client.created": "oauth_client.revoked", "webhook.created": "webhook.deleted"}
        assert {ended[k] for k in kinds if k in ended} == {k for k in kinds if k not in ended}, kinds
        assert "secrets" not in json.dumps(op.get("request", {}))
