"""Lists, cursors and settings of partners' tenants; single requests are in cases/provisioning*.case."""
import json
import urllib.parse
import uuid

import pytest
import stack
import tokens
from client import at_once

TENANTS = "/api/provisioning/tenants"


class Partner:
    """One of its own, and what it asks."""

    def __init__(self, db, app):
        self.db, self.app, self.id = db, app, f"partner-{uuid.uuid4()}"
        db.sql("INSERT INTO tenantd.partners (id, name) VALUES (%s, 'Partner')", (self.id,))
        self.token = tokens.partner(db.settings["JWT_SECRET_KEY"], self.id)

    def call(self, method, path, body=None, **headers):
        headers = {"Authorization": "Bearer " + self.token, **{k.replace("_", "-"): v for k, v in headers.items()}}
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
            body = json.dumps(body).encode()
        return self.app.call(method, path, headers, body)

    def provision(self, name, email=None, **more):
        answer = self.call("POST", TENANTS, {"company_name": name, "email": email or f"{uuid.uuid4().hex}@example.com", **more})
        assert answer.status == 201, answer
        return answer.json()

    def get(self, **query):
        answer = self.call("GET", f"{TENANTS}?{urllib.parse.urlencode(query)}")
        assert answer.status == 200, answer
        return answer.json()

    def all(self, **query):
        """Page by page, and how many pages."""
        items, pages, cursor = [], 0, {}
        while True:
            page = self.get(**query, **cursor)
            items, pages = items + page["items"], pages + 1
            if page["next_cursor"] is None:
                return items, pages
            cursor = {"cursor": page["next_cursor"]}

    def refused(self, **query):
        answer = self.call("GET", f"{TENANTS}?{urllib.parse.urlencode(query)}")
        assert answer.status == 400, answer
        (fault,) = answer.json()["errors"]
        return fault["pointer"], fault["message"]


@pytest.fixture
def partner(db, app):
    return Partner(db, app)


@pytest.fixture(scope="module")
def full(db, app):
    """With tenants of all kinds, made at a time each, the names of some equal."""
    p = Partner(db, app)
    for i in range(23):
        made = p.provision(f"{'aBc'[i % 3]}ompany {i % 5}", f"{'xyZ'[i % 3]}{i}@example.com", external_id=f"E{i}")
        db.sql("UPDATE public.tenants SET created_at = '2025-01-01T00:00:00Z'::timestamptz + %s * interval '1 hour 1 microsecond'"
               " WHERE id = %s", (i // 2, made["tenant"]))
        if i % 4 == 0:
            assert p.call("DELETE", f"{TENANTS}/{made['tenant']}").status == 204
    return p


KEYS = {"created_at": lambda t: (t["created_at"], t["tenant"]), "company_name": lambda t: (t["company_name"].lower(), t["tenant"])}


@pytest.mark.parametrize("status", [None, "active", "deactivated", "suspended"])
@pytest.mark.parametrize("sort", [None, "created_at", "-created_at", "company_name", "-company_name"])
@pytest.mark.parametrize("limit", [1, 4, 200])
def test_pages_are_the_whole_list_in_its_order(full, sort, status, limit):
    query = {k: v for k, v in (("sort", sort), ("status", status)) if v}
    items, pages = full.all(limit=limit, **query)
    wanted = {None: 23, "active": 17, "deactivated": 6, "suspended": 0}[status]
    assert len(items) == len({t["tenant"] for t in items}) == wanted
    assert pages == max(1, -(-wanted // limit))
    key = KEYS[(sort or "created_at").lstrip("-")]
    assert items == sorted(items, key=key, reverse=(sort or "").startswith("-"))
    assert all(t["status"] == (status or t["status"]) for t in items)


def test_an_item_is_what_a_get_of_it_answers(full):
    for item in full.get(limit=3, status="deactivated")["items"]:
        assert full.call("GET", f"{TENANTS}/{item['tenant']}").json() == item
        assert item["restorable_until"] and item["external_id"]


def test_a_page_is_what_the_link_leads_to(full):
    first = full.call("GET", f"{TENANTS}?limit=2&sort=-company_name&status=active")
    link = first.headers["link"]
    assert link.endswith('; rel="next"')
    second = full.call("GET", link[1:link.index(">")])
    assert [t["tenant"] for t in second.json()["items"]] == [
        t["tenant"] for t in full.get(limit=4, sort="-company_name", status="active")["items"][2:]]


@pytest.mark.parametrize("limit", [1, 3, 200])
@pytest.mark.parametrize("status", [None, "active", "deactivated"])
@pytest.mark.parametrize("q", ["a", "A", "BCOMP", "x", "Z1", "e1", "E1", "acompany 0", "nothing", "%", "_", "ä", "E"])
def test_q_finds_what_begins_with_it_by_name_then_address_then_external_id(full, q, status, limit):
    items, _ = full.all(q=q, limit=limit, **({"status": status} if status else {}))
    everything, _ = full.all()
    kinds = (lambda t: t["company_name"].lower().startswith(q.lower()), lambda t: t["email"].lower().startswith(q.lower()),
             lambda t: t["external_id"].startswith(q))
    keys = (lambda t: (t["company_name"].lower(), t["tenant"]), lambda t: t["email"].lower(), lambda t: t["external_id"])
    wanted, left = [], [t for t in everything if status in (None, t["status"])]
    for fits, key in zip(kinds, keys):
        wanted += sorted((t for t in left if fits(t)), key=key)
        left = [t for t in left if not fits(t)]
    assert items == wanted


def test_one_is_found_by_address_or_external_id(full, partner):
    (one,) = full.get(email="X0@EXAMPLE.com")["items"]
    assert one["external_id"] == "E0" and one["status"] == "deactivated"
    assert full.get(email="x0@example.com", status="active")["items"] == []
    assert full.get(email="x0@example.com", external_id="E1")["items"] == []
    assert full.get(email="x0@example.com", external_id="E0")["items"] == full.get(external_id="E0")["items"] == [one]
    assert full.get(external_id="e0")["items"] == full.get(email="nobody@example.com")["items"] == []
    assert partner.get(external_id="E0") == {"items": [], "next_cursor": None}


def test_bounds_of_time_are_from_and_before(full):
    first = full.get(limit=1)["items"][0]["created_at"]
    assert first == "2025-01-01T00:00:00.000Z"
    assert len(full.all(created_after=first)[0]) == 23
    assert len(full.all(created_before=first)[0]) == 0
    assert len(full.all(created_after="2025-01-01T02:00:00+01:00", created_before="2025-01-01T03:00:00Z")[0]) == 4
    assert len(full.all(created_after="2025-01-02")[0]) == 0
    assert len(full.all(created_before="2025-01-01T05:00:00Z", sort="-created_at", status="active", limit=2)[0]) == 7


@pytest.mark.parametrize("query, pointer, words", [
    ({"status": "gone"}, "/status", "must be provisioning, active, suspended, deactivated, purged or failed"),
    ({"sort": "industry"}, "/sort", "must be created_at, -created_at, company_name or -company_name"),
    ({"limit": "0"}, "/limit", "must be a number from 1 to 200"),
    ({"limit": "many"}, "/limit", "must be a number from 1 to 200"),
    ({"created_after": "yesterday"}, "/created_after", "must be a date or a time with a zone"),
    ({"created_before": "2025-01-01T00:00:00"}, "/created_before", "must be a date or a time with a zone"),
    ({"q": "a", "sort": "created_at"}, "/sort", "leave it out"),
    ({"q": "a", "created_after": "2025-01-01"}, "/created_after", "does not go with q"),
    ({"q": "a", "email": "a@example.com"}, "/q", "does not go with email"),
    ({"q": "a" * 101}, "/q", "100 characters"),
    ({"sort": "company_name", "created_before": "2025-01-01"}, "/created_before", "goes with sort=created_at"),
    ({"email": ""}, "/email", "must not be empty"),
    ({"external_id": ""}, "/external_id", "must not be empty"),
    ({"cursor": "%%%"}, "/cursor", "is no cursor of this list"),
    ({"cursor": "bm9uZQ"}, "/cursor", "is none that this list gave")])
def test_what_a_list_cannot_do_is_said_of_its_parameter(full, query, pointer, words):
    at, message = full.refused(**query)
    assert at == pointer and words in message


@pytest.mark.parametrize("query", [
    {"sort": "-created_at"}, {"sort": "company_name"}, {"status": "active"}, {"q": "a"}, {"created_after": "2025-01-01"},
    {"email": "x0@example.com"}])
def test_a_cursor_goes_with_its_filters_and_its_sort_alone(full, partner, query):
    cursor = full.get(limit=1)["next_cursor"]
    pointer, message = full.refused(cursor=cursor, **query)
    assert pointer == "/cursor" and "other filters or another sort" in message
    assert partner.refused(cursor=cursor)[0] == "/cursor", "another partner's list"
    assert full.get(cursor=cursor, limit=2, sort="created_at")["items"], "the page's size may change, and a default be said"


def test_a_cursor_is_good_whatever_becomes_of_what_it_was_made_from(partner):
    made = [partner.provision(f"C{i}")["tenant"] for i in range(5)]
    cursor = partner.get(limit=2)["next_cursor"]
    partner.db.sql("DELETE FROM tenantd.names WHERE tenant_id = %s; DELETE FROM public.custom_auth_tenant WHERE id = %s;"
                   "DELETE FROM public.tenants WHERE id = %s", [made[1]] * 3)
    assert [t["tenant"] for t in partner.get(cursor=cursor)["items"]] == made[2:]


def test_names_are_compared_by_their_first_letters_and_none_is_lost(partner):
    long = "n" * 150
    made = {partner.provision(long + str(i))["tenant"] for i in range(5)} | {partner.provision("\U0010ffff" * 101)["tenant"]}
    for sort in ("company_name", "-company_name"):
        items, pages = partner.all(sort=sort, limit=1)
        assert {t["tenant"] for t in items} == made and len(items) == pages == 6
    assert len(partner.all(q="N" * 100, limit=2)[0]) == 5
    assert len(partner.all(q="\U0010ffff")[0]) == 1


def test_more_than_is_looked_at_comes_in_short_pages(partner):
    """A thousand addresses that the names found already, before the one that they did not."""
    partner.db.sql("INSERT INTO public.tenants (id, tenant, slug, partner_id, company_name, contact_email, extra)"
                   " SELECT i::text, i, 'tenant-' || replace(i::text, '-', ''), %s, CASE g WHEN 1200 THEN 'other' ELSE 'mine' END,"
                   " 'm' || to_char(g, 'FM0000') || '@example.com', '{}'"
                   " FROM (SELECT g, gen_random_uuid() AS i FROM generate_series(1, 1200) g) AS made", (partner.id,))
    items, pages = partner.all(q="m", limit=200)
    assert len(items) == len({t["tenant"] for t in items}) == 1200 and items[-1]["company_name"] == "other"
    assert pages <= 8
    assert partner.all(q="m", status="suspended", limit=200) == ([], 2)


# -- one company once, at once --

@pytest.mark.parametrize("member", ["email", "external_id"])
def test_of_equal_ones_at_once_one_is_made(partner, member):
    body = {"company_name": "Same", "email": "same@example.com", "external_id": "same"}
    answers = at_once([lambda i=i: partner.call("POST", TENANTS, {**body, **({"email": f"{i}@example.com"} if member != "email"
                                                                            else {"external_id": str(i)})}) for i in range(8)])
    assert sorted(a.status for a in answers) == [201] + [409] * 7
    (made,) = [a.json()["tenant"] for a in answers if a.status == 201]
    assert {a.json()["existing_tenant"] for a in answers if a.status == 409} == {made}
    assert partner.db.value("SELECT count(*) FROM public.tenants WHERE partner_id = %s", (partner.id,)) == 1
    assert partner.db.value("SELECT count(*) FROM public.custom_auth_tenant WHERE name = 'Same' AND id IN"
                            " (SELECT tenant FROM public.tenants WHERE partner_id = %s)", (partner.id,)) == 1


def test_of_two_that_take_the_same_address_at_once_one_does(partner):
    made = [partner.provision(f"C{i}") for i in range(6)]
    answers = at_once([lambda t=t: partner.call("PATCH", f"{TENANTS}/{t['tenant']}", {"email": "wanted@example.com"}) for t in made])
    assert sorted(a.status for a in answers) == [200] + [409] * 5
    (winner,) = [a.json()["tenant"] for a in answers if a.status == 200]
    assert {a.json()["existing_tenant"] for a in answers if a.status == 409} == {winner}


# -- what was answered is sent back --

def test_a_get_sent_back_changes_nothing(partner):
    """With and without what is optional, and in another order."""
    for more in ({}, {"phone_number": "+1 (2)", "industry": "Ünïcode \\ \"quoted\"", "external_id": "x"}):
        made = partner.provision("Example / Corp é", **more)
        before = partner.db.sql("SELECT t::text FROM public.tenants t WHERE id = %s", (made["tenant"],))
        events = partner.db.value("SELECT count(*) FROM tenantd.events")
        got = partner.call("GET", f"{TENANTS}/{made['tenant']}")
        put = partner.call("PUT", f"{TENANTS}/{made['tenant']}", dict(reversed(got.json().items())), If_Match=got.headers["etag"])
        assert put.status == 200 and put.json() == got.json() and put.headers["etag"] == got.headers["etag"]
        assert partner.db.sql("SELECT t::text FROM public.tenants t WHERE id = %s", (made["tenant"],)) == before
        assert partner.db.value("SELECT count(*) FROM tenantd.events") == events


# -- settings --

def test_where_it_is_off_there_is_nothing(db, partner):
    with stack.Tenantd(db, workers=1, JOB_WORKERS=0, PROVISIONING_API="off") as app:
        for method, path in (("GET", TENANTS), ("POST", TENANTS), ("GET", f"{TENANTS}/{uuid.uuid4()}"),
                             ("PUT", f"{TENANTS}/{uuid.uuid4()}/config")):
            answer = app.call(method, path, {"Authorization": "Bearer " + partner.token, "Content-Type": "application/json"},
                              b"{}" if method != "GET" else None)
            assert answer.status == 404 and "PROVISIONING_API is off" in answer.json()["detail"], answer


def test_the_grace_is_that_of_the_settings(db, partner):
    made = partner.provision("Example")
    with stack.Tenantd(db, workers=1, JOB_WORKERS=0, DELETION_GRACE_DAYS=0) as app:
        partner.app = app
        assert partner.call("DELETE", f"{TENANTS}/{made['tenant']}").status == 204
        assert partner.call("POST", f"{TENANTS}/{made['tenant']}/restore").status == 410
