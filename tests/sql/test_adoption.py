"""The registry as other applications have it: taken as it is, followed, never in their way."""

import uuid

import psycopg2
import pytest

from cluster import Session, migrate

REGISTRY = """
CREATE TABLE public.custom_auth_tenant (
  id UUID PRIMARY KEY,
  name VARCHAR(255) NOT NULL,
  owner_id VARCHAR(255),
  schema_name VARCHAR(255) NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT NOW(),
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT NOW(),
  rls_enabled BOOLEAN DEFAULT TRUE,
  rls_setup_date TIMESTAMP WITH TIME ZONE,
  is_active BOOLEAN DEFAULT TRUE
);
"""
# as the Next.js routes send it
NODE = """
  INSERT INTO custom_auth_tenant (
    id, name, owner_id, schema_name, created_at, updated_at,
    rls_enabled, rls_setup_date
  )
  VALUES (%s, %s, %s, %s, NOW(), NOW(), true, NOW())
  ON CONFLICT (id) DO UPDATE
  SET name = EXCLUDED.name,
      updated_at = NOW()
  RETURNING id, name, schema_name, owner_id, rls_enabled;
"""
# as Django's save() sends it: an UPDATE first, and every column in the INSERT
DJANGO_UPDATE = """UPDATE "custom_auth_tenant" SET "name" = %s, "owner_id" = %s, "schema_name" = %s,
  "created_at" = now(), "updated_at" = now(), "rls_enabled" = true, "rls_setup_date" = NULL,
  "is_active" = %s WHERE "custom_auth_tenant"."id" = %s"""
DJANGO_INSERT = """INSERT INTO "custom_auth_tenant" ("id", "name", "owner_id", "schema_name", "created_at",
  "updated_at", "rls_enabled", "rls_setup_date", "is_active") VALUES (%s, %s, %s, %s, now(), now(), true, NULL, %s)"""


@pytest.fixture
def foreign(db):
    """The other applications' own role, with no right but on their table."""
    db.own.run("GRANT SELECT, INSERT, UPDATE, DELETE ON public.custom_auth_tenant TO stranger")
    return db.stranger


def node(session, id, name="Acme"):
    return session.run(NODE, (id, name, "user-1", "tenant_" + id.replace("-", "_")))


def twin(db, id):
    rows = db.own.run("SELECT id, slug, status FROM public.tenants WHERE tenant = %s", (id,))
    return rows[0] if rows else None


def faults(db):
    return db.own.one("SELECT count(*) FROM tenantd.adoption_faults")


# -- a table that was there before --

def test_ten_thousand_rows_are_adopted_and_the_table_is_untouched(cluster, empty):
    empty.own.run(REGISTRY)
    empty.own.run("""INSERT INTO custom_auth_tenant (id, name, schema_name, is_active)
        SELECT CASE WHEN g %% 3 = 0 THEN ('00000000-0000-4000-8000-' || lpad(g::text, 12, '0'))::uuid
                    ELSE gen_random_uuid() END, 'n', 's' || g,
               CASE WHEN g %% 100 = 0 THEN false WHEN g %% 101 = 0 THEN NULL ELSE true END
          FROM generate_series(1, 10000) g""", ())
    before = empty.own.run("SELECT * FROM custom_auth_tenant ORDER BY id")
    shape = empty.own.run("SELECT attname, atttypid, attnotnull FROM pg_attribute"
                          " WHERE attrelid = 'custom_auth_tenant'::regclass ORDER BY attnum")
    migrate(cluster, empty.name, "own", "srv", "ctl", "app")
    assert before == empty.own.run("SELECT * FROM custom_auth_tenant ORDER BY id")
    assert shape == empty.own.run("SELECT attname, atttypid, attnotnull FROM pg_attribute"
                                  " WHERE attrelid = 'custom_auth_tenant'::regclass ORDER BY attnum")
    assert empty.own.one("SELECT count(*) FROM tenants t JOIN custom_auth_tenant c ON c.id = t.tenant"
                         " WHERE t.id = c.id::text AND t.created_at = c.created_at") == 10000
    assert empty.own.run("SELECT status, count(*) FROM tenants GROUP BY 1 ORDER BY 1") == [
        ("active", 9900), ("deactivated", 100)]
    assert empty.own.one("SELECT count(*) FROM tenantd.names") == 20000
    assert faults(empty) == 0


def test_clashing_prefixes_get_the_long_slug(db, foreign):
    first, second = "abcdefab-cdef-4000-8000-000000000001", "abcdefab-cdef-4000-8000-000000000002"
    node(foreign, first)
    node(foreign, second)
    assert twin(db, first)[1] == "tenant-abcdefabcdef"
    assert twin(db, second)[1] == "tenant-abcdefabcdef40008000000000000002"


@pytest.mark.parametrize("alter, named", [
    ("ALTER COLUMN name TYPE TEXT", '"name" is text, not character varying(255)'),
    ("ALTER COLUMN owner_id TYPE VARCHAR(100)", '"owner_id" is character varying(100)'),
    ("DROP COLUMN is_active", '"is_active" is missing'),
    ("ALTER COLUMN schema_name DROP NOT NULL", '"schema_name" may be null'),
    ("ALTER COLUMN created_at TYPE TIMESTAMP", '"created_at" is timestamp without time zone'),
    ("DROP CONSTRAINT custom_auth_tenant_pkey", "primary key is not (id)"),
    ("ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY", "row-level security is forced"),
    ("ADD COLUMN region TEXT NOT NULL", '"region" is not ours'),
])
def test_another_form_of_the_table_is_refused_by_name(cluster, empty, alter, named):
    empty.own.run(REGISTRY + f"ALTER TABLE custom_auth_tenant {alter}")
    with pytest.raises(psycopg2.Error) as e:
        migrate(cluster, empty.name, "own")
    assert named in str(e.value)
    assert empty.own.one("SELECT to_regclass('public.tenants') IS NULL")


def test_a_table_of_another_owner_is_refused(cluster, empty):
    with Session(cluster, empty.name) as s:
        s.run(REGISTRY)
    with pytest.raises(psycopg2.Error, match='belongs to role "postgres"'):
        migrate(cluster, empty.name, "own")


def test_columns_and_constraints_that_do_not_hurt_are_left_alone(cluster, empty):
    empty.own.run(REGISTRY + "ALTER TABLE custom_auth_tenant ADD COLUMN note TEXT, ADD UNIQUE (schema_name)")
    migrate(cluster, empty.name, "own")


@pytest.mark.parametrize("table", ["tenants", "users", "tenant_users"])
def test_a_table_in_our_place_is_refused(cluster, empty, table):
    empty.own.run(f"CREATE TABLE public.{table} (id INT)")
    with pytest.raises(psycopg2.Error, match=f'"public.{table}" exists already'):
        migrate(cluster, empty.name, "own")


def test_an_existing_index_on_owner_id_is_kept(cluster, empty):
    empty.own.run(REGISTRY + "CREATE INDEX custom_auth_tenant_owner_id_idx ON custom_auth_tenant (owner_id)")
    migrate(cluster, empty.name, "own")


# -- rows written beside us --

def test_nodes_insert_gets_its_row_and_its_upsert_no_second(db, foreign):
    id = str(uuid.uuid4())
    assert node(foreign, id)[0][:2] == (id, "Acme")
    assert twin(db, id) == (id, "tenant-" + id.replace("-", "")[:12], "active")
    assert node(foreign, id, "Acme Ltd")[0][1] == "Acme Ltd"
    assert db.own.one("SELECT count(*) FROM tenants") == 1


def test_djangos_save_is_followed(db, foreign):
    id = str(uuid.uuid4())
    foreign.run(DJANGO_UPDATE, ("A", None, "s", True, id))
    assert twin(db, id) is None
    foreign.run(DJANGO_INSERT, (id, "A", None, "s", True))
    assert twin(db, id)[2] == "active"
    foreign.run(DJANGO_UPDATE, ("A", None, "s", False, id))
    assert twin(db, id)[2] == "deactivated"
    foreign.run(DJANGO_UPDATE, ("A", None, "s", True, id))
    assert twin(db, id)[2] == "active"


def test_inactive_row_gets_a_deactivated_one(db, foreign):
    id = str(uuid.uuid4())
    foreign.run(DJANGO_INSERT, (id, "A", None, "s", False))
    assert twin(db, id)[2] == "deactivated"


@pytest.mark.parametrize("state", ["suspended", "purged"])
def test_suspended_and_purged_are_not_revived(db, foreign, state):
    id = str(uuid.uuid4())
    node(foreign, id)
    for step in {"suspended": ["suspended"], "purged": ["deactivated", "purged"]}[state]:
        db.srv.run("UPDATE tenants SET status = %s WHERE tenant = %s", (step, id))
    for active in (False, True):
        foreign.run("UPDATE custom_auth_tenant SET is_active = %s WHERE id = %s", (active, id))
        assert twin(db, id)[2] == state
    node(foreign, id)
    assert twin(db, id)[2] == state


def test_delete_deactivates_and_writing_again_revives(db, foreign):
    id = str(uuid.uuid4())
    node(foreign, id)
    foreign.run("DELETE FROM custom_auth_tenant WHERE id = %s", (id,))
    assert twin(db, id)[2] == "deactivated"
    node(foreign, id)
    assert twin(db, id)[2] == "active"


def test_delete_is_no_way_out_of_suspension(db, foreign):
    id = str(uuid.uuid4())
    node(foreign, id)
    db.srv.run("UPDATE tenants SET status = 'suspended' WHERE tenant = %s", (id,))
    foreign.run("DELETE FROM custom_auth_tenant WHERE id = %s", (id,))
    assert twin(db, id)[2] == "deactivated"
    node(foreign, id)
    foreign.run("UPDATE custom_auth_tenant SET is_active = false WHERE id = %s", (id,))
    foreign.run("UPDATE custom_auth_tenant SET is_active = true WHERE id = %s", (id,))
    assert twin(db, id)[2] == "deactivated"


def test_changed_id_is_a_delete_and_an_insert(db, foreign):
    old, new = str(uuid.uuid4()), str(uuid.uuid4())
    node(foreign, old)
    foreign.run("UPDATE custom_auth_tenant SET id = %s WHERE id = %s", (new, old))
    assert twin(db, old)[2] == "deactivated" and twin(db, new)[2] == "active"


def test_our_own_row_written_first_is_left_alone(db):
    id = str(uuid.uuid4())
    db.srv.run("BEGIN")
    db.srv.run("INSERT INTO tenants (id, tenant, slug, status) VALUES ('own_id', %s, 'own-slug', 'provisioning')", (id,))
    db.srv.run("INSERT INTO custom_auth_tenant (id, name, schema_name) VALUES (%s, 'n', 's')", (id,))
    db.srv.run("COMMIT")
    assert twin(db, id) == ("own_id", "own-slug", "provisioning")


def test_replication_is_followed_too(db, cluster):
    id = str(uuid.uuid4())
    with Session(cluster, db.name) as s:
        s.run("SET session_replication_role = replica")
        node(s, id)
    assert twin(db, id)[2] == "active"
    assert db.own.one("SELECT count(*) FROM tenantd.names WHERE tenant_id = %s", (id,)) == 2


def test_a_foreign_context_does_not_matter(db, foreign):
    for context in ("unset", "", str(uuid.uuid4())):
        id = str(uuid.uuid4())
        foreign.within(context, NODE, (id, "n", "u", "s"))
        assert twin(db, id)[2] == "active"


def test_a_search_path_of_their_own_does_not_matter(db, foreign, cluster):
    with Session(cluster, db.name) as s:
        s.run("CREATE SCHEMA evil AUTHORIZATION stranger")
    foreign.run("CREATE TABLE evil.tenants (LIKE public.custom_auth_tenant);"
                "CREATE FUNCTION evil.lower(TEXT) RETURNS TEXT LANGUAGE sql AS 'SELECT ''x''';"
                "SET search_path = evil, public, pg_catalog")
    id = str(uuid.uuid4())
    node(foreign, id)
    assert twin(db, id)[1] == "tenant-" + id.replace("-", "")[:12]


def test_delete_fails_what_was_still_being_made(db, foreign):
    id = str(uuid.uuid4())
    db.srv.run("INSERT INTO tenants (id, tenant, slug, status) VALUES (%s, %s, 'half', 'provisioning')", (id, id))
    node(foreign, id)
    foreign.run("DELETE FROM custom_auth_tenant WHERE id = %s", (id,))
    assert db.own.run("SELECT status, status_reason FROM tenants") == [("failed", "deleted from the registry")]
    assert faults(db) == 0


# -- who owns a tenant --

def members(db, id):
    return db.srv.within("unset", "SELECT user_id, role FROM tenant_users WHERE tenant_id = %s ORDER BY 1", (id,))


@pytest.fixture(params=["NOBYPASSRLS", "BYPASSRLS"])
def owned(request, cluster, db, foreign):
    """Two tenants of user-1, under an owner role that policies hold and one that they do not."""
    ids = [str(uuid.uuid4()) for _ in range(2)]
    for id in ids:
        node(foreign, id)
        db.srv.within("unset", "INSERT INTO tenant_users (tenant_id, user_id, role)"
                      " VALUES (%s, 'user-1', 'owner'), (%s, 'other', 'owner'), (%s, 'third', 'member')", (id, id, id))
    with Session(cluster, "postgres") as s:
        s.run(f"ALTER ROLE own {request.param}")
        yield ids
        s.run("ALTER ROLE own NOBYPASSRLS")


MOVE = "UPDATE custom_auth_tenant SET owner_id = %s WHERE id = %s"
REST = [("other", "owner"), ("third", "member")]
FORMER = [*REST, ("user-1", "owner")]


@pytest.mark.parametrize("context", [None, "", "unset", "tenant_a"])
@pytest.mark.parametrize("to", ["user-2", None])
def test_a_former_owner_is_no_member_any_more(db, foreign, owned, context, to):
    assert foreign.within(context, MOVE, (to, owned[0])) == 1
    assert members(db, owned[0]) == REST and members(db, owned[1]) == FORMER
    assert faults(db) == 0


@pytest.mark.parametrize("context", [None, "", "unset", "tenant_a"])
def test_a_move_leaves_the_callers_context_as_it_was(foreign, owned, context):
    foreign.run("BEGIN")
    if context is not None:
        foreign.run("SELECT set_config('app.current_tenant_id', %s, true)", (context,))
    foreign.run(MOVE, ("user-2", owned[0]))
    assert foreign.one("SELECT coalesce(current_setting('app.current_tenant_id', true), '')") == (context or "")
    foreign.run("COMMIT")
    assert foreign.one("SELECT coalesce(current_setting('app.current_tenant_id', true), '')") == ""


def test_ownership_that_moves_back_ends_the_others(db, foreign, owned):
    foreign.run(MOVE, ("user-2", owned[0]))
    db.srv.within("unset", "INSERT INTO tenant_users (tenant_id, user_id, role) VALUES (%s, 'user-2', 'owner')", (owned[0],))
    foreign.run(MOVE, ("user-1", owned[0]))
    assert members(db, owned[0]) == REST and faults(db) == 0


def test_a_former_owner_with_another_role_keeps_it(db, foreign, owned):
    db.srv.within("unset", "UPDATE tenant_users SET role = 'admin' WHERE user_id = 'user-1'")
    foreign.run(MOVE, ("user-2", owned[0]))
    assert members(db, owned[0]) == [*REST, ("user-1", "admin")]


def test_writing_the_same_owner_again_changes_nothing(db, foreign, owned):
    foreign.run(DJANGO_UPDATE, ("A", "user-1", "s", True, owned[0]))
    assert members(db, owned[0]) == FORMER


def test_a_move_that_cannot_be_followed_succeeds_and_leaves_a_fault(db, foreign, owned):
    db.own.run("ALTER TABLE tenant_users RENAME TO gone")
    foreign.run("SET app.current_tenant_id = 'tenant_a'; BEGIN")
    foreign.run(MOVE, ("user-2", owned[0]))
    assert foreign.one("SHOW app.current_tenant_id") == "tenant_a"
    foreign.run("COMMIT")
    assert foreign.one("SHOW app.current_tenant_id") == "tenant_a"
    assert db.own.one("SELECT owner_id FROM custom_auth_tenant WHERE id = %s", (owned[0],)) == "user-2"
    assert faults(db) == 1


# -- nothing makes their write fail --

def test_taken_names_leave_a_fault_and_the_foreign_row(db, foreign):
    id = str(uuid.uuid4())
    hex = id.replace("-", "")
    for n, slug in enumerate(("tenant-" + hex[:12], "tenant-" + hex, f"tenant-{hex}-2", f"tenant-{hex}-3")):
        db.srv.run("INSERT INTO tenants (id, tenant, slug) VALUES (%s, %s, %s)", (f"t{n}", str(uuid.uuid4()), slug))
    node(foreign, id)
    assert twin(db, id) is None
    assert db.own.run("SELECT tenant FROM tenantd.adoption_faults") == [(id,)]
    assert any("could not follow" in n for n in foreign.c.notices)
    db.srv.run("UPDATE tenants SET slug = 'elsewhere' WHERE id = 't0'")
    db.srv.run("UPDATE tenantd.names SET held_until = now() WHERE kind = 'past_slug'")
    assert db.srv.one("SELECT tenantd.adopt_all()") == 1
    assert twin(db, id)[1] == "tenant-" + hex[:12]


@pytest.mark.parametrize("sabotage", [
    "ALTER TABLE tenants RENAME TO gone",
    "ALTER TABLE tenants ADD CONSTRAINT never CHECK (slug = 'x') NOT VALID",
    "DROP TABLE tenantd.names CASCADE",
    "ALTER TABLE tenants RENAME TO gone; DROP TABLE tenantd.adoption_faults",
    "ALTER FUNCTION tenantd.adopt_tenant(UUID) RENAME TO gone",
])
def test_a_broken_control_plane_does_not_stop_them(db, foreign, sabotage):
    kept, id = str(uuid.uuid4()), str(uuid.uuid4())
    node(foreign, kept)
    db.own.run(sabotage)
    node(foreign, id)
    node(foreign, id, "again")
    foreign.run("UPDATE custom_auth_tenant SET is_active = false WHERE id = %s", (kept,))
    foreign.run("DELETE FROM custom_auth_tenant WHERE id = %s", (kept,))
    assert foreign.run("SELECT id, name FROM custom_auth_tenant") == [(id, "again")]


def test_adopt_all_repairs_what_was_missed(db):
    db.own.run("ALTER TABLE custom_auth_tenant DISABLE TRIGGER tenantd_adopt")
    ids = [str(uuid.uuid4()) for _ in range(50)]
    for id in ids:
        node(db.own, id)
    assert db.srv.one("SELECT tenantd.adopt_all()") == 50
    assert db.srv.one("SELECT tenantd.adopt_all()") == 0
    assert all(twin(db, id)[2] == "active" for id in ids)


def test_strangers_cannot_call_the_repair(db):
    for call in ("tenantd.adopt_all()", "tenantd.adopt_tenant(gen_random_uuid())",
                 "tenantd.grant_roles('stranger', '', '')"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            db.stranger.run(f"SELECT {call}")
