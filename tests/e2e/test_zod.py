"""The schema of a partner's tenant beside Zod, which has the same rules in its own words: every body of many has the same
verdict, the same places and, where the rules name them, the same words. Where we differ is a CLASS below, with its reason."""
import json
import os
import re
import subprocess
from pathlib import Path

import bodies
import npm
import stack

HERE, BUILD = Path(__file__).parent, Path(stack.PROGRAM).parent
COUNT = 55000
SEED = os.environ.get("ZOD_SEED", "2025-02-10")
SCHEMA = stack.TOP / "src/controllers/schemas/provisioning_tenant.json"
NAMED = {"Company name is required", "Invalid email address"}
DEPTH, DIGITS = 32, 1023  # json.h

STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.S)
ESCAPE = re.compile(rb"\\(?:u([0-9a-fA-F]{4})|.)", re.S)
NUMBER = re.compile(rb"[-+.0-9eE]+")


def escapes(raw):
    """The code units of each string's \\u escapes; None for everything between two of them."""
    for s in STRING.findall(raw):
        at = 1
        for m in ESCAPE.finditer(s):
            if m.start() != at or m[1] is None:
                yield None
            if m[1] is not None:
                yield int(m[1], 16)
            at = m.end()
        yield None


def has_nul(raw):
    return 0 in escapes(raw)


def has_lone_surrogate(raw):
    high = False
    for unit in escapes(raw):
        low = unit is not None and 0xDC00 <= unit < 0xE000
        if low != high:
            return True
        high = unit is not None and 0xD800 <= unit < 0xDC00
    return high


def has_duplicate(raw):
    found = []

    def look(pairs):
        if len({name for name, _ in pairs}) < len(pairs):
            found.append(True)
    try:
        json.loads(raw.decode("utf-8-sig", "replace"), object_pairs_hook=look, parse_int=float)
    except (RecursionError, ValueError):
        return False
    return bool(found)


def is_deep(raw):
    depth = most = 0
    for c in STRING.sub(b"", raw):
        depth += (c in b"[{") - (c in b"]}")
        most = max(most, depth)
    return most > DEPTH


def has_long_number(raw):
    return any(len(n) > DIGITS for n in NUMBER.findall(STRING.sub(b'""', raw)))


def is_no_utf8(raw):
    try:
        raw.decode()
    except UnicodeDecodeError:
        return True
    return False


def has_mark(raw):
    return raw.startswith(b"\xef\xbb\xbf")


# What JSON.parse lets pass and our parser refuses, each by a predicate that looks at the text alone and is exact:
# we refuse every text in a class, and no other that is JSON.
REFUSED = {
    "duplicate members": (has_duplicate, "which of them counts is another one in every parser: a proxy that checked the first would "
                          "have checked nothing (RFC 8259, 4, asks for unique names)"),
    "NUL as an escape": (has_nul, "PostgreSQL's text cannot hold U+0000, so it could not be kept as it was sent"),
    "an unpaired surrogate as an escape": (has_lone_surrogate, "is no Unicode text and has no UTF-8: it could neither be kept nor answered"),
    "more than 32 levels": (is_deep, "what no schema of ours asks for is not read; JSON.parse stops where the stack ends"),
    "a number of more than 1,023 digits": (has_long_number, "numbers keep their digits here, so they have a bound; JSON.parse rounds them"),
    "ill-formed UTF-8": (is_no_utf8, "JSON is UTF-8 (RFC 8259, 8.1); Request.json() puts U+FFFD in its place, and keeps what nobody sent"),
    "a byte order mark": (has_mark, "must not be sent (RFC 8259, 8.1); Request.json() drops it"),
}


def bad_external_id(value):
    """external_id is a member of ours, which TenantSchema does not know and so does not look at."""
    if not isinstance(value, dict) or "external_id" not in value:
        return False
    text = value["external_id"]
    return not isinstance(text, str) or not 1 <= len(text) <= 255


def is_no_primitive(value):
    """What JavaScript cannot compare with a number: an object whose toString is a member of its own."""
    if isinstance(value, list):
        return any(is_no_primitive(v) for v in value)
    return isinstance(value, dict) and "toString" in value


def throws(value):
    """min() looks at the length of what is no string, too: Zod's safeParse() throws a TypeError where that is no primitive
    value, and whoever calls it answers 500. Here it is a fault as any other."""
    name = value.get("company_name") if isinstance(value, dict) else None
    return isinstance(name, dict) and is_no_primitive(name.get("length"))


def pointer(path):
    return "".join("/" + str(p).replace("~", "~0").replace("/", "~1") for p in path)


def said_by(command, raws, **env):
    done = subprocess.run(command, input=b"".join(r + b"\n" for r in raws), capture_output=True, check=False, timeout=300,
                          env={"PATH": stack.PATH, **env})
    assert done.returncode == 0, done.stderr.decode()
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(said) == len(raws)
    return said


def compare(raw, zod, ours, hits):
    """What is wrong, or None; counts the classes that a body is in."""
    if zod is None:
        return None if "refused" in ours else "only Zod's side refuses it"
    classes = [name for name, (is_in, _) in REFUSED.items() if is_in(raw)]
    for name in classes:
        hits[name] += 1
    if "refused" in ours:
        return None if classes else f"refused: {ours['refused']}"
    if classes:
        return f"taken in spite of {classes}"
    faults, value = ours["faults"], json.loads(raw, parse_int=float)
    if (zod == "threw") != throws(value):
        return f"Zod says {zod}"
    if zod == "threw":
        hits["Zod throws"] += 1
        return None if "/company_name" in {f[0] for f in faults} else f"places: {faults}"
    issues = [(pointer(path), message) for path, _, message in zod]
    own = [f for f in faults if f[0] == "/external_id"]
    if bool(own) != bad_external_id(value):
        return f"external_id: {own}"
    hits["external_id"] += bool(own)
    faults = [f for f in faults if f not in own]
    if sorted({f[0] for f in faults}) != sorted({at for at, _ in issues}):
        return f"places: {faults}, not {issues}"
    words = {(at, message) for at, _, message in faults}
    missed = [i for i in issues if i[1] in NAMED and i not in words]
    return f"words: {faults}, not {missed}" if missed else None


def test_zod_says_the_same_of_every_body():
    modules = npm.modules("schema")
    subprocess.run(["make", "-s", "-C", str(BUILD), "tests/suite/schema_verdict"], check=True, stdout=subprocess.DEVNULL)
    raws = list(bodies.Maker(SEED).all(COUNT))
    assert len(raws) >= 50000
    zods = said_by(["node", str(HERE / "node/verdict.js")], raws, NODE_PATH=str(modules))
    ours = said_by([str(BUILD / "tests/suite/schema_verdict"), str(SCHEMA)], raws)
    hits = dict.fromkeys([*REFUSED, "external_id", "Zod throws"], 0)
    wrong = [f"{raw[:300]!r}: {what}" for raw, z, o in zip(raws, zods, ours) if (what := compare(raw, z, o, hits))]
    tally = {"no JSON": sum(z is None for z in zods), "valid": zods.count([]), "invalid": sum(bool(z) and z != "threw" for z in zods), **hits}
    print(f"{len(raws)} bodies of seed {SEED}: {tally}")
    assert not wrong, f"seed {SEED}: {len(wrong)} differ:\n" + "\n".join(wrong[:20])
    assert all(tally.values()), f"no body is in some class: {tally}"
    assert min(tally["valid"], tally["invalid"]) > COUNT / 10, tally
    assert {i[2] for z in zods if isinstance(z, list) for i in z if i[2] in NAMED} == NAMED


def test_where_zod_has_words_of_its_own_ours_are_those_of_the_rules():
    """A member that is missing, or is no string, has Zod's own words there; ours are those that the rules name, since they
    tell what to do."""
    raws = [b'{"email":"a@b.co"}', b'{"company_name":1,"email":null}']
    subprocess.run(["make", "-s", "-C", str(BUILD), "tests/suite/schema_verdict"], check=True, stdout=subprocess.DEVNULL)
    ours = said_by([str(BUILD / "tests/suite/schema_verdict"), str(SCHEMA)], raws)
    assert ours[0]["faults"] == [["/company_name", "required", "Company name is required"]]
    assert [f[2] for f in ours[1]["faults"]] == ["Company name is required", "Invalid email address"]
