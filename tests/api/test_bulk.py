"""Many tenants of a partner in one request, and the export of them all."""
import csv
import io
import itertools
import json
import re
from pathlib import Path

import pytest
import tokens

ROUTE = "/api/provisioning/tenants/bulk"
NDJSON = "application/x-ndjson"
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
PARTNERS = itertools.count(1)


class Partner:
    """One with nothing yet."""

    def __init__(self, app, db, quota=None):
        self.app, self.db, self.id = app, db, f"bulk-{next(PARTNERS)}"
        db.sql("INSERT INTO tenantd.partners (id, name, tenant_quota) VALUES (%s, %s, %s)", (self.id, self.id, quota))
        self.headers = {"Authorization": "Bearer " + tokens.partner(db.settings["JWT_SECRET_KEY"], self.id)}

    def send(self, body, query="", kind=NDJSON, **headers):
        if not isinstance(body, (bytes, str)):
            body = "".join(json.dumps(i) + "\n" for i in body) if kind == NDJSON else json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        return self.app.call("POST", ROUTE + query, {**self.headers, "Content-Type": kind, **headers}, body)

    def get(self, target):
        return self.app.call("GET", "/api/provisioning/tenants" + target, self.headers)

    def mails(self):
        return [m for m, in self.db.sql("SELECT contact_email FROM public.tenants WHERE partner_id = %s ORDER BY contact_email",
                                        (self.id,))]


@pytest.fixture
def partner(app, db):
    return Partner(app, db)


def draft(n, **more):
    return {"company_name": f"Company {n}", "email": f"c{n}@example.com", **more}


def lines(answer):
    assert answer.headers["content-type"] == NDJSON
    return [json.loads(line) for line in answer.body.splitlines()]


def errors(answer):
    return [(e["pointer"], e["keyword"]) for e in answer.json()["errors"]]


# -- all or nothing --

def test_an_array_is_answered_with_the_tenants_in_its_order(partner, db):
    answer = partner.send([draft(1, industry="Mining"), draft(2, external_id="x"), draft(3)], kind="application/json")
    assert answer.status == 201, answer
    assert answer.json()["created"] == 3
    assert [t["email"] for t in answer.json()["items"]] == ["c1@example.com", "c2@example.com", "c3@example.com"]
    for t in answer.json()["items"]:
        assert re.fullmatch(UUID, t["tenant"])
        assert t == partner.get("/" + t["tenant"]).json()


def test_lines_are_answered_with_lines(partner):
    answer = partner.send([draft(1), draft(2)])
    assert answer.status == 201
    assert [(i["line"], i["status"], i["tenant"]["email"]) for i in lines(answer)] == \
        [(1, 201, "c1@example.com"), (2, 201, "c2@example.com")]


def test_a_tenant_has_all_that_one_made_alone_has(partner, db):
    alone = partner.app.call("POST", "/api/provisioning/tenants", {**partner.headers, "Content-Type": "application/json"},
                             json.dumps(draft(1, company_name="N" * 300)).encode()).json()["tenant"]
    together = lines(partner.send([draft(2, company_name="N" * 300)]))[0]["tenant"]["tenant"]

    def known(tenant):
        hide = [tenant, tenant.replace("-", ""), tenant.replace("-", "_"), "c1@example.com", "c2@example.com"]
        rows = db.sql("""
            SELECT (SELECT to_jsonb(t) - '{created_at,updated_at}'::text[] FROM public.tenants t WHERE id = %(t)s),
                   (SELECT to_jsonb(c) - '{created_at,updated_at,rls_setup_date}'::text[]
                      FROM public.custom_auth_tenant c WHERE id::text = %(t)s),
                   (SELECT jsonb_agg(to_jsonb(n) - 'since' ORDER BY n.kind) FROM tenantd.names n WHERE tenant_id = %(t)s),
                   (SELECT jsonb_agg(to_jsonb(e) - '{id,seq,request_id,created_at}'::text[] #- '{payload,createdAt}'
                                     #- '{payload,updatedAt}') FROM tenantd.events e WHERE tenant_id = %(t)s),
                   (SELECT jsonb_agg(to_jsonb(a) - '{id,seq,seal,request_id,entry,mac,created_at}'::text[])
                      FROM tenantd.audit a WHERE tenant_id = %(t)s)""", {"t": tenant})
        text = json.dumps(rows, sort_keys=True)
        for word in hide:
            text = text.replace(word, "*")
        return json.loads(text)

    assert known(together) == known(alone)
    payload, = db.sql("SELECT e.payload, tenantd.tenant_state(t) FROM tenantd.events e JOIN public.tenants t ON t.id = e.tenant_id"
                      " WHERE t.id = %s", (together,))
    assert payload[0] == payload[1]


def test_nothing_is_done_when_one_is_not_valid(partner):
    answer = partner.send([draft(1), {"company_name": ""}, draft(3), draft(4, email="nobody")], kind="application/json")
    assert answer.status == 400
    assert sorted(errors(answer)) == [("/1/company_name", "minLength"), ("/1/email", "required"), ("/3/email", "format")]
    assert {e["message"] for e in answer.json()["errors"]} == {"Company name is required", "Invalid email address"}
    assert "2 of 4 items" in answer.json()["detail"]
    assert partner.mails() == []


def test_a_hundred_faults_are_told_and_how_many_there_are(partner):
    answer = partner.send([{}] * 250)
    assert answer.status == 400 and len(answer.json()["errors"]) == 100
    assert "250 of 250" in answer.json()["detail"] and "500 faults" in answer.json()["detail"]


def test_nothing_is_done_when_one_is_there_already(partner):
    there = lines(partner.send([draft(1), draft(2, external_id="x")]))
    answer = partner.send([draft(3), draft(4, email="C1@Example.com"), draft(5, external_id="x")])
    assert answer.status == 409
    assert [(e["pointer"], e["keyword"], e["existing_tenant"]) for e in answer.json()["errors"]] == \
        [("/1/email", "unique", there[0]["tenant"]["tenant"]), ("/2/external_id", "unique", there[1]["tenant"]["tenant"])]
    assert answer.json()["existing_tenant"] == there[0]["tenant"]["tenant"]
    assert len(partner.mails()) == 2


def test_another_partners_tenants_are_in_nobodys_way(partner, app, db):
    assert Partner(app, db).send([draft(1, external_id="x")]).status == 201
    assert partner.send([draft(1, external_id="x")]).status == 201


def test_an_item_that_comes_twice_is_a_fault(partner):
    answer = partner.send([draft(1), draft(2, external_id="x"), draft(3, email="C1@example.COM"), draft(4, external_id="x")])
    assert answer.status == 400
    assert errors(answer) == [("/2/email", "unique"), ("/3/external_id", "unique")]
    assert partner.mails() == []


def test_what_no_item_asks_for_is_dropped(partner):
    assert partner.send([draft(1, status="purged", tenant="x", unheard_of=[1, {"a": 2}])]).status == 201
    item = partner.get("?email=c1@example.com").json()["items"][0]
    assert item["status"] == "active" and "unheard_of" not in item


@pytest.mark.parametrize("query", ["", "?mode=partial"])
def test_nobody_is_provisioned_beyond_the_quota(app, db, query):
    partner = Partner(app, db, quota=3)
    assert partner.send([draft(0)]).status == 201
    answer = partner.send([draft(0), *(draft(i) for i in range(1, 5))], query)
    if query:
        assert [i["status"] for i in lines(answer)] == [409, 201, 201, 403, 403]
        assert lines(answer)[3]["problem"]["type"].endswith("/quota-exceeded")
        assert len(partner.mails()) == 3
    else:
        assert answer.status == 409 and len(partner.mails()) == 1
        answer = partner.send([draft(i) for i in range(1, 5)])
        assert answer.status == 403 and answer.json()["type"].endswith("/quota-exceeded"), answer
        assert len(partner.mails()) == 1
        assert partner.send([draft(1), draft(2)]).status == 201


# -- in parts --

def test_each_line_is_answered_in_its_place(partner):
    there = lines(partner.send([draft(1)]))[0]["tenant"]["tenant"]
    body = "\n".join(["\ufeff" + json.dumps(draft(2)), "", json.dumps(draft(1)) + "\r", "  ", json.dumps(draft(3)), "{", '"x"',
                      json.dumps({"email": "x"}), json.dumps(draft(3, email="C3@EXAMPLE.com")),
                      '{"company_name": "\\ud800", "email": "d@example.com"}', json.dumps(draft(4))])
    answer = partner.send(body, "?mode=partial")
    assert answer.status == 200
    got = lines(answer)
    assert [(i["line"], i["status"]) for i in got] == \
        [(1, 400), (3, 409), (5, 201), (6, 400), (7, 400), (8, 400), (9, 409), (10, 400), (11, 201)]
    assert got[1]["existing_tenant"] == got[1]["problem"]["existing_tenant"] == there
    assert got[6]["existing_tenant"] == got[2]["tenant"]["tenant"]
    begins = len("\n".join(body.split("\n")[:5]).encode()) + 1
    assert f"line 6, which begins at byte {begins} of the body" in got[3]["problem"]["detail"]
    assert {e["pointer"] for e in got[5]["problem"]["errors"]} == {"/company_name", "/email"}
    for item in got:
        problem = item.get("problem")
        if problem:
            assert problem["status"] == item["status"] and problem["instance"] == answer.headers["x-request-id"]
        else:
            assert partner.get("/" + item["tenant"]["tenant"]).json() == item["tenant"]
    assert partner.mails() == ["c1@example.com", "c3@example.com", "c4@example.com"]


def test_items_of_an_array_are_answered_with_lines_too(partner):
    answer = partner.send([draft(1), 7, draft(2)], "?mode=partial", "application/json")
    assert [(i["line"], i["status"]) for i in lines(answer)] == [(1, 201), (2, 400), (3, 201)]


def test_who_claimed_first_and_was_refused_is_in_nobodys_way(partner):
    partner.send([draft(0, external_id="taken")])
    answer = partner.send([draft(1, external_id="taken"), draft(1), draft(1, external_id="new"), draft(2, external_id="new"),
                           draft(2)], "?mode=partial")
    assert [i["status"] for i in lines(answer)] == [409, 201, 409, 201, 409]


def test_chunks_follow_each_other(partner):
    n = 2500
    answer = partner.send([draft(i if i != 2400 else 3) for i in range(n)], "?mode=partial")
    got = lines(answer)
    assert [i["line"] for i in got] == list(range(1, n + 1))
    assert [i["line"] for i in got if i["status"] != 201] == [2401]
    assert got[2400]["existing_tenant"] == got[3]["tenant"]["tenant"]
    assert len(partner.mails()) == n - 1


def test_an_item_may_be_as_large_as_alone(partner):
    large, larger = (draft(i, industry="x" * n) for i, n in enumerate([65000, 66000]))
    answer = partner.send([large, larger, draft(2)], "?mode=partial")
    assert [i["status"] for i in lines(answer)] == [201, 413, 201]


# -- tried without doing it --

@pytest.mark.parametrize("kind", [NDJSON, "application/json"])
def test_a_dry_run_does_nothing(partner, kind):
    answer = partner.send([draft(1), draft(2)], "?dry_run=true", kind)
    assert answer.status == 200 and partner.mails() == []
    if kind == NDJSON:
        assert lines(answer) == [{"line": 1, "status": 201, "dry_run": True}, {"line": 2, "status": 201, "dry_run": True}]
    else:
        assert answer.json() == {"items": [], "created": 0, "dry_run": True, "would_create": 2}


def test_a_dry_run_says_what_would_be(app, db):
    partner = Partner(app, db, quota=3)
    partner.send([draft(1)])
    answer = partner.send([draft(1), draft(2), draft(2), {}, draft(3), draft(4)], "?mode=partial&dry_run=true")
    assert [i["status"] for i in lines(answer)] == [409, 201, 409, 400, 201, 403]
    assert partner.mails() == ["c1@example.com"]
    assert partner.send([draft(2), draft(1)], "?dry_run=true").status == 409
    assert partner.send([draft(2), draft(3), draft(4)], "?dry_run=true").status == 403
    assert partner.send([draft(2), {}], "?dry_run=true").status == 400


# -- the same again --

@pytest.mark.parametrize("query, kind", [("", NDJSON), ("", "application/json"), ("?mode=partial", NDJSON)])
def test_the_same_key_gives_the_same_answer(partner, query, kind):
    body = [draft(i) for i in range(1200)] + ([{}] if query else [])
    first, again = (partner.send(body, query, kind, **{"Idempotency-Key": "k"}) for _ in range(2))
    assert first.status == (200 if query else 201) and len(partner.mails()) == 1200
    assert (again.status, again.body, again.headers["content-type"]) == (first.status, first.body, first.headers["content-type"])
    assert again.headers["idempotency-replayed"] == "true" and "idempotency-replayed" not in first.headers
    other = partner.send([draft(0)], query, kind, **{"Idempotency-Key": "k"})
    assert other.status == 409 and other.json()["type"].endswith("/idempotency-key-reused")


def test_a_key_of_what_failed_may_be_used_again(partner):
    body = [draft(1), draft(2)]
    taken = lines(partner.send([draft(1)]))[0]["tenant"]["tenant"]
    assert partner.send(body, **{"Idempotency-Key": "k"}).status == 409
    partner.app.call("DELETE", "/api/provisioning/tenants/" + taken, partner.headers)
    assert partner.send([draft(3)], **{"Idempotency-Key": "k"}).status == 201


def test_kept_answers_are_nobody_elses(partner, app, db):
    assert partner.send([draft(1)], **{"Idempotency-Key": "k"}).status == 201
    other = Partner(app, db)
    answer = other.send([draft(1)], **{"Idempotency-Key": "k"})
    assert answer.status == 201 and "idempotency-replayed" not in answer.headers


def test_kept_answers_go_when_their_time_is_over(partner, db):
    partner.send([draft(1)], **{"Idempotency-Key": "k"})
    db.sql("UPDATE tenantd.idempotency_answers SET expires_at = now() - interval '1 s'")
    assert partner.send([draft(2)], **{"Idempotency-Key": "k"}).status == 201
    db.sql("UPDATE tenantd.idempotency_answers SET expires_at = now() - interval '1 s'")
    kept = "SELECT count(*) FROM tenantd.idempotency_answers WHERE expires_at < now()"
    for i in range(3, 4 + db.value(kept)):
        partner.send([draft(i)], **{"Idempotency-Key": f"k{i}"})
    assert db.value(kept) == 0
    assert db.value("SELECT count(*) FROM tenantd.idempotency_parts p WHERE NOT EXISTS"
                    " (SELECT FROM tenantd.idempotency_answers a WHERE a.scope = p.scope)") == 0


# -- what is refused as a whole --

@pytest.mark.parametrize("body", ["", "  \r\n\n", "[]", "{}", "[{}", "[{},]", "[{}]x", '["', "7", "[,]"])
@pytest.mark.parametrize("query", ["", "?mode=partial"])
def test_no_array_or_no_item_is_refused(partner, body, query):
    kind = "application/json" if body.strip() else NDJSON
    answer = partner.send(body, query, kind)
    assert answer.status == 400, answer


@pytest.mark.parametrize("query", ["", "?mode=partial"])
def test_too_many_are_refused_before_anything_is_done(partner, query):
    answer = partner.send(([draft(1)] + [{}] * 10000), query)
    assert answer.status == 413 and "10000 items" in answer.json()["detail"]
    assert partner.mails() == []


@pytest.mark.parametrize("told", [True, False])
def test_a_body_that_is_too_large_is_refused(partner, told):
    body = b"\n" * (16 * 1024 * 1024 + 1)
    headers = {**partner.headers, "Content-Type": NDJSON}
    extra = {} if told else {"CONTENT_LENGTH": ""}
    assert partner.app.call("POST", ROUTE, headers, body, extra=extra).status == 413


@pytest.mark.parametrize("kind", ["text/csv", "application/x-www-form-urlencoded"])
def test_another_type_is_refused(partner, kind):
    assert partner.send([draft(1)], kind=kind).status == 415


@pytest.mark.parametrize("kind", ["application/ndjson; charset=utf-8", "application/jsonl"])
def test_other_names_of_ndjson_are_known(partner, kind):
    body = json.dumps(draft(1))
    assert lines(partner.send(body, kind=kind))[0]["status"] == 201


@pytest.mark.parametrize("query", ["?mode=both", "?dry_run=yes"])
def test_another_query_is_refused(partner, query):
    assert partner.send([draft(1)], query).status == 400 and partner.mails() == []


# -- all of them --

AWKWARD = [draft(1, company_name='Ann "A", Inc.', phone_number="+49 30 1", external_id="=1+1"),
           draft(2, company_name="two\r\nlines", industry="Ökonomie"), draft(3)]


def test_the_export_has_them_all(partner):
    partner.send(AWKWARD)
    answer = partner.get("/export")
    assert answer.status == 200 and "attachment" in answer.headers["content-disposition"]
    listed = partner.get("?limit=200").json()["items"]
    assert lines(answer) == listed


def test_csv_is_read_back_exactly(partner):
    partner.send(AWKWARD)
    answer = partner.get("/export?format=csv")
    assert answer.headers["content-type"].startswith("text/csv") and b"\r\n" in answer.body
    rows = list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))
    listed = partner.get("?limit=200").json()["items"]
    assert [{k: v for k, v in r.items() if v} for r in rows] == listed
    assert list(rows[0])[-1] == "extra"


def test_the_export_takes_the_lists_filters(partner):
    made = lines(partner.send([draft(i) for i in range(4)]))
    partner.app.call("DELETE", "/api/provisioning/tenants/" + made[0]["tenant"]["tenant"], partner.headers)
    assert [t["email"] for t in lines(partner.get("/export?status=active&sort=-created_at"))] != []
    assert len(lines(partner.get("/export?status=active"))) == 3
    assert len(lines(partner.get("/export?status=deactivated"))) == 1
    assert len(lines(partner.get("/export?q=c"))) == 4
    assert partner.get("/export?format=xml").status == partner.get("/export?sort=x").status == 400


def test_the_export_goes_on_past_a_page(partner):
    n = 1203
    partner.send([draft(i) for i in range(n)])
    assert len({t["tenant"] for t in lines(partner.get("/export"))}) == n
    for sort in "company_name", "-created_at":
        assert len({t["tenant"] for t in lines(partner.get("/export?sort=" + sort))}) == n


def test_of_nothing_the_export_is_empty(partner):
    assert partner.get("/export").body == b""
    assert partner.get("/export?format=csv").body.count(b"\r\n") == 1


# -- memory --

def most_kib(pid):
    return int(re.search(r"^VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.M).group(1))


@pytest.mark.plain("what valgrind and sanitizers take is not the program's")
@pytest.mark.parametrize("query", ["", "?mode=partial"])
def test_memory_is_bounded(partner, query):
    for pid in partner.app.workers():
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    before = max(most_kib(pid) for pid in partner.app.workers())
    answer = partner.send([draft(i, phone_number="+1234567890", industry="Technology") for i in range(10000)], query)
    assert answer.status in (200, 201) and len(partner.mails()) == 10000
    assert max(most_kib(pid) for pid in partner.app.workers()) - before < 64 * 1024
