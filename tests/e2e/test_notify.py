"""What follows from events for people, from the change to what arrives: notifications, alerts, mails."""
import uuid

import hooks
import payloads
import pytest
import stack
import tokens
from mailserver import MailServer
from receiver import Receiver

SETTINGS = {**hooks.SETTINGS, "WEBHOOK_FAILURES": 3, "WEBHOOK_FAILURES_HOURS": 0, "SMTP_TLS": "off",
            "MAIL_FROM": "Acme <no-reply@acme.example>", "DELETION_GRACE_DAYS": 14}


@pytest.fixture(scope="module")
def server():
    with MailServer() as s:
        yield s


@pytest.fixture(scope="module")
def app(cluster, server):
    with cluster.database() as db, stack.Tenantd(db, workers=2, SMTP_URL=server.url, **SETTINGS) as a:
        yield a
        payloads.check_all(db)


@pytest.fixture
def post(server):
    server.mails.clear()
    server.answer = lambda mail: "250 OK"
    return server


def settle(app):
    """Until nothing is left to be told or done."""
    stack.until(lambda: app.db.value("SELECT count(*) FROM tenantd.events WHERE seq IS NULL") == 0
                and app.db.value("SELECT count(*) FROM tenantd.job_lanes") == 0, what="quiet")


def people(owner, *emails):
    """Members of the tenant, who may be written to."""
    for email in emails:
        id = f"{owner.user}-{email}"
        owner.db.sql("INSERT INTO public.users (id, email) VALUES (%s, %s)", [id, email])
        owner.db.sql("INSERT INTO public.tenant_users (tenant_id, user_id, role) VALUES (%s, %s, 'member')", [owner.tenant, id])


def rule(owner, condition, base=None, **draft):
    return owner.call("POST", base or f"/api/tenants/{owner.tenant}/alert-rules",
                      {"name": f"On {condition}", "condition": condition, **draft})


def alerts(app, rule):
    return app.db.sql("SELECT payload, tenant_id FROM tenantd.events WHERE kind = 'alert.raised' AND payload->>'ruleId' = %s"
                      " ORDER BY seq", [rule["id"]])


def notices(owner, *kinds):
    items = owner.call("GET", f"/api/tenants/{owner.tenant}/notifications?limit=200")["items"]
    return [i for i in items if i["kind"] in kinds]


def subjects(post, to):
    return [m.message["Subject"] for m in post.mails if m.recipients == [to]]


def test_a_webhook_that_fails_until_it_is_off_raises_one_alert_that_another_hears_of(app, post):
    owner = hooks.Owner(app)
    people(owner, "ann@example.com", "ops@example.com")
    made = rule(owner, "webhook_disabled", channels={"email": ["ann@example.com", "ops@example.com"]})
    quiet = rule(owner, "webhook_disabled", channels={"webhook": False})
    with Receiver() as bad, Receiver() as good:
        bad.answer = lambda hit: 500
        owner.register(good.url, kinds=["alert.raised"])
        hook = owner.register(bad.url)
        owner.change(5)
        stack.until(lambda: app.db.value("SELECT count(*) FROM tenantd.webhooks WHERE id = %s AND NOT enabled", [hook.id]))
        settle(app)
        heard = [h.event for h in good.hits]
    ((payload, whose),) = alerts(app, made)
    assert whose == payload["tenantId"] == owner.tenant and payload["count"] == 1
    assert len(alerts(app, quiet)) == 1
    assert [(e["type"], e["data"]) for e in heard] == [("alert.raised", payload)], "and not of the one that is to be quiet"
    assert {tuple(m.recipients) for m in post.mails} == {("ann@example.com",), ("ops@example.com",)} and len(post.mails) == 2
    text = post.mails[0].part("plain")
    assert "On webhook_disabled" in text and "1 within 60 minutes" in text
    assert [n["severity"] for n in notices(owner, "webhook.disabled", "alert.raised")] == ["critical"] * 2 + ["warning"]
    assert notices(owner, "webhook.disabled")[0]["title"].endswith(f": http://127.0.0.1:{bad.port}")
    shown = owner.call("GET", f"/api/tenants/{owner.tenant}/alert-rules/{made['id']}")
    assert shown["lastRaisedAt"] and shown["version"] == 1


def test_jobs_that_are_given_up_one_after_the_other_raise_one_alert_not_many(app, post):
    owner = hooks.Owner(app)
    made = rule(owner, "repeated_failures", threshold=3, windowMinutes=60)
    platform = hooks.Owner(app, tenant=False)
    everywhere = rule(platform, "repeated_failures", "/api/alert-rules", threshold=4, channels={"email": ["root@example.com"]})
    for n in range(8):
        app.db.sql("INSERT INTO tenantd.jobs (kind, tenant_id, payload) VALUES ('mail.send', %s, '{\"template\": \"none\", \"to\": \"x\"}')",
                   [owner.tenant])
        settle(app)
        assert app.db.value("SELECT count(*) FROM tenantd.events WHERE kind = 'job.dead' AND tenant_id = %s", [owner.tenant]) == n + 1
        assert len(alerts(app, made)) == (n >= 2) and len(alerts(app, everywhere)) == (n >= 3)
    ((payload, _),), ((everyone, whose),) = alerts(app, made), alerts(app, everywhere)
    assert (payload["count"], everyone["count"], everyone["tenantId"], whose) == (3, 4, owner.tenant, None)
    assert len(subjects(post, "root@example.com")) == 1
    assert len(notices(owner, "job.dead")) == 8 and len(notices(owner, "alert.raised")) == 1
    owner.call("POST", f"/api/tenants/{owner.tenant}/notifications/read-all")
    assert owner.call("GET", f"/api/tenants/{owner.tenant}/notifications?unread=true")["items"] == []


def test_a_dead_mail_of_an_alert_raises_no_alert_of_its_own_for_ever(app, post):
    """What an alert leads to may fail, and counts: but not again within the window."""
    post.answer = lambda mail: "550 no such mailbox"
    owner = hooks.Owner(app)
    people(owner, "gone@example.com")
    made = rule(owner, "repeated_failures", channels={"email": ["gone@example.com"]})
    app.db.sql("INSERT INTO tenantd.jobs (kind, tenant_id, payload) VALUES ('mail.send', %s, '{}')", [owner.tenant])
    settle(app)
    assert len(alerts(app, made)) == 1 and len(notices(owner, "job.dead")) == 2


def test_a_cron_host_raises_and_tells_alerts_in_one_run(cluster):
    with cluster.database() as db, stack.Tenantd(db, workers=2, **{**hooks.SETTINGS, "JOB_WORKERS": 0}) as app, Receiver() as r:
        user = f"cron-{uuid.uuid4().hex[:8]}"
        headers = tokens.bearer(db, user)
        tenant = app.call("POST", "/api/tenant/getOrCreate", headers).json()["tenantId"]
        assert app.call("POST", f"/api/tenants/{tenant}/alert-rules", headers,
                        {"name": "S", "condition": "tenant_suspended"}).status == 201
        assert app.call("POST", f"/api/tenants/{tenant}/webhooks", headers, {"url": r.url, "kinds": ["alert.raised"]}).status == 201
        db.sql("UPDATE public.tenants SET status = 'suspended' WHERE id = %s", [tenant])
        stack.command(app.settings, "jobs", "run")
        assert [h.event["type"] for h in r.hits] == ["alert.raised"]


def test_a_tenants_people_are_written_to_about_what_happens_to_it(app, post):
    user, key = f"mailed-{uuid.uuid4().hex[:8]}", app.db.settings["JWT_SECRET_KEY"]
    token = tokens.token(key, user, email=f"{user}@Example.com")
    made = app.call("POST", "/api/tenant/getOrCreate", {"Authorization": "Bearer " + token}).json()
    tenant, name = made["tenantId"], made["tenant"]["name"]
    settle(app)
    assert app.db.value("SELECT contact_email FROM public.tenants WHERE id = %s", [tenant]) == f"{user}@Example.com"
    assert len(post.mails) == 1 and name in post.mails[0].part("plain") and "elcome" in post.mails[0].message["Subject"]
    app.db.sql("INSERT INTO public.users (id, email) VALUES (%s, %s)", [f"{user}-2", f"{user}-2@example.com"])
    app.db.sql("INSERT INTO public.tenant_users (tenant_id, user_id, role) VALUES (%s, %s, 'admin')", [tenant, f"{user}-2"])
    post.mails.clear()
    app.db.sql("UPDATE public.tenants SET status = 'suspended', status_reason = 'An invoice is open' WHERE id = %s", [tenant])
    settle(app)
    assert sorted(m.recipients[0].lower() for m in post.mails) == [f"{user}-2@example.com", f"{user}@example.com"]
    assert all("An invoice is open" in m.part("plain") for m in post.mails)
    post.mails.clear()
    dates = ["SELECT ((now() AT TIME ZONE 'UTC')::date + 14)::text"] * 2
    dates[0] = app.db.value(dates[0])
    app.db.sql("UPDATE public.tenants SET status = 'deactivated' WHERE id = %s", [tenant])
    settle(app)
    dates[1] = app.db.value(dates[1])
    assert len(post.mails) == 2 and all(any(date in m.part("plain") for date in dates) for m in post.mails)


@pytest.mark.parametrize("email", ["no address", "ann@", "a@b@example.com", "ann@example..com"])
def test_what_is_no_address_in_a_token_is_written_to_by_nobody(app, post, email):
    user = f"odd-{uuid.uuid4().hex[:8]}"
    token = tokens.token(app.db.settings["JWT_SECRET_KEY"], user, email=email)
    answer = app.call("POST", "/api/tenant/getOrCreate", {"Authorization": "Bearer " + token})
    assert answer.status == 200, answer
    settle(app)
    assert app.db.value("SELECT contact_email FROM public.tenants WHERE id = %s", [answer.json()["tenantId"]]) is None
    assert post.mails == []
