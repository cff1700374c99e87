"""tenantd jobs run, as cron starts it: what it says when it cannot, what it clears away, what it gives up."""
import json

import pytest
import stack


@pytest.fixture(scope="module")
def db(cluster):
    with cluster.database() as d:
        yield d


def run(db, *args, status=0, **settings):
    return stack.command({**db.settings, **settings}, "jobs", "run", *args, status=status)


def test_a_run_that_the_database_kept_from_everything_has_failed(db):
    gone = f"postgres://nobody@127.0.0.1:{stack.free_port()}/none"
    status, said = run(db, status=None, DATABASE_URL=gone)
    assert status == 69 and "event=publish-failed" in said and "event=claim-failed" in said, said


def test_everything_that_has_had_its_time_goes_in_one_run(db):
    db.sql("INSERT INTO tenantd.jobs (kind, state, updated_at) SELECT 'k', s, now() - d * interval '1 day'"
           " FROM (VALUES ('done', 8, 25000), ('done', 6, 1), ('dead', 91, 3), ('dead', 80, 2)) AS v (s, d, n),"
           " generate_series(1, n)")
    db.sql("ALTER TABLE tenantd.jobs DISABLE TRIGGER USER")
    try:
        for state, days, left in (("done", 8, 0), ("dead", 91, 0)):
            db.sql("UPDATE tenantd.jobs SET updated_at = now() - %s * interval '1 day' WHERE state = %s AND id IN"
                   " (SELECT id FROM tenantd.jobs WHERE state = %s ORDER BY id LIMIT %s)",
                   [days, state, state, 25000 if state == "done" else 3])
    finally:
        db.sql("ALTER TABLE tenantd.jobs ENABLE TRIGGER USER")
    run(db)
    assert dict(db.sql("SELECT state, count(*) FROM tenantd.jobs GROUP BY state")) == {"done": 1, "dead": 2}
    db.sql("DELETE FROM tenantd.jobs")


def test_a_job_that_nobody_survives_is_given_up(db):
    """Its attempts were begun, and never ended."""
    db.sql("INSERT INTO tenantd.jobs (kind, payload) VALUES ('mail.send', '{}')")
    db.sql("UPDATE tenantd.job_lanes SET attempts = 20")
    run(db)
    assert db.sql("SELECT state, last_error FROM tenantd.jobs") == [("dead", "no attempt at it came to an end")]
    (told,), = db.sql("SELECT payload FROM tenantd.events WHERE kind = 'job.dead'")
    assert told["error"] == "no attempt at it came to an end"
    listed = json.loads(stack.command(db.settings, "jobs", "list", "--state", "dead", "--json"))
    assert [j["last_error"] for j in listed] == ["no attempt at it came to an end"]
