"""sql/schema.sql is what the migrations make, and migrating is repeatable."""

import os
import re
import subprocess

import pytest

from catalog import listing
from cluster import SQL, TOP, Session, migrate, migrate_by, tenantd


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
    made, file = dump(cluster, template), SQL / "schema.sql"
    if os.environ.get("UPDATE_SCHEMA"):
        file.write_text(made, encoding="utf-8")
    assert made == file.read_text(encoding="utf-8"), "UPDATE_SCHEMA=1 in the environment of this test brings it up to date"


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


def guide(cluster, database):
    """What the program prints of a database."""
    url = cluster.url(database, "own")
    run = tenantd(["guide", "database-schema"], DATABASE_URL=url, DATABASE_OWNER_URL=url)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_the_reference_of_the_schema_is_what_the_program_prints_of_it(cluster, template):
    file, made = TOP / "deploy/doc/database-schema.md", guide(cluster, template)
    if os.environ.get("UPDATE_SCHEMA"):
        file.write_text(made, encoding="utf-8")
    assert made == file.read_text(encoding="utf-8"), "UPDATE_SCHEMA=1 in the environment of this test brings it up to date"


def test_every_table_and_column_says_what_it_is_for(db):
    """In a comment of the database's, so that psql shows it as well."""
    silent = db.own.run("""
        SELECT n.nspname || '.' || c.relname || coalesce('.' || a.attname, '') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          JOIN LATERAL (SELECT 0 AS attnum, NULL AS attname UNION ALL
                        SELECT x.attnum, x.attname FROM pg_attribute x WHERE x.attrelid = c.oid AND x.attnum > 0 AND NOT x.attisdropped) a ON true
         WHERE n.nspname IN ('public', 'tenantd') AND c.relkind = 'r'
           AND CASE WHEN a.attnum = 0 THEN obj_description(c.oid, 'pg_class') ELSE col_description(c.oid, a.attnum) END IS NULL""")
    assert silent == [], "say it in the migration that makes them: COMMENT ON"
