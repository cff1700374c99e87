"""Signing in, as the tests of it need it: a person, an address, the answers' shapes."""
import base64
import ctypes
import hashlib
import ipaddress
import json
import secrets
import urllib.parse
import uuid

import stack

PASSWORD = "correct horse battery staple"  # of stack.create_user
PROXIES = {"TRUSTED_PROXIES": "127.0.0.0/8"}  # so that X-Forwarded-For says who calls


def address():
    """Of nobody else in this run."""
    return str(ipaddress.IPv4Address(0x0A000000 + secrets.randbelow(1 << 24)))


def claims(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def cheaper(password):
    """An Argon2id hash of it at lower costs than today's: 8 MiB, one pass."""
    out = ctypes.create_string_buffer(200)
    done = ctypes.CDLL("libargon2.so.1").argon2id_hash_encoded(
        ctypes.c_uint32(1), ctypes.c_uint32(8192), ctypes.c_uint32(1), password.encode(), ctypes.c_size_t(len(password)),
        secrets.token_bytes(16), ctypes.c_size_t(16), ctypes.c_size_t(32), out, ctypes.c_size_t(len(out)))
    assert done == 0
    return out.value.decode()


def bucket(kind, account="", network=""):
    """The key of tenantd.sign_in_failures."""
    return hashlib.sha256(f"{kind}\n{account}\n{network}".encode()).hexdigest()


class Person:
    """A user of the program's own, at an address of their own."""

    def __init__(self, app, db, *args, email=None):
        self.app, self.db = app, db
        self.email = email or f"{uuid.uuid4().hex[:16]}@example.com"
        self.id, self.address = stack.create_user(db, self.email, *args), address()

    def headers(self, token=None, at=None, **more):
        return {"X-Forwarded-For": at or self.address, **more, **({"Authorization": "Bearer " + token} if token else {})}

    def login(self, password=PASSWORD, at=None, agent=None, **body):
        body = {"email": self.email, "password": password, **body}
        return self.app.call("POST", "/login", self.headers(at=at, **({"User-Agent": agent} if agent else {})), body)

    def signed_in(self, **how):
        answer = self.login(**how)
        assert answer.status == 200, answer
        return answer.json()

    def token(self, at=None, **fields):
        return self.app.call("POST", "/token",
                             self.headers(at=at, **{"Content-Type": "application/x-www-form-urlencoded"}),
                             urllib.parse.urlencode(fields).encode())

    def refresh(self, token, **fields):
        return self.token(grant_type="refresh_token", refresh_token=token, **fields)

    def refreshed(self, token, **fields):
        answer = self.refresh(token, **fields)
        assert answer.status == 200, answer
        return answer.json()

    def get(self, path, token):
        return self.app.call("GET", path, self.headers(token))

    def put_in_tenant(self, role="member", status="active", policy=None, assigned=False):
        """A new tenant with them in it; its id."""
        tenant = f"t-{uuid.uuid4().hex[:12]}"
        self.db.sql("INSERT INTO public.tenants (id, tenant, slug, status) VALUES (%s, %s, %s, %s)",
                    [tenant, str(uuid.uuid4()), tenant, status])
        self.db.sql("INSERT INTO public.tenant_users (tenant_id, user_id, role) VALUES (%s, %s, %s)", [tenant, self.id, role])
        if policy is not None:
            self.set_policy(tenant, policy)
        if assigned:
            self.db.sql("UPDATE public.users SET tenant_id = %s WHERE id = %s", [tenant, self.id])
        return tenant

    def set_policy(self, tenant, policy):
        self.db.sql("INSERT INTO tenantd.security_policies (tenant_id, policy) VALUES (%s, %s) "
                    "ON CONFLICT (tenant_id) DO UPDATE SET policy = EXCLUDED.policy", [tenant, json.dumps(policy)])

    def sessions(self, columns="id"):
        """Those that go on, the oldest first."""
        return self.db.sql(f"SELECT {columns} FROM tenantd.sessions WHERE user_id = %s AND ended_at IS NULL "
                           "AND expires_at > now() ORDER BY created_at", [self.id])

    def audit(self, *events):
        """(event, severity, reason) of each row, in order."""
        return self.db.sql("SELECT event, severity, details->>'reason' FROM tenantd.audit WHERE actor = %s "
                           "AND event = ANY (%s) ORDER BY id", [self.id, list(events)])

    def count(self, kind):
        """The failures of one of their buckets."""
        key = {"pair": bucket("pair", self.email, self.address), "address": bucket("address", "", self.address),
               "account": bucket("account", self.email), "code": bucket("code", self.id)}[kind]
        rows = self.db.sql("SELECT failures FROM tenantd.sign_in_failures WHERE bucket = %s", [key])
        return rows[0][0] if rows else 0


def same(answer):
    """What of an answer may not differ between two that are alike."""
    body = {k: v for k, v in answer.json().items() if k != "instance"}
    head = {k: v for k, v in answer.headers.items() if k not in ("x-request-id",) and not k.startswith("ratelimit")}
    return answer.status, body, head


def problem(answer, status, slug):
    assert answer.status == status, answer
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/docs/problems/" + slug, answer
    assert answer.json()["status"] == status and answer.json()["success"] is False
    if status == 401:
        assert answer.headers["www-authenticate"] == 'Bearer realm="tenantd"'
    return answer.json()


def oauth_error(answer, error, slug, status=400):
    """RFC 6749, 5.2."""
    assert answer.status == status, answer
    assert answer.headers["content-type"] == "application/json" and answer.headers["cache-control"] == "no-store"
    p = answer.json()
    assert p["error"] == error and p["type"] == "/docs/problems/" + slug and p["status"] == status, p
    assert all(0x20 <= ord(c) <= 0x7E and c not in '"\\' for c in p["error_description"]), p
    return p
