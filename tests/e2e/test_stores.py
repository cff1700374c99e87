"""What tenants have in S3, in a directory and in Redis: each uses its own, by Redis' own word and the verifier's is refused
another's, and what strangers have under the same name is left alone.
KILL_MATRIX=all: kills at each point under every onFailure, not a sample."""
import json
import re
import time
import urllib.parse
from datetime import datetime, timedelta, timezone

import pytest
import sigv4
import stack
import stores
from creating import Creating, crossed, sweep

NOWHERE = "http://127.0.0.1:1"


@pytest.fixture(scope="module")
def db(cluster):
    with cluster.database() as d:
        yield d


@pytest.fixture(scope="module")
def redis():
    with stores.Redis() as r:
        yield r


@pytest.fixture(scope="module")
def s3():
    with stores.Bucket() as b:
        yield b


@pytest.fixture(scope="module")
def files():
    place = stack.Directory("tdf.")
    yield place.writable("files")
    place.remove()


@pytest.fixture(scope="module")
def app(db, redis, s3, files):
    # It runs no jobs: those are of the programs that other tests stop at points.
    with Creating(db, workers=2, JOB_WORKERS=0, STORAGE_DIR=files, **redis.settings, **s3.settings) as c:
        yield c


class Tenant:
    def __init__(self, app, made):
        self.app, self.id, self.secrets = app, made["id"], made.get("secrets", {})

    def ask(self, method, path, body=None, status=200, **headers):
        answer = self.app.call(method, f"/api/tenants/{self.id}/{path}", {**self.app.auth, **headers},
                               None if body is None else json.dumps(body).encode())
        assert answer.status == status, answer.body
        return json.loads(answer.body)

    def sign(self, method, key, status=200, **more):
        return self.ask("POST", "storage/presign", {"method": method, "key": key, **more}, status)

    def set_status(self, status):
        self.app.db.sql("UPDATE public.tenants SET status = %s WHERE id = %s", [status, self.id])


def make(app, storage=("s3", "local"), **body):
    answer = app.create(features={"storage": list(storage)}, **body)
    assert answer is not None and answer.status == 201, answer and answer.body
    return Tenant(app, json.loads(answer.body))


@pytest.fixture(scope="module")
def ann(app):
    return make(app)


@pytest.fixture(scope="module")
def ben(app):
    return make(app)


def resource(db, tenant, kind):
    """Id, name, state, health of the ledger's row."""
    return db.sql("SELECT id, name, state, health FROM tenantd.resources WHERE tenant_id = %s AND kind = %s ORDER BY created_at DESC",
                  [tenant, kind])[0]


# -- storage --

def test_a_tenant_is_told_where_its_objects_and_files_are(app, db, s3, files, ann):
    said = ann.ask("GET", "storage")
    assert said["s3"] == {"mode": "prefix", "endpoint": s3.service.url, "bucket": s3.bucket, "prefix": f"tenants/{ann.id}/",
                          "region": stores.REGION, "health": "unknown", "healthReason": None, "checkedAt": None}
    assert said["local"]["directory"] == f"{files}/{ann.id}"
    assert f"tenants/{ann.id}/.tenantd/{resource(db, ann.id, 'storage_prefix')[0]}" in s3.keys()
    place = files / ann.id
    assert place.stat().st_mode & 0o777 == 0o700
    assert [p.name for p in (place / ".tenantd").iterdir()] == [resource(db, ann.id, "storage_dir")[0]]
    assert make(app, ()).ask("GET", "storage") | {"tenantId": ""} == {"tenantId": "", "s3": None, "local": None}


@pytest.mark.parametrize("key", ["plain", "a b/c+d", "ä/ö~!$&'()*,;=:@", "50%/#?x", "dir/", "/".join(c * 170 for c in "abc")])
def test_a_signed_url_does_what_it_says(s3, ann, key):
    put = ann.sign("PUT", key, contentType="text/plain; charset=utf-8")
    assert put["headers"] == {"Content-Type": "text/plain; charset=utf-8"}
    assert stores.fetch("PUT", put["url"], b"" if key.endswith("/") else b"hello", put["headers"].items())[0] == 200
    if not key.endswith("/"):
        assert stores.fetch("GET", ann.sign("GET", key)["url"]) == (200, b"hello")
        assert f"tenants/{ann.id}/{key}" in s3.keys()
    assert stores.fetch("HEAD", ann.sign("HEAD", key)["url"])[0] == 200
    assert stores.fetch("DELETE", ann.sign("DELETE", key)["url"])[0] == 204
    assert stores.fetch("GET", ann.sign("GET", key)["url"])[0] == 404


def test_a_signed_url_does_nothing_else(s3, ann, ben):
    s3.put(s3.bucket, f"tenants/{ben.id}/k", b"ben's")
    s3.put(s3.bucket, f"tenants/{ann.id}/k", b"ann's")
    signed = ann.sign("GET", "k", expiresIn=60)
    url = signed["url"]
    assert stores.fetch("GET", url) == (200, b"ann's")
    for other in (url.replace(ann.id, ben.id), url.replace("/k?", "/l?"), url.replace("Expires=60", "Expires=600"),
                  url.replace("/k?", "/./k?"), url + "&versionId=1", url.replace(f"tenants/{ann.id}/k", "")):
        assert stores.fetch("GET", other)[0] == 403, other
    for method in ("PUT", "DELETE", "HEAD"):
        assert stores.fetch(method, url)[0] == 403
    put = ann.sign("PUT", "typed", contentType="text/plain")["url"]
    assert stores.fetch("PUT", put, b"x", [("Content-Type", "text/html")])[0] == 403
    at = datetime.strptime(signed["expiresAt"], "%Y-%m-%dT%H:%M:%S.%f%z")
    assert timedelta(seconds=50) < at - datetime.now(timezone.utc) <= timedelta(seconds=60)
    host = urllib.parse.urlsplit(url)
    said = [("Host", host.netloc)]
    sigv4.verify_url("GET", f"{host.path}?{host.query}", said, s3.service.keys, "s3", stores.REGION)
    with pytest.raises(sigv4.Refused, match="expired"):
        sigv4.verify_url("GET", f"{host.path}?{host.query}", said, s3.service.keys, "s3", stores.REGION, now=at + timedelta(seconds=1))


@pytest.mark.parametrize("key", ["/k", "../k", "a/../k", "a/./b", "..", ".", "a//b", "a/..", ".tenantd/x", ".tenantd", "a\x00b", "a\nb",
                                 "a\x7fb", "ä" * 257, ""])
def test_keys_that_could_lead_elsewhere_are_refused(ann, key):
    assert ann.sign("GET", key, 400)["status"] == 400


def test_what_cannot_be_signed_is_refused(app, ann):
    for body in ({"method": "POST", "key": "k"}, {"method": "GET", "key": "k", "expiresIn": 604801}, {"method": "GET"},
                 {"method": "GET", "key": "k", "expiresIn": 0}, {"method": "PUT", "key": "k", "contentType": "a/b\r\nX: y"}):
        assert ann.ask("POST", "storage/presign", body, 400)["success"] is False
    assert make(app, ()).sign("GET", "k", 409)["detail"] == "the tenant has no storage in S3"


def test_a_suspended_tenant_gets_no_url(ann):
    ann.set_status("suspended")
    try:
        assert ann.sign("GET", "k", 403)["type"].endswith("/tenant-suspended")
        assert ann.ask("POST", "cache/credentials", None, 403)["type"].endswith("/tenant-suspended")
    finally:
        ann.set_status("active")


# -- Redis --

def test_a_tenant_uses_its_own_keys_and_no_others(redis, ann, ben):
    with redis.sign_in(ann.secrets["redisUrl"]) as a, redis.sign_in(ben.secrets["redisUrl"]) as b:
        mine, theirs = f"tenant:{ann.id}:", f"tenant:{ben.id}:"
        assert b("SET", theirs + "k", "secret") == "OK"
        assert a("SET", mine + "k", "1") == "OK" and a("GET", mine + "k") == "1"
        assert a("MULTI") == "OK" and a("INCR", mine + "n") == "QUEUED" and a("EXEC") == [1]
        assert a("HSET", mine + "h", "f", "v") == 1 and a("XADD", mine + "x", "*", "f", "v")
        assert a("SUBSCRIBE", mine + "news") == ["subscribe", mine + "news", 1]
        a("UNSUBSCRIBE", mine + "news")
        for words in (("GET", theirs + "k"), ("SET", theirs + "k", "x"), ("DEL", theirs + "k"), ("RENAME", mine + "k", theirs + "k"),
                      ("COPY", theirs + "k", mine + "c"), ("EXISTS", theirs + "k"), ("MGET", mine + "k", theirs + "k"),
                      ("SUBSCRIBE", theirs + "news"), ("PUBLISH", theirs + "news", "x"), ("PSUBSCRIBE", "*"), ("GET", f"tenant:{ann.id}")):
            with pytest.raises(stores.Refused, match="NOPERM"):
                a(*words)
        assert b("GET", theirs + "k") == "secret"


@pytest.mark.parametrize("words", [
    "KEYS *", "SCAN 0", "RANDOMKEY", "DBSIZE", "FLUSHALL", "FLUSHDB", "SWAPDB 0 1", "SELECT 0", "INFO", "CONFIG GET *", "ACL LIST", "ACL WHOAMI",
    "SCRIPT LOAD x", "SCRIPT FLUSH", "EVAL return{} 0", "EVALSHA x 0", "FUNCTION LIST", "FCALL f 0", "PUBSUB CHANNELS", "CLIENT LIST",
    "CLIENT KILL ID 1", "CLIENT PAUSE 1", "CLIENT TRACKING ON BCAST", "MONITOR", "DEBUG SLEEP 0", "SHUTDOWN", "SAVE", "BGSAVE", "SLOWLOG GET",
    "LATENCY DOCTOR", "MEMORY DOCTOR", "MODULE LIST", "REPLICAOF NO ONE", "SYNC", "WAIT 0 0", "LASTSAVE", "ROLE", "CLUSTER INFO", "SORT a",
    "MIGRATE h 1 k 0 1", "OBJECT ENCODING k", "MOVE k 1", "FAILOVER", "RESTORE k 0 x", "COMMAND DOCS sort x y z w"])
def test_a_tenant_has_no_command_that_is_about_others(redis, ann, words):
    with redis.sign_in(ann.secrets["redisUrl"]) as a:
        if words.startswith("COMMAND"):
            assert a(*words.split()) is not None
            return
        with pytest.raises(stores.Refused, match="NOPERM|DEBUG command not allowed"):
            a(*words.split())


# What a tenant has of the commands that name no key: about its own connection, or nobody's.
KEYLESS = {"auth", "hello", "ping", "echo", "quit", "reset", "time", "command", "select", "multi", "exec", "discard", "unwatch", "subscribe",
           "unsubscribe", "psubscribe", "punsubscribe", "publish", "spublish", "ssubscribe", "sunsubscribe", "client|id", "client|info",
           "client|getname", "client|setname", "client|reply", "object|help", "xinfo|help", "xgroup|help",
           *(f"command|{n}" for n in ("count", "docs", "getkeys", "getkeysandflags", "help", "info", "list"))}


def test_all_that_names_no_key_is_on_the_list(redis, ann):
    """Of every command that this Redis has: Redis itself says whether the tenant may run it."""
    user = resource(ann.app.db, ann.id, "redis_user")[1]
    with redis.connect() as c:
        found = set()
        for name, arity, flags, first, *rest in c("COMMAND"):
            for one, its_arity, its_flags, its_first in [(n, a, f, k) for n, a, f, k, *_ in rest[-1]] or [(name, arity, flags, first)]:
                if its_first == 0 and "movablekeys" not in its_flags and c(
                        "ACL", "DRYRUN", user, *one.split("|"), *["x"] * (abs(its_arity) - 1 - one.count("|"))) == "OK":
                    found.add(one)
        assert len(found) > 20
    assert found <= KEYLESS, found - KEYLESS


def test_the_url_is_shown_once_and_kept_sealed(db, redis, ann):
    password = re.search(r":([^:@]*)@", ann.secrets["redisUrl"]).group(1)
    for table in ("resources", "operations", "events", "audit", "tenant_secrets", "jobs", "idempotency"):
        assert db.value(f"SELECT count(*) FROM tenantd.{table} t WHERE t::text LIKE %s", [f"%{password}%"]) == 0, table
    assert password not in ann.app.log_text() and password not in redis.process.log.read_text()
    assert stores.ADMIN_PASSWORD not in ann.app.log_text()
    said = ann.ask("GET", "cache")
    assert said["redis"] | {"health": "", "healthReason": "", "checkedAt": ""} == {
        "host": None, "port": None, "socket": redis.path, "database": 3, "user": "tenant_" + ann.id.replace("-", ""),
        "prefix": f"tenant:{ann.id}:", "health": "", "healthReason": "", "checkedAt": ""}
    assert password not in json.dumps(said)


def test_another_password_ends_the_one_before(app, db, redis):
    cy = make(app, ())
    old = redis.sign_in(cy.secrets["redisUrl"])
    assert old("PING") == "PONG"
    key = {"Idempotency-Key": f"rotate-{cy.id}"}
    said = cy.ask("POST", "cache/credentials", **key)
    assert cy.ask("POST", "cache/credentials", **key) == said
    with pytest.raises((ConnectionError, OSError)):
        old("PING")
    with pytest.raises(stores.Refused, match="WRONGPASS"):
        redis.sign_in(cy.secrets["redisUrl"])
    with redis.sign_in(said["redisUrl"]) as c:
        assert c("SET", f"tenant:{cy.id}:k", "v") == "OK"
    assert db.value("SELECT count(*) FROM tenantd.audit WHERE tenant_id = %s AND event = 'CACHE_CREDENTIALS_ROTATED'", [cy.id]) == 1


# -- how it fares --

def health(tenant, kind):
    """Once it was looked at; a look is not taken again for some seconds."""
    tenant.app.db.sql("UPDATE tenantd.resources SET checked_at = NULL WHERE tenant_id = %s", [tenant.id])
    said = {r["kind"]: (r["health"], r["reason"]) for r in tenant.ask("GET", "health?refresh=true")["resources"]}
    return said[kind]


def test_a_look_says_how_each_fares(redis, s3, files, ann):
    for kind in ("storage_prefix", "storage_dir", "redis_user"):
        assert health(ann, kind) == ("ok", None), kind
    assert ann.ask("GET", "storage")["s3"]["health"] == "ok" and ann.ask("GET", "cache")["redis"]["health"] == "ok"


def test_a_look_finds_what_is_gone(app, redis, s3, files):
    dee = make(app)
    mark = f"tenants/{dee.id}/.tenantd/{resource(app.db, dee.id, 'storage_prefix')[0]}"
    assert s3.ask("DELETE", f"/{s3.bucket}/{mark}")[0] == 204
    assert health(dee, "storage_prefix") == ("down", "the storage's mark is gone")
    (files / dee.id).rename(files / f"moved-{dee.id}")
    assert health(dee, "storage_dir")[0] == "down"
    s3.service.trouble = lambda rq: sigv4.S3.error(403, "AccessDenied")
    try:
        assert health(dee, "storage_prefix")[0] == "down" and "AccessDenied" in health(dee, "storage_prefix")[1]
    finally:
        s3.service.trouble = None


def test_a_user_that_redis_lost_is_made_again(app, redis):
    eve = make(app, ())
    user = resource(app.db, eve.id, "redis_user")[1]
    with redis.connect() as c:
        c("ACL", "DELUSER", user)
    assert health(eve, "redis_user") == ("degraded", "Redis had lost the user; it was made again")
    assert health(eve, "redis_user") == ("ok", None)
    with redis.sign_in(eve.secrets["redisUrl"]) as c:
        assert c("SET", f"tenant:{eve.id}:k", "v") == "OK"
    with redis.connect() as c:
        c("ACL", "SETUSER", user, "resetpass", ">another")
    assert health(eve, "redis_user") == ("degraded", "the user was not as it should be; it was set right")
    redis.sign_in(eve.secrets["redisUrl"]).__exit__()
    eve.set_status("suspended")
    assert health(eve, "redis_user")[0] == "degraded"
    with pytest.raises(stores.Refused, match="WRONGPASS"):
        redis.sign_in(eve.secrets["redisUrl"])
    eve.set_status("active")
    health(eve, "redis_user")
    redis.sign_in(eve.secrets["redisUrl"]).__exit__()
    with redis.connect() as c:
        c("ACL", "DELUSER", user)
        c("ACL", "SETUSER", user, "on", ">mine")
    assert health(eve, "redis_user") == ("down", "the user's place is taken by one that is not ours")
    with redis.connect(user=user, password="mine"):
        pass


def test_users_outlive_a_restart_or_come_back(db):
    for aclfile in (True, False):
        with stores.Redis(aclfile) as redis, Creating(db, **redis.settings) as c:
            tenant = make(c, ())
            reason = None if aclfile else "Redis has no file for its users (aclfile): they are lost when it restarts, until this looks again"
            assert health(tenant, "redis_user") == ("ok", reason)
            redis.stop()
            assert health(tenant, "redis_user")[0] == "down"
            redis.start()
            assert health(tenant, "redis_user")[0] == ("ok" if aclfile else "degraded")
            redis.sign_in(tenant.secrets["redisUrl"]).__exit__()


def test_the_doctor_looks_at_all_of_them(db, redis, s3, files):
    settings = {**db.settings, **redis.settings, **s3.settings, "STORAGE_DIR": str(files)}

    def found(**other):
        _, out = stack.command({**settings, **other}, "doctor", "--json", status=None)
        findings = json.loads(out[out.index("["):out.rindex("]") + 1])
        return {f["check"]: f["verdict"] for f in findings if f["check"] in ("s3", "redis", "storage")}
    assert found() == {"s3": "ok", "redis": "ok", "storage": "ok"}
    assert found(S3_SECRET_ACCESS_KEY="wrong", REDIS_URL="unix:///nowhere", STORAGE_DIR="/nowhere") == {
        "s3": "broken", "redis": "broken", "storage": "broken"}


# -- made and taken back --

def state(db, redis, s3, files, tenant):
    """Whatever the servers themselves have of a tenant."""
    user = "tenant_" + tenant.replace("-", "")
    return {"user": [u for u in redis.users() if u == user], "keys": [k for k in redis.keys() if tenant in k],
            "objects": [k for k in s3.keys() if tenant in k], "files": [p.name for p in files.rglob("*") if tenant in str(p)],
            "rest": [p.name for p in files.iterdir() if p.name.startswith(".")], "rows": sweep(db, tenant)}


CLEAN = {"user": [], "keys": [], "objects": [], "files": [], "rest": [], "rows": {}}
POINTS = ["storage:intended", "storage:noted", "storage:marked", "storage:directory", "storage:acted", "cache:begin", "cache:intended",
          "cache:noted", "cache:made", "cache:acted", "audit:begin"]


def start(db, redis, s3, files, *stops, **more):
    return Creating(db, *stops, **{"STORAGE_DIR": files, **redis.settings, **s3.settings, **more})


@pytest.mark.parametrize("point, way", crossed(POINTS))
def test_a_kill_is_gone_on_from(db, redis, s3, files, point, way):
    with start(db, redis, s3, files, f"{point}=kill") as c:
        assert c.create(features={"storage": ["s3", "local"]}, onFailure=way) is None
        op = c.converged()
        assert op["state"] == "succeeded", op
        found = state(db, redis, s3, files, op["tenantId"])
        assert len(found["user"]) == 1 and len(found["objects"]) == 1 and found["files"] and not found["rest"]
        secrets = c.call("POST", f"/api/operations/{op['id']}/secrets", c.auth)
        with redis.sign_in(json.loads(secrets.body)["secrets"]["redisUrl"]) as a:
            assert a("SET", f"tenant:{op['tenantId']}:k", "v") == "OK"


# Where it fails, and where it is killed while that is taken back.
TAKEN_BACK = [*zip(POINTS[:6], ["storage:removing", "storage:removed"] * 3), *zip(POINTS[6:], ["cache:removing", "cache:removed"] * 3)]


@pytest.mark.parametrize("point, back", TAKEN_BACK)
def test_a_failure_leaves_nothing(db, redis, s3, files, point, back):
    with start(db, redis, s3, files, f"{point}=fail", f"{back}=kill") as c:
        assert c.create(features={"storage": ["s3", "local"]}) is None
        op = c.converged()
        assert op["state"] == "rolled_back", op
        assert state(db, redis, s3, files, op["tenantId"]) == CLEAN


class Held:
    """A creation that waits at a point, as a job, until it is let go."""

    def __init__(self, db, step, point, *stops, storage=(), **settings):
        self.place = stack.Directory("tdg.")
        self.file = self.place.writable("go") / "now"
        self.db, self.step = db, step
        self.creating = Creating(db, f"{step}:{point}=wait:{self.file}", *stops, **{"OPERATION_LEASE": 60000, **settings})
        answer = self.creating.create({"Prefer": "respond-async"}, features={"storage": list(storage)})
        assert answer.status == 202, answer.body
        self.tenant = json.loads(answer.body)["tenantId"]

    def go(self):
        self.file.touch()
        return self.creating.converged(90)

    def await_intent(self):
        stack.until(lambda: self.db.sql("SELECT 1 FROM tenantd.resources WHERE tenant_id = %s AND step = %s", [self.tenant, self.step]))

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.file.touch()
        self.creating.__exit__(*args)
        self.place.remove()


def test_what_a_tenant_wrote_goes_with_it(db, redis, s3, files):
    with Held(db, "audit", "begin", "audit:recorded=fail", storage=["s3", "local"], STORAGE_DIR=files, **redis.settings, **s3.settings) as h:
        tenant = h.tenant
        stack.until(lambda: state(db, redis, s3, files, tenant)["user"])
        with redis.connect(database=3) as r, redis.connect(database=0) as zero:
            for n in range(1500):
                r("SET", f"tenant:{tenant}:{n}", "x")
            zero("SET", f"tenant:{tenant}:copied", "x")
            zero("SET", f"tenant:{tenant[:-1]}", "somebody else's")
        for n in range(5):
            s3.put(s3.bucket, f"tenants/{tenant}/ä & <{n}>/x y+z%", b"x")
        s3.put(s3.bucket, f"tenants/{tenant}-", b"somebody else's")
        deep = files / tenant / "a" / "b"
        deep.mkdir(parents=True)
        (deep / "link").symlink_to("/etc")
        (deep / "file").write_text("x")
        stack.subprocess.run(["chown", "-R", "--no-dereference", f"--reference={files / tenant}", files / tenant / "a"], check=True)
        op = h.go()
        assert op["state"] == "rolled_back", op
        assert state(db, redis, s3, files, tenant) == {**CLEAN, "objects": [f"tenants/{tenant}-"]}
        assert [k for k in redis.keys(0) if tenant[:-1] in k] == [f"tenant:{tenant[:-1]}"]


def test_more_objects_than_one_answer_lists_are_removed(db, redis, s3, files):
    with Held(db, "audit", "begin", "audit:recorded=fail", storage=["s3"], **redis.settings, **s3.settings) as h:
        stack.until(lambda: state(db, redis, s3, files, h.tenant)["user"])
        for n in range(1100):
            s3.put(s3.bucket, f"tenants/{h.tenant}/{n}", b"x")
        assert h.go()["state"] == "rolled_back"
        assert state(db, redis, s3, files, h.tenant) == CLEAN


def is_refused(op):
    assert op["state"] == "rolled_back" and "not ours" in op["error"] and op["errorCode"] == "conflict", op


# Strangers come between intent and act, when the ledger has the names already.

def test_a_stranger_keeps_objects_of_the_same_name(db, s3):
    with Held(db, "storage", "intended", storage=["s3"], **s3.settings) as h:
        h.await_intent()
        s3.put(s3.bucket, f"tenants/{h.tenant}/sentinel", b"mine")
        is_refused(h.go())
        assert [k for k in s3.keys() if h.tenant in k] == [f"tenants/{h.tenant}/sentinel"]


def test_a_stranger_keeps_a_directory_of_the_same_name(db, files):
    with Held(db, "storage", "intended", storage=["local"], STORAGE_DIR=files) as h:
        h.await_intent()
        (files / h.tenant).mkdir()
        (files / h.tenant / "sentinel").write_text("mine")
        is_refused(h.go())
        assert (files / h.tenant / "sentinel").read_text() == "mine"
        assert not [p for p in files.iterdir() if p.name.startswith(".")]


def test_a_stranger_keeps_a_user_of_the_same_name(db, redis):
    with Held(db, "cache", "intended", **redis.settings) as h:
        h.await_intent()
        user, key = "tenant_" + h.tenant.replace("-", ""), f"tenant:{h.tenant}:sentinel"
        with redis.connect(database=3) as r:
            r("ACL", "SETUSER", user, "on", ">mine", "~*", "+get")
            r("SET", key, "mine")
        is_refused(h.go())
        assert key in redis.keys()
        with redis.connect(user=user, password="mine") as r:
            assert r("GET", "nothing") is None


# -- servers that are away, or refuse --

def test_what_is_not_set_up_is_refused_before_anything_is_made(db, app):
    before = db.value("SELECT count(*) FROM tenantd.operations")
    with Creating(db) as c:
        for storage, setting in (("s3", "S3_BUCKET"), ("local", "STORAGE_DIR")):
            answer = c.create(features={"storage": [storage]})
            assert answer.status == 409 and f"{setting} is not set" in json.loads(answer.body)["detail"], answer.body
        tenant = Tenant(c, json.loads(c.create().body))
        assert tenant.ask("GET", "cache")["redis"] is None and "secrets" not in tenant.secrets
        assert tenant.ask("POST", "cache/credentials", None, 409)["detail"] == "the tenant has no user of Redis"
    assert db.value("SELECT count(*) FROM tenantd.operations") == before + 1


def failed(c, status, slug, *words, **body):
    answer = c.create(**body)
    assert answer.status == status, answer.body
    problem = json.loads(answer.body)
    assert problem["type"].endswith("/" + slug), problem
    for word in words:
        assert word in problem["detail"], problem
    op = c.converged()
    assert op["state"] == "rolled_back" and sweep(c.db, op["tenantId"]) == {}
    return op


def test_redis_is_down(db, s3, files):
    with Creating(db, REDIS_URL="unix:///nowhere/redis.sock") as c:
        failed(c, 503, "unavailable", "Redis could not be reached")


def test_redis_does_not_let_us_in(db, redis):
    with Creating(db, REDIS_URL=redis.settings["REDIS_URL"].replace("tenantd:", "tenantd:wrong")) as c:
        failed(c, 503, "unavailable", "WRONGPASS")
        assert stores.ADMIN_PASSWORD not in c.log_text()
    with redis.connect() as r:
        r("ACL", "SETUSER", "little", "on", ">x", "+ping", "+select")
    with Creating(db, REDIS_URL=f"unix://little:x@{redis.path}") as c:
        failed(c, 424, "outside-service-failed", "Redis refuses ACL GETUSER", "NOPERM")


def test_redis_is_silent(db, redis):
    with stack.stopped([redis.process.pid]), Creating(db, REDIS_URL=redis.settings["REDIS_URL"], REDIS_TIMEOUT=300) as c:
        begun = time.monotonic()
        failed(c, 503, "unavailable", "does not answer in time")
        assert time.monotonic() - begun < 20 * stack.PATIENCE


def test_s3_denies(db, s3):
    cases = [("AccessDenied", lambda rq: sigv4.S3.error(403, "AccessDenied"), 424, "outside-service-failed"),
             ("AccessDenied", lambda rq: sigv4.S3.error(403, "AccessDenied") if rq.method == "PUT" else None, 424, "outside-service-failed"),
             ("SlowDown", lambda rq: sigv4.S3.error(503, "SlowDown"), 503, "unavailable"),
             ("status 500", lambda rq: sigv4.Reply(500, "<html>no"), 503, "unavailable"),
             ("status 404", lambda rq: sigv4.Reply(404, "<html>no"), 424, "outside-service-failed")]
    with Creating(db, **s3.settings) as c:
        for word, trouble, status, slug in cases:
            s3.service.trouble = trouble
            try:
                failed(c, status, slug, word if word != "status 404" else "there is no bucket", features={"storage": ["s3"]})
            finally:
                s3.service.trouble = None
    with Creating(db, **{**s3.settings, "S3_SECRET_ACCESS_KEY": "wrong"}) as c:
        failed(c, 424, "outside-service-failed", "SignatureDoesNotMatch", "S3_SECRET_ACCESS_KEY", features={"storage": ["s3"]})


def test_s3_is_slow_or_away(db, s3):
    with Creating(db, **{**s3.settings, "STORAGE_TIMEOUT": "300"}) as c:
        s3.service.trouble = lambda rq: sigv4.Reply(200, "", hang=20)
        try:
            begun = time.monotonic()
            failed(c, 503, "unavailable", "S3 could not be reached", features={"storage": ["s3"]})
            assert time.monotonic() - begun < 15 * stack.PATIENCE
        finally:
            s3.service.trouble = None
    with Creating(db, **{**s3.settings, "S3_ENDPOINT": NOWHERE}) as c:
        failed(c, 503, "unavailable", "S3 could not be reached", features={"storage": ["s3"]})


# -- buckets of their own --

@pytest.fixture(scope="module")
def own():
    with stores.Bucket(mode="bucket") as b:
        yield b


def bucket_of(db, tenant):
    return resource(db, tenant, "storage_bucket")[1]


def test_a_tenant_has_a_bucket_of_its_own(db, own):
    with Creating(db, **own.settings) as c:
        ann, ben = (make(c, ["s3"]) for _ in range(2))
        said = ann.ask("GET", "storage")["s3"]
        assert said["mode"] == "bucket" and said["prefix"] == "" and re.fullmatch(r"tdt-[a-z0-9-]+-[0-9a-f]{8}", said["bucket"])
        url = ann.sign("PUT", "k")["url"]
        assert stores.fetch("PUT", url, b"x")[0] == 200
        assert stores.fetch("PUT", url.replace(said["bucket"], bucket_of(db, ben.id)), b"x")[0] == 403
        assert own.keys(said["bucket"]) == [f".tenantd/{resource(db, ann.id, 'storage_bucket')[0]}", "k"]


@pytest.mark.parametrize("point, way", crossed(["noted", "bucket", "marked", "acted"]))
def test_a_bucket_survives_a_kill(db, own, point, way):
    with Creating(db, f"storage:{point}=kill", **own.settings) as c:
        assert c.create(features={"storage": ["s3"]}, onFailure=way) is None
        op = c.converged()
        assert op["state"] == "succeeded"
        assert len(own.keys(bucket_of(db, op["tenantId"]))) == 1


@pytest.mark.parametrize("point", ["noted", "bucket", "marked", "acted"])
def test_a_bucket_is_taken_back(db, own, point):
    before = own.buckets()
    with Creating(db, f"storage:{point}=fail", **own.settings) as c:
        c.create(features={"storage": ["s3"]})
        assert c.converged()["state"] == "rolled_back"
        assert own.buckets() == before


@pytest.mark.parametrize("content", [None, b"mine"])
def test_a_stranger_keeps_a_bucket_of_the_same_name(db, own, content):
    with Held(db, "storage", "intended", storage=["s3"], **own.settings) as h:
        h.await_intent()
        bucket = bucket_of(db, h.tenant)
        assert own.ask("PUT", f"/{bucket}")[0] == 200
        if content:
            own.put(bucket, "sentinel", content)
        is_refused(h.go())
        assert bucket in own.buckets() and own.keys(bucket) == (["sentinel"] if content else [])
