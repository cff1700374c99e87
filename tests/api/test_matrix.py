"""Who may do what: every route of `tenantd routes --json` × every role × whose tenant it is about.

EXPECTED below is all there is to know; a route's row follows from its level alone, so that a new
route is covered the moment it exists, and a new level fails until it is written down here. A
refusal has its exact status and changes nothing in any table; whoever is let in gets 200 where a GET
names nothing but the tenant, and else whatever the handler says of a thing that is not there, or of a
body that does not fit.
"""
import json
import re
import time
import uuid
from dataclasses import dataclass, field

import contents as tables
import jwt
import pytest
import stack
import tokens
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

pytestmark = pytest.mark.alike
ROUTES = json.loads(stack.command({}, "routes", "--json"))
ISSUER, AUDIENCE = "https://matrix.example", "matrix"
IN = 200

# Whose tenant: where the path has one, the one that it names; for levels of CLAIMING the one that
# the token names, or NAMELESS; for a partner's tenants the one that the path names by PROVISIONED. For
# other levels there is nothing to choose.
PROVISIONED = "id"
CLAIMING = ("viewer", "member")
OWN, FOREIGN, NOWHERE, NAMELESS, NONE = "own", "foreign", "no such", "unnamed", "-"

ROLES = {
    "nobody": "without a token",
    "plain": "a user without a tenant",
    "owner": "of a tenant", "admin": "of it", "member": "of it", "viewer": "of it",
    "assigned": "to it by users.tenant_id alone",
    "superuser": "by users.is_superuser",
    "demoted": "a superuser no more, whose token still says so",
    "platform": "the scope admin in a token of ours that names no tenant",
    "tenant scope": "the same scope in a token that names one",
    "foreign": "another issuer's, with a superuser's id, scopes, roles and a tenant, none of which is honoured",
    "deactivated": "a superuser, assigned to the tenant and its owner, whose account is deactivated",
    "suspended": "the owner of a tenant that is suspended",
    "partner": "a partner's token, with the role and every permission",
    "partner's user": "the same without the role",
    "partner's clerk": "the same without the permission that the route asks for",
    "no partner": "the same, of a partner that there is not",
    "stopped partner": "the same, of one that is suspended",
    "machine": "a partner's API key, with every permission",
    "tenant's key": "the tenant's API key, with every scope",
    "stopped key": "the same, of the tenant that is suspended",
    "revoked key": "the same, revoked",
}
MANAGERS, ABOVE = ("owner", "admin"), ("superuser", "platform")
KEYS = ("tenant's key", "stopped key")
MEMBERS = (*MANAGERS, "member", "viewer", "assigned")


def everybody(status, **others):
    return {**{role: status for role in ROLES}, "nobody": 401, **one_of(("machine", *KEYS), 403), "revoked key": 401, **others}


def one_of(roles, status=IN):
    return {role: status for role in roles}


# level: role: whose tenant: the status, IN for whoever is let in
EXPECTED = {
    "public": {NONE: one_of(ROLES)},
    "monitor": {NONE: one_of(ROLES)},  # by address, ours
    "enrol": {NONE: everybody(IN)},
    # The deactivated, too: it is membership and rank that an account gives.
    "self": {NONE: everybody(IN)},
    "user": {NONE: everybody(IN)},
    "superuser": {NONE: everybody(403, superuser=IN)},
    "platform": {NONE: everybody(403, **one_of(ABOVE))},
    # A tenant that the token names is a hint, and nobody who names one speaks for all of them.
    "viewer": {
        NAMELESS: everybody(403, **one_of(MANAGERS), **one_of(ABOVE)),
        **{place: everybody(403, **one_of(MANAGERS), platform=IN) for place in (OWN, FOREIGN, NOWHERE)},
    },
    # Who may not know of a tenant is told that there is none. A partner's key is told that it is for people, wherever.
    "tenant": {
        OWN: everybody(404, **one_of(MANAGERS), **one_of(ABOVE), **one_of(("member", "viewer", "assigned", "suspended", "stopped key"), 403),
                       **one_of(["tenant's key"])),
        FOREIGN: everybody(404, **one_of(ABOVE), **one_of(KEYS, 404)),
        NOWHERE: everybody(404, **one_of(KEYS, 404)),
    },
    "member": {
        OWN: everybody(403, **one_of(MEMBERS), **one_of(["tenant's key"])),
        # A key is of one tenant, and names no other.
        **{place: everybody(403, **one_of(["tenant's key"])) for place in (FOREIGN, NOWHERE, NAMELESS)},
    },
    # NONE: where the path names no tenant. Another partner's is not there.
    "partner": {
        NONE: everybody(403, partner=IN, machine=IN), OWN: everybody(403, partner=IN, machine=IN),
        FOREIGN: everybody(403, partner=404, machine=404), NOWHERE: everybody(403, partner=404, machine=404),
    },
}
PARTNERS = ("partner", "partner's user", "partner's clerk", "no partner", "stopped partner", "machine")

# What whoever is let in is told all the same: (method, path): role: status.
LISTED = {
    ("GET", "/api/tenant/current"): {
        **{role: 404 for role in ("plain", "superuser", "demoted", "platform", "tenant scope", "foreign", "deactivated", *PARTNERS)},
        "suspended": 403},
    ("GET", "/me"): {"deactivated": 403},
    ("POST", "/api/chat"): {"viewer": 403},  # good for reading
    ("POST", "/api/tenant/getOrCreate"): {"suspended": 403, "deactivated": 403},
    ("POST", "/api/tenant/create-tenant-record"): {"suspended": 403, "deactivated": 403},
}
# Of a level that lets everybody in, these ask for credentials of their own.
SIGN_IN = re.compile(r"^/(login|logout|me/|token|users|invitations)")

# The least that a schema takes; any other gets {}, and a 400 if it is let in.
BODIES = {
    "alert_rule": {"name": "Matrix", "condition": "repeated_failures"},
    "delivery_range": {"from": 1},
    "email_template": {"subject": "a", "text": "b", "html": "<p>c</p>"},
    "notification": {"read": True},
    "provisioning_tenant": {"company_name": "Matrix", "email": "matrix@example.com"},
    "tenant_record": {"name": "Matrix"},
    "webhook": {"url": "https://hooks.example.com/", "kinds": ["tenant.*"]},
}
# Pieces of paths; any other is a UUID that nothing has.
PIECES = {"slug": "not-found", "name": "welcome"}


def name(route):
    return f'{route["method"]} {route["path"]}'


def pieces(route):
    known = {"tenant", PROVISIONED} if route["level"] == "partner" else {"tenant"}
    return set(re.findall(r"\{(\w+)\}", route["path"])) - known


# -- the cast --

PEOPLE = ("plain", "owner", "admin", "member", "viewer", "assigned", "superuser", "demoted", "platform", "tenant scope",
          "deactivated", "suspended", "stranger", *PARTNERS, "other partner")
NO_PEOPLE = ("plain", "owner", "platform", "other partner", *PARTNERS)


@dataclass
class Cast:
    """One of each, and their tenants: nobody else has to do with them."""
    db: object
    key: str
    foreign_key: object
    ids: dict = field(default_factory=lambda: {role: str(uuid.uuid4()) for role in PEOPLE})
    tenant: str = field(default_factory=lambda: str(uuid.uuid4()))
    other: str = field(default_factory=lambda: str(uuid.uuid4()))
    closed: str = field(default_factory=lambda: str(uuid.uuid4()))
    provisioned: dict = field(default_factory=dict)
    api_keys: dict = field(default_factory=lambda: {
        role: f"tdk_{tokens.b64(uuid.uuid4().bytes + uuid.uuid4().bytes)}" for role in ("machine", *KEYS, "revoked key")})

    def __post_init__(self):
        people = [(i, f"{role.replace(' ', '-')}-{i[:8]}@example.com", role in ("superuser", "deactivated"),
                   self.tenant if role in ("assigned", "deactivated") else None, role != "deactivated")
                  for role, i in self.ids.items() if role not in NO_PEOPLE]
        owners = [(self.tenant, "owner"), (self.other, "stranger"), (self.closed, "suspended")]
        members = [(self.tenant, "deactivated", "owner"), *((self.tenant, role, role) for role in ("admin", "member", "viewer")),
                   *((tenant, role, "owner") for tenant, role in owners)]
        text, args = "", []
        for tenant, role in owners:
            text += "INSERT INTO public.custom_auth_tenant (id, name, owner_id, schema_name) VALUES (%s, 'Firm', %s, 's');"
            args += [tenant, self.ids[role]]
        for row in people:
            text += "INSERT INTO public.users (id, email, is_superuser, tenant_id, is_active) VALUES (%s, %s, %s, %s, %s);"
            args += row
        for tenant, who, role in members:
            text += ("INSERT INTO public.tenant_users (tenant_id, user_id, role) VALUES (%s, %s, %s)"
                     " ON CONFLICT (tenant_id, user_id) DO UPDATE SET role = excluded.role;")
            args += [tenant, self.ids[who], role]
        text += ("UPDATE public.tenants SET status = 'active' WHERE id IN (%s, %s, %s) AND status <> 'active';"
                 "UPDATE public.tenants SET status = 'suspended' WHERE id = %s;")
        args += [self.tenant, self.other, self.closed, self.closed]
        for role, status in (("partner", "active"), ("partner's user", "active"), ("partner's clerk", "active"),
                             ("stopped partner", "suspended"), ("other partner", "active"), ("machine", "active")):
            text += self.provision(role, status, args)
        # their use is noted already, for an hour to come
        for role, secret in self.api_keys.items():
            text += ("INSERT INTO tenantd.api_keys (id, partner_id, tenant_id, name, prefix, digest, scopes, last_used_at, revoked_at)"
                     " VALUES (gen_random_uuid(), %s, %s, 'Matrix', 'tdk_none', encode(sha256(%s::bytea), 'hex'), %s,"
                     " now() + interval '1 h', %s);")
            partner = self.ids[role] if role == "machine" else None
            tenant = None if partner else self.closed if role == "stopped key" else self.tenant
            args += [partner, tenant, secret, tokens.PARTNER_PERMISSIONS.split() if partner else ["read", "write", "delete", "admin"],
                     "now" if role == "revoked key" else None]
        self.db.sql(text, args)

    def provision(self, role, status, args):
        """What makes a partner, and a tenant of theirs."""
        partner, tenant = self.ids[role], str(uuid.uuid4())
        self.provisioned[role] = tenant
        args += [partner, status, tenant, tenant, f"tenant-{tenant.replace('-', '')}", partner, tenant]
        return ("INSERT INTO tenantd.partners (id, name, status) VALUES (%s, 'Firm', %s);"
                "INSERT INTO public.tenants (id, tenant, slug, partner_id, company_name, contact_email, extra)"
                " VALUES (%s, %s, %s, %s, 'Company', 'company@example.com', '{}');"
                "INSERT INTO public.custom_auth_tenant (id, name, schema_name) VALUES (%s, 'Company', 's');")

    def at(self, role, place):
        """The tenant that is own, or foreign, to a role."""
        own = self.closed if role in ("suspended", "stopped key") else self.tenant
        return {OWN: own, FOREIGN: self.other, NOWHERE: "no-such-tenant"}.get(place)

    def provisioned_at(self, role, place):
        """Likewise of a partner's; whoever is none has the partner's for their own."""
        own = self.provisioned.get(role, self.provisioned["partner"])
        return {OWN: own, FOREIGN: self.provisioned["other partner"], NOWHERE: str(uuid.uuid4())}.get(place, own)

    def token(self, role, claim, permission):
        """claim: the tenant that the token is to name, for roles that choose; permission: what the route asks for."""
        named = {"tenant_id": claim} if claim else {}
        if role == "nobody":
            return None
        if role == "foreign":
            claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": self.ids["superuser"], "exp": int(time.time()) + 3600, "scope": "admin",
                      "roles": ["superuser", "admin", "owner"], "email": "x@example.com", "tenant_id": claim or self.tenant}
            return jwt.encode(claims, self.foreign_key, "ES256", {"kid": "matrix"})
        if role in self.api_keys:
            return self.api_keys[role]
        if role in PARTNERS:
            may = tokens.PARTNER_PERMISSIONS.split()
            may = [p for p in may if role != "partner's clerk" or p != permission]
            roles = [] if role == "partner's user" else ["partner-admin"]
            return tokens.partner(self.key, self.ids[role], " ".join(may), roles=roles, **named)
        if role == "platform":
            return tokens.token(self.key, self.ids[role], scope="admin")
        if role == "tenant scope":
            return tokens.token(self.key, self.ids[role], scope="admin", tenant_id=claim or self.tenant)
        said = {"roles": ["superuser"]} if role in ("superuser", "demoted", "deactivated") else {}
        return tokens.token(self.key, self.ids[role], email=f"{role}@example.com", **said, **named)


@pytest.fixture(scope="module")
def world(db):
    """(the program, how to make a cast)"""
    place, private = stack.Directory("tdmx."), ec.generate_private_key(ec.SECP256R1())
    numbers = private.public_key().public_numbers()
    key = {"kty": "EC", "crv": "P-256", "kid": "matrix", "alg": "ES256",
           "x": tokens.b64(numbers.x.to_bytes(32, "big")), "y": tokens.b64(numbers.y.to_bytes(32, "big"))}
    (place.path / "set.json").write_text(json.dumps({"keys": [key]}))
    (place.path / "issuers.json").write_text(json.dumps({"issuers": [
        {"issuer": ISSUER, "jwks_file": str(place.path / "set.json"), "algorithms": ["ES256"], "audiences": [AUDIENCE], "honour": []}]}))
    pem = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    try:
        with stack.Tenantd(db, workers=2, JOB_WORKERS=0, JWT_ISSUERS_FILE=place.path / "issuers.json",
                           SMTP_URL="smtp://127.0.0.1:9", MAIL_FROM="us@example.com", ACCOUNT_URL="https://app.example.com") as app:
            yield app, lambda: Cast(db, db.settings["JWT_SECRET_KEY"], pem)
    finally:
        place.remove()


@pytest.fixture(scope="module")
def cast(world):
    """The one that nothing is changed of."""
    return world[1]()


@pytest.fixture(scope="module")
def contents(db):
    """What is in every table."""
    return lambda: tables.contents(db)


# -- the cells --

def ask(app, cast, route, role, place):
    path = route["path"].replace("{tenant}", cast.at(role, place) or cast.tenant)
    if route["level"] == "partner":
        path = path.replace(f"{{{PROVISIONED}}}", cast.provisioned_at(role, place))
    for piece in pieces(route):
        path = path.replace(f"{{{piece}}}", PIECES.get(piece, str(uuid.uuid4())))
    token = cast.token(role, cast.at(role, place) if route["level"] in CLAIMING else None, route["permission"])
    headers, body = {"Authorization": "Bearer " + token} if token else {}, None
    if route["body"] == "form":
        headers["Content-Type"], body = "application/x-www-form-urlencoded", b"of=nothing"
    elif route["body"] != "none":
        headers["Content-Type"], body = "application/json", json.dumps(BODIES.get(route["schema"], {})).encode()
    return app.call(route["method"], path, headers, body)


def cells(route, let_in):
    places = EXPECTED.get(route["level"], {})
    if route["level"] == "partner":
        named = f"{{{PROVISIONED}}}" in route["path"]
        places = {place: roles for place, roles in places.items() if (place != NONE) == named}
    return [(role, place, status) for place, roles in places.items() for role, status in roles.items()
            if (status == IN) == let_in]


def test_every_level_has_its_row():
    assert {r["level"] for r in ROUTES} <= set(EXPECTED), "a new level: say who passes it, in EXPECTED"
    for level, columns in EXPECTED.items():
        assert all(set(roles) == set(ROLES) for roles in columns.values()), level


def is_refusal(answer, status):
    if answer.status != status or not answer.headers["content-type"].startswith("application/problem+json"):
        return False
    return status != 401 or answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("route", [r for r in ROUTES if cells(r, False)], ids=name)
def test_who_may_not_is_refused_and_has_changed_nothing(world, cast, contents, route):
    app, _ = world
    before = contents()
    answers = [(role, place, status, ask(app, cast, route, role, place)) for role, place, status in cells(route, False)]
    wrong = [(role, place, f"{answer.status}, not {status}", answer) for role, place, status, answer in answers
             if not is_refusal(answer, status)]
    assert not wrong, wrong
    after = contents()
    assert after == before, tables.changes(before, after)


def is_let_in(route, role, place, answer):
    listed = LISTED.get((route["method"], route["path"]), {}).get(role)
    if listed is not None:
        return answer.status == listed
    if route["path"].endswith("/provisioning"):  # who is not let in is told that there is no such tenant
        return answer.status == 404 and answer.json()["detail"] == "the tenant was not made by an operation"
    if route["method"] == "GET" and not pieces(route):
        return answer.status == 200
    if route["level"] in ("public", "enrol", "self", "user") and SIGN_IN.match(route["path"]):
        return answer.status < 500 and answer.status != 405
    return answer.status < 500 and answer.status not in (401, 403, 405)


@pytest.mark.parametrize("route", [r for r in ROUTES if cells(r, True)], ids=name)
def test_who_may_is_let_in(world, cast, route):
    """Each with a cast of their own where something may change."""
    app, fresh = world
    wrong = []
    for role, place, _ in cells(route, True):
        answer = ask(app, cast if route["method"] == "GET" else fresh(), route, role, place)
        if not is_let_in(route, role, place, answer):
            wrong.append((role, place, answer))
    assert not wrong, wrong
