"""Registration, confirmation and passwords, with real mails: what people do, and what others try."""
import concurrent.futures
import itertools
import json
import secrets
import statistics
import time

import pytest
import stack
import tokens
from postman import Postman, dump, payloads

PASSWORD = "Correct-Horse-Battery-1"
NAMES = itertools.count(1)


@pytest.fixture(scope="module")
def db(cluster):
    with cluster.database() as d:
        yield d


@pytest.fixture(scope="module")
def post():
    with Postman() as p:
        yield p


@pytest.fixture(scope="module")
def app(db, post):
    with stack.Tenantd(db, workers=4, JOB_WORKERS=0, LOG_LEVEL="debug", **post.settings) as a:
        yield a


@pytest.fixture
def email():
    return f"ada-{next(NAMES)}-{secrets.token_hex(4)}@example.com"


def ask(app, path, client=None, **body):
    """As somebody whose network address is nobody else's, unless one is given."""
    client = client or "10." + ".".join(str(secrets.randbelow(256)) for _ in range(3))
    return app.call("POST", path, {}, body, extra={"REMOTE_ADDR": client})


def told(answer, status):
    assert answer.status == status, (answer.status, answer.body)
    return answer.json() if answer.body else None


def faults(answer, status=400):
    return {(f["pointer"], f["keyword"]) for f in told(answer, status)["errors"]}


def register(app, post, email, password=PASSWORD, **more):
    told(ask(app, "/users/register", email=email, password=password, **more), 202)
    page, token = post.link(app, email)
    assert page == "verify-email"
    return token


def member(app, post, email, password=PASSWORD):
    token = register(app, post, email, password)
    return told(ask(app, "/users/verify", token=token, password=password), 200)["user"]


def signed_in(app, user, path, method="POST", **body):
    return app.call(method, path, tokens.bearer(app.db, user["id"]), body or None)


def at_once(*calls):
    with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
        return [f.result() for f in [pool.submit(c) for c in calls]]


# -- registering --

def test_who_follows_the_link_and_knows_the_password_is_a_user(app, db, post, email):
    answer = told(ask(app, "/users/register", email=email, password=PASSWORD, name="Ada"), 202)
    assert answer["email"] == email and set(answer) == {"message", "email"}
    assert db.value("SELECT count(*) FROM public.users WHERE email = %s", [email]) == 0
    page, token = post.link(app, email)
    assert page == "verify-email" and token.startswith("tdv_")
    mail = post.mails_to(app, email)[-1]
    assert "Ada" not in mail.part("plain") + mail.part("html") + mail.message["to"], "a stranger may have said it"
    user = told(ask(app, "/users/verify", token=token, password=PASSWORD), 200)["user"]
    assert (user["email"], user["name"], user["tenant_id"], user["is_superuser"]) == (email, "Ada", None, False)
    assert db.sql("SELECT id, email, name FROM public.users WHERE email = %s", [email]) == [(user["id"], email, "Ada")]
    assert db.value("SELECT count(*) FROM tenantd.registrations WHERE email = %s", [email]) == 0
    assert db.sql("SELECT actor FROM tenantd.events WHERE kind = 'user.created' AND payload->>'email' = %s", [email]) == [(user["id"],)]
    assert db.sql("SELECT actor FROM tenantd.audit WHERE event = 'USER_REGISTERED' AND actor = %s", [user["id"]])
    assert faults(ask(app, "/users/verify", token=token, password=PASSWORD)) == {("/token", "token")}, "once"


def test_neither_the_mailbox_nor_the_password_alone_is_enough(app, db, post, email):
    """Somebody else registers the address; its owner follows the link, or registers as well."""
    theirs = register(app, post, email, "Attackers-Password-1")
    assert faults(ask(app, "/users/verify", token=theirs, password=PASSWORD)) == {("/password", "password")}
    own = register(app, post, email)
    assert faults(ask(app, "/users/verify", token=own, password="Attackers-Password-1")) == {("/password", "password")}
    user = told(ask(app, "/users/verify", token=own, password=PASSWORD), 200)["user"]
    assert faults(ask(app, "/users/verify", token=theirs, password="Attackers-Password-1")) == {("/token", "token")}
    assert db.value("SELECT count(*) FROM public.users WHERE email = %s", [email]) == 1
    assert db.value("SELECT id FROM public.users WHERE email = %s", [email]) == user["id"]


def test_a_password_cannot_be_guessed_at_for_ever(app, post, email):
    token = register(app, post, email)
    for _ in range(10):
        assert faults(ask(app, "/users/verify", token=token, password="Another-Password-1")) == {("/password", "password")}
    assert faults(ask(app, "/users/verify", token=token, password=PASSWORD)) == {("/token", "token")}


@pytest.mark.parametrize("same", [True, False], ids=["one mail", "two mails"])
def test_two_confirmations_at_once_make_one_user(app, db, post, email, same):
    first = register(app, post, email)
    second = first if same else register(app, post, email)
    answers = at_once(*[lambda t=t: ask(app, "/users/verify", token=t, password=PASSWORD) for t in (first, second) * 3])
    assert sorted(a.status for a in answers) == [200] + [400] * 5, [a.body for a in answers]
    assert db.value("SELECT count(*) FROM public.users WHERE lower(email) = %s", [email]) == 1


def test_an_address_that_somebody_has_is_answered_alike(app, db, post, email):
    member(app, post, email)
    other = email.replace("ada", "ben")
    taken = ask(app, "/users/register", email=email.upper(), password=PASSWORD)
    free = ask(app, "/users/register", email=other, password=PASSWORD)
    assert taken.status == free.status == 202
    assert taken.json()["message"] == free.json()["message"]
    assert set(taken.headers) == set(free.headers)
    for _ in range(2):
        told(ask(app, "/users/register", email=email, password=PASSWORD), 202)
    # the owner is told, once an hour
    alerts = [m for m in post.mails_to(app, email.upper()) + post.mails_to(app, email)
              if "tried to register" in m.part("plain")]
    assert len(alerts) == 1
    assert "token=" not in alerts[0].part("plain")
    assert db.value("SELECT count(*) FROM tenantd.registrations WHERE lower(email) = %s", [email]) == 0


def test_mails_are_asked_for_so_often_and_no_more(app, post, email):
    for _ in range(5):
        told(ask(app, "/users/register", client="10.1.1.1", email=email, password=PASSWORD), 202)
    assert len(post.mails_to(app, email)) == 3, "by one client"
    told(ask(app, "/users/register", client="10.1.1.2", email=email, password=PASSWORD), 202)
    assert len(post.mails_to(app, email)) == 4, "that does not keep another from it"
    for _ in range(10):
        told(ask(app, "/users/register/resend", email=email), 202)
    assert len(post.mails_to(app, email)) == 10, "by all of them"


@pytest.mark.parametrize("path", ["/users/register", "/users/register/resend", "/users/password-reset"])
def test_a_network_has_so_many_mails_sent_and_no_more(app, db, post, path):
    """Whoever they are to, and whether or not somebody has the address; an IPv6 network is what one customer has."""
    net = "2001:db8:" + ":".join(f"{secrets.randbelow(1 << 16):x}" for _ in range(2))
    taken = f"known-{secrets.token_hex(4)}@example.com"
    stack.create_user(db, taken)
    more = {"password": PASSWORD} if path == "/users/register" else {}

    def one(n, email, net=net):
        return ask(app, path, client=f"{net}::{n:x}", email=email, **more)
    for n in range(20):
        told(one(n + 1, f"flood-{n}-{secrets.token_hex(4)}@example.com"), 202)
    answers = [one(99, e) for e in (f"flood-{secrets.token_hex(4)}@example.com", taken)]
    for a in answers:
        assert told(a, 429)["type"].endswith("rate-limited") and a.headers["retry-after"] == "3600"
    assert answers[0].json()["detail"] == answers[1].json()["detail"]
    told(one(1, taken, "2001:db8:ffff:" + net.split(":")[-1]), 202)


def test_a_password_that_is_not_taken_counts_as_no_mail(app, email):
    for _ in range(22):
        assert ask(app, "/users/register", client="10.1.1.9", email=email, password="short").status == 400
    told(ask(app, "/users/register", client="10.1.1.9", email=email, password=PASSWORD), 202)


def test_one_of_a_network_asks_as_often_as_one_client(app, post, email):
    for n in range(5):
        told(ask(app, "/users/register", client=f"2001:db8:1:2::{n + 1:x}", email=email, password=PASSWORD), 202)
    assert len(post.mails_to(app, email)) == 3


def test_a_free_address_is_counted_as_a_taken_one_is(app, db, post, email):
    """The same rows are touched, and who has just registered hears of the next who does."""
    def counted():
        return db.value("SELECT count(*) FROM tenantd.mail_limits")
    before = counted()
    token = register(app, post, email)
    free, before = counted() - before, counted()
    told(ask(app, "/users/verify", token=token, password=PASSWORD), 200)
    stack.create_user(db, email.replace("ada", "ben"))
    told(ask(app, "/users/register", email=email.replace("ada", "ben"), password=PASSWORD), 202)
    assert counted() - before == free


def test_a_mail_that_is_sent_again_has_another_link_beside_the_first(app, post, email):
    first = register(app, post, email)
    told(ask(app, "/users/register/resend", email=email.upper()), 202)
    page, second = post.link(app, email)
    assert page == "verify-email" and second != first
    told(ask(app, "/users/verify", token=first, password=PASSWORD), 200)
    assert faults(ask(app, "/users/verify", token=second, password=PASSWORD)) == {("/token", "token")}


def test_nothing_is_sent_again_to_a_stranger_or_a_user(app, post, email):
    stranger = email.replace("ada", "eve")
    assert told(ask(app, "/users/register/resend", email=stranger), 202)["email"] == stranger
    member(app, post, email)
    before = len(post.mails_to(app, email))
    told(ask(app, "/users/register/resend", email=email), 202)
    assert post.mails_to(app, stranger) == [] and len(post.mails_to(app, email)) == before


def test_an_old_registration_is_of_no_use(app, db, post, email):
    token = register(app, post, email)
    db.sql("UPDATE tenantd.registrations SET expires_at = now() - interval '1 second' WHERE email = %s", [email])
    assert faults(ask(app, "/users/verify", token=token, password=PASSWORD)) == {("/token", "token")}
    before = len(post.mails_to(app, email))
    told(ask(app, "/users/register/resend", email=email), 202)
    assert len(post.mails_to(app, email)) == before


def test_a_password_is_held_to_every_rule_at_once(app, email):
    assert faults(ask(app, "/users/register", email=email, password="short")) == {
        ("/password", rule) for rule in ("minLength", "requireUppercase", "requireNumbers", "requireSpecialChars")}


# -- passwords --

def test_who_forgot_a_password_chooses_another_by_mail(app, db, post, email):
    user = member(app, post, email)
    db.sql("INSERT INTO tenantd.sessions (id, user_id, expires_at) VALUES (gen_random_uuid(), %s, now() + interval '1 day')", [user["id"]])
    told(ask(app, "/users/password-reset", email=email), 202)
    page, first = post.link(app, email)
    assert page == "reset-password" and first.startswith("tdp_")
    told(ask(app, "/users/password-reset", email=email.upper()), 202)
    _, second = post.link(app, email)
    assert faults(ask(app, "/users/password-reset/confirm", token=second, password="short")), "the rules hold"
    assert faults(ask(app, "/users/password-reset/confirm", token=second, password=PASSWORD)) == {
        ("/password", "preventPasswordReuse")}
    hash_before = db.value("SELECT password_hash FROM public.users WHERE id = %s", [user["id"]])
    told(ask(app, "/users/password-reset/confirm", token=second, password="Another-Password-1"), 204)
    for token in (first, second):
        assert faults(ask(app, "/users/password-reset/confirm", token=token, password="A-Third-Password-1")) == {("/token", "token")}
    assert db.value("SELECT password_hash FROM public.users WHERE id = %s", [user["id"]]) != hash_before
    assert db.sql("SELECT hash FROM tenantd.password_history WHERE user_id = %s", [user["id"]]) == [(hash_before,)]
    assert db.sql("SELECT ended_reason FROM tenantd.sessions WHERE user_id = %s", [user["id"]]) == [("password",)]
    assert db.sql("SELECT severity FROM tenantd.audit WHERE event = 'PASSWORD_RESET' AND actor = %s", [user["id"]])
    assert "password was changed" in post.mails_to(app, email)[-1].part("plain")


def test_a_stranger_is_answered_as_a_user_is(app, db, post, email):
    user, stranger = member(app, post, email), email.replace("ada", "eve")
    known, unknown = (ask(app, "/users/password-reset", email=e) for e in (email, stranger))
    assert known.status == unknown.status == 202
    assert known.json()["message"] == unknown.json()["message"] and set(known.headers) == set(unknown.headers)
    db.sql("UPDATE public.users SET is_active = false WHERE id = %s", [user["id"]])
    before = len(post.mails_to(app, email))
    told(ask(app, "/users/password-reset", email=email), 202)
    assert post.mails_to(app, stranger) == [] and len(post.mails_to(app, email)) == before


def test_two_resets_at_once_by_one_mail_are_one(app, db, post, email):
    user = member(app, post, email)
    told(ask(app, "/users/password-reset", email=email), 202)
    _, token = post.link(app, email)
    answers = at_once(*[lambda n=n: ask(app, "/users/password-reset/confirm", token=token, password=f"Another-Password-{n}")
                        for n in range(4)])
    assert sorted(a.status for a in answers) == [204, 400, 400, 400], [a.body for a in answers]
    assert db.value("SELECT count(*) FROM tenantd.password_history WHERE user_id = %s", [user["id"]]) == 1


def test_a_late_or_deactivated_user_resets_nothing(app, db, post, email):
    user = member(app, post, email)
    told(ask(app, "/users/password-reset", email=email), 202)
    _, token = post.link(app, email)
    db.sql("UPDATE public.users SET is_active = false WHERE id = %s", [user["id"]])
    assert faults(ask(app, "/users/password-reset/confirm", token=token, password="Another-Password-1")) == {("/token", "token")}
    db.sql("UPDATE public.users SET is_active = true WHERE id = %s", [user["id"]])
    db.sql("UPDATE tenantd.password_resets SET expires_at = now() - interval '1 second'")
    assert faults(ask(app, "/users/password-reset/confirm", token=token, password="Another-Password-1")) == {("/token", "token")}


def test_a_password_is_changed_by_who_knows_it(app, db, post, email):
    user = member(app, post, email)
    db.sql("INSERT INTO tenantd.sessions (id, user_id, expires_at) VALUES (gen_random_uuid(), %s, now() + interval '1 day')", [user["id"]])

    def change(old, new):
        return signed_in(app, user, "/me/password", current_password=old, new_password=new)
    assert faults(change("Not-The-Password-1", "Another-Password-1")) == {("/current_password", "password")}
    assert faults(change(PASSWORD, "short 1")) >= {("/new_password", "minLength"), ("/new_password", "requireUppercase")}
    told(ask(app, "/users/password-reset", email=email), 202)
    _, token = post.link(app, email)
    chosen = [PASSWORD, "Second-Password-1", "Third-Password-1", "Fourth-Password-1"]
    for old, new in itertools.pairwise(chosen):
        assert faults(change(old, old)) == {("/new_password", "preventPasswordReuse")}
        told(change(old, new), 204)
    # the last three are those that are not taken again
    for again in chosen[1:]:
        assert faults(change(chosen[-1], again)) == {("/new_password", "preventPasswordReuse")}
    told(change(chosen[-1], chosen[0]), 204)
    assert faults(ask(app, "/users/password-reset/confirm", token=token, password="Fifth-Password-1")) == {
        ("/token", "token")}, "a mail from before is of no use"
    assert db.sql("SELECT ended_reason FROM tenantd.sessions WHERE user_id = %s", [user["id"]]) == [("password",)]
    assert db.value("SELECT count(*) FROM tenantd.audit WHERE event = 'PASSWORD_CHANGED' AND actor = %s", [user["id"]]) == 4


def test_the_tenants_policy_is_what_holds(app, db, post, email):
    user = member(app, post, email)
    tenant = signed_in(app, user, "/api/tenant/getOrCreate").json()["tenantId"]
    db.sql("INSERT INTO tenantd.security_policies (tenant_id, policy) VALUES (%s, %s)",
           [tenant, json.dumps({"password": {"minLength": 30, "preventPasswordReuse": 0}})])
    answer = signed_in(app, user, "/me/password", current_password=PASSWORD, new_password="Another-Password-1")
    assert faults(answer) == {("/new_password", "minLength")}
    db.sql("UPDATE tenantd.security_policies SET policy = %s WHERE tenant_id = %s",
           [json.dumps({"password": {"preventPasswordReuse": 0}}), tenant])
    told(signed_in(app, user, "/me/password", current_password=PASSWORD, new_password=PASSWORD), 204)


# -- what is not to be found --

def test_no_secret_is_in_the_database_nor_in_the_log(app, db, post, email):
    told(ask(app, "/users/register", email=email, password=PASSWORD + email), 202)
    waiting = [p for p in payloads(db) if email in p]
    assert len(waiting) == 1 and "sealedView" in waiting[0] and "view" not in json.loads(waiting[0])
    _, token = post.link(app, email)
    told(ask(app, "/users/register/resend", email=email), 202)
    _, again = post.link(app, email)
    user = told(ask(app, "/users/verify", token=token, password=PASSWORD + email), 200)["user"]
    told(ask(app, "/users/password-reset", email=email), 202)
    _, reset = post.link(app, email)
    told(ask(app, "/users/password-reset/confirm", token=reset, password="Another-" + PASSWORD + email), 204)
    told(signed_in(app, user, "/me/password", current_password="Another-" + PASSWORD + email,
                   new_password="A-Third-" + PASSWORD + email), 204)
    held, log = dump(db), app.log_text()
    assert email in held and user["id"] in held
    for secret in (token, again, reset, PASSWORD + email):
        for part in (secret, secret[4:], secret[4:30]):
            assert part not in held and part not in log, part


def test_a_sealed_view_opens_for_its_own_address_alone(app, db, post, email):
    told(ask(app, "/users/register", email=email, password=PASSWORD), 202)
    db.sql("UPDATE tenantd.jobs SET payload = payload || %s WHERE payload->>'to' = %s",
           [json.dumps({"to": "thief@example.com"}), email])
    assert post.mails_to(app, "thief@example.com") == []
    assert db.value("SELECT count(*) FROM tenantd.jobs WHERE payload->>'to' = 'thief@example.com' AND state = 'queued'") == 1
    db.sql("DELETE FROM tenantd.job_lanes; DELETE FROM tenantd.jobs WHERE state = 'queued'")


@pytest.mark.parametrize("path", ["/users/register", "/users/password-reset"])
def test_work_does_not_tell_whose_address_it_is(app, db, path):
    """Addresses of users and of nobody in turn, each new: their medians are no further apart than the
    middle half of either is wide."""
    mark, times = secrets.token_hex(4), {"user": [], "nobody": []}
    body = {"password": PASSWORD} if path == "/users/register" else {}
    db.sql("INSERT INTO public.users (id, email) SELECT gen_random_uuid(), format('user-%%s-%%s@example.com', %s, n)"
           " FROM generate_series(0, 59) n", [mark])
    for n in range(60):
        for who in ("user", "nobody") if n % 2 else ("nobody", "user"):
            begun = time.perf_counter()
            told(ask(app, path, email=f"{who}-{mark}-{n}@example.com", **body), 202)
            times[who].append(time.perf_counter() - begun)
    quartiles = [statistics.quantiles(t, n=4) for t in times.values()]
    assert abs(quartiles[0][1] - quartiles[1][1]) < max(q[2] - q[0] for q in quartiles), quartiles
