"""The audit log through the program's doors: written by requests, sealed by the job workers, read by
superusers, tenants and commands, and verified after kills."""

import json
import re
import time
import urllib.parse

import pytest
import stack
import tokens

TENANTS = 12


@pytest.fixture(scope="module")
def db(cluster):
    with cluster.database() as d:
        yield d


@pytest.fixture(scope="module")
def app(db):
    with stack.Tenantd(db, workers=3, JOB_WORKERS=2, JOB_POLL=50) as a:
        a.tenants = [a.call("POST", "/api/tenant/getOrCreate", tokens.bearer(db, f"u{i}")).json()["tenantId"]
                     for i in range(TENANTS)]
        a.root = tokens.bearer(db, stack.create_user(db, "root@example.com", "--superuser"))
        stack.until(lambda: sealed(db) == TENANTS + 1, what="the seals")
        yield a


def sealed(db):
    return sum(r["seq"] is not None for r in json.loads(stack.command(db.settings, "audit", "list", "--limit", "10000",
                                                                      "--json")))


def verify(db):
    return json.loads(stack.command(db.settings, "audit", "verify", "--json"))


def pages(app, who, path, stray=(), **query):
    """The items of every page, by their Link; each page's answer is checked."""
    target, items = path + "?" + urllib.parse.urlencode(query), []
    while target:
        answer = app.call("GET", target, who, stray=stray)
        assert answer.status == 200, answer.body
        body = answer.json()
        items.append(body["items"])
        link = answer.headers.get("link")
        assert (link is None) == (body["next_cursor"] is None)
        target = link and re.fullmatch('<(.*)>; rel="next"', link)[1]
    return items


def rows_of(list_of_pages):
    return [row for page in list_of_pages for row in page]


def lines(app, who, path, accept=None, **query):
    """The same of NDJSON."""
    target, parts = path + "?" + urllib.parse.urlencode(query), []
    while target:
        answer = app.call("GET", target, {**who, **({"Accept": accept} if accept else {})})
        assert answer.status == 200 and answer.headers["content-type"] == "application/x-ndjson", answer.body
        parts.append([json.loads(line) for line in answer.body.decode().splitlines()])
        link = answer.headers.get("link")
        target = link and re.fullmatch('<(.*)>; rel="next"', link)[1]
    return parts


def test_what_requests_wrote_is_sealed_by_itself_and_holds(app, db):
    report = verify(db)
    assert (report["rows"], report["unsealed"], report["faults"]) == (TENANTS + 1, 0, [])
    stack.until(lambda: "event=audit-head" in app.log_text() or "event=\"audit-head\"" in app.log_text(), what="a head in the log")


def test_superusers_see_all_of_it_newest_first(app):
    found = pages(app, app.root, "/admin/audit-log/", limit=5)
    assert [len(page) for page in found] == [5, 5, 3]
    rows = rows_of(found)
    assert [r["id"] for r in rows] == sorted((r["id"] for r in rows), reverse=True)
    assert rows[0]["event"] == "USER_CREATED" and rows[0]["actor"] == "tenantd user create"
    created = rows[-1]
    assert set(created) == {"id", "seq", "event", "severity", "actor", "tenant_id", "request_id", "address", "details",
                            "created_at", "entry", "seal"}
    assert (created["event"], created["severity"], created["actor"], created["tenant_id"]) == (
        "TENANT_CREATED", "high", "u0", app.tenants[0])
    assert created["details"]["createdBy"] == "u0" and "configuration" in created["details"]


def test_filters_narrow_it(app):
    rows = rows_of(pages(app, app.root, "/admin/audit-log"))
    third = rows[3]

    def found(**query):
        return rows_of(pages(app, app.root, "/admin/audit-log", limit=7, **query))
    assert found(event="USER_CREATED") == rows[:1]
    assert found(severity="low") == [] and found(severity="high") == rows
    assert found(actor=third["actor"]) == [third]
    assert found(tenant_id=third["tenant_id"]) == [third]
    assert found(request_id=third["request_id"]) == [third]
    assert found(**{"from": third["created_at"]}) == [r for r in rows if r["created_at"] >= third["created_at"]]
    assert found(to=third["created_at"]) == [r for r in rows if r["created_at"] < third["created_at"]]
    assert found(**{"from": "2999-01-01"}) == [] and found(to="2999-01-01T00:00:00+01:00") == rows
    assert found(event="USER_CREATED", severity="low") == []


@pytest.mark.parametrize("query", ["severity=loud", "from=yesterday", "to=2025-02-30", "limit=0", "limit=201", "cursor=x",
                                   "cursor=%21", "format=ndjson&cursor=MQ", "format=ndjson&cursor=MS4", "limit=a"])
def test_what_is_no_filter_is_refused(app, query):
    answer = app.call("GET", "/admin/audit-log?" + query, app.root)
    assert answer.status == 400 and answer.headers["content-type"] == "application/problem+json"


def test_an_export_is_whole_and_oldest_first(app, db):
    everything = rows_of(pages(app, app.root, "/admin/audit-log"))[::-1]
    for how in ({"format": "ndjson"}, {"accept": "application/json;q=0.5, application/x-ndjson"}):
        assert lines(app, app.root, "/admin/audit-log", **how) == [everything]
    parts = lines(app, app.root, "/admin/audit-log", format="ndjson", limit=4)
    assert [len(part) for part in parts] == [4, 4, 4, 1] and rows_of(parts) == everything
    printed = stack.command(db.settings, "audit", "export")
    assert [json.loads(line) for line in printed.splitlines()] == everything
    printed = stack.command(db.settings, "audit", "export", "--event", "USER_CREATED")
    assert [json.loads(line) for line in printed.splitlines()] == everything[-1:]


def test_an_export_in_pieces_is_of_one_moment(app, db):
    first = app.call("GET", "/admin/audit-log?format=ndjson&limit=5&event=TENANT_CREATED", app.root)
    late = app.call("POST", "/api/tenant/getOrCreate", tokens.bearer(db, "late")).json()["tenantId"]
    stack.until(lambda: verify(db)["unsealed"] == 0, what="the seal")
    rest = re.fullmatch('<(.*)>; rel="next"', first.headers["link"])[1].replace("limit=5", "limit=200")
    answer = app.call("GET", rest, app.root)
    assert len(answer.body.splitlines()) == TENANTS - 5 and late.encode() not in answer.body
    assert answer.headers.get("link") is None


def test_a_tenants_managers_see_their_own_alone(app, db):
    path = f"/api/tenants/{app.tenants[3]}/audit-log"
    (row,) = rows_of(pages(app, tokens.bearer(db, "u3"), path))
    assert (row["event"], row["actor"], row["tenantId"]) == ("TENANT_CREATED", "u3", app.tenants[3])
    assert "seal" not in row and "requestId" in row
    assert rows_of(pages(app, tokens.bearer(db, "u3"), path, requestId=row["requestId"])) == [row]
    assert rows_of(pages(app, tokens.bearer(db, "u3"), path, requestId="other")) == []
    assert rows_of(pages(app, tokens.bearer(db, "u3"), path, stray=("tenant_id",), tenant_id=app.tenants[4])) == [row]
    assert lines(app, tokens.bearer(db, "u3"), path, format="ndjson") == [[row]]
    assert rows_of(pages(app, app.root, path)) == [row]
    assert app.call("GET", path, tokens.bearer(db, "u4")).status == 404
    assert app.call("GET", "/admin/audit-log", tokens.bearer(db, "u3")).status == 403
    assert app.call("GET", "/admin/audit-log").status == 401


def test_a_longer_export_is_read_page_by_page(app, db):
    """More than one inner page, less than one answer's most."""
    with stack.psycopg2.connect(db.super_url) as c, c.cursor() as cursor:
        cursor.execute("INSERT INTO tenantd.audit (event, severity, details) SELECT 'FORGED', 'low',"
                       " json_build_object('n', n) FROM generate_series(1, 1234) n")
    stack.until(lambda: verify_any(db)["unsealed"] == 0, what="the seals")
    (part,) = lines(app, app.root, "/admin/audit-log", format="ndjson", event="FORGED")
    assert [r["details"]["n"] for r in part] == [*range(1, 1235)]
    report = verify_any(db)
    assert [f["verdict"] for f in report["faults"]] == ["inserted"]
    assert app.log_text().count("audit-forged-row") == 1234


def verify_any(db):
    return json.loads(stack.command(db.settings, "audit", "verify", "--json", status=None)[1])


# -- what a process that runs on notices --

@pytest.fixture
def watched(cluster):
    """One job worker, whose minutes take six seconds; what it waits for otherwise may take as long."""
    with cluster.database() as db:
        place = stack.Directory("tdc.")
        library = stack.clock_library(place.writable("lib"))
        try:
            with stack.Tenantd(db, workers=1, JOB_WORKERS=1, JOB_POLL=500, DB_CONNECT_TIMEOUT=60000, DB_QUERY_TIMEOUT=600000,
                               REQUEST_TIMEOUT=600000, DRAIN_TIMEOUT=600000,
                               env={"LD_PRELOAD": library, "CLOCK_TIMES": "10"}) as app:
                stack.create_user(db, "first@example.com")
                stack.until(lambda: verify_any(db)["unsealed"] == 0, what="the seal")
                yield app
        finally:
            place.remove()


def heads(app):
    return re.findall(r"event=\"?audit-head\"? seq=(\d+) seal=(\S+)", app.log_text())


def test_the_log_gets_each_head_within_a_minute(watched):
    stack.until(lambda: heads(watched), what="the first head")
    for i in range(2):
        stack.create_user(watched.db, f"more{i}@example.com")
    stack.until(lambda: heads(watched)[-1][0] == "3", what="the newest head")
    assert ":".join(heads(watched)[-1]) == verify(watched.db)["head"]
    assert len(heads(watched)) <= 3


def test_a_head_that_somebody_holds_is_told(watched):
    began = time.monotonic()
    with stack.psycopg2.connect(watched.db.super_url) as c, c.cursor() as cursor:
        cursor.execute("SELECT FROM tenantd.audit_head FOR UPDATE")
        stack.until(lambda: "audit-head-held" in watched.log_text(), what="the error")
        told = re.search(r"error .*audit-head-held.* seconds=(\d+)", watched.log_text())
        assert int(told[1]) >= 60
        c.rollback()
    stack.create_user(watched.db, "late@example.com")
    stack.until(lambda: verify_any(watched.db)["unsealed"] == 0, what="the seal")
    assert watched.log_text().count("audit-head-held") <= 1 + (time.monotonic() - began) / 6, "not at every look"


@pytest.mark.parametrize("anew", [False, True])
def test_an_older_head_put_back_is_noticed_by_who_knew_a_newer_one(watched, anew):
    """anew: and another row sealed under the number that was cut off."""
    db = watched.db
    with stack.psycopg2.connect(db.super_url) as c, c.cursor() as cursor:
        cursor.execute("SELECT seq, seal, sealed_at, mac FROM tenantd.audit_head")
        old = cursor.fetchone()
        c.commit()
        stack.create_user(db, "newer@example.com")
        stack.until(lambda: verify_any(db)["unsealed"] == 0, what="the seal")
        cursor.execute("ALTER TABLE tenantd.audit DISABLE TRIGGER ALL; DELETE FROM tenantd.audit WHERE seq = 2;"
                       "UPDATE tenantd.audit_head SET seq = %s, seal = %s, sealed_at = %s, mac = %s", old)
        c.commit()
    if anew:
        stack.create_user(db, "other@example.com")
        stack.command(db.settings, "audit", "seal")
        assert verify(db)["faults"] == []
    stack.until(lambda: re.search("error .*head went back", watched.log_text()), what="the error")
    stack.create_user(db, "late@example.com")
    time.sleep(2)
    assert verify(db)["unsealed"] == 1


def test_killed_sealers_and_writers_leave_a_log_that_holds(cluster):
    with cluster.database() as db:
        with stack.Tenantd(db, workers=3, JOB_WORKERS=2, JOB_POLL=50) as app:
            done = 0
            for i in range(60):
                try:
                    done += app.call("POST", "/api/tenant/getOrCreate", tokens.bearer(db, f"k{i}")).status == 200
                except (OSError, stack.Closed):
                    pass
                if i % 6 == 5:
                    for pid in app.workers()[:3] if i % 12 == 5 else stack.children(app.process.pid)[-1:]:
                        stack.kill(pid)
            stack.until(lambda: verify(db)["unsealed"] == 0, what="the seals")
            report = verify(db)
            assert report["faults"] == [] and report["rows"] >= done > 30
            assert db.value("SELECT count(*) FROM tenantd.audit WHERE event = 'TENANT_CREATED'") == db.value(
                "SELECT count(*) FROM public.tenants")
