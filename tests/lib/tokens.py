"""Tokens as the tests need them: good ones, and every way of forging one that a test names.
Made here from the standard library alone, so that they share no fault with the program."""
import base64
import hashlib
import hmac
import json
import time


def b64(data):
    if isinstance(data, (dict, list)):
        data = json.dumps(data)
    if isinstance(data, str):
        data = data.encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sign(key, head, body, digest=hashlib.sha256):
    return b64(hmac.new(key.encode(), f"{head}.{body}".encode(), digest).digest())


def make(key, claims, head=None, digest=hashlib.sha256):
    """claims and head: dicts, or text to be taken as it is."""
    h = b64(head if head is not None else {"alg": "HS256", "typ": "JWT"})
    p = b64(claims)
    return f"{h}.{p}.{sign(key, h, p, digest)}"


def claims(sub, **more):
    return {"sub": sub, "exp": int(time.time()) + 3600, **more}


def token(key, sub, **more):
    return make(key, claims(sub, **more))


def bearer(db, user):
    """The header of a user of a database's program."""
    return {"Authorization": "Bearer " + token(db.settings["JWT_SECRET_KEY"], user)}


PARTNER_PERMISSIONS = "tenant:create tenant:read tenant:update tenant:delete"


def partner(key, sub, permissions=PARTNER_PERMISSIONS, **more):
    """One that names a partner, who is called as its sub."""
    return token(key, sub, **{"roles": ["partner-admin"], "scope": permissions, **more})


def _none(key):
    return f'{b64({"alg": "none"})}.{b64(claims("forger"))}.'


def _cut(key):
    return token(key, "forger")[:-1]


def _flip(key):
    """Another user's name under the signature of one's own."""
    h, _, s = token(key, "forger").split(".")
    return f'{h}.{b64(claims("victim"))}.{s}'


def _junk(key):
    t = token(key, "forger")
    return t[:-5] + "*" + t[-5:]


def _without(key, name):
    c = claims("forger")
    del c[name]
    return make(key, c)


now = time.time
# Every entry is a token that is nobody, by the name of what is wrong with it.
FORGED = {
    "none": _none,
    "none with a signature": lambda k: make(k, claims("forger"), {"alg": "none"}),
    "None in capitals": lambda k: f'{b64({"alg": "NONE"})}.{b64(claims("forger"))}.',
    "another key": lambda k: token(k[::-1] + "x", "forger"),
    "the empty key": lambda k: token("", "forger"),
    "another algorithm": lambda k: make(k, claims("forger"), {"alg": "HS512"}, hashlib.sha512),
    "hs384": lambda k: make(k, claims("forger"), {"alg": "HS384"}, hashlib.sha384),
    "rs256 with an hmac": lambda k: make(k, claims("forger"), {"alg": "RS256"}),
    "alg in lower case": lambda k: make(k, claims("forger"), {"alg": "hs256"}),
    "alg that is no text": lambda k: make(k, claims("forger"), {"alg": 256}),
    "without alg": lambda k: make(k, claims("forger"), {"typ": "JWT"}),
    "crit": lambda k: make(k, claims("forger"), {"alg": "HS256", "crit": ["exp"]}),
    "unknown kid": lambda k: make(k, claims("forger"), {"alg": "RS256", "kid": "../../etc/passwd"}),
    "a cut signature": _cut,
    "a swapped payload": _flip,
    "junk in the signature": _junk,
    "a fourth part": lambda k: token(k, "forger") + ".x",
    "two parts": lambda k: token(k, "forger").rsplit(".", 1)[0],
    "one part": lambda k: "forger",
    "empty parts": lambda k: "..",
    "only a dot": lambda k: ".",
    "without exp": lambda k: _without(k, "exp"),
    "without sub": lambda k: _without(k, "sub"),
    "expired": lambda k: token(k, "forger", exp=int(now()) - 120),
    "expired long ago": lambda k: token(k, "forger", exp=1),
    "exp as text": lambda k: token(k, "forger", exp=str(int(now()) + 3600)),
    "exp as a fraction in text": lambda k: make(k, '{"sub":"forger","exp":"1e99"}'),
    "exp null": lambda k: token(k, "forger", exp=None),
    "exp true": lambda k: token(k, "forger", exp=True),
    "exp negative": lambda k: token(k, "forger", exp=-1),
    "not yet valid": lambda k: token(k, "forger", nbf=int(now()) + 3600),
    "nbf as text": lambda k: token(k, "forger", nbf="soon"),
    "sub empty": lambda k: token(k, ""),
    "sub a number": lambda k: token(k, 42),
    "sub a list": lambda k: token(k, ["forger"]),
    "sub an object": lambda k: token(k, {"a": "b"}),
    "sub null": lambda k: token(k, None),
    "sub of 256 bytes": lambda k: token(k, "a" * 256),
    "sub of 10,000 bytes": lambda k: token(k, "a" * 10000),
    "sub with a NUL": lambda k: token(k, "forger\0victim"),
    "an unknown issuer": lambda k: token(k, "forger", iss="https://issuer.example"),
    "payload is a list": lambda k: make(k, ["forger"]),
    "payload is no JSON": lambda k: make(k, "forger"),
    "payload is empty": lambda k: make(k, ""),
    "payload is not UTF-8": lambda k: make(k, b'{"sub":"\xff\xfe","exp":9999999999}'),
    "sub twice": lambda k: make(k, '{"sub":"forger","sub":"victim","exp":9999999999}'),
    "header is no object": lambda k: make(k, claims("forger"), ["HS256"]),
    "deep nesting": lambda k: make(k, '{"sub":"forger","exp":9999999999,"x":' + "[" * 3000 + "]" * 3000 + "}"),
}
