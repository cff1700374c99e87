"""A private PostgreSQL cluster, what `tenantd migrate` and `tenantd rls check` send it, and sessions."""

import hashlib
import json
import pathlib
import subprocess
import tempfile

import psycopg2

import stack

TOP = pathlib.Path(__file__).resolve().parents[2]
SQL = TOP / "sql"


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

    def url(self, database, user):
        return f"{self.conninfo} dbname={database} user={user}"

    def connect(self, database, user="postgres", autocommit=True):
        c = psycopg2.connect(self.conninfo, dbname=database, user=user)
        c.autocommit = autocommit
        return c

    def database(self, owner, template="template0"):
        """A new database; its name."""
        self.count += 1
        name = f"t{self.count}"
        with Session(self, "postgres") as s:
            old = s.c.server_version < 150000
            # copying its files, as older versions do, takes a fifth of the time without fsync
            s.run(f"CREATE DATABASE {name} TEMPLATE {template} OWNER {owner}" + ("" if old else " STRATEGY file_copy"))
        if old and template == "template0":
            with Session(self, name) as s: # as later versions have it
                s.run("ALTER SCHEMA public OWNER TO pg_database_owner; REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        return name


class Session:
    """One connection; run() gives the rows, or None for a command without."""

    def __init__(self, cluster, database, user="postgres", autocommit=True):
        self.c = cluster.connect(database, user, autocommit)

    def __enter__(self):
        return self

    def conninfo(self):
        of = self.c.info.dsn_parameters
        return " ".join(f"{key}='{of[key]}'" for key in ("host", "port", "user", "dbname"))

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


def tenantd(words, **settings):
    """The program's command, with these settings and no others."""
    return subprocess.run([stack.PROGRAM, *words], env={**stack.UNHURRIED, **settings}, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def rls_check(session):
    """The findings of `tenantd rls check` as the session's role: object, check, verdict, text."""
    run = tenantd(["rls", "check", "--json"], DATABASE_URL=session.conninfo())
    assert run.stdout, run.stderr
    found = [(f["object"], f["check"], f["verdict"], f["text"]) for f in json.loads(run.stdout)]
    assert run.returncode == (70 if any(f[2] == "failed" for f in found) else 0), run
    return found


def migrate_by(cluster, database, owner, until):
    """`tenantd migrate` of a program that knew the migrations up to `until` alone."""
    with Session(cluster, database, owner, autocommit=False) as s:
        s.run(query("migration_bootstrap"))
        s.c.commit()
        for path in sorted((SQL / "migrations").glob("*.sql")):
            if int(path.name[:4]) > until:
                continue
            s.run("SELECT set_config('app.current_tenant_id', 'unset', true)")
            s.run(path.read_text(encoding="utf-8"))
            s.run("INSERT INTO tenantd.migrations (number, name, checksum) VALUES (%s, %s, %s)",
                  (int(path.name[:4]), path.stem, hashlib.sha256(path.read_bytes()).hexdigest()))
            s.c.commit()


def migrate(cluster, database, owner, server="", control="", app=""):
    """`tenantd migrate`; raises what the database said."""
    run = tenantd(["migrate"], DATABASE_OWNER_URL=cluster.url(database, owner),
                  DATABASE_URL=cluster.url(database, server or owner), DB_CONTROL_ROLE=control, DB_APP_ROLE=app)
    if run.returncode:
        raise psycopg2.Error(run.stderr)


class Database:
    """A migrated database and a session for each role that a test asks for."""

    def __init__(self, cluster, name):
        self.cluster, self.name, self.sessions = cluster, name, {}

    def __getattr__(self, role):
        if role.startswith("_"):
            raise AttributeError(role)
        if role not in self.sessions:
            self.sessions[role] = Session(self.cluster, self.name, role)
        return self.sessions[role]

    def close(self):
        for s in self.sessions.values():
            s.c.close()
        with Session(self.cluster, "postgres") as s:
            s.run(f"DROP DATABASE {self.name} WITH (FORCE)")
