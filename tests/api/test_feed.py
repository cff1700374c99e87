"""GET /api/events and its snapshot: order, cursors, who sees what, waiting."""
import base64
import contextlib
import threading
import time
import uuid

import feed
import payloads
import pytest
import stack
import tokens
from fcgi_client import Connection, request_bytes

STATE = "SELECT tenantd.tenant_state(t) FROM public.tenants t WHERE id = %s"


@pytest.fixture(scope="module")
def own(cluster):
    """A database of these tests alone, with a program that has seats for two who wait."""
    with cluster.database() as db, stack.Tenantd(db, workers=4) as app:
        yield app


def reader(app, user=None, **query):
    """user: of a tenant; None: the platform."""
    headers = tokens.bearer(app.db, user) if user else feed.platform(app.db)
    return feed.Reader(lambda t, h: app.call("GET", t, h), headers, **query)


def at_end(app, user=None, **query):
    """One that knows everything."""
    feed.published(app.db)
    r = reader(app, user, **query)
    r.read_all(limit=200)
    return r


def signed_in(app, name="ann"):
    """A new user with a tenant of their own."""
    user = f"{name}-{uuid.uuid4().hex[:12]}"
    answer = app.call("POST", "/api/tenant/getOrCreate", tokens.bearer(app.db, user))
    assert answer.status == 200, answer
    return user, answer.json()["tenantId"]


def change(app, tenant):
    app.db.sql("UPDATE public.tenants SET features = jsonb_build_object('n', random()) WHERE id = %s", [tenant])


def is_gone(answer):
    assert answer.status == 410, answer
    assert answer.json()["snapshot"] == "/api/events/snapshot" and answer.json()["type"].endswith("/gone")
    assert answer.headers["link"] == '</api/events/snapshot>; rel="snapshot"'


def cursor(text):
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def text_of(cursor):
    return base64.urlsafe_b64decode(cursor + "==").decode()


# -- what is told, and in which order --

def test_an_event_is_told_with_everything_that_is_known_of_it(own):
    r = at_end(own)
    user, tenant = signed_in(own)
    feed.published(own.db)
    (item,) = r.read()
    row = own.db.sql("SELECT id, seq, request_id FROM tenantd.events WHERE tenant_id = %s", [tenant])[0]
    assert item["createdAt"].endswith("Z") and len(item.pop("createdAt")) == 24
    assert item == {"id": f"evt_{row[0]}", "sequence": row[1], "kind": "tenant.created", "version": 2, "tenantId": tenant,
                    "actor": user, "requestId": row[2], "data": own.db.value(STATE, [tenant])}
    payloads.check([(item["kind"], item["version"], item["data"])])


def test_without_a_cursor_one_begins_with_the_first_event_and_misses_none(own):
    _, tenant = signed_in(own)
    for _ in range(7):
        change(own, tenant)
    feed.published(own.db)
    items = reader(own, limit=3).read_all()
    assert [i["sequence"] for i in items] == list(range(1, own.db.value("SELECT seq FROM tenantd.event_head") + 1))


def test_the_cursor_is_always_given_and_goes_on(own):
    r = at_end(own)
    before = r.cursor
    answer = r.ask()
    assert answer.json() == {"items": [], "next_cursor": before}
    assert answer.headers["link"] == f'</api/events?after={before}>; rel="next"'
    _, tenant = signed_in(own)
    feed.published(own.db)
    assert [i["tenantId"] for i in r.read()] == [tenant]
    assert r.read() == [] and r.cursor != before


def test_kinds_can_be_chosen_and_the_cursor_goes_on_over_the_others(own):
    r, family = at_end(own, kind="tenant.suspended,tenant.resumed"), at_end(own, kind="tenant.*")
    nothing = at_end(own, kind="webhook.*")
    often = at_end(own, kind=",".join(["tenant.*"] * 300))
    _, tenant = signed_in(own)
    for status in ("suspended", "active"):
        change(own, tenant)
        own.db.sql("UPDATE public.tenants SET status = %s WHERE id = %s", [status, tenant])
    feed.published(own.db)
    assert [i["kind"] for i in r.read()] == ["tenant.suspended", "tenant.resumed"]
    assert len(often.read()) == 5, "a family is one however often it is named"
    assert [i["kind"] for i in family.read()] == ["tenant.created", "tenant.updated", "tenant.suspended",
                                                  "tenant.updated", "tenant.resumed"]
    assert nothing.read() == []
    assert r.cursor == family.cursor == nothing.cursor


@pytest.mark.parametrize("query", [
    {"kind": "tenant"}, {"kind": "tenant.*,"}, {"kind": "tenant.cre*"}, {"kind": ".*"}, {"kind": "*"}, {"limit": "0"},
    {"limit": "201"}, {"limit": "x"}, {"wait": "-1"}, {"wait": "31"}, {"wait": "x"}, {"after": "x"}, {"after": "====" },
    {"after": cursor("1")}, {"after": cursor("1.x")}, {"after": cursor("x.1")},
    {"after": cursor("-1.1")}, {"after": cursor("1.1.1")}, {"after": cursor("9223372036854775807.1")},
    {"after": cursor("1" * 800)}, {"after": "A" * 4000}], ids=str)
def test_what_is_no_query_is_refused(own, query):
    answer = own.call("GET", feed.target(**query), feed.platform(own.db))
    assert answer.status == 400 and answer.json()["type"].endswith("/invalid"), answer


# -- cursors that nobody can go on from --

def test_a_cursor_of_another_database_leads_to_a_snapshot(own):
    r = at_end(own)
    seq, origin = text_of(r.cursor).split(".")
    r.cursor = cursor(f"{seq}.{int(origin) + 1}")
    is_gone(r.ask())


def test_a_cursor_ahead_of_the_feed_leads_to_a_snapshot(own):
    r = at_end(own)
    seq, origin = text_of(r.cursor).split(".")
    r.cursor = cursor(f"{int(seq) + 1}.{origin}")
    is_gone(r.ask())
    r.cursor = cursor(f"{2**62 - 1}.{origin}")
    is_gone(r.ask())


def test_behind_the_retention_one_goes_on_from_a_snapshot(cluster):
    with cluster.database() as db, stack.Tenantd(db, workers=2, EVENT_RETENTION_DAYS=1) as app:
        users = [signed_in(app) for _ in range(4)]
        feed.published(db)
        late, quiet, first = reader(app), at_end(app, users[0][0]), reader(app, limit=1)
        assert [i["tenantId"] for i in first.read()] == [users[0][1]]
        late.read(limit=2)
        db.sql("UPDATE tenantd.events SET created_at = now() - interval '2 days' WHERE seq <= 3")
        stack.command(app.settings, "jobs", "run")
        assert db.sql("SELECT oldest, seq FROM tenantd.event_head") == [(4, 4)]
        assert late.ask().status == 410
        is_gone(first.ask(limit=1))
        assert quiet.read() == [], "whoever knew everything of theirs is not behind"
        assert [i["sequence"] for i in reader(app).read()] == [4]
        page = app.call("GET", "/api/events/snapshot", feed.platform(db)).json()
        assert {t["tenantId"]: t for t in page["items"]} == {t: db.value(STATE, [t]) for _, t in users}
        late.cursor = page["events_cursor"]
        assert late.read() == []
        change(app, users[2][1])
        feed.published(db)
        assert [i["data"] for i in late.read()] == [db.value(STATE, [users[2][1]])]


def test_the_cursor_of_a_feed_whose_events_are_all_gone_but_one_goes_on(cluster):
    with cluster.database() as db, stack.Tenantd(db, workers=2, EVENT_RETENTION_DAYS=1) as app:
        r = reader(app)
        assert r.read() == [] and text_of(r.cursor).startswith("0.")
        _, tenant = signed_in(app)
        feed.published(db)
        assert len(r.read()) == 1
        db.sql("UPDATE tenantd.events SET created_at = now() - interval '2 days'")
        stack.command(app.settings, "jobs", "run")
        assert r.read() == []


# -- the snapshot --

def test_a_snapshot_comes_in_pages_and_with_the_cursor_from_before_the_first(own):
    made = [signed_in(own)[1] for _ in range(5)]
    r = at_end(own)
    first = own.call("GET", "/api/events/snapshot?limit=2", feed.platform(own.db)).json()
    assert first["events_cursor"] == r.cursor
    _, late = signed_in(own)
    change(own, made[0])
    feed.published(own.db)
    pages = [first]
    while pages[-1]["next_cursor"]:
        pages.append(own.call("GET", feed.target("/api/events/snapshot", limit=2, cursor=pages[-1]["next_cursor"]),
                              feed.platform(own.db)).json())
    assert {p["events_cursor"] for p in pages} == {r.cursor}
    ids = [t["tenantId"] for p in pages for t in p["items"]]
    assert ids == sorted(ids) and len(set(ids)) == len(ids) and set(made) <= set(ids)
    assert {i["tenantId"] for i in r.read()} == {late, made[0]}
    payloads.check([("tenant.created", 2, t) for p in pages for t in p["items"]])


@pytest.mark.parametrize("cursor", ["x", cursor("1.1"), cursor("\x00 x")])
def test_what_is_no_cursor_of_a_snapshot_is_refused(own, cursor):
    assert own.call("GET", feed.target("/api/events/snapshot", cursor=cursor), feed.platform(own.db)).status == 400


# -- who sees what --

def test_a_tenants_manager_sees_their_own_tenant_alone(own):
    ann, mine = signed_in(own)
    r, everything = at_end(own, ann), at_end(own)
    _, other = signed_in(own, "ben")
    change(own, mine)
    change(own, other)
    own.db.sql("INSERT INTO tenantd.events (tenant_id, kind, payload) VALUES (NULL, 'job.dead', "
               "'{\"jobId\": 1, \"job\": \"x\", \"tenantId\": null, \"attempts\": 1, \"error\": null}')")
    feed.published(own.db)
    assert {i["tenantId"] for i in r.read()} == {mine} and r.read() == []
    assert {i["tenantId"] for i in everything.read()} == {mine, other, None}
    assert r.cursor == everything.cursor
    assert {i["tenantId"] for i in reader(own, ann).read_all(limit=200)} == {mine}
    page = own.call("GET", "/api/events/snapshot", tokens.bearer(own.db, ann)).json()
    assert [t["tenantId"] for t in page["items"]] == [mine] and page["next_cursor"] is None
    # another's cursor opens nothing more
    after = cursor(text_of(page["events_cursor"]) + " ")
    page = own.call("GET", feed.target("/api/events/snapshot", cursor=after), tokens.bearer(own.db, ann)).json()
    assert [t["tenantId"] for t in page["items"]] == [mine]


def test_an_admin_of_the_tenant_sees_it_and_whoever_left_does_not(own):
    _, tenant = signed_in(own)
    admin = f"admin-{uuid.uuid4().hex[:12]}"
    own.db.sql("INSERT INTO public.tenant_users (tenant_id, user_id, role) VALUES (%s, %s, 'admin')", [tenant, admin])
    feed.published(own.db)
    assert {i["tenantId"] for i in reader(own, admin).read()} == {tenant}
    own.db.sql("DELETE FROM public.tenant_users WHERE user_id = %s", [admin])
    assert reader(own, admin).ask().status == 403


def test_few_events_among_many_of_others_are_found_in_one_request(cluster):
    with cluster.database() as db, stack.Tenantd(db, workers=2, JOB_WORKERS=0) as app:
        ann, mine = signed_in(app)
        db.sql("INSERT INTO tenantd.events (tenant_id, kind, payload) SELECT 'x', 'membership.removed',"
               " '{\"tenantId\": \"x\", \"userId\": \"u\", \"role\": \"r\"}' FROM generate_series(1, 25000)")
        change(app, mine)
        stack.command(app.settings, "jobs", "run")
        r = reader(app, ann)
        assert [i["kind"] for i in r.read(limit=1)] == ["tenant.created"]
        assert [i["kind"] for i in r.read(limit=2)] == ["tenant.updated"]
        assert text_of(r.cursor).startswith("25002.")


# -- waiting --

WAIT = 30  # seconds; what ends a wait comes long before
AT_ONCE_S = 15 * stack.PATIENCE  # of a machine that has other work


def later(seconds, what):
    t = threading.Timer(seconds, what)
    t.start()
    return t


def timed(call):
    began = time.monotonic()
    result = call()
    return result, time.monotonic() - began


@pytest.fixture
def one(own):
    """A tenant to be changed, and all seats free."""
    _, tenant = signed_in(own)
    stack.until(lambda: waiting(own) == 0, what="free seats")
    return tenant


def waiting(app):
    lines = app.call("GET", "/metrics", extra={"REMOTE_ADDR": "127.0.0.1"}).body.decode().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("tenantd_waiting ")))


def test_an_event_ends_the_wait_at_once(own, one):
    """One that a request makes: whoever changes something past the program is found by polling."""
    user, _ = signed_in(own)
    r, spans, usual = at_end(own), [], []

    def choose(plan, changed):
        answer = own.call("POST", "/api/tenant/getOrCreate", tokens.bearer(own.db, user), {"planId": plan})
        changed.append(time.monotonic())
        assert answer.status == 200
    for plan in ("professional", "enterprise") * 5:
        changed = []
        t = later(0.2, lambda: choose(plan, changed))
        items = r.read(wait=WAIT)
        answered = time.monotonic()
        t.join()
        assert [i["data"]["planId"] for i in items] == [plan]
        spans.append(answered - changed[0])
        usual.append(timed(lambda: r.read())[1])
    print("from commit to answer, ms:", sorted(round(s * 1000) for s in spans), "without a wait:", sorted(round(s * 1000) for s in usual))
    assert sorted(spans)[5] < (0.15 + 5 * sorted(usual)[5]) * stack.PATIENCE


def test_what_is_there_is_not_waited_for(own, one):
    items, took = timed(lambda: reader(own).read(wait=WAIT))
    assert items and took < AT_ONCE_S


def test_a_wait_ends_empty_when_its_time_is_up(own, one):
    r = at_end(own)
    before = r.cursor
    items, took = timed(lambda: r.read(wait=2))
    assert items == [] and r.cursor == before and 1.9 < took < 2 + AT_ONCE_S


def test_what_happens_to_others_ends_no_wait_but_moves_the_cursor(own, one):
    ann, _ = signed_in(own)
    r = at_end(own, ann)
    before = r.cursor
    t = later(0.3, lambda: change(own, one))
    items, took = timed(lambda: r.read(wait=2))
    t.join()
    assert items == [] and took > 1.9
    feed.published(own.db)
    assert r.read() == [] and r.cursor != before


def test_half_of_the_workers_may_wait_and_whoever_comes_then_is_answered_at_once(own, one):
    readers = [at_end(own) for _ in range(3)]
    found = [None, None]

    def wait(i):
        found[i] = readers[i].read(wait=WAIT)
    threads = [threading.Thread(target=wait, args=(i,)) for i in range(2)]
    for t in threads:
        t.start()
    stack.until(lambda: waiting(own) == 2, what="both seats")
    items, took = timed(lambda: readers[2].read(wait=WAIT))
    assert items == [] and took < AT_ONCE_S
    assert own.call("GET", "/healthz").status == 200
    change(own, one)
    for t in threads:
        t.join()
    assert [[i["tenantId"] for i in f] for f in found] == [[one], [one]]
    stack.until(lambda: waiting(own) == 0, what="free seats")


def test_who_goes_away_leaves_the_seat(own, one):
    r = at_end(own)
    with contextlib.closing(Connection(own.socket)) as c:
        c.send(request_bytes("GET", feed.target(after=r.cursor, wait=WAIT), r.headers))
        stack.until(lambda: waiting(own) == 1, what="the seat")
    _, took = timed(lambda: stack.until(lambda: waiting(own) == 0, what="the free seat"))
    assert took < AT_ONCE_S


def test_a_worker_that_is_killed_while_it_waits_leaves_the_seat(own, one):
    r = at_end(own)
    with contextlib.closing(Connection(own.socket)) as c:
        c.send(request_bytes("GET", feed.target(after=r.cursor, wait=WAIT), r.headers))
        stack.until(lambda: waiting(own) == 1, what="the seat")
        for pid in own.workers():
            stack.kill(pid)
        stack.until(lambda: waiting(own) == 0, what="the free seat")
    stack.until(own.ready)


def test_a_wait_is_no_longer_than_a_request_may_take(cluster):
    with cluster.database() as db, stack.Tenantd(db, workers=2, REQUEST_TIMEOUT=4000) as app:
        r = at_end(app)
        items, took = timed(lambda: r.read(wait=30))
        assert items == [] and 2.9 < took < 3 + AT_ONCE_S


def test_with_one_worker_nobody_waits(cluster):
    with cluster.database() as db, stack.Tenantd(db, workers=1) as app:
        r = at_end(app)
        items, took = timed(lambda: r.read(wait=WAIT))
        assert items == [] and took < AT_ONCE_S


def test_what_another_host_publishes_ends_the_wait_within_a_look_at_the_database(cluster):
    with cluster.database() as db, stack.Tenantd(db, workers=2, JOB_WORKERS=0) as app:
        _, tenant = signed_in(app)
        stack.command(app.settings, "jobs", "run")
        r = at_end(app)
        t = later(0.3, lambda: (change(app, tenant), stack.command(app.settings, "jobs", "run")))
        items, took = timed(lambda: r.read(wait=WAIT))
        t.join()
        assert [i["tenantId"] for i in items] == [tenant] and took < AT_ONCE_S


def test_who_waits_is_answered_before_the_program_ends(cluster):
    with cluster.database() as db, stack.Tenantd(db, workers=2) as app:
        r, found = at_end(app), []
        t = threading.Thread(target=lambda: found.append(timed(lambda: r.read(wait=WAIT))))
        t.start()
        stack.until(lambda: waiting(app) == 1, what="the seat")
        assert app.process.stop() == 0
        t.join()
        (items, took), = found
        assert items == [] and took < AT_ONCE_S
