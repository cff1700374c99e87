"""Django and Node write and read the shared table beside the running server, each with a
role of its own that has nothing but the rights on that table."""
import json
import os
import subprocess
import uuid
from pathlib import Path

import psycopg2.extensions
import pytest
import stack
from client import get_or_create, http_call
from tokens import token

HERE = Path(__file__).parent
ASSOCIATED = "Associated tenant with user"


@pytest.fixture(scope="module")
def foreign(cluster, db):
    """The environment of a foreign program."""
    role = f"{db.name}_foreign"
    cluster.sql(f"CREATE ROLE {role} LOGIN")
    db.sql(f"GRANT SELECT, INSERT, UPDATE, DELETE ON public.custom_auth_tenant TO {role}")
    at = psycopg2.extensions.parse_dsn(cluster.url_of(role, db.name))
    yield {"PATH": os.environ["PATH"], "DB_USER": role, "DB_PASSWORD": "", "DB_HOST": at["host"], "DB_PORT": at["port"],
           "DB_NAME": db.name}
    cluster.sql(f"DROP OWNED BY {role}", database=db.name)
    cluster.sql(f"DROP ROLE {role}")


@pytest.fixture
def django(foreign):
    def run(*args):
        done = subprocess.run(["/usr/bin/python3", str(HERE / "django_rows.py"), *args], env=foreign,
                              capture_output=True, text=True, check=False, timeout=300)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
    return run


@pytest.fixture
def node(foreign, node_modules):
    def run(*args):
        done = subprocess.run(["node", str(HERE / "node/insert.js"), *args], capture_output=True, text=True,
                              check=False, timeout=300, env={**foreign, "NODE_PATH": str(node_modules)})
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
    return run


def test_a_row_that_django_writes_is_found(web, db, django):
    user = f"django-{uuid.uuid4()}"
    row = django("create", user, "From Django")
    answer = get_or_create(web, db.settings["JWT_SECRET_KEY"], user)
    assert answer.status == 200, answer
    assert (answer.json()["message"], answer.json()["tenantId"]) == (ASSOCIATED, row["id"])
    assert answer.json()["isNew"] is False
    assert answer.json()["tenant"]["schemaName"] == row["schema_name"]
    assert django("read", user) == [row]


def test_a_row_that_node_writes_is_found(web, db, node):
    user, tenant = f"node-{uuid.uuid4()}", str(uuid.uuid4())
    seen = node(tenant, "From Node", user)
    assert seen["made"]["id"] == tenant and seen["made"]["rls_enabled"] is True
    answer = get_or_create(web, db.settings["JWT_SECRET_KEY"], user)
    assert answer.status == 200, answer
    assert (answer.json()["message"], answer.json()["tenantId"]) == (ASSOCIATED, tenant)


def test_what_tenantd_makes_both_can_read_and_write(web, db, django, node):
    user = f"shared-{uuid.uuid4()}"
    made = get_or_create(web, db.settings["JWT_SECRET_KEY"], user).json()
    rows = django("read", user)
    assert [r["id"] for r in rows] == [made["tenantId"]]
    assert rows[0]["is_active"] is True and rows[0]["rls_enabled"] is True
    renamed = node(made["tenantId"], "Renamed by Node", user)
    assert renamed["read"] == [{"id": made["tenantId"], "name": "Renamed by Node", "owner_id": user}]
    assert django("rename", made["tenantId"], "Renamed by Django")["name"] == "Renamed by Django"
    current = http_call(web, "GET", "/api/tenant/current", token(db.settings["JWT_SECRET_KEY"], user)).json()
    assert current["tenant"]["name"] == "Renamed by Django"


def test_a_tenant_that_django_deactivates_is_closed(web, db, django):
    user = f"closed-{uuid.uuid4()}"
    row = django("create", user, "To be closed")
    key = db.settings["JWT_SECRET_KEY"]
    assert get_or_create(web, key, user).status == 200
    assert django("deactivate", row["id"]) == 1
    answer = get_or_create(web, key, user)
    assert answer.status == 403 and answer.json()["type"].endswith("tenant-inactive"), answer


def test_a_database_that_django_filled_before_is_adopted(cluster):
    """The table and its rows were there first; migration takes over every one, twice."""
    before = """
        CREATE TABLE public.custom_auth_tenant (
          id UUID PRIMARY KEY, name VARCHAR(255) NOT NULL, owner_id VARCHAR(255), schema_name VARCHAR(255) NOT NULL,
          created_at TIMESTAMP WITH TIME ZONE DEFAULT NOW(), updated_at TIMESTAMP WITH TIME ZONE DEFAULT NOW(),
          rls_enabled BOOLEAN DEFAULT TRUE, rls_setup_date TIMESTAMP WITH TIME ZONE, is_active BOOLEAN DEFAULT TRUE);
        INSERT INTO custom_auth_tenant (id, name, owner_id, schema_name)
        SELECT gen_random_uuid(), 'Old ' || n, 'old-' || n, 'old_' || n FROM generate_series(1, 500) n;
        INSERT INTO custom_auth_tenant (id, name, schema_name, is_active, created_at)
        VALUES (gen_random_uuid(), 'Nobody''s', 'same_schema', NULL, NULL),
               (gen_random_uuid(), 'Inactive', 'same_schema', false, now())"""
    columns = """SELECT string_agg(column_name || ' ' || data_type, ',' ORDER BY ordinal_position)
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 'custom_auth_tenant'"""
    with cluster.database(migrate=False, before=before) as old:
        shape = old.value(columns)
        rows = old.sql("SELECT * FROM custom_auth_tenant ORDER BY id")
        stack.command(old.settings, "migrate")
        stack.command(old.settings, "migrate")
        assert old.value(columns) == shape
        assert old.sql("SELECT * FROM custom_auth_tenant ORDER BY id") == rows
        assert old.value("SELECT count(*) FROM public.tenants") == 502
        assert old.value("SELECT status FROM public.tenants t JOIN custom_auth_tenant c ON c.id = t.tenant"
                         " WHERE c.name = 'Inactive'") == "deactivated"
        with stack.Tenantd(old, workers=1) as app:
            t = token(old.settings["JWT_SECRET_KEY"], "old-7")
            answer = app.call("POST", "/api/tenant/getOrCreate", {"Authorization": "Bearer " + t})
            assert answer.json()["message"] == ASSOCIATED
            assert answer.json()["tenant"]["name"] == "Old 7"
