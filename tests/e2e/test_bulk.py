"""Many tenants in one request, by the whole way: behind every door, cut short at any point,
twice at once."""
import contextlib
import itertools
import json
import threading

import psycopg2
import pytest
import stack
import tokens
from client import at_once, http_call
from fcgi_client import STDOUT, Closed, Connection, call, request_bytes

ROUTE = "/api/provisioning/tenants/bulk"
PARTNERS = itertools.count(1)
MANY, BAD = 10000, 100


@pytest.fixture(scope="module")
def own():
    """A cluster and a program that these tests alone knock about."""
    with stack.Cluster() as cluster, cluster.database() as db, stack.Tenantd(db, workers=4, JOB_WORKERS=0) as app:
        app.cluster = cluster
        yield app


class Partner:
    def __init__(self, db):
        self.db, self.id = db, f"bulk-{next(PARTNERS)}"
        db.sql("INSERT INTO tenantd.partners (id, name) VALUES (%s, %s)", (self.id, self.id))
        self.token = tokens.partner(db.settings["JWT_SECRET_KEY"], self.id)
        self.headers = {"Authorization": "Bearer " + self.token, "Content-Type": "application/x-ndjson"}

    def mails(self):
        return [m for m, in self.db.sql("SELECT contact_email FROM public.tenants WHERE partner_id = %s", (self.id,))]

    def whole(self):
        """Each of its tenants has all that belongs to one, once."""
        odd = self.db.sql("""
            SELECT t.id FROM public.tenants t
             WHERE t.partner_id = %s
               AND ((SELECT count(*) FROM public.custom_auth_tenant c WHERE c.id = t.tenant) <> 1
                 OR (SELECT count(*) FROM tenantd.names n WHERE n.tenant_id = t.id) <> 2
                 OR (SELECT count(*) FROM tenantd.events e WHERE e.tenant_id = t.id AND e.kind = 'tenant.created') <> 1
                 OR (SELECT count(*) FROM tenantd.audit a WHERE a.tenant_id = t.id AND a.event = 'TENANT_CREATED') <> 1)""",
                          (self.id,))
        mails = self.mails()
        assert not odd and len(set(mails)) == len(mails)
        return len(mails)


def draft(n):
    return {"company_name": f"Company {n}", "email": f"c{n}@example.com", "phone_number": "+1234567890", "industry": "Technology"}


def body_of(drafts):
    return "".join(json.dumps(d) + "\n" for d in drafts).encode()


def lines(body):
    return [json.loads(line) for line in body.splitlines()]


def test_ten_thousand_lines_of_which_a_hundred_are_bad(servers, db):
    partner = Partner(db)
    bad = set(range(50, MANY, MANY // BAD))
    body = body_of({"company_name": ""} if n in bad else draft(n) for n in range(MANY))
    answer = http_call(servers["nginx"].url, "POST", ROUTE + "?mode=partial", partner.token, body,
                       {"Content-Type": "application/x-ndjson"}, timeout=600)
    assert answer.status == 200
    got = lines(answer.body)
    assert [i["line"] for i in got] == list(range(1, MANY + 1))
    assert {i["line"] - 1 for i in got if i["status"] == 400 and len(i["problem"]["errors"]) == 2} == bad
    assert sum(i["status"] == 201 for i in got) == MANY - BAD == partner.whole()


@pytest.mark.parametrize("query", ["", "?mode=partial"])
def test_behind_every_door_told_or_chunked(door, db, query):
    for told in True, False:
        partner = Partner(db)
        body = body_of(draft(n) for n in range(1500))
        pieces = [body[i:i + 70001] for i in range(0, len(body), 70001)]
        headers = {"Content-Type": "application/x-ndjson", **({} if told else {"Transfer-Encoding": "chunked"})}
        answer = http_call(door.url, "POST", ROUTE + query, partner.token, body if told else iter(pieces), headers, timeout=600)
        assert answer.status == (200 if query else 201), answer
        assert [i["line"] for i in lines(answer.body) if i["status"] == 201] == list(range(1, 1501))
        assert len(partner.mails()) == 1500
        export = http_call(door.url, "GET", "/api/provisioning/tenants/export", partner.token, timeout=600)
        assert export.status == 200 and len(lines(export.body)) == 1500


# -- cut short --

def worker_at_it(app):
    """Whether the database makes many tenants now."""
    return app.cluster.sql("SELECT pid FROM pg_stat_activity"
                           " WHERE state = 'active' AND query LIKE '%draft AS MATERIALIZED%' AND pid <> pg_backend_pid()")


def kill_workers(app):
    before = app.workers()
    for pid in before:
        stack.kill(pid)
    stack.until(lambda: len(app.workers()) == 4 and not set(before) & set(app.workers()))
    stack.until(app.ready)
    stack.until(lambda: not worker_at_it(app))


def blows():
    def restart(app):
        app.cluster.restart("immediate")
        stack.until(app.ready)

    return {"workers killed": kill_workers, "database restarted": restart}


@contextlib.contextmanager
def under_way(app, partner, body, query, key):
    """A request on its way; what comes of its answer is gathered in the list."""
    came, connection = [], Connection(app.socket, 600)

    def read():
        with contextlib.suppress(Closed, OSError):
            came.append(connection.request("POST", ROUTE + query, {**partner.headers, "Idempotency-Key": key}, body))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield came
    finally:
        reader.join()
        connection.close()


@pytest.mark.parametrize("blow", blows())
def test_all_or_nothing_is_that_however_it_ends(own, blow):
    partner, body = Partner(own.db), body_of(draft(n) for n in range(MANY))
    with under_way(own, partner, body, "", "key") as came:
        stack.until(lambda: worker_at_it(own), every=0.002)
        blows()[blow](own)
    assert len(partner.mails()) in (0, MANY)
    if not came or came[0].status != 201:
        print("cut short:", came, len(partner.mails()))
    retry = call(own.socket, "POST", ROUTE, {**partner.headers, "Idempotency-Key": "key"}, body, timeout=600)
    assert retry.status == 201 and partner.whole() == MANY
    again = call(own.socket, "POST", ROUTE, {**partner.headers, "Idempotency-Key": "key"}, body, timeout=600)
    assert again.body == retry.body and again.headers["idempotency-replayed"] == "true"
    assert partner.whole() == MANY


@pytest.mark.parametrize("blow", ["client gone", *blows()])
def test_in_parts_what_was_answered_is_done_and_is_not_done_again(own, blow):
    partner, body = Partner(own.db), body_of(draft(n) if n % 100 else {} for n in range(MANY))
    headers = {**partner.headers, "Idempotency-Key": "key"}
    with Connection(own.socket, 600) as c:
        c.send(request_bytes("POST", ROUTE + "?mode=partial", headers, body))
        came = b""
        while came.count(b'{"line"') < 1000:
            kind, _, content = c.read_record()
            assert kind == STDOUT
            came += content
        if blow != "client gone":
            blows()[blow](own)
            with contextlib.suppress(Closed, OSError):
                while True:
                    kind, _, content = c.read_record()
                    if kind != STDOUT:
                        break
                    came += content
    answered = [line for line in came.partition(b"\r\n\r\n")[2].split(b"\n")[:-1] if line.startswith(b'{"line"')]
    print(len(answered), "lines were answered")
    made = {json.loads(line)["tenant"]["tenant"] for line in answered if b'"status":201' in line}
    there = {t for t, in own.db.sql("SELECT id FROM public.tenants WHERE partner_id = %s", (partner.id,))}
    assert made <= there

    def whole():
        answer = call(own.socket, "POST", ROUTE + "?mode=partial", headers, body, timeout=600)
        return answer if answer.status == 200 else None

    retry = stack.until(whole, 300)
    got = retry.body.split(b"\n")[:-1]
    assert got[:len(answered)] == answered and retry.headers["idempotency-replayed"] == "true"
    assert [json.loads(line)["line"] for line in got] == list(range(1, MANY + 1))
    assert sum(b'"status":201' in line for line in got) == MANY - MANY // 100 == partner.whole()
    assert call(own.socket, "POST", ROUTE + "?mode=partial", headers, body, timeout=600).body == retry.body


@pytest.mark.parametrize("query", ["", "?mode=partial"])
def test_a_key_that_is_revoked_meanwhile_makes_no_more(own, query):
    """While the first of its chunks waits for its turn."""
    partner, body = Partner(own.db), body_of(draft(n) for n in range(2500))
    key = json.loads(stack.command(own.settings, "partner", "key", "create", partner.id, "--name", "k", "--json"))
    partner.headers["Authorization"] = "Bearer " + key["secret"]
    with contextlib.closing(psycopg2.connect(own.db.owner_url)) as first, first.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(1957, hashtext(%s))", [partner.id])
        with under_way(own, partner, body, query, "key") as came:
            stack.until(lambda: own.cluster.sql("SELECT 1 FROM pg_stat_activity WHERE datname = %s AND wait_event = 'advisory'", [own.db.name]),
                        what="a chunk that waits")
            stack.command(own.settings, "partner", "key", "revoke", partner.id, key["id"])
            cursor.execute("SELECT pg_advisory_unlock_all()")
    (answer,) = came
    if query:
        *made, end = lines(answer.body)
        assert answer.status == 200 and end["status"] == 401 and end["problem"]["type"].endswith("/unauthorized"), end
        assert {i["status"] for i in made} == {201} and 0 < len(made) == partner.whole() < 2500
    else:
        assert answer.status == 401 and 'error="invalid_token"' in answer.headers["www-authenticate"] and partner.whole() == 0


# -- at once --

def test_two_that_overlap_make_each_once(own):
    partner = Partner(own.db)
    bodies = [body_of(draft(n) for n in range(3000)), body_of(draft(n) for n in reversed(range(1500, 4500)))]
    singles = [json.dumps(draft(n)).encode() for n in range(0, 4500, 100)]

    def many(body):
        return lambda: call(own.socket, "POST", ROUTE + "?mode=partial", partner.headers, body, timeout=600)

    def one(body):
        headers = {**partner.headers, "Content-Type": "application/json"}
        return lambda: call(own.socket, "POST", "/api/provisioning/tenants", headers, body, timeout=600)

    answers = at_once([*map(many, bodies), *map(one, singles)])
    items = [i for a in answers[:2] for i in lines(a.body)]
    assert {a.status for a in answers[:2]} == {200} and {i["status"] for i in items} == {201, 409}
    made = [i["tenant"]["tenant"] for i in items if i["status"] == 201]
    made += [a.json()["tenant"] for a in answers[2:] if a.status == 201]
    assert {a.status for a in answers[2:]} <= {201, 409}
    assert len(made) == len(set(made)) == partner.whole() == 4500
    assert {i["existing_tenant"] for i in items if i["status"] == 409} <= set(made)


def test_of_two_whole_ones_that_overlap_one_is_done(own):
    partner = Partner(own.db)
    bodies = [body_of(draft(n) for n in range(2000)), body_of(draft(n) for n in reversed(range(1000, 3000)))]
    answers = at_once([lambda b=b: call(own.socket, "POST", ROUTE, partner.headers, b, timeout=600) for b in bodies])
    assert sorted(a.status for a in answers) == [201, 409]
    assert partner.whole() == 2000


@pytest.mark.parametrize("query", ["", "?mode=partial"])
def test_the_same_at_once_is_done_once(own, query):
    partner, body = Partner(own.db), body_of(draft(n) for n in range(2500))
    headers = {**partner.headers, "Idempotency-Key": "key"}

    def same():
        return call(own.socket, "POST", ROUTE + query, headers, body, timeout=600)

    answers = at_once([same] * 4)
    done = {a.body for a in answers if a.status in (200, 201)}
    assert len(done) == 1 and partner.whole() == 2500
    assert {a.status for a in answers} <= {200, 201, 409}
    assert all(a.json()["type"].endswith("/idempotency-key-in-flight") for a in answers if a.status == 409)
    assert same().body == done.pop()
