"""Statements about roles, groups and members: who manages a tenant, and what is taken back of one that was not made."""
import uuid

import pytest

from test_jobs import call


@pytest.fixture
def tenant(db):
    tenant = str(uuid.uuid4())
    db.own.run("INSERT INTO public.custom_auth_tenant (id, name, schema_name) VALUES (%s, 'Acme', 's')", (tenant,))
    return tenant


def run(db, statement, *args):
    db.own.within("unset", statement, args)


def member(db, tenant, role, active=True):
    user = str(uuid.uuid4())
    run(db, "INSERT INTO public.users (id, email, is_active) VALUES (%s, %s, %s)", user, user, active)
    run(db, "INSERT INTO public.tenant_users (tenant_id, user_id, role) VALUES (%s, %s, %s)", tenant, user, role)
    return user


def group(db, tenant, role, *users):
    id = str(uuid.uuid4())
    run(db, "INSERT INTO tenantd.groups (id, tenant_id, name, folded, role) VALUES (%s, %s, 'g', %s, %s)", id, tenant, id, role)
    for user in users:
        run(db, "INSERT INTO tenantd.group_members (tenant_id, group_id, user_id) VALUES (%s, %s, %s)", tenant, id, user)


def managed(db, tenant):
    return call(db.srv, "role_managed", tenant)[0][0]


def role(db, tenant, id, *scopes):
    run(db, "INSERT INTO tenantd.roles (tenant_id, id, name, scopes) VALUES (%s, %s, %s, %s)", tenant, id, id, list(scopes))


@pytest.mark.parametrize("name, active, yes", [("owner", True, True), ("Admin", True, True), ("admin", False, False), ("member", True, False),
                                               ("chief", True, True), ("clerk", True, False), ("gardener", True, False)])
def test_who_manages_a_tenant_by_their_role(db, tenant, name, active, yes):
    role(db, tenant, "chief", "admin")
    role(db, tenant, "clerk", "read", "write")
    assert not managed(db, tenant)
    member(db, tenant, name, active)
    assert managed(db, tenant) == yes


@pytest.mark.parametrize("name, yes", [("admin", True), ("chief", True), ("member", False), (None, False)])
def test_who_manages_a_tenant_by_a_group(db, tenant, name, yes):
    role(db, tenant, "chief", "read", "admin")
    group(db, tenant, name, member(db, tenant, "viewer"))
    assert managed(db, tenant) == yes


def test_who_is_in_a_group_and_no_member_manages_nothing(db, tenant):
    group(db, tenant, "admin", str(uuid.uuid4()))
    assert not managed(db, tenant)


def test_the_assigned_and_the_registrys_owner_count(db, tenant):
    run(db, "INSERT INTO public.users (id, email, tenant_id) VALUES (%s, %s, %s)", "a-" + tenant, tenant, tenant)
    assert not managed(db, tenant)
    role(db, tenant, "member", "read", "admin")
    assert managed(db, tenant)
    run(db, "DELETE FROM tenantd.roles WHERE tenant_id = %s", tenant)
    run(db, "UPDATE public.custom_auth_tenant SET owner_id = 'somebody' WHERE id = %s", tenant)
    assert managed(db, tenant)


def test_what_steps_made_is_taken_back_of_that_tenant_alone(db, tenant):
    other = str(uuid.uuid4())
    db.own.run("INSERT INTO public.custom_auth_tenant (id, name, schema_name) VALUES (%s, 'Other', 's')", (other,))
    tables = ("tenantd.roles", "tenantd.groups", "tenantd.group_members", "public.tenant_users", "tenantd.invitations")
    for t in (tenant, other):
        role(db, t, "chief", "admin")
        group(db, t, "chief", member(db, t, "chief"))
        run(db, "INSERT INTO tenantd.invitations (id, tenant_id, digest, email, role, expires_at) VALUES (gen_random_uuid()::text, %s,"
                " encode(sha256(%s::bytea), 'hex'), 'a@example.com', 'chief', now())", t, t)
    for name in ("people_clear", "group_clear", "role_clear"):
        call(db.srv, name, tenant)
    counts = lambda t: [db.own.within("unset", f"SELECT count(*) FROM {table} WHERE tenant_id = %s", (t,))[0][0] for table in tables]
    assert counts(tenant) == [0] * 5 and counts(other) == [1] * 5
