"""What the program says of itself, held against what it does: `tenantd routes --json` has each
route's replies and query parameters, src/controllers/replies the schemas of its answers.

A schema lets unknown members pass, since answers may grow. Here they are faults: what is answered
and not described was forgotten. A member is described where a schema names it; an object whose
schema names none is anything.

    Contract(routes, problems).check("GET", "/admin/jobs?limit=2", answer)
"""
import json
import re
import urllib.parse
from pathlib import Path

import jsonschema

CONTROLLERS = Path(__file__).resolve().parents[2] / "src/controllers"
FORMATS = jsonschema.FormatChecker(formats=())


def _format(name, pattern):
    FORMATS.checks(name)(lambda value: not isinstance(value, str) or re.fullmatch(pattern, value) is not None)


# As this program writes them.
_format("date-time", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_format("uuid", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_format("email", r"[^@\s]+@[^@\s]+")
_format("uri", r"[a-z][a-z0-9+.-]*:\S+")


class Schemas:
    """The files of replies/, and Problem and OAuthProblem of what the OpenAPI document is made of, each as one schema
    without references; a reference is "NAME.json" or "#/$defs/NAME". extended: those to which an operator adds
    members."""

    def __init__(self, extended=()):
        self.extended = {name + ".json" for name in extended}
        self.files = {path.name: json.loads(path.read_text()) for path in (CONTROLLERS / "replies").glob("*.json")}
        shared = re.sub(r'"#/components/schemas/(\w+)"', r'"\1.json"', (CONTROLLERS / "texts/components.json").read_text())
        self.files.update((name + ".json", schema) for name, schema in json.loads(shared)["schemas"].items())
        self.validators = {}

    def validator(self, name):
        if name not in self.validators:
            file = name + ".json"
            self.validators[name] = validator(self.resolved(self.files[file], file, (file,), file in self.extended))
        return self.validators[name]

    def resolved(self, schema, file, way, part):
        """part: of a whole that says which members there are. way: the references to here."""
        if isinstance(schema, list):
            return [self.resolved(s, file, way, part) for s in schema]
        if not isinstance(schema, dict):
            return schema
        target = schema.get("$ref")
        if target is not None and target not in way:
            there = target if target[0] != "#" else file
            found = self.files[there]
            for word in target.split("/")[1:] if there == file and target[0] == "#" else ():
                found = found[word]
            return self.resolved(found, there, (*way, target), part or target in self.extended)
        out = {key: self.resolved(value, file, way, key == "allOf" or (key in ("anyOf", "oneOf") and "properties" in schema))
               if key not in ("properties", "$defs", "enum", "const") else value for key, value in schema.items()}
        out.pop("$defs", None)
        out.pop("$ref", None)
        out["properties"] = {k: self.resolved(v, file, way, False) for k, v in schema.get("properties", {}).items()}
        return closed(out) if not part else out


def closed(schema):
    if not schema["properties"] and "allOf" not in schema:
        del schema["properties"]
    elif "allOf" in schema or "oneOf" in schema or "anyOf" in schema:
        schema.setdefault("unevaluatedProperties", False)
    elif "patternProperties" not in schema:
        schema.setdefault("additionalProperties", False)
    return schema


def validator(schema):
    return jsonschema.Draft202012Validator(schema, format_checker=FORMATS)


def fit(judge, value, what):
    fault = next(judge.iter_errors(value), None)
    if fault is not None:
        while fault.context:
            fault = max(fault.context, key=lambda f: len(f.absolute_path))
        raise AssertionError(f"{what}: at {fault.json_path}: {fault.message[:400]}\n{json.dumps(value)[:1500]}")


def media_of(answer):
    return answer.headers.get("content-type", "").partition(";")[0] or None


def values_of(media, text):
    """What of a body its schema is about."""
    if media == "application/json":
        return [json.loads(text)]
    if media == "application/x-ndjson":
        return [json.loads(line) for line in text.splitlines()]
    if media == "text/event-stream":
        events = [dict(line.split(": ", 1) for line in event.splitlines() if ": " in line) for event in text.split("\n\n")]
        return [json.loads(e["data"]) for e in events if "data" in e and e.get("event") != "error"]
    return []


def value_of(schema, text):
    """What a query parameter's text stands for."""
    if schema.get("type") == "integer" and re.fullmatch(r"-?\d+", text):
        return int(text)
    if schema.get("type") == "boolean":
        return {"true": True, "false": False}.get(text, text)
    return text


def segments(path):
    return tuple(path.rstrip("/").split("/"))


EVERYWHERE = {"method-not-allowed", "uri-too-long", "headers-too-large", "origin-not-allowed"}


def problem_types(description):
    """(method, path): the problems that the route says it may answer."""
    return {(method.upper(), path): {*op["x-problem-types"]} for path, ops in description["paths"].items()
            for method, op in ops.items()}


class Contract:
    """problems: problem_types() of `tenantd openapi`."""

    def __init__(self, routes, problems, extended=()):
        self.schemas, self.problems, self.paths = Schemas(extended), problems, {}
        for route in routes:
            route = {**route, "queries": {q["name"]: (q["schema"], validator(q["schema"])) for q in route["queries"]}}
            self.paths.setdefault(segments(route["path"]), {})[route["method"]] = route
        # a literal comes before a name
        self.order = sorted(self.paths, key=lambda words: [w.startswith("{") for w in words])

    def route(self, method, path):
        """As the router finds it: the path first, whatever it answers."""
        words = [urllib.parse.unquote(w) for w in segments(path)]
        for wanted in self.order:
            if len(wanted) == len(words) and all(w == v or (w[:1] == "{" and v) for w, v in zip(wanted, words)):
                return self.paths[wanted].get("GET" if method == "HEAD" else method)
        return None

    def check(self, method, target, answer, stray=(), prefix=""):
        """stray: query parameters that it knows nothing of, and is sent."""
        path, _, query = target.partition("?")
        route = self.route(method, path.removeprefix(prefix))
        what = f"{method} {path} -> {answer.status}"
        if route is not None:
            self.check_query(route, query, answer.status < 300, {*stray}, what)
        if answer.status < 300 and method != "OPTIONS":
            assert route is not None, f"{what}: there is no such route"
            self.check_reply(route, method, answer, what)
        elif answer.status == 304:
            assert route["answer"] == "tagged" and not answer.body and answer.headers["etag"], what
        elif answer.status == 308:
            assert route["path"].startswith("/api/tenants/{tenant}") and method in ("GET", "HEAD"), what
            assert not answer.body and answer.headers["location"] and media_of(answer) is None, f"{what}: {answer.headers}"
        elif answer.status < 300:
            assert answer.status == 204 and not answer.body, what
        else:
            self.check_problem(route, method, answer, what)

    @staticmethod
    def check_query(route, query, accepted, stray, what):
        for name, text in urllib.parse.parse_qsl(query, errors="replace"):
            if name in stray:
                continue
            assert name in route["queries"], f"{what}: the query parameter {name!r} is not in queries.def"
            schema, judge = route["queries"][name]
            if accepted:
                fit(judge, value_of(schema, text), f"{what}: {name}={text}")

    def check_reply(self, route, method, answer, what):
        media = media_of(answer)
        replies = [r for r in route["replies"] if (r["status"], r["media"]) == (answer.status, media)]
        assert replies, f"{what}: {media} is not in replies.def for {route['handler']}"
        assert bool(answer.body) is (media is not None and method != "HEAD") or media in ("application/x-ndjson", "text/csv"), what
        for reply in replies if method != "HEAD" else ():
            if reply["schema"]:
                for value in values_of(media, answer.body.decode()):
                    fit(self.schemas.validator(reply["schema"]), value, f"{what}: {reply['schema']}.json")

    def check_problem(self, route, method, answer, what):
        oauth = route is not None and route["body"] == "form"
        assert media_of(answer) == ("application/json" if oauth else "application/problem+json"), f"{what}: {answer.headers}"
        if method == "HEAD":
            return
        problem = answer.json()
        fit(self.schemas.validator("OAuthProblem" if oauth else "Problem"), problem, what)
        assert problem["status"] == answer.status, f"{what}: {problem}"
        slug = problem["type"].rpartition("/")[2]
        assert route is None or slug in self.problems[route["method"], route["path"]] | EVERYWHERE, (
            f"{what}: {slug} is not described: problems.def may say it of {route['handler']}")
        assert ("error" in problem) is (oauth or answer.status >= 500), f"{what}: {problem}"
