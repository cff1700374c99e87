"""Whom an identity provider has to be told of: who assigns a user to a tenant tells of it, and
the fan-out finds everybody that an event concerns."""
import re
import uuid

import pytest
from cluster import query

REMOVED, CREATED = "membership.removed", "membership.created"


@pytest.fixture
def world(db):
    """The server's session, with tenants t and other, and user u."""
    for id in ("t", "other"):
        db.srv.run("INSERT INTO public.tenants (id, tenant, slug) VALUES (%s, %s, %s)", (id, str(uuid.uuid4()), "slug-" + id))
    db.srv.run("INSERT INTO public.users (id, email) VALUES ('u', 'u@example.com')")
    return db.srv


def member(session, tenant, user):
    session.within("unset", "INSERT INTO public.tenant_users (tenant_id, user_id) VALUES (%s, %s)", (tenant, user))


def told(session):
    """The memberships told of, oldest first."""
    return session.within("unset", "SELECT kind, tenant_id, payload->>'userId', payload->>'role' FROM tenantd.events"
                                   " WHERE kind LIKE 'membership.%%' ORDER BY id", ())


def number(session):
    """All events get their numbers; the last one."""
    session.within("unset", "UPDATE tenantd.events e SET seq = n.seq FROM"
                            " (SELECT id, row_number() OVER (ORDER BY id) AS seq FROM tenantd.events) n WHERE n.id = e.id")
    return session.within("unset", "SELECT max(seq) FROM tenantd.events")[0][0]


def fan_out(session, first, last):
    """The jobs that these events make: user, tenant, lane, pool, how many at once."""
    text = re.sub(r"\$(\d)", lambda m: "%(a" + m.group(1) + ")s", query("identity_fan_out").replace("%", "%%"))
    session.within("unset", text, dict(zip(("a1", "a2", "a3", "a4", "a5", "a6"), (first, last, "identity.sync", "p", "pool", 4))))
    jobs = session.within("unset", "SELECT payload->>'userId', tenant_id, lane, pool, pool_most FROM tenantd.jobs ORDER BY 1")
    session.within("unset", "DELETE FROM tenantd.jobs")
    return jobs


def test_an_operators_assignment_is_told_and_so_is_its_end(world, db):
    db.own.run("UPDATE users SET tenant_id = 't' WHERE email = 'u@example.com'")
    db.own.run("UPDATE users SET tenant_id = 'other' WHERE email = 'u@example.com'")
    db.own.run("UPDATE users SET is_active = false")
    db.own.run("UPDATE users SET is_active = true")
    db.own.run("UPDATE users SET tenant_id = NULL")
    assert told(world) == [(CREATED, "t", "u", "member"), (REMOVED, "t", "u", "member"), (CREATED, "other", "u", "member"),
                           (REMOVED, "other", "u", "member"), (CREATED, "other", "u", "member"),
                           (REMOVED, "other", "u", "member")]


def test_a_user_who_comes_or_goes_with_an_assignment_is_told_of(world, db):
    world.run("INSERT INTO public.users (id, email, tenant_id) VALUES ('v', 'v@example.com', 't')")
    world.run("INSERT INTO public.users (id, email, tenant_id, is_active) VALUES ('w', 'w@example.com', 't', false)")
    db.own.run("DELETE FROM public.users")
    assert told(world) == [(CREATED, "t", "v", "member"), (REMOVED, "t", "v", "member")]


def test_other_changes_of_a_user_are_not_told(world, db):
    world.run("UPDATE public.users SET tenant_id = 't'")
    world.run("UPDATE public.users SET is_superuser = true, email = 'x@example.com', tenant_id = 't'")
    assert len(told(world)) == 1


@pytest.mark.parametrize("context", [None, "unset", "other"])
def test_an_assignment_of_somebody_who_is_a_member_is_no_news(world, db, context):
    member(world, "t", "u")
    db.own.within(context, "UPDATE public.users SET tenant_id = 't'")
    db.own.within(context, "UPDATE public.users SET tenant_id = NULL")
    assert told(world) == []
    assert not db.own.one("SELECT current_setting('app.current_tenant_id', true)")


def test_a_tenants_change_concerns_whoever_is_in_it(world, db):
    member(world, "t", "m")
    world.run("UPDATE public.users SET tenant_id = 't'")
    world.within("unset", "INSERT INTO tenantd.identity_sync (provider, user_id, tenant_id) VALUES"
                          " ('p', 'once', 't'), ('q', 'elsewhere', 't'), ('p', 'stranger', 'other')")
    number(world)
    world.run("UPDATE public.tenants SET plan = 'enterprise' WHERE id = 't'")
    last = number(world)
    assert fan_out(world, last, last) == [(user, "t", f"identity.sync:{user}", "pool", 4) for user in ("m", "once", "u")]


def test_a_registry_row_concerns_its_owner(world, db):
    world.run("INSERT INTO public.custom_auth_tenant (id, name, owner_id, schema_name) VALUES (%s, 'n', 'owner', 's')",
              (str(uuid.uuid4()),))
    last = number(world)
    assert [j[0] for j in fan_out(world, last, last)] == ["owner"]
    world.run("UPDATE public.custom_auth_tenant SET owner_id = 'next'")
    last = number(world)
    assert [j[0] for j in fan_out(world, last, last)] == ["next"]


def test_a_membership_concerns_its_user_alone_once(world, db):
    member(world, "t", "m")
    member(world, "t", "n")
    number(world)
    world.within("unset", "UPDATE public.tenant_users SET role = 'admin' WHERE user_id = 'n'")
    world.within("unset", "DELETE FROM public.tenant_users WHERE user_id = 'n'")
    last = number(world)
    assert [j[0] for j in fan_out(world, last - 1, last)] == ["n"]
