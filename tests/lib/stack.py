"""What the tests run against: a private PostgreSQL (cluster.sh), databases in it, the
program in front of one, and a web server in front of that. Everything lies in a directory
of its own and listens on a Unix socket or a free port, so that runs do not meet.

    with Cluster() as cluster, cluster.database() as db, Tenantd(db) as app:
        call(app.socket, "GET", "/healthz")

The program under test is $TENANTD; $VALGRIND is a command to run it under. $PG_BINDIR: another
PostgreSQL than the installed one. $TEST_FOOTING: what a database stands on unless the test says,
"separate" (the default) or a word of FOOTINGS. Processes are children in sessions of their own
and are ended by pid.
"""
import contextlib
import functools
import itertools
import json
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import psycopg2

from contract import Contract, problem_types
from fcgi_client import Closed, call

TOP = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("TENANTD", str(TOP / "build/check/tenantd"))
VALGRIND = os.environ.get("VALGRIND", "").split()
# Under valgrind, and in a build with sanitizers, everything takes its time.
PATIENCE = float(os.environ.get("TEST_PATIENCE", "1"))
PATH = "/usr/bin:/bin:/usr/sbin:/sbin"
# A machine may be busy with other work, or stand still for seconds: unless a test is about one of
# the program's deadlines, none of them comes into it.
UNHURRIED = {"DB_CONNECT_TIMEOUT": "30000", "DB_QUERY_TIMEOUT": "60000", "REQUEST_TIMEOUT": "60000", "DRAIN_TIMEOUT": "60000",
             "JWKS_TIMEOUT": "30000", "WEBHOOK_TIMEOUT": "60000", "SMTP_TIMEOUT": "60000"}
# Where servers listen whose port must be known before: below what the system gives to clients
# (ip_local_port_range), and beside those of cluster.sh.
PORTS = range(10000, 20000)
CLAIMS = []
# The schemas of answers that have the members which an operator adds in SCHEMA_DIR.
EXTENDED = ("provisioning_tenant",)
# What sanitizers and valgrind write.
UNSOUND = re.compile(r"AddressSanitizer|LeakSanitizer|runtime error:|==\d+==")


def free_port():
    """Of no other test either, until this process ends, which a socket's abstract name sees to."""
    for port in iter(lambda: secrets.choice(PORTS), None):
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0tenantd-test-port-{port}")
            with socket.socket() as s:
                s.bind(("127.0.0.1", port))
        except OSError:
            claim.close()
        else:
            CLAIMS.append(claim)
            return port


def until(condition, seconds=60, every=0.02, what="the condition"):
    """Waits for a true value and returns it; errors of the way count as not yet. seconds: until it
    is given up, which is no measure of anything."""
    end = time.monotonic() + seconds * PATIENCE
    while True:
        try:
            value = condition()
            if value:
                return value
            problem = None
        except (OSError, Closed, AssertionError) as e:
            problem = e
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come within {seconds * PATIENCE:g} s") from problem
        time.sleep(every)


@functools.lru_cache
def unprivileged():
    """The words that make root nobody in particular; none for everybody else, nor where
    that user cannot reach the program."""
    if os.getuid() != 0:
        return []
    user = pwd.getpwnam("www-data")
    words = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    reached = subprocess.run([*words, "test", "-x", PROGRAM], check=False, cwd="/").returncode == 0
    return words if reached else []


def children(pid):
    """The pids of its children that live."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            state, parent = Path(f"/proc/{name}/stat").read_text().rsplit(") ", 1)[1].split()[:2]
            if int(parent) == pid and state != "Z":
                found.append(int(name))
    return sorted(found)


def runs_jobs(pid):
    """Whether a child of the master runs jobs: its name says so from its first moment on."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().rstrip().endswith("-jobs")
    except OSError:
        return False


def workers(master):
    """Those that answer requests."""
    return [pid for pid in children(master) if not runs_jobs(pid)]


def lives(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0] != "Z"
    except OSError:
        return False


def kill(pid, number=signal.SIGKILL):
    """One that is gone is none the worse for it."""
    assert pid > 1, "0 and less mean whole groups of processes, ours among them"
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


@contextlib.contextmanager
def stopped(pids):
    """Connected, and silent: SIGSTOP, and SIGCONT in the opposite order."""
    for pid in pids:
        kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(pids):
            kill(pid, signal.SIGCONT)


class Directory:
    """A private directory that a server's user may enter; short, for the sockets in it."""

    def __init__(self, prefix):
        self.path = Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
        self.path.chmod(0o755)

    def writable(self, name):
        path = self.path / name
        path.mkdir()
        if os.getuid() == 0:
            shutil.chown(path, "www-data")
        return path

    def remove(self):
        if not os.environ.get("KEEP"):
            shutil.rmtree(self.path, ignore_errors=True)


class Process:
    """A foreground process; log: the file of its output, unless err is another."""

    def __init__(self, command, log, env=None, stdin=subprocess.DEVNULL, err=None):
        self.log = Path(log)
        self.out = open(self.log, "ab")
        self.child = subprocess.Popen(
            unprivileged() + ["env", "-i", f"PATH={PATH}", "LC_ALL=C.UTF-8"]
            + [f"{k}={v}" for k, v in (env or {}).items()] + command,
            stdin=stdin, stdout=self.out, stderr=err or self.out, cwd="/", start_new_session=True)
        self.pid = self.child.pid

    def alive(self):
        return self.child.poll() is None

    def must_live(self):
        if not self.alive():
            raise RuntimeError(f"{self.log.name} ended: {self.tail()}")

    def wait_for(self, ready, place, what):
        """Until it is ready; one that does not get there leaves neither itself nor its place."""
        try:
            until(ready, 90, what=what)
        except BaseException:
            self.stop(signal.SIGKILL)
            place.remove()
            raise

    def send(self, number):
        if self.alive():
            os.kill(self.pid, number)

    def stop(self, number=signal.SIGTERM, seconds=90):
        """Ends it; its exit status. number None: the signal was sent already."""
        if number is not None:
            self.send(number)
        try:
            return self.child.wait(seconds * PATIENCE)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            raise AssertionError(f"{self.log.name}: does not end") from None
        finally:
            self.out.close()

    def tail(self):
        return self.log.read_text(errors="replace")[-4000:]


class Cluster:
    """standby_of: another cluster, which this one replicates."""

    def __init__(self, conf="", standby_of=None):
        self.dir = tempfile.mkdtemp(prefix="tdp.", dir="/tmp")
        os.rmdir(self.dir)
        self.names = itertools.count(1)
        if standby_of:
            self._sh("standby", standby_of.dir, CLUSTER_CONF=conf)
        else:
            self._sh("start", CLUSTER_CONF="max_connections = 300\n" + conf)
        self.url = self._sh("url").strip()

    def _sh(self, *args, **env):
        bindir = os.environ.get("PG_BINDIR")
        if bindir:
            env["PG_BINDIR"] = bindir
        done = subprocess.run(["sh", str(TOP / "tests/lib/cluster.sh"), args[0], self.dir, *args[1:]],
                              capture_output=True, text=True, env={"PATH": PATH, **env}, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._sh("destroy")

    def restart(self, mode="fast"):
        self._sh("restart", mode)

    def stop(self, mode="fast"):
        self._sh("stop", mode)

    def up(self):
        self._sh("up")

    def processes(self):
        """The postmaster, then its children."""
        return [self.pid(), *children(self.pid())]

    def started(self):
        """When: another moment after every restart."""
        return self.sql("SELECT pg_postmaster_start_time()")[0][0]

    def promote(self):
        self._sh("promote")

    def written(self):
        """How much a primary has written so far, in bytes."""
        return self.sql("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')")[0][0]

    def replayed(self):
        """How much of that a standby shows."""
        return self.sql("SELECT pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')")[0][0]

    def pid(self):
        return int(self._sh("pid"))

    def url_of(self, role, database):
        return re.sub(r"//[^@]*@([^/]*)/.*", rf"//{role}@\1/{database}", self.url)

    def sql(self, text, args=None, database="postgres"):
        return sql(self.url_of("postgres", database), text, args)

    def maker(self, rights="CREATEDB CREATEROLE"):
        """A URL of a new role that makes databases and roles here: what `server add` is told."""
        role = f"maker{next(self.names)}"
        self.sql(f"CREATE ROLE {role} LOGIN {rights}")
        return self.url_of(role, "postgres")

    def database(self, template=None, migrate=True, before="", footing=None):
        """A new database with roles of its own. before: SQL that its owner runs in it first."""
        name = f"td{next(self.names)}"
        return Database(self, name, FOOTINGS[footing or os.environ.get("TEST_FOOTING", "separate")](self, name, template),
                        migrate, before)


def _roles(name):
    return {role: f"{name}_{role}" for role in ("owner", "control", "server", "app")}


def _create(cluster, name, template=None, owner=None):
    cluster.sql(f"CREATE DATABASE {name}" + (f" OWNER {owner}" if owner else "") + (f" TEMPLATE {template}" if template else ""))


def _by_script(cluster, name, script, by="postgres", **variables):
    """Roles and rights by a script of deploy/postgresql, which is run as it is."""
    words = [word for pair in variables.items() for word in ("-v", "=".join(pair))]
    done = subprocess.run(["psql", "-qX", *words, "-f", str(TOP / "deploy/postgresql" / script),
                           cluster.url_of(by, name)], env={"PATH": PATH}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _separate(cluster, name, template):
    """Roles for the owner, who sees every row, the server and the applications."""
    roles = _roles(name)
    del roles["control"]
    cluster.sql("CREATE ROLE {owner} LOGIN BYPASSRLS; CREATE ROLE {server} LOGIN; CREATE ROLE {app} LOGIN".format(**roles))
    _create(cluster, name, template, roles["owner"])
    return {**roles, "watcher": roles["owner"]}


def _least(cluster, name, template):
    """Roles for everybody, with the least rights."""
    _create(cluster, name, template)
    _by_script(cluster, name, "separate-roles.sql", **_roles(name))
    return _roles(name)


def _managed(cluster, name, template):
    """The same, by an administrator who is no superuser, as hosts give one."""
    cluster.sql(f"CREATE ROLE {name}_host LOGIN CREATEROLE")
    _create(cluster, name, template, f"{name}_host")
    _by_script(cluster, name, "separate-roles.sql", by=f"{name}_host", **_roles(name))
    return _roles(name)


def _guest(cluster, name, template):
    """One role, with the least rights."""
    _create(cluster, name, template)
    _by_script(cluster, name, "one-role.sql", role=f"{name}_server")
    return {"server": f"{name}_server"}


def _lord(cluster, name, template):
    """One role, whose the database is."""
    cluster.sql(f"CREATE ROLE {name}_server LOGIN")
    _create(cluster, name, template, f"{name}_server")
    return {"server": f"{name}_server"}


# What a database can stand on: the roles' names by what they are for.
FOOTINGS = {"separate": _separate, "least": _least, "managed": _managed, "guest": _guest, "lord": _lord}


class Database:
    """owner_url: of somebody who sees every row. Where one role does all, it is the server."""

    def __init__(self, cluster, name, roles, migrate, before):
        self.cluster, self.name, self.roles, self.held = cluster, name, roles, None
        self.server_role, self.app_role = roles["server"], roles.get("app")
        self.url = cluster.url_of(self.server_role, name)
        self.owner_url = cluster.url_of(roles.get("watcher", "postgres"), name)
        self.app_url = cluster.url_of(self.app_role, name) if self.app_role else None
        self.super_url = cluster.url_of("postgres", name)
        self.settings = {**UNHURRIED, "DATABASE_URL": self.url,
                         "SECRET_KEY": secrets.token_hex(32), "JWT_SECRET_KEY": secrets.token_hex(32)}
        if "owner" in roles:
            self.settings["DATABASE_OWNER_URL"] = cluster.url_of(roles["owner"], name)
        self.settings.update({setting: roles[role] for setting, role in
                              (("DB_CONTROL_ROLE", "control"), ("DB_APP_ROLE", "app")) if role in roles})
        if before:
            sql(self.settings.get("DATABASE_OWNER_URL", self.url), before)
        if migrate:
            command(self.settings, "migrate")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.cluster.sql(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")

    def backends(self):
        """The pids of PostgreSQL's processes that answer the server's requests."""
        return {pid for (pid,) in self.cluster.sql(
            "SELECT pid FROM pg_stat_activity WHERE usename = %s AND application_name = 'tenantd'", [self.server_role])}

    def hold(self):
        """From now on sql() asks over one connection in each thread, where it costs more to connect than to ask."""
        self.held = threading.local()

    def sql(self, text, args=None):
        """As the owner, who sees every row."""
        if self.held is None:
            return sql(self.owner_url, text, args)
        if getattr(self.held, "connection", None) is None:
            self.held.connection = psycopg2.connect(self.owner_url)
        try:
            return ask(self.held.connection, text, args)
        except psycopg2.Error:
            self.held.connection.close()
            self.held.connection = None
            raise

    def value(self, text, args=None):
        return self.sql(text, args)[0][0]


def sql(url, text, args=None):
    with contextlib.closing(psycopg2.connect(url)) as c:
        return ask(c, text, args)


def ask(connection, text, args=None):
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(text, args)
        return cursor.fetchall() if cursor.description else []


def command(settings, *args, status=0, stdin="", under=()):
    """Runs the program with these settings in its environment; its output. status: the
    exit status it must have, None for any (then both are returned)."""
    done = subprocess.run([*under, PROGRAM, *args], input=stdin, capture_output=True, text=True,
                          env={"PATH": PATH, "LC_ALL": "C.UTF-8", **UNHURRIED, **settings}, check=False, timeout=300)
    if status is None:
        return done.returncode, done.stdout + done.stderr
    assert done.returncode == status, f"{args}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


@functools.lru_cache
def contract(extended=False):
    return Contract(json.loads(command({}, "routes", "--json")), problem_types(json.loads(command({}, "openapi"))),
                    EXTENDED if extended else ())


def clock_library(directory):
    """For LD_PRELOAD, see past.c."""
    library = Path(directory) / "past.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, TOP / "tests/lib/past.c"], check=True)
    return str(library)


def create_user(db, email, *args):
    """A user of the program's own; the id."""
    out = command(db.settings, "user", "create", email, "--password-stdin", "--json", *args,
                  stdin="correct horse battery staple\n")
    return json.loads(out)["id"]


class Tenantd:
    """The server. fd 0 or its own socket is the caller's choice: see WebServer's spawn.
    sign: the path that answers 200 once it runs. tcp: on a free port in place of a Unix socket."""

    def __init__(self, db, workers=4, sign="/readyz", err=None, env=None, tcp=False, **settings):
        self.db, self.sign, self.err, self.env = db, sign, err, env
        self.place = Directory("tda.")
        run = self.place.writable("run")
        self.socket = ("127.0.0.1", free_port()) if tcp else str(run / "app.sock")
        listen = "{}:{}".format(*self.socket) if tcp else self.socket
        self.settings = {**db.settings, "LISTEN": listen, "LISTEN_MODE": "0666", "WORKERS": str(workers),
                         **{k: str(v) for k, v in settings.items()}}
        self.config = run / "tenantd.conf"
        self.write_config()
        self.log = run / "tenantd.log"
        self.start()
        self.process.wait_for(self.ready, self.place, "tenantd")

    def start(self):
        """Also again, after it has ended."""
        self.process = Process([*VALGRIND, PROGRAM, "--config", str(self.config), "serve"], self.log, env=self.env,
                               err=self.err)

    def write_config(self):
        self.config.write_text("".join(f"{k}={v}\n" for k, v in self.settings.items()))

    def ready(self):
        self.process.must_live()
        return self.call("GET", self.sign).status == 200

    def call(self, method, target, headers=None, body=None, stray=(), **how):
        """stray: query parameters that it is sent, and knows nothing of."""
        answer = call(self.socket, method, target, headers, body, timeout=90 * PATIENCE, **how)
        said = {"REQUEST_METHOD": method, "REQUEST_URI": target, "SCRIPT_NAME": "", **(how.get("extra") or {})}
        contract("SCHEMA_DIR" in self.settings).check(said["REQUEST_METHOD"], said["REQUEST_URI"], answer, stray, said["SCRIPT_NAME"])
        return answer

    def workers(self):
        """The pids of those that answer requests."""
        return workers(self.process.pid)

    def job_workers(self):
        return [pid for pid in children(self.process.pid) if runs_jobs(pid)]

    def log_text(self):
        return self.log.read_text(errors="replace")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            status = self.process.stop()
        finally:
            text = self.log_text()
            self.place.remove()
        assert status == 0, f"tenantd ended with {status}\n{text[-4000:]}"
        assert not UNSOUND.search(text), text[-8000:]


class Kept:
    """The program on a socket that is ours, as a supervisor's or a web server's: it ends and is
    started again, and who calls meanwhile waits. words: its arguments."""

    def __init__(self, db, *words, **settings):
        self.place = Directory("tdk.")
        self.run = self.place.writable("run")
        self.config, self.path = self.run / "tenantd.conf", str(self.run / "s")
        self.command, self.started = [PROGRAM, *words], []
        self.settings = {**db.settings, **settings}
        self.write_config()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        os.chmod(self.path, 0o666)
        self.listener.listen(1024)

    def write_config(self):
        self.config.write_text("".join(f"{k}={v}\n" for k, v in self.settings.items()))

    def start(self, *under):
        """Also again, with a log of its own; under: what becomes the program."""
        self.process = Process([*under, *self.command], self.run / f"log.{len(self.started)}",
                               {"TENANTD_CONFIG": str(self.config)}, self.listener)
        self.started.append(self.process)
        return self.process

    def call(self, method, target, headers=None, body=None):
        return call(self.path, method, target, headers, body, timeout=90 * PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        try:
            for process in self.started:
                if process.child.returncode is None:  # nobody has asked how it ended
                    status = process.stop()
                    assert kind is not None or status == 0, process.tail()
        finally:
            self.listener.close()
            self.place.remove()


def filled(kind, run, port, socket_path, config):
    """Writes the samples of deploy/ for a kind that webserver.sh knows; the command to run."""
    return subprocess.run(
        ["sh", str(TOP / "deploy/webserver.sh"), kind, str(run), "127.0.0.1", str(port), str(socket_path), PROGRAM,
         str(config)], capture_output=True, text=True, check=True).stdout.splitlines()


class WebServer:
    """A web server by deploy/'s samples, of a kind that webserver.sh knows. config: the
    settings where it starts tenantd itself. edits: (old, new) in the samples."""

    def __init__(self, kind, socket_path, config="", edits=()):
        self.place = Directory("tdw.")
        run = self.place.writable("run")
        self.family = kind.partition("-")[0]
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.command, self.log = filled(kind, run, self.port, socket_path, config), run / "web.log"
        for old, new in edits:
            files = [f for f in run.glob("*.conf") if old in f.read_text()]
            assert files, old
            for f in files:
                f.write_text(f.read_text().replace(old, new))
        self.run = run
        self.start()
        self.process.wait_for(self.ready, self.place, kind)

    def start(self):
        """Also again, after it has ended."""
        self.process = Process(self.command, self.log)

    def ready(self):
        self.process.must_live()
        socket.create_connection(("127.0.0.1", self.port), 10).close()
        return True

    def generation(self):
        """What grows with a reload: the web server's children, or what it logs."""
        if self.family == "lighttpd":
            return (self.run / "lighttpd.err").read_text().count("server started")
        return set(children(self.process.pid))

    def reload(self):
        before = self.generation()
        self.process.send(signal.SIGHUP if self.family == "nginx" else signal.SIGUSR1)
        until(lambda: self.generation() - before, what="the reload")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stop()
        self.place.remove()
