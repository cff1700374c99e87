"""A tenant's security policy where several change it at once; the rest is in cases/security_policy.case."""
from concurrent.futures import ThreadPoolExecutor

import pytest
import stack
import tokens


@pytest.fixture
def tenant(app, db, request):
    """Its path, and the headers of its owner."""
    headers = tokens.bearer(db, request.node.name)
    found = app.call("POST", "/api/tenant/getOrCreate", headers).json()["tenantId"]
    return f"/api/tenants/{found}/security-policy", headers, found


def test_of_changes_at_once_none_is_lost(app, db, tenant):
    """Each that was taken is in what is there then; the others are told that they came too late."""
    path, headers, found = tenant
    members = {"minLength": 20, "expiryDays": 5, "preventPasswordReuse": 7, "requireNumbers": False, "requireUppercase": False,
               "requireSpecialChars": False}
    with ThreadPoolExecutor(len(members)) as pool:
        answers = list(pool.map(lambda m: app.call("PATCH", path, headers, {"password": {m[0]: m[1]}}), members.items()))
    assert {a.status for a in answers} <= {200, 412}, answers
    taken = [m for m, a in zip(members, answers) if a.status == 200]
    now = app.call("GET", path, headers).json()
    assert taken and now["version"] == len(taken)
    assert {m: now["password"][m] for m in taken} == {m: members[m] for m in taken}
    assert db.value("SELECT count(*) FROM tenantd.audit WHERE tenant_id = %s AND event = 'SECURITY_POLICY_CHANGED'",
                    [found]) == len(taken)


def test_a_policy_by_the_seen_version_is_replaced_once(app, tenant):
    path, headers, _ = tenant
    seen = app.call("GET", path, headers).headers["etag"]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: app.call("PUT", path, {**headers, "If-Match": seen}, {"sessionTimeout": 100 + n}),
                                range(4)))
    assert sorted(a.status for a in answers) == [200, 412, 412, 412], answers
    assert app.call("GET", path, headers).json()["version"] == 1


def test_a_hundred_ranges_are_taken_and_one_more_is_not(app, tenant):
    path, headers, _ = tenant
    ranges = [f"2001:db8:ffff:ffff:ffff:ffff:ffff:{n:04x}/128" for n in range(101)]
    answer = app.call("PUT", path + "?force=true", headers, {"network": {"allow": ranges[:100]}})
    assert answer.status == 200 and answer.json()["network"]["allow"] == ranges[:100], answer
    assert app.call("PUT", path + "?force=true", headers, {"network": {"allow": ranges}}).status == 400
    assert app.call("PUT", path + "?force=true", headers, {"network": {"allow": ["::1", "::1"]}}).status == 400


def test_the_platform_sees_to_every_tenants_policy(app, db, tenant):
    path, _, found = tenant
    root = tokens.bearer(db, stack.create_user(db, "policy-root@example.com", "--superuser"))
    assert app.call("PATCH", path, root, {"sessionTimeout": 900}).status == 200
    scope = {"Authorization": "Bearer " + tokens.token(db.settings["JWT_SECRET_KEY"], "policy-ops", scope="admin")}
    assert app.call("GET", path, scope).json()["session"]["sessionTimeout"] == 900
    slug = db.value("SELECT slug FROM public.tenants WHERE id = %s", [found])
    assert app.call("GET", f"/api/tenants/{slug}/security-policy", root).json()["version"] == 1
