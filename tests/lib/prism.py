"""The program behind nginx, and in front of both Stoplight's Prism (npm), a proxy that holds each
request and each answer against the OpenAPI document that the program prints.

    with Proxied(db) as app:
        app.call("GET", "/healthz")     # as stack.Tenantd, and what Prism has to say is a fault

Prism lets everything pass, and names in a header of the answer what it found wrong. A request that
was accepted must be one that Prism accepts; one that was refused may be as wrong as it likes. Of
every answer there must be nothing to say. What Prism cannot be asked, by name in unheard(), goes to
the program directly.
"""
import collections
import json
import re
import urllib.parse

import npm
import stack
from client import http_call

# Its own answers, in place of the program's.
OWN = "https://stoplight.io/prism/errors#"
# What a request of any path may be answered with: no operation says so again.
ANYWHERE = (414, 431)
NO_PATH = "no path and method of the document, which has none with a slash at its end"


class Prism:
    """document: a file."""

    def __init__(self, document, upstream):
        script = npm.modules("prism") / "@stoplight/prism-cli/dist/index.js"
        self.place = stack.Directory("tdv.")
        self.port = stack.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = stack.Process(
            ["node", str(script), "proxy", str(document), upstream, "--host", "127.0.0.1", "--port", str(self.port),
             "--cors=false", "--errors=false", "--multiprocess=false", "--verboseLevel=fatal"],
            self.place.path / "prism.log", {"HOME": str(self.place.path), "NO_UPDATE_NOTIFIER": "1"})
        self.process.wait_for(self.ready, self.place, "prism")

    def ready(self):
        self.process.must_live()
        return http_call(self.url, "GET", "/healthz").status == 200

    def stop(self):
        self.process.stop()
        self.place.remove()


def pairs(headers):
    return list(headers.items() if isinstance(headers, dict) else headers or [])


def text(value):
    return value.decode("latin-1") if isinstance(value, bytes) else value


def twice(members):
    if len(dict(members)) < len(members):
        raise ValueError("a member comes twice")
    return dict(members)


def refuse(word):
    raise ValueError(f"{word} is no JSON")


def is_plain(body):
    """Whether Prism passes it on as it is: a JSON object or array, since it reads a body and writes it anew."""
    try:
        return isinstance(json.loads(body.decode(), object_pairs_hook=twice, parse_constant=refuse), (dict, list))
    except (ValueError, RecursionError):
        return False


def is_well_formed(query):
    try:
        return "\0" not in urllib.parse.unquote(query, errors="strict") and not re.search("%(?![0-9A-Fa-f]{2})", query)
    except UnicodeDecodeError:
        return False


def unheard(method, target, headers, body, how):
    """Why Prism cannot be asked about a request, or None."""
    named = {name.lower(): value for name, value in pairs(headers)}
    raw = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
    if how.get("extra") or set(how) - {"extra"}:
        return "what no client sends: variables and records that a web server makes"
    if method in ("HEAD", "OPTIONS"):
        return "HEAD and OPTIONS, which every path answers and no document lists"
    path, _, query = target.partition("?")
    route = stack.contract().route(method, path)
    if route is None or path.endswith("/"):
        return NO_PATH
    if not is_well_formed(query):
        return "a query that is malformed, which Prism mends"
    if any(not text(value).isascii() or not text(value).isprintable() for value in named.values()):
        return "headers that are no printable ASCII, which Node's client refuses"
    if len(target) + sum(len(text(value)) for value in named.values()) > 12000:
        return "a request line and headers of more than 16 KiB, which Node's server refuses"
    if re.match("bearer ", text(named.get("authorization", "")), re.I) and not text(named["authorization"]).startswith("Bearer "):
        return "an authentication scheme in other letters than Bearer, which Prism does not know"
    if method == "GET" and body:
        return "a GET with a body, which Prism refuses"
    if body is not None and "json" in text(named.get("content-type", "json")) and not is_plain(raw):
        return "a body that is no JSON, which Prism refuses, or neither object nor array, or not the only way to write it"
    if any(reply["media"] == "text/event-stream" for reply in route["replies"]) and b'"stream"' in raw:
        return "a stream, which Prism would wait for the end of"
    return None


# Cases that Prism cannot be asked about, and why.
ASIDE = {"provisioning_config: a tenant without one has an empty one, and each change is a version":
         "numbers that no double holds, which Prism writes otherwise"}


class Proxied(stack.Tenantd):
    """.heard: how often Prism was asked about an operation that succeeded. .unheard: how often not, by reason.
    .aside: the reason for which it is asked nothing for now."""

    aside = None

    def __init__(self, db, **settings):
        self.web = self.prism = None
        self.heard, self.unheard = collections.Counter(), collections.Counter()
        super().__init__(db, **settings)
        try:
            document = self.place.path / "openapi.json"
            document.write_text(stack.command(self.settings, "openapi"))
            self.web = stack.WebServer("nginx", self.socket)
            self.prism = Prism(document, self.web.url)
        except BaseException:
            self.__exit__(None, None, None)
            raise

    def __exit__(self, *_):
        if self.prism:
            self.prism.stop()
        if self.web:
            self.web.__exit__()
        super().__exit__()

    def call(self, method, target, headers=None, body=None, stray=(), **how):
        if self.prism is None:
            return super().call(method, target, headers, body, stray, **how)
        why = self.aside or unheard(method, target, headers, body, {k: v for k, v in how.items() if v})
        if why:
            self.unheard[why] += 1
            if why is NO_PATH and isinstance(body, bytes) and is_plain(body):
                # as Prism writes it, so that one Idempotency-Key goes with one body
                body = json.dumps(json.loads(body), separators=(",", ":"), ensure_ascii=False).encode()
            return super().call(method, target, headers, body, stray, **how)
        answer = http_call(self.prism.url, method, target, body=body,
                           headers={name: text(value) for name, value in pairs(headers)})
        self.judge(method, target, answer)
        stack.contract().check(method, target, answer, stray)
        return answer

    def judge(self, method, target, answer):
        what = f"{method} {target} -> {answer.status} {answer.body[:500]!r}"
        said = answer.headers.get("sl-violations", "[]")
        assert not answer.headers.get("content-type", "").startswith("application/problem+json") or \
            not answer.json()["type"].startswith(OWN), f"Prism itself answers {what}"
        found = json.loads(said) if said[0] == "[" else [{"location": ["response"], "message": said}]
        wrong = [v for v in found if (v["location"][0] == "response" and answer.status not in ANYWHERE) or answer.status < 400]
        assert not wrong, f"{what}\n{json.dumps(wrong, indent=1)[:3000]}"
        if answer.status < 300:
            self.heard[f'{method} {stack.contract().route(method, target.partition("?")[0])["path"]}'] += 1
