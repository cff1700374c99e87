"""GET /api/tenants/{tenant}/health, and that a change of it is told. That a server is looked at is in the tests of what is there."""
import uuid

import pytest
import stack
import tokens


class Firm:
    def __init__(self, app):
        self.app, self.db = app, app.db
        self.owner = f"health-{uuid.uuid4().hex[:12]}"
        self.person = tokens.bearer(app.db, self.owner)
        self.tenant = app.call("POST", "/api/tenant/getOrCreate", self.person).json()["tenantId"]

    def health(self, query="", status=200):
        answer = self.app.call("GET", f"/api/tenants/{self.tenant}/health{query}", self.person)
        assert answer.status == status, (answer, self.app.log_text()[-2000:])
        return answer.json()

    def components(self):
        return {c["name"]: (c["health"], c["reason"]) for c in self.health()["components"]}

    def resource(self, kind="unheard_of", **columns):
        columns = {"id": str(uuid.uuid4()), "tenant_id": self.tenant, "operation_id": "o", "step": "s", "kind": kind,
                   "name": f"n_{uuid.uuid4().hex}", "state": "made", **columns}
        self.db.sql(f"INSERT INTO tenantd.resources ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})", list(columns.values()))
        return columns["id"]

    def find(self, id, health, reason=None):
        self.db.sql("UPDATE tenantd.resources SET health = %s, health_reason = %s, checked_at = now() WHERE id = %s", [health, reason, id])

    def told(self):
        return [p for p, in self.db.sql("SELECT payload FROM tenantd.events WHERE tenant_id = %s AND kind = 'resource.health_changed' ORDER BY id",
                                        [self.tenant])]


@pytest.fixture
def firm(app):
    return Firm(app)


def test_all_is_well_with_a_new_tenant(firm):
    said = firm.health()
    assert said["tenantId"] == firm.tenant and said["health"] == "ok" and said["resources"] == []
    assert {(c["health"], c["reason"]) for c in said["components"]} == {("ok", None)}


def test_the_worst_is_that_of_all(firm):
    first = firm.resource(name="one_of_ours")
    assert firm.health()["health"] == "unknown", "it was not looked at yet"
    firm.find(first, "ok")
    second = firm.resource()
    firm.find(second, "degraded", "it is slow")
    said = firm.health()
    assert said["health"] == "degraded" and [r["id"] for r in said["resources"]] == [first, second]
    assert {k: said["resources"][0][k] for k in ("kind", "name", "made", "health", "reason")} == {
        "kind": "unheard_of", "name": "one_of_ours", "made": True, "health": "ok", "reason": None}
    assert said["resources"][1]["reason"] == "it is slow" and said["resources"][1]["checkedAt"]
    firm.find(first, "down", "connection refused")
    assert firm.health()["health"] == "down"
    firm.db.sql("UPDATE tenantd.resources SET state = 'removed' WHERE tenant_id = %s", [firm.tenant])
    assert firm.health()["health"] == "ok" and firm.health()["resources"] == []


def test_a_change_is_told_once_and_the_first_good_news_is_none(firm):
    id = firm.resource(kind="database", name="app_x", state="intended")
    firm.find(id, "ok")
    assert firm.told() == []
    for health, reason in (("down", "no answer"), ("down", "still none"), ("ok", None)):
        firm.find(id, health, reason)
    assert [(t["was"], t["health"], t["reason"]) for t in firm.told()] == [("ok", "down", "no answer"), ("down", "ok", None)]
    assert [t["summary"] for t in firm.told()] == ['database "app_x" is down: no answer', 'database "app_x" is ok']
    assert firm.told()[0]["resourceId"] == id
    firm.db.sql("UPDATE tenantd.resources SET state = 'removed', health = 'down' WHERE id = %s", [id])
    assert len(firm.told()) == 2, "what was removed is nobody's trouble"


def test_its_managers_are_notified(firm):
    id = firm.resource(kind="redis_user", name="u")
    firm.find(id, "down", "no answer")
    stack.command(firm.app.settings, "jobs", "run")
    notes = firm.app.call("GET", f"/api/tenants/{firm.tenant}/notifications", firm.person).json()["items"]
    assert [(n["severity"], n["title"]) for n in notes if n["kind"] == "resource.health_changed"] == [
        ("warning", 'The health of a resource changed: redis user "u" is down: no answer')]


def test_a_webhook_that_was_turned_off_and_a_job_that_was_given_up(firm):
    db, args = firm.db, [firm.tenant]
    hook = firm.app.call("POST", f"/api/tenants/{firm.tenant}/webhooks", firm.person, {"url": "https://x.example/", "enabled": False}).json()
    assert not hook["enabled"] and firm.health()["health"] == "ok", "somebody wanted it so"
    db.sql("UPDATE tenantd.webhooks SET disabled_reason = 'failures', disabled_at = now() WHERE tenant_id = %s", args)
    db.sql("INSERT INTO tenantd.jobs (tenant_id, kind, state) VALUES (%s, 'mail.send', 'dead')", args)
    said = firm.components()
    assert said["webhooks"][0] == said["jobs"][0] == "degraded" and said["jobs"][1].startswith("1 job") and firm.health()["health"] == "degraded"


def test_a_policy_that_asks_for_what_the_tenant_has_not(firm):
    firm.db.sql("INSERT INTO tenantd.security_policies (tenant_id, policy) VALUES (%s, '{\"session\": {\"requireMFA\": true}}');"
                "UPDATE public.tenants SET features = '{\"auth\": [\"password\"]}' WHERE id = %s", [firm.tenant, firm.tenant])
    health, reason = firm.components()["securityPolicy"]
    assert health == "degraded" and reason


def test_the_platform_sees_a_suspended_tenant_as_down(firm):
    firm.db.sql("UPDATE public.tenants SET status = 'suspended', status_reason = 'unpaid' WHERE id = %s", [firm.tenant])
    key = firm.db.settings["JWT_SECRET_KEY"]
    firm.person = {"Authorization": "Bearer " + tokens.token(key, "platform", scope="admin")}
    assert firm.components()["tenant"] == ("down", "is suspended: unpaid") and firm.health()["health"] == "down"


def test_asked_to_look_it_looks_and_leaves_what_it_does_not_know(firm):
    id = firm.resource()
    assert firm.health("?refresh=true")["resources"][0] == {**firm.health()["resources"][0], "id": id, "health": "unknown"}
    assert firm.health("?refresh=false")["health"] == "unknown"
    firm.health("?refresh=perhaps", 400)
