"""Tokens of other issuers, signed by PyJWT and cryptography with keys made here; one
issuer's keys come from a file, the other's from a real HTTP server that may go away."""
import base64
import http.server
import json
import threading
import time

import jwt
import pytest
import stack
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

FILE_ISSUER, URL_ISSUER = "https://file.example", "https://url.example"


def b64(number, size):
    return base64.urlsafe_b64encode(number.to_bytes(size, "big")).rstrip(b"=").decode()


class Key:
    def __init__(self, kid, alg):
        self.kid, self.alg = kid, alg
        self.private = (rsa.generate_private_key(65537, 2048) if alg == "RS256"
                        else ec.generate_private_key(ec.SECP256R1()))
        self.numbers = self.private.public_key().public_numbers()

    def jwk(self):
        common = {"kid": self.kid, "alg": self.alg, "use": "sig"}
        if self.alg == "RS256":
            return {"kty": "RSA", "n": b64(self.numbers.n, 256), "e": b64(self.numbers.e, 3), **common}
        return {"kty": "EC", "crv": "P-256", "x": b64(self.numbers.x, 32), "y": b64(self.numbers.y, 32), **common}

    def pem(self):
        return self.private.public_key().public_bytes(serialization.Encoding.PEM,
                                                      serialization.PublicFormat.SubjectPublicKeyInfo)

    def token(self, issuer, sub, kid=None, alg=None, **more):
        claims = {"iss": issuer, "aud": "tenants", "sub": sub, "exp": int(time.time()) + 600, **more}
        return jwt.encode(claims, self.private, alg or self.alg, {"kid": kid or self.kid})


class KeyServer:
    """An issuer's JWKS over HTTP; .keys may change, .asked counts."""

    def __init__(self, keys):
        self.keys, self.asked = keys, 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked += 1
                body = json.dumps({"keys": [k.jwk() for k in outer.keys]}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/jwks.json"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="module")
def keys():
    return {"file-rsa": Key("file-rsa", "RS256"), "url-ec": Key("url-ec", "ES256"), "url-rsa": Key("url-rsa", "RS256"),
            "stranger": Key("file-rsa", "RS256")}


@pytest.fixture(scope="module")
def world(db, keys):
    """(the program, the key server)"""
    place = stack.Directory("tdi.")
    server = KeyServer([keys["url-ec"], keys["url-rsa"]])
    (place.path / "file.jwks").write_text(json.dumps({"keys": [keys["file-rsa"].jwk()]}))
    issuers = [{"issuer": FILE_ISSUER, "jwks_file": str(place.path / "file.jwks"), "algorithms": ["RS256"],
                "audiences": ["tenants"]},
               {"issuer": URL_ISSUER, "jwks_url": server.url, "algorithms": ["RS256", "ES256"],
                "audiences": ["tenants"], "honour": ["email", "tenant_id"]}]
    (place.path / "issuers.json").write_text(json.dumps({"issuers": issuers}))
    try:
        with stack.Tenantd(db, workers=1, JWT_ISSUERS_FILE=place.path / "issuers.json") as app:
            yield app, server
    finally:
        server.close()
        place.remove()


def create(world, token):
    return world[0].call("POST", "/api/tenant/getOrCreate", {"Authorization": "Bearer " + token})


def test_each_issuers_user_gets_a_tenant_of_their_own(world, keys):
    """The same sub at two issuers, and at none, is three users."""
    ours = stack.command(world[0].settings, "token", "issue", "--sub", "same").strip()
    answers = [create(world, t) for t in (ours, keys["file-rsa"].token(FILE_ISSUER, "same"),
                                          keys["url-ec"].token(URL_ISSUER, "same"))]
    assert [a.status for a in answers] == [200, 200, 200], answers
    assert len({a.json()["tenantId"] for a in answers}) == 3
    again = create(world, keys["url-rsa"].token(URL_ISSUER, "same"))
    assert again.json()["tenantId"] == answers[2].json()["tenantId"] and again.json()["isNew"] is False


def test_one_issuers_keys_sign_nothing_of_anothers(world, keys):
    for token in (keys["file-rsa"].token(URL_ISSUER, "x"), keys["url-rsa"].token(FILE_ISSUER, "x"),
                  keys["url-ec"].token(FILE_ISSUER, "x"), keys["stranger"].token(FILE_ISSUER, "x"),
                  keys["url-rsa"].token(FILE_ISSUER, "x", kid="file-rsa"),
                  keys["url-rsa"].token(URL_ISSUER, "x", kid="url-ec"),
                  keys["file-rsa"].token("https://nobody.example", "x")):
        assert create(world, token).status == 401


def test_an_hmac_made_with_a_public_key_is_nobody(world, keys):
    import tokens
    for text in (keys["file-rsa"].pem().decode(), json.dumps(keys["file-rsa"].jwk())):
        claims = tokens.claims("x", iss=FILE_ISSUER, aud="tenants")
        assert create(world, tokens.make(text, claims, {"alg": "HS256", "kid": "file-rsa"})).status == 401
    ours = world[0].settings["JWT_SECRET_KEY"]
    assert create(world, tokens.token(ours, "x", iss=FILE_ISSUER, aud="tenants")).status == 401


def test_what_an_issuer_may_not_do_is_refused(world, keys):
    key = keys["file-rsa"]
    assert create(world, key.token(FILE_ISSUER, "x", aud="others")).status == 401
    assert create(world, key.token(FILE_ISSUER, "x", exp=int(time.time()) - 120)).status == 401
    assert create(world, key.token(FILE_ISSUER, "x", alg="RS512")).status == 401
    assert create(world, key.token(FILE_ISSUER, "x", alg="PS256")).status == 401
    assert create(world, key.token(FILE_ISSUER, "")).status == 401
    signed = key.token(FILE_ISSUER, "x")
    head, body, signature = signed.split(".")
    for forged in (f"{head}.{body}.", f"{head}.{body}.{signature[:-8]}", f"{head}.{body}.{signature[:20]}*{signature[20:]}",
                   f"{head}.{body}.{signature}.x", f"{head}.{body}.{signature}=="):
        assert create(world, forged).status == 401, forged


def test_a_foreign_issuers_superuser_claim_or_id_is_nothing(world, keys, db):
    user = stack.create_user(db, "issuers@example.com", "--superuser")
    for token in (keys["url-rsa"].token(URL_ISSUER, user), keys["url-rsa"].token(URL_ISSUER, "x", scope="admin", roles=["admin"]),
                  keys["url-rsa"].token(URL_ISSUER, "x", email="issuers@example.com", email_verified=True)):
        assert world[0].call("GET", "/admin/rls", {"Authorization": "Bearer " + token}).status == 403


def test_a_new_key_is_fetched_and_an_unknown_one_not_again_and_again(world, keys):
    app, server = world
    assert create(world, keys["url-ec"].token(URL_ISSUER, "rotate")).status == 200
    before, began = server.asked, time.monotonic()
    for i in range(20):
        assert create(world, keys["url-ec"].token(URL_ISSUER, "rotate", kid=f"unknown-{i}")).status == 401
    assert server.asked <= before + 1 + (time.monotonic() - began) // 60, "once a minute"


def test_an_issuer_that_is_down_keeps_its_keys(world, keys):
    app, server = world
    assert create(world, keys["url-rsa"].token(URL_ISSUER, "down")).status == 200
    server.close()
    assert create(world, keys["url-rsa"].token(URL_ISSUER, "down")).status == 200
    assert create(world, keys["url-rsa"].token(URL_ISSUER, "down", kid="other")).status == 401
    assert create(world, keys["file-rsa"].token(FILE_ISSUER, "down")).status == 200
