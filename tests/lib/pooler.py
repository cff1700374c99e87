"""PgBouncer in front of a cluster, by deploy/pgbouncer/pgbouncer.ini: only what names this
place differs, and what a test says.

    with PgBouncer(cluster, [role], default_pool_size=2) as pooler:
        pooler.url_of(role, database)
"""
import contextlib
import re
import signal
import socket

import psycopg2

import stack

SAMPLE = stack.TOP / "deploy/pgbouncer/pgbouncer.ini"


class PgBouncer:
    def __init__(self, cluster, roles, **settings):
        self.place = stack.Directory("tdb.")
        self.run = self.place.writable("run")
        self.port = stack.free_port()
        host, port = re.search(r"@([^:/]*):(\d+)/", cluster.url).groups()
        users = self.run / "users.txt"
        users.write_text("".join(f'"{role}" ""\n' for role in [*roles, "operator"]))
        own = {"listen_port": self.port, "auth_type": "trust", "auth_file": users, "logfile": self.run / "log",
               "pidfile": self.run / "pid", "unix_socket_dir": "", "admin_users": "operator", **settings}
        text = SAMPLE.read_text().replace("app = host=127.0.0.1 port=5432", f"* = host={host} port={port}")
        for key, value in own.items():
            text = re.sub(rf"^{key} = .*\n", "", text, flags=re.M) + f"{key} = {value}\n"
        (self.run / "pgbouncer.ini").write_text(text)
        self.start()

    def start(self):
        self.process = stack.Process(["pgbouncer", "-q", str(self.run / "pgbouncer.ini")], self.run / "pgbouncer.out")
        self.process.wait_for(self.ready, self.place, "pgbouncer")

    def ready(self):
        self.process.must_live()
        socket.create_connection(("127.0.0.1", self.port), 10).close()
        return True

    def stop(self, number=signal.SIGTERM):
        self.process.stop(number)

    def url_of(self, role, database):
        return f"postgresql://{role}@127.0.0.1:{self.port}/{database}"

    def show(self, what):
        """Rows of "SHOW what" as dicts."""
        with contextlib.closing(psycopg2.connect(self.url_of("operator", "pgbouncer"))) as c:
            c.autocommit = True
            with c.cursor() as cursor:
                cursor.execute(f"SHOW {what}")
                return [dict(zip((column.name for column in cursor.description), row)) for row in cursor.fetchall()]

    def log_text(self):
        return (self.run / "log").read_text(errors="replace")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.alive():
            self.stop()
        self.place.remove()
