"""GET /api/tenants/{tenant}/export: every row that is held of a tenant, of no other, and no secret."""
import hashlib
import json
import re
import uuid

import pytest
import tokens

# Columns of exported tables whose names sound as if there were a secret in them, and there is none.
HARMLESS = {"sealed_at", "prefix", "keyId"}
SOUNDS_SECRET = re.compile(r"digest|secret|password|hash|sealed|token|^previous$|^mac$|^key$")


class Firm:
    def __init__(self, app):
        self.app, self.db = app, app.db
        self.owner = f"export-{uuid.uuid4().hex[:12]}"
        self.person = tokens.bearer(app.db, self.owner)
        self.tenant = app.call("POST", "/api/tenant/getOrCreate", self.person).json()["tenantId"]
        self.home = f"/api/tenants/{self.tenant}"

    def post(self, path, body, status=201):
        answer = self.app.call("POST", self.home + path, self.person, body)
        assert answer.status == status, answer
        return answer.json()

    def lines(self, query="", headers=None):
        answer = self.app.call("GET", f"{self.home}/export{query}", headers or self.person)
        assert answer.status == 200 and answer.headers["content-type"] == "application/x-ndjson", (answer, self.app.log_text()[-3000:])
        return [json.loads(line) for line in answer.body.splitlines()]

    def rows(self, query=""):
        lines = self.lines(query)
        assert lines[0]["type"] == "export" and lines[0]["data"]["tenantId"] == self.tenant
        assert lines[-1] == {"type": "end", "data": {"lines": len(lines) - 2}}
        out = {}
        for line in lines[1:-1]:
            out.setdefault(line["type"], []).append(line["data"])
        assert list(out) == [t for t in lines[0]["data"]["types"] if t in out], "in the order that was told"
        return out

    def fill(self):
        """Something of much that there is; the secrets of it."""
        secrets = [self.post("/api-keys", {"name": "K", "scopes": ["read"]})["secret"],
                   self.post("/oauth-clients", {"name": "C", "scopes": ["read"]})["secret"],
                   self.post("/webhooks", {"url": "https://hooks.example.com/"})["secret"]]
        self.post("/alert-rules", {"name": "R", "condition": "repeated_failures"})
        self.post("/invitations", {"email": f"{uuid.uuid4().hex[:8]}@example.com", "role": "member"})
        assert self.app.call("PUT", self.home + "/email-templates/welcome", self.person,
                             {"subject": "a", "text": "b", "html": "<p>c</p>"}).status == 200
        assert self.app.call("PATCH", self.home + "/security-policy", self.person, {"session": {"sessionTimeout": 600}}).status == 200
        self.db.sql("""INSERT INTO tenantd.tenant_secrets (tenant_id, name, sealed, hint) VALUES (%s, 'pinecone_api_key', 'sealed-and-hidden', 'wxyz');
            INSERT INTO tenantd.tenant_configs (tenant_id, version, config) VALUES (%s, 1, '{"huge": 1e99999}');
            INSERT INTO tenantd.notifications (tenant_id, seq, kind, severity, title, body) VALUES (%s, 1, 'k', 'info', 't', '{}');
            INSERT INTO tenantd.deliveries (tenant_id, webhook_id, seq, event_id, kind, job_id, attempt, started_at, url, outcome, request_headers)
                VALUES (%s, gen_random_uuid(), 1, 1, 'k', 1, 1, now(), 'https://x/', 'ok', '{"signature": "signed-and-hidden"}');
            INSERT INTO tenantd.resources (id, tenant_id, operation_id, step, kind, name) VALUES (gen_random_uuid(), %s, 'o', 's', 'database', %s)""",
                    [self.tenant] * 5 + [f"db_{uuid.uuid4().hex}"])
        return [*secrets, *(hashlib.sha256(s.encode()).hexdigest() for s in secrets), "sealed-and-hidden", "signed-and-hidden"]


@pytest.fixture
def firm(app):
    return Firm(app)


def test_every_table_is_told_of_and_has_its_reason_if_it_is_not_exported(db):
    there = {r for r, in db.sql("SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                                " WHERE n.nspname IN ('public', 'tenantd') AND c.relkind IN ('r', 'p')")}
    told = dict(db.sql("SELECT relation, coalesce(type, '') FROM tenantd.exports WHERE to_regclass(relation) IS NOT NULL"))
    assert set(told) == there, "a new table: say in tenantd.exports as what it is exported, or why it is not"
    of_tenants = {r for r, in db.sql("SELECT n.nspname || '.' || c.relname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
                                     " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE a.attname = 'tenant_id' AND c.relkind = 'r'")}
    assert {r for r, t in told.items() if t} - of_tenants == {"public.tenants", "public.custom_auth_tenant"}


def test_what_is_left_out_and_ordered_by_is_there_and_no_column_sounds_like_a_secret(db):
    for relation, key, left_out, columns in db.sql("""
            SELECT e.relation, e.key, e.left_out, array_agg(a.attname::text) FROM tenantd.exports e
              JOIN pg_attribute a ON a.attrelid = to_regclass(e.relation) AND a.attnum > 0 AND NOT a.attisdropped
             WHERE e.type IS NOT NULL GROUP BY e.relation, e.key, e.left_out"""):
        assert {*key, *left_out} <= set(columns), relation
        loud = {c for c in set(columns) - set(left_out) if SOUNDS_SECRET.search(c)} - HARMLESS
        assert loud - {"has_secrets", "config"} == set(), (relation, loud)


def test_the_order_of_each_is_one_in_which_no_two_rows_are_alike(db):
    for relation, key in db.sql("SELECT relation, key FROM tenantd.exports WHERE type IS NOT NULL AND to_regclass(relation) IS NOT NULL"):
        unique = [set(c) for c, in db.sql("""SELECT array_agg(a.attname::text) FROM pg_index i
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
            WHERE i.indrelid = %s::regclass AND i.indisunique AND i.indpred IS NULL GROUP BY i.indexrelid""", [relation])]
        assert any(u <= {*key, "tenant_id"} for u in unique), (relation, key, unique)


def test_all_of_a_tenant_is_there_and_nothing_of_another(app, firm):
    other = Firm(app)
    others, secrets = other.fill(), firm.fill()
    rows = firm.rows()
    wanted = {"tenant", "registration", "name", "membership", "invitation", "securityPolicy", "emailTemplate", "configuration", "secret",
              "apiKey", "oauthClient", "webhook", "delivery", "alertRule", "notification", "resource", "event", "auditRecord"}
    assert wanted <= set(rows)
    text = firm.app.call("GET", firm.home + "/export", firm.person).body.decode()
    assert other.tenant not in text and other.owner not in text
    assert not any(s in text for s in secrets + others)
    for type_, of in rows.items():
        for row in of:
            assert row.get("tenantId", firm.tenant) == firm.tenant, (type_, row)
    assert rows["tenant"][0]["id"] == firm.tenant and re.fullmatch(r"20..-..-..T..:..:..\.\d{3}Z", rows["tenant"][0]["createdAt"])
    assert rows["membership"][0]["userId"] == firm.owner and rows["secret"][0] == {**rows["secret"][0], "name": "pinecone_api_key", "hint": "wxyz"}
    counts = {t: firm.db.value(f"SELECT count(*) FROM tenantd.{table} WHERE tenant_id = %s", [firm.tenant])
              for t, table in (("event", "events"), ("webhook", "webhooks"), ("apiKey", "api_keys"))}
    assert {t: len(rows[t]) for t in counts} == counts
    assert '"huge":1e99999' in text.replace(" ", ""), "a number is as it was written"


def test_by_its_members_people_are_told_of_without_their_secrets(app, firm):
    id, address = str(uuid.uuid4()), f"{uuid.uuid4().hex}@example.com"
    firm.db.sql("INSERT INTO public.users (id, email, name, password_hash) VALUES (%s, %s, 'Ann', 'hash-and-hidden');"
                "INSERT INTO public.tenant_users (tenant_id, user_id, role) VALUES (%s, %s, 'member')", [id, address, firm.tenant, id])
    users = firm.rows("?type=user")["user"]
    assert [set(u) for u in users] == [{"id", "email", "name", "isActive", "createdAt", "updatedAt"}] and users[0]["email"] == address


def test_it_goes_on_over_pages(firm):
    firm.db.sql("INSERT INTO tenantd.notifications (tenant_id, seq, kind, severity, title, body)"
                " SELECT %s, g, 'k', 'info', 't' || g, '{}' FROM generate_series(1, 1234) g", [firm.tenant])
    rows = firm.rows("?type=notification")["notification"]
    assert len(rows) == len({r["id"] for r in rows}) == 1234 and [r["id"] for r in rows] == sorted(r["id"] for r in rows)
    firm.db.sql("INSERT INTO tenantd.alerts (tenant_id, rule_id, about) SELECT %s, 'r' || g / 7, 'a' || g FROM generate_series(1, 700) g", [firm.tenant])
    rows = firm.rows("?type=alert")["alert"]
    assert len({(r["ruleId"], r["about"]) for r in rows}) == len(rows) == 700, "by a key of two columns"
    assert set(firm.rows("?type=webhook")) == set()


def test_what_it_refuses(firm):
    answer = firm.app.call("GET", firm.home + "/export?type=tenantd.jobs", firm.person)
    assert answer.status == 400 and answer.json()["errors"][0]["pointer"] == "/type"
    head = firm.app.call("HEAD", firm.home + "/export", firm.person)
    assert head.status == 200 and head.body == b""


def test_who_took_it_is_written_down(firm):
    firm.rows()
    firm.rows("?type=webhook")
    assert firm.db.sql("SELECT severity, actor, details FROM tenantd.audit WHERE event = 'TENANT_EXPORTED' AND tenant_id = %s ORDER BY id",
                       [firm.tenant]) == [("high", firm.owner, {}), ("high", firm.owner, {"type": "webhook"})]


def test_an_answer_that_breaks_off_is_no_whole_one(firm):
    """It has begun by the time a table fails."""
    firm.db.sql("UPDATE tenantd.exports SET belongs = 't.tenant_id = $1 AND 1 / (SELECT 0) = 1' WHERE relation = 'tenantd.webhooks'")
    try:
        with pytest.raises(Exception):
            firm.lines()
    finally:
        firm.db.sql("UPDATE tenantd.exports SET belongs = 't.tenant_id = $1' WHERE relation = 'tenantd.webhooks'")
    assert "export-broken-off" in firm.app.log_text()
