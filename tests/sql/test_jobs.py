"""Jobs in their lanes, by the program's own statements: order, leases, pools, retries."""

import contextlib
import re
import threading

import psycopg2
import pytest

from cluster import Session, migrate, migrate_by, query


def call(session, name, *args):
    """A statement of the program, as a transaction of its own in the management context."""
    return session.within("unset", *filled(name, args))


def filled(name, args):
    text = query(name).replace("%", "%%")
    order = [int(n) for n in re.findall(r"\$(\d+)", text)]
    return re.sub(r"\$\d+", "%s", text), [args[n - 1] for n in order]


def append(session, lane=None, kind="a.kind", tenant=None, pool=None, most=None, partner=None):
    call(session, "job_append", kind, tenant, "{}", lane, pool, most, partner)
    return session.within("unset", "SELECT max(id) FROM tenantd.jobs")[0][0]


def claim(session, me="w", most=10, lease=60000, share=100):
    """The ids of the jobs that it gets."""
    return [row[0] for row in call(session, "job_claim", me, lease, most, share)]


@contextlib.contextmanager
def transaction(session):
    session.run("BEGIN")
    session.run("SELECT set_config('app.current_tenant_id', 'unset', true)")
    yield lambda name, *args: session.run(*filled(name, args))
    session.run("COMMIT")


def lane_of(session, job):
    return session.within("unset", "SELECT lane FROM tenantd.jobs WHERE id = %s", (job,))[0][0]


def end(session, job, me="w", state="done"):
    lane = lane_of(session, job)
    with transaction(session) as t:
        t("job_hold", lane, job, me)
        t("job_end", job, state, 1, None if state == "done" else "broken")
        t("job_next", lane)


def again(session, job, ms, me="w", uncounted=False):
    lane = lane_of(session, job)
    with transaction(session) as t:
        t("job_hold", lane, job, me)
        t("job_again", lane, job, ms, 1, "broken", uncounted)


def lanes(session):
    return session.within("unset", "SELECT lane, job_id FROM tenantd.job_lanes ORDER BY lane")


def test_the_jobs_of_a_lane_run_one_after_the_other(db):
    first, second, other = append(db.srv, "a"), append(db.srv, "a"), append(db.srv, "b")
    assert claim(db.srv) == [first, other]
    assert claim(db.srv) == []
    end(db.srv, first)
    assert claim(db.srv) == [second]
    end(db.srv, second)
    end(db.srv, other)
    assert lanes(db.srv) == []


def test_without_a_lane_jobs_of_a_kind_and_tenant_share_one(db):
    a, b = append(db.srv, tenant="t"), append(db.srv, tenant="t")
    other_kind, other_tenant = append(db.srv, kind="b.kind", tenant="t"), append(db.srv, tenant="u")
    alone = [append(db.srv), append(db.srv)]
    assert claim(db.srv) == [a, other_kind, other_tenant, *alone]
    end(db.srv, a)
    assert claim(db.srv) == [b]


def test_many_jobs_of_one_statement_open_each_lane_once(db):
    db.srv.within("unset", "INSERT INTO tenantd.jobs (kind, lane) SELECT 'k', 'lane ' || i % 3 FROM generate_series(1, 9) i")
    assert len(lanes(db.srv)) == 3
    assert claim(db.srv) == [1, 2, 3]


def test_nothing_is_due_where_there_is_no_lane(db):
    assert call(db.srv, "job_due") == [(None,)]
    append(db.srv, "a")
    assert call(db.srv, "job_due") == [(0,)]


def test_a_lane_that_failed_waits_and_keeps_its_order(db):
    first, second = append(db.srv, "a"), append(db.srv, "a")
    assert claim(db.srv) == [first]
    again(db.srv, first, 3600 * 1000)
    assert claim(db.srv) == []
    assert int(call(db.srv, "job_due")[0][0]) > 3500 * 1000
    again_now = call(db.srv, "job_requeue", first)
    assert again_now == [(first,)]
    assert claim(db.srv) == [first]
    end(db.srv, first, state="dead")
    assert claim(db.srv) == [second], "a job that is given up is in nobody's way"


def test_attempts_count_from_the_claim(db):
    job = append(db.srv, "a")
    for attempt in (1, 2):
        assert call(db.srv, "job_claim", "w", 60000, 1, 1)[0][5] == attempt
        again(db.srv, job, 0)
    assert call(db.srv, "job_claim", "w", 60000, 1, 1)[0][5] == 3
    again(db.srv, job, 0, uncounted=True)
    assert call(db.srv, "job_claim", "w", 60000, 1, 1)[0][5] == 3


def test_a_lease_that_ran_out_is_anybodys_and_its_holder_cannot_end_the_job(db):
    job = append(db.srv, "a")
    assert claim(db.srv, "slow", lease=-1) == [job]
    assert claim(db.srv, "quick") == [job]
    with pytest.raises(psycopg2.Error) as refused:
        end(db.srv, job, "slow")
    assert refused.value.pgcode == "TD409"
    db.srv.run("ROLLBACK")
    end(db.srv, job, "quick")
    assert lanes(db.srv) == []


def test_what_was_leased_to_a_worker_goes_to_its_replacement(db):
    job = append(db.srv, "a")
    assert claim(db.srv, "host/1/0") == [job]
    assert claim(db.srv, "host/1/1") == []
    call(db.srv, "job_release", "host/1/0")
    assert claim(db.srv, "host/1/0") == [job]


def test_a_renewed_lease_lasts(db):
    job = append(db.srv, "a")
    assert claim(db.srv, "w", lease=-1) == [job]
    call(db.srv, "job_renew", "w", 60000)
    assert claim(db.srv, "other") == []


def test_a_pool_bounds_how_many_of_its_lanes_run(db):
    pooled = [append(db.srv, f"p{i}", pool="p", most=2) for i in range(5)]
    free = append(db.srv, "free")
    assert claim(db.srv) == [*pooled[:2], free], "what is free does not wait behind a pool that is full"
    assert claim(db.srv) == []
    end(db.srv, pooled[0])
    assert claim(db.srv) == [pooled[2]]


def test_what_is_due_next_is_known_and_nothing_is_not_now(db):
    assert call(db.srv, "job_due") == [(None,)]
    append(db.srv, "a")
    assert call(db.srv, "job_due") == [(0,)]
    (job,) = claim(db.srv)
    assert call(db.srv, "job_due") == [(None,)]
    again(db.srv, job, 60000)
    assert 50000 < call(db.srv, "job_due")[0][0] <= 60000


def test_two_that_claim_at_once_keep_a_pools_bound_and_get_no_job_twice(cluster, db):
    for i in range(40):
        append(db.srv, f"p{i}", pool="p", most=7)
        append(db.srv, f"free{i}")
    got, lock = [], threading.Lock()

    def work(me):
        with Session(cluster, db.name, "srv") as s:
            while True:
                with transaction(s) as t:
                    t("job_turn")
                    rows = t("job_claim", me, 60000, 3, 100)
                with lock:
                    got.extend(row[0] for row in rows)
                if not rows:
                    return

    threads = [threading.Thread(target=work, args=(f"w{i}",)) for i in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert len(got) == len(set(got)) == 47


@pytest.mark.parametrize("first_to_lock", ["who ends", "who appends"])
def test_a_job_that_comes_as_its_lane_ends_is_not_lost(cluster, db, first_to_lock):
    job = append(db.srv, "a")
    assert claim(db.srv) == [job]
    with Session(cluster, db.name, "srv") as ending, Session(cluster, db.name, "srv") as adding:
        def begin(session):
            session.run("BEGIN")
            session.run("SELECT set_config('app.current_tenant_id', 'unset', true)")

        def finish():
            for name, args in (("job_hold", ("a", job, "w")), ("job_end", (job, "done", 1, None)), ("job_next", ("a",))):
                ending.run(*filled(name, args))

        def add():
            adding.run(*filled("job_append", ("a.kind", None, "{}", "a", None, None, None)))

        begin(ending)
        begin(adding)
        one, other = (finish, add) if first_to_lock == "who ends" else (add, finish)
        one()
        waits = threading.Thread(target=other)
        waits.start()
        waits.join(0.3)
        assert waits.is_alive(), "it waits for the lane"
        (ending if one is finish else adding).run("COMMIT")
        waits.join(10)
        (adding if one is finish else ending).run("COMMIT")
    assert claim(db.srv) == [job + 1]


def test_a_dead_job_that_is_tried_again_takes_its_old_place(db):
    first, second = append(db.srv, "a"), append(db.srv, "a")
    claim(db.srv)
    end(db.srv, first, state="dead")
    assert call(db.srv, "job_requeue", first) == [(first,)]
    assert claim(db.srv) == [first]
    end(db.srv, first)
    assert claim(db.srv) == [second]


def test_jobs_that_were_done_long_ago_go(db):
    job, fresh = append(db.srv, "a"), append(db.srv, "b")
    claim(db.srv)
    end(db.srv, job)
    end(db.srv, fresh)
    db.own.within("unset", "ALTER TABLE tenantd.jobs DISABLE TRIGGER jobs_touch")
    db.srv.within("unset", "UPDATE tenantd.jobs SET updated_at = now() - interval '8 days' WHERE id = %s", (job,))
    call(db.srv, "job_expire", 7)
    assert db.srv.within("unset", "SELECT id FROM tenantd.jobs") == [(fresh,)]


# -- the numbers of the feed --

def number(session, most=1000):
    """One publisher's step; the numbers given, or None where somebody else is at it."""
    with transaction(session) as t:
        head = t("event_head_hold")
        if not head:
            return None
        session.run(*filled("event_number", (head[0][0], most)))
        n = session.one("SELECT count(*) FROM tenantd.events WHERE seq > %s", (head[0][0],))
        t("event_head_set", head[0][0] + n)
    return n


def tell(session, n=1):
    session.within("unset", "INSERT INTO tenantd.events (kind) SELECT 'k' FROM generate_series(1, %s)", (n,))


def test_numbers_have_no_gaps_whatever_was_rolled_back(db):
    tell(db.srv, 2)
    db.srv.run("BEGIN")
    db.srv.run("SELECT set_config('app.current_tenant_id', 'unset', true)")
    db.srv.run("INSERT INTO tenantd.events (kind) VALUES ('never')")
    db.srv.run("ROLLBACK")
    tell(db.srv, 2)
    assert number(db.srv, 3) == 3
    assert number(db.srv) == 1
    assert number(db.srv) == 0
    assert db.srv.within("unset", "SELECT array_agg(seq ORDER BY id) FROM tenantd.events")[0][0] == [1, 2, 3, 4]


def test_one_publisher_at_a_time(cluster, db):
    tell(db.srv)
    with Session(cluster, db.name, "srv") as other, transaction(other) as t:
        assert t("event_head_hold") == [(0,)]
        assert number(db.srv) is None
    assert number(db.srv) == 1


def test_an_event_that_commits_late_comes_late(cluster, db):
    with Session(cluster, db.name, "srv") as slow:
        slow.run("BEGIN")
        slow.run("SELECT set_config('app.current_tenant_id', 'unset', true)")
        slow.run("INSERT INTO tenantd.events (kind) VALUES ('slow')")
        tell(db.srv)
        assert number(db.srv) == 1
        slow.run("COMMIT")
    assert number(db.srv) == 1
    assert db.srv.within("unset", "SELECT kind FROM tenantd.events ORDER BY seq") == [("k",), ("slow",)]


def test_old_events_go_from_the_front_and_the_head_says_so(db):
    tell(db.srv, 5)
    number(db.srv)
    db.own.within("unset", "UPDATE tenantd.events SET created_at = now() - interval '31 days' WHERE seq IN (1, 2, 4)")
    assert call(db.srv, "event_expire", 30) == [(2,)], "one that is old behind one that is not stays"
    assert db.own.run("SELECT seq, oldest FROM tenantd.event_head") == [(5, 3)]
    db.own.within("unset", "UPDATE tenantd.events SET created_at = now() - interval '31 days'")
    assert call(db.srv, "event_expire", 30) == [(2,)]
    assert db.own.run("SELECT seq, oldest FROM tenantd.event_head") == [(5, 5)], "the newest stays"


# -- whoever changes a tenant --

REGISTER = "INSERT INTO public.custom_auth_tenant (id, name, owner_id, schema_name) VALUES (gen_random_uuid(), 'Firm', 'ann', 's')"


def told(db):
    return db.own.within("unset", "SELECT kind, actor, payload FROM tenantd.events ORDER BY id")


def test_a_foreign_row_is_told_with_all_that_is_public(db):
    db.own.run(REGISTER)
    [(kind, actor, says)] = told(db)
    assert (kind, actor) == ("tenant.created", "role:own")
    assert says["name"] == "Firm" and says["ownerId"] == "ann" and says["status"] == "active" and says["version"] == 1


@pytest.mark.parametrize("change, kinds", [
    ("UPDATE public.custom_auth_tenant SET name = 'Other'", ["tenant.renamed"]),
    ("UPDATE public.custom_auth_tenant SET name = name", []),
    ("UPDATE public.custom_auth_tenant SET owner_id = 'ben'", ["tenant.owner_changed"]),
    ("UPDATE public.custom_auth_tenant SET is_active = false", ["tenant.deactivated"]),
    ("UPDATE public.custom_auth_tenant SET is_active = false; UPDATE public.custom_auth_tenant SET is_active = true",
     ["tenant.deactivated", "tenant.restored"]),
    ("DELETE FROM public.custom_auth_tenant", ["tenant.deactivated"]),
    ("UPDATE public.tenants SET plan = 'enterprise'", ["tenant.plan_changed"]),
    ("UPDATE public.tenants SET slug = 'firm'", ["tenant.updated"]),
    ("UPDATE public.tenants SET plan = plan", []),
    ("UPDATE public.tenants SET status = 'suspended'; UPDATE public.tenants SET status = 'active'",
     ["tenant.suspended", "tenant.resumed"]),
    ("UPDATE public.tenants SET status = 'deactivated'; UPDATE public.tenants SET status = 'purged'",
     ["tenant.deactivated", "tenant.purged"]),
])
def test_each_change_is_told_once_whoever_makes_it(db, change, kinds):
    db.own.run(REGISTER)
    for one in change.split("; "):
        db.own.run(one)
    assert [kind for kind, _, _ in told(db)[1:]] == kinds


def test_members_who_leave_or_change_are_told(db):
    db.own.run(REGISTER)
    db.own.within("unset", "INSERT INTO public.tenant_users (tenant_id, user_id, role) SELECT id, 'ann', 'owner' FROM public.tenants")
    db.own.within("unset", "UPDATE public.tenant_users SET role = 'member'")
    db.own.within("unset", "UPDATE public.tenant_users SET role = role")
    db.own.within("unset", "DELETE FROM public.tenant_users")
    assert [(kind, says["userId"], says["role"]) for kind, _, says in told(db)[1:]] == [
        ("membership.changed", "ann", "member"), ("membership.removed", "ann", "member")]


def test_an_owner_who_is_replaced_leaves_in_the_same_transaction(db):
    db.own.run(REGISTER)
    db.own.within("unset", "INSERT INTO public.tenant_users (tenant_id, user_id, role) SELECT id, 'ann', 'owner' FROM public.tenants")
    db.own.run("UPDATE public.custom_auth_tenant SET owner_id = 'ben'")
    assert [kind for kind, _, _ in told(db)[1:]] == ["membership.removed", "tenant.owner_changed"]


def test_a_context_that_was_open_is_open_again(db):
    with transaction(db.srv):
        db.srv.run("SELECT set_config('app.current_tenant_id', 'some-tenant', true)")
        db.srv.run(REGISTER)
        assert db.srv.one("SELECT current_setting('app.current_tenant_id')") == "some-tenant"


def test_what_was_there_before_the_feed_is_in_it(cluster, empty):
    migrate_by(cluster, empty.name, "own", 5)
    empty.own.run(REGISTER)
    empty.own.run(REGISTER)
    migrate(cluster, empty.name, "own", "srv", "ctl", "app")
    assert empty.own.within("unset", "SELECT seq, kind, actor FROM tenantd.events ORDER BY seq") == [
        (1, "tenant.created", "tenantd migrate"), (2, "tenant.created", "tenantd migrate")]
    assert empty.own.run("SELECT seq, oldest FROM tenantd.event_head") == [(2, 1)]


def test_a_tenant_has_a_share_of_each_worker(db):
    """However many of its jobs are due, and whoever else's come behind them."""
    many = [append(db.srv, f"lane {i}", tenant="greedy", pool=f"pool {i % 3}", most=16) for i in range(40)]
    loose = [append(db.srv, f"loose {i}", tenant="greedy") for i in range(40)]
    modest, nobodys = append(db.srv, "m", tenant="modest", pool="other", most=4), append(db.srv, "n")
    assert sorted(claim(db.srv, most=16, share=4)) == [*many[:4], modest, nobodys]
    assert claim(db.srv, most=10, share=4) == []
    assert claim(db.srv, "another", most=10, share=4) == many[4:8]
    end(db.srv, many[0])
    assert claim(db.srv, most=10, share=4) == [many[8]]
    assert len(loose) == 40


def test_a_partner_has_a_share_likewise(db):
    many = [append(db.srv, f"lane {i}", partner="greedy", pool=f"pool {i % 3}", most=16) for i in range(20)]
    modest, nobodys = append(db.srv, "m", partner="modest", pool="other", most=4), append(db.srv, "n")
    assert sorted(claim(db.srv, most=16, share=4)) == [*many[:4], modest, nobodys]
    end(db.srv, many[0])
    more = append(db.srv, "lane 1", partner="greedy", pool="pool 1", most=16)
    end(db.srv, many[1])
    assert db.srv.within("unset", "SELECT owner, job_id FROM tenantd.job_lanes WHERE lane = 'lane 1'") == [("partner:greedy", more)]
    assert claim(db.srv, most=10, share=4) == many[4:6]


def test_of_a_full_pool_no_lane_is_looked_at(db):
    """A platform's webhook has a lane a tenant."""
    db.srv.within("unset", "INSERT INTO tenantd.jobs (kind, lane, pool, pool_most)"
                           " SELECT 'k', 'lane ' || i, 'full', 2 FROM generate_series(1, 30000) i")
    db.own.run("ANALYZE tenantd.job_lanes")
    assert len(claim(db.srv)) == 2
    last = append(db.srv, "last", pool="other", most=1)
    db.srv.run("SET plan_cache_mode = force_generic_plan")
    db.srv.run(f"PREPARE q (text, int, int, int) AS {query('job_claim')}")
    with transaction(db.srv) as t:
        t("job_turn")
        (plan,), = db.srv.run("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE q ('w', 60000, 10, 4)")
    assert plan[0]["Plan"]["Actual Rows"] == 1 and "JIT" not in plan[0]
    assert plan[0]["Plan"]["Shared Hit Blocks"] + plan[0]["Plan"]["Shared Read Blocks"] < 300, plan
    assert claim(db.srv) == [] and lanes(db.srv)[-1] == ("last", last)


def test_attempts_of_the_next_job_are_its_own(db):
    """One that was given up is tried again before one that had been tried since."""
    first, second = append(db.srv, "a"), append(db.srv, "a")
    claim(db.srv)
    end(db.srv, first, state="dead")
    assert call(db.srv, "job_claim", "w", 60000, 1, 1)[0][:1] == (second,)
    db.srv.within("unset", "UPDATE tenantd.job_lanes SET attempts = 7")
    with transaction(db.srv) as t:
        t("job_hold", "a", second, "w")
        t("job_again", "a", second, 3600 * 1000, 7, "broken", False)
    call(db.srv, "job_requeue", first)
    assert call(db.srv, "job_claim", "w", 60000, 1, 1)[0][::5] == (first, 1)
    end(db.srv, first)
    assert db.srv.within("unset", "SELECT job_id, attempts FROM tenantd.job_lanes") == [(second, 7)], "as job_again was told"
