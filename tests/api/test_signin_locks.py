"""Who signs in, out or changes a factor while another does: rows are taken in one order, and what was
done meanwhile counts."""
import contextlib
import threading

import psycopg2
import pytest
import signin
import stack
from signin import PASSWORD, Person, bucket, claims, problem


@pytest.fixture(scope="module")
def app(db):
    with stack.Tenantd(db, workers=2, JOB_WORKERS=0, **signin.PROXIES) as a:
        yield a


@pytest.fixture
def ann(app, db):
    return Person(app, db)


def while_held(db, hold, call, meanwhile):
    """Makes the call while another session's transaction holds something, and has that do more when the
    call waits for it. What the call answers."""
    answers = []
    with contextlib.closing(psycopg2.connect(db.owner_url)) as other:
        with other.cursor() as cursor:
            cursor.execute(*hold)
            caller = threading.Thread(target=lambda: answers.append(call()))
            caller.start()
            try:
                stack.until(lambda: db.cluster.sql("SELECT 1 FROM pg_stat_activity WHERE %s = ANY (pg_blocking_pids(pid))",
                                                   [other.get_backend_pid()]), what="a wait for what is held")
                for statement in meanwhile:
                    cursor.execute(*statement)
            finally:
                other.commit()
                caller.join()
    return answers[0]


def sessions_backwards(ann, db):
    """Three, the last of which by its id is the first in the table."""
    ids = sorted((claims(ann.signed_in()["access_token"])["sid"] for _ in range(3)), reverse=True)
    rows = "WITH gone AS (DELETE FROM tenantd.sessions WHERE id = %s RETURNING *) INSERT INTO tenantd.sessions SELECT * FROM gone"
    for i in ids:
        db.sql(rows, [i])
    return ids[-1], ids[0]


ENDS = {
    "signed out everywhere": lambda ann, db, token: ann.app.call("POST", "/logout", ann.headers(token), {"all": True}),
    "another password": lambda ann, db, token: ann.app.call(
        "POST", "/me/password", ann.headers(token), {"current_password": PASSWORD, "new_password": "Another-Horse-Battery-1"}),
    "deactivated": lambda ann, db, token: db.sql("UPDATE public.users SET is_active = false WHERE id = %s", [ann.id]),
    "without a tenant": lambda ann, db, token: db.sql("UPDATE public.tenants SET status = 'suspended' WHERE id = %s", [ann.tenant]),
}


@pytest.mark.parametrize("end", ENDS)
def test_whoever_ends_many_sessions_takes_them_in_order(ann, db, end):
    ann.tenant = ann.put_in_tenant(policy={"session": {"maxConcurrentSessions": 10}})
    token = ann.signed_in()["access_token"]
    db.sql("UPDATE tenantd.sessions SET ended_at = now(), ended_reason = 'logout' WHERE user_id = %s", [ann.id])
    first, last = sessions_backwards(ann, db)
    row = "SELECT 1 FROM tenantd.sessions WHERE id = %s FOR UPDATE"
    while_held(db, (row, [first]), lambda: ENDS[end](ann, db, token), [(row + " NOWAIT", [last])])
    assert ann.sessions() == []


def test_the_limit_ends_them_in_order(ann, db):
    tenant = ann.put_in_tenant(policy={"session": {"maxConcurrentSessions": 10}})
    first, last = sessions_backwards(ann, db)
    ann.set_policy(tenant, {"session": {"maxConcurrentSessions": 1}})
    row = "SELECT 1 FROM tenantd.sessions WHERE id = %s FOR UPDATE"
    assert while_held(db, (row, [first]), ann.login, [(row + " NOWAIT", [last])]).status == 200
    assert len(ann.sessions()) == 1


def test_who_signs_out_waits_for_the_user(ann, db):
    body = ann.signed_in()
    answer = while_held(db, ("SELECT 1 FROM public.users WHERE id = %s FOR UPDATE", [ann.id]),
                        lambda: ann.app.call("POST", "/logout", ann.headers(body["access_token"]), {}),
                        [("SELECT 1 FROM tenantd.sessions WHERE user_id = %s FOR UPDATE NOWAIT", [ann.id])])
    assert answer.status == 204 and ann.sessions() == []


def test_a_factor_that_is_put_in_force_meanwhile_is_asked_for(ann, db):
    answer = while_held(db, ("SELECT 1 FROM public.users WHERE id = %s FOR UPDATE", [ann.id]), ann.login,
                        [("INSERT INTO tenantd.totp (user_id, sealed, confirmed_at) VALUES (%s, 'x', now())", [ann.id])])
    problem(answer, 401, "second-factor-required")
    assert ann.sessions() == []


def test_whoever_forgets_failures_takes_them_in_order(app, db):
    """Of the three that a new password forgets, that of codes is the first by its key, the last in the table."""
    while True:
        ann = Person(app, db)
        pair, account, code = bucket("pair", ann.email, ann.address), bucket("account", ann.email), bucket("code", ann.id)
        if code < min(pair, account):
            break
    token = ann.signed_in()["access_token"]
    db.sql("INSERT INTO tenantd.sign_in_failures VALUES (%s, 1, now())", [code])
    row = "SELECT 1 FROM tenantd.sign_in_failures WHERE bucket = %s FOR UPDATE"
    answer = while_held(db, (row, [code]), lambda: ENDS["another password"](ann, db, token),
                        [(row + " NOWAIT", [b]) for b in (pair, account)])
    assert answer.status == 204, answer


def test_the_factor_comes_before_the_guesses_at_it(ann, db):
    """Two changes of one factor at once wait for the user before either has anything."""
    token = ann.signed_in()["access_token"]
    answer = while_held(db, ("SELECT 1 FROM public.users WHERE id = %s FOR UPDATE", [ann.id]),
                        lambda: ann.app.call("POST", "/me/totp", ann.headers(token), {"password": PASSWORD}), [])
    assert answer.status == 201, answer
    for path in ("/confirm", "/disable", "/recovery-codes"):
        answer = while_held(db, ("SELECT 1 FROM public.users WHERE id = %s FOR UPDATE", [ann.id]),
                            lambda p=path: ann.app.call("POST", "/me/totp" + p, ann.headers(token), {"code": "123456"}),
                            [("SELECT 1 FROM tenantd.totp WHERE user_id = %s FOR UPDATE NOWAIT", [ann.id])])
        assert answer.status in (400, 409), answer
