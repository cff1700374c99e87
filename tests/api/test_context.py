"""GET /api/tenant/context: who may ask, what is told of every state in between, at what cost."""
import re
import uuid

import pytest
import stack
import tokens

CONTEXT = "/api/tenant/context"


class Person:
    """A user of the database's program. claim: the tenant that their token names."""

    def __init__(self, app, db, claim=None, sub=None, **claims):
        self.app, self.db, self.id = app, db, sub or f"ctx-{uuid.uuid4()}"
        self.claims = {**claims, **({"tenant_id": claim} if claim else {})}

    @property
    def headers(self):
        return {"Authorization": "Bearer " + tokens.token(self.db.settings["JWT_SECRET_KEY"], self.id, **self.claims)}

    def own_tenant(self):
        answer = self.app.call("POST", "/api/tenant/getOrCreate", self.headers)
        assert answer.status == 200, answer
        return answer.json()["tenantId"]

    def context(self, **headers):
        return self.app.call("GET", CONTEXT, {**self.headers, **headers})


@pytest.fixture
def person(app, db):
    return lambda *args, **kw: Person(app, db, *args, **kw)


@pytest.fixture
def member(person):
    one = person(email="member@example.com", scope="read write")
    one.claims["tenant_id"] = one.own_tenant()
    return one


def told(answer, status, slug):
    problem = answer.json()
    assert (answer.status, problem["type"].rsplit("/", 1)[1]) == (status, slug), answer
    return problem["detail"]


def test_a_member_is_told_what_a_middleware_needs(db, member):
    tenant = member.claims["tenant_id"]
    db.sql("UPDATE public.tenants SET system_prompt = 'Answer kindly.', pinecone_environment = 'us-east-1' WHERE id = %s", [tenant])
    answer = member.context()
    assert answer.status == 200, answer
    said = answer.json()
    assert set(said) == {"id", "tenant", "name", "slug", "status", "plan", "billing_cycle", "isolation", "schema_name", "features",
                         "onboarding_status", "system_prompt", "pinecone_environment", "has_pinecone_api_key", "flags", "user",
                         "version", "updated_at"}
    assert (said["id"], said["status"], said["plan"]) == (tenant, "active", "free")
    assert (said["system_prompt"], said["pinecone_environment"], said["has_pinecone_api_key"]) == ("Answer kindly.", "us-east-1", False)
    assert said["schema_name"] == "tenant_" + tenant.replace("-", "_")
    assert isinstance(said["features"], dict) and isinstance(said["version"], int)
    assert said["user"] == {"id": member.id, "email": "member@example.com", "role": "owner",
                            "scopes": ["read", "write", "delete", "admin"]}  # what the database grants, not what the token says
    assert said["flags"] == {"is_active": True, "rls_enabled": said["flags"]["rls_enabled"], "has_system_prompt": True,
                             "has_vector_index": False, "chat_available": False}


def test_an_index_is_there_with_its_key(db, member):
    tenant = member.claims["tenant_id"]
    db.sql("UPDATE public.tenants SET pinecone_environment = 'eu-1' WHERE id = %s", [tenant])
    db.sql("INSERT INTO tenantd.tenant_secrets (tenant_id, name, sealed, hint) VALUES (%s, 'pinecone_api_key', 'sealed-text', 'abcd')",
           [tenant])
    answer = member.context()
    assert answer.json()["has_pinecone_api_key"] is True and answer.json()["flags"]["has_vector_index"] is True
    assert b"sealed-text" not in answer.body and b"abcd" not in answer.body


def test_with_the_models_key_there_is_chat(db):
    with stack.Tenantd(db, workers=1, OPENAI_API_KEY="sk-not-to-be-told") as app:
        one = Person(app, db)
        one.claims["tenant_id"] = one.own_tenant()
        answer = one.context()
    assert answer.json()["flags"]["chat_available"] is True
    assert b"sk-not" not in answer.body


def test_it_has_an_etag_that_changes_with_the_tenant(db, member):
    first = member.context()
    same = member.context(**{"If-None-Match": first.headers["etag"]})
    assert (same.status, same.body) == (304, b"")
    db.sql("UPDATE public.tenants SET system_prompt = 'Another.' WHERE id = %s", [member.claims["tenant_id"]])
    assert member.context(**{"If-None-Match": first.headers["etag"]}).json()["system_prompt"] == "Another."


def test_it_costs_one_round_trip(app, member):
    def trips():
        return int(re.search(rb"^tenantd_db_round_trips_total (\d+)$", app.call("GET", "/metrics").body, re.M)[1])
    assert member.context().status == 200  # every worker has its connection and its statement
    for _ in range(8):
        member.context()
    before, again = trips(), trips()
    for _ in range(5):
        assert member.context().status == 200
    assert trips() - again - (again - before) == 5


def test_a_token_may_name_the_tenant_by_its_number(db, member):
    tenant = member.claims["tenant_id"]
    number = db.value("SELECT tenant::text FROM public.tenants WHERE id = %s", [tenant])
    member.claims["tenant_id"] = number
    assert member.context().json()["id"] == tenant


def test_who_was_assigned_is_a_member(app, db, member, person):
    user = stack.create_user(db, f"{uuid.uuid4()}@example.com")
    one = person(member.claims["tenant_id"], user)
    assert told(one.context(), 403, "stale-token")
    db.sql("UPDATE public.users SET tenant_id = %s WHERE id = %s", [member.claims["tenant_id"], user])
    said = one.context().json()
    assert (said["id"], said["user"]["role"]) == (member.claims["tenant_id"], "member")
    assert said["user"]["email"].endswith("@example.com") and said["user"]["scopes"] == ["read", "write"]
    db.sql("UPDATE public.users SET is_active = false WHERE id = %s", [user])
    assert "sign in again" in told(one.context(), 403, "stale-token")


# -- which step is missing --

def test_without_a_tenant_the_step_is_to_be_assigned_one(person):
    for one in (person(), person(email="alone@example.com")):
        detail = told(one.context(), 403, "missing-tenant-claim")
        assert "PATCH /admin/users/{id}" in detail and "tenantd user assign" in detail and "then sign in again" in detail
    assert "assign alone@example.com TENANT" in detail


def test_with_a_tenant_that_the_token_does_not_name_it_is_to_sign_in_again(person):
    one = person()
    tenant = one.own_tenant()
    detail = told(one.context(), 403, "missing-tenant-claim")
    assert detail.startswith("sign in again") and tenant in detail


def test_a_tenant_that_is_not_theirs_any_more_is_a_stale_token(db, member):
    db.sql("DELETE FROM public.tenant_users WHERE tenant_id = %s", [member.claims["tenant_id"]])
    assert member.context().status == 200, "the registry still calls them its owner"
    db.sql("UPDATE public.custom_auth_tenant SET owner_id = 'somebody-else' WHERE id = %s", [member.claims["tenant_id"]])
    assert "sign in again" in told(member.context(), 403, "stale-token")


@pytest.mark.parametrize("claim", ["no-such-tenant", "'; --", "x" * 255])
def test_a_tenant_that_is_not_there_is_one_too(person, claim):
    assert "sign in again" in told(person(claim).context(), 403, "stale-token")


def test_a_strangers_tenant_is_never_shown(member, person):
    answer = person(member.claims["tenant_id"]).context()
    assert told(answer, 403, "stale-token")
    assert member.id.encode() not in answer.body


def test_a_superuser_is_no_exemption(db, member, person):
    user = stack.create_user(db, f"{uuid.uuid4()}@example.com", "--superuser")
    assert told(person(member.claims["tenant_id"], user).context(), 403, "stale-token")
    assert told(person(None, user, scope="admin").context(), 403, "missing-tenant-claim")


@pytest.mark.parametrize("way, slug", [(["suspended"], "tenant-suspended"), (["deactivated"], "tenant-inactive"),
                                       (["deactivated", "purged"], "stale-token")], ids=lambda v: str(v[-1]))
def test_only_an_active_tenant_is_shown(db, member, way, slug):
    before = member.context()
    for status in way:
        db.sql("UPDATE public.tenants SET status = %s WHERE id = %s", [status, member.claims["tenant_id"]])
    told(member.context(), 403, slug)
    if slug == "tenant-suspended":
        db.sql("UPDATE public.tenants SET status = 'active' WHERE id = %s", [member.claims["tenant_id"]])
        assert member.context().json()["id"] == before.json()["id"]


def test_one_that_is_being_provisioned_is_not_shown_yet(db, person):
    tenant, user = str(uuid.uuid4()), f"ctx-{uuid.uuid4()}"
    db.sql("INSERT INTO public.tenants (id, tenant, slug, status) VALUES (%s, %s, %s, 'provisioning')", [tenant, tenant, f"s-{tenant}"])
    db.sql("INSERT INTO public.tenant_users (tenant_id, user_id) VALUES (%s, %s)", [tenant, user])
    assert "provisioned" in told(person(tenant, user).context(), 403, "tenant-inactive")
