"""Whatever happens is delivered, at least once and in order, whatever happens meanwhile: a receiver
that fails three times in ten, job workers that are killed, a database that restarts twice.
Sizes: DELIVERY_EVENTS events over DELIVERY_TENANTS tenants."""
import collections
import contextlib
import json
import os
import random
import threading
import time
import uuid

import psycopg2
import pytest
import stack
import tokens
from receiver import Receiver

pytestmark = pytest.mark.plain("many deliveries, by a program at its usual speed")
EVENTS = int(os.environ.get("DELIVERY_EVENTS", "10000"))
TENANTS = int(os.environ.get("DELIVERY_TENANTS", "100"))
JOB_WORKERS, CONCURRENCY, FAILING = 2, 16, 0.3


@pytest.fixture(scope="module")
def own():
    with stack.Cluster() as cluster, cluster.database() as db:
        db.settings["WEBHOOK_ALLOW"] = "127.0.0.0/8"
        with stack.Tenantd(db, workers=2, JOB_WORKERS=JOB_WORKERS, JOB_BACKOFF=50, JOB_BACKOFF_MOST=1, RATE_WRITE=0) as app:
            app.cluster = cluster
            yield app


def platform(app, method, path, body=None):
    token = tokens.token(app.db.settings["JWT_SECRET_KEY"], "operator", scope="admin")
    return app.call(method, path, {"Authorization": "Bearer " + token}, body)


def register(app, receiver, *kinds):
    answer = platform(app, "POST", "/api/webhooks", {"url": receiver.url, "kinds": list(kinds), "concurrency": CONCURRENCY})
    assert answer.status == 201, answer
    return answer.json()["id"]


def tenants(db, count):
    """New ones, as another application makes them; their ids."""
    ids = [str(uuid.uuid4()) for _ in range(count)]
    db.sql("INSERT INTO public.custom_auth_tenant (id, name, owner_id, schema_name)"
           " SELECT i, 'Firm', 'owner-' || i, 's' FROM unnest(%s::uuid[]) AS i", [ids])
    return ids


def change_until(db, tenant, version):
    """One change after the other up to a version; a change whose answer was lost is looked for."""
    c = None
    while True:
        try:
            if c is None:
                c = psycopg2.connect(db.owner_url)
                c.autocommit = True
            with c.cursor() as cursor:
                cursor.execute("SELECT version FROM public.tenants WHERE id = %s", [tenant])
                now = cursor.fetchone()[0]
                if now >= version:
                    return c.close()
                cursor.execute("UPDATE public.tenants SET slug = 's-' || id || '-' || version WHERE id = %s AND version = %s",
                               [tenant, now])
        except psycopg2.Error:
            c = None
            time.sleep(0.1)


@contextlib.contextmanager
def kills(app):
    """Job workers die by SIGKILL at random; how many did."""
    stopping, count = threading.Event(), [0]

    def run():
        while not stopping.wait(random.uniform(0.3, 1.5)):
            victims = app.job_workers()
            if victims:
                stack.kill(random.choice(victims))
                count[0] += 1

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield count
    finally:
        stopping.set()
        thread.join()


def test_every_event_is_delivered_in_order_through_kills_and_restarts(own):
    db, per_tenant = own.db, EVENTS // TENANTS
    ids = tenants(db, TENANTS)
    dice = random.Random(1951)
    with Receiver(lambda hit: 500 if dice.random() < FAILING else 200) as receiver:
        register(own, receiver, "tenant.updated")
        writers = [threading.Thread(target=lambda mine: [change_until(db, t, per_tenant + 1) for t in mine], args=(ids[i::8],))
                   for i in range(8)]

        def accepted():
            return len({(e["tenantId"], e["data"]["version"]) for e in receiver.accepted()})

        with kills(own) as killed:
            for w in writers:
                w.start()
            for mode in ("fast", "immediate"):
                time.sleep(2)
                own.cluster.restart(mode)
            for w in writers:
                w.join()
            stack.until(lambda: accepted() >= EVENTS * 0.9, 900, every=0.5, what="nine deliveries in ten")
        stack.until(lambda: accepted() >= EVENTS, 600, every=0.5, what="every delivery")
        events, ids_of = receiver.accepted(), [h.headers["webhook-id"] for h in receiver.hits if h.status == 200]
        failed = sum(h.status == 500 for h in receiver.hits)

    versions = collections.defaultdict(list)
    for e in events:
        versions[e["tenantId"]].append(e["data"]["version"])
    assert set(versions) == set(ids)
    for seen in versions.values():
        firsts = list(dict.fromkeys(seen))
        assert firsts == list(range(2, per_tenant + 2)), "all of a tenant's, first seen in their order"
    again = len(ids_of) - len(set(ids_of))
    print(f"{len(receiver.hits)} attempts, {failed} failed, {again} delivered again, {killed[0]} workers killed")
    assert failed > EVENTS * FAILING / 2 and killed[0] > 5
    assert len(set(ids_of)) == EVENTS, "an event keeps its id, by which a receiver drops what it has"
    # killed after the answer, before it was written down: what was under way then, at most. A worker
    # that the machine stops for longer than its lease is as good as killed.
    assert again <= (killed[0] + 4 * JOB_WORKERS) * CONCURRENCY
    assert db.value("SELECT count(*) = max(seq) FROM tenantd.events"), "no number is missing"
    stack.until(lambda: len(own.job_workers()) == JOB_WORKERS, what="all job workers")


def test_a_first_attempt_comes_soon_after_the_commit(own):
    """The bench measures it; here that nothing waits for the next poll."""
    [tenant] = tenants(own.db, 1)
    with Receiver() as receiver:
        webhook = register(own, receiver, "membership.*")
        user, took = f"soon-{uuid.uuid4()}", []
        own.db.sql("BEGIN; SET LOCAL app.current_tenant_id = 'unset'; UPDATE public.custom_auth_tenant SET owner_id = %s"
                   " WHERE id = %s; COMMIT", [user, tenant])
        for _ in range(5):
            before = len(receiver.hits)
            answer = own.call("POST", "/api/tenant/getOrCreate",
                              {"Authorization": "Bearer " + tokens.token(own.db.settings["JWT_SECRET_KEY"], user)})
            assert answer.status == 200 and answer.json()["message"] == "Associated tenant with user", answer
            stack.until(lambda n=before: len(receiver.hits) > n, every=0.001)
            took.append(receiver.hits[before].at)
            own.db.sql("BEGIN; SET LOCAL app.current_tenant_id = 'unset'; DELETE FROM public.tenant_users WHERE user_id = %s;"
                       " COMMIT", [user])
            stack.until(lambda n=before: len(receiver.hits) > n + 1)
        assert platform(own, "DELETE", f"/api/webhooks/{webhook}").status == 204
    assert all(json.loads(h.body)["type"].startswith("membership.") for h in receiver.hits)
