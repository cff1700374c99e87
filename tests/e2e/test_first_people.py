"""Who is in a tenant that POST /api/tenants made, and with which roles and groups.
KILL_MATRIX=all: kills at each point under every onFailure, not a sample."""
import uuid

import pytest
from creating import Creating, crossed, sweep

ALL = ["read", "write", "delete", "admin"]
MAILS = {"SMTP_URL": "smtp://127.0.0.1:9", "MAIL_FROM": "us@example.com", "ACCOUNT_URL": "https://app.example.com"}


@pytest.fixture(scope="module")
def db(cluster):
    with cluster.database() as d:
        yield d


def made(c, **body):
    answer = c.create(**body)
    assert answer.status == 201, answer.body
    return c.converged()["tenantId"]


def invitations(db, tenant):
    return db.sql("SELECT email, role, invited_by IS NOT NULL FROM tenantd.invitations WHERE tenant_id = %s", [tenant])


def test_a_tenant_begins_with_roles_groups_and_its_creator(db):
    with Creating(db) as c:
        tenant = made(c)
        creator = db.value("SELECT requested_by FROM tenantd.operations WHERE tenant_id = %s", [tenant])
        assert db.sql("SELECT id, name, description, scopes, builtin FROM tenantd.roles WHERE tenant_id = %s ORDER BY id", [tenant]) == [
            ("admin", "Admin", "Full access to all features", ALL, True),
            ("member", "Member", "Standard user access", ["read", "write"], True),
            ("viewer", "Viewer", "Read-only access", ["read"], True)]
        assert db.sql("SELECT name, role FROM tenantd.groups WHERE tenant_id = %s ORDER BY name", [tenant]) == [
            ("Administrators", "admin"), ("Members", "member")]
        assert db.sql("SELECT user_id, role FROM public.tenant_users WHERE tenant_id = %s", [tenant]) == [(creator, "admin")]
        assert db.sql("SELECT g.name, k.user_id FROM tenantd.group_members k JOIN tenantd.groups g ON g.id = k.group_id "
                      "WHERE k.tenant_id = %s", [tenant]) == [("Administrators", creator)]
        assert db.value("SELECT count(*) FROM tenantd.events WHERE tenant_id = %s AND kind = 'membership.created'", [tenant]) == 1
        assert db.value("SELECT count(*) FROM tenantd.audit WHERE tenant_id = %s AND event = 'MEMBERSHIP_CREATED'", [tenant]) == 1
        assert invitations(db, tenant) == []


@pytest.mark.parametrize("settings, mails", [(MAILS, 1), ({}, 0)], ids=["mail", "no mail"])
def test_the_address_of_an_admin_is_invited(db, settings, mails):
    """Where no mail can be sent the invitation is there all the same, to be sent again later."""
    with Creating(db, **settings) as c:
        email = f"{uuid.uuid4().hex}@example.com"
        tenant = made(c, adminEmail=email)
        assert invitations(db, tenant) == [(email, "admin", True)]
        assert db.value("SELECT count(*) FROM tenantd.jobs WHERE tenant_id = %s AND payload->>'template' = 'invitation' "
                        "AND payload->>'to' = %s", [tenant, email]) == mails
        assert db.value("SELECT count(*) FROM tenantd.events WHERE tenant_id = %s AND kind = 'invitation.created'", [tenant]) == 1


def test_the_creators_own_address_is_a_members_already(db):
    with Creating(db) as c:
        assert invitations(db, made(c, adminEmail="Platform@EXAMPLE.com")) == []


@pytest.mark.parametrize("step, point, way", [(step, *row) for step in ("roles", "groups", "administrator")
                                              for row in crossed(["begin", "recorded"])])
def test_a_kill_at_each_of_these_steps_ends_well(db, step, point, way):
    with Creating(db, f"{step}:{point}=kill") as c:
        assert c.create(adminEmail=f"{uuid.uuid4().hex}@example.com", onFailure=way) is None
        op = c.converged()
        assert op["state"] == "succeeded", op
        assert [db.value(f"SELECT count(*) FROM {t} WHERE tenant_id = %s", [op["tenantId"]])
                for t in ("tenantd.roles", "tenantd.groups", "tenantd.group_members", "public.tenant_users", "tenantd.invitations")] == [3, 2, 1, 1, 1]


def test_all_of_it_is_taken_back(db):
    with Creating(db, "activation:begin=fail") as c:
        assert c.create(adminEmail=f"{uuid.uuid4().hex}@example.com").status == 503
        op = c.converged()
        assert op["state"] == "rolled_back", op
        assert [db.value(f"SELECT count(*) FROM {t} WHERE tenant_id = %s", [op["tenantId"]])
                for t in ("tenantd.roles", "tenantd.groups", "tenantd.group_members", "public.tenant_users", "tenantd.invitations")] == [0] * 5
        assert sweep(db, op["tenantId"]) == {}
