"""Roles, groups and members of a tenant: who may do what is what the database grants at each request, nobody gives
what they do not have, and somebody always manages the tenant."""
import itertools
import urllib.parse
import uuid

import pytest
import stack
import tokens
from client import at_once
from signin import Person

ALL = ["read", "write", "delete", "admin"]
CUSTOM = [list(c) for n in range(1, 5) for c in itertools.combinations(ALL, n)]


def bearer(db, user, **claims):
    return {"Authorization": "Bearer " + tokens.token(db.settings["JWT_SECRET_KEY"], user, **claims)}


class Team:
    """A new tenant; its owner, by the registry too, is a user of nobody's sign-in."""

    def __init__(self, app, db):
        self.app, self.db = app, db
        self.owner = str(uuid.uuid4())
        made = app.call("POST", "/api/tenant/getOrCreate", bearer(db, self.owner))
        assert made.status == 200, made
        self.tenant = made.json()["tenantId"]
        self.base = f"/api/tenants/{self.tenant}"

    def bearer(self, user, **claims):
        return bearer(self.db, user, tenant_id=self.tenant, **claims)

    def call(self, method, path, body=None, by=None, **headers):
        return self.app.call(method, self.base + path, {**self.bearer(by or self.owner), **headers}, body)

    def ok(self, method, path, body=None, status=200, by=None):
        answer = self.call(method, path, body, by)
        assert answer.status == status, answer
        return answer.json() if answer.body else None

    def refused(self, method, path, body=None, status=409, by=None):
        answer = self.call(method, path, body, by)
        assert answer.status == status, answer
        return answer.json()

    def join(self, role, user=None):
        user = user or str(uuid.uuid4())
        self.db.sql("INSERT INTO public.tenant_users (tenant_id, user_id, role) VALUES (%s, %s, %s)", [self.tenant, user, role])
        return user

    def role(self, *scopes, name=None):
        return self.ok("POST", "/roles", {"name": name or f"r {uuid.uuid4().hex[:12]}", "scopes": list(scopes)}, 201)["id"]

    def group(self, role=None, *members, name=None):
        made = self.ok("POST", "/groups", {"name": name or uuid.uuid4().hex, "role": role}, 201)
        for user in members:
            self.ok("PUT", f"/groups/{made['id']}/members/{user}", status=204)
        return made["id"]

    def disown(self):
        """Nobody is its owner, neither by the registry."""
        self.db.sql("UPDATE public.custom_auth_tenant SET owner_id = NULL WHERE id::text = %s", [self.tenant])
        self.db.sql("DELETE FROM public.tenant_users WHERE tenant_id = %s AND user_id = %s", [self.tenant, self.owner])

    def reads(self, user):
        return self.app.call("GET", "/api/tenant/context", self.bearer(user))

    def writes(self, user):
        """403: they may not; else the route's own business, since no assistant is set up here."""
        return self.app.call("POST", "/api/chat", self.bearer(user), {"message": "hello"})

    def scopes_of(self, user):
        return self.ok("GET", f"/users/{user}")["scopes"]

    def events(self, *kinds):
        return self.db.sql("SELECT kind, payload FROM tenantd.events WHERE tenant_id = %s AND kind = ANY (%s) ORDER BY id",
                           [self.tenant, list(kinds)])

    def audited(self, *events):
        return [row[0] for row in self.db.sql("SELECT event FROM tenantd.audit WHERE tenant_id = %s AND event = ANY (%s) "
                                              "ORDER BY id", [self.tenant, list(events)])]


@pytest.fixture
def team(app, db):
    return Team(app, db)


def quoted(text):
    return urllib.parse.quote(text, safe="")


# -- what a role is good for --

@pytest.mark.parametrize("scopes", CUSTOM, ids="-".join)
def test_each_scope_opens_its_routes_and_no_others(team, scopes):
    user = team.join(team.role(*scopes))
    assert (team.reads(user).status == 200) == ("read" in scopes)
    assert (team.writes(user).status != 403) == ("write" in scopes)
    for path in ("/roles", "/groups", "/users", "/invitations", "/oauth-clients", "/audit-log"):
        assert (team.call("GET", path, by=user).status == 200) == ("admin" in scopes), path
    assert (team.call("POST", "/groups", {"name": "g"}, by=user).status == 201) == ("admin" in scopes)
    assert (team.app.call("GET", "/api/events", team.bearer(user)).status == 200) == ("admin" in scopes)
    if "read" in scopes:
        assert team.reads(user).json()["user"]["scopes"] == scopes


@pytest.mark.parametrize("role, scopes", [("owner", ALL), ("Admin", ALL), ("ADMIN", ALL), ("admin", ALL),
                                          ("Member", ["read", "write"]), ("viewer", ["read"]), ("gardener", ["read"])])
def test_roles_are_known_in_any_case_and_others_read(team, role, scopes):
    user = team.join(role)
    assert team.reads(user).json()["user"]["scopes"] == scopes == team.scopes_of(user)


def test_a_changed_role_acts_on_the_next_request(team):
    role = team.role("read", "admin", name="Steward")
    user = team.join(role)
    assert team.call("GET", "/users", by=user).status == 200
    team.ok("PATCH", "/roles/STEWARD", {"scopes": ["read"]})
    assert team.call("GET", "/users", by=user).status == 403
    assert team.reads(user).json()["user"]["scopes"] == ["read"]
    team.ok("PATCH", "/roles/steward", {"scopes": ["read", "write", "admin"]})
    assert team.call("GET", "/users", by=user).status == 200
    assert team.writes(user).status != 403


def test_a_builtin_role_may_be_changed_and_then_has_a_row(team):
    member, viewer = team.join("member"), team.join("viewer")
    before = team.ok("GET", "/roles/Member")
    assert (before["version"], before["createdAt"], before["builtin"]) == (1, None, True)
    assert team.db.sql("SELECT count(*) FROM tenantd.roles WHERE tenant_id = %s", [team.tenant]) == [(0,)]
    now = team.ok("PATCH", "/roles/member", {"scopes": ["read"], "description": "Looks on"})
    assert (now["version"], now["scopes"], now["description"], now["builtin"]) == (2, ["read"], "Looks on", True)
    assert team.writes(member).status == 403
    assert team.ok("GET", "/roles/member") == now
    assert team.ok("PATCH", "/roles/member", {"scopes": ["read"]}) == now  # nothing to tell
    assert team.reads(viewer).json()["user"]["scopes"] == ["read"]
    told = team.events("role.updated")
    assert [(p["roleId"], p["scopes"], p["version"]) for _, p in told] == [("member", ["read"], 2)]
    assert team.audited("ROLE_UPDATED") == ["ROLE_UPDATED"]


def test_the_list_has_the_builtin_ones_and_pages(team):
    assert [(r["id"], r["name"], r["description"], r["scopes"]) for r in team.ok("GET", "/roles")["items"]] == [
        ("admin", "Admin", "Full access to all features", ALL),
        ("member", "Member", "Standard user access", ["read", "write"]),
        ("viewer", "Viewer", "Read-only access", ["read"])]
    for name in ("Zebra keeper", "bookkeeper"):
        team.role("read", name=name)
    seen, cursor = [], ""
    while cursor is not None:
        page = team.ok("GET", f"/roles?limit=2&cursor={cursor}")
        seen += [r["id"] for r in page["items"]]
        cursor = page["next_cursor"]
    assert seen == ["admin", "bookkeeper", "member", "viewer", "zebra keeper"]


def test_a_role_is_made_shown_and_changed_under_its_etag(team):
    made = team.call("POST", "/roles", {"name": "Kassenführer Ä", "description": "Zählt", "scopes": ["write", "read"]})
    assert made.status == 201, made
    role = made.json()
    assert (role["id"], role["name"], role["scopes"], role["version"]) == ("kassenführer ä", "Kassenführer Ä", ["read", "write"], 1)
    assert made.headers["location"] == f"{team.base}/roles/{quoted('kassenführer ä')}"
    shown = team.call("GET", "/roles/" + quoted("KASSENFÜHRER Ä"))
    assert shown.status == 200 and shown.json() == role
    etag = shown.headers["etag"]
    changed = team.call("PATCH", "/roles/" + quoted(role["id"]), {"description": "Zählt nach"}, **{"If-Match": etag})
    assert changed.status == 200 and changed.json()["version"] == 2
    assert team.call("PATCH", "/roles/" + quoted(role["id"]), {"description": "x"}, **{"If-Match": etag}).status == 412
    assert team.call("DELETE", "/roles/" + quoted(role["id"]), **{"If-Match": etag}).status == 412
    user = team.join(role["id"])
    assert team.reads(user).json()["user"]["role"] == "kassenführer ä"


@pytest.mark.parametrize("body, status", [
    ({"name": "admin", "scopes": ["read"]}, 409), ({"name": "VIEWER", "scopes": ["read"]}, 409), ({"name": "Owner", "scopes": ["read"]}, 409),
    ({"name": "client", "scopes": ["read"]}, 409), ({"name": "a/b", "scopes": ["read"]}, 400), ({"name": " a", "scopes": ["read"]}, 400),
    ({"name": "a\nb", "scopes": ["read"]}, 400), ({"name": "@owner", "scopes": ["read"]}, 400), ({"name": "x", "scopes": []}, 400),
    ({"name": "x", "scopes": ["root"]}, 400), ({"name": "x" * 65, "scopes": ["read"]}, 400), ({"name": "x"}, 400)])
def test_what_is_no_role_is_refused(team, body, status):
    team.refused("POST", "/roles", body, status)
    assert team.db.sql("SELECT count(*) FROM tenantd.roles WHERE tenant_id = %s", [team.tenant]) == [(0,)]


def test_a_name_is_taken_in_any_case(team):
    team.role("read", name="Straße")
    assert "there is a role of this name" in team.refused("POST", "/roles", {"name": "STRASSE", "scopes": ["read"]})["detail"]


def test_builtin_roles_stay_and_admin_keeps_its_scope(team):
    for role in ("admin", "Member", "viewer"):
        assert "stays" in team.refused("DELETE", f"/roles/{role}")["detail"]
    assert "keeps" in team.refused("PATCH", "/roles/admin", {"scopes": ["read", "write", "delete"]})["detail"]
    assert team.ok("PATCH", "/roles/admin", {"scopes": ["admin"]})["scopes"] == ["admin"]
    team.refused("GET", "/roles/none", status=404)
    team.refused("DELETE", "/roles/none", status=404)


def test_a_role_in_use_is_removed_for_another(team, app, db):
    role = team.role("read", "write", name="Porter")
    assert team.ok("DELETE", "/roles/porter", status=204) is None
    role = team.role("read", "write", name="Porter")
    user, group = team.join("PORTER"), team.group(role)
    email = f"{uuid.uuid4().hex}@example.com"
    team.ok("POST", "/invitations", {"email": email, "role": "PORTER"}, 201)
    assert "1 members, 1 groups and 1 open invitations" in team.refused("DELETE", "/roles/porter")["detail"]
    assert team.refused("DELETE", "/roles/porter?replace_with=none", status=400)["errors"][0]["pointer"] == "/replace_with"
    team.refused("DELETE", "/roles/porter?replace_with=Porter", status=400)
    team.refused("DELETE", "/roles/porter?replace_with=owner", status=400)
    team.ok("DELETE", "/roles/porter?replace_with=Viewer", status=204)
    assert team.scopes_of(user) == ["read"] and team.ok("GET", f"/groups/{group}")["role"] == "viewer"
    assert [i["role"] for i in team.ok("GET", "/invitations")["items"]] == ["viewer"]
    assert [p["role"] for _, p in team.events("membership.changed")] == ["viewer"]
    assert team.audited("ROLE_CREATED", "ROLE_DELETED") == ["ROLE_CREATED", "ROLE_DELETED"] * 2


# -- nobody gives what they do not have --

def test_nobody_gives_more_than_they_have(team):
    team.role("read", "write", "admin", name="Clerk")
    clerk, other = team.join("clerk"), team.join("viewer")
    group, strong = team.group("clerk"), team.group("admin")
    refusals = [
        ("POST", "/roles", {"name": "More", "scopes": ["read", "delete"]}),
        ("PATCH", "/roles/clerk", {"scopes": ALL}),
        ("PATCH", "/roles/admin", {"scopes": ["admin"]}),
        ("PATCH", f"/users/{clerk}", {"role": "admin"}),
        ("PATCH", f"/users/{other}", {"role": "Admin"}),
        ("POST", "/groups", {"name": "More", "role": "admin"}),
        ("PATCH", f"/groups/{group}", {"role": "admin"}),
        ("PATCH", f"/groups/{strong}", {"role": None}),
        ("PUT", f"/groups/{strong}/members/{clerk}", None),
        ("DELETE", f"/groups/{strong}", None),
        ("POST", "/invitations", {"email": "more@example.com", "role": "admin"}),
    ]
    for method, path, body in refusals:
        assert "do not have themselves" in team.refused(method, path, body, 403, by=clerk)["detail"], (method, path)
    assert team.scopes_of(clerk) == ["read", "write", "admin"] and team.scopes_of(other) == ["read"]
    team.ok("PATCH", f"/users/{other}", {"role": "clerk"}, by=clerk)
    team.ok("PUT", f"/groups/{group}/members/{other}", status=204, by=clerk)
    team.ok("POST", "/roles", {"name": "Less", "scopes": ["read"]}, 201, by=clerk)
    team.ok("POST", "/invitations", {"email": f"{uuid.uuid4().hex}@example.com", "role": "less"}, 201, by=clerk)


def test_nobody_demotes_or_removes_who_may_more(team):
    team.role("read", "admin", name="Clerk")
    clerk, admin = team.join("clerk"), team.join("admin")
    team.refused("PATCH", f"/users/{admin}", {"role": "viewer"}, 403, by=clerk)
    team.refused("DELETE", f"/users/{admin}", status=403, by=clerk)
    assert team.scopes_of(admin) == ALL


def test_a_narrowed_token_gives_no_more_than_it_carries(team, app):
    narrow = bearer(team.db, team.owner, tenant_id=team.tenant, scope="admin", narrowed=True)
    answer = app.call("POST", team.base + "/roles", narrow, {"name": "More", "scopes": ["read"]})
    assert answer.status == 403, answer
    assert app.call("POST", team.base + "/roles", narrow, {"name": "Same", "scopes": ["admin"]}).status == 201


def test_a_client_gives_no_more_than_it_has(team, app):
    made = team.ok("POST", "/oauth-clients", {"name": "Machine", "scopes": ["admin", "read"]}, 201)
    shown = bearer(team.db, made["id"], tenant_id=team.tenant, client_id=made["id"], scope="admin read write")
    post = lambda name, *scopes: app.call("POST", team.base + "/roles", shown, {"name": name, "scopes": list(scopes)})
    assert post("More", "write").status == 403
    assert post("Same", "read", "admin").status == 201


def test_another_tenants_people_are_not_there(team, app, db):
    other = Team(app, db)
    role, group, user = other.role("read", name="Theirs"), other.group("member"), other.join("member")
    for method, path, body in (("GET", f"/groups/{group}", None), ("PATCH", f"/groups/{group}", {"name": "x"}), ("DELETE", f"/groups/{group}", None),
                               ("GET", f"/users/{user}", None), ("PATCH", f"/users/{user}", {"role": "viewer"}), ("DELETE", f"/users/{user}", None),
                               ("GET", f"/roles/{role}", None), ("PUT", f"/groups/{group}/members/{team.owner}", None)):
        team.refused(method, path, body, 404)
    mine = team.group()
    team.refused("PUT", f"/groups/{mine}/members/{user}", status=404)
    team.refused("PATCH", f"/users/{team.join('member')}", {"role": "theirs"}, 400)
    team.refused("POST", "/groups", {"name": "x", "role": "theirs"}, 400)
    assert [u["id"] for u in team.ok("GET", "/users?q=" + user)["items"]] == []
    assert other.scopes_of(user) == ["read", "write"]
    for path in ("/users", "/roles", "/groups"):
        other.refused("GET", path, status=404, by=team.owner)


# -- groups --

def test_a_group_grants_its_role_at_once_and_takes_it(team):
    user = team.join("viewer")
    assert team.writes(user).status == 403
    group = team.group("member", user, name="Front desk")
    assert team.writes(user).status != 403 and team.scopes_of(user) == ["read", "write"]
    assert team.ok("GET", f"/users/{user}")["groups"] == [{"id": group, "name": "Front desk", "role": "member"}]
    team.ok("PATCH", f"/groups/{group}", {"role": "admin"})
    assert team.call("GET", "/users", by=user).status == 200
    team.ok("PATCH", f"/groups/{group}", {"role": None})
    assert team.call("GET", "/users", by=user).status == 403 and team.scopes_of(user) == ["read"]
    team.ok("PATCH", f"/groups/{group}", {"role": "member"})
    team.ok("DELETE", f"/groups/{group}/members/{user}", status=204)
    assert team.scopes_of(user) == ["read"]
    team.ok("PUT", f"/groups/{group}/members/{user}", status=204)
    team.ok("DELETE", f"/groups/{group}", status=204)
    assert team.scopes_of(user) == ["read"]
    assert team.db.sql("SELECT count(*) FROM tenantd.group_members WHERE tenant_id = %s", [team.tenant]) == [(0,)]
    assert team.audited("GROUP_CREATED", "GROUP_UPDATED", "GROUP_DELETED") == ["GROUP_CREATED"] + ["GROUP_UPDATED"] * 3 + ["GROUP_DELETED"]
    assert [k for k, _ in team.events("group_member.added", "group_member.removed")] == [
        "group_member.added", "group_member.removed", "group_member.added"]


def test_a_group_lists_its_members_and_counts_them(team):
    users = sorted(team.join("member") for _ in range(3))
    group = team.group(None, *users)
    team.ok("PUT", f"/groups/{group}/members/{users[0]}", status=204)  # again: nothing
    assert team.ok("GET", f"/groups/{group}")["members"] == 3
    page = team.ok("GET", f"/groups/{group}/members?limit=2")
    assert [m["id"] for m in page["items"]] == users[:2] and page["items"][0]["addedAt"]
    page = team.ok("GET", f"/groups/{group}/members?limit=2&cursor={page['next_cursor']}")
    assert [m["id"] for m in page["items"]] == users[2:] and page["next_cursor"] is None
    team.ok("DELETE", f"/groups/{group}/members/{users[0]}", status=204)
    team.ok("DELETE", f"/groups/{group}/members/{users[0]}", status=204)
    assert team.ok("GET", f"/groups/{group}")["members"] == 2
    team.refused("PUT", f"/groups/{group}/members/{uuid.uuid4()}", status=404)
    team.refused("GET", f"/groups/{uuid.uuid4()}/members", status=404)


def test_groups_have_names_of_their_own_and_pages(team):
    ids = sorted(team.group(name=f"g{i}") for i in range(3))
    team.refused("POST", "/groups", {"name": "G1"})
    team.refused("PATCH", f"/groups/{ids[0]}", {"name": next(n for n in ("g0", "g1") if n != team.ok("GET", f"/groups/{ids[0]}")["name"])})
    assert team.ok("PATCH", f"/groups/{ids[0]}", {"name": "Other"})["version"] == 2
    page = team.ok("GET", "/groups?limit=2")
    assert [g["id"] for g in page["items"]] == ids[:2]
    assert [g["id"] for g in team.ok("GET", f"/groups?cursor={page['next_cursor']}")["items"]] == ids[2:]
    for body in ({}, {"name": ""}, {"name": " "}, {"name": "x", "role": "none"}, {"name": "x", "role": "owner"}, {"name": "x", "more": 1}):
        team.refused("POST", "/groups", body, 400)


# -- members --

def test_members_are_listed_with_what_they_may(team, app, db):
    person = Person(app, db)
    db.sql("UPDATE public.users SET name = 'Ann Example' WHERE id = %s", [person.id])
    team.join("member", person.id)
    assigned = stack.create_user(db, f"{uuid.uuid4().hex}@example.com", "--tenant", team.tenant)
    team.ok("POST", "/invitations", {"email": f"{uuid.uuid4().hex}@example.com", "role": "member"}, 201)
    items = {u["id"]: u for u in team.ok("GET", "/users")["items"]}
    assert set(items) == {team.owner, person.id, assigned}
    shown = items[person.id]
    assert (shown["email"], shown["name"], shown["role"], shown["status"], shown["scopes"], shown["groups"], shown["lastSeenAt"]) == (
        person.email, "Ann Example", "member", "active", ["read", "write"], [], None)
    assert items[assigned]["role"] == "member" and items[team.owner]["role"] == "owner" and items[team.owner]["email"] is None
    person.signed_in(tenant_id=team.tenant)
    assert team.ok("GET", "/users/" + person.email)["lastSeenAt"] is not None
    db.sql("UPDATE public.users SET is_active = false WHERE id = %s", [assigned])
    ids = lambda query: [u["id"] for u in team.ok("GET", "/users?" + query)["items"]]
    assert ids("status=inactive") == [assigned] and assigned not in ids("status=active")
    assert ids("role=OWNER") == [team.owner]
    assert ids("q=ANN%20EXAMPLE") == [person.id] == ids("q=" + person.email[:12].upper())
    team.refused("GET", "/users?status=gone", status=400)
    seen, cursor = [], ""
    while cursor is not None:
        page = team.ok("GET", f"/users?limit=1&cursor={cursor}")
        seen, cursor = seen + [u["id"] for u in page["items"]], page["next_cursor"]
    assert seen == sorted(items)


def test_removing_a_member_acts_at_once(team, app, db):
    person = Person(app, db)
    team.join("member", person.id)
    group = team.group("admin", person.id)
    signed = person.signed_in(tenant_id=team.tenant)
    shown = {"Authorization": "Bearer " + signed["access_token"]}
    assert app.call("GET", "/api/tenant/context", shown).status == 200
    assert app.call("GET", team.base + "/users", shown).status == 200
    team.ok("DELETE", f"/users/{person.id}", status=204)
    assert app.call("GET", "/api/tenant/context", shown).status == 403
    assert app.call("GET", team.base + "/users", shown).status == 404
    assert person.refresh(signed["refresh_token"]).status == 400 and person.sessions() == []
    assert team.ok("GET", f"/groups/{group}")["members"] == 0
    team.refused("GET", f"/users/{person.id}", status=404)
    assert [p for _, p in team.events("membership.removed")] == [{"tenantId": team.tenant, "userId": person.id, "role": "member"}]
    assert team.audited("MEMBERSHIP_REMOVED") == ["MEMBERSHIP_REMOVED"]
    team.join("viewer", person.id)
    assert team.scopes_of(person.id) == ["read"]  # and is in no group


def test_removing_ends_an_assignment_too_and_is_told_once(team, app, db):
    person = Person(app, db, "--tenant", team.tenant)
    elsewhere = person.put_in_tenant("member")
    kept = person.signed_in(tenant_id=elsewhere)
    team.group("viewer", person.id)
    team.ok("PATCH", f"/users/{person.email}", {"role": "admin"})
    assert team.scopes_of(person.id) == ALL
    team.ok("DELETE", f"/users/{person.id}", status=204)
    assert db.sql("SELECT tenant_id FROM public.users WHERE id = %s", [person.id]) == [(None,)]
    assert db.sql("SELECT count(*) FROM tenantd.group_members WHERE user_id = %s", [person.id]) == [(0,)]
    assert [k for k, _ in team.events("membership.created", "membership.changed", "membership.removed") if k != "membership.created"] == [
        "membership.changed", "membership.removed"]
    assert person.refresh(kept["refresh_token"]).status == 200  # another tenant's session goes on


def test_who_leaves_by_another_program_leaves_the_groups(team, db):
    one, two = team.join("viewer"), stack.create_user(db, f"{uuid.uuid4().hex}@example.com", "--tenant", team.tenant)
    team.group("admin", one, two)
    db.sql("DELETE FROM public.tenant_users WHERE tenant_id = %s AND user_id = %s", [team.tenant, one])
    db.sql("UPDATE public.users SET tenant_id = NULL WHERE id = %s", [two])
    assert db.sql("SELECT count(*) FROM tenantd.group_members WHERE tenant_id = %s", [team.tenant]) == [(0,)]


def test_a_role_is_given_under_if_match(team):
    user = team.join("viewer")
    etag = team.call("GET", f"/users/{user}").headers["etag"]
    assert team.call("PATCH", f"/users/{user}", {"role": "MEMBER"}, **{"If-Match": etag}).json()["role"] == "member"
    assert team.call("PATCH", f"/users/{user}", {"role": "viewer"}, **{"If-Match": etag}).status == 412
    assert team.call("DELETE", f"/users/{user}", **{"If-Match": etag}).status == 412
    assert team.refused("PATCH", f"/users/{user}", {"role": "none"}, 400)["errors"][0]["pointer"] == "/role"
    team.refused("PATCH", f"/users/{user}", {"role": "owner"}, 400)
    team.refused("PATCH", f"/users/{uuid.uuid4()}", {"role": "member"}, 404)
    assert team.audited("MEMBERSHIP_CHANGED") == ["MEMBERSHIP_CHANGED"]
    assert [p["role"] for _, p in team.events("membership.changed")] == ["member"]


def test_the_registrys_owner_is_neither_demoted_nor_removed(team):
    admin = team.join("admin")
    assert "registry" in team.refused("PATCH", f"/users/{team.owner}", {"role": "member"}, by=admin)["detail"]
    team.refused("DELETE", f"/users/{team.owner}", by=admin)


def test_the_platform_adds_a_known_user_and_others_invite(team, app, db):
    user = stack.create_user(db, f"{uuid.uuid4().hex}@example.com")
    body = {"user": user, "role": "Member"}
    assert "invite them" in team.refused("POST", "/users", body, 403)["detail"]
    platform = bearer(db, str(uuid.uuid4()), scope="admin")
    post = lambda b: app.call("POST", team.base + "/users", platform, b)
    made = post(body)
    assert made.status == 201 and made.json()["role"] == "member", made
    assert made.headers["location"] == f"{team.base}/users/{user}"
    assert post(body).status == 409
    assert post({"user": "nobody@example.com", "role": "member"}).status == 404
    assert post({"user": user, "role": "none"}).status == 409
    assert post({"user": team.owner, "role": "member"}).status == 404  # not known here
    gone = stack.create_user(db, f"{uuid.uuid4().hex}@example.com")
    db.sql("UPDATE public.users SET is_active = false WHERE id = %s", [gone])
    assert post({"user": gone, "role": "member"}).status == 409
    assert [p["userId"] for _, p in team.events("membership.created") if p["userId"] == user] == [user]
    assert team.audited("MEMBERSHIP_CREATED") == ["MEMBERSHIP_CREATED"]


# -- somebody manages the tenant --

def managers(team):
    team.disown()
    return team.join("admin"), team.join("admin")


def test_the_last_admin_stays(team):
    one, two = managers(team)
    team.ok("PATCH", f"/users/{two}", {"role": "member"}, by=one)
    for method, path, body in (("PATCH", f"/users/{one}", {"role": "member"}), ("DELETE", f"/users/{one}", None)):
        assert "nobody would manage" in team.refused(method, path, body, by=one)["detail"]
    group = team.ok("POST", "/groups", {"name": "Chiefs", "role": "admin"}, 201, by=one)["id"]
    team.ok("PUT", f"/groups/{group}/members/{two}", status=204, by=one)
    team.ok("PATCH", f"/users/{one}", {"role": "viewer"}, by=one)  # the group's member manages now
    for method, path, body in (("DELETE", f"/groups/{group}", None), ("PATCH", f"/groups/{group}", {"role": None}),
                               ("DELETE", f"/groups/{group}/members/{two}", None), ("DELETE", f"/users/{two}", None)):
        assert "nobody would manage" in team.refused(method, path, body, by=two)["detail"], path
    assert team.call("GET", "/users", by=two).status == 200


def test_a_deactivated_admin_manages_nothing(team, db):
    one, two = managers(team)
    db.sql("INSERT INTO public.users (id, email, is_active) VALUES (%s, %s, false)", [two, two + "@example.com"])
    team.refused("DELETE", f"/users/{one}", by=one)


def test_a_custom_role_that_manages_is_not_narrowed_away(team):
    team.role(*ALL, name="Chief")
    chief = team.join("chief")
    team.disown()
    for method, path, body in (("PATCH", "/roles/chief", {"scopes": ["read"]}), ("DELETE", "/roles/chief?replace_with=viewer", None)):
        assert "nobody would manage" in team.refused(method, path, body, by=chief)["detail"]
    team.ok("DELETE", "/roles/chief?replace_with=admin", status=204, by=chief)
    assert team.call("GET", "/users", by=chief).status == 200


@pytest.mark.parametrize("method, body", [("PATCH", {"role": "member"}), ("DELETE", None)])
def test_of_two_who_demote_each_other_one_stays(team, method, body):
    for _ in range(6):
        one, two = managers(team)
        calls = [lambda: team.call(method, f"/users/{two}", body, by=one), lambda: team.call(method, f"/users/{one}", body, by=two)]
        statuses = sorted(a.status for a in at_once(calls))
        assert statuses[0] in (200, 204) and statuses[1] in (403, 404, 409), statuses
        left = team.db.sql("SELECT count(*) FROM public.tenant_users WHERE tenant_id = %s AND role = 'admin'", [team.tenant])
        assert left == [(1,)]
        team.db.sql("DELETE FROM public.tenant_users WHERE tenant_id = %s", [team.tenant])


def test_of_two_who_leave_at_once_one_stays(team):
    for _ in range(6):
        one, two = managers(team)
        statuses = sorted(a.status for a in at_once([lambda u=u: team.call("DELETE", f"/users/{u}", by=u) for u in (one, two)]))
        assert statuses == [204, 409]
        team.db.sql("DELETE FROM public.tenant_users WHERE tenant_id = %s", [team.tenant])


def test_a_role_that_is_given_while_it_is_removed_is_one_or_the_other(team):
    for i in range(8):
        role, user = team.role("read", "write", name=f"Brief {i}"), team.join("viewer")
        given, removed = at_once([lambda: team.call("PATCH", f"/users/{user}", {"role": role}),
                                  lambda: team.call("DELETE", "/roles/" + quoted(role))])
        assert (given.status, removed.status) in ((200, 409), (400, 204)), (given, removed)


def test_a_group_of_who_is_removed_meanwhile_is_without_them(team):
    for _ in range(8):
        group, user = team.group("admin"), team.join("viewer")
        at_once([lambda: team.call("PUT", f"/groups/{group}/members/{user}"), lambda: team.call("DELETE", f"/users/{user}")])
        assert team.db.sql("SELECT count(*) FROM tenantd.group_members WHERE group_id = %s", [group]) == [(0,)]


def test_an_invitation_that_is_accepted_while_its_role_is_removed_gives_one_or_the_other(team, app, db):
    for i in range(6):
        role, person = team.role("read", "delete", name=f"Guest {i}"), Person(app, db)
        secret = invite(team, person, role)
        accept = lambda: app.call("POST", "/invitations/accept", bearer(db, person.id), {"token": secret})
        accepted, removed = at_once([accept, lambda: team.call("DELETE", f"/roles/{quoted(role)}?replace_with=member")])
        assert (accepted.status, removed.status) == (200, 204), (accepted, removed)
        assert team.ok("GET", f"/users/{person.id}")["role"] == "member"


# -- invitations, and signing in --

def invite(team, person, role):
    """The secret of an invitation, as if it had been in its mail."""
    made = team.ok("POST", "/invitations", {"email": person.email, "role": role}, 201)
    secret = "tdi_" + (uuid.uuid4().hex + uuid.uuid4().hex)[:43]
    team.db.sql("UPDATE tenantd.invitations SET digest = encode(sha256(%s::bytea), 'hex') WHERE id = %s", [secret, made["id"]])
    return secret


def test_an_invitation_is_for_a_role_of_the_tenant_and_gives_it(team, app, db):
    team.role("read", "delete", name="Archivist")
    for role in ("none", "owner", "client", "@admin"):
        assert team.refused("POST", "/invitations", {"email": "a@example.com", "role": role}, 400)["errors"][0]["pointer"] == "/role"
    person = Person(app, db)
    secret = invite(team, person, "ARCHIVIST")
    answer = app.call("POST", "/invitations/accept", bearer(db, person.id), {"token": secret})
    assert answer.status == 200 and answer.json()["role"] == "archivist", answer
    assert team.scopes_of(person.id) == ["read", "delete"]
    signed = person.signed_in(tenant_id=team.tenant)
    assert signed["scope"] == "read delete"


def test_a_token_carries_what_role_and_groups_grant_together(team, app, db):
    person = Person(app, db)
    team.role("delete", name="Shredder")
    team.join("viewer", person.id)
    team.group("shredder", person.id)
    signed = person.signed_in(tenant_id=team.tenant)
    assert signed["scope"] == "read delete"
    team.ok("PATCH", "/roles/viewer", {"scopes": ["read", "write"]})
    again = person.refresh(signed["refresh_token"])
    assert again.status == 200 and again.json()["scope"] == "read write delete", again
