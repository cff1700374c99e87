"""What comes to pass in a tenant's life by itself, and what a change means to other processes."""
import os
import re
import signal
import time
import uuid

import pytest
import stack
import tokens
from creating import SETTINGS, SHORT_LEASE_MS, Creating, platform

KEPT = {"tenantd.audit", "tenantd.events", "tenantd.operations", "tenantd.operation_steps", "tenantd.resources"}


@pytest.fixture(scope="module")
def db(cluster):
    with cluster.database() as d:
        yield d


def member(db, user, tenant):
    """Of one of our own tokens, which names the tenant."""
    return {"Authorization": "Bearer " + tokens.token(db.settings["JWT_SECRET_KEY"], user, tenant_id=tenant)}


def own(app, db, slug=None):
    """A tenant that somebody owns, by a token that names it: its id, and their headers."""
    user = "life-" + uuid.uuid4().hex[:12]
    found = app.call("POST", "/api/tenant/getOrCreate", tokens.bearer(db, user)).json()["tenantId"]
    if slug:
        assert app.call("PATCH", f"/api/tenants/{found}", platform(db), {"slug": slug}).status == 200
    return found, member(db, user, found)


def soon(ready, seconds=10):
    return stack.until(ready, seconds)


def status_of(db, tenant):
    return db.value("SELECT status FROM public.tenants WHERE id = %s", [tenant])


# -- suspended until a time --

def test_a_suspension_ends_by_itself_once_though_job_workers_are_killed(db):
    ops = platform(db)
    with stack.Tenantd(db, workers=2, JOB_WORKERS=2, JOB_POLL=50) as app:
        made = [own(app, db) for _ in range(6)]
        until = time.time() + 3
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(until))
        for n, (tenant, _) in enumerate(made):
            scopes = ["write"] if n % 2 else None
            assert app.call("POST", f"/api/tenants/{tenant}/suspend", ops, {"until": stamp, "scopes": scopes}).status == 200
        while time.time() < until + 1.5:
            os.kill(soon(app.job_workers)[0], signal.SIGKILL)
            time.sleep(0.4)
        ids = [tenant for tenant, _ in made]
        soon(lambda: db.value("SELECT count(*) FROM public.tenants WHERE id = ANY(%s) AND status = 'active'"
                              " AND suspended_until IS NULL AND suspension_scopes IS NULL", [ids]) == 6)
        time.sleep(1.2)
        assert db.sql("SELECT tenant_id, count(*), min(actor) FROM tenantd.audit WHERE tenant_id = ANY(%s) AND event = 'TENANT_RESUMED'"
                      " GROUP BY 1 ORDER BY 1", [ids]) == [(t, 1, "tenantd") for t in sorted(ids)]
        assert db.value("SELECT count(*) FROM tenantd.events WHERE tenant_id = ANY(%s) AND kind = 'tenant.resumed'", [ids]) == 3
        for tenant, owner in made:
            assert app.call("GET", f"/api/tenants/{tenant}", owner).json()["suspension"] is None


def test_one_that_was_resumed_before_is_not_resumed_again(db):
    ops = platform(db)
    with stack.Tenantd(db, workers=1, JOB_WORKERS=1) as app:
        tenant, _ = own(app, db)
        path = f"/api/tenants/{tenant}"
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2))
        assert app.call("POST", path + "/suspend", ops, {"until": stamp}).status == 200
        assert app.call("POST", path + "/resume", ops).status == 200
        assert app.call("POST", path + "/suspend", ops, {"reason": "Again."}).status == 200
        time.sleep(4)
        assert status_of(db, tenant) == "suspended"


# -- deleted for good --

def rows_of(db, tenant):
    """What every table with a tenant_id has of it."""
    found = {}
    for name, in db.sql("SELECT a.attrelid::regclass::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
                        " WHERE a.attname = 'tenant_id' AND NOT a.attisdropped AND c.relkind IN ('r', 'p')"):
        full = name if "." in name else "public." + name
        count = db.value(f"SELECT count(*) FROM {full} WHERE tenant_id = %s", [tenant])
        if count:
            found[full] = count
    return found


def fill(app, db, tenant, owner):
    path = f"/api/tenants/{tenant}"
    hook = {"url": "https://example.com/hook"}
    assert app.call("POST", path + "/webhooks", owner, hook).status == 201
    assert app.call("PATCH", path + "/security-policy", owner, {"sessionTimeout": 900}).status == 200
    assert app.call("PUT", path + "/email-templates/welcome", owner,
                    {"subject": "Hello", "text": "Hello.", "html": "<p>Hello.</p>"}).status == 200
    assert app.call("POST", path + "/oauth-clients", owner, {"name": "Machine", "scopes": ["read"]}).status == 201
    db.sql("INSERT INTO public.users (id, email, tenant_id) VALUES (%s, %s, %s)", ["of-" + tenant, f"of-{tenant}@example.com", tenant])
    for n in range(3):
        db.sql("INSERT INTO public.tenant_users (tenant_id, user_id) VALUES (%s, %s)", [tenant, f"member-{n}"])


def assert_purged(db, tenant, slug):
    # what workers counted before is written when its time comes, and is numbers alone
    assert set(rows_of(db, tenant)) <= KEPT | {"tenantd.names", "tenantd.jobs", "tenantd.usage", "tenantd.usage_daily"}, rows_of(db, tenant)
    assert db.value("SELECT count(*) FROM tenantd.jobs WHERE tenant_id = %s AND kind <> 'operation.run'", [tenant]) == 0
    row = db.sql("SELECT t.slug, t.contact_email, c.name, c.owner_id, c.is_active FROM public.tenants t"
                 " JOIN public.custom_auth_tenant c ON c.id = t.tenant WHERE t.id = %s", [tenant])[0]
    assert row == ("purged-" + tenant.replace("-", ""), None, "purged tenant", None, False)
    assert db.value("SELECT count(*) FROM tenantd.events WHERE tenant_id = %s AND kind = 'tenant.purged'", [tenant]) == 1
    assert db.value("SELECT count(*) FROM tenantd.audit WHERE tenant_id = %s AND event = 'TENANT_PURGED'", [tenant]) == 1
    held = db.value("SELECT held_until - now() FROM tenantd.names WHERE name = %s", [slug])
    assert 89 < held.total_seconds() / 86400 < 91


@pytest.mark.parametrize("step", ["purge_resources", "purge_data", "purge_record", "purge_sweep"])
def test_a_purge_goes_on_after_its_process_was_killed(db, step):
    slug = f"purge-{uuid.uuid4().hex[:8]}"
    with Creating(db, f"{step}:begin=kill", OPERATION_LEASE=SHORT_LEASE_MS) as app:
        tenant, owner = own(app, db, slug)
        other, neighbour = own(app, db)
        fill(app, db, tenant, owner)
        fill(app, db, other, neighbour)
        before = rows_of(db, other)
        path = f"/api/tenants/{tenant}"
        assert app.call("POST", path + "/purge", app.auth).status == 409
        assert app.call("POST", path + "/purge?force=true", app.auth).status == 400
        assert app.call("POST", path + "/purge?force=true", app.auth, {"slug": "another"}).status == 400
        answer = app.call("POST", path + "/purge?force=true", app.auth, {"slug": slug})
        assert answer.status == 202, answer
        operation = answer.headers["location"]
        soon(lambda: app.call("GET", operation, app.auth).json()["endedAt"], 30)
        shown = app.call("GET", operation, app.auth).json()
        assert shown["state"] == "succeeded" and {s["state"] for s in shown["steps"]} == {"done"}, shown
        assert app.call("POST", operation + "/cancel", app.auth).status == 409
        assert_purged(db, tenant, slug)
        grows = KEPT | {"tenantd.jobs", "tenantd.deliveries", "tenantd.notifications", "tenantd.usage", "tenantd.usage_daily"}
        after = rows_of(db, other)
        assert {k: v for k, v in after.items() if k not in grows} == {k: v for k, v in before.items() if k not in grows}
        # nothing of it is reached, and nobody gets its slug
        assert app.call("GET", path, app.auth).status == 404
        assert app.call("GET", path, owner).status in (403, 404)
        assert app.call("PATCH", f"/api/tenants/{other}", app.auth, {"slug": slug}).status == 409
        db.sql("UPDATE tenantd.names SET held_until = now() WHERE name = %s", [slug])
        assert app.call("PATCH", f"/api/tenants/{other}", app.auth, {"slug": slug}).status == 200


def test_a_failing_purge_waits_and_goes_on(db):
    with Creating(db, "purge_data:begin=fail") as app:
        slug = f"purge-{uuid.uuid4().hex[:8]}"
        tenant, _ = own(app, db, slug)
        assert app.call("POST", f"/api/tenants/{tenant}/purge?force=true", app.auth, {"slug": slug}).status == 202
        soon(lambda: db.value("SELECT ended_at FROM tenantd.operations WHERE tenant_id = %s AND kind = 'tenant.purge'", [tenant]), 30)
        assert_purged(db, tenant, slug)


def test_what_was_deleted_is_purged_when_its_grace_is_over(db):
    with stack.Tenantd(db, workers=1, **{**SETTINGS, "DELETION_GRACE_DAYS": 0}) as app:
        ops = platform(db)
        tenant, _ = own(app, db)
        foreign, _ = own(app, db)
        db.sql("UPDATE public.custom_auth_tenant SET is_active = false WHERE id = %s", [foreign])
        assert app.call("DELETE", f"/api/tenants/{tenant}", ops).status == 204
        soon(lambda: status_of(db, tenant) == "purged", 20)
        assert db.value("SELECT count(*) FROM tenantd.operations WHERE tenant_id = %s AND kind = 'tenant.purge'", [tenant]) == 1
        assert app.call("POST", f"/api/tenants/{tenant}/restore", ops).status == 410
        assert status_of(db, foreign) == "deactivated", "the registry alone deactivated it"


# -- what is remembered, and for how long --

def trips(app):
    text = app.call("GET", "/metrics").body.decode()
    return int(re.search(r"^tenantd_db_round_trips_total (\d+)", text, re.M).group(1))


def seen_within(app, path, headers, wanted, seconds):
    begun = time.monotonic()
    while (answer := app.call("PATCH", path, headers, {"sessionTimeout": 900})).status != wanted:
        assert time.monotonic() < begun + seconds, answer
        time.sleep(0.02)
    return time.monotonic() - begun


def test_a_change_is_seen_by_every_process_of_every_host_within_a_second(db):
    """Two masters on one database stand for two hosts: nothing joins them but that."""
    ops = platform(db)
    with stack.Tenantd(db, workers=3, JOB_WORKERS=1) as one, stack.Tenantd(db, workers=3, JOB_WORKERS=1) as two:
        tenant, owner = own(one, db)
        path = f"/api/tenants/{tenant}/security-policy"
        for app in (one, two) * 6:  # every worker remembers it
            assert app.call("PATCH", path, owner, {"sessionTimeout": 900}).status == 200
        for _ in range(3):
            assert one.call("POST", f"/api/tenants/{tenant}/suspend", ops, {"scopes": ["write"]}).status == 200
            seen_within(two, path, owner, 403, 1)
            assert all(one.call("PATCH", path, owner, {"sessionTimeout": 900}).status == 403 for _ in range(9))
            assert two.call("POST", f"/api/tenants/{tenant}/resume", ops).status == 200
            seen_within(one, path, owner, 200, 1)
            assert all(two.call("PATCH", path, owner, {"sessionTimeout": 900}).status == 200 for _ in range(9))


def test_where_nobody_listens_a_change_is_seen_within_a_second_too(db):
    ops = platform(db)
    with stack.Tenantd(db, workers=2, JOB_WORKERS=0) as one, stack.Tenantd(db, workers=2, JOB_WORKERS=0) as two:
        tenant, owner = own(one, db)
        path = f"/api/tenants/{tenant}/security-policy"
        for app in (one, two) * 4:
            assert app.call("PATCH", path, owner, {"sessionTimeout": 900}).status == 200
        assert one.call("POST", f"/api/tenants/{tenant}/suspend", ops, {"scopes": ["write"]}).status == 200
        assert seen_within(two, path, owner, 403, 1.5) < 1.3


def test_a_tenant_at_rest_is_not_asked_for_again(db):
    """How it stands is remembered for longer than a second, while somebody listens."""
    with stack.Tenantd(db, workers=1, JOB_WORKERS=1) as app:
        tenant, owner = own(app, db)
        # of a plan without a bound on calls: how many there were so far is asked for each second
        assert app.call("PATCH", f"/api/tenants/{tenant}", platform(db), {"planId": "enterprise"}).status == 200
        time.sleep(1.5)  # what that told of is published
        path = f"/api/tenants/{tenant}/webhooks"
        assert app.call("GET", path, owner).status == 200
        before = trips(app)
        asked = 0
        begun = time.monotonic()
        while time.monotonic() < begun + 4:
            assert app.call("GET", path, owner).status == 200
            asked += 1
            time.sleep(0.05)
        # one for the caller's membership and one for the list; and each second what was counted is written
        assert trips(app) - before <= 2 * asked + 6
