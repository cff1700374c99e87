"""A private PostgreSQL cluster, what `tenantd migrate` and `tenantd rls check` send it, and sessions."""

import hashlib
import pathlib
import subprocess
import tempfile

import psycopg2

TOP = pathlib.Path(__file__).resolve().parents[2]
SQL = TOP / "sql"
# in the order of src/rls/rls.c
RLS_CHECKS = ("role", "contexts", "functions", "tables", "policies", "grants", "views")


def sh(*args):
    return subprocess.run(["sh", TOP / "tests/lib/cluster.sh", *args], check=True,
                          stdout=subprocess.PIPE, text=True).stdout.strip()


class Cluster:
    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="tdsql.", dir="/tmp")
        self.conninfo = sh("start", self.dir)
        self.count = 0

    def stop(self):
        sh("destroy", self.dir)
        pathlib.Path(self.dir).exists() and pathlib.Path(self.dir).rmdir()

    def connect(self, database, user="postgres", autocommit=True):
        c = psycopg2.connect(self.conninfo, dbname=database, user=user)
        c.autocommit = autocommit
        return c

    def database(self, owner, template="template0"):
        """A new database; its name."""
        self.count += 1
        name = f"t{self.count}"
        with Session(self, "postgres") as s:
            s.run(f"CREATE DATABASE {name} TEMPLATE {template} OWNER {owner}")
        return name


class Session:
    """One connection; run() gives the rows, or None for a command without."""

    def __init__(self, cluster, database, user="postgres", autocommit=True):
        self.c = cluster.connect(database, user, autocommit)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.c.close()

    def run(self, sql, args=None):
        with self.c.cursor() as cur:
            cur.execute(sql, args)
            return cur.fetchall() if cur.description else None

    def one(self, sql, args=None):
        return self.run(sql, args)[0][0]

    def within(self, context, sql, args=None):
        """In a transaction of its own with the context set, as the program does it:
        the rows, or how many rows a command changed."""
        with self.c.cursor() as cur:
            cur.execute("BEGIN")
            try:
                if context is not None:
                    cur.execute("SELECT set_config('app.current_tenant_id', %s, true)", (context,))
                cur.execute(sql, args)
                result = cur.fetchall() if cur.description else cur.rowcount
                cur.execute("COMMIT")
                return result
            except psycopg2.Error:
                cur.execute("ROLLBACK")
                raise


def query(name):
    return (SQL / "query" / f"{name}.sql").read_text(encoding="utf-8")


def rls_check(session):
    """What rls_check() of src/rls does: rows of object, check, verdict, text."""
    session.run("BEGIN")
    try:
        session.run("SELECT set_config('app.current_tenant_id', 'unset', true)")
        session.run(query("rls_search_path"))
        session.run(query("rls_reset_context"))
        found = session.run(query("rls_installed"))
        if all(f[2] != "failed" for f in found):
            for check in RLS_CHECKS:
                found += session.run(query(f"rls_{check}"))
            session.run(query("rls_probe"))
            found += session.run(query("rls_probe_result"))
        return found
    finally:
        session.run("ROLLBACK")


def migrate(cluster, database, owner, server="", control="", app="", until=None):
    """What `tenantd migrate` does; until: stop after that number, without granting."""
    with Session(cluster, database, owner, autocommit=False) as s:
        s.run(query("migration_bootstrap"))
        s.c.commit()
        done = {r[0] for r in s.run("SELECT number FROM tenantd.migrations")}
        for path in sorted((SQL / "migrations").glob("*.sql")):
            number = int(path.name[:4])
            if number in done or (until and number > until):
                continue
            s.run("SELECT set_config('app.current_tenant_id', 'unset', true)")
            s.run(path.read_text(encoding="utf-8"))
            s.run("INSERT INTO tenantd.migrations (number, name, checksum) VALUES (%s, %s, %s)",
                  (number, path.stem, hashlib.sha256(path.read_bytes()).hexdigest()))
            s.c.commit()
        if not until:
            s.run("SELECT tenantd.grant_roles(%s, %s, %s)", (server, control, app))
            s.c.commit()
