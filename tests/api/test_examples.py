"""The examples of /openapi.json, and so those of the reference page: each is sent as the request that it is an example of,
by somebody who may, about things that are there. None is malformed."""
import json
import urllib.parse
import uuid

import pytest
import sigv4
import stack
import tokens

DESCRIPTION = json.loads(stack.command({}, "openapi"))
# Of secrets that were mailed nobody but who got the mail has a good one, of passwords and codes nobody but their owner;
# the prompt and the text of a mail are given before they are asked for.
SECRETS = {"InvitationAcceptRequest", "PasswordResetRequest", "VerifyRequest", "PasswordChangeRequest", "TotpBeginRequest",
           "TotpCodeRequest", "LoginRequest", "TokenRequest"}


def resolved(value):
    while "$ref" in value:
        words, value = value["$ref"].removeprefix("#/").split("/"), DESCRIPTION
        for word in words:
            value = value[word]
    return value


def examples():
    for path, operations in DESCRIPTION["paths"].items():
        for method, op in operations.items():
            for media, content in op.get("requestBody", {"content": {}})["content"].items():
                kind = content["schema"].get("$ref", "").rpartition("/")[2]
                for i, example in enumerate(resolved(content["schema"]).get("examples", [content.get("example")])):
                    if example is not None:
                        yield pytest.param(method.upper(), path, op, media, kind, example, id=f"{op['operationId']}-{media}-{i}")


@pytest.fixture(scope="module")
def world(cluster):
    with sigv4.S3("eu-west-1", {"K": "S"}, None) as s3, cluster.database() as db, stack.Tenantd(
            db, workers=2, JOB_WORKERS=0, SMTP_URL="smtp://127.0.0.1:9", RATE_READ=0, RATE_WRITE=0, MAIL_FROM="us@example.com",
            ACCOUNT_URL="https://app.example.com", S3_BUCKET="examples", S3_REGION="eu-west-1", S3_ENDPOINT=s3.url,
            S3_ACCESS_KEY_ID="K", S3_SECRET_ACCESS_KEY="S") as app:
        s3.answer = sigv4.Reply(200, "<ListBucketResult/>", {"Content-Type": "application/xml"})  # of an empty bucket, to anything
        yield app, db


@pytest.fixture
def caller(world):
    return Caller(*world)


class Caller:
    """A superuser with a tenant, a partner with another, and whatever else a path names: made when it is named."""

    def __init__(self, app, db):
        self.app, self.cluster, self.key = app, db.cluster, db.settings["JWT_SECRET_KEY"]
        self.user = stack.create_user(db, f"examples-{uuid.uuid4()}@example.com", "--superuser")
        self.tenant = self.ask("POST", "/api/tenant/getOrCreate", {})["tenantId"]
        self.made = {}
        db.sql("INSERT INTO tenantd.resources (id, tenant_id, operation_id, step, kind, place, name, state)"
               " VALUES (%s, %s, 'o', 'storage', 'storage_prefix', 'examples', %s, 'made')", [str(uuid.uuid4()), self.tenant, self.tenant + "/"])

    def token(self, level):
        if level == "partner":
            return tokens.partner(self.key, self.named("/admin/partners/{partner}", "partner"))
        return tokens.token(self.key, self.user, **({"tenant_id": self.tenant} if level == "member" else {}))

    def ask(self, method, path, body=None, level="superuser"):
        answer = self.app.call(method, path, {"Authorization": "Bearer " + self.token(level)}, body)
        assert answer.status in (200, 201), (method, path, answer)
        return answer.json()

    def id_of(self, path, piece):
        """What the example of the request that makes such a thing makes."""
        if piece == "tenant":
            return self.tenant
        if piece == "name":
            return "welcome"
        if piece == "user":
            user = self.user_at(f"u-{uuid.uuid4()}@example.com")
            if path.startswith("/api/tenants/"):
                self.ask("POST", self.filled("/api/tenants/{tenant}/users"), {"user": user, "role": "member"})
            return user
        within = path.partition("/{" + piece + "}")[0]
        op = DESCRIPTION["paths"].get(within, {}).get("post")
        if op is None:
            return str(uuid.uuid4())  # made by nobody who asks for it
        body = self.reachable(within, self.fresh(op["requestBody"]["content"]["application/json"]["example"]))
        made = self.ask("POST", self.filled(within), body, op["x-level"])
        return next(made[name] for name in ("id", "tenant") if name in made)

    def user_at(self, email):
        """The user at an address, who is made if there is none."""
        answer = self.app.call("GET", "/admin/users/" + email, {"Authorization": "Bearer " + self.token("superuser")})
        return (answer.json() if answer.status == 200 else self.ask("POST", "/admin/users", {"email": email}))["id"]

    def named(self, path, piece):
        if piece not in self.made:
            self.made[piece] = self.id_of(path, piece)
        return self.made[piece]

    def filled(self, path):
        return "/".join(urllib.parse.quote(self.named(path, word[1:-1]), safe="") if word.startswith("{") else word
                        for word in path.split("/"))

    def reachable(self, path, example):
        """The same of a database server that is there: those that are registered are asked whether they are."""
        return {**example, "url": self.cluster.maker()} if path == "/admin/database-servers" else example

    @staticmethod
    def fresh(example):
        """The same of another name, where there may be one of a name."""
        if not isinstance(example, dict):
            return example
        unique = f"e{uuid.uuid4().hex[:12]}"
        new = {**example, **({"id": unique} if "id" in example else {}), **({"slug": unique} if "slug" in example else {})}
        return {**new, "email": f"{unique}@example.com"} if "company_name" in example else new


@pytest.mark.parametrize("method,path,op,media,kind,example", examples())
def test_every_example_is_taken(caller, method, path, op, media, kind, example):
    headers = {"Content-Type": media}
    if op["security"] and "token" in (op["security"][0] or {}):
        headers["Authorization"] = "Bearer " + caller.token(op["x-level"])
    if kind == "MemberRequest":
        caller.user_at(example["user"])
    if path.endswith("/purge"):
        # nothing that is in use is purged
        assert caller.app.call("DELETE", caller.filled(path.removesuffix("/purge")), headers).status == 204
    sent = caller.reachable(path, example)
    body = urllib.parse.urlencode(sent).encode() if "form" in media else json.dumps(sent).encode()
    answer = caller.app.call(method, caller.filled(path), headers, body)
    if kind in SECRETS:
        assert answer.status in (200, 400, 401, 403, 409), answer
        assert answer.status != 400 or not any(f["keyword"] in ("type", "required", "additionalProperties", "format")
                                               for f in answer.json().get("errors", [])), answer
    elif path == "/api/chat":
        assert answer.status == 503, "nobody answers here"
    elif path.endswith("/database/credentials"):
        assert answer.status == 409, "the tenant has no role of its own"
    elif "{notification}" in path:
        assert answer.status == 404, "nothing has happened that one is told of"
    else:
        assert answer.status in (200, 201, 202, 204), answer
