"""What the program's database may stand on: one role or many, with the least rights, which
are those of the scripts in deploy/postgresql. With $PG_BINDIR, on another PostgreSQL."""
import contextlib
import json
import uuid

import psycopg2
import pytest
import stack
from client import at_once
from ledger import ONBOARD
from tokens import bearer

POWERS = "rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication"


def findings(db, *command):
    status, text = stack.command(db.settings, *command, "--json", status=None)
    return status, json.loads(text)


def new(db, version):
    return int(db.value("SHOW server_version_num")) >= version


@pytest.fixture(params=sorted(set(stack.FOOTINGS) - {"separate"}))
def db(request, cluster):
    with cluster.database(footing=request.param) as d:
        d.footing = request.param
        yield d


def test_it_stands_and_the_first_calls_race(db):
    names = list(db.roles.values())
    assert db.sql(f"SELECT rolname FROM pg_roles WHERE rolname = ANY (%s) AND ({POWERS})", [names]) == []
    user = f"race-{uuid.uuid4()}"
    with stack.Tenantd(db, workers=8) as app:
        answers = at_once([lambda: app.call("POST", ONBOARD, bearer(db, user)) for _ in range(200)])
        assert {a.status for a in answers} == {200}, [a for a in answers if a.status != 200][:3]
        assert len({a.json()["tenantId"] for a in answers}) == 1
        assert sum(a.json()["isNew"] for a in answers) == 1
        assert db.value("SELECT count(*) FROM custom_auth_tenant WHERE owner_id = %s", [user]) == 1
        schema = answers[0].json()["tenant"]["schemaName"]
        assert db.value("SELECT count(*) FROM pg_namespace WHERE nspname = %s", [schema]) == 1
    status, found = findings(db, "rls", "check")
    assert status == 0, [f for f in found if f["verdict"] == "failed"]
    assert [f["object"] for f in found if f["check"] == "separation" and f["verdict"] == "warning"] == (
        [] if "owner" in db.roles else [db.server_role])
    # from 16 on, who made the roles administers them
    administers = [f["object"] for f in found if "it administers" in f["text"]]
    assert set(administers) == ({f"{db.name}_host"} if db.footing == "managed" and new(db, 160000) else set())
    status, found = findings(db, "doctor")
    assert status == 0, [f for f in found if f["verdict"] == "broken"]
    assert stack.command(db.settings, "migrate") == f"the database is at migration {db.value('SELECT max(number) FROM tenantd.migrations')}\n"


def test_an_application_sees_its_own_tenant_alone(cluster):
    with cluster.database(footing="least") as db, stack.Tenantd(db, workers=1) as app:
        ids = [app.call("POST", ONBOARD, bearer(db, user)).json()["tenantId"] for user in ("one", "two")]
        with contextlib.closing(psycopg2.connect(db.app_url)) as c, c.cursor() as cursor:
            def seen(context):
                cursor.execute("SELECT set_config('app.current_tenant_id', %s, true)", [context])
                cursor.execute("SELECT id FROM tenantd.my_tenant")
                rows = [row[0] for row in cursor.fetchall()]
                c.rollback()
                return rows
            assert [seen(i) for i in ids] == [[ids[0]], [ids[1]]]
            assert seen("unset") == seen("") == []
            for table in ("public.tenants", "public.custom_auth_tenant", "public.tenant_users", "tenantd.jobs"):
                with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                    cursor.execute(f"SELECT FROM {table}")
                c.rollback()


# A right of the scripts, and the word by which its lack is told by migrate or doctor.
NEEDED = [
    ("guest", "REVOKE CREATE ON DATABASE {name} FROM {server}", "permission denied for database"),
    ("guest", "REVOKE CREATE ON SCHEMA public FROM {server}", "permission denied for schema public"),
    ("guest", "REVOKE CONNECT ON DATABASE {name} FROM {server}", "permission denied for database"),
    ("least", "REVOKE CREATE ON DATABASE {name} FROM {owner}", "permission denied for database"),
    ("least", "REVOKE CREATE ON SCHEMA public FROM {owner}", "permission denied for schema public"),
    ("least", "REVOKE USAGE ON SCHEMA public FROM {server}", "permission denied for schema public"),
    ("least", "REVOKE CONNECT ON DATABASE {name} FROM {server}", "permission denied for database"),
    ("least", "REVOKE {control} FROM {server}", "is not a member of the control role"),
    ("least", "REVOKE CREATE ON DATABASE {name} FROM {server}", "cannot create the schemas of new tenants"),
]


@pytest.mark.parametrize("footing, revoke, told", NEEDED, ids=[f"{f}: {r}" for f, r, _ in NEEDED])
def test_each_right_is_needed_and_its_lack_is_told(cluster, footing, revoke, told):
    with cluster.database(footing=footing, migrate=False) as db:
        cluster.sql(revoke.format(name=db.name, **db.roles), database=db.name)
        status, text = stack.command(db.settings, "migrate", status=None)
        if status == 0:
            status, text = stack.command(db.settings, "doctor", status=None)
        assert status != 0 and told in text, text


def test_without_tenants_schemas_the_server_need_not_create(cluster):
    with cluster.database(footing="least", migrate=False) as db:
        cluster.sql(f"REVOKE CREATE ON DATABASE {db.name} FROM {db.server_role}")
        db.settings["TENANT_SCHEMAS"] = "off"
        stack.command(db.settings, "migrate")
        status, found = findings(db, "doctor")
        assert status == 0, [f for f in found if f["verdict"] == "broken"]
        with stack.Tenantd(db, workers=1) as app:
            assert app.call("POST", ONBOARD, bearer(db, "unhoused")).json()["isNew"] is True
