"""The statements of webhooks over many rows: who gets what, how it is found, what expires."""
import uuid

import payloads
import pytest

from cluster import query
from test_isolation import nodes


def run(session, name, types, values):
    """The program's own statement, with its generic plan, in the management context."""
    session.run("SET plan_cache_mode = force_generic_plan")
    session.run(f"PREPARE q ({types}) AS {query(name)}")
    try:
        return session.within("unset", f"EXECUTE q ({values})")
    finally:
        session.run("DEALLOCATE q")


def webhook(session, tenant, kinds="{}", enabled=True, partner=None):
    made = str(uuid.uuid4())
    session.within("unset", "INSERT INTO tenantd.webhooks (id, tenant_id, partner_id, url, secrets, kinds, enabled, disabled_reason,"
                            " disabled_at) VALUES (%s, %s, %s, 'https://hooks.example/', '[]', %s, %s, %s,"
                            " CASE WHEN %s THEN NULL ELSE now() END)",
                   (made, tenant, partner, kinds, enabled, None if enabled else "request", enabled))
    return made


def partner(session, id, status="active"):
    session.run("INSERT INTO tenantd.partners (id, name, status) VALUES (%s, %s, %s)", (id, id, status))


def event(session, seq, tenant, kind, named=None, partner=None):
    session.within("unset", "INSERT INTO tenantd.events (seq, tenant_id, kind, payload)"
                            " VALUES (%s, %s, %s, jsonb_build_object('webhookId', %s::text, 'partnerId', %s::text))",
                   (seq, tenant, kind, named, partner))


def queued(session):
    return session.within("unset", "SELECT payload->>'webhookId', (payload->>'seq')::int, tenant_id, lane"
                                   " FROM tenantd.jobs WHERE kind = 'webhook.deliver' ORDER BY id")


def test_each_event_goes_to_those_who_want_it_in_order(db):
    all_of_a, some_of_a = webhook(db.srv, "a"), webhook(db.srv, "a", "{tenant.updated}")
    off, of_b = webhook(db.srv, "a", enabled=False), webhook(db.srv, "b", "{tenant.*}")
    platform = webhook(db.srv, None, "{tenant.created,membership.*}")
    event(db.srv, 1, "a", "tenant.created")
    event(db.srv, 2, "a", "tenant.updated")
    event(db.srv, 3, "b", "tenant.updated")
    event(db.srv, 4, "a", "webhook.test", off)
    event(db.srv, 5, None, "webhook.test", platform)
    event(db.srv, 6, "b", "membership.created")
    event(db.srv, 7, "a", "tenant.updated")  # of the next batch
    run(db.srv, "webhook_fan_out", "bigint, bigint, text", "1, 6, 'webhook.deliver'")
    found = queued(db.srv)
    assert sorted(found, key=lambda j: (j[1], j[0])) == found
    assert sorted(found) == sorted([
        (all_of_a, 1, "a", f"{all_of_a}:a"), (platform, 1, None, f"{platform}:a"),
        (all_of_a, 2, "a", f"{all_of_a}:a"), (some_of_a, 2, "a", f"{some_of_a}:a"), (of_b, 3, "b", f"{of_b}:b"),
        (off, 4, "a", f"{off}:test:4"), (platform, 5, None, f"{platform}:test:5"), (platform, 6, None, f"{platform}:b")])


def test_a_partner_hears_of_its_tenants_lives_alone(db):
    partner(db.srv, "acme")
    partner(db.srv, "beta")
    partner(db.srv, "gone", "suspended")
    every, some = webhook(db.srv, None, partner="acme"), webhook(db.srv, None, "{tenant.suspended}", partner="acme")
    of_beta, _ = webhook(db.srv, None, partner="beta"), webhook(db.srv, None, partner="gone")
    platform, of_tenant = webhook(db.srv, None, "{tenant.*}"), webhook(db.srv, "a", "{tenant.*}")
    event(db.srv, 1, "a", "tenant.created", partner="acme")
    event(db.srv, 2, "b", "tenant.created", partner="beta")
    event(db.srv, 3, "self-service", "tenant.created")
    event(db.srv, 4, "c", "tenant.suspended", partner="gone")
    event(db.srv, 5, "a", "membership.created", partner="acme")  # no affair of partners, whatever it says
    event(db.srv, 6, "a", "alert.raised", partner="acme")
    event(db.srv, 7, "a", "tenant.suspended", partner="acme")
    event(db.srv, 8, None, "webhook.test", some, partner="acme")
    event(db.srv, 9, "a", "webhook.created", of_tenant)
    event(db.srv, 10, None, "webhook.created", of_beta, partner="beta")
    run(db.srv, "webhook_fan_out", "bigint, bigint, text", "1, 10, 'webhook.deliver'")
    found = queued(db.srv)
    assert [j[1] for j in found] == sorted(j[1] for j in found)
    told = {w: [(j[1], j[2], j[3]) for j in found if j[0] == w] for w in {j[0] for j in found}}
    assert told == {
        every: [(1, None, f"{every}:a"), (7, None, f"{every}:a")],
        some: [(7, None, f"{some}:a"), (8, None, f"{some}:test:8")],
        of_beta: [(2, None, f"{of_beta}:b"), (10, None, f"{of_beta}:")],
        of_tenant: [(1, "a", f"{of_tenant}:a"), (7, "a", f"{of_tenant}:a")],
        platform: [(1, None, f"{platform}:a"), (2, None, f"{platform}:b"), (3, None, f"{platform}:self-service"),
                   (4, None, f"{platform}:c"), (7, None, f"{platform}:a")]}
    assert dict(db.srv.within("unset", "SELECT pool, max(owner) FROM tenantd.job_lanes GROUP BY pool")) == {
        every: "partner:acme", some: "partner:acme", of_beta: "partner:beta", of_tenant: "a", platform: None}


def test_a_partner_is_sent_nothing_again_that_was_never_its_own(db):
    partner(db.srv, "acme")
    hook = webhook(db.srv, None, partner="acme")
    event(db.srv, 1, "a", "tenant.created", partner="acme")
    event(db.srv, 2, "b", "tenant.created", partner="beta")
    event(db.srv, 3, "c", "tenant.created")
    event(db.srv, 4, "a", "membership.created", partner="acme")
    run(db.srv, "webhook_redeliver", "text, text, bigint, bigint, timestamptz, timestamptz, int",
        f"'{hook}', 'webhook.deliver', 1, 4, NULL, NULL, 100")
    assert queued(db.srv) == [(hook, 1, None, f"{hook}:again:a")]
    asked = [run(db.srv, "webhook_task", "text, bigint", f"'{hook}', {seq}")[0] for seq in (1, 2, 3, 4)]
    assert [a[1] for a in asked] == ["acme"] * 4 and [a[6] is not None for a in asked] == [True, False, False, False]
    assert [a[4] for a in asked] == [False] * 4
    db.own.run("UPDATE tenantd.partners SET status = 'suspended'")
    assert run(db.srv, "webhook_task", "text, bigint", f"'{hook}', 1")[0][4] is True


def test_a_webhook_is_of_one(db):
    partner(db.srv, "acme")
    with pytest.raises(Exception, match="webhooks_of_one"):
        webhook(db.srv, "a", partner="acme")


def test_of_all_kinds_those_of_tenants_and_webhooks_are_told_to_partners(db):
    for seq, kind in enumerate(payloads.kinds(), 1):
        event(db.srv, seq, None, kind, partner="acme")
    told = {k for (k,) in db.srv.within("unset", "SELECT kind FROM tenantd.events WHERE partner_id = 'acme'")}
    assert told == {k for k in payloads.kinds() if k.split(".")[0] in ("tenant", "webhook")}


def test_a_batch_is_matched_by_indexes_among_many_webhooks(db):
    db.own.run("INSERT INTO tenantd.partners (id, name) SELECT 'p' || g, 'P' FROM generate_series(1, 5000) g")
    db.own.within("unset", "INSERT INTO tenantd.webhooks (id, partner_id, url, secrets)"
                           " SELECT gen_random_uuid()::text, 'p' || 1 + g % 5000, 'https://hooks.example/', '[]'"
                           " FROM generate_series(1, 20000) g")
    db.own.within("unset", "INSERT INTO tenantd.webhooks (id, tenant_id, url, secrets)"
                           " SELECT gen_random_uuid()::text, 't' || g % 25000, 'https://hooks.example/', '[]'"
                           " FROM generate_series(1, 50000) g")
    db.own.within("unset", "INSERT INTO tenantd.events (seq, tenant_id, kind)"
                           " SELECT g, 't' || g % 100, 'tenant.updated' FROM generate_series(1, 20000) g")
    db.own.run("ANALYZE")
    db.srv.run("SET plan_cache_mode = force_generic_plan")
    db.srv.run(f"PREPARE q (bigint, bigint, text) AS {query('webhook_fan_out')}")
    plan = db.srv.within("unset", "EXPLAIN (FORMAT JSON, ANALYZE) EXECUTE q (101, 200, 'webhook.deliver')")[0][0][0]
    read = {n["Relation Name"]: n for n in nodes(plan["Plan"]) if "Relation Name" in n and n["Node Type"] != "ModifyTable"}
    assert all("Seq Scan" not in n["Node Type"] for n in read.values()), plan
    assert len(queued(db.srv)) == 200


def test_a_secret_signs_until_it_expires(db):
    made = webhook(db.srv, "a")
    db.own.within("unset", "UPDATE tenantd.webhooks SET secrets = '[{\"sealed\": \"new\", \"expiresAt\": null},"
                           " {\"sealed\": \"last\", \"expiresAt\": \"2999-01-01T00:00:00Z\"},"
                           " {\"sealed\": \"old\", \"expiresAt\": \"2020-01-01T00:00:00Z\"}]'")
    assert run(db.srv, "webhook_task", "text, bigint", f"'{made}', 1")[0][5] == '["new", "last"]'
    run(db.srv, "webhook_rotate", "text, text, int, int", f"'{made}', 'newest', 24, 3")
    assert run(db.srv, "webhook_task", "text, bigint", f"'{made}', 1")[0][5] == '["newest", "new", "last"]'


def test_a_tenants_webhook_is_told_of_no_other_tenant(db):
    made = webhook(db.srv, "a")
    event(db.srv, 1, "b", "tenant.updated")
    assert run(db.srv, "webhook_task", "text, bigint", f"'{made}', 1")[0][6] is None


@pytest.mark.parametrize("age, left", [("29 days", 1), ("31 days", 0)])
def test_attempts_expire(db, age, left):
    db.srv.within("unset", "INSERT INTO tenantd.deliveries (webhook_id, seq, event_id, kind, job_id, attempt, started_at, url,"
                           " outcome) VALUES ('w', 1, 1, 'k', 1, 1, now() - %s::interval, 'https://hooks.example/', 'ok')", (age,))
    run(db.srv, "delivery_expire", "int", "30")
    assert db.srv.within("unset", "SELECT count(*) FROM tenantd.deliveries") == [(left,)]
