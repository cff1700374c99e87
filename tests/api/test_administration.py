"""Administrators at work at the same time, and what becomes of those they act upon."""
import itertools
import json
import time
import uuid

import pytest
import stack
import tokens
from client import at_once

NUMBERS = itertools.count()


def name(what):
    return f"{what}-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def root(db):
    """The header of a superuser of this test alone."""
    return tokens.bearer(db, stack.create_user(db, f"{name('root')}@example.com", "--superuser"))


def ask(app, headers, method, path, body=None):
    more = {"Content-Type": "application/json"} if body is not None else {}
    return app.call(method, path, {**headers, **more}, body)


def make_tenant(app, root, **more):
    tenant = name("t")
    assert ask(app, root, "POST", "/admin/tenants", {"id": tenant, "name": "T", **more}).status == 201
    return tenant


def test_one_name_for_many_is_made_once(app, db, root):
    tenant = name("t")
    answers = at_once([lambda: ask(app, root, "POST", "/admin/tenants", {"id": tenant, "name": "T"})] * 8)
    assert sorted(a.status for a in answers) == [201] + 7 * [409], answers
    assert db.value("SELECT count(*) FROM tenantd.events WHERE tenant_id = %s AND kind = 'tenant.created'", [tenant]) == 1
    assert db.value("SELECT count(*) FROM custom_auth_tenant c JOIN tenants t ON t.tenant = c.id WHERE t.id = %s", [tenant]) == 1


def test_one_slug_for_many_is_one_tenants(app, root):
    slug, tenants = name("s"), [make_tenant(app, root) for _ in range(6)]
    answers = at_once([lambda t=t: ask(app, root, "PATCH", f"/admin/tenants/{t}", {"slug": slug}) for t in tenants])
    assert sorted(a.status for a in answers) == [200] + 5 * [409], answers


def test_first_keys_at_once_are_sealed_under_one_key_of_the_tenants(app, db, root):
    tenant = make_tenant(app, root)
    values = [f"pc-0123456789-{i:04}" for i in range(6)]
    answers = at_once([lambda v=v: ask(app, root, "PATCH", f"/admin/tenants/{tenant}", {"pinecone_api_key": v}) for v in values])
    assert [a.status for a in answers] == 6 * [200], answers
    assert db.value("SELECT count(*) FROM tenantd.tenant_keys WHERE tenant_id = %s", [tenant]) == 1
    shown = ask(app, root, "GET", f"/admin/tenants/{tenant}").json()
    assert shown["pinecone_api_key_last4"] in {v[-4:] for v in values}
    # each sealed under the tenant's: what can be told without opening it is the key's id
    ids = {row[0] for row in db.sql("SELECT split_part(sealed, '.', 2) FROM tenantd.tenant_secrets WHERE tenant_id = %s", [tenant])}
    assert len(ids) == 1


def test_if_match_lets_one_of_many_through(app, root):
    tenant = make_tenant(app, root)
    tag = ask(app, root, "GET", f"/admin/tenants/{tenant}").headers["etag"]
    answers = at_once([lambda i=i: ask(app, {**root, "If-Match": tag}, "PATCH", f"/admin/tenants/{tenant}",
                                       {"system_prompt": f"P{i}"}) for i in range(6)])
    assert sorted(a.status for a in answers) == [200] + 5 * [412], answers


def test_opposite_turns_at_once_leave_registry_and_tenant_agreed(app, db, root):
    tenant = make_tenant(app, root)
    turns = ["suspend", "resume"] * 4
    answers = at_once([lambda t=t: ask(app, root, "POST", f"/admin/tenants/{tenant}/{t}") for t in turns])
    assert {a.status for a in answers} == {200}, answers
    status, active = db.sql("SELECT t.status, c.is_active FROM tenants t JOIN custom_auth_tenant c ON c.id = t.tenant"
                            " WHERE t.id = %s", [tenant])[0]
    assert active == (status == "active")
    kinds = [k for (k,) in db.sql("SELECT kind FROM tenantd.events WHERE tenant_id = %s ORDER BY id", [tenant])][1:]
    assert kinds == (["tenant.suspended", "tenant.resumed"] * 4)[:len(kinds)], "each is told once, in turn"


def test_another_application_and_an_administrator_do_not_wait_for_each_other(app, db, root):
    """Whoever writes the registry holds its row first; so do we."""
    tenant = make_tenant(app, root)
    number = db.value("SELECT tenant::text FROM tenants WHERE id = %s", [tenant])

    def theirs(active):
        db.sql("UPDATE custom_auth_tenant SET is_active = %s WHERE id = %s", [active, number])

    def ours(active):
        return ask(app, root, "PATCH", f"/admin/tenants/{tenant}", {"is_active": active}).status
    results = at_once([f for _ in range(5) for f in (lambda: theirs(False), lambda: ours(True), lambda: theirs(True), lambda: ours(False))])
    assert set(results) <= {None, 200}, results
    status, active = db.sql("SELECT t.status, c.is_active FROM tenants t JOIN custom_auth_tenant c ON c.id = t.tenant"
                            " WHERE t.id = %s", [tenant])[0]
    assert active == (status == "active")
    assert db.value("SELECT count(*) FROM tenantd.adoption_faults WHERE tenant = %s", [number]) == 0


@pytest.mark.parametrize("change", [{"is_superuser": False}, {"is_active": False}], ids=["demoted", "deactivated"])
@pytest.mark.parametrize("at_a_time", [1, 2], ids=["alone", "both at once"])
def test_the_last_active_superuser_stays_one(cluster, change, at_a_time):
    with cluster.database() as db, stack.Tenantd(db, workers=2, JOB_WORKERS=0) as app:
        two = [stack.create_user(db, f"root{i}@example.com", "--superuser") for i in range(2)]
        stack.create_user(db, "plain@example.com")
        headers = [tokens.bearer(db, u) for u in two]
        answers = at_once([lambda i=i: ask(app, headers[i], "PATCH", f"/admin/users/{two[1 - i] if at_a_time == 2 else two[i]}", change)
                           for i in range(at_a_time)])
        left = [u for u in two if db.value("SELECT is_superuser AND is_active FROM users WHERE id = %s", [u])]
        assert len(left) == 1 and [a.status for a in answers].count(200) == 1, answers
        # the one that was refused was refused as a last one, or was no superuser any more
        assert {a.status for a in answers} <= {200, 409, 403}, answers
        refused = ask(app, tokens.bearer(db, left[0]), "PATCH", f"/admin/users/{left[0]}", change)
        assert refused.status == 409 and "last active superuser" in refused.json()["detail"], refused
        status, said = stack.command(db.settings, "user", "demote", left[0], status=None)
        assert status == 73 and "last active superuser" in said, said


def test_one_address_for_many_is_one_users(app, root):
    email = f"{name('many')}@example.com"
    answers = at_once([lambda e=e: ask(app, root, "POST", "/admin/users", {"email": e, "password": "Correct horse battery 1"})
                       for e in (email, email.upper(), email, email.title())])
    assert sorted(a.status for a in answers) == [201] + 3 * [409], answers


def test_a_demotion_acts_at_once_in_every_worker(app, db, root):
    other = stack.create_user(db, f"{name('other')}@example.com", "--superuser")
    theirs = tokens.bearer(db, other)
    assert {a.status for a in at_once([lambda: ask(app, theirs, "GET", "/admin/rls")] * 8)} == {200}
    assert ask(app, root, "PATCH", f"/admin/users/{other}", {"is_superuser": False}).status == 200
    assert {a.status for a in at_once([lambda: ask(app, theirs, "GET", "/admin/rls")] * 8)} == {403}


def suspend(app, db, root, tenant):
    assert ask(app, root, "POST", f"/admin/tenants/{tenant}/suspend").status == 200


def deactivate(app, db, root, tenant):
    assert ask(app, root, "DELETE", f"/admin/tenants/{tenant}").status == 204


def by_command(app, db, root, tenant):
    stack.command(db.settings, "tenant", "suspend", tenant)


def by_registry(app, db, root, tenant):
    db.sql("UPDATE custom_auth_tenant SET is_active = false WHERE id = (SELECT tenant FROM tenants WHERE id = %s)", [tenant])


@pytest.mark.parametrize("act", [suspend, deactivate, by_command, by_registry])
def test_a_token_of_its_is_refused_by_every_worker_within_a_second(app, db, root, act):
    user, tenant = stack.create_user(db, f"{name('u')}@example.com"), make_tenant(app, root)
    db.sql("INSERT INTO tenant_users (tenant_id, user_id, role) VALUES (%s, %s, 'admin')", [tenant, user])
    theirs = {"Authorization": "Bearer " + tokens.token(db.settings["JWT_SECRET_KEY"], user, tenant_id=tenant)}
    routes = [("POST", "/api/tenant/getOrCreate"), ("GET", "/api/tenant/current"), ("GET", f"/api/tenants/{tenant}/webhooks"),
              ("GET", "/api/events")]

    def statuses():
        return {a.status for a in at_once([lambda r=r: ask(app, theirs, *r) for r in routes * 4])}
    assert statuses() == {200}
    stack.until(lambda: statuses() == {200} and len(db.backends()) == 2)
    act(app, db, root, tenant)
    over = time.monotonic() + 1.01
    time.sleep(1.01)
    assert time.monotonic() >= over
    assert statuses() == {403}, "whatever begins a second later is refused"
    assert ask(app, root, "POST", f"/admin/tenants/{tenant}/resume").status == 200
    stack.until(lambda: statuses() == {200})


def test_nothing_is_refused_that_was_not_asked_to_be(app, db, root):
    """Tenants side by side, one of them suspended."""
    made = []
    for i in range(4):
        user, tenant = stack.create_user(db, f"{name('u')}@example.com"), make_tenant(app, root)
        db.sql("INSERT INTO tenant_users (tenant_id, user_id, role) VALUES (%s, %s, 'admin')", [tenant, user])
        made.append((tenant, {"Authorization": "Bearer " + tokens.token(db.settings["JWT_SECRET_KEY"], user, tenant_id=tenant)}))
    suspend(app, db, root, made[2][0])
    time.sleep(1.01)
    answers = at_once([lambda h=h: ask(app, h, "GET", "/api/tenant/current") for _, h in made * 3])
    assert [a.status for a in answers] == [200, 200, 403, 200] * 3, answers


def test_sessions_end_whoever_makes_the_tenant_unusable(app, db, root):
    user, tenant = stack.create_user(db, f"{name('u')}@example.com"), make_tenant(app, root)
    db.sql("BEGIN; SET LOCAL app.current_tenant_id = 'unset'; INSERT INTO tenantd.sessions (id, user_id, tenant_id, expires_at)"
           " VALUES (%s, %s, %s, now() + interval '1 hour'); COMMIT", [str(uuid.uuid4()), user, tenant])
    by_registry(app, db, root, tenant)
    assert db.sql("SELECT ended_reason FROM tenantd.sessions WHERE user_id = %s", [user]) == [("tenant",)]


def test_a_page_of_users_is_the_next_whatever_became_of_the_last(app, db, root):
    mark = name("p")
    ids = [stack.create_user(db, f"{mark}-{i}@example.com") for i in range(5)]
    first = ask(app, root, "GET", f"/admin/users?q={mark}&limit=2").json()
    db.sql("UPDATE users SET email = %s WHERE id = %s", [f"{mark}-9@example.com", ids[1]])
    rest = ask(app, root, "GET", f"/admin/users?q={mark}&limit=10&cursor={first['next_cursor']}").json()
    assert [u["id"] for u in first["items"]] == ids[:2]
    assert [u["id"] for u in rest["items"]] == ids[2:] + ids[1:2]
    assert json.dumps(rest).find("argon2") < 0
