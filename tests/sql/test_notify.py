"""What follows from events for people, by the program's own statements: notifications, alerts, mails."""
import re
import uuid

import pytest

import payloads
from cluster import query
from test_jobs import call

KINDS = ("{tenant.suspended,job.dead,webhook.disabled}", "{critical,warning,warning}",
         "{\"The tenant was suspended\",\"A job was given up\",\"A webhook was turned off\"}", "{statusReason,job,\"\"}")


@pytest.fixture
def tenant(db):
    return made(db)


def made(db, name="Acme", owner=None, email=None):
    tenant = str(uuid.uuid4())
    db.own.run("INSERT INTO public.custom_auth_tenant (id, name, owner_id, schema_name) VALUES (%s, %s, %s, 's')",
               (tenant, name, owner))
    db.own.run("UPDATE public.tenants SET contact_email = %s WHERE id = %s", (email, tenant))
    db.own.within("unset", "DELETE FROM tenantd.events")
    return tenant


def tell(db, tenant, kind, payload="{}", minutes=0):
    """An event with its number; minutes: how long ago."""
    return db.own.within("unset", "INSERT INTO tenantd.events (seq, tenant_id, kind, payload, created_at) VALUES"
                         " ((SELECT coalesce(max(seq), 0) + 1 FROM tenantd.events), %s, %s, %s,"
                         " now() - make_interval(mins => %s)) RETURNING seq", (tenant, kind, payload, minutes))[0][0]


def rule(db, tenant, condition="repeated_failures", threshold=1, minutes=60, emails="{}", **more):
    id = str(uuid.uuid4())
    db.own.within("unset", "INSERT INTO tenantd.alert_rules (id, tenant_id, name, condition, threshold, window_minutes,"
                  " emails, webhook, enabled) VALUES (%s, %s, 'Rule', %s, %s, %s, %s, %s, %s)",
                  (id, tenant, condition, threshold, minutes, emails, more.get("webhook", True), more.get("enabled", True)))
    return id


def raised(db, first, last=None, mail="mail.send"):
    """The alerts that these events raise: their payloads, as they are told."""
    before = db.own.within("unset", "SELECT coalesce(max(id), 0) FROM tenantd.events")[0][0]
    ((count,),) = call(db.srv, "alert_raise", first, last or first, mail, 4)
    rows = db.own.within("unset", "SELECT kind, version, payload, tenant_id FROM tenantd.events WHERE id > %s ORDER BY id", (before,))
    payloads.check([r[:3] for r in rows])
    assert len(rows) == count and {r[0] for r in rows} <= {"alert.raised"}
    return [(r[2], r[3]) for r in rows]


def mails(db):
    return db.own.within("unset", "SELECT tenant_id, payload FROM tenantd.jobs WHERE kind = 'mail.send' ORDER BY id")


# -- notifications --

def test_events_of_a_tenant_that_are_worth_one_become_notifications(db, tenant):
    first = tell(db, tenant, "tenant.suspended", '{"statusReason": "unpaid"}')
    tell(db, tenant, "tenant.updated", '{"statusReason": "unpaid"}')
    tell(db, tenant, "tenant.suspended", '{"statusReason": null}')
    tell(db, None, "job.dead", '{"job": "x"}')
    last = tell(db, "other", "job.dead", '{"job": "identity.sync"}')
    tell(db, tenant, "webhook.disabled")  # of the next batch
    call(db.srv, "notification_fan_out", first, last, *KINDS)
    assert db.own.within("unset", "SELECT tenant_id, seq, kind, severity, title, body FROM tenantd.notifications ORDER BY id") == [
        (tenant, first, "tenant.suspended", "critical", "The tenant was suspended: unpaid", {"statusReason": "unpaid"}),
        (tenant, first + 2, "tenant.suspended", "critical", "The tenant was suspended", {"statusReason": None}),
        ("other", last, "job.dead", "warning", "A job was given up: identity.sync", {"job": "identity.sync"})]


def test_old_notifications_go(db, tenant):
    seq = tell(db, tenant, "job.dead")
    for _ in range(2):
        call(db.srv, "notification_fan_out", seq, seq, *KINDS)
    db.own.within("unset", "UPDATE tenantd.notifications SET created_at = now() - interval '91 days' WHERE id = 1")
    call(db.srv, "notification_expire", 90)
    assert db.own.within("unset", "SELECT id FROM tenantd.notifications") == [(2,)]


# -- alerts --

def test_as_many_failures_as_the_threshold_says_raise_one_alert(db, tenant):
    id = rule(db, tenant, threshold=3)
    assert raised(db, tell(db, tenant, "job.dead")) == []
    assert raised(db, tell(db, tenant, "webhook.disabled")) == []
    assert raised(db, tell(db, tenant, "tenant.updated")) == []
    assert raised(db, tell(db, "other", "job.dead")) == []
    last = tell(db, tenant, "tenant.failed")
    assert raised(db, last) == [({"ruleId": id, "rule": "Rule", "condition": "repeated_failures", "threshold": 3,
                                  "windowMinutes": 60, "count": 3, "tenantId": tenant, "webhook": True,
                                  "lastSequence": last}, tenant)]
    for _ in range(5):
        assert raised(db, tell(db, tenant, "job.dead")) == [], "not again within the window"
    assert db.own.within("unset", "SELECT last_raised_at = (SELECT raised_at FROM tenantd.alerts), version"
                                  " FROM tenantd.alert_rules") == [(True, 1)]


def test_failures_of_one_batch_raise_one_alert(db, tenant):
    rule(db, tenant, threshold=2)
    first = tell(db, tenant, "job.dead")
    for _ in range(3):
        last = tell(db, tenant, "job.dead")
    ((payload, _),) = raised(db, first, last)
    assert payload["count"] == 2 and payload["lastSequence"] == last, "no more are counted than it takes"


def test_what_lies_before_the_window_does_not_count(db, tenant):
    rule(db, tenant, threshold=2, minutes=10)
    tell(db, tenant, "job.dead", minutes=11)
    assert raised(db, tell(db, tenant, "job.dead")) == []
    assert len(raised(db, tell(db, tenant, "job.dead"))) == 1


def test_after_the_window_it_is_raised_again(db, tenant):
    rule(db, tenant, minutes=10)
    assert len(raised(db, tell(db, tenant, "job.dead"))) == 1
    assert raised(db, tell(db, tenant, "job.dead")) == []
    db.own.within("unset", "UPDATE tenantd.alerts SET raised_at = raised_at - interval '10 minutes'")
    assert len(raised(db, tell(db, tenant, "job.dead"))) == 1
    assert raised(db, tell(db, tenant, "job.dead")) == []


@pytest.mark.parametrize("condition, kinds", [
    ("repeated_failures", {"job.dead", "webhook.disabled", "tenant.failed"}), ("tenant_suspended", {"tenant.suspended"}),
    ("provisioning_failed", {"tenant.failed"}), ("webhook_disabled", {"webhook.disabled"}), ("quota_threshold", {"quota.threshold"})])
def test_each_condition_has_its_events(db, tenant, condition, kinds):
    rule(db, tenant, condition)
    met = set()
    for kind in payloads.kinds():
        if raised(db, tell(db, tenant, kind)):
            met.add(kind)
            db.own.within("unset", "DELETE FROM tenantd.alerts")
    assert met == kinds


def test_the_window_ends_with_what_happened_not_with_when_it_is_noticed(db, tenant):
    """The program was away for two hours."""
    rule(db, tenant, "tenant_suspended", minutes=1)
    rule(db, tenant, threshold=2, minutes=10)
    assert len(raised(db, tell(db, tenant, "tenant.suspended", minutes=120))) == 1
    first = tell(db, tenant, "job.dead", minutes=125)
    assert len(raised(db, first, tell(db, tenant, "job.dead", minutes=120))) == 1


def test_a_history_of_failures_costs_nothing(db, tenant):
    """Of each kind no more are looked at than the threshold says, and none for a rule that is quiet yet."""
    db.own.within("unset", "INSERT INTO tenantd.events (seq, tenant_id, kind, payload)"
                  " SELECT g, %s, 'job.dead', '{}' FROM generate_series(1, 50000) g", (tenant,))
    db.own.run("ANALYZE tenantd.events")
    for threshold in [1, 1000] * 5:
        rule(db, tenant, threshold=threshold)
    assert len(raised(db, tell(db, tenant, "job.dead"))) == 10
    seq = tell(db, tenant, "job.dead")
    db.srv.run("SET plan_cache_mode = force_generic_plan")
    db.srv.run(f"PREPARE q (bigint, bigint, text, int) AS {query('alert_raise')}")
    plan = db.srv.within("unset", f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE q ({seq}, {seq}, NULL, 4)")[0][0]
    assert plan[0]["Plan"]["Shared Hit Blocks"] + plan[0]["Plan"]["Shared Read Blocks"] < 500, plan


def test_who_is_off_or_another_tenants_is_not_alerted(db, tenant):
    rule(db, tenant, enabled=False)
    rule(db, "other")
    assert raised(db, tell(db, tenant, "job.dead")) == []


def test_the_platforms_rules_watch_each_tenant_on_its_own_and_tell_the_platform_alone(db, tenant):
    id, other = rule(db, None, threshold=2), made(db, "Other")
    seqs = [tell(db, t, "job.dead") for t in (tenant, other, tenant, None, None)]
    found = raised(db, seqs[0], seqs[-1])
    assert [(p["ruleId"], p["tenantId"], p["count"], whose) for p, whose in found] == [
        (id, tenant, 2, None), (id, None, 2, None)]
    assert [p["tenantId"] for p, _ in raised(db, tell(db, other, "job.dead"))] == [other]
    assert raised(db, tell(db, tenant, "job.dead")) == []


def test_of_an_alert_webhooks_hear_only_if_the_rule_says_so(db, tenant):
    hook = str(uuid.uuid4())
    db.own.within("unset", "INSERT INTO tenantd.webhooks (id, tenant_id, url, secrets) VALUES (%s, %s, 'https://x/', '[]')",
                  (hook, tenant))
    for heard in (False, True):
        rule(db, tenant, webhook=heard, condition="webhook_disabled" if heard else "tenant_suspended")
        raised(db, tell(db, tenant, "webhook.disabled" if heard else "tenant.suspended"))
        db.own.within("unset", "UPDATE tenantd.events SET seq = id + 1000 WHERE kind = 'alert.raised'")
        call(db.srv, "webhook_fan_out", 1001, 100000, "webhook.deliver")
        assert db.own.within("unset", "SELECT count(*) FROM tenantd.jobs") == [(1 if heard else 0,)]
        db.own.within("unset", "DELETE FROM tenantd.events WHERE kind = 'alert.raised'")


def test_an_alert_writes_to_its_addresses(db, tenant):
    db.own.run("UPDATE public.tenants SET contact_email = 'A@example.com' WHERE id = %s", (tenant,))
    for id, email, active in [("b", "b@example.com", True), ("gone", "gone@example.com", False), ("c", "c@example.com", True)]:
        db.own.run("INSERT INTO public.users (id, email, is_active) VALUES (%s, %s, %s)", (id, email, active))
    for id in ("b", "gone"):
        db.own.within("unset", "INSERT INTO public.tenant_users (tenant_id, user_id, role) VALUES (%s, %s, 'member')", (tenant, id))
    db.own.within("unset", "DELETE FROM tenantd.events")
    rule(db, tenant, emails="{a@example.com,b@example.com,gone@example.com,c@example.com,stranger@example.com}")
    raised(db, tell(db, tenant, "job.dead"))
    found = mails(db)
    assert [(t, p["template"], p["to"], p["tenantId"]) for t, p in found] == [
        (tenant, "security_alert", to, tenant) for to in ("a@example.com", "b@example.com")]
    view = found[0][1]["view"]
    assert view["tenant"] == {"name": "Acme"} and view["event"] == "Rule" and view["time"].endswith("UTC")
    assert view["details"] == 'Alert rule "Rule" (repeated_failures): 1 within 60 minutes; it takes 1.'


def test_where_no_mail_is_sent_alerts_are_events_alone(db, tenant):
    rule(db, tenant, emails="{a@example.com}")
    assert len(raised(db, tell(db, tenant, "job.dead"), mail=None)) == 1
    assert mails(db) == []


def test_failures_among_many_events_are_found_by_their_index(db, tenant):
    db.own.within("unset", "INSERT INTO tenantd.events (seq, tenant_id, kind, payload)"
                  " SELECT g, %s, 'tenant.updated', '{}' FROM generate_series(1, 20000) g", (tenant,))
    db.own.run("ANALYZE tenantd.events")
    rule(db, tenant)
    seq = tell(db, tenant, "job.dead")
    db.srv.run("SET plan_cache_mode = force_generic_plan")
    db.srv.run(f"PREPARE q (bigint, bigint, text, int) AS {query('alert_raise')}")
    plan = "\n".join(r[0] for r in db.srv.within("unset", f"EXPLAIN EXECUTE q ({seq}, {seq}, NULL, 4)"))
    assert "Seq Scan on events" not in plan, plan
    assert re.search(r"using events_alerting_idx.*\n *Index Cond: \(\(tenant_id = r", plan), plan


# -- mails --

def test_a_tenants_managers_and_its_own_address_are_written_to_once_each(db):
    tenant = made(db, owner="owner", email="Contact@example.com")
    for id, email, active in [("owner", "owner@example.com", True), ("admin", "contact@EXAMPLE.com", True),
                              ("second", "second@example.com", True), ("gone", "gone@example.com", False),
                              ("member", "member@example.com", True)]:
        db.own.run("INSERT INTO public.users (id, email, is_active) VALUES (%s, %s, %s)", (id, email, active))
    for id, role in [("owner", "owner"), ("admin", "Admin"), ("second", "admin"), ("gone", "owner"), ("member", "member")]:
        db.own.within("unset", "INSERT INTO public.tenant_users (tenant_id, user_id, role) VALUES (%s, %s, %s)", (tenant, id, role))
    seq = tell(db, tenant, "tenant.created", '{"name": "Acme", "ownerId": "owner"}')
    call(db.srv, "notify_mail", seq, seq, "mail.send", 30, 4)
    assert sorted(p["to"] for _, p in mails(db)) == ["Contact@example.com", "owner@example.com", "second@example.com"]
    assert {(t, p["template"], p["tenantId"]) for t, p in mails(db)} == {(tenant, "welcome", tenant)}
    assert all(p["view"] == {"tenant": {"name": "Acme"}} for _, p in mails(db))


@pytest.mark.parametrize("kind, mail, more", [
    ("tenant.created", "welcome", {}), ("tenant.suspended", "tenant_suspended", {"reason": "unpaid"}),
    ("tenant.deactivated", "deletion_scheduled", {"deletesAt": True})])
def test_each_mail_says_what_its_template_needs(db, kind, mail, more):
    tenant = made(db, email="a@example.com")
    seq = tell(db, tenant, kind, '{"name": "Acme", "statusReason": "unpaid"}')
    call(db.srv, "notify_mail", seq, seq, "mail.send", 30, 4)
    ((_, payload),) = mails(db)
    if "deletesAt" in more:
        more["deletesAt"] = str(db.own.one("SELECT (now() AT TIME ZONE 'UTC' + interval '30 days')::date"))
    assert payload == {"template": mail, "to": "a@example.com", "tenantId": tenant,
                       "view": {"tenant": {"name": "Acme"}, **more}}


@pytest.mark.parametrize("kind, count", [("tenant.created", 0), ("tenant.suspended", 1), ("tenant.deactivated", 1)])
def test_whom_a_partner_provisioned_is_not_welcomed_by_us(db, kind, count):
    tenant = made(db, email="a@example.com")
    seq = tell(db, tenant, kind, '{"name": "Acme", "partnerId": "acme"}')
    call(db.srv, "notify_mail", seq, seq, "mail.send", 30, 4)
    assert len(mails(db)) == count


def test_other_events_write_to_nobody(db):
    tenant = made(db, email="a@example.com")
    seqs = [tell(db, tenant, k) for k in payloads.kinds() if k not in ("tenant.created", "tenant.suspended", "tenant.deactivated")]
    call(db.srv, "notify_mail", seqs[0], seqs[-1], "mail.send", 30, 4)
    assert mails(db) == []
