"""The feed read while it is written: whoever reads on from where they were misses nothing, and knows
every tenant as the tables have it."""
import contextlib
import random
import threading
import time
import uuid

import feed
import payloads
import psycopg2
import pytest
import stack
import tokens
from client import http_call, persistent

WRITERS, TURNS = 32, 25
# What is public of every tenant, without the function that events are made by.
TENANTS = """SELECT t.id, jsonb_build_object(
  'tenantId', t.id, 'tenant', t.tenant::text, 'name', CASE WHEN c.id IS NULL THEN t.slug ELSE c.name END, 'slug', t.slug,
  'status', t.status, 'statusReason', t.status_reason, 'planId', t.plan, 'billingCycle', t.billing_cycle,
  'isolation', t.isolation, 'onboardingStatus', t.onboarding_status, 'features', t.features, 'ownerId', c.owner_id,
  'partnerId', t.partner_id, 'externalId', t.external_id,
  'version', t.version, 'createdAt', to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  'updatedAt', to_char(t.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  'deactivatedAt', to_char(t.deactivated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
  FROM public.tenants t LEFT JOIN public.custom_auth_tenant c ON c.id = t.tenant"""


@pytest.fixture(scope="module")
def own(cluster):
    with cluster.database() as db, stack.Tenantd(db, workers=8, JOB_WORKERS=2) as app, \
            stack.WebServer("nginx", app.socket) as web:
        app.url = web.url
        yield app
        payloads.check_all(db)


class Writers(contextlib.AbstractContextManager):
    """Whoever changes tenants, each in a way of their own, all of them the same few tenants."""

    def __init__(self, app):
        self.app, self.faults = app, []
        self.tenants = [str(uuid.uuid4()) for _ in range(8)]  # other applications'
        self.users = [f"writer-{uuid.uuid4().hex[:8]}" for _ in range(8)]
        ways = [self.user, self.user, self.operator, self.other_application]
        self.threads = [threading.Thread(target=self.run, args=(ways[i % len(ways)], i)) for i in range(WRITERS)]

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *_):
        for t in self.threads:
            t.join()

    def working(self):
        return any(t.is_alive() for t in self.threads)

    def run(self, way, number):
        dice = random.Random(number)
        with contextlib.closing(psycopg2.connect(self.app.db.owner_url)) as c:
            c.autocommit = True
            for turn in range(TURNS):
                try:
                    way(c.cursor(), dice, number)
                except psycopg2.Error as e:
                    # a transition that does not exist, a row that is there: not this time
                    if e.pgcode not in ("TD409", "23505", "23503"):
                        self.faults.append(f"{way.__name__}, turn {turn}: {e}")
                except OSError as e:
                    self.faults.append(f"{way.__name__}, turn {turn}: {e!r}")

    def user(self, _, dice, number):
        """getOrCreate with a plan, and the older route with a name."""
        key, user = self.app.db.settings["JWT_SECRET_KEY"], dice.choice(self.users)
        if dice.random() < 0.2:
            user = f"writer-{uuid.uuid4().hex[:8]}"
        if dice.random() < 0.4:
            answer = http_call(self.app.url, "POST", "/api/tenant/create-tenant-record", tokens.token(key, user),
                               {"name": f"Name {dice.random()}"})
        else:
            answer = http_call(self.app.url, "POST", "/api/tenant/getOrCreate", tokens.token(key, user),
                               {"planId": dice.choice(["free", "professional", "enterprise"]),
                                "billingCycle": dice.choice(["monthly", "annual"])})
        if answer.status not in (200, 403, 503):
            self.faults.append(f"{answer}")

    def operator(self, cursor, dice, number):
        """By hand, of whatever tenant there is."""
        cursor.execute("SELECT id FROM public.tenants ORDER BY random() LIMIT 1")
        (tenant,) = cursor.fetchone() or (None,)
        cursor.execute(dice.choice([
            "UPDATE public.tenants SET status = CASE status WHEN 'active' THEN 'suspended' ELSE 'active' END WHERE id = %s",
            "UPDATE public.tenants SET plan = 'enterprise', billing_cycle = 'annual' WHERE id = %s",
            "UPDATE public.tenants SET features = jsonb_build_object('n', random()) WHERE id = %s",
            "UPDATE public.tenants SET slug = 's-' || md5(random()::text) WHERE id = %s",
            "UPDATE public.tenants SET plan = 'free' WHERE id = %s"]), [tenant])

    def other_application(self, cursor, dice, number):
        """In the shared registry, as Django and Next.js do; sometimes it is undone."""
        tenant = dice.choice(self.tenants)
        cursor.execute("BEGIN")
        try:
            for change in dice.sample([
                    "INSERT INTO custom_auth_tenant (id, name, owner_id, schema_name) VALUES (%s, 'New', 'ann', 's')"
                    " ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name || random(), updated_at = now()",
                    "UPDATE custom_auth_tenant SET name = 'Name ' || random() WHERE id = %s",
                    "UPDATE custom_auth_tenant SET owner_id = 'owner-' || (random() * 3)::int WHERE id = %s",
                    "UPDATE custom_auth_tenant SET is_active = NOT is_active WHERE id = %s",
                    "DELETE FROM custom_auth_tenant WHERE id = %s"], 2):
                cursor.execute(change, [tenant])
            time.sleep(dice.random() * 0.02)
            cursor.execute("ROLLBACK" if dice.random() < 0.2 else "COMMIT")
        except psycopg2.Error:
            cursor.execute("ROLLBACK")
            raise


class Replica:
    """Tenants as somebody knows them who reads the feed alone, or from a snapshot on."""

    def __init__(self, app, **query):
        self.reader = feed.Reader(
            lambda target, headers: persistent(lambda: http_call(app.url, "GET", target, headers=headers)),
            feed.platform(app.db), **query)
        self.app, self.tenants, self.numbers = app, {}, []

    def begin_with_a_snapshot(self):
        cursor = None
        while True:
            answer = self.reader.get(feed.target("/api/events/snapshot", limit=7, cursor=cursor), self.reader.headers)
            page = answer.json()
            self.tenants |= {t["tenantId"]: t for t in page["items"]}
            self.reader.cursor, cursor = page["events_cursor"], page["next_cursor"]
            if not cursor:
                return self

    def take(self, items):
        self.numbers += [i["sequence"] for i in items]
        self.tenants |= {i["tenantId"]: i["data"] for i in items if i["kind"].startswith("tenant.")}

    def follow(self, working):
        while working():
            self.take(self.reader.read())

    def catch_up(self):
        while items := self.reader.read(wait=0):
            self.take(items)


def test_a_reader_racing_32_writers_misses_nothing_and_knows_every_tenant(own):
    from_zero, impatient = Replica(own, limit=200, wait=2), Replica(own, limit=3)
    late, replicas = [], [from_zero, impatient]
    with Writers(own) as writers:
        threads = [threading.Thread(target=r.follow, args=(writers.working,)) for r in replicas]
        for t in threads:
            t.start()
        while writers.working() or len(late) < 3:
            time.sleep(0.4)
            late.append(Replica(own).begin_with_a_snapshot())
            for pid in random.sample(workers := own.job_workers(), min(len(workers), 1)):
                stack.kill(pid)
    for t in threads:
        t.join()
    assert not writers.faults, writers.faults[:5]
    feed.published(own.db)
    tables = dict(own.db.sql(TENANTS))
    for r in [*replicas, *late]:
        r.catch_up()
        assert {k: v for k, v in r.tenants.items() if tables.get(k) != v} == {}
        assert r.tenants.keys() == tables.keys()
    newest = own.db.value("SELECT seq FROM tenantd.event_head")
    print(f"{newest} events, {len(tables)} tenants, {len(late)} snapshots")
    assert from_zero.numbers == impatient.numbers == list(range(1, newest + 1))
    assert newest > WRITERS * TURNS / 4 and len(late) > 2
    assert own.db.value("SELECT count(*) FROM tenantd.adoption_faults") == 0


def test_the_events_of_a_tenant_are_in_the_order_of_its_versions(own):
    rows = own.db.sql("SELECT tenant_id, (payload->>'version')::bigint FROM tenantd.events"
                      " WHERE kind LIKE 'tenant.%%' ORDER BY seq", [])
    last = {}
    for tenant, version in rows:
        assert version >= last.get(tenant, 0), tenant
        last[tenant] = version
