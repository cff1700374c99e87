"""The main job under the load that it is for: first calls at once, hostile users."""
import uuid

from client import at_once, get_or_create, http_call, persistent
from tokens import token

NAMESPACE = uuid.UUID("74738ff5-5367-5958-9aee-98fffdcd1876")


def key(db):
    return db.settings["JWT_SECRET_KEY"]


def test_200_first_calls_of_one_user_make_one_tenant(door, db):
    user = f"storm-{uuid.uuid4()}"
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    before = db.value(deadlocks)
    def call():
        return get_or_create(door.url, key(db), user, timeout=300)
    # A process a request: more of them than PostgreSQL has connections are told to come back.
    answers = at_once([call if door.kind.shares else lambda: persistent(call)] * 200)
    assert [a.status for a in answers] == [200] * 200, [a for a in answers if getattr(a, "status", 0) != 200][:3]
    bodies = [a.json() for a in answers]
    assert {b["tenantId"] for b in bodies} == {str(uuid.uuid5(NAMESPACE, user))}
    assert sum(b["isNew"] for b in bodies) == 1
    tenant = bodies[0]["tenantId"]
    assert db.value("SELECT count(*) FROM public.custom_auth_tenant WHERE owner_id = %s", [user]) == 1
    assert db.value("SELECT count(*) FROM public.tenants WHERE id = %s", [tenant]) == 1
    assert db.value("SELECT count(*) FROM public.tenant_users WHERE user_id = %s", [user]) == 1
    assert db.value("SELECT count(*) FROM pg_namespace WHERE nspname = %s", ["tenant_" + tenant.replace("-", "_")]) == 1
    assert db.value("SELECT count(*) FROM tenantd.events WHERE tenant_id = %s", [tenant]) == 1
    assert db.value(deadlocks) == before


def test_more_cgi_processes_than_connections_are_told_to_come_back(servers, db):
    user = f"crowd-{uuid.uuid4()}"
    first = []

    def call():
        answer = get_or_create(servers["apache-cgi"].url, key(db), user)
        first.append(answer.status)
        return answer
    used = db.value("SELECT count(*) FROM pg_stat_activity WHERE usename = %s", [db.server_role])
    db.cluster.sql(f"ALTER ROLE {db.server_role} CONNECTION LIMIT {used + 2}")
    try:
        answers = at_once([lambda: persistent(call)] * 30)
    finally:
        db.cluster.sql(f"ALTER ROLE {db.server_role} CONNECTION LIMIT -1")
    assert set(first) == {200, 503}, first
    assert {a.status for a in answers} == {200} and len({a.json()["tenantId"] for a in answers}) == 1
    assert sum(a.json()["isNew"] for a in answers) == 1
    assert db.value("SELECT count(*) FROM public.custom_auth_tenant WHERE owner_id = %s", [user]) == 1


def test_1000_users_at_once_get_1000_tenants(web, db):
    salt = uuid.uuid4().hex[:8]
    users = [f"many-{salt}-{i}" for i in range(1000)]
    answers = at_once([lambda u=u: get_or_create(web, key(db), u, timeout=300) for u in users])
    failed = [a for a in answers if getattr(a, "status", 0) != 200]
    assert not failed, (len(failed), failed[:3])
    assert all(a.json()["isNew"] for a in answers)
    assert len({a.json()["tenantId"] for a in answers}) == 1000
    assert db.value("SELECT count(*) FROM public.tenant_users WHERE user_id LIKE %s", [f"many-{salt}-%"]) == 1000
    assert db.value("SELECT count(*) FROM public.custom_auth_tenant WHERE owner_id LIKE %s", [f"many-{salt}-%"]) == 1000


def test_a_storm_on_both_routes_and_servers_makes_one_tenant(servers, db):
    user = f"mixed-{uuid.uuid4()}"
    t = token(key(db), user)
    urls = [servers["lighttpd"].url, servers["nginx"].url]
    calls = [lambda u=urls[i % 2], record=i % 4 == 0:
             http_call(u, "POST", "/api/tenant/create-tenant-record", t, {"name": "Mixed"}) if record else
             http_call(u, "POST", "/api/tenant/getOrCreate", t) for i in range(100)]
    answers = at_once(calls)
    assert {a.status for a in answers} == {200}, [a for a in answers if a.status != 200][:3]
    assert len({a.json()["tenantId"] for a in answers}) == 1
    assert db.value("SELECT count(*) FROM public.custom_auth_tenant WHERE owner_id = %s", [user]) == 1
    assert db.value("SELECT count(*) FROM public.tenant_users WHERE user_id = %s", [user]) == 1


def test_a_crowd_that_races_for_an_id_leaves_it_to_its_user(web, db):
    """49 others name the id that one user will get, while that user calls."""
    salt = uuid.uuid4().hex[:8]
    victim = f"victim-{salt}"
    wanted = str(uuid.uuid5(NAMESPACE, victim))
    calls = [lambda i=i: get_or_create(web, key(db), f"eve-{salt}-{i}", {"tenantId": wanted}) for i in range(49)]
    calls.insert(25, lambda: get_or_create(web, key(db), victim))
    answers = at_once(calls)
    mine = answers.pop(25)
    assert (mine.status, mine.json()["tenantId"], mine.json()["isNew"]) == (200, wanted, True)
    assert {a.status for a in answers} == {403}
    assert db.sql("SELECT user_id FROM public.tenant_users WHERE tenant_id = %s", [wanted]) == [(victim,)]


def test_many_users_racing_for_one_random_id_share_nothing(web, db):
    salt, wanted = uuid.uuid4().hex[:8], str(uuid.uuid4())
    answers = at_once([lambda i=i: get_or_create(web, key(db), f"race-{salt}-{i}", {"tenantId": wanted})
                       for i in range(50)])
    assert sorted(a.status for a in answers) == [200] + [403] * 49, {a.status for a in answers}
    assert db.value("SELECT count(*) FROM public.tenant_users WHERE tenant_id = %s", [wanted]) == 1


def test_what_a_web_server_can_bend_arrives_straight(web, db):
    t = token(key(db), f"straight-{uuid.uuid4()}")
    assert http_call(web, "POST", "/api/tenant/getOrCreate/", t).status == 200
    assert http_call(web, "HEAD", "/api/tenant/current", t).body == b""
    assert http_call(web, "GET", "/api/tenant/current?x=1", t).status == 200
