"""Partners provision tenants through a web server: once, whatever breaks, and never anybody else's."""
import contextlib
import itertools
import json
import os
import random
import re
import select
import signal
import socket
import threading
import time
import urllib.parse
import uuid

import pytest
import stack
import tokens
from client import at_once, http_call
from contents import changes, contents

TENANTS = "/api/provisioning/tenants"
ROUTES = [r for r in json.loads(stack.command({}, "routes", "--json")) if r["level"] == "partner" and "{id}" in r["path"]]
# The least that a schema takes.
BODIES = {"provisioning_tenant": {"company_name": "Theirs", "email": "theirs@example.com"}, "merge_patch": {"industry": "Theirs"},
          "tenant_config": {"theirs": True}}
CLIENTS, WRITERS, ROUNDS, EACH = 500, 64, 5, 1000
PAUSE_MOST_S = 1


@pytest.fixture(scope="module")
def world(cluster):
    """(the program's database, a web server's URL)"""
    with cluster.database() as db, stack.Tenantd(db, workers=8, JOB_WORKERS=0, RATE_READ=0, RATE_WRITE=0) as app, \
            stack.WebServer("nginx", app.socket) as web:
        yield db, web.url


class Partner:
    def __init__(self, db, url):
        self.db, self.url, self.id = db, url, f"partner-{uuid.uuid4()}"
        db.sql("INSERT INTO tenantd.partners (id, name) VALUES (%s, 'Partner')", (self.id,))
        self.token = tokens.partner(db.settings["JWT_SECRET_KEY"], self.id)

    def call(self, method, path, body=None, **headers):
        return http_call(self.url, method, path, self.token, body, {k.replace("_", "-"): v for k, v in headers.items()})

    def provision(self, body, key):
        """As a client does that wants an answer: again with the same key while the first is at work, or nothing came."""
        for _ in itertools.count():
            with contextlib.suppress(OSError):
                answer = self.call("POST", TENANTS, body, Idempotency_Key=key)
                wait = answer.headers.get("retry-after")
                if not (answer.status >= 500 or answer.status == 409 and wait):
                    return answer
                assert answer.status != 409 or answer.json()["type"].endswith("idempotency-key-in-flight")
            time.sleep(random.uniform(0, PAUSE_MOST_S))

    def count(self):
        return self.db.value("SELECT count(*) FROM public.tenants WHERE partner_id = %s", (self.id,))

    def fill(self, n):
        """n tenants, as if they had been provisioned; their ids."""
        return [i for i, in self.db.sql(
            "WITH made AS (SELECT g, gen_random_uuid() AS i FROM generate_series(1, %(n)s) g), twins AS ("
            " INSERT INTO public.tenants (id, tenant, slug, partner_id, company_name, contact_email, extra)"
            " SELECT i::text, i, 'tenant-' || replace(i::text, '-', ''), %(id)s, 'Company ' || g, g || '@example.com', '{}' FROM made"
            " RETURNING id)"
            " INSERT INTO public.custom_auth_tenant (id, name, schema_name) SELECT i, 'Company ' || g, 's' FROM made, (SELECT count(*)"
            " FROM twins) AS first RETURNING id::text", {"n": n, "id": self.id})]


@pytest.fixture
def partner(world):
    return Partner(*world)


def test_the_example_is_answered_as_it_says(partner):
    request = """{
  "company_name": "Example Corp",
  "email": "admin@example.com",
  "phone_number": "+1234567890",
  "industry": "Technology"
}"""
    answer = partner.call("POST", TENANTS, request, Content_Type="application/json")
    assert answer.status == 201
    made = answer.json()
    assert {k: made[k] for k in ("company_name", "email", "phone_number", "industry")} == json.loads(request)
    assert str(uuid.UUID(made["tenant"])) == made["tenant"]
    for name in ("created_at", "updated_at"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", made[name])
    got = partner.call("GET", urllib.parse.urlsplit(answer.headers["location"]).path)
    assert got.status == 200 and got.json() == made and got.headers["etag"] == answer.headers["etag"]
    assert partner.call("POST", TENANTS, request, Content_Type="application/json").json()["existing_tenant"] == made["tenant"]


def test_500_at_once_with_one_key_make_one_tenant_and_have_one_answer(partner):
    body = {"company_name": "Example Corp", "email": "admin@example.com"}
    answers = at_once([lambda: partner.provision(body, "one")] * CLIENTS)
    assert {a.status for a in answers} == {201}
    assert len({a.body for a in answers}) == 1
    assert len({(a.headers["etag"], a.headers["location"]) for a in answers}) == 1
    assert sum("idempotency-replayed" not in a.headers for a in answers) == 1
    assert partner.count() == 1
    tenant = answers[0].json()["tenant"]
    for table in ("events", "audit"):
        assert partner.db.value(f"SELECT count(*) FROM tenantd.{table} WHERE tenant_id = %s", (tenant,)) == 1


def test_of_64_writers_that_saw_the_same_one_writes(partner):
    tag = None
    made = partner.call("POST", TENANTS, {"company_name": "Example Corp", "email": "admin@example.com"})
    path, tag = f'{TENANTS}/{made.json()["tenant"]}', made.headers["etag"]
    for round in range(ROUNDS):
        answers = at_once([lambda i=i: partner.call("PATCH", path, {"industry": f"{round}.{i}"}, If_Match=tag) for i in range(WRITERS)])
        assert sorted(a.status for a in answers) == [200] + [412] * (WRITERS - 1)
        (won,) = [a for a in answers if a.status == 200]
        now = partner.call("GET", path)
        assert now.json() == won.json() and now.headers["etag"] == won.headers["etag"] != tag
        tag = won.headers["etag"]
    assert partner.db.value("SELECT count(*) FROM tenantd.events WHERE tenant_id = %s AND kind = 'tenant.updated'",
                            (made.json()["tenant"],)) == ROUNDS


def test_of_64_writers_of_a_configuration_one_writes(partner):
    made = partner.call("POST", TENANTS, {"company_name": "Example Corp", "email": "admin@example.com"}).json()["tenant"]
    path = f"{TENANTS}/{made}/config"
    tag = partner.call("GET", path).headers["etag"]
    for round in range(ROUNDS):
        answers = at_once([lambda i=i: partner.call("PUT", path, {"n": [round, i]}, If_Match=tag) for i in range(WRITERS)])
        assert sorted(a.status for a in answers) == [200] + [412] * (WRITERS - 1)
        (won,) = [a for a in answers if a.status == 200]
        assert partner.call("GET", path).json() == won.json()
        tag = won.headers["etag"]
    assert [v["version"] for v in partner.call("GET", path + "/history").json()["items"]] == list(range(ROUNDS, 0, -1))


# -- whose --

def ask(partner, route, tenant):
    path = route["path"].replace("{id}", tenant).replace("{version}", "1")
    return partner.call(route["method"], path, BODIES[route["schema"]] if route["schema"] else None)


def listed(partner):
    found, cursor = [], ""
    while cursor is not None:
        page = partner.call("GET", f"{TENANTS}?limit=200{cursor and '&cursor='}{cursor}").json()
        found, cursor = found + [t["tenant"] for t in page["items"]], page["next_cursor"]
    return found


def test_another_partners_tenants_are_not_there_by_any_route(world):
    db, url = world
    ours, theirs = Partner(db, url), Partner(db, url)
    of = {p: p.fill(EACH) for p in (ours, theirs)}
    calls = [(p, route, tenant) for p, other in ((ours, theirs), (theirs, ours)) for tenant in of[other] for route in ROUTES]
    random.shuffle(calls)
    show = next(r for r in ROUTES if r["method"] == "GET")
    unknown = ask(ours, show, str(uuid.uuid4())).json()["detail"]
    before = contents(db)
    wrong = []

    def some(mine):
        for p, route, tenant in mine:
            answer = ask(p, route, tenant)
            if answer.status != 404 or answer.json()["detail"] != unknown:
                wrong.append((route["method"], route["path"], answer))

    at_once([lambda i=i: some(calls[i::8]) for i in range(8)])
    assert not wrong, wrong[:3]
    assert contents(db) == before, changes(before, contents(db))
    for p in (ours, theirs):
        assert sorted(listed(p)) == sorted(of[p])
        assert ask(p, show, of[p][0]).status == 200


# -- what was committed, and never answered --

def test_what_a_killed_worker_had_committed_is_replayed(cluster):
    with cluster.database() as db, contextlib.closing(between.Withholding(db.settings["DATABASE_URL"])) as between, \
            stack.Tenantd(db, workers=1, DATABASE_URL=between.url, JOB_WORKERS=0) as app, stack.WebServer("nginx", app.socket) as web:
        partner = Partner(db, web.url)
        body = {"company_name": "Example Corp", "email": "admin@example.com"}
        (victim,) = app.workers()
        assert partner.call("GET", TENANTS).status == 200
        between.withhold, answers = True, []

        def first():
            with contextlib.suppress(OSError):
                answers.append(partner.call("POST", TENANTS, body, Idempotency_Key="one").status)

        caller = threading.Thread(target=first)
        caller.start()
        assert between.withheld.wait(60 * stack.PATIENCE)
        os.kill(victim, signal.SIGKILL)
        caller.join()
        assert all(status >= 500 for status in answers), "nothing was answered"
        assert partner.count() == 1
        answer = partner.provision(body, "one")
        assert answer.status == 201 and answer.headers["idempotency-replayed"] == "true"
        assert answer.json() == partner.call("GET", f'{TENANTS}/{answer.json()["tenant"]}').json()
        assert partner.count() == 1
        assert partner.call("POST", TENANTS, body).status == 409
