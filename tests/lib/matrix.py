"""Creations that are killed at a point of their own each, many at once in one program, and a balance of what the servers have.

    with World(cluster) as world:
        points = world.points()
        complaints = world.run([Case(...), …])

The points are those that the program says it passes, while nobody is killed: a rule of TENANTD_TEST_STOP notes them. What each
server has afterwards is held against what is in use, to the last role, database, object, user and row."""
import collections
import concurrent.futures
import contextlib
import dataclasses
import itertools
import json
import re
import threading
import time

import stack
import stores
import tokens
from creating import ENDED, RECORDS, Creating, is_free
from mailserver import MailServer

SOURCES = stack.TOP / "src/creation"
# What comes back to be taken back, and what a purge takes: the rest of a creation's points is passed on its way forward.
BACK = ("removing", "removed", "undone")
LAST = "activation:recorded"  # where a failure that is wanted comes: all that can be taken back is there
# What a tenant writes while it is in use, and by when: no measure of what a creation made.
LIVELY = {"tenantd.deliveries", "tenantd.usage", "tenantd.usage_daily", "tenantd.outbox", "tenantd.mails", "tenantd.email_events"}
# Most of the time they wait for a lease to run out.
TOGETHER, WORKERS, LEASE_MS = 100, 12, int(8000 * stack.PATIENCE)


def named_in_sources():
    """Every name that the sources have for a point."""
    return {name for f in SOURCES.glob("*.c") for name in re.findall(r'\bpoint\(\s*\w+,[^;"]*"(\w+)"\)', f.read_text())
            + re.findall(r'\bcreation_point\(\s*\w+,[^;"]*"(\w+)"\)', f.read_text())}


def steps_in_sources():
    """{step: whether it acts}"""
    rows = re.findall(r'^STEP\(\w+,\s*"(\w+)",\s*\w+,\s*(\w+),\s*(\w+),', (SOURCES / "steps.def").read_text(), re.M)
    return {name: act != "NULL" for name, _, act in rows}


@dataclasses.dataclass(frozen=True)
class Case:
    """kind: "kill" alone; "fail": and a failure later; "back": a failure, and a kill while it is taken back; "purge": a kill while
    a tenant that was in use is removed. after: what is done to one that is held."""
    kind: str
    variant: str
    point: str
    way: str
    after: str = "cancel"

    def __str__(self):
        return f"{self.kind} {self.variant} {self.point} {self.way} {self.after}"

    def end(self):
        if self.kind == "purge":
            return "purged"
        if self.kind == "kill" or self.point.startswith("welcome:"):
            return "active"
        if self.kind == "back" or self.way == "rollback" or (self.way == "hold" and self.after == "cancel"):
            return "clean"
        return "active"


VARIANTS = {
    "claimed": {"isolation": "database", "placement": {"server": "warm"}, "features": {"storage": ["s3", "local"]}},
    "copied": {"isolation": "database", "placement": {"server": "cold"}, "features": {"storage": ["s3", "local"]}},
    "schema": {"isolation": "schema", "features": {"storage": ["s3"]}},
}
OWN_BUCKETS = {"bucket": {"isolation": "shared", "features": {"storage": ["s3"]}}}
KINDS = {"claimed": {"database", "database_role", "storage_prefix", "storage_dir", "redis_user"},
         "schema": {"schema", "database_role", "storage_prefix", "redis_user"}, "bucket": {"storage_bucket", "redis_user"}}
KINDS["copied"] = KINDS["claimed"]


class World:
    """A control plane, a database server with a pool and one without, S3, Redis, a directory, and the program over all of it."""

    def __init__(self, cluster, mode="prefix"):
        self.cluster, self.mode, self.lock, self.rules, self.numbers = cluster, mode, threading.Lock(), [], itertools.count(1)
        self.variants = VARIANTS if mode == "prefix" else OWN_BUCKETS
        self.reference, self.shown, self.slow = {}, {}, []

    def __enter__(self):
        with contextlib.ExitStack() as kept:
            self.place = stack.Directory("tdk.")
            kept.callback(self.place.remove)
            self.marks, self.files = self.place.writable("marks"), self.place.writable("files")
            self.host = kept.enter_context(stack.Cluster())
            self.redis, self.s3 = kept.enter_context(stores.Redis()), kept.enter_context(stores.Bucket(self.mode))
            self.mails = kept.enter_context(MailServer())
            self.db = kept.enter_context(self.cluster.database())
            self.db.hold()
            self.cluster.sql(f"ALTER ROLE {self.db.server_role} CREATEROLE; GRANT CREATE ON DATABASE {self.db.name} TO {self.db.server_role}")
            if self.mode == "prefix":
                for server in ("warm", "cold"):
                    stack.command(self.db.settings, "server", "add", server, "--url-stdin", "--pool", "0", stdin=self.host.maker() + "\n")
                stack.command(self.db.settings, "pool", "fill")  # makes the templates
            self.write_rules()
            self.before = self.on_servers()
            self.app = kept.enter_context(Creating(
                self.db, workers=WORKERS, JOB_WORKERS=8, OPERATION_LEASE=LEASE_MS, POOL_SIZE=0, LOG_REQUESTS="off", HEALTH_INTERVAL=0, STORAGE_DIR=self.files,
                SMTP_URL=self.mails.url, MAIL_FROM="us@example.com", ACCOUNT_URL="https://app.example.com",
                rules=f"@{self.marks}/rules", **self.redis.settings, **self.s3.settings))
            self.app.auth["Authorization"] = "Bearer " + tokens.token(self.db.settings["JWT_SECRET_KEY"], "platform", email="platform@example.com")
            self.kept = kept.pop_all()
        return self

    def __exit__(self, *how):
        return self.kept.__exit__(*how)

    # -- rules --

    def write_rules(self, *more):
        with self.lock:
            self.rules += more
            new = self.marks / "rules.new"
            new.write_text(";".join(self.rules))
            new.rename(self.marks / "rules")

    def mark(self):
        return self.marks / f"m{next(self.numbers)}"

    # -- asking --

    def ask(self, slug, variant, on_failure="rollback"):
        body = {"name": "One of many", "slug": slug, "onFailure": on_failure, "adminEmail": f"{slug}@example.com",
                "webhook": {"url": "https://hooks.example.com/in", "events": ["webhook.disabled"]}, **self.variants[variant]}
        try:
            return self.app.call("POST", "/api/tenants", self.app.auth, json.dumps(body).encode())
        except (OSError, stack.Closed):
            return None

    def operation(self, slug, kind="tenant.create"):
        rows = self.db.sql("SELECT id, tenant_id, state, error_code FROM tenantd.operations WHERE kind = %s AND request->>'slug' = %s",
                           [kind, slug])
        assert len(rows) <= 1, f"{slug} was made twice: {rows}"
        return dict(zip(("id", "tenant", "state", "error"), rows[0])) if rows else None

    def settled(self, slug, kind="tenant.create", but=()):
        """Once nothing goes on with it by itself; not in a state of but."""
        try:
            return stack.until(lambda: (o := self.operation(slug, kind)) and o["state"] in {*ENDED, "held"} - set(but) and o, 90, 0.2)
        except AssertionError as e:
            raise AssertionError(f"{self.operation(slug, kind)} is not settled") from e

    def act(self, operation, what):
        answer = stack.until(lambda: self.app.call("POST", f"/api/operations/{operation}/{what}", self.app.auth), 60, 0.1)
        assert answer.status == 200, answer.body

    def create(self, slug, variant, way="rollback"):
        """Also again, where whoever answered died before anything was written down."""
        for _ in range(3):
            answer = self.ask(slug, variant, way)
            if answer is not None and answer.status == 201:
                self.shown[json.loads(answer.body)["id"]] = json.loads(answer.body)["secrets"]
            if answer is not None or stack_soon(lambda: self.operation(slug)):
                return answer
        raise AssertionError("nobody answers, and nothing is written down")

    # -- a case --

    def play(self, case):
        slug, kill, fail = f"k{next(self.numbers)}-{case.kind}", self.mark(), self.mark()
        always = case.kind == "back" and case.way == "retry"
        rules = {"kill": [], "fail": [f"{case.point if case.end() == 'active' and case.point.startswith('welcome:') else LAST}=fail:{fail}"],
                 "back": [f"{LAST}=fail" + ("" if always else f":{fail}")], "purge": []}[case.kind]
        if case.kind != "purge":
            self.write_rules(*[f"{slug}/{rule}" for rule in (f"{case.point}=kill:{kill}", *rules)])
        answer = self.create(slug, case.variant, case.way)
        op = self.settled(slug)
        if case.kind == "purge":
            return self.purge(case, slug, op, kill)
        if case.kind == "fail" and case.way == "hold" and not case.point.startswith("welcome:"):
            assert op["state"] == "held", op
            self.act(op["id"], case.after)
            op = self.settled(slug, but=["held"])
        if case.kind == "back" and case.way != "rollback":
            assert op["state"] == "held", op
            self.act(op["id"], "cancel")
            op = self.settled(slug, but=["held"])
        assert kill.exists(), f"nobody was killed there: {self.failure(op)}"
        assert always or case.kind == "kill" or fail.exists(), "nothing failed"
        assert op["state"] == {"active": "succeeded", "clean": "rolled_back"}[case.end()], (op, answer and answer.body)
        return op["tenant"]

    def failure(self, op):
        return self.db.sql("SELECT state, error_step, error FROM tenantd.operations WHERE id = %s", [op["id"]])

    def purge(self, case, slug, op, kill):
        assert op["state"] == "succeeded", op
        self.write_rules(f"{op['tenant']}/{case.point}=kill:{kill}")
        answer = stack.until(lambda: self.app.call("POST", f"/api/tenants/{op['tenant']}/purge?force=true", self.app.auth,
                                                   json.dumps({"slug": slug}).encode()), 60, 0.1)
        assert answer.status == 202, answer.body
        assert self.settled(slug, "tenant.purge")["state"] == "succeeded" and kill.exists()
        return op["tenant"]

    def run(self, cases):
        """Plays them, many at once; [(case, what is wrong)], without a case where it is nobody's in particular."""
        self.fill(sum(c.variant == "claimed" for c in cases))
        complaints, ended = [], {}

        def one(case):
            begun = time.monotonic()
            try:
                ended[case] = self.play(case)
            except (AssertionError, OSError, stack.Closed) as e:
                complaints.append((case, str(e)))
            self.slow.append((time.monotonic() - begun, str(case)))
        with concurrent.futures.ThreadPoolExecutor(TOGETHER) as many:
            list(many.map(one, cases))
        complaints += self.judge_cases(ended) + [(None, c) for c in self.judge(len(ended) < len(cases))]
        with self.lock:
            self.rules.clear()
        return complaints

    def fill(self, n):
        """So many wait in the pool, and it is full again when all is over."""
        if self.mode != "prefix":
            return
        self.db.sql("UPDATE tenantd.database_servers SET pool_size = %s WHERE id = 'warm'", [min(n, 24)])
        stack.until(lambda: not json.loads(stack.command(self.db.settings, "pool", "fill", "warm", "--json"))["busy"], 60, 0.1)

    # -- the points --

    def points(self):
        """{kind: {point: [variants that pass it]}}; what the tenants in use have is the measure of others."""
        passed = collections.defaultdict(lambda: collections.defaultdict(list))

        def look(variant):
            slug, notes = f"t{next(self.numbers)}-{variant}", [self.mark() for _ in range(3)]
            taken_back, gone = f"{slug}-b", f"{slug}-p"
            self.write_rules(f"{slug}/*:*=note:{notes[0]}", f"{taken_back}/*:*=note:{notes[1]}", f"{taken_back}/{LAST}=fail")
            for name, state in ((slug, "succeeded"), (taken_back, "rolled_back"), (gone, "succeeded")):
                self.ask(name, variant)
                op = self.settled(name)
                assert op["state"] == state, self.app.show(op["id"])
                if name == slug:
                    self.reference[variant] = op["tenant"]
            self.write_rules(f"{op['tenant']}/*:*=note:{notes[2]}")
            answer = self.app.call("POST", f"/api/tenants/{op['tenant']}/purge?force=true", self.app.auth, json.dumps({"slug": gone}).encode())
            assert answer.status == 202, answer.body
            self.settled(gone, "tenant.purge")
            forward, back, purge = (list(dict.fromkeys(n.read_text().split())) for n in notes)
            for kind, some in (("kill", forward), ("back", [p for p in back if p not in forward]), ("purge", purge)):
                for point in some:
                    passed[kind][point].append(variant)
        self.fill(3)
        with concurrent.futures.ThreadPoolExecutor(len(self.variants)) as many:
            list(many.map(look, self.variants))
        return passed

    # -- the balance --

    def on_servers(self):
        """Whatever can be an orphan, by the servers' own word."""
        inside = "SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%%'"
        buckets = self.s3.buckets()
        return {
            "databases": {n for n, in self.host.sql("SELECT datname FROM pg_database")} if self.mode == "prefix" else set(),
            "roles": {n for n, in self.host.sql("SELECT rolname FROM pg_roles")},
            "roles of the control plane's": {n for n, in self.cluster.sql("SELECT rolname FROM pg_roles WHERE rolname LIKE 'tenant%%'")
                                             if self.mode == "prefix"},
            "schemas": {n for n, in self.cluster.sql(inside, database=self.db.name)},
            "objects": {f"{b}/{k}" for b in buckets for k in self.s3.keys(b)} | {f"{b}/" for b in buckets},
            "users of Redis": set(self.redis.users()), "keys in Redis": set(self.redis.keys()),
            "files": {str(p.relative_to(self.files)) for p in self.files.rglob("*") if p.is_file()} | {p.name for p in self.files.iterdir()},
        }

    def in_use(self):
        """What there is to be by the ledger and the pool, beside what was there before."""
        found = {name: set(some) for name, some in self.before.items()}
        for tenant, kind, place, name, mark in self.db.sql(
                "SELECT tenant_id, kind, place, name, id FROM tenantd.resources WHERE state = 'made'"):
            if kind == "database":
                found["databases"].add(name)
            elif kind == "database_role":
                found["roles" if place else "roles of the control plane's"].add(name)
            elif kind == "schema":
                found["schemas"].add(name)
            elif kind == "storage_prefix":
                found["objects"].add(f"{place}/{name}.tenantd/{mark}")
            elif kind == "storage_bucket":
                found["objects"] |= {f"{name}/", f"{name}/.tenantd/{mark}"}
            elif kind == "redis_user":
                found["users of Redis"].add(name)
            elif kind == "storage_dir":
                found["files"] |= {tenant, f"{tenant}/.tenantd/{mark}"}
        if self.mode == "prefix":
            found["databases"] |= {n for n, in self.db.sql("SELECT name FROM tenantd.pool_databases WHERE state = 'ready' UNION"
                                                           " SELECT template FROM tenantd.database_servers WHERE template IS NOT NULL")}
        return found

    def marked(self):
        """What carries a mark that the ledger does not have under that name."""
        sql = ("SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database UNION ALL"
               " SELECT rolname, shobj_description(oid, 'pg_authid') FROM pg_roles")
        ledger = {(n, f"tenantd:{i}") for n, i in self.db.sql("SELECT name, id FROM tenantd.resources WHERE state = 'made'")}
        return {(n, m) for n, m in self.host.sql(sql) if (m or "").startswith("tenantd:") and not m.startswith(("tenantd:pool", "tenantd:template"))
                } - ledger

    def rows(self):
        """{tenant: {table: how many}} of all tables that belong to tenants."""
        found = collections.defaultdict(dict)
        for table, in self.db.sql("SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                                  " JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relkind IN ('r', 'p') AND a.attname = 'tenant_id'"
                                  " AND NOT a.attisdropped AND NOT c.relispartition AND n.nspname IN ('public', 'tenantd')"):
            if table not in RECORDS and table not in LIVELY:
                for tenant, n in self.db.sql(f"SELECT tenant_id::text, count(*) FROM {table} WHERE tenant_id IS NOT NULL GROUP BY 1"):
                    found[tenant][table] = n
        return found

    def judge_cases(self, ended):
        rows = self.rows()
        return [(case, c) for case, tenant in ended.items()
                for c in getattr(self, "judge_" + case.end())(case, tenant, rows.get(tenant, {}))]

    def judge(self, open_ones):
        """open_ones: not all of them have ended, which may have something half made."""
        if not open_ones:
            self.fill(2)  # whatever was begun in the pool is over, too
        wanted = self.in_use()
        for name, now in self.on_servers().items():
            if now != wanted[name]:
                yield f"{name}: left {sorted(now - wanted[name])[:9]}, lost {sorted(wanted[name] - now)[:9]}"
        yield from (f"marked, and of nobody: {m}" for m in self.marked())
        yield from (f"a database was handed out twice: {n}" for n, in self.db.sql(
            "SELECT details->>'staging' FROM tenantd.resources WHERE kind = 'database' GROUP BY 1 HAVING count(*) > 1"))
        if not open_ones:
            stale = ("SELECT j.id, j.state, o.state FROM tenantd.jobs j JOIN tenantd.operations o ON o.id::text = j.payload->>'operationId'"
                     " WHERE j.kind = 'operation.run' AND j.state IN ('queued', 'running') AND o.ended_at IS NOT NULL")
            if not stack_soon(lambda: not self.db.sql(stale), 20):
                yield f"jobs of what has ended: {self.db.sql(stale)}"
            yield from (f"of the pool: {r}" for r in self.db.sql("SELECT * FROM tenantd.pool_databases WHERE state <> 'ready'"))
            yield from (f"of the ledger: {r}" for r in self.db.sql(
                "SELECT tenant_id, kind, name, state FROM tenantd.resources WHERE state NOT IN ('made', 'removed')"))

    def status(self, tenant):
        return self.db.sql("SELECT t.status, r.is_active FROM public.tenants t JOIN public.custom_auth_tenant r ON r.id = t.tenant"
                           " WHERE t.id = %s", [tenant])

    def judge_active(self, case, tenant, rows):
        wanted = self.rows_wanted(case.variant)
        if self.status(tenant) != [("active", True)]:
            yield f"it is {self.status(tenant)}"
        if rows != wanted:
            yield f"rows: {sorted(set(rows.items()) ^ set(wanted.items()))}"
        kinds = [k for k, in self.db.sql("SELECT kind FROM tenantd.resources WHERE tenant_id = %s AND state = 'made'", [tenant])]
        if sorted(kinds) != sorted(KINDS[case.variant]):
            yield f"it has {kinds}"
        audited = self.db.value("SELECT count(*) FROM tenantd.audit WHERE tenant_id = %s AND event = 'TENANT_CREATED'", [tenant])
        if audited != 1:
            yield f"{audited} rows of the audit log"
        yield from self.try_out(case, tenant)

    def rows_wanted(self, variant):
        if not hasattr(self, "wanted"):
            all_rows = self.rows()
            self.wanted = {v: all_rows[t] for v, t in self.reference.items()}
        return self.wanted[variant]

    def try_out(self, case, tenant):
        """Its secrets open what they should."""
        op = self.db.value("SELECT id FROM tenantd.operations WHERE tenant_id = %s AND kind = 'tenant.create'", [tenant])
        said = self.shown.get(tenant)
        if said is None:
            answer = self.app.call("POST", f"/api/operations/{op}/secrets", self.app.auth)
            if answer.status != 200:
                yield f"its secrets: {answer.status} {answer.body}"
                return
            said = json.loads(answer.body)["secrets"]
        try:
            with self.redis.sign_in(said["redisUrl"]) as c:
                c("SET", f"tenant:{tenant}:k", "v")
                c("DEL", f"tenant:{tenant}:k")
            if case.variant != "bucket":
                stack.sql(said["databaseUrl"], "SELECT count(*) FROM settings")
        except (KeyError, OSError, stores.Refused, stack.psycopg2.Error) as e:
            yield f"its secrets do not work: {e!r} {sorted(said)}"

    def judge_clean(self, case, tenant, rows):
        if set(rows) - {"tenantd.names"}:
            yield f"rows are left: {rows}"
        names = [n for n, in self.db.sql("SELECT name FROM tenantd.names WHERE tenant_id = %s AND name LIKE 'k%%'", [tenant])]
        if not all(is_free(self.db, n) for n in names):
            yield f"its slug is not free: {names}"
        if self.status(tenant) != [("failed", False)]:
            yield f"it is {self.status(tenant)}"
        invited = f"{names[0]}@example.com" if names else None
        if any(invited in m.recipients for m in self.mails.mails):
            yield f"{invited} was written to"
        left = self.db.sql("SELECT kind, name FROM tenantd.resources WHERE tenant_id = %s AND state <> 'removed'", [tenant])
        if left:
            yield f"the ledger has {left}"
        if self.db.value("SELECT count(*) FROM tenantd.audit WHERE tenant_id = %s AND event = 'TENANT_CREATION_ROLLED_BACK'", [tenant]) != 1:
            yield "the audit log does not say it once"

    def judge_purged(self, case, tenant, rows):
        if set(rows) - {"tenantd.names"}:
            yield f"rows are left: {rows}"
        if self.status(tenant) != [("purged", False)]:
            yield f"it is {self.status(tenant)}"
        if self.db.sql("SELECT 1 FROM tenantd.resources WHERE tenant_id = %s AND state <> 'removed'", [tenant]):
            yield "the ledger has something of it"

    # -- strangers --

    def meet(self, stranger):
        """A creation whose ledger has a name that a stranger takes before it is used: it is held, by the reason; it is killed
        while it is cancelled; it leaves nothing, and the stranger as it was."""
        slug, fail, kill = f"k{next(self.numbers)}-met", self.mark(), self.mark()
        step = stranger.stop.split(":")[0]
        self.write_rules(f"{slug}/{stranger.stop}=fail:{fail}", f"{slug}/{step}:removing=kill:{kill}")
        self.create(slug, stranger.variant, "hold")
        op = self.settled(slug)
        assert op["state"] == "held" and fail.exists(), op
        mark, place, name = self.db.sql("SELECT id, place, name FROM tenantd.resources WHERE tenant_id = %s AND kind = %s",
                                        [op["tenant"], stranger.kind])[0]
        with stranger.there(self, place, name) as look:
            was = look()
            assert was and mark not in str(was)
            self.act(op["id"], "retry")
            stack.until(lambda: (o := self.operation(slug))["state"] == "held" and o["error"] == "conflict", 90, 0.2)
            assert look() == was
            self.act(op["id"], "cancel")
            assert self.settled(slug, but=["held"])["state"] == "rolled_back" and kill.exists()
            assert look() == was
        left = list(self.judge_clean(stranger, op["tenant"], self.rows().get(op["tenant"], {})))
        assert not left, left


def stack_soon(condition, seconds=1.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


@dataclasses.dataclass(frozen=True)
class Stranger:
    """stop: the point after which they come. there: a context of (world, place, name), whose value is a function that says how
    their things are."""
    variant: str
    kind: str
    stop: str
    there: object

    def __str__(self):
        return f"{self.variant} {self.kind} {self.stop}"


@contextlib.contextmanager
def a_database(world, place, name):
    world.host.sql(f'CREATE DATABASE "{name}"')
    inside = world.host.url_of("postgres", name)
    stack.sql(inside, "CREATE TABLE sentinel AS SELECT 42 AS n")
    yield lambda: (world.host.sql("SELECT oid, datallowconn, datacl::text, shobj_description(oid, 'pg_database') FROM pg_database"
                                  " WHERE datname = %s", [name]), stack.sql(inside, "TABLE sentinel"))
    world.host.sql(f'DROP DATABASE "{name}"')


@contextlib.contextmanager
def a_role(world, place, name):
    """Of a server's, or of the control plane's."""
    cluster = world.host if place else world.cluster
    cluster.sql(f"CREATE ROLE \"{name}\" LOGIN PASSWORD 'theirs' CONNECTION LIMIT 7; COMMENT ON ROLE \"{name}\" IS 'theirs'")
    yield lambda: cluster.sql("SELECT a.*, shobj_description(oid, 'pg_authid') FROM pg_authid a WHERE rolname = %s", [name])
    cluster.sql(f'DROP ROLE "{name}"')


@contextlib.contextmanager
def a_schema(world, place, name):
    database = world.db.name
    world.cluster.sql(f'CREATE SCHEMA "{name}"; CREATE TABLE "{name}".sentinel AS SELECT 42 AS n', database=database)
    yield lambda: (world.cluster.sql("SELECT oid, nspacl::text, obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s",
                                     [name], database=database), world.cluster.sql(f'TABLE "{name}".sentinel', database=database))
    world.cluster.sql(f'DROP SCHEMA "{name}" CASCADE', database=database)


@contextlib.contextmanager
def objects(world, place, name):
    """Below a prefix, or in a bucket."""
    bucket, key = (place, f"{name}sentinel") if place else (name, "sentinel")
    if not place:
        assert world.s3.ask("PUT", f"/{bucket}")[0] == 200
    world.s3.put(bucket, key, b"theirs")
    yield lambda: ([k for k in world.s3.keys(bucket) if k.startswith(name if place else "")], world.s3.ask("GET", f"/{bucket}/{key}"))
    world.s3.ask("DELETE", f"/{bucket}/{key}")
    if not place:
        world.s3.ask("DELETE", f"/{bucket}")


@contextlib.contextmanager
def a_directory(world, place, name):
    there = world.files / name
    there.mkdir()
    (there / "sentinel").write_text("theirs")
    yield lambda: ([(str(p), p.stat().st_ino, p.stat().st_mode) for p in (there, *there.rglob("*"))], (there / "sentinel").read_text())
    (there / "sentinel").unlink()
    there.rmdir()


@contextlib.contextmanager
def a_user(world, place, name):
    key = "theirs:" + name
    with world.redis.connect(database=3) as c:
        c("ACL", "SETUSER", name, "on", ">theirs", f"~{key}", "+get", "+select")
        c("SET", key, "sentinel")

    def look():
        with world.redis.connect() as c, world.redis.connect(user=name, password="theirs") as theirs:
            theirs("SELECT", 3)
            return c("ACL", "GETUSER", name), theirs("GET", key), [k for k in world.redis.keys() if name in k]
    yield look
    with world.redis.connect(database=3) as c:
        c("ACL", "DELUSER", name)
        c("DEL", key)


STRANGERS = [
    *(Stranger(v, "database", f"database:{at}", a_database) for v in ("claimed", "copied") for at in ("intended", "closed")),
    *(Stranger(v, "database_role", "credentials:intended", a_role) for v in ("copied", "schema")),
    Stranger("schema", "schema", "database:intended", a_schema),
    *(Stranger("schema", "storage_prefix", f"storage:{at}", objects) for at in ("intended", "noted")),
    Stranger("claimed", "storage_dir", "storage:intended", a_directory),
    *(Stranger("schema", "redis_user", f"cache:{at}", a_user) for at in ("intended", "noted")),
]
STRANGERS_OF_BUCKETS = [Stranger("bucket", "storage_bucket", f"storage:{at}", objects) for at in ("intended", "noted")]
