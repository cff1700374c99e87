"""What it takes to verify a token, by algorithm: tests/bench/verify.c, which is built for it, on the
program's own library."""
import json
import statistics
import subprocess
import time
from pathlib import Path

import jwt
import stack
import tokens
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from table import number, show

ISSUER, AUDIENCE = "https://bench.example", "bench"
ALGORITHMS = ("HS256", "RS256", "ES256")
DAY = 86400
SECRET = "a secret of the benchmark's, which is of no use to anybody"


def _bytes(n):
    return tokens.b64(n.to_bytes((n.bit_length() + 7) // 8, "big"))


def _pem(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _keys():
    """The private keys, and the set that has the public ones."""
    r, e = rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())
    rn, en = r.public_key().public_numbers(), e.public_key().public_numbers()
    return {"RS256": _pem(r), "ES256": _pem(e)}, {"keys": [
        {"kty": "RSA", "kid": "RS256", "n": _bytes(rn.n), "e": _bytes(rn.e)},
        {"kty": "EC", "kid": "ES256", "crv": "P-256", "x": tokens.b64(en.x.to_bytes(32, "big")),
         "y": tokens.b64(en.y.to_bytes(32, "big"))}]}


def _token(private, algorithm, n):
    claims = {"sub": f"user-{n}", "email": f"user-{n}@example.com", "exp": int(time.time()) + DAY, "n": n}
    if algorithm == "HS256":
        return tokens.make(SECRET, claims)
    return jwt.encode({**claims, "iss": ISSUER, "aud": AUDIENCE}, private[algorithm], algorithm, {"kid": algorithm})


def _prepare(place, count):
    """The settings, and a file of tokens for each algorithm."""
    private, keys = _keys()
    (place / "keys.json").write_text(json.dumps(keys))
    (place / "issuers.json").write_text(json.dumps({"issuers": [
        {"issuer": ISSUER, "jwks_file": str(place / "keys.json"), "algorithms": ["RS256", "ES256"], "audiences": [AUDIENCE]}]}))
    (place / "conf").write_text(f"SECRET_KEY={SECRET}\nJWT_SECRET_KEY={SECRET}\nJWT_ISSUERS_FILE={place / 'issuers.json'}\n")
    for algorithm in ALGORITHMS:
        (place / algorithm).write_text("".join(_token(private, algorithm, n) + "\n" for n in range(count + 1)))


def _build():
    """The driver, in the program's build directory."""
    build = Path(stack.PROGRAM).resolve().parent
    if not (build / "Makefile").exists():
        raise LookupError(f"{build} is no build directory")
    subprocess.run(["make", "-s", "-C", str(build), "tests/bench/verify"], check=True, stdout=subprocess.DEVNULL)
    return build / "tests/bench/verify"


def measure(bench, say, rounds, seconds):
    """seconds 0: once through a few tokens."""
    try:
        driver = _build()
    except LookupError as e:
        say(f"verify: {e}: its rows are left out")
        return
    place = bench.scratch.writable("verify")
    _prepare(place, 500 if seconds else 50)
    took = {}  # (algorithm, whether cached): microseconds each, a round
    for _ in range(rounds):
        for algorithm in ALGORITHMS:
            out = subprocess.run([str(driver), str(place / "conf"), str(place / algorithm), str(seconds)],
                                 capture_output=True, text=True, check=False)
            if out.returncode != 0:
                raise RuntimeError(out.stderr)
            for line in out.stdout.splitlines():
                cached, n, spent = line.split()
                took.setdefault((algorithm, cached), []).append(1e6 * float(spent) / int(n))
    rows = []
    for algorithm in ALGORITHMS:
        cold, warm = (statistics.median(took[algorithm, cached]) for cached in ("uncached", "cached"))
        rows.append([algorithm, number(cold, 1), number(1e6 / cold), number(warm, 2), number(1e6 / warm)])
    show(["verify", "uncached us", "a second", "cached us", "a second"], rows)
