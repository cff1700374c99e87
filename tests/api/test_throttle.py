"""Guesses at passwords are made slow, and nobody is kept out by them. What was counted is moved into
the past by SQL, so that no test waits."""
import uuid

import pytest
import signin
import stack
from client import at_once
from signin import Person, address, bucket, problem


@pytest.fixture(scope="module")
def app(db):
    with stack.Tenantd(db, workers=2, JOB_WORKERS=0, **signin.PROXIES) as a:
        yield a


@pytest.fixture
def ann(app, db):
    return Person(app, db)


def fill(db, failures, *buckets, ago="0 s"):
    for b in buckets:
        db.sql("INSERT INTO tenantd.sign_in_failures VALUES (%s, %s, now() - %s::interval) ON CONFLICT (bucket) "
               "DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at, told = false", [b, failures, ago])


def later(db, how_long, *buckets):
    db.sql("UPDATE tenantd.sign_in_failures SET last_at = last_at - %s::interval WHERE bucket = ANY (%s)",
           [how_long, list(buckets)])


def refused(answer, most):
    problem(answer, 429, "rate-limited")
    assert 0 < int(answer.headers["retry-after"]) <= most, answer.headers
    return int(answer.headers["retry-after"])


def test_fifty_wrong_passwords_and_the_right_user_gets_in_from_elsewhere(ann):
    statuses = [ann.login(f"guess number {i}").status for i in range(50)]
    assert statuses[:5] == [401] * 5 and set(statuses) == {401, 429}
    assert statuses.count(401) == ann.count("pair") == ann.count("account") < 20
    fill(ann.db, 30, bucket("pair", ann.email, ann.address))
    refused(ann.login(), 900)
    assert ann.login(at=address()).status == 200
    told = ann.audit("SIGN_IN_FAILED", "SIGN_IN_THROTTLED")
    assert told.count(("SIGN_IN_FAILED", "medium", "wrong password")) == statuses.count(401)
    throttled = [row for row in told if row[0] == "SIGN_IN_THROTTLED"]
    assert 0 < len(throttled) <= statuses.count(401), "one for each time that it became too early"


def test_an_account_that_was_slowed_down_recovers(ann, db):
    pair = bucket("pair", ann.email, ann.address)
    fill(db, 7, pair)
    refused(ann.login(), 4)
    refused(ann.login(), 4)
    assert ann.count("pair") == 7, "who comes too early is not counted"
    later(db, "5 s", pair)
    assert ann.login().status == 200
    assert ann.count("pair") == 7, "who was right is not counted either"
    fill(db, 1000, pair)
    assert refused(ann.login(), 900) > 800
    later(db, "61 minutes", pair)
    assert ann.login("not the password").status == 401
    assert ann.count("pair") == 1, "an hour forgets"


def test_who_gets_it_right_leaves_the_clock_as_it_was(ann, db):
    pair = bucket("pair", ann.email, ann.address)
    fill(db, 4, pair, ago="30 minutes")
    before = db.value("SELECT last_at FROM tenantd.sign_in_failures WHERE bucket = %s", [pair])
    ann.signed_in()
    assert db.sql("SELECT failures, last_at FROM tenantd.sign_in_failures WHERE bucket = %s", [pair]) == [(4, before)]


def test_nobody_slips_by_at_the_same_moment(ann):
    answers = at_once([lambda: ann.login("not the password")] * 12)
    statuses = [a.status for a in answers]
    assert statuses.count(401) == ann.count("pair") and statuses.count(401) + statuses.count(429) == 12
    assert 5 <= statuses.count(401) < 12


def test_an_address_that_tries_many_accounts(app, db, ann):
    fill(db, 50, bucket("address", "", ann.address))
    refused(ann.login(), 1)
    fill(db, 1000, bucket("address", "", ann.address))
    assert 50 < refused(ann.login(), 60)
    nobody = Person(app, db)
    nobody.address, nobody.email = ann.address, "nobody@example.com"
    refused(nobody.login(), 60)
    assert ann.login(at=address()).status == 200


def test_an_address_that_others_try_from_keeps_nobody_out_who_is_known_there(ann, db):
    ann.signed_in()
    fill(db, 1000, bucket("address", "", ann.address))
    assert ann.login().status == 200
    db.sql("UPDATE tenantd.sessions SET created_at = created_at - interval '91 days' WHERE user_id = %s", [ann.id])
    refused(ann.login(), 60)


def test_an_address_forgets_a_failure_a_minute_and_who_gets_it_right_none(ann, db):
    common, pair = bucket("address", "", ann.address), bucket("pair", ann.email, ann.address)
    fill(db, 59, common, ago="9 minutes 30 seconds")
    fill(db, 3, pair, ago="9 minutes 30 seconds")
    ann.signed_in()
    assert (ann.count("address"), ann.count("pair")) == (59, 3), "as it was"
    assert ann.login("not the password").status == 401
    assert (ann.count("address"), ann.count("pair")) == (51, 4)
    fill(db, 55, common, ago="6 minutes")
    ann.address, there = address(), ann.address
    assert ann.login(at=there).status == 200, "of 49 that are left"


def test_fifty_wrong_passwords_for_as_many_accounts_from_one_address_are_slowed_down(app, ann):
    statuses = [app.call("POST", "/login", ann.headers(), {"email": f"{uuid.uuid4().hex}@example.com", "password": "guess"}).status
                for _ in range(56)]
    assert statuses[:50] == [401] * 50 and 429 in statuses[50:]


def test_an_account_that_many_addresses_try_is_slow_for_strangers_alone(ann, db):
    ann.signed_in()
    account = bucket("account", ann.email)
    fill(db, 100_000, account)
    assert ann.login().status == 200, "from where they have signed in before"
    stranger = address()
    assert 20 <= refused(ann.login(at=stranger), 30)
    later(db, "10 s", bucket("pair", ann.email, stranger))
    fill(db, 100_000, account)  # others go on meanwhile
    refused(ann.login(at=stranger), 20)
    later(db, "21 s", bucket("pair", ann.email, stranger))
    assert ann.login(at=stranger).status == 200, "half a minute after it first came"
    db.sql("UPDATE tenantd.sessions SET created_at = created_at - interval '91 days' WHERE user_id = %s", [ann.id])
    ann.address = address()
    refused(ann.login(), 30)


def test_a_stranger_to_an_account_without_a_user_waits_alike(ann, db):
    ann.email = f"{uuid.uuid4().hex}@example.com"
    fill(db, 100, bucket("account", ann.email))
    refused(ann.login(), 1)
    fill(db, 200, bucket("account", ann.email))
    refused(ann.login(), 30)


def test_an_account_is_one_in_whatever_case_it_is_written(ann):
    for i, email in enumerate((ann.email, ann.email.upper(), ann.email.title())):
        ann.app.call("POST", "/login", ann.headers(), {"email": email, "password": f"guess number {i}"})
    assert ann.count("pair") == 3
    unknown = f"{uuid.uuid4().hex}@example.com"
    for email in (unknown, unknown.upper()):
        ann.app.call("POST", "/login", ann.headers(), {"email": email, "password": "x"})
    assert ann.db.value("SELECT failures FROM tenantd.sign_in_failures WHERE bucket = %s",
                        [bucket("pair", unknown, ann.address)]) == 2


def test_all_addresses_of_one_customer_are_one(ann, db):
    net = f"2001:db8:{uuid.uuid4().hex[:4]}:{uuid.uuid4().hex[:4]}"
    for i in range(4):
        ann.login("not the password", at=f"{net}::{i + 1}")
    rows = db.sql("SELECT failures FROM tenantd.sign_in_failures WHERE failures = 4 AND bucket = ANY (%s)",
                  [[bucket("address", "", str(signin.ipaddress.ip_address(net + "::")))]])
    assert rows == [(4,)]


def test_what_has_outlived_its_use_is_removed(db, ann):
    old = bucket("pair", "old", uuid.uuid4().hex)
    fill(db, 3, old, ago="25 hours")
    ann.signed_in()
    ended, digest = ann.sessions()[0][0], uuid.uuid4().hex * 2
    db.sql("UPDATE tenantd.sessions SET created_at = created_at - interval '200 days', expires_at = expires_at - "
           "interval '91 days' WHERE id = %s", [ended])
    ann.signed_in()
    kept = ann.sessions()[0][0]
    db.sql("INSERT INTO tenantd.registrations (id, digest, email, password_hash, expires_at) "
           "VALUES (%s, %s, 'old@example.com', 'x', now() - interval '8 days')", [str(uuid.uuid4()), digest])
    db.sql("INSERT INTO tenantd.password_resets (digest, user_id, expires_at) VALUES (%s, %s, now() - interval '2 days')",
           [digest, ann.id])
    with stack.Tenantd(db, workers=1, JOB_WORKERS=1):
        stack.until(lambda: db.sql("SELECT 1 FROM tenantd.sign_in_failures WHERE bucket = %s UNION ALL "
                                   "SELECT 1 FROM tenantd.sessions WHERE id = %s UNION ALL "
                                   "SELECT 1 FROM tenantd.refresh_tokens WHERE session_id = %s UNION ALL "
                                   "SELECT 1 FROM tenantd.registrations WHERE digest = %s UNION ALL "
                                   "SELECT 1 FROM tenantd.password_resets WHERE digest = %s",
                                   [old, ended, ended, digest, digest]) == [])
    assert ann.sessions() == [(kept,)]
