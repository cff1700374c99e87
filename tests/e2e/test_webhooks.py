"""Webhooks, from the change of a tenant to a receiver that verifies what it gets."""
import email.utils
import json
import random
import re
import threading
import time

import pytest
import stack
from hooks import SETTINGS, Owner, verifier
from receiver import Receiver


@pytest.fixture(scope="module")
def db(cluster):
    with cluster.database() as d:
        yield d


@pytest.fixture(scope="module")
def app(db):
    with stack.Tenantd(db, workers=2, **SETTINGS) as a:
        yield a


@pytest.fixture
def owner(app):
    return Owner(app)


@pytest.fixture(scope="module")
def platform(app):
    return Owner(app, tenant=False)


@pytest.fixture
def receiver():
    with Receiver() as r:
        yield r


@pytest.fixture(scope="module")
def verify(node_modules):
    return verifier(node_modules)


def arrived(receiver, count):
    stack.until(lambda: len(receiver.hits) >= count, what=f"{count} deliveries")
    return list(receiver.hits)


def test_what_is_sent_is_the_event_and_verifies(owner, receiver, verify):
    hook = owner.register(receiver.url, kinds=["tenant.*"])
    owner.change()
    hit = arrived(receiver, 1)[0]
    event = hit.event
    assert set(event) == {"id", "type", "timestamp", "tenantId", "sequence", "version", "data"}
    assert event["type"] == "tenant.updated" and event["tenantId"] == owner.tenant
    row = owner.db.sql("SELECT id, seq, version, payload, kind FROM tenantd.events WHERE seq = %s", [event["sequence"]])[0]
    assert (f"evt_{row[0]}", row[1], row[2], row[3], row[4]) == (
        event["id"], event["sequence"], event["version"], event["data"], event["type"])
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event["timestamp"])
    assert hit.headers["content-type"] == "application/json"
    assert hit.headers["webhook-id"] == event["id"]
    assert abs(int(hit.headers["webhook-timestamp"]) - time.time()) < 60
    assert hit.headers["user-agent"].startswith("tenantd/")
    assert verify(hook.secret, [hit]) == ["tenant.updated"]
    hit.body = hit.body.replace(b"updated", b"created", 1)
    assert "No matching signature" in verify(hook.secret, [hit])[0]

    entry = hook.waits(1)[0]
    assert entry["outcome"] == "ok" and entry["status"] == 200 and entry["attempt"] == 1 and entry["reason"] is None
    full = hook.get(f"/deliveries/{entry['id']}")
    hit.body = full["request"]["body"].encode()
    assert verify(hook.secret, [hit]) == ["tenant.updated"], "the log has what was sent"
    sent = {k.lower(): v for k, v in full["request"]["headers"].items()}
    assert {k: v for k, v in hit.headers.items() if k.startswith("webhook-")} == {
        k: v for k, v in sent.items() if k.startswith("webhook-")}
    assert full["response"]["status"] == 200 and full["address"] == "127.0.0.1"
    assert 0 < full["timing"]["connectUs"] <= full["timing"]["firstByteUs"] <= full["timing"]["totalUs"] < 60e6
    assert full["timing"]["tlsUs"] is None
    health = hook.get("/health")
    assert health["failures"] == 0 and health["lastSuccessAt"] is not None


def test_both_secrets_sign_while_one_takes_over_from_the_other(owner, receiver, verify):
    hook = owner.register(receiver.url, kinds=["tenant.updated"])
    fresh = hook.post("/rotate-secret")["secret"]
    owner.change()
    hits = arrived(receiver, 1)
    assert len(hits[0].headers["webhook-signature"].split(" ")) == 2
    assert verify(hook.secret, hits) == verify(fresh, hits) == ["tenant.updated"]
    last = hook.post("/rotate-secret", {"keepHours": 0})["secret"]
    owner.change()
    hits = arrived(receiver, 2)[1:]
    assert verify(last, hits) == ["tenant.updated"]
    assert "No matching signature" in verify(hook.secret, hits)[0]
    assert "No matching signature" in verify(fresh, hits)[0]


def test_a_tenant_hears_of_itself_and_the_platform_of_all(app, platform, owner):
    other = Owner(app)
    with Receiver() as mine, Receiver() as all_of_it:
        hook, wide = owner.register(mine.url), platform.register(all_of_it.url, kinds=["tenant.*"])
        owner.change()
        other.change()
        late = Owner(app)
        stack.until(lambda: {h.event["tenantId"] for h in all_of_it.hits} >= {owner.tenant, other.tenant, late.tenant})
        hook.idle()
        assert {h.event["tenantId"] for h in mine.hits} == {owner.tenant}
        assert [h.event["type"] for h in mine.hits] == ["webhook.created", "tenant.updated"]
        assert {h.event["type"] for h in all_of_it.hits} == {"tenant.created", "tenant.updated"}
        platform.call("DELETE", wide.path)


def test_an_unreliable_receiver_gets_everything_in_order(app, platform):
    chance = random.Random(4)
    tenants = [Owner(app) for _ in range(8)]
    with Receiver(lambda hit: 500 if chance.random() < 0.3 else 204) as r:
        hook = platform.register(r.url, kinds=["tenant.updated"], concurrency=8)
        for _ in range(12):
            for t in tenants:
                t.change()
        mine = {t.tenant for t in tenants}
        stack.until(lambda: len({e["id"] for e in r.accepted()}) >= 96, 200, what="every event")
        hook.idle()
        seen = {}
        for event in r.accepted():
            seen.setdefault(event["tenantId"], []).append(event["sequence"])
        assert set(seen) == mine
        for order in seen.values():
            assert order == sorted(set(order)) and len(order) == 12, "once each, in order"
        tries = hook.deliveries()
        assert sum(d["outcome"] == "ok" for d in tries) == 96
        assert 10 < sum(d["outcome"] == "failed" for d in tries) == len(r.hits) - 96
        assert {d["reason"] for d in tries} == {None, "it answered 500"}
        assert max(d["attempt"] for d in tries) > 1
        assert hook.get("/health")["failures"] == 0 and hook.get()["enabled"]
        platform.call("DELETE", hook.path)


def test_no_more_than_its_concurrency_at_once(app, platform):
    tenants = [Owner(app) for _ in range(10)]

    together = threading.Event()

    def slow(hit):
        together.set() if hit.busy >= 3 else together.wait(30)
        time.sleep(0.1)
        return 200

    with Receiver(slow) as r:
        hook = platform.register(r.url, kinds=["tenant.updated"], concurrency=3)
        for _ in range(2):
            app.db.sql("UPDATE public.tenants SET version = version + 1 WHERE id = ANY (%s)", [[t.tenant for t in tenants]])
        arrived(r, 20)
        hook.idle()
        assert max(h.busy for h in r.hits) == 3
        platform.call("DELETE", hook.path)


def test_one_is_sent_again_under_the_same_id(owner, receiver, verify):
    hook = owner.register(receiver.url, kinds=["tenant.updated"])
    owner.change()
    entry = hook.waits(1)[0]
    assert hook.post(f"/deliveries/{entry['id']}/redeliver") == {"queued": 1}
    first, second = arrived(receiver, 2)
    assert first.body == second.body and first.headers["webhook-id"] == second.headers["webhook-id"]
    assert verify(hook.secret, [second]) == ["tenant.updated"]
    hook.waits(2)


def test_a_range_is_sent_again_in_order(owner, receiver):
    hook = owner.register(receiver.url, kinds=["tenant.updated"])
    owner.change(6)
    hook.idle()
    first = [h.event["sequence"] for h in arrived(receiver, 6)]
    assert hook.post("/redeliver", {"from": first[2], "to": first[4]}) == {"queued": 3}
    hook.idle()
    assert [h.event["sequence"] for h in receiver.hits[6:]] == first[2:5]
    since = receiver.hits[0].event["timestamp"]
    assert hook.post("/redeliver", {"from": since}) == {"queued": 6}
    hook.idle()
    assert [h.event["sequence"] for h in receiver.hits[9:]] == first


def test_another_secret_key_leaves_webhooks_their_secrets(cluster, receiver, verify):
    first, second = "a" * 40, "b" * 40
    with cluster.database() as d:
        with stack.Tenantd(d, workers=1, **{**SETTINGS, "SECRET_KEY": first}) as app:
            owner = Owner(app)
            hook = owner.register(receiver.url, kinds=["tenant.updated"])
            hook.post("/rotate-secret")
        both = {**d.settings, "SECRET_KEY": second, "SECRET_KEY_PREVIOUS": first}
        with stack.Tenantd(d, workers=1, **{**SETTINGS, "SECRET_KEY": second}) as owner.app:
            owner.change()
            failed = stack.until(hook.deliveries, what="an attempt")[0]
            assert failed["reason"] == "its secret cannot be opened here" and "event=webhook-not-signed" in owner.app.log_text()
            assert json.loads(stack.command(both, "secrets", "rotate", "--json"))["sealed"] == 3, "the audit log's and two of the webhook"
            assert json.loads(stack.command(both, "secrets", "rotate", "--json"))["sealed"] == 0
            (hit,) = arrived(receiver, 1)
        assert verify(hook.secret, [hit]) == ["tenant.updated"]


@pytest.mark.parametrize("secrets", ['[{"createdAt": null, "expiresAt": null}]', '[{"sealed": 1}]', '[1]', '[]'])
def test_a_webhook_without_a_secret_is_in_nobodys_way(app, owner, receiver, secrets):
    """Such a row nobody here writes; whoever runs jobs must outlive it."""
    bad, good = (owner.register(f"{receiver.url}/{name}", kinds=["tenant.updated"]) for name in ("bad", "good"))
    app.db.sql("UPDATE tenantd.webhooks SET secrets = %s WHERE id = %s", [secrets, bad.id])
    owner.change()
    assert stack.until(bad.deliveries, what="an attempt")[0]["reason"] == "its secret cannot be opened here"
    assert good.waits(1)[0]["outcome"] == "ok"
    app.db.sql("DELETE FROM tenantd.webhooks WHERE id = %s", [bad.id])


def test_what_waits_to_be_sent_again_is_bounded(app, owner, receiver):
    hook = owner.register(receiver.url, kinds=["tenant.updated"])
    owner.change()
    (tried,) = hook.waits(1)
    app.db.sql("INSERT INTO tenantd.jobs (kind, tenant_id, lane, pool, pool_most, run_at, payload)"
               " SELECT 'webhook.deliver', %s, %s || ':again:' || %s, %s, 1, now() + interval '1 hour', '{}'"
               " FROM generate_series(1, 10000)", [owner.tenant, hook.id, owner.tenant, hook.id])
    try:
        for path, body in ((f"/deliveries/{tried['id']}/redeliver", None), ("/redeliver", {"from": 1})):
            refused = owner.ask("POST", hook.path + path, body)
            assert refused.status == 409 and "wait to be sent again" in refused.json()["detail"], refused
        app.db.sql("DELETE FROM tenantd.jobs WHERE run_at > now() AND id IN"
                   " (SELECT max(id) FROM tenantd.jobs WHERE pool = %s)", [hook.id])
        assert owner.ask("POST", f"{hook.path}/deliveries/{tried['id']}/redeliver").status == 202
    finally:
        app.db.sql("DELETE FROM tenantd.jobs WHERE pool = %s", [hook.id])
        app.db.sql("DELETE FROM tenantd.job_lanes WHERE pool = %s", [hook.id])


def test_what_follows_the_host_of_a_url_is_told_to_nobody(app, owner, receiver, platform):
    """It is often a secret: only whoever may see the webhook sees it."""
    platform.register(receiver.url, kinds=["webhook.*"])
    hook = owner.register(f"{receiver.url}/SECRETPATH?token=SECRETTOKEN#x")
    assert hook.get()["url"].endswith("/SECRETPATH?token=SECRETTOKEN#x")
    stack.until(lambda: [h for h in receiver.hits if h.event["data"].get("webhookId") == hook.id], what="the news of it")
    for table, column in (("events", "payload"), ("audit", "details")):
        told = app.db.sql(f"SELECT {column}::text FROM tenantd.{table} WHERE {column}::text LIKE %s", [f"%{hook.id}%"])
        assert told and all("SECRET" not in text and f"http://127.0.0.1:{receiver.port}" in text for (text,) in told)


def test_tests_and_slow_answers_of_one_tenant_keep_no_other_waiting(app, owner):
    other, answered = Owner(app), threading.Event()
    with Receiver() as slow, Receiver() as quick:
        slow.answer = lambda hit: answered.wait() and 200
        hooks = [owner.register(slow.url, concurrency=16) for _ in range(3)]
        quick_hook = other.register(quick.url, kinds=["tenant.updated"])
        for hook in hooks:
            for _ in range(10):
                hook.post("/test")
        stack.until(lambda: slow.busy >= 4, what="as many as a tenant may have")
        other.change()
        quick_hook.waits(1)
        assert slow.busy == len(slow.hits) == 4, "none of them has been answered"
        answered.set()
        for hook in hooks:
            owner.call("DELETE", hook.path)


def test_a_test_goes_to_this_one_alone_and_once(owner, platform, receiver):
    with Receiver() as other, Receiver(lambda hit: 500) as broken:
        hook, bystander = owner.register(receiver.url, kinds=["job.dead"]), owner.register(other.url, kinds=["webhook.*"])
        theirs = platform.register(broken.url, enabled=False)
        hook.patch(enabled=False)
        assert hook.post("/test") == {"queued": 1}
        hit = arrived(receiver, 1)[0]
        assert hit.event["type"] == "webhook.test" and hit.event["data"]["webhookId"] == hook.id
        theirs.post("/test")
        assert arrived(broken, 1)[0].event["tenantId"] is None
        theirs.waits(1)
        theirs.idle()
        assert len(broken.hits) == 1 and theirs.get("/health")["failures"] == 0
        bystander.idle()
        assert {h.event["type"] for h in other.hits} <= {"webhook.created", "webhook.updated"}
        platform.call("DELETE", theirs.path)


def test_one_that_says_gone_is_turned_off(owner, receiver):
    receiver.answer = lambda hit: 410
    hook = owner.register(receiver.url, kinds=["tenant.updated"])
    owner.change()
    stack.until(lambda: not hook.get()["enabled"])
    assert hook.get()["disabledReason"] == "gone"
    hook.idle()
    owner.change()
    event = stack.until(lambda: owner.db.sql(
        "SELECT payload, tenant_id FROM tenantd.events WHERE kind = 'webhook.disabled' AND payload->>'webhookId' = %s", [hook.id]))[0]
    assert event[0]["reason"] == "gone" and event[0]["error"] == "it answered 410" and event[1] == owner.tenant
    assert len(receiver.hits) == 1
    assert owner.ask("POST", hook.path + "/redeliver", {"from": 1}).status == 409


def test_a_pause_that_is_asked_for_is_kept(owner, receiver):
    pauses = iter([lambda: "1", lambda: email.utils.formatdate(time.time() + 3, usegmt=True)])

    def busy(_):
        pause = next(pauses, None)
        return (503, {"Retry-After": pause()}, b"busy") if pause else 200

    receiver.answer = busy
    hook = owner.register(receiver.url, kinds=["tenant.updated"])
    owner.change()
    hits = arrived(receiver, 3)
    assert hits[1].at - hits[0].at >= 1
    assert hits[2].at - hits[1].at >= 1
    assert [d["status"] for d in hook.waits(3)] == [503, 503, 200]
    receiver.answer = lambda hit: (429, {"Retry-After": "99999999"}, b"")
    owner.change()
    hook.waits(4)
    assert owner.db.value("SELECT run_at BETWEEN now() + interval '50 min' AND now() + interval '1 h' FROM tenantd.job_lanes"
                          " WHERE lane LIKE %s", [hook.id + ":%"])


def test_who_does_not_answer_holds_nobody_up(app, owner):
    other, answered = Owner(app), threading.Event()
    with Receiver(lambda hit: answered.wait() and 200) as slow, Receiver() as fast:
        hook, quick = owner.register(slow.url, kinds=["tenant.updated"]), other.register(fast.url, kinds=["tenant.updated"])
        owner.change()
        arrived(slow, 1)
        other.change()
        arrived(fast, 1)
        assert hook.deliveries() == [], "it waits on"
        answered.set()
        hook.waits(1)
        owner.call("DELETE", hook.path)
        quick.idle()


def test_who_does_not_answer_is_left_after_a_while(cluster):
    answered = threading.Event()
    with cluster.database() as d, Receiver(lambda hit: answered.wait() and 200) as never, \
            stack.Tenantd(d, workers=1, **SETTINGS, WEBHOOK_TIMEOUT=1000) as app:
        owner = Owner(app)
        hook = owner.register(never.url, kinds=["tenant.updated"])
        owner.change()
        entry = stack.until(hook.deliveries, what="the end of the attempt")[0]
        assert entry["outcome"] == "failed" and entry["status"] is None and entry["reason"]
        assert 900e3 < entry["durationUs"] < 30e6
        owner.call("DELETE", hook.path)
        answered.set()


def test_an_answer_is_kept_as_far_as_it_can_be(owner, receiver):
    receiver.answer = lambda hit: (500, {"X-Odd": "caf\xe9"}, b"\xff\0" + b"x" * 1_000_000)
    hook = owner.register(receiver.url, kinds=["tenant.updated"])
    owner.change()
    stack.until(hook.deliveries)
    full = hook.get(f"/deliveries/{hook.deliveries()[0]['id']}")
    assert full["response"]["body"] == "\ufffd\ufffd" + "x" * 4094
    assert full["response"]["headers"]["X-Odd"] == "caf\ufffd"
    assert full["response"]["headers"]["Content-Length"] == "1000002"
    owner.call("DELETE", hook.path)


def test_a_redirect_is_an_answer_like_another(owner, receiver):
    with Receiver() as elsewhere:
        receiver.answer = lambda hit: (302, {"Location": elsewhere.url}, b"")
        hook = owner.register(receiver.url, kinds=["tenant.updated"])
        owner.change()
        stack.until(hook.deliveries)
        assert hook.deliveries()[0]["reason"] == "it answered 302"
        assert elsewhere.hits == []
        owner.call("DELETE", hook.path)


def test_one_that_is_removed_gets_no_more(owner, receiver):
    receiver.answer = lambda hit: 500
    hook = owner.register(receiver.url, kinds=["tenant.updated"])
    owner.change(3)
    arrived(receiver, 1)
    owner.call("DELETE", hook.path)
    hook.idle()
    count = len(receiver.hits)
    owner.change()
    time.sleep(0.3)
    assert len(receiver.hits) == count
    assert owner.db.value("SELECT count(*) FROM tenantd.jobs WHERE state <> 'done' AND payload->>'webhookId' = %s", [hook.id]) == 0


# -- one that fails again and again --

@pytest.fixture(scope="module")
def strict(cluster):
    with cluster.database() as d, stack.Tenantd(d, workers=1, **{
            **SETTINGS, "WEBHOOK_FAILURES": 5, "WEBHOOK_FAILURES_HOURS": 0}) as a:
        yield a


def test_one_that_fails_often_enough_is_turned_off_and_told_of(strict, receiver):
    owner, root = Owner(strict), Owner(strict, tenant=False)
    receiver.answer = lambda hit: 500
    with Receiver() as watcher:
        root.register(watcher.url, kinds=["webhook.disabled"])
        hook = owner.register(receiver.url, kinds=["tenant.updated"])
        owner.change(3)
        told = arrived(watcher, 1)[0].event
        assert told["tenantId"] == owner.tenant and told["data"] == {
            "webhookId": hook.id, "tenantId": owner.tenant, "partnerId": None, "url": f"http://127.0.0.1:{receiver.port}", "reason": "failures", "failures": 5,
            "failingSince": told["data"]["failingSince"], "error": "it answered 500"}
        now = hook.get()
        assert not now["enabled"] and now["disabledReason"] == "failures" and now["disabledAt"]
        hook.idle()
        assert len(receiver.hits) == 5
        tries = hook.deliveries()
        assert [d["outcome"] for d in tries[:5]] == ["failed"] * 5
        assert {(d["outcome"], d["reason"]) for d in tries[5:]} <= {("refused", "the webhook is off")}, "what was queued already"
        assert owner.db.value("SELECT count(*) FROM tenantd.audit WHERE event = 'WEBHOOK_DISABLED' AND tenant_id = %s",
                              [owner.tenant]) == 1
        receiver.answer = lambda hit: 200
        hook.patch(enabled=True)
        assert hook.get("/health")["failures"] == 0
        assert hook.post("/redeliver", {"from": tries[0]["sequence"]})["queued"] == 3
        hook.idle()
        again = [h.event["sequence"] for h in receiver.hits[5:]]
        assert again == sorted(again) and {d["sequence"] for d in tries} <= set(again)


def test_failures_before_a_success_do_not_count(strict, receiver):
    owner = Owner(strict)
    receiver.answer = lambda hit: 200 if hit.number % 5 == 0 else 500
    hook = owner.register(receiver.url, kinds=["tenant.updated"])
    owner.change(3)
    stack.until(lambda: len(receiver.hits) >= 15, what="three events, each at its fifth attempt")
    hook.idle()
    assert len(receiver.hits) == 15 and hook.get()["enabled"]
