"""Webhooks of partners, from the change of a tenant to a receiver that verifies what it gets."""
import uuid

import pytest
import stack
import tokens
from hooks import SETTINGS, Owner, verifier
from receiver import Receiver


@pytest.fixture(scope="module")
def db(cluster):
    with cluster.database() as d:
        yield d


@pytest.fixture(scope="module")
def app(db):
    with stack.Tenantd(db, workers=2, **SETTINGS) as a:
        yield a


@pytest.fixture(scope="module")
def verify(node_modules):
    return verifier(node_modules)


class Partner(Owner):
    """Somebody who provisions tenants."""

    def __init__(self, app):
        self.app, self.db = app, app.db
        self.user, self.tenant, self.base = f"partner-{uuid.uuid4().hex[:12]}", None, "/api/provisioning/webhooks"
        self.db.sql("INSERT INTO tenantd.partners (id, name) VALUES (%s, 'Partner')", [self.user])

    def ask(self, method, path, body=None, **headers):
        token = tokens.partner(self.db.settings["JWT_SECRET_KEY"], self.user)
        return self.app.call(method, path, {"Authorization": "Bearer " + token, **headers}, body)

    def provision(self, external=None):
        """A tenant, as another application would write it."""
        made = str(uuid.uuid4())
        self.db.sql("INSERT INTO public.tenants (id, tenant, slug, status, partner_id, external_id, company_name, contact_email, extra)"
                    " VALUES (%s, %s, %s, 'active', %s, %s, 'Firm', %s, '{}')",
                    [made, made, f"firm-{made}", self.user, external, f"{made}@example.com"])
        return made

    def suspend(self, status="suspended"):
        self.db.sql("UPDATE tenantd.partners SET status = %s WHERE id = %s", [status, self.user])


@pytest.fixture
def acme(app):
    return Partner(app)


@pytest.fixture
def receiver():
    with Receiver() as r:
        yield r


def status(db, tenant, to):
    db.sql("UPDATE public.tenants SET status = %s WHERE id = %s", [to, tenant])


def numbered(db):
    stack.until(lambda: db.value("SELECT count(*) FROM tenantd.events WHERE seq IS NULL") == 0, what="the news")


def test_a_partner_hears_of_what_it_provisioned_and_of_nothing_else(app, acme, receiver, verify):
    beta = Partner(app)
    with Receiver() as theirs:
        hook, other = acme.register(receiver.url, kinds=["tenant.*"]), beta.register(theirs.url, kinds=["tenant.suspended"])
        mine, self_service = acme.provision("firm-1"), Owner(app)
        of_beta = beta.provision()
        for tenant in (mine, of_beta, self_service.tenant):
            status(app.db, tenant, "suspended")
        for tenant in (of_beta, mine):
            status(app.db, tenant, "active")
        app.db.sql("INSERT INTO public.tenant_users (tenant_id, user_id, role) VALUES (%s, 'ann', 'member')", [mine])
        app.db.sql("DELETE FROM public.tenant_users WHERE tenant_id = %s", [mine])
        status(app.db, mine, "deactivated")
        hook.waits(4)
        other.waits(1)
        numbered(app.db)
        hook.idle()
        events = [h.event for h in receiver.hits]
        assert [e["type"] for e in events] == ["tenant.created", "tenant.suspended", "tenant.resumed", "tenant.deactivated"]
        assert [e["sequence"] for e in events] == sorted(e["sequence"] for e in events)
        assert {e["tenantId"] for e in events} == {mine}
        assert {(e["data"]["partnerId"], e["data"]["externalId"]) for e in events} == {(acme.user, "firm-1")}
        assert verify(hook.secret, receiver.hits) == [e["type"] for e in events]
        assert "No matching signature" in verify(other.secret, receiver.hits[:1])[0]
        (told,) = [h.event for h in theirs.hits]
        assert told["tenantId"] == of_beta and told["data"]["partnerId"] == beta.user and told["data"]["externalId"] is None
        assert {d["outcome"] for d in hook.deliveries()} == {"ok"}


def test_the_platform_hears_of_partners_tenants_too_and_who_provisioned_none_is_told_as_null(app, acme, receiver):
    platform = Owner(app, tenant=False)
    wide = platform.register(receiver.url, kinds=["tenant.created"])
    mine, self_service = acme.provision(), Owner(app)
    wide.waits(2)
    assert {h.event["tenantId"]: h.event["data"]["partnerId"] for h in receiver.hits} == {mine: acme.user, self_service.tenant: None}
    platform.call("DELETE", wide.path)


def test_a_test_is_sent_and_what_is_sent_again_is_the_partners_own(app, acme, receiver, verify):
    hook = acme.register(receiver.url, kinds=["tenant.suspended"])
    assert hook.post("/test") == {"queued": 1}
    hook.waits(1)
    assert receiver.hits[0].event["type"] == "webhook.test" and receiver.hits[0].event["data"]["partnerId"] == acme.user
    fresh = hook.post("/rotate-secret")["secret"]
    mine = acme.provision()
    status(app.db, Partner(app).provision(), "suspended")
    status(app.db, mine, "suspended")
    (_, entry) = hook.waits(2)
    assert verify(fresh, receiver.hits[1:]) == verify(hook.secret, receiver.hits[1:]) == ["tenant.suspended"]
    assert hook.post(f"/deliveries/{entry['id']}/redeliver") == {"queued": 1}
    assert hook.post("/redeliver", {"from": 1}) == {"queued": 2}, "the test and the suspension, nothing of another's"
    hook.waits(5)
    assert {(h.event["type"], h.event["tenantId"]) for h in receiver.hits} == {("webhook.test", None), ("tenant.suspended", mine)}


def test_what_a_suspended_partner_would_hear_is_refused_and_can_be_asked_for_later(app, acme, receiver):
    hook, mine = acme.register(receiver.url, kinds=["tenant.*"]), acme.provision()
    hook.waits(1)
    receiver.answer = lambda hit: 503
    status(app.db, mine, "suspended")
    stack.until(lambda: len(receiver.hits) >= 2, what="an attempt that fails")
    acme.suspend()
    status(app.db, mine, "active")
    numbered(app.db)
    hook_jobs = "SELECT count(*) FROM tenantd.job_lanes WHERE lane LIKE %s"
    stack.until(lambda: app.db.value(hook_jobs, [hook.id + ":%"]) == 0, what="the end of its jobs")
    came = len(receiver.hits)
    assert acme.ask("GET", hook.path).status == 403
    assert {h.event["type"] for h in receiver.hits} == {"tenant.created", "tenant.suspended"}
    receiver.answer = lambda hit: 200
    acme.suspend("active")
    tries = hook.deliveries()
    assert (tries[-1]["outcome"], tries[-1]["reason"], tries[-1]["kind"]) == ("refused", "the partner is suspended", "tenant.suspended")
    assert hook.get()["enabled"] and len(receiver.hits) == came
    assert hook.post("/redeliver", {"from": tries[-1]["sequence"]}) == {"queued": 2}
    hook.idle()
    assert [h.event["type"] for h in receiver.hits[came:]] == ["tenant.suspended", "tenant.resumed"]


def test_one_that_is_gone_is_turned_off_and_the_partners_other_hears_of_it(acme, receiver):
    with Receiver(lambda hit: 410) as gone:
        watch, hook = acme.register(receiver.url, kinds=["webhook.disabled"]), acme.register(gone.url, kinds=["tenant.*"])
        acme.provision()
        watch.waits(1)
        told = receiver.hits[0].event
        assert told["data"]["webhookId"] == hook.id and told["data"]["partnerId"] == acme.user and told["data"]["reason"] == "gone"
        assert hook.get()["disabledReason"] == "gone"


def test_where_provisioning_is_off_the_routes_are_not_there(cluster):
    with cluster.database() as d, stack.Tenantd(d, workers=1, PROVISIONING_API="off", **SETTINGS) as app:
        acme = Partner(app)
        for method, path, body in (("GET", acme.base, None), ("POST", acme.base, {"url": "https://hooks.example.com/"}),
                                   ("GET", f"{acme.base}/{uuid.uuid4()}", None)):
            answer = acme.ask(method, path, body)
            assert answer.status == 404 and "PROVISIONING_API" in answer.json()["detail"]
