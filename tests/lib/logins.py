"""A database server that asks for passwords, and what tenants reach there with their own addresses."""
import contextlib
import json
import urllib.parse

import psycopg2
import stack

# Who is in "trusted" is ours; everybody else shows a password.
HBA = """local all all trust
host all postgres 127.0.0.1/32 trust
host all +trusted 127.0.0.1/32 trust
host all all 127.0.0.1/32 scram-sha-256
"""


class Server(stack.Cluster):
    """Asks for passwords by SCRAM, and writes every statement into its log."""

    def __init__(self, conf=""):
        super().__init__("log_statement = all\nlog_min_error_statement = error\n" + conf)
        self.sql("CREATE ROLE trusted")
        with open(f"{self.dir}/data/pg_hba.conf", "w", encoding="utf-8") as f:
            f.write(HBA)
        self.sql("SELECT pg_reload_conf()")

    def database(self, *args, **how):
        d = super().database(*args, migrate=False, **how)
        for role in set(d.roles.values()):
            self.sql(f"GRANT trusted TO {role}")
        stack.command(d.settings, "migrate")
        return d

    def admin(self, name="maker"):
        """The URL of a role that makes databases and roles, and is no superuser."""
        self.sql(f"CREATE ROLE {name} LOGIN CREATEDB CREATEROLE; GRANT trusted TO {name}")
        return self.url_of(name, "postgres")

    def log_text(self):
        with open(f"{self.dir}/log", encoding="utf-8", errors="replace") as f:
            return f.read()


def register(db, url, name="main", *words):
    return json.loads(stack.command(db.settings, "server", "add", name, "--url-stdin", "--json", *words, stdin=url + "\n"))


def ask(url, text="SELECT 1", args=None):
    return stack.sql(url, text, args)


def opens(url):
    """A connection to be closed by the caller."""
    return psycopg2.connect(url)


def refused(url):
    """Why the server does not let one in; it must not."""
    try:
        with contextlib.closing(psycopg2.connect(url)):
            raise AssertionError("it let one in")
    except psycopg2.OperationalError as e:
        return str(e)


def elsewhere(url, database):
    parts = urllib.parse.urlsplit(url)
    return urllib.parse.urlunsplit(parts._replace(path="/" + database))


def parts_of(url):
    parts = urllib.parse.urlsplit(url)
    return parts.username, parts.password, parts.path[1:]
