"""Creations of tenants that are stopped, and what is there of them.

    with Creating(db, "audit:recorded=kill", JOB_WORKERS=1) as c:
        answer = c.create(onFailure="hold")      # None: its process died before it answered
        op = c.converged()
        assert sweep(db, op["tenantId"]) == {}

A stop is a rule of TENANTD_TEST_STOP (src/creation/creation.h): here it comes once, and not again for whoever goes on, unless
`always` is set. What servers beside the control plane's own have of a tenant is added to SWEEPS by those who have them there:
functions of (db, tenant) that answer {what: how many}.

Kills are tried at each point of a step under every onFailure where KILL_MATRIX=all; else at each point once, and at each step
under each onFailure once (crossed)."""
import itertools
import json
import os
import secrets

import stack
import tokens

# Whoever makes something outside has as long as the lease for it, also on a busy machine. Where one is killed who answers a
# request it is ended (lapse); where it has to run out, it is to be soon.
LEASE_MS, SHORT_LEASE_MS = 10000, 1500
SETTINGS = {"OPERATION_LEASE": LEASE_MS, "JOB_WORKERS": 1, "JOB_POLL": 50, "JOB_BACKOFF": 50, "JOB_BACKOFF_MOST": 1, "OPERATION_ATTEMPTS": 3}
ENDED = ("succeeded", "rolled_back")
# What stays of one that failed: it is the record of it.
RECORDS = {"tenantd.operations", "tenantd.operation_steps", "tenantd.resources", "tenantd.events", "tenantd.jobs", "tenantd.audit",
           "tenantd.idempotency", "tenantd.identity_sync", "tenantd.notifications"}
SWEEPS = []
WAYS = ("rollback", "hold", "retry")  # of onFailure
names = (f"made-{secrets.token_hex(4)}-{n}" for n in itertools.count())


def crossed(points, ways=WAYS):
    """Rows for parametrize: each point with each way, or by default as few as have each of both. A point may be a tuple."""
    if os.environ.get("KILL_MATRIX") == "all":
        rows = itertools.product(points, ways)
    else:
        most = max(len(points), len(ways))
        rows = ((points[n % len(points)], ways[n % len(ways)]) for n in range(most))
    return [(*(point if isinstance(point, tuple) else (point,)), way) for point, way in rows]


def platform(db, user="platform"):
    """The header of a superuser of the database."""
    db.sql("INSERT INTO public.users (id, email, is_superuser) VALUES (%s, %s, true) ON CONFLICT (id) DO NOTHING",
           [user, f"{user}@example.com"])
    return {**tokens.bearer(db, user), "Content-Type": "application/json"}


class Creating(stack.Tenantd):
    """A program that stops at points, and whoever asks it for tenants. rules: all of TENANTD_TEST_STOP."""

    def __init__(self, db, *stops, always=False, workers=2, rules=None, **settings):
        self.marks = stack.Directory("tdm.")
        place = self.marks.writable("marks")
        stops = [rule if always or "wait:" in rule else f"{rule}:{place}/{n}" for n, rule in enumerate(stops)]
        self.auth = platform(db)
        try:
            super().__init__(db, workers=workers, env={"TENANTD_TEST_STOP": rules or ";".join(stops)} if rules or stops else None, **{**SETTINGS, **settings})
        except BaseException:
            self.marks.remove()
            raise
        self.place_of_marks = place

    def __exit__(self, *args):
        try:
            return super().__exit__(*args)
        finally:
            self.marks.remove()

    def create(self, headers=None, **body):
        """The answer; None: whoever had the request died. self.slug is what was asked for."""
        body = {"name": "Made by a test", "slug": next(names), **body}
        self.slug = body["slug"]
        try:
            return self.call("POST", "/api/tenants", {**self.auth, **(headers or {})}, json.dumps(body).encode())
        except (OSError, stack.Closed):
            self.lapse()
            return None

    def lapse(self):
        """Whoever had the operation of the last create is dead: their lease is over, as if its time had come."""
        for id, in self.db.sql("UPDATE tenantd.operations SET lease_until = now() WHERE request->>'slug' = %s"
                               " AND lease_until > now() RETURNING id", [self.slug]):
            self.db.sql("UPDATE tenantd.job_lanes SET run_at = now() WHERE lane = %s AND leased_by IS NULL", [f"operation:{id}"])

    def operations(self):
        return [dict(zip(("id", "tenantId", "state"), row)) for row in self.db.sql(
            "SELECT id, tenant_id, state FROM tenantd.operations WHERE request->>'slug' = %s ORDER BY created_at", [self.slug])]

    def converged(self, seconds=30):
        """The operation of the last create, once nothing goes on with it: it has ended, or is held."""
        def settled():
            found = self.operations()
            return found and found[-1]["state"] in (*ENDED, "held") and found[-1]
        try:
            return self.show(stack.until(settled, seconds)["id"])
        except AssertionError as e:
            raise AssertionError(f"{self.operations()}\n{self.log_text()[-4000:]}") from e

    def show(self, operation):
        answer = stack.until(lambda: self.call("GET", f"/api/operations/{operation}", self.auth))
        assert answer.status == 200, answer.body
        return json.loads(answer.body)

    def act(self, operation, what):
        """retry or cancel."""
        return stack.until(lambda: self.call("POST", f"/api/operations/{operation}/{what}", self.auth))


def sweep(db, tenant):
    """Whatever there is of a tenant beside the records that say what became of it: {table or thing: how many}; none for one that
    was rolled back."""
    found = {}
    for (table,) in db.sql("SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                           " JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relkind IN ('r', 'p') AND a.attname = 'tenant_id'"
                           " AND NOT a.attisdropped AND n.nspname IN ('public', 'tenantd')"):
        name = table if "." in table else f"public.{table}"
        if name in RECORDS or name in ("tenantd.names",):
            continue
        n = db.value(f"SELECT count(*) FROM {table} WHERE tenant_id::text = %s", [tenant])
        if n:
            found[name] = n
    n = db.value("SELECT count(*) FROM tenantd.resources WHERE tenant_id = %s AND state <> 'removed'", [tenant])
    if n:
        found["resources of the ledger"] = n
    n = db.value("SELECT count(*) FROM public.custom_auth_tenant WHERE id = %s AND is_active", [tenant])
    if n:
        found["active row of the registry"] = n
    for more in SWEEPS:
        found.update({what: n for what, n in more(db, tenant).items() if n})
    return found


def is_free(db, slug):
    return db.value("SELECT count(*) FROM tenantd.names WHERE name = %s AND (held_until IS NULL OR held_until > now())", [slug]) == 0
