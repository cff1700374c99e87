"""Test cases as text. A file holds cases; a case is a sequence of steps, run in order:

    === the name of what must hold
    sql UPDATE public.tenants SET status = 'suspended' WHERE id = '%{v5:ann}'
    > POST /api/tenant/getOrCreate
    Authorization: Bearer %{token:ann}
    Content-Type: application/json

    {"planId": "free"}
    < 403 problem tenant-suspended
    json /status = 403
    header Retry-After absent
    sql-is 1 SELECT count(*) FROM public.tenants WHERE owner_id = '%{user:ann}'

A request is its method and target, header lines, and after an empty line the body, which
goes to the line before "<" (its last line end is not sent). "as ann" among the header
lines is short for ann's Authorization ("as ann of T": with T as the token's tenant_id; "as partner ann": with
the role and the permissions of a partner's token, "as partner ann may tenant:read": with those alone), "json" for the Content-Type, "length N" says
another CONTENT_LENGTH than the body's, "param NAME value" sets a CGI variable, "stray NAME" says that
a query parameter is none of the route's.

"< STATUS" is what must come back; "< STATUS problem SLUG" demands the whole problem+json
shape too; "< 4xx" is any refusal in that shape. Then, each a line:
    json POINTER = VALUE | ~ REGEX | absent | present     (RFC 6901 pointer; "" is all)
    header NAME = TEXT | ~ REGEX | absent | present
    body empty | ~ REGEX
    save NAME json POINTER | save NAME header NAME         for %{NAME} further on
    no-change       the tables are as before this request

Text is filled in: %{user:ann} a user id of this case alone, %{token:ann} a token for it,
%{v5:ann} the tenant id that user gets (%{v5:ann#2} the next one), %{v4:x} a random UUID
version 4, the same for the same x within a case, %{repeat:N:text}, %{x:00ff} bytes,
%{NAME} what was saved.
"""
import json
import re
import uuid
from pathlib import Path

import tokens

NAMESPACE = uuid.UUID("74738ff5-5367-5958-9aee-98fffdcd1876")
ABSENT = object()


class Case:
    def __init__(self, path, line, name):
        self.id, self.where, self.steps = f"{Path(path).stem}: {name}", f"{path}:{line}", []


class Request:
    def __init__(self, line, text):
        self.line = line
        self.method, _, self.target = text.partition(" ")
        self.headers, self.body, self.expect = [], None, []


def parse(path):
    cases, request, state = [], None, None
    for number, line in enumerate(Path(path).read_text().splitlines(), 1):
        if line.startswith("=== "):
            cases.append(Case(path, number, line[4:].strip()))
            request = state = None
        elif state == "body" and not line.startswith("< "):
            request.body = line if request.body is None else request.body + "\n" + line
        elif line.startswith("#") and state != "head":
            continue
        elif line.startswith("> "):
            request, state = Request(number, line[2:]), "head"
            cases[-1].steps.append(request)
        elif line.startswith("< "):
            request.expect.append((number, "status " + line[2:]))
            state = "expect"
        elif state == "head":
            if line.strip():
                request.headers.append(line)
            else:
                state = "body"
        elif line.startswith(("sql ", "sql-is ")):
            cases[-1].steps.append((number, line))
        elif line.strip():
            request.expect.append((number, line))
    return cases


class Names:
    """Fills in %{…} for one case."""

    def __init__(self, key):
        self.key, self.salt, self.uuids, self.saved = key, uuid.uuid4().hex[:12], {}, {}

    def user(self, name):
        return f"{name}-{self.salt}"

    def token(self, name, tenant=None):
        more = {"tenant_id": tenant} if tenant else {}
        return tokens.token(self.key, self.user(name), email=f"{self.user(name)}@example.com", **more)

    def partner(self, text):
        name, _, permissions = text.partition(" may ")
        return tokens.partner(self.key, self.user(name), permissions or tokens.PARTNER_PERMISSIONS)

    def one(self, match):
        what, _, rest = match.group(1).partition(":")
        if what == "user":
            return self.user(rest)
        if what == "token":
            return self.token(rest)
        if what == "partner":
            return self.partner(rest)
        if what == "v5":
            name, hash_, number = rest.partition("#")
            return str(uuid.uuid5(NAMESPACE, self.user(name) + hash_ + number))
        if what == "v4":
            return str(self.uuids.setdefault(rest, uuid.uuid4()))
        if what == "repeat":
            count, _, text = rest.partition(":")
            return text * int(count)
        if what == "x":
            return bytes.fromhex(rest).decode("latin-1")
        return str(self.saved[what])

    def text(self, text):
        return re.sub(r"%\{([^}]*)\}", self.one, text)

    def bytes(self, text):
        """UTF-8, except that %{x:…} is the bytes that it says."""
        parts = re.split(r"(%\{x:[0-9a-f]*\})", text)
        return b"".join(bytes.fromhex(p[4:-1]) if p.startswith("%{x:") else self.text(p).encode() for p in parts)


def pointer(document, path):
    for part in path.split("/")[1:]:
        part = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, list) and part.isdigit() and int(part) < len(document):
            document = document[int(part)]
        elif isinstance(document, dict) and part in document:
            document = document[part]
        else:
            return ABSENT
    return document


def check_problem(answer, slug):
    """API.md, "Errors, all of them": what every client may rely on."""
    assert answer.headers.get("content-type", "").startswith("application/problem+json"), answer.headers
    p = answer.json()
    assert slug is None or p["type"].endswith("/" + slug) or p["type"] == slug, p["type"]
    assert p["status"] == answer.status, p
    assert p["title"] and isinstance(p["detail"], str), p
    assert p["success"] is False and p["message"], p
    assert p["instance"] and p["instance"].endswith(answer.headers["x-request-id"]), (p, answer.headers)
    if answer.status == 401:
        assert p["message"] == "Unauthorized: No authenticated user found", p
        assert answer.headers["www-authenticate"].startswith("Bearer"), answer.headers
    if answer.status >= 500:
        assert p["message"].startswith("Error processing tenant request: "), p
        assert p["error"], p
        assert not re.search(r"SELECT|INSERT|relation|/src/|\.c:\d|password", answer.body.decode()), p
    for fault in p.get("errors", []):
        assert isinstance(fault["pointer"], str) and fault["keyword"] and fault["message"], fault


def compare(actual, rest, fill):
    """The tail of an expectation: = VALUE, ~ REGEX, absent, present."""
    how, _, wanted = rest.partition(" ")
    if how == "absent":
        assert actual is ABSENT, f"is {actual!r}"
    elif how == "present":
        assert actual is not ABSENT, "is absent"
    elif how == "~":
        assert actual is not ABSENT and re.search(fill(wanted), str(actual)), f"is {actual!r}"
    elif how == "=":
        assert actual == wanted, f"is {actual!r}, not {wanted!r}"
    else:
        raise ValueError(f"{how!r} is no comparison")


def expect(answer, line, names, before, snapshot):
    what, _, rest = line.partition(" ")
    if what == "status":
        status, _, problem = rest.partition(" problem ")
        if status == "4xx":
            assert 400 <= answer.status < 500, f"{answer.status}: {answer.body[:600]!r}"
            return check_problem(answer, None)
        assert answer.status == int(status), f"{answer.status}: {answer.body[:600]!r}"
        if problem:
            check_problem(answer, problem.strip())
        else:
            assert answer.status < 400 or not answer.body, "an error is a problem: say \"problem SLUG\""
    elif what == "json":
        path, _, rest = rest.partition(" ")
        if path in ("=", "~", "absent", "present"):
            path, rest = "", f"{path} {rest}"
        actual = pointer(answer.json(), "" if path == '""' else path)
        if rest.startswith("= "):
            wanted = json.loads(names.text(rest[2:]))
            assert actual == wanted, f"{path} is {actual!r}, not {wanted!r}"
        else:
            compare(actual, rest, names.text)
    elif what == "header":
        name, _, rest = rest.partition(" ")
        actual = answer.headers.get(name.lower(), ABSENT)
        compare(actual, names.text(rest) if rest.startswith("= ") else rest, names.text)
    elif what == "body":
        if rest == "empty":
            assert answer.body == b"", answer.body[:200]
        else:
            compare(answer.body.decode(), rest, names.text)
    elif what == "save":
        name, where, path = rest.split(" ", 2)
        names.saved[name] = answer.headers[path.lower()] if where == "header" else pointer(answer.json(), path)
        assert names.saved[name] is not ABSENT, f"{path} is absent"
    elif what == "no-change":
        assert snapshot() == before, "the tables have changed"
    else:
        raise ValueError(f"{what!r} is no expectation")
    return None


def send(app, request, names):
    headers, extra, stray, body = [], {}, [], None
    if request.body is not None:
        body = names.bytes(request.body)
    for line in request.headers:
        word, _, rest = line.partition(" ")
        if word == "as":
            first, _, partner = names.text(rest).partition(" ")
            if first == "partner":
                token = names.partner(partner)
            else:
                who, _, tenant = names.text(rest).partition(" of ")
                token = names.token(who, tenant)
            headers.append(("Authorization", "Bearer " + token))
        elif word == "json":
            headers.append(("Content-Type", "application/json"))
        elif word == "length":
            extra["CONTENT_LENGTH"] = names.text(rest)
        elif word == "stray":
            stray += rest.split()
        elif word == "param":
            name, _, value = rest.partition(" ")
            extra[name] = names.bytes(value)
        else:
            name, _, value = line.partition(":")
            headers.append((names.text(name), names.bytes(value.strip())))
    return app.call(request.method, names.text(request.target), headers, body, stray, extra=extra)


def run(case, app, snapshot):
    """app: a stack.Tenantd. snapshot: the tables' state, for "no-change"."""
    names = Names(app.db.settings["JWT_SECRET_KEY"])
    for step in case.steps:
        if isinstance(step, Request):
            watched = any(line == "no-change" for _, line in step.expect)
            before = snapshot() if watched else None
            answer = send(app, step, names)
            for number, line in step.expect:
                try:
                    expect(answer, line, names, before, snapshot)
                except (AssertionError, KeyError, TypeError, ValueError) as e:
                    raise AssertionError(f"{case.where.rsplit(':', 1)[0]}:{number}: {line}: {e!r}\n"
                                         f"{answer.status} {answer.headers}\n{answer.body[:1500]!r}") from e
        else:
            number, line = step
            word, _, text = line.partition(" ")
            if word == "sql-is":
                wanted, _, text = text.partition(" ")
                actual = app.db.value(names.text(text))
                assert str(actual) == names.text(wanted), f"line {number}: {line}: is {actual!r}"
            else:
                app.db.sql(names.text(text))
