"""sql/schema.sql is what the migrations make, and migrating is repeatable."""

import re
import subprocess

import pytest

from catalog import listing
from cluster import SQL, TOP, Session, migrate, migrate_by


def can_dump(cluster):
    """pg_dump knows no server that is newer than itself."""
    said = subprocess.run(["pg_dump", "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout
    with Session(cluster, "postgres") as s:
        return int(re.search(r"\d+", said).group()) >= int(s.one("SHOW server_version_num")) // 10000


def dump(cluster, database):
    conninfo = cluster.conninfo + f" dbname={database}"
    if not can_dump(cluster):
        return listing(conninfo)
    return subprocess.run(["sh", TOP / "tests/sql/schema.sh", conninfo],
                          check=True, stdout=subprocess.PIPE, text=True).stdout


def test_schema_sql_makes_what_the_migrations_make(cluster, template, empty):
    text = (SQL / "schema.sql").read_text(encoding="utf-8")
    head = "CREATE SCHEMA tenantd;\n"
    assert head in text
    empty.own.run(text.replace(head, head + "CREATE FUNCTION tenantd.is_control() RETURNS boolean RETURN false;", 1))
    conninfo = cluster.conninfo + " dbname="
    assert listing(conninfo + empty.name) == listing(conninfo + template)


def test_schema_sql_is_what_the_migrations_make(cluster, template):
    if not can_dump(cluster):
        pytest.skip("this pg_dump is older than the server")
    made = dump(cluster, template)
    assert made == (SQL / "schema.sql").read_text(encoding="utf-8"), \
        "sh tests/sql/schema.sh CONNINFO > sql/schema.sql brings it up to date"


def test_roles_do_not_change_the_schema(cluster, template, lone_template):
    assert dump(cluster, lone_template) == dump(cluster, template)


def test_migrating_again_changes_nothing(cluster, db):
    before = dump(cluster, db.name)
    migrate(cluster, db.name, "own", "srv", "ctl", "app")
    assert dump(cluster, db.name) == before


def test_migrating_in_two_goes_makes_the_same(cluster, empty, template):
    migrate_by(cluster, empty.name, "own", 2)
    migrate(cluster, empty.name, "own", "srv", "ctl", "app")
    assert dump(cluster, empty.name) == dump(cluster, template)


def test_every_function_that_runs_as_its_owner_fixes_its_search_path(db):
    assert db.own.run("SELECT proname FROM pg_proc WHERE pronamespace = 'tenantd'::regnamespace AND prosecdef"
                      " AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (proconfig), false)") == []


def test_functions_that_run_as_their_owner_are_not_everybodys(db):
    assert db.own.run("SELECT proname FROM pg_proc p WHERE pronamespace = 'tenantd'::regnamespace AND prosecdef"
                      " AND has_function_privilege('stranger', p.oid, 'EXECUTE')") == []
