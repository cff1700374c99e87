"""Tokens between programs that share nothing but the standards: what the program issues is
verified by PyJWT and by jose, and what those two sign is taken by the program."""
import contextlib
import json
import subprocess
import time
import uuid
from pathlib import Path

import jwt
import pytest
import stack

HERE = Path(__file__).parent
NAMESPACE = uuid.UUID("74738ff5-5367-5958-9aee-98fffdcd1876")
ALGORITHMS = ("HS256", "HS384", "HS512")
ISSUER, AUDIENCE = "https://tenantd.example", "the application"
FOREIGN = "https://id.example/pool"
SUB = "zoë|42"


@pytest.fixture(scope="module")
def jose(node_modules):
    """What node/tokens.js makes of a list of tasks."""
    def run(*tasks):
        done = subprocess.run(["node", str(HERE / "node/tokens.js")], input=json.dumps(tasks), capture_output=True, text=True,
                              check=False, timeout=300, env={"PATH": stack.PATH, "NODE_PATH": str(node_modules)})
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
    return run


class Ours:
    """The program with an ALGORITHM. named: with an issuer and an audience of its own."""

    def __init__(self, app, algorithm, named):
        self.app, self.algorithm, self.named = app, algorithm, named
        self.key = app.settings["JWT_SECRET_KEY"]
        self.terms = {"iss": ISSUER, "aud": AUDIENCE} if named else {}

    def claims(self, sub, **more):
        return {"sub": sub, "exp": int(time.time()) + 600, **self.terms, **more}

    def issue(self, *args):
        return stack.command(self.app.settings, "token", "issue", *args).strip()

    def first_call(self, token):
        return self.app.call("POST", "/api/tenant/getOrCreate", {"Authorization": "Bearer " + token})

    def user_of(self, token):
        """Whom the program takes its bearer for; None: for nobody."""
        answer = self.first_call(token)
        if answer.status == 401:
            return None
        assert answer.status == 200, answer
        return self.app.db.value("SELECT owner_id FROM public.custom_auth_tenant WHERE id = %s", [answer.json()["tenantId"]])


@pytest.fixture(scope="module", params=[*((a, True) for a in ALGORITHMS), ("HS256", False)],
                ids=lambda p: p[0] if p[1] else f"{p[0]}, nameless")
def ours(request, db):
    algorithm, named = request.param
    terms = {"JWT_ISSUER": ISSUER, "JWT_AUDIENCE": AUDIENCE} if named else {}
    with stack.Tenantd(db, workers=1, JOB_WORKERS=0, ALGORITHM=algorithm, **terms) as app:
        yield Ours(app, algorithm, named)


def check(ours, head, claims):
    """What was issued with ISSUED below, as somebody else has read it."""
    assert head == {"alg": ours.algorithm, "typ": "JWT"}, head
    assert claims.pop("exp") - claims.pop("iat") == 90
    assert uuid.UUID(claims.pop("jti")).version == 4
    assert claims == {"sub": SUB, "email": "zoe@example.com", "tenant_id": "acme", "client_id": "shop",
                      "roles": ["admin", "two words"], "scope": "tenant:read tenant:update", **ours.terms}


ISSUED = ("--sub", SUB, "--email", "zoe@example.com", "--tenant", "acme", "--client", "shop", "--role", "admin",
          "--role", "two words", "--scope", "tenant:read", "--scope", "tenant:update", "--lifetime", "90")


def test_what_is_issued_is_good_for_pyjwt(ours):
    token, expected = ours.issue(*ISSUED), {"issuer": ISSUER, "audience": AUDIENCE} if ours.named else {}
    check(ours, jwt.get_unverified_header(token), jwt.decode(token, ours.key, [ours.algorithm], **expected))
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, ours.key[::-1], [ours.algorithm], **expected)
    with pytest.raises(jwt.InvalidAlgorithmError):
        jwt.decode(token, ours.key, [a for a in ALGORITHMS if a != ours.algorithm], **expected)
    if ours.named:
        for terms in ({**expected, "issuer": "another"}, {**expected, "audience": "another"}):
            with pytest.raises((jwt.InvalidIssuerError, jwt.InvalidAudienceError)):
                jwt.decode(token, ours.key, [ours.algorithm], **terms)


def test_what_is_issued_is_good_for_jose(ours, jose):
    options = {"algorithms": [ours.algorithm], **({"issuer": ISSUER, "audience": AUDIENCE} if ours.named else {})}
    task = {"verify": ours.issue(*ISSUED), "key": ours.key, "options": options}
    good, forged, other, strange = jose(
        task, {**task, "key": ours.key[::-1]}, {**task, "options": {**options, "algorithms": ["HS1", "RS256"]}},
        {**task, "options": {**options, "issuer": "another", "audience": "another"}})
    check(ours, good["header"], good["claims"])
    assert [forged["error"], other["error"], strange["error"]] == [
        "ERR_JWS_SIGNATURE_VERIFICATION_FAILED", "ERR_JOSE_ALG_NOT_ALLOWED", "ERR_JWT_CLAIM_VALIDATION_FAILED"]


@pytest.fixture(params=["PyJWT", "jose"])
def sign(request, ours, jose):
    """[(claims, algorithm), …] -> a token each, signed with our key by one of the two."""
    def by_jose(pairs):
        return jose(*({"sign": claims, "key": ours.key, "header": {"alg": a, "typ": "JWT"}} for claims, a in pairs))

    def by_pyjwt(pairs):
        return [jwt.encode(claims, ours.key, a) for claims, a in pairs]
    return by_pyjwt if request.param == "PyJWT" else by_jose


def test_what_they_sign_is_taken(ours, sign):
    subs = [f"{uuid.uuid4()}", f"zoë|{uuid.uuid4()}", "é" * 109 + f"-{uuid.uuid4()}"]
    wanted = [ours.claims(sub, email="a@example.com", nbf=int(time.time()) - 5, more={"of": ["anything", 1.5, None]}) for sub in subs]
    if ours.named:
        subs.append(f"{uuid.uuid4()}")
        wanted.append(ours.claims(subs[-1], aud=["another", AUDIENCE]))
    assert [ours.user_of(token) for token in sign([(claims, ours.algorithm) for claims in wanted])] == subs


def test_what_they_sign_otherwise_is_not(ours, sign):
    good = ours.claims("other-terms")
    without = [{k: v for k, v in good.items() if k != name} for name in ("sub", "exp", *ours.terms)]
    wanted = [(claims, ours.algorithm) for claims in without]
    wanted += [(good, a) for a in ALGORITHMS if a != ours.algorithm]
    wanted += [({**good, "exp": int(time.time()) - 3600}, ours.algorithm), ({**good, "nbf": int(time.time()) + 3600}, ours.algorithm),
               ({**good, "iss": "https://another.example"}, ours.algorithm), ({**good, "aud": "another"}, ours.algorithm)]
    for (claims, algorithm), token in zip(wanted, sign(wanted)):
        assert ours.user_of(token) is None, (claims, algorithm)
    [token] = sign([(good, ours.algorithm)])
    assert ours.user_of(token) == "other-terms", "or else nothing was tried"


# -- keys of others --

@pytest.fixture(scope="module")
def foreign(db, jose):
    """(the program, what jose signed): an RSA and an EC key, and two that no set has, by their kid."""
    now = int(time.time())
    claims = {"iss": FOREIGN, "aud": AUDIENCE, "sub": "abc", "exp": now + 3600, "iat": now, "email": "a@id.example",
              "roles": ["admin"], "scope": "admin", "tenant_id": "acme"}
    kinds = {"rsa": "RS256", "ec": "ES256", "rsa-2": "RS256", "ed": "EdDSA"}
    signs = [{"claims": c, "header": h} for c, h in (
        (claims, {"typ": "JWT"}), (claims, {"kid": "rsa"}), (claims, {"kid": "ec"}), ({**claims, "aud": "another"}, {}),
        ({**claims, "exp": now - 3600}, {}))]
    made = dict(zip(kinds, jose(*({"pair": alg, "kid": kid, "sign": signs} for kid, alg in kinds.items()))))
    [by_public_key] = jose({"sign": claims, "key": json.dumps(made["rsa"]["jwk"]), "header": {"alg": "HS256", "kid": "rsa"}})
    place = stack.Directory("tdt.")
    keys = [made[kid]["jwk"] for kid in ("rsa", "ec")] + [{"kty": "OKP", "crv": "X25519", "x": "AAAA", "use": "enc", "kid": "x"}]
    (place.path / "set.json").write_text(json.dumps({"keys": keys}))
    (place.path / "issuers.json").write_text(json.dumps({"issuers": [{
        "issuer": FOREIGN, "jwks_file": str(place.path / "set.json"), "algorithms": ["RS256", "ES256"], "audiences": [AUDIENCE]}]}))
    with contextlib.ExitStack() as up:
        up.callback(place.remove)
        app = up.enter_context(stack.Tenantd(db, workers=1, JOB_WORKERS=0, JWT_ISSUERS_FILE=place.path / "issuers.json"))
        yield Ours(app, "HS256", False), {kid: m["tokens"] for kid, m in made.items()}, by_public_key


def test_rs256_and_es256_by_jose_are_the_issuers_user(foreign):
    ours, signed, _ = foreign
    user = str(uuid.uuid5(NAMESPACE, f"{FOREIGN}|abc"))
    assert [ours.user_of(signed[kid][0]) for kid in ("rsa", "ec")] == [user, user]
    for kid in ("rsa", "ec"):
        refused = ours.app.call("GET", "/api/webhooks", {"Authorization": "Bearer " + signed[kid][0]})
        assert refused.status == 403, "a scope of an issuer that is not honoured is none"


def test_keys_of_nobody_and_keys_under_anothers_name_are_nobodys(foreign):
    ours, signed, by_public_key = foreign
    for kid, tokens in signed.items():
        # under the name of the RSA key, and of the EC key; for another audience; expired
        refused = [t for t, name in zip(tokens[1:3], ("rsa", "ec")) if name != kid] + tokens[3:]
        for token in refused + ([tokens[0]] if kid in ("rsa-2", "ed") else []):
            assert ours.user_of(token) is None, (kid, jwt.get_unverified_header(token))
    assert ours.user_of(by_public_key) is None
