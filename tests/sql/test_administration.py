"""The setup guide's hand-run SQL, as its reader would run it, and what the database itself sees to."""
import uuid

import psycopg2
import pytest

import payloads

PROMOTE = "UPDATE users SET is_superuser = true WHERE email = 'your_admin_email@example.com';"
ASSIGN = "UPDATE users SET tenant_id = 'default_tenant' WHERE email = 'user_email@example.com';"


@pytest.fixture
def people(db):
    """Two users and the guide's tenant; what was told of their making is forgotten."""
    number = str(uuid.uuid4())
    db.own.run("INSERT INTO users (id, email) VALUES ('admin', 'your_admin_email@example.com'), ('user', 'user_email@example.com')")
    db.own.run("INSERT INTO tenants (id, tenant, slug) VALUES ('default_tenant', %s, 'default_tenant')", (number,))
    db.own.run("INSERT INTO custom_auth_tenant (id, name, schema_name) VALUES (%s, 'Default Tenant', 's')", (number,))
    db.own.within("unset", "DELETE FROM tenantd.events")
    return number


def told(db):
    """Kinds, payloads and actors, the oldest first."""
    rows = db.own.within("unset", "SELECT kind, version, payload, actor, tenant_id FROM tenantd.events ORDER BY id")
    payloads.check([r[:3] for r in rows])
    return [(r[0], r[2], r[3], r[4]) for r in rows]


def test_the_guides_promotion_works_as_written_and_is_told(db, people):
    db.own.run(PROMOTE)
    assert db.own.one("SELECT is_superuser FROM users WHERE id = 'admin'") is True
    [(kind, payload, actor, tenant)] = told(db)
    assert (kind, payload["userId"], payload["isSuperuser"], actor, tenant) == ("user.updated", "admin", True, "role:own", None)


def test_the_guides_assignment_works_as_written_and_is_told(db, people):
    db.own.run(ASSIGN)
    assert db.own.one("SELECT tenant_id FROM users WHERE id = 'user'") == "default_tenant"
    assert [(k, p["userId"], p["tenantId"], a, t) for k, p, a, t in told(db)] == [
        ("membership.created", "user", "default_tenant", "role:own", "default_tenant"),
        ("user.updated", "user", "default_tenant", "role:own", None)]


def test_no_context_is_left_behind_by_them(db, people):
    for statement in (PROMOTE, ASSIGN):
        db.own.run("BEGIN")
        db.own.run(statement)
        assert db.own.one("SELECT coalesce(current_setting('app.current_tenant_id', true), '')") == ""
        db.own.run("COMMIT")


@pytest.mark.parametrize("name", ["no_such_tenant", "", "DEFAULT_TENANT"])
def test_a_tenant_that_is_not_there_is_refused_by_the_database(db, people, name):
    with pytest.raises(psycopg2.errors.ForeignKeyViolation):
        db.own.run(ASSIGN.replace("default_tenant", name))
    assert db.own.one("SELECT tenant_id FROM users WHERE id = 'user'") is None and told(db) == []


def test_they_work_where_one_role_does_all(lone_db):
    lone_db.lone.run("INSERT INTO users (id, email) VALUES ('admin', 'your_admin_email@example.com'), ('user', 'user_email@example.com')")
    lone_db.lone.run("INSERT INTO tenants (id, tenant, slug) VALUES ('default_tenant', gen_random_uuid(), 'default_tenant')")
    lone_db.lone.run(PROMOTE)
    lone_db.lone.run(ASSIGN)
    assert lone_db.lone.run("SELECT id, is_superuser, tenant_id FROM users ORDER BY id") == [
        ("admin", True, None), ("user", False, "default_tenant")]


# -- sessions end with what they were begun in --

def begin(db, user, tenant):
    id = str(uuid.uuid4())
    db.own.within("unset", "INSERT INTO tenantd.sessions (id, user_id, tenant_id, expires_at) VALUES (%s, %s, %s,"
                  " now() + interval '1 hour')", (id, user, tenant))
    return id


def ended(db, id):
    return db.own.within("unset", "SELECT ended_reason FROM tenantd.sessions WHERE id = %s", (id,))[0][0]


@pytest.mark.parametrize("change", [
    "UPDATE tenants SET status = 'suspended' WHERE id = 'default_tenant'",
    "UPDATE tenants SET status = 'deactivated' WHERE id = 'default_tenant'",
    "UPDATE custom_auth_tenant SET is_active = false",
    "DELETE FROM custom_auth_tenant",
])
def test_whoever_makes_a_tenant_unusable_ends_its_sessions(db, people, change):
    theirs, others, none = begin(db, "user", "default_tenant"), begin(db, "user", "elsewhere"), begin(db, "user", None)
    db.own.run(change)
    assert (ended(db, theirs), ended(db, others), ended(db, none)) == ("tenant", None, None)
    assert db.own.run("SELECT problem FROM tenantd.adoption_faults") == []


@pytest.mark.parametrize("change", [
    "UPDATE tenants SET plan = 'professional' WHERE id = 'default_tenant'",
    "UPDATE custom_auth_tenant SET name = 'Another', is_active = true",
    "UPDATE users SET name = 'Ann' WHERE id = 'user'",
    "UPDATE users SET is_superuser = true WHERE id = 'user'",
])
def test_no_other_change_does(db, people, change):
    theirs = begin(db, "user", "default_tenant")
    db.own.run(change)
    assert ended(db, theirs) is None


def test_whoever_deactivates_a_user_ends_their_sessions(db, people):
    theirs, others = begin(db, "user", "default_tenant"), begin(db, "admin", "default_tenant")
    db.own.run("UPDATE users SET is_active = false WHERE id = 'user'")
    assert (ended(db, theirs), ended(db, others)) == ("administrator", None)


# -- what belongs to one tenant --

@pytest.mark.parametrize("table", ["tenant_keys", "tenant_secrets"])
def test_what_a_tenant_keeps_is_seen_in_its_own_context_alone(db, people, table):
    more = ", name, hint) VALUES (%s, 'v1.x', 'n', '')" if table == "tenant_secrets" else ") VALUES (%s, 'v1.x')"
    for tenant in ("default_tenant", "other"):
        db.srv.within(tenant, f"INSERT INTO tenantd.{table} (tenant_id, sealed{more}", (tenant,))
        with pytest.raises(psycopg2.Error):
            db.srv.within("third", f"INSERT INTO tenantd.{table} (tenant_id, sealed{more}", (tenant,))
    assert db.srv.within(None, f"SELECT * FROM tenantd.{table}") == []
    assert db.srv.within("other", f"SELECT tenant_id FROM tenantd.{table}") == [("other",)]
    assert db.srv.within("other", f"UPDATE tenantd.{table} SET sealed = 'v1.y' WHERE tenant_id = 'default_tenant'") == 0
    with pytest.raises(psycopg2.Error):
        db.app.within("other", f"SELECT * FROM tenantd.{table}")


@pytest.mark.parametrize("column, value", [
    ("pinecone_environment", "US-east"), ("pinecone_environment", "-a"), ("pinecone_environment", "a-"),
    ("pinecone_environment", "a.b"), ("pinecone_environment", "a" * 64), ("pinecone_environment", ""),
    ("system_prompt", "p" * 32769),
])
def test_what_a_tenant_is_said_to_be_is_bounded(db, people, column, value):
    with pytest.raises(psycopg2.errors.CheckViolation):
        db.own.run(f"UPDATE tenants SET {column} = %s WHERE id = 'default_tenant'", (value,))
