"""What is told of tenants, whoever changes them: kind, actor and payload; and in which order."""

import re
import threading
import uuid

import pytest

import payloads
from cluster import SQL, Session, query

STATE = "SELECT tenantd.tenant_state(t) FROM public.tenants t WHERE id = %s"


@pytest.fixture
def tenant(db):
    """One that another application wrote."""
    id = str(uuid.uuid4())
    db.own.run("INSERT INTO public.custom_auth_tenant (id, name, owner_id, schema_name) VALUES (%s, 'Acme', 'ann', 's')", (id,))
    return id


def told(db, tenant, after=0):
    """Kinds and payloads, in order, each of them valid."""
    rows = db.own.within("unset", "SELECT kind, version, payload, actor FROM tenantd.events"
                                  " WHERE tenant_id = %s ORDER BY id OFFSET %s", (tenant, after))
    payloads.check([r[:3] for r in rows])
    return rows


def is_told(db, tenant, *kinds):
    """All that was told, and that the last of it says how the tenant is."""
    rows = told(db, tenant)
    assert [r[0] for r in rows] == list(kinds)
    assert [r[2] for r in rows if r[0].startswith("tenant.")][-1] == db.own.one(STATE, (tenant,))
    return rows


def test_every_kind_that_a_statement_names_is_a_kind():
    text = "\n".join(p.read_text() for p in [*SQL.glob("migrations/*.sql"), *SQL.glob("query/*.sql")])
    named = set(re.findall(r"'((?:tenant|membership|webhook|job|alert)\.[a-z_]+)'", text))
    assert {"tenant.created", "tenant.renamed", "membership.removed"} <= named
    jobs = set(re.findall(r'^JOB\(\w+, "([^"]+)"', (SQL.parent / "src/jobs/kinds.def").read_text(), re.M))
    assert "tenant.access" in jobs
    operations = {"tenant.create", "tenant.purge"}
    assert named - jobs - operations <= set(payloads.kinds())


def test_every_status_that_can_be_reached_has_a_kind(db):
    reached = {s for (s,) in db.own.run("SELECT DISTINCT to_status FROM tenantd.tenant_transitions")} - {"active"}
    assert {"tenant." + s for s in reached} <= set(payloads.kinds())


def test_a_row_that_another_application_wrote_is_told_of(db, tenant):
    (row,) = is_told(db, tenant, "tenant.created")
    assert row[2]["name"] == "Acme" and row[2]["ownerId"] == "ann" and row[3] == "role:own"


@pytest.mark.parametrize("change, kind", [
    ("UPDATE public.tenants SET status = 'suspended', status_reason = 'unpaid' WHERE id = %s", "tenant.suspended"),
    ("UPDATE public.tenants SET status = 'deactivated' WHERE id = %s", "tenant.deactivated"),
    ("UPDATE public.tenants SET plan = 'enterprise' WHERE id = %s", "tenant.plan_changed"),
    ("UPDATE public.tenants SET billing_cycle = 'annual' WHERE id = %s", "tenant.plan_changed"),
    ("UPDATE public.tenants SET features = '{\"sso\": true}' WHERE id = %s", "tenant.updated"),
    ("UPDATE public.tenants SET onboarding_status = 'complete' WHERE id = %s", "tenant.updated"),
    ("UPDATE public.tenants SET slug = 'acme' WHERE id = %s", "tenant.updated"),
    ("UPDATE public.custom_auth_tenant SET name = 'Ape' WHERE id = %s", "tenant.renamed"),
    ("UPDATE public.custom_auth_tenant SET owner_id = 'ben' WHERE id = %s", "tenant.owner_changed"),
    ("UPDATE public.custom_auth_tenant SET owner_id = NULL, name = 'Ape' WHERE id = %s", "tenant.owner_changed"),
    ("UPDATE public.custom_auth_tenant SET is_active = false WHERE id = %s", "tenant.deactivated"),
    ("DELETE FROM public.custom_auth_tenant WHERE id = %s", "tenant.deactivated"),
])
def test_a_change_is_told(db, tenant, change, kind):
    db.own.run(change, (tenant,))
    is_told(db, tenant, "tenant.created", kind)


@pytest.mark.parametrize("change", [
    "UPDATE public.tenants SET plan = plan WHERE id = %s",
    "UPDATE public.custom_auth_tenant SET updated_at = now() WHERE id = %s",
])
def test_what_changes_nothing_is_not_told(db, tenant, change):
    db.own.run(change, (tenant,))
    is_told(db, tenant, "tenant.created")


def test_what_is_undone_is_not_told(db, tenant):
    with Session(db.cluster, db.name, "own", autocommit=False) as s:
        s.run("UPDATE public.tenants SET plan = 'enterprise' WHERE id = %s", (tenant,))
        s.c.rollback()
    is_told(db, tenant, "tenant.created")


def test_a_whole_life_is_told(db, tenant):
    for status in ("suspended", "active", "deactivated", "active", "deactivated", "purged"):
        db.own.run("UPDATE public.tenants SET status = %s WHERE id = %s", (status, tenant))
    is_told(db, tenant, "tenant.created", "tenant.suspended", "tenant.resumed", "tenant.deactivated",
            "tenant.restored", "tenant.deactivated", "tenant.purged")


@pytest.mark.parametrize("status, kind", [("active", "tenant.activated"), ("failed", "tenant.failed")])
def test_how_provisioning_ends_is_told(db, tenant, status, kind):
    made = str(uuid.uuid4())
    db.own.run("INSERT INTO public.tenants (id, tenant, slug, status) VALUES (%s, %s, 'new', 'provisioning')", (made, made))
    db.own.run("UPDATE public.tenants SET status = %s WHERE id = %s", (status, made))
    is_told(db, made, "tenant.created", kind)


def test_a_row_that_goes_and_comes_again_is_told_of_each_time(db, tenant):
    """Also where the status stays, but name and owner do not."""
    def again(name):
        db.own.run("INSERT INTO public.custom_auth_tenant (id, name, owner_id, schema_name) VALUES (%s, %s, 'eve', 's')",
                   (tenant, name))
    db.own.run("DELETE FROM public.custom_auth_tenant WHERE id = %s", (tenant,))
    again("Back")
    is_told(db, tenant, "tenant.created", "tenant.deactivated", "tenant.restored")
    db.own.run("UPDATE public.tenants SET status = 'deactivated' WHERE id = %s", (tenant,))
    db.own.run("DELETE FROM public.custom_auth_tenant WHERE id = %s", (tenant,))
    is_told(db, tenant, "tenant.created", "tenant.deactivated", "tenant.restored", "tenant.deactivated", "tenant.updated")
    again("Late")
    rows = is_told(db, tenant, "tenant.created", "tenant.deactivated", "tenant.restored", "tenant.deactivated",
                   "tenant.updated", "tenant.updated")
    assert (rows[-2][2]["ownerId"], rows[-1][2]["name"], rows[-1][2]["ownerId"]) == (None, "Late", "eve")


def test_memberships_are_told(db, tenant):
    run = db.own.run
    run("SELECT set_config('app.current_tenant_id', 'unset', false)")
    run("INSERT INTO public.tenant_users (tenant_id, user_id, role) VALUES (%s, 'ben', 'member')", (tenant,))
    run("UPDATE public.tenant_users SET role = 'admin' WHERE user_id = 'ben'")
    run("UPDATE public.tenant_users SET role = 'admin' WHERE user_id = 'ben'")
    run("DELETE FROM public.tenant_users WHERE user_id = 'ben'")
    rows = told(db, tenant, 1)
    assert [(r[0], r[2]["userId"], r[2]["role"]) for r in rows] == [
        ("membership.changed", "ben", "admin"), ("membership.removed", "ben", "admin")]


RENAME = "UPDATE public.custom_auth_tenant SET name = 'Second' WHERE id = %s"
PLAN = "UPDATE public.tenants SET plan = 'enterprise' WHERE id = %s"


@pytest.mark.parametrize("first, second", [(RENAME, PLAN), (PLAN, RENAME)], ids=["rename, plan", "plan, rename"])
def test_of_two_changes_at_once_the_last_is_told_with_both(db, tenant, first, second):
    """They are of two tables, and neither sees the other's row until that is committed."""
    one = Session(db.cluster, db.name, "own", autocommit=False)
    with one, Session(db.cluster, db.name, "own") as two:
        one.run(first, (tenant,))
        other = threading.Thread(target=two.run, args=(second, (tenant,)))
        other.start()
        other.join(0.3)
        one.c.commit()
        other.join(10)
    is_told(db, tenant, "tenant.created", *("tenant.renamed" if c is RENAME else "tenant.plan_changed" for c in (first, second)))


def test_the_management_alone_writes_events_of_others(db, tenant):
    """The trigger's function is nobody's to call."""
    for role in (db.srv, db.app):
        with pytest.raises(Exception, match="permission denied"):
            role.run("SELECT tenantd.tell(%s, 'tenant.purged', 2, '{}')", (tenant,))


# -- the feed --

@pytest.mark.parametrize("context", ["unset", "x"])
def test_a_look_at_the_feed_costs_what_it_looks_at(db, context):
    """However many events are kept: the bounds are found by the index, under row-level security, too."""
    db.own.within("unset", "INSERT INTO tenantd.events (seq, tenant_id, kind, payload)"
                           " SELECT g, 'x', 'tenant.updated', '{}' FROM generate_series(1, 30000) g")
    db.own.within("unset", "UPDATE tenantd.event_head SET seq = 30000")
    db.own.run("ANALYZE tenantd.events")
    db.srv.run("SET plan_cache_mode = force_generic_plan")
    db.srv.run(f"PREPARE q (bigint, text[], int, bigint) AS {query('event_feed')}")
    for after, rows in ((30000, 1), (29990, 10)):
        (plan,), = db.srv.within(context, f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE q ({after}, NULL, 50, 10000)")
        assert plan[0]["Plan"]["Actual Rows"] == rows
        assert plan[0]["Plan"]["Shared Hit Blocks"] + plan[0]["Plan"]["Shared Read Blocks"] < 60, plan
