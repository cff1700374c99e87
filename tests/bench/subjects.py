"""What is measured: tenantd as its samples set it up, and, from ../shared/bench, the floor
and the programs that do the same. Each is in a database of its own in one cluster."""
import contextlib
import json
import os
import shutil
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import stack
import tokens

WORKERS = 8        # of every program that has workers
NGINX_WORKERS = 1  # processes of every nginx
DAY = 86400
CLUSTER = "shared_buffers = 512MB\nfsync = on\nfull_page_writes = on\n"

FLOOR_NGINX = """
daemon off; worker_processes %(processes)d; pid %(run)s/nginx.pid; error_log %(run)s/nginx.err;
events { worker_connections 512; }
http {
	access_log off;
	client_body_temp_path %(run)s/b; fastcgi_temp_path %(run)s/f; proxy_temp_path %(run)s/p;
	uwsgi_temp_path %(run)s/u; scgi_temp_path %(run)s/s;
	upstream floor { server unix:%(socket)s; keepalive 4; }
	fastcgi_param REQUEST_METHOD $request_method; fastcgi_param CONTENT_LENGTH $content_length;
	fastcgi_param CONTENT_TYPE $content_type; fastcgi_param REQUEST_URI $request_uri;
	fastcgi_param QUERY_STRING $query_string; fastcgi_param SERVER_PROTOCOL $server_protocol;
	server { listen 127.0.0.1:%(port)d; location / { fastcgi_pass floor; } }
}
"""
FLOOR_LIGHTTPD = """
server.port = %(port)d
server.bind = "127.0.0.1"
server.document-root = "%(run)s"
server.max-keep-alive-requests = 1000000
server.modules = ( "mod_fastcgi" )
fastcgi.server = ( "/" => (( "socket" => "%(socket)s", "check-local" => "disable" )) )
"""


def has_route(method, path):
    """Whether the program has it."""
    return any((r["method"], r["path"]) == (method, path) for r in json.loads(stack.command({}, "routes", "--json")))


@dataclass
class Subject:
    """url: where it answers; groups: its processes, by what they are."""
    program: str
    server: str
    url: str
    groups: dict = field(default_factory=dict)


@dataclass
class Floor:
    socket: object
    process: stack.Process


def token_file(path, key, users, **claims):
    """A line for each of the users, good for a day. claims: functions that give for a user what the token says."""
    exp = tokens.claims("")["exp"] + DAY
    path.write_text("".join(tokens.token(key, u, email=f"{u}@example.com", exp=exp, **{k: of(u) for k, of in claims.items()})
                            + "\n" for u in users))
    return path


class Bench:
    """Everything that runs; as a context it ends it all."""

    def __init__(self, shared, users):
        self.shared, self.users = shared, [f"user-{i}" for i in range(1, users + 1)]
        self.bench_url = None

    def __enter__(self):
        with contextlib.ExitStack() as up:
            self.scratch = stack.Directory("tdbe.")
            up.callback(self.scratch.remove)
            self.cluster = up.enter_context(stack.Cluster(CLUSTER))
            self.postmaster = self.cluster.pid()
            self.stack = up.pop_all()
        return self

    def __exit__(self, *_):
        self.stack.close()

    # -- tenantd --

    def tenantd(self, workers=WORKERS, under=(), **settings):
        """One with a database of its own; under: what to run it under."""
        db = self.stack.enter_context(self.cluster.database())
        requests = self.scratch.writable(f"log{db.name}") / "tenantd.log"
        before, stack.VALGRIND = stack.VALGRIND, list(under)
        try:
            app = stack.Tenantd(db, workers=workers, LOG_FILE=requests, **settings)
        finally:
            stack.VALGRIND = before
        self.stack.enter_context(app)
        app.key = db.settings["JWT_SECRET_KEY"]
        return app

    def create_users(self, app):
        """Their tenants; the file of their tokens."""
        def first_call(user):
            answer = app.call("POST", "/api/tenant/getOrCreate",
                              {"Authorization": "Bearer " + tokens.token(app.key, user)})
            assert answer.status == 200, answer

        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(first_call, self.users))
        self.cluster.sql("VACUUM ANALYZE", database=app.db.name)
        return token_file(self.scratch.path / f"tokens-{app.db.name}", app.key, self.users)

    def naming_tenants(self, app):
        """Tokens of the same users, as signing in gives them: with their tenant."""
        tenants = dict(app.db.sql("SELECT user_id, tenant_id FROM public.tenant_users"))
        return token_file(self.scratch.path / f"naming-{app.db.name}", app.key, self.users, tenant_id=tenants.get)

    def behind(self, kind, app, program="tenantd"):
        """app (.socket and .process) behind a web server with the sample's configuration; every nginx here has as
        many processes as the floor's."""
        edits = [("worker_processes 2;", f"worker_processes {NGINX_WORKERS};")] if kind == "nginx" else ()
        server = self.stack.enter_context(stack.WebServer(kind, app.socket, edits=edits))
        return self.subject(program, kind, server.url, app.process, server.process)

    def subject(self, program, kind, url, process, server=None):
        groups = {"program": [process.pid], "postgres": [self.postmaster]}
        if server:
            groups["server"] = [server.pid]
        return Subject(program, kind, url, groups)

    # -- what ../shared/bench has --

    def process(self, name, command, ready, env=None):
        process = stack.Process(command, self.scratch.path / f"{name}.log", env)
        self.stack.callback(end, process)
        stack.until(lambda: process.must_live() or ready(), 30, what=name)
        return process

    def prepare_floor(self):
        if self.bench_url:
            return
        sql = (self.shared / "schema.sql").read_text() + (self.shared / "limit/create.sql").read_text()
        self.cluster.sql("CREATE DATABASE bench")
        self.cluster.sql(sql, database="bench")
        self.cluster.sql(
            "INSERT INTO custom_auth_tenant(id, name, owner_id, schema_name)"
            " SELECT md5('t' || g)::uuid, 'T' || g, 'user-' || g, 'tenant_' || g FROM generate_series(1, %s) g;"
            " INSERT INTO tenant_users SELECT md5('t' || g)::uuid, 'user-' || g, 'owner'"
            " FROM generate_series(1, %s) g", [len(self.users)] * 2, database="bench")
        self.cluster.sql("VACUUM ANALYZE", database="bench")
        self.hello = self.scratch.path / "hello"
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libpq", "fcgi"],
                               capture_output=True, text=True, check=True).stdout.split()
        subprocess.run([os.environ.get("CC", "cc"), "-O2", str(self.shared / "limit/hello.c"), "-o",
                        str(self.hello), *flags], check=True)
        self.bench_url = self.cluster.url_of("postgres", "bench")

    def floor(self, name, *arguments):
        socket = self.scratch.writable(name) / "s"
        command = [str(self.hello), str(socket), str(WORKERS), *arguments]
        return Floor(socket, self.process(name, command, socket.exists))

    def floor_server(self, kind, floor, program, name=""):
        run = self.scratch.writable(f"{kind}-{program}{name}")
        port = stack.free_port()
        text = FLOOR_NGINX if kind == "nginx" else FLOOR_LIGHTTPD
        (run / "conf").write_text(text % {"run": run, "port": port, "socket": floor.socket,
                                          "processes": NGINX_WORKERS})
        command = {"nginx": ["nginx", "-e", f"{run}/nginx.err", "-c", f"{run}/conf"],
                   "lighttpd": ["lighttpd", "-D", "-f", f"{run}/conf"]}[kind]
        server = self.process(f"{run.name}.server", command, lambda: answers(port))
        return self.subject(program, kind, f"http://127.0.0.1:{port}", floor.process, server)

    def peer(self, name, key, schemas=True):
        """Fastify or FastAPI; LookupError where it is not installed."""
        port, place = stack.free_port(), os.environ["PEERS"]
        if name == "Fastify":
            command = [shutil.which("node") or "", f"{place}/fastify.mjs"]
            here = command[0] and os.path.isdir(f"{place}/node_modules/fastify")
        else:
            command = ["/usr/bin/python3", "-m", "uvicorn", "--app-dir", place, "fastapi_app:app",
                       "--workers", "2", "--port", str(port), "--log-level", "warning"]
            here = subprocess.run(["/usr/bin/python3", "-c", "import fastapi, asyncpg, uvicorn, jwt"],
                                  capture_output=True, check=False).returncode == 0
        if not here:
            raise LookupError("not installed")
        env = {"PORT": str(port), "DATABASE_URL": self.bench_url, "JWT_SECRET_KEY": key,
               "SCHEMAS": "create" if schemas else "off", "PYTHONDONTWRITEBYTECODE": "1"}
        process = self.process(f"{name}{port}", command, lambda: answers(port), env)
        return self.subject(name, "-", f"http://127.0.0.1:{port}", process)


def answers(port):
    with stack.socket.create_connection(("127.0.0.1", port), 1):
        return True


def end(process):
    """With what it has started: it leads a session of its own."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with contextlib.suppress(AssertionError):
        process.stop(None, 5)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
