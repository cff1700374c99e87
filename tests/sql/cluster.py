"""A private PostgreSQL cluster, and what `tenantd migrate` does, for the tests of sql/."""

import hashlib
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import tempfile

import psycopg2

SQL = pathlib.Path(__file__).resolve().parents[2] / "sql"


def find_bin():
    for version in (15, 16, 17, 18, 14):
        path = pathlib.Path(f"/usr/lib/postgresql/{version}/bin")
        if (path / "initdb").exists():
            return path
    return pathlib.Path(shutil.which("initdb") or "initdb").parent


class Cluster:
    """PostgreSQL in a directory of its own; as user postgres when we are root."""

    def __init__(self):
        self.bin = find_bin()
        self.dir = tempfile.mkdtemp(prefix="tdsql.", dir="/tmp")
        self.user = None
        if os.getuid() == 0:
            self.user = pwd.getpwnam("postgres")
            os.chown(self.dir, self.user.pw_uid, self.user.pw_gid)
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.run("initdb", "-D", f"{self.dir}/data", "-U", "super", "-A", "trust",
                 "-E", "UTF8", "--locale=C.UTF-8", "-N")
        with open(f"{self.dir}/data/postgresql.conf", "a", encoding="utf-8") as f:
            f.write(f"listen_addresses = ''\nport = {self.port}\nfsync = off\n"
                    f"unix_socket_directories = '{self.dir}'\n"
                    "unix_socket_permissions = 0777\nmax_connections = 40\n")
        os.chmod(self.dir, 0o755)
        self.run("pg_ctl", "-D", f"{self.dir}/data", "-l", f"{self.dir}/log", "-w", "start")
        self.count = 0

    def run(self, program, *args):
        drop = {}
        if self.user:
            drop = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
        return subprocess.run([self.bin / program, *args], check=True, cwd=self.dir,
                              stdout=subprocess.PIPE, text=True, **drop).stdout

    def stop(self):
        self.run("pg_ctl", "-D", f"{self.dir}/data", "-m", "fast", "-w", "stop")
        shutil.rmtree(self.dir)

    def connect(self, database, user="super", autocommit=True):
        c = psycopg2.connect(host=self.dir, port=self.port, dbname=database, user=user)
        c.autocommit = autocommit
        return c

    def database(self, owner):
        """A new empty database; its name."""
        self.count += 1
        name = f"t{self.count}"
        with Session(self, "postgres") as s:
            s.run(f"CREATE DATABASE {name} OWNER {owner}")
        return name

    def copy(self, template):
        self.count += 1
        name = f"t{self.count}"
        with Session(self, "postgres") as s:
            s.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name


class Session:
    """One connection; run() gives the rows, or None for a command without."""

    def __init__(self, cluster, database, user="super", autocommit=True):
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
        """In a transaction of its own with the context set, as the program does it."""
        with self.c.cursor() as cur:
            cur.execute("BEGIN")
            try:
                if context is not None:
                    cur.execute("SELECT set_config('app.current_tenant_id', %s, true)", (context,))
                cur.execute(sql, args)
                rows = cur.fetchall() if cur.description else cur.rowcount
                cur.execute("COMMIT")
                return rows
            except psycopg2.Error:
                cur.execute("ROLLBACK")
                raise


def migrate(cluster, database, owner, server="", control="", app="", until=None):
    """What `tenantd migrate` does, without the program."""
    with Session(cluster, database, owner, autocommit=False) as s:
        s.run("CREATE SCHEMA IF NOT EXISTS tenantd")
        s.run("CREATE TABLE IF NOT EXISTS tenantd.migrations (number INT PRIMARY KEY,"
              " name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at TIMESTAMPTZ NOT NULL DEFAULT now())")
        s.c.commit()
        done = {r[0] for r in s.run("SELECT number FROM tenantd.migrations")}
        for path in sorted((SQL / "migrations").glob("*.sql")):
            number = int(path.name[:4])
            if number in done or (until and number > until):
                continue
            s.run("SELECT set_config('app.current_tenant_id', 'unset', true),"
                  " set_config('tenantd.server_role', %s, true), set_config('tenantd.control_role', %s, true),"
                  " set_config('tenantd.app_role', %s, true)", (server, control, app))
            s.run(path.read_text(encoding="utf-8"))
            s.run("INSERT INTO tenantd.migrations (number, name, checksum) VALUES (%s, %s, %s)",
                  (number, path.stem, hashlib.sha256(path.read_bytes()).hexdigest()))
            s.c.commit()
        if not until:
            s.run("SELECT tenantd.grant_roles(%s, %s, %s)", (server, control, app))
            s.c.commit()
