"""Operations that are killed, fail, are retried and cancelled: each ends active, clean, or held for somebody to decide.
KILL_MATRIX=all: kills at each point under every onFailure, not a sample."""
import contextlib
import json
import threading
import time

import between
import pytest
import stack
from creating import SHORT_LEASE_MS, Creating, crossed, is_free, sweep

# The steps of the control plane's own tables: they share transactions, and a kill between their beginning and the commit undoes them.
LOCAL = ("email_templates", "audit", "integrations", "activation", "welcome")


@pytest.fixture(scope="module")
def db(cluster):
    with cluster.database() as d:
        yield d


def states(op):
    return {s["name"]: s["state"] for s in op["steps"]}


def tenant_of(db, op):
    return db.sql("SELECT status, slug FROM public.tenants WHERE id = %s", [op["tenantId"]])[0]


def lease_ends(db, op):
    stack.until(lambda: db.value("SELECT lease_until < now() FROM tenantd.operations WHERE id = %s", [op]), what="the end of the lease")


def assert_active(db, op, slug):
    assert op["state"] == "succeeded", op
    assert tenant_of(db, op) == ("active", slug)
    assert set(states(op).values()) <= {"done", "skipped"}
    assert db.value("SELECT is_active FROM public.custom_auth_tenant WHERE id = %s", [op["tenantId"]])
    assert db.value("SELECT count(*) FROM tenantd.audit WHERE tenant_id = %s AND event = 'TENANT_CREATED'", [op["tenantId"]]) == 1


def assert_clean(db, op, slug):
    assert op["state"] == "rolled_back", op
    assert tenant_of(db, op) == ("failed", "tenant-" + op["tenantId"].replace("-", ""))
    assert sweep(db, op["tenantId"]) == {}
    assert is_free(db, slug)


# Without mail the welcome has nothing to record.
@pytest.mark.parametrize("step, point, way", [(step, *row) for step in LOCAL
                                              for row in crossed(["begin"] if step == "welcome" else ["begin", "recorded"])])
def test_a_kill_leaves_nothing_half_done(db, step, point, way):
    with Creating(db, f"{step}:{point}=kill") as c:
        assert c.create(onFailure=way) is None
        assert_active(db, c.converged(), c.slug)
        assert len(c.operations()) == 1


@pytest.mark.parametrize("point", ["begin", "recorded"])
def test_a_kill_before_anything_is_committed_leaves_nothing(db, point):
    with Creating(db, f"record:{point}=kill") as c:
        assert c.create() is None
        assert c.operations() == [] and is_free(db, c.slug)
        assert c.create(slug=c.slug).status == 201


def test_a_failure_is_rolled_back_and_says_at_which_step(db):
    with Creating(db, "audit:begin=fail") as c:
        answer = c.create()
        assert answer.status == 503, answer.body
        problem = json.loads(answer.body)
        op = c.converged()
        assert (problem["operation"], problem["step"]) == (op["id"], "audit")
        assert problem["detail"] == "stopped at audit:begin by a test"
        assert_clean(db, op, c.slug)
        assert (op["error"], op["errorStep"], op["errorCode"]) == ("stopped at audit:begin by a test", "audit", "unavailable")
        assert states(op)["record"] == "undone" and states(op)["audit"] == "failed"
        assert db.value("SELECT count(*) FROM tenantd.audit WHERE tenant_id = %s AND event = 'TENANT_CREATION_ROLLED_BACK'",
                        [op["tenantId"]]) == 1
        kinds = [k for (k,) in db.sql("SELECT kind FROM tenantd.events WHERE tenant_id = %s ORDER BY id", [op["tenantId"]])]
        assert {"operation.started", "operation.failed", "tenant.failed", "operation.rolled_back"} <= set(kinds)
        assert c.create(slug=c.slug).status == 201  # the slug is free again


def test_the_platform_is_alerted_of_a_failure(db):
    with Creating(db, "audit:begin=fail") as c:
        rule = c.call("POST", "/api/alert-rules", c.auth, json.dumps({"name": "Failed", "condition": "provisioning_failed"}).encode())
        assert rule.status == 201
        op = json.loads(c.create().body)["operation"]
        tenant = c.show(op)["tenantId"]
        about = stack.until(lambda: db.sql("SELECT payload FROM tenantd.events WHERE kind = 'alert.raised' AND payload->>'condition' ="
                                           " 'provisioning_failed' ORDER BY id DESC LIMIT 1"))[0][0]
        assert tenant in json.dumps(about) or about["count"] >= 1, about


@pytest.mark.parametrize("point", ["undone"])
def test_a_kill_while_it_is_rolled_back(db, point):
    with Creating(db, "activation:begin=fail", f"record:{point}=kill") as c:
        assert c.create() is None
        assert_clean(db, c.converged(), c.slug)


def test_a_rollback_that_fails_is_tried_again_until_it_is_clean(db):
    with Creating(db, "activation:begin=fail", "record:undone=fail") as c:
        answer = c.create()
        assert answer.status == 202
        assert json.loads(answer.body)["rollbackError"] == "stopped at record:undone by a test"
        op = c.converged()
        assert_clean(db, op, c.slug)
        assert op["rollbackError"] is None and op["errorStep"] == "activation"


def test_held_then_retried_goes_on_from_the_step_that_failed(db):
    with Creating(db, "activation:begin=fail") as c:
        answer = c.create(onFailure="hold")
        assert answer.status == 202
        op = json.loads(answer.body)
        assert op["state"] == "held" and answer.headers["location"] == f"/api/operations/{op['id']}"
        assert states(op)["audit"] == "pending"  # it shared the transaction that failed
        assert c.act(op["id"], "retry").status == 200
        assert_active(db, stack.until(lambda: (o := c.show(op["id"]))["state"] == "succeeded" and o), c.slug)
        assert c.act(op["id"], "retry").status == 409 and c.act(op["id"], "cancel").status == 409
        assert db.value("SELECT count(*) FROM tenantd.audit WHERE tenant_id = %s AND event = 'OPERATION_RETRIED'", [op["tenantId"]]) == 1


def test_held_then_cancelled_is_clean(db):
    with Creating(db, "audit:recorded=fail") as c:
        op = json.loads(c.create(onFailure="hold").body)
        assert c.act(op["id"], "cancel").status == 200
        assert_clean(db, stack.until(lambda: (o := c.show(op["id"]))["state"] == "rolled_back" and o), c.slug)


def test_retried_by_itself_until_it_succeeds(db):
    with Creating(db, "activation:begin=fail") as c:
        answer = c.create(onFailure="retry")
        assert answer.status == 202 and json.loads(answer.body)["state"] == "waiting"
        assert_active(db, c.converged(), c.slug)


def test_retried_by_itself_until_it_is_held(db):
    with Creating(db, "activation:begin=fail", always=True) as c:
        assert c.create(onFailure="retry").status == 202
        op = c.converged()
        assert (op["state"], op["attempts"]) == ("held", 3)


def test_past_the_point_of_commitment_nothing_is_taken_back(db):
    """The welcome fails as often as it is tried: that is told, and the tenant stays."""
    with Creating(db, "welcome:begin=fail", always=True) as c:
        assert c.create(onFailure="rollback").status == 202
        op = c.converged()
        assert op["state"] == "succeeded" and states(op)["welcome"] == "failed"
        assert op["errorStep"] == "welcome" and op["committedAt"] is not None
        assert tenant_of(db, op) == ("active", c.slug)


def test_a_job_does_all_of_it(db):
    with Creating(db) as c:
        answer = c.create({"Prefer": "respond-async"})
        assert answer.status == 202 and answer.headers["preference-applied"] == "respond-async"
        op = json.loads(answer.body)
        assert answer.headers["location"] == f"/api/operations/{op['id']}"
        assert_active(db, c.converged(), c.slug)


@pytest.mark.parametrize("step", LOCAL)
def test_a_kill_of_the_job(db, step):
    with Creating(db, f"{step}:begin=kill", OPERATION_LEASE=SHORT_LEASE_MS) as c:
        assert c.create({"Prefer": "respond-async"}).status == 202
        assert_active(db, c.converged(), c.slug)


def test_without_job_workers_the_command_does_the_same(db):
    with Creating(db, JOB_WORKERS=0) as c:
        assert c.create({"Prefer": "respond-async"}).status == 202
        assert c.operations()[0]["state"] == "running"
        stack.command({**db.settings, "JOB_POLL": "50"}, "jobs", "run")
        assert_active(db, c.converged(), c.slug)


def test_the_same_key_finds_the_same_operation_after_a_kill(db):
    with Creating(db, "activation:recorded=kill") as c:
        key = {"Idempotency-Key": "once-more"}
        assert c.create(key) is None
        body = {"slug": c.slug}
        again = stack.until(lambda: c.create(key, **body))
        assert again.status in (201, 202) and again.headers["idempotency-replayed"] == "true"
        op = c.converged()
        assert_active(db, op, c.slug)
        last = c.create(key, **body)
        assert last.status == 201 and json.loads(last.body)["operation"] == op["id"]
        assert len(c.operations()) == 1
        other = c.create(key)
        assert other.status == 409 and "idempotency-key-reused" in json.loads(other.body)["type"]


def test_the_same_key_begins_another_after_a_failure_that_is_not_the_requests(db):
    """A 5xx is not what the key stands for: the same request may succeed by now."""
    with Creating(db, "audit:begin=fail") as c:
        key = {"Idempotency-Key": "fails-once"}
        first = c.create(key)
        assert first.status == 503
        assert_clean(db, c.converged(), c.slug)
        second = c.create(key, slug=c.slug)
        assert second.status == 201 and "idempotency-replayed" not in second.headers, second.body
        third = c.create(key, slug=c.slug)  # which the key stands for from now on
        assert third.status == 201 and third.headers["idempotency-replayed"] == "true"
        assert json.loads(third.body)["id"] == json.loads(second.body)["id"]
        assert [o["state"] for o in c.operations()] == ["rolled_back", "succeeded"]


def test_the_same_key_answers_again_what_was_cancelled(db):
    with Creating(db, "audit:begin=fail") as c:
        key, body = {"Idempotency-Key": "cancelled-once"}, {"onFailure": "hold"}
        first = json.loads(c.create(key, **body).body)
        assert c.act(first["id"], "cancel").status == 200
        assert_clean(db, c.converged(), c.slug)
        for _ in range(2):
            again = c.create(key, slug=c.slug, **body)
            assert again.status == 409, again.body
            assert json.loads(again.body)["operation"] == first["id"]
        assert len(c.operations()) == 1


def stands_still(db):
    """Whether somebody writes to the operations in a transaction that does not end."""
    def at_it():
        return db.sql("SELECT pid, virtualtransaction FROM pg_locks WHERE relation = 'tenantd.operations'::regclass AND mode = 'RowExclusiveLock'")
    before = at_it()
    time.sleep(0.7)
    return set(before) & set(at_it())


@pytest.mark.parametrize("rule, last", [("activation:recorded", "welcome"), ("record:undone", "record")])
def test_a_commit_that_was_not_answered_is_looked_for(db, rule, last):
    """The connection is lost between the commit and its answer: nothing is done twice, and nothing is taken for undone."""
    with contextlib.closing(between.Withholding(db.settings["DATABASE_URL"], cut=True)) as line, contextlib.ExitStack() as stops:
        place = stack.Directory("tdg.")
        stops.callback(place.remove)
        gate = place.writable("gate") / "go"
        rules = [f"{rule}=wait:{gate}"] + ([] if last == "welcome" else ["activation:begin=fail"])
        with Creating(db, *rules, DATABASE_URL=line.url) as c:
            assert c.create({"Prefer": "respond-async"}).status == 202
            stack.until(lambda: stands_still(db))
            line.withhold = True
            gate.touch()
            assert line.withheld.wait(30 * stack.PATIENCE)
            op = c.converged()
            if last == "welcome":
                assert_active(db, op, c.slug)
                assert op["error"] is None
            else:
                assert_clean(db, op, c.slug)
                assert db.value("SELECT count(*) FROM tenantd.audit WHERE tenant_id = %s AND event = 'TENANT_CREATION_ROLLED_BACK'",
                                [op["tenantId"]]) == 1


def test_an_operation_whose_job_was_given_up_is_found_again(db):
    with Creating(db, JOB_WORKERS=0) as c:
        assert c.create({"Prefer": "respond-async"}).status == 202
        op = c.operations()[0]["id"]
        db.sql("UPDATE tenantd.jobs SET state = 'dead', last_error = 'a test' WHERE lane = %s", [f"operation:{op}"])
        db.sql("DELETE FROM tenantd.job_lanes WHERE lane = %s", [f"operation:{op}"])
        shell(db, "jobs", "run")
        assert c.show(op)["state"] == "running"  # somebody may be at it
        db.sql("UPDATE tenantd.operations SET updated_at = now() - interval '2 minutes' WHERE id = %s", [op])
        for _ in range(2):  # what it calls last is done by the next
            shell(db, "jobs", "run")
        assert_active(db, c.converged(), c.slug)


def test_those_who_ask_for_the_same_name_at_once_get_slugs_of_their_own(db):
    with Creating(db, workers=6) as c:
        answers = []

        def ask():
            answers.append(c.call("POST", "/api/tenants", c.auth, json.dumps({"name": "Everybody's Name"}).encode()))
        asks = [threading.Thread(target=ask) for _ in range(12)]
        for one in asks:
            one.start()
        for one in asks:
            one.join()
        assert [a.status for a in answers] == [201] * 12, [a.body for a in answers if a.status != 201]
        slugs = {json.loads(a.body)["slug"] for a in answers}
        assert len(slugs) == 12 and all(s.startswith("everybody-s-name") or s.startswith("everybodys-name") for s in slugs), slugs


def test_cancelled_at_the_end_of_the_step_that_is_at_work(db):
    """Whoever has it sees that it was cancelled when it next writes."""
    with Creating(db, JOB_WORKERS=0) as c:
        assert c.create({"Prefer": "respond-async"}).status == 202
        op = c.operations()[0]
        db.sql("UPDATE tenantd.operations SET leased_by = 'somebody', lease_until = now() + interval '2 s' WHERE id = %s", [op["id"]])
        answer = c.act(op["id"], "cancel")
        assert answer.status == 200 and json.loads(answer.body)["state"] == "running"
        lease_ends(db, op["id"])
        stack.command({**db.settings, "JOB_POLL": "50"}, "jobs", "run")
        assert_clean(db, c.converged(), c.slug)


def test_a_request_that_takes_too_long_leaves_the_rest_to_a_job(db):
    """Half of its time is over before the first turn: a test waits at the first step that long."""
    with Creating(db, REQUEST_TIMEOUT=4000) as c:
        gate = c.place_of_marks / "go"
        c.process.stop()
        c.process = stack.Process([stack.PROGRAM, "--config", str(c.config), "serve"], c.log,
                                  env={"TENANTD_TEST_STOP": f"record:recorded=wait:{gate}"})
        c.process.wait_for(c.ready, c.place, "tenantd")
        opener = threading.Timer(2.5, gate.touch)
        opener.start()
        answer = c.create()
        opener.join()
        assert answer.status == 202 and answer.headers["location"].startswith("/api/operations/")
        assert_active(db, c.converged(), c.slug)


@pytest.fixture
def gate():
    """A file that the program may see, and that is not there yet."""
    place = stack.Directory("tdg.")
    yield place.writable("gate") / "go"
    place.remove()


def test_whoever_lost_the_lease_writes_nothing_any_more(db, gate):
    """The request's worker stands still for longer than its lease; a job goes on meanwhile."""
    with Creating(db, f"database:acted=wait:{gate}", OPERATION_LEASE=SHORT_LEASE_MS) as c:
        answers = []
        asks = threading.Thread(target=lambda: answers.append(c.create(isolation="schema", slug="stood-still")))
        asks.start()
        holders = set()

        def another():
            holders.update(h for (h,) in db.sql("SELECT leased_by FROM tenantd.operations WHERE request->>'slug' = 'stood-still'") if h)
            return len(holders) > 1
        stack.until(another)
        gate.touch()
        asks.join()
        assert answers[0].status == 202, answers[0].body
        op = c.converged()
        assert_active(db, op, "stood-still")
        assert db.sql("SELECT kind, state FROM tenantd.resources WHERE operation_id = %s AND step = 'database'", [op["id"]]) == [("schema", "made")]


# -- from the shell --

def shell(db, *args, status=0, **env):
    return stack.command({**db.settings, "OPERATION_LEASE": "500", "JOB_POLL": "50", **env}, *args, status=status)


@pytest.fixture(scope="module")
def creator(db):
    return stack.create_user(db, "maker@example.com")


def test_made_from_the_shell(db, creator):
    made = json.loads(shell(db, "tenant", "create", "--name", "From the shell", "--slug", "from-shell", "--creator", "maker@example.com",
                            "--feature", "auth.password", "--feature", "auth.2fa", "--plan", "enterprise", "--json"))
    assert made["tenant"]["slug"] == "from-shell" and made["tenant"]["status"] == "active"
    assert made["tenant"]["features"]["auth"] == ["password", "2fa"] and made["tenant"]["planId"] == "enterprise"
    assert db.value("SELECT requested_by FROM tenantd.operations WHERE id = %s", [made["operation"]]) == creator
    shown = json.loads(shell(db, "operation", "show", made["operation"], "--json"))
    assert shown["state"] == "succeeded" and shown["timing"]["overallMs"] > 0
    told = shell(db, "operation", "show", made["operation"])
    assert "activation" in told and "succeeded" in told
    listed = json.loads(shell(db, "operation", "list", "--tenant", made["id"], "--json"))
    assert [o["id"] for o in listed] == [made["operation"]]


def test_planned_from_the_shell(db):
    before = db.value("SELECT count(*) FROM tenantd.operations")
    steps = json.loads(shell(db, "tenant", "create", "--name", "Planned", "--dry-run", "--json"))
    assert [s["step"] for s in steps][:1] == ["record"] and steps[-1]["step"] == "welcome"
    assert next(s for s in steps if s["step"] == "database")["skipped"] == "shared isolation"
    steps = {s["step"]: s for s in json.loads(shell(db, "tenant", "create", "--name", "Planned", "--isolation", "schema", "--dry-run", "--json"))}
    assert steps["database"]["resources"].startswith("schema tenant_") and steps["roles"]["resources"] is None
    told = shell(db, "tenant", "create", "--name", "Planned", "--isolation", "schema", "--dry-run")
    assert "schema tenant_" in told and "Redis is not set up here" in told
    assert db.value("SELECT count(*) FROM tenantd.operations") == before


@pytest.mark.parametrize("args, says", [
    (["--name", "T"], "--creator"),
    (["--name", "T", "--creator", "nobody@example.com"], "nobody@example.com"),
    (["--name", "T", "--feature", "2fa", "--creator", "maker@example.com"], "auth.NAME"),
    (["--name", "T", "--inactive", "--creator", "maker@example.com"], "--inactive goes with an ID"),
    (["acme", "--name", "T", "--isolation", "shared"], "--isolation goes without an ID"),
    (["--name", "T", "--isolation", "none", "--creator", "maker@example.com"], "isolation"),
])
def test_what_is_wrong_is_said(db, creator, args, says):
    status, said = shell(db, "tenant", "create", *args, status=None)
    assert status != 0 and says in said, said


def test_a_failure_is_told_and_taken_back(db, creator):
    status, said = shell(db, "tenant", "create", "--name", "Fails", "--slug", "fails-here", "--creator", "maker@example.com", status=None,
                         TENANTD_TEST_STOP="activation:begin=fail")
    assert status == 69 and 'step "activation" failed' in said, said
    assert is_free(db, "fails-here")


def test_a_killed_command_is_gone_on_with(db, creator):
    status, said = shell(db, "tenant", "create", "--name", "Killed", "--slug", "killed-here", "--creator", "maker@example.com", status=None,
                         TENANTD_TEST_STOP="activation:begin=kill")
    assert status == -9, said
    lease_ends(db, db.value("SELECT id FROM tenantd.operations WHERE request->>'slug' = 'killed-here'"))
    # the job is due a little after the lease has ended
    stack.until(lambda: not db.value("SELECT count(*) FROM tenantd.job_lanes WHERE run_at > clock_timestamp() AND lane IN"
                                     " (SELECT lane FROM tenantd.jobs WHERE kind = 'operation.run' AND state = 'queued')"), what="the job to be due")
    shell(db, "jobs", "run")
    assert db.sql("SELECT status FROM public.tenants WHERE slug = 'killed-here'") == [("active",)]


def test_retried_and_cancelled_from_the_shell(db, creator):
    for slug, what, ends in (("held-1", "retry", "active"), ("held-2", "cancel", "failed")):
        status, said = shell(db, "tenant", "create", "--name", "Held", "--slug", slug, "--creator", "maker@example.com", "--on-failure", "hold",
                             status=None, TENANTD_TEST_STOP="activation:begin=fail")
        assert status == 69 and "operation show" in said, said
        op, tenant = db.sql("SELECT id, tenant_id FROM tenantd.operations WHERE request->>'slug' = %s", [slug])[0]
        assert json.loads(shell(db, "operation", what, op, "--json"))["state"] in ("waiting", "rolling_back")
        shell(db, "jobs", "run")
        assert db.value("SELECT status FROM public.tenants WHERE id = %s", [tenant]) == ends
    assert shell(db, "operation", "cancel", op, status=None)[0] == 73
    assert shell(db, "operation", "list", "--state", "lost", status=None)[0] == 64


def test_the_figures_say_how_long_each_step_took(db):
    with Creating(db) as c:
        assert c.create().status == 201
        text = c.call("GET", "/metrics", extra={"REMOTE_ADDR": "127.0.0.1"}).body.decode()
        assert 'tenantd_operation_step_seconds_count{step="record",group="overall"} 1' in text
        for step, group in (("database", "database"), ("storage", "resources"), ("roles", "configuration")):
            assert f'tenantd_operation_step_seconds_count{{step="{step}",group="{group}"}} ' in text
        assert "tenantd_operation_seconds_count 1" in text
        assert 'tenantd_operations{state="held"}' in text
