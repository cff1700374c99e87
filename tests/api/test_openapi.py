"""The description of the API, /openapi.json, against the tables that it is made from and against JSON Schema; and the
reference page that is made from it, /docs."""
import html.parser
import json
import re

import contract
import jsonschema
import pytest
import stack

DESCRIPTION = json.loads(stack.command({}, "openapi"))
ROUTES = json.loads(stack.command({}, "routes", "--json"))
ERRORS = json.loads(stack.command({}, "errors", "--json"))
OPERATIONS = {(method.upper(), path): op for path, ops in DESCRIPTION["paths"].items() for method, op in ops.items()}
METHODS = {"get", "post", "put", "patch", "delete"}


def walk(value, at=""):
    """Every object and where it is."""
    if isinstance(value, dict):
        yield at, value
        for key, inner in value.items():
            yield from walk(inner, f"{at}/{key}")
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from walk(inner, f"{at}/{i}")


def resolved(value, document=DESCRIPTION):
    while "$ref" in value:
        words, value = value["$ref"].removeprefix("#/").split("/"), document
        for word in words:
            value = value[int(word) if isinstance(value, list) else word.replace("~1", "/").replace("~0", "~")]
    return value


def judge(schema, components=None):
    """Of a schema in the document. Python knows no \\p{…}: patterns are for test_schema.c."""
    def plain(value):
        if isinstance(value, dict):
            return {k: plain(v) for k, v in value.items() if k != "pattern" or not isinstance(v, str)}
        return [*map(plain, value)] if isinstance(value, list) else value
    return jsonschema.Draft202012Validator(plain({**schema, "components": components or DESCRIPTION["components"]}))


# -- the document --


def test_every_reference_leads_somewhere():
    found = 0
    for at, value in walk(DESCRIPTION):
        if isinstance(value.get("$ref"), str):
            assert value["$ref"].startswith("#/"), at
            assert resolved(value) is not None, at
            found += 1
    assert found > 100


def test_every_route_is_an_operation_and_every_operation_a_route():
    assert set(OPERATIONS) == {(r["method"], r["path"]) for r in ROUTES}
    assert all(set(ops) <= METHODS for ops in DESCRIPTION["paths"].values())


def test_operations_have_names_of_their_own():
    names = [op["operationId"] for op in OPERATIONS.values()]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z][A-Za-z0-9]*", name) for name in names)
    assert {"postApiTenantGetOrCreate", "patchApiWebhooksByWebhook", "getOpenapiJson"} <= set(names)


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: f'{r["method"]} {r["path"]}')
def test_what_the_row_says_is_described(route):
    op = OPERATIONS[route["method"], route["path"]]
    assert op["summary"] == route["summary"]
    assert (op["x-permission"], op["x-level"], op["x-rate-class"]) == (route["permission"], route["level"], route["rate"])
    assert [t["name"] for t in DESCRIPTION["tags"] if t["name"] in op["tags"]] == op["tags"] and len(op["tags"]) == 1
    parameters = [resolved(p) for p in op["parameters"]]
    named = {kind: [p["name"] for p in parameters if p["in"] == kind] for kind in ("path", "query", "header")}
    assert named["path"] == re.findall(r"\{(\w+)\}", route["path"])
    assert all(p["required"] and p["description"] for p in parameters if p["in"] == "path"), "pieces.def says what it is"
    assert named["query"] == [q["name"] for q in route["queries"]]
    assert ("Idempotency-Key" in named["header"]) == route["answer"].startswith("once")
    assert ("If-None-Match" in named["header"]) == (route["answer"] == "tagged")
    assert ("requestBody" in op) == (route["body"] != "none")
    if route["body"] != "none":
        assert op["requestBody"]["required"] == (route["body"] != "optional") and op["x-body-limit"] == route["body_max"]
    assert bool(op["security"]) == (route["level"] not in ("public", "monitor") or route["body"] == "form")


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: f'{r["method"]} {r["path"]}')
def test_every_handler_says_what_it_answers(route):
    responses = OPERATIONS[route["method"], route["path"]]["responses"]
    assert route["replies"], f"replies.def has no row of {route['handler']}"
    said = {(status, media) for status, r in responses.items() if status < "300" for media in r.get("content") or [None]}
    assert said == {(str(r["status"]), r["media"]) for r in route["replies"]}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda op: op["operationId"])
def test_every_problem_has_the_status_that_it_is_described_with(operation):
    statuses = {e["slug"]: str(e["http_status"]) for e in ERRORS}
    described = {status: resolved(r)["x-problem-types"] for status, r in operation["responses"].items() if status >= "400"}
    for slug in operation["x-problem-types"]:
        assert any(slug in slugs for slugs in described.values()), slug
        if "requestBody" not in operation or "application/json" in operation["requestBody"]["content"]:
            assert slug in described[statuses[slug]]
    assert all(set(slugs) & set(operation["x-problem-types"]) for slugs in described.values())


def test_every_error_is_explained():
    assert [(p["type"], p["status"], p["title"]) for p in DESCRIPTION["x-problems"]] == [
        (e["slug"], e["http_status"], e["text"]) for e in ERRORS]
    assert all(len(p["description"]) > 20 for p in DESCRIPTION["x-problems"])
    said = {slug for op in OPERATIONS.values() for slug in op["x-problem-types"]} | contract.EVERYWHERE
    assert {e["slug"] for e in ERRORS} - said == {"usage", "config", "precondition-required"}, "no request is answered so"


def test_schemas_are_schemas():
    for name, schema in DESCRIPTION["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema.get("title"), name
    for at, value in walk(DESCRIPTION["components"]["schemas"]):
        if not at.endswith(("/properties", "/examples")):
            assert not {"$schema", "errorMessage"} & set(value), at
    assert DESCRIPTION["components"]["schemas"]["ProvisioningTenantRequest"]["properties"]["company_name"]["x-error-message"]


def test_examples_are_what_the_schemas_take():
    found = 0
    for at, value in walk(DESCRIPTION["paths"]):
        if "schema" in value and "example" in value:
            judge(value["schema"]).validate(value["example"])
            found += 1
    assert found > 30
    for op in OPERATIONS.values():
        for media in op.get("requestBody", {"content": {}})["content"].values():
            assert "example" in media or "x-line-schema" in media, op["operationId"]


# -- as served --


def test_it_is_served_as_it_is_printed(app):
    answer = app.call("GET", "/openapi.json")
    assert answer.status == 200 and answer.headers["content-type"] == "application/json"
    assert answer.json() == DESCRIPTION
    assert answer.headers["cache-control"] == "public, max-age=300"
    again = app.call("GET", "/openapi.json", {"If-None-Match": answer.headers["etag"]})
    assert again.status == 304 and not again.body
    head = app.call("HEAD", "/openapi.json")
    assert head.status == 200 and not head.body and head.headers["etag"] == answer.headers["etag"]


def test_it_follows_the_settings(db):
    place = stack.Directory("tdoa.")
    try:
        extension = {"properties": {"region": {"$ref": "#/$defs/region"}}, "$defs": {"region": {"enum": ["eu", "us"]}}, "required": ["region"]}
        (place.path / "provisioning_tenant.json").write_text(json.dumps(extension))
        (place.path / "conf").write_text(f"URL_PREFIX=/control\nSCHEMA_DIR={place.path}\n")
        printed = json.loads(stack.command({}, "--config", str(place.path / "conf"), "openapi"))
        with stack.Tenantd(db, workers=1, JOB_WORKERS=0, SCHEMA_DIR=place.path) as app:
            served, page = app.call("GET", "/openapi.json").json(), app.call("GET", "/docs")
    finally:
        place.remove()
    assert DESCRIPTION["servers"] == served["servers"] == [{"url": "/"}] and printed["servers"] == [{"url": "/control"}]
    assert {**printed, "servers": []} == {**served, "servers": []}
    fits = judge(served["components"]["schemas"]["ProvisioningTenantRequest"], served["components"]).is_valid
    body = {"company_name": "Example Corp", "email": "admin@example.com"}
    assert fits({**body, "region": "eu"}) and not fits(body) and not fits({**body, "region": "mars"})
    assert b"<code>region</code>" in page.body and b"<code>company_name</code>" in page.body


def test_references_of_every_kind_lead_into_the_document():
    extension = {
        "$id": "https://example.com/tenant", "properties": {
            "a/b": {"$anchor": "slashed", "maxLength": 1}, "region": {"$ref": "#region"}, "again": {"$ref": "#slashed"},
            "zone": {"$ref": "urn:example:zone#/properties/name"}, "whole": {"$ref": "https://example.com/tenant#/$defs/region"}},
        "$defs": {"region": {"$anchor": "region", "enum": ["eu", "us"]},
                  "zone": {"$id": "urn:example:zone", "properties": {"name": {"$ref": "#/$defs/name"}}, "$defs": {"name": {"type": "string"}}}}}
    place = stack.Directory("tdoa.")
    try:
        (place.path / "provisioning_tenant.json").write_text(json.dumps(extension))
        (place.path / "conf").write_text(f"SCHEMA_DIR={place.path}\n")
        printed = json.loads(stack.command({}, "--config", str(place.path / "conf"), "openapi"))
    finally:
        place.remove()
    for at, value in walk(printed["components"]["schemas"]["ProvisioningTenantRequest"]):
        if isinstance(value.get("$ref"), str):
            assert resolved(value, printed) is not None, at
    fits = judge(printed["components"]["schemas"]["ProvisioningTenantRequest"], printed["components"]).is_valid
    body = {"company_name": "Example Corp", "email": "admin@example.com"}
    assert fits({**body, "region": "eu", "zone": "x", "again": "1", "whole": "us"})
    for wrong in {"region": "mars"}, {"zone": 1}, {"again": "12"}, {"whole": "mars"}:
        assert not fits({**body, **wrong}), wrong


def test_what_partners_may_not_do_is_not_described(db):
    def below(paths):
        return [path for path in paths if path.startswith("/api/provisioning")]
    with stack.Tenantd(db, workers=1, JOB_WORKERS=0, PROVISIONING_API="off") as app:
        served, page = app.call("GET", "/openapi.json").json(), app.call("GET", "/docs")
        assert app.call("GET", "/api/provisioning/tenants").status == 404
    assert below(DESCRIPTION["paths"]) and not below(served["paths"])
    assert {*DESCRIPTION["paths"]} == {*served["paths"], *below(DESCRIPTION["paths"])}
    assert page.status == 200 and b"/api/provisioning/tenants/bulk" not in page.body


def test_it_can_be_turned_off(db):
    with stack.Tenantd(db, workers=1, JOB_WORKERS=0, DOCS="off") as app:
        for path in ("/openapi.json", "/docs", "/docs?q=tenant"):
            answer = app.call("GET", path)
            assert answer.status == 404 and "DOCS" in answer.json()["detail"]
        assert app.call("GET", "/docs/problems/not-found").status == 200, "what answers refer to is there"


# -- the page --


class Page(html.parser.HTMLParser):
    """What a page is made of."""
    VOID = {"meta", "link", "input", "br"}

    def __init__(self, answer):
        super().__init__()
        self.ids, self.links, self.tags, self.open, self.text = [], [], set(), [], ""
        assert answer.status == 200 and answer.headers["content-type"] == "text/html; charset=utf-8", answer
        self.feed(answer.body.decode())
        assert not self.open, "what was opened is closed"

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        assert not any(name.startswith("on") or name == "style" for name in attrs), attrs
        self.tags.add(tag)
        self.ids += [attrs["id"]] if "id" in attrs else []
        self.links += [attrs["href"]] if tag == "a" else []
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, (tag, self.getpos())

    def handle_data(self, data):
        self.text += data


def test_the_page_shows_every_operation_and_every_problem(app):
    answer = app.call("GET", "/docs")
    page = Page(answer)
    assert not {"script", "iframe", "img", "object"} & page.tags
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert len(page.ids) == len(set(page.ids))
    assert {op["operationId"] for op in OPERATIONS.values()} <= set(page.ids)
    assert {f"/docs/problems/{e['slug']}" for e in ERRORS} <= set(page.links)
    assert all(link.removeprefix("#") in page.ids for link in page.links if link.startswith("#"))
    for op in OPERATIONS.values():
        assert op["summary"] in page.text
    again = app.call("GET", "/docs", {"If-None-Match": answer.headers["etag"]})
    assert again.status == 304
    head = app.call("HEAD", "/docs/")
    assert head.status == 200 and not head.body and head.headers["etag"] == answer.headers["etag"]


def test_words_are_looked_for(app):
    page = Page(app.call("GET", "/docs?q=ROTATE+secret"))
    shown = {op["operationId"] for op in OPERATIONS.values()} & set(page.ids)
    assert "postApiWebhooksByWebhookRotateSecret" in shown and "getHealthz" not in shown and 2 <= len(shown) < 20
    assert "{webhook}" in page.text
    nothing = Page(app.call("GET", "/docs?q=xyzzy"))
    assert "0 for" in nothing.text and not {op["operationId"] for op in OPERATIONS.values()} & set(nothing.ids)
    everything = Page(app.call("GET", "/docs?q="))
    assert {op["operationId"] for op in OPERATIONS.values()} <= set(everything.ids)


def test_words_are_shown_as_text(app):
    answer = app.call("GET", "/docs?q=%3Cscript%3E%22%27%3E%26amp%3B{{prefix}}%7B%7B%7Bstyle%7D%7D%7D")
    assert "script" not in Page(answer).tags
    assert b"&lt;script&gt;&quot;" in answer.body and b"{{prefix}}" in answer.body
    assert app.call("GET", "/docs?q=" + "a" * 201).status == 400
    assert app.call("GET", "/docs?q=%FF%FE").status in (200, 400)


@pytest.mark.parametrize("error", ERRORS, ids=lambda e: e["slug"])
def test_a_problem_is_explained_to_people_and_programs(app, error):
    path = f"/docs/problems/{error['slug']}"
    plain, asked = app.call("GET", path), app.call("GET", path, {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"})
    assert plain.headers["content-type"].startswith("text/plain") and error["text"] in plain.body.decode()
    page = Page(asked)
    assert error["text"] in page.text and str(error["http_status"]) in page.text
    assert ("vary", "Accept") in asked.header_list and ("vary", "Accept") in plain.header_list
    listed = {link.partition("#")[2] for link in page.links} - {"", "problems"}
    assert listed == {op["operationId"] for op in OPERATIONS.values() if error["slug"] in op["x-problem-types"]}
