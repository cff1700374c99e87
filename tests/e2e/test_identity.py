"""What Cognito is told of a user's tenant: by a Cognito that runs here, with every request's
signature checked on the way, and by one that misbehaves as a test says."""
import contextlib
import json
import signal
import threading
import urllib.request
import uuid
from datetime import datetime, timezone

import npm
import pytest
import sigv4
import stack
from client import at_once
from tokens import token

KEY_ID, SECRET, REGION, POOL = "AKIATESTSTESTSTESTS1", "wJalrXUtnFEMI+K7MDENG/bPxRfiCYTESTKEY", "eu-west-1", "eu-west-1_Tests"
NAMES = ["custom:tenant_ID", "custom:businessid", "custom:plan", "custom:status", "custom:onboarding"]
NAMESPACE = uuid.UUID("74738ff5-5367-5958-9aee-98fffdcd1876")
KIND = "identity.sync"


class World:
    """The program in front of a database of its own, and what stands for Cognito."""

    def __init__(self, db, app, service):
        self.db, self.app, self.service = db, app, service
        self.said = []  # what the job runs wrote

    def settings(self, **other):
        return {**self.app.settings, **{k: str(v) for k, v in other.items()}}

    def onboard(self, user):
        """The user's tenant."""
        answer = self.app.call("POST", "/api/tenant/getOrCreate", {
            "Authorization": "Bearer " + token(self.db.settings["JWT_SECRET_KEY"], user)})
        assert answer.status == 200, answer
        return answer.json()["tenantId"]

    def run(self, **settings):
        """`tenantd jobs run`, until nothing is due; the requests that it made."""
        before = len(self.service.requests)
        status, out = stack.command(self.settings(**settings), "jobs", "run", "--seconds", "60", status=None)
        self.said.append(out)
        assert status == 0, out
        return self.service.requests[before:]

    def run_at_last(self):
        """The same with what is only due later due now."""
        self.db.sql("UPDATE tenantd.job_lanes SET run_at = now(), lease_until = now() - interval '1 s' WHERE leased_by IS NOT NULL")
        self.db.sql("UPDATE tenantd.job_lanes SET run_at = now()")
        return self.run()

    def change(self, tenant, **columns):
        """As an operator does it."""
        for column, value in columns.items():
            self.db.sql(f"UPDATE public.tenants SET {column} = %s WHERE id = %s", [value, tenant])

    def jobs(self, user):
        """State, attempts and last error of the user's jobs."""
        return self.db.sql("SELECT state, attempts, last_error FROM tenantd.jobs WHERE kind = %s AND payload->>'userId' = %s"
                           " ORDER BY id", [KIND, user])

    def state(self, user):
        rows = self.db.sql("SELECT tenant_id, attributes, synced_at IS NOT NULL, missing_at IS NOT NULL"
                           " FROM tenantd.identity_sync WHERE provider = 'cognito' AND user_id = %s", [user])
        return rows[0] if rows else None


def written(request):
    """The attributes that a request writes."""
    assert request.action == "AdminUpdateUserAttributes" and request.body["UserPoolId"] == POOL
    return {a["Name"]: a["Value"] for a in request.body["UserAttributes"]}


def everything(tenant, plan="free", status="active", onboarding="pending"):
    return dict(zip(NAMES, (tenant, tenant, plan, status, onboarding)))


@pytest.fixture(scope="module")
def service():
    with sigv4.Service("cognito-idp", REGION, {KEY_ID: SECRET}) as s:
        yield s


@pytest.fixture(scope="module")
def settings(service):
    return {"COGNITO_USER_POOL_ID": POOL, "AWS_REGION": REGION, "AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET,
            "COGNITO_ENDPOINT": service.url}


@pytest.fixture(scope="module")
def shared(cluster, service, settings):
    with cluster.database() as db, stack.Tenantd(db, workers=2, JOB_WORKERS=0, **settings) as app:
        yield World(db, app, service)


@pytest.fixture
def world(shared):
    """Afterwards nothing is left to do, and nobody has seen a key."""
    shared.service.answer = sigv4.Reply()
    del shared.service.requests[:], shared.said[:]
    yield shared
    shared.service.upstream = None
    for words in ("SELECT string_agg(j::text, '') FROM tenantd.jobs j", "SELECT string_agg(s::text, '') FROM tenantd.identity_sync s",
                  "SELECT string_agg(e::text, '') FROM tenantd.events e"):
        assert not seen_keys(shared.db.value(words) or ""), words
    assert not seen_keys("".join(shared.said)) and not seen_keys(shared.app.log.read_text())
    shared.db.sql("DELETE FROM tenantd.jobs; DELETE FROM tenantd.job_lanes")


def seen_keys(text):
    return [key for key in (KEY_ID, SECRET) if key in text]


@pytest.fixture
def user(world):
    """Somebody with a tenant, of which Cognito knows; (user, tenant)."""
    name = f"user-{uuid.uuid4()}"
    tenant = world.onboard(name)
    assert [written(r) for r in world.run()] == [everything(tenant)]
    return name, tenant


# -- the judge of signatures --

EXAMPLE = [("Host", "iam.amazonaws.com"), ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
           ("X-Amz-Date", "20150830T123600Z"),
           ("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-date, "
            "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")]


def judge(headers, method="GET", target="/?Action=ListUsers&Version=2010-05-08", body=b"", minute=36):
    return sigv4.verify(method, target, headers, body, {"AKIDEXAMPLE": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"},
                        "iam", "us-east-1", datetime(2015, 8, 30, 12, minute, tzinfo=timezone.utc))


def test_the_judge_agrees_with_the_published_example():
    assert judge(EXAMPLE) == "AKIDEXAMPLE"


@pytest.mark.parametrize("how", [
    {"method": "POST"}, {"target": "/?Action=ListUsers&Version=2010-05-09"}, {"target": "/x?Action=ListUsers&Version=2010-05-08"},
    {"body": b"x"}, {"minute": 20}, {"minute": 52}])
def test_the_judge_refuses_another_request(how):
    with pytest.raises(sigv4.Refused):
        judge(EXAMPLE, **how)


@pytest.mark.parametrize("change", [
    lambda h: h[:-1], lambda h: [h[0], ("Content-Type", "text/plain"), *h[2:]], lambda h: [("Host", "other"), *h[1:]],
    lambda h: [*h, ("X-Amz-Target", "unsigned")], lambda h: [*h, ("X-Amz-Content-Sha256", "0" * 64)],
    lambda h: [*h[:-1], ("Authorization", h[-1][1].replace("us-east-1", "us-east-2"))],
    lambda h: [*h[:-1], ("Authorization", h[-1][1].replace("AKIDEXAMPLE", "AKIDSTRANGE"))],
    lambda h: [*h[:-1], ("Authorization", h[-1][1].replace("host;", ""))],
    lambda h: [*h[:-1], ("Authorization", h[-1][1][:-1] + "8")], lambda h: [*h[:-1], ("Authorization", "Bearer x")]])
def test_the_judge_refuses_other_headers(change):
    with pytest.raises(sigv4.Refused):
        judge(change(EXAMPLE))


# -- what is told --

def test_of_a_first_call_everything_is_told(world):
    name = f"user-{uuid.uuid4()}"
    tenant = world.onboard(name)
    assert tenant == str(uuid.uuid5(NAMESPACE, name))
    [request] = world.run()
    assert request.refused is None and request.body["Username"] == name and written(request) == everything(tenant)
    assert world.state(name) == (tenant, everything(tenant), True, False)
    assert world.jobs(name) == [("done", 1, None)]


def test_only_what_changed_is_told_whoever_changed_it(world, user):
    name, tenant = user
    world.change(tenant, plan="professional")
    assert [written(r) for r in world.run()] == [{"custom:plan": "professional"}]
    world.change(tenant, status="suspended", onboarding_status="complete")
    assert [written(r) for r in world.run()] == [{"custom:status": "suspended", "custom:onboarding": "complete"}]
    assert world.state(name)[1] == everything(tenant, "professional", "suspended", "complete")


def test_what_is_no_attribute_is_not_told(world, user):
    name, tenant = user
    world.change(tenant, slug=f"slug-{uuid.uuid4().hex}", billing_cycle="annual")
    world.db.sql("UPDATE public.custom_auth_tenant SET name = 'Another' WHERE id = %s", [tenant])
    world.change(tenant, plan="enterprise")
    world.change(tenant, plan="free")
    assert world.run() == []
    assert {state for state, _, _ in world.jobs(name)} == {"done"}


def test_whoever_leaves_loses_the_attributes(world, user):
    name, tenant = user
    world.db.sql("UPDATE public.custom_auth_tenant SET owner_id = 'somebody' WHERE id = %s", [tenant])
    requests = {r.body["Username"]: written(r) for r in world.run()}
    assert requests == {name: dict.fromkeys(NAMES, ""), "somebody": everything(tenant)}
    assert world.state(name) == (None, {}, True, False)
    assert world.run() == []


def test_whom_an_operator_assigns_is_told_of(world, user):
    email, name = f"{uuid.uuid4().hex}@example.com", f"user-{uuid.uuid4()}"
    world.db.sql("INSERT INTO public.users (id, email) VALUES (%s, %s)", [name, email])
    world.db.sql("UPDATE users SET tenant_id = %s WHERE email = %s", [user[1], email])
    assert [(r.body["Username"], written(r)) for r in world.run()] == [(name, everything(user[1]))]
    world.change(user[1], plan="enterprise")
    assert {r.body["Username"]: written(r) for r in world.run()} == dict.fromkeys((user[0], name), {"custom:plan": "enterprise"})
    world.db.sql("UPDATE users SET tenant_id = NULL WHERE email = %s", [email])
    assert [written(r) for r in world.run()] == [dict.fromkeys(NAMES, "")]


def test_a_tenant_with_a_text_id_has_two_ids(world):
    tenant, number, name = f"acme-{uuid.uuid4().hex[:8]}-é", str(uuid.uuid4()), f"user-\"\\{uuid.uuid4()}"
    world.db.sql("INSERT INTO public.tenants (id, tenant, slug) VALUES (%s, %s, %s)", [tenant, number, tenant])
    world.db.sql("INSERT INTO public.users (id, email, tenant_id) VALUES (%s, %s, %s)", [name, f"{uuid.uuid4().hex}@example.com", tenant])
    [request] = world.run()
    assert request.body["Username"] == name
    assert written(request) == {**everything(tenant), "custom:businessid": number}


def test_nothing_is_queued_where_the_pool_is_an_issuer_alone(world):
    name = f"user-{uuid.uuid4()}"
    world.onboard(name)
    assert world.run(AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="") == []
    assert world.jobs(name) == []


# -- what goes wrong --

@pytest.mark.parametrize("reply", [sigv4.Reply(400, {"__type": "TooManyRequestsException", "message": "Rate exceeded"}),
                                   sigv4.Reply(429, "slow down")])
def test_throttling_is_waited_out_and_no_attempt(world, user, reply):
    name, tenant = user
    world.change(tenant, plan="professional")
    world.service.answer = reply
    for _ in range(3):
        assert len(world.run_at_last()) >= 1
    [done, (state, attempts, why)] = world.jobs(name)
    assert (done[0], state, attempts) == ("done", "queued", 0) and why
    waits = world.db.value("SELECT extract(epoch FROM l.run_at - j.updated_at) FROM tenantd.job_lanes l JOIN tenantd.jobs j"
                           " ON j.id = l.job_id WHERE l.lane = %s", [f"{KIND}:{name}"])
    assert 0 < waits <= 2
    world.service.answer = sigv4.Reply()
    assert [written(r) for r in world.run_at_last()] == [{"custom:plan": "professional"}]
    assert world.jobs(name)[1][0] == "done" and world.state(name)[1] == everything(tenant, "professional")


def test_a_user_the_pool_does_not_have_is_no_failure_and_logged_once(world):
    name = f"elsewhere-{uuid.uuid4()}"
    tenant = world.onboard(name)
    world.service.answer = sigv4.Reply(400, {"__type": "UserNotFoundException", "message": "User does not exist."})
    assert len(world.run()) == 1
    assert world.jobs(name) == [("done", 1, None)] and world.state(name) == (tenant, {}, False, True)
    world.change(tenant, plan="enterprise")
    assert [written(r) for r in world.run()] == [everything(tenant, "enterprise")]
    log = "".join(world.said)
    assert log.count("identity-user-missing") == 1 and name in log
    world.service.answer = sigv4.Reply()
    world.change(tenant, plan="free")
    assert [written(r) for r in world.run()] == [everything(tenant)]
    assert world.state(name) == (tenant, everything(tenant), True, False)


@pytest.mark.parametrize("reply, words", [
    (sigv4.Reply(400, {"__type": "NotAuthorizedException", "message": "no"}), "cognito-idp:AdminUpdateUserAttributes"),
    (sigv4.Reply(400, {"__type": "ResourceNotFoundException", "message": "User pool does not exist."}), "COGNITO_USER_POOL_ID"),
    (sigv4.Reply(400, {"__type": "UnrecognizedClientException", "message": f"{KEY_ID} {SECRET}"}), "AWS_ACCESS_KEY_ID"),
    (sigv4.Reply(500, {"__type": "InternalErrorException", "message": "oh"}), "InternalErrorException"),
    (sigv4.Reply(503, "<html>"), "status 503"),
    (sigv4.Reply(200, "<html>sign in to this network</html>"), "not as Cognito does"),
    (sigv4.Reply(200, "[]"), "not as Cognito does"),
    (sigv4.Reply(200, '{"a":"' + 100_000 * "x" + '"}'), "not as Cognito does"),
    (sigv4.Reply(400, "\xff\0{"), "not as Cognito does"),
    (sigv4.Reply(302, {}, {"Location": "http://127.0.0.1:9/"}), "status 302")],
    ids=["rights", "pool", "keys", "500", "503", "portal", "list", "long", "garbage", "redirect"])
def test_what_may_pass_is_tried_again_and_said(world, user, reply, words):
    name, tenant = user
    world.change(tenant, plan="professional")
    world.service.answer = reply
    assert len(world.run_at_last()) >= 1
    state, attempts, why = world.jobs(name)[1]
    assert state == "queued" and attempts >= 1 and words in why, why
    assert world.state(name)[1] == {**everything(tenant), "custom:plan": None}
    world.service.answer = sigv4.Reply()
    assert [written(r) for r in world.run_at_last()] == [{"custom:plan": "professional"}]
    assert world.jobs(name)[1][0] == "done"


def test_a_wrong_secret_is_denied_and_right_again_is_done(world, user):
    name, tenant = user
    world.change(tenant, plan="professional")
    requests = world.run(AWS_SECRET_ACCESS_KEY=SECRET[:-1] + "Z")
    assert requests and all(r.refused for r in requests)
    assert "AWS_SECRET_ACCESS_KEY" in world.jobs(name)[1][2]
    assert len(world.run_at_last()) == 1 and world.jobs(name)[1][0] == "done"


@pytest.mark.parametrize("reply", [sigv4.Reply(hang=30), None], ids=["hangs", "nobody is there"])
def test_no_answer_is_tried_again(world, user, reply):
    name, tenant = user
    world.change(tenant, plan="professional")
    if reply:
        world.service.answer = reply
        world.run()
    else:
        world.run(COGNITO_ENDPOINT=f"http://127.0.0.1:{stack.free_port()}")
    state, attempts, why = world.jobs(name)[1]
    assert state == "queued" and attempts >= 1 and "could not reach Cognito" in why
    world.service.answer = sigv4.Reply()
    assert [written(r) for r in world.run_at_last()] == [{"custom:plan": "professional"}]


def test_a_pool_without_the_attribute_is_given_up_and_named(world, user):
    name, tenant = user
    world.change(tenant, plan="professional")
    world.service.answer = sigv4.Reply(400, {"__type": "InvalidParameterException",
                                             "message": "user.custom:plan: Attribute does not exist in the schema.\n"})
    assert len(world.run()) == 1
    [_, (state, attempts, why)] = world.jobs(name)
    assert (state, attempts) == ("dead", 1) and "custom:plan: Attribute does not exist" in why
    world.service.answer = sigv4.Reply()
    world.change(tenant, status="suspended")
    assert [written(r) for r in world.run()] == [{"custom:plan": "professional", "custom:status": "suspended"}]


def test_one_that_fails_for_ever_is_given_up(world, user):
    name, tenant = user
    world.change(tenant, plan="professional")
    world.service.answer = sigv4.Reply(500, {})
    world.run()
    world.db.sql("UPDATE tenantd.job_lanes SET attempts = 18")
    world.run_at_last()
    assert world.jobs(name)[1][:2] == ("queued", 19)
    world.run_at_last()
    assert world.jobs(name)[1][:2] == ("dead", 20)
    assert world.db.value("SELECT count(*) FROM tenantd.events WHERE kind = 'job.dead' AND tenant_id = %s", [tenant]) == 1


@contextlib.contextmanager
def killed_in_the_call(world):
    """A worker that is killed while its request is on the way, and nobody knows what came of it."""
    place = stack.Directory("tdk.")
    before = len(world.service.requests)
    world.service.answer = sigv4.Reply(hang=30)
    process = stack.Process([stack.PROGRAM, "jobs", "run"], place.writable("run") / "log", world.settings())
    try:
        stack.until(lambda: len(world.service.requests) > before, what="the request")
    finally:
        process.stop(signal.SIGKILL)
        place.remove()
    world.service.answer = sigv4.Reply()
    yield world.service.requests[before:]


def test_a_call_whose_end_nobody_knows_is_made_again(world, user):
    name, tenant = user
    world.change(tenant, plan="professional")
    with killed_in_the_call(world) as [lost, *_]:
        assert world.state(name)[1]["custom:plan"] is None
        assert [written(r) for r in world.run_at_last()] == [written(lost)] == [{"custom:plan": "professional"}]
    assert world.jobs(name)[1][0] == "done" and world.state(name)[1] == everything(tenant, "professional")


def test_what_is_in_doubt_is_taken_back_from_whoever_left_meanwhile(world):
    name = f"user-{uuid.uuid4()}"
    tenant = world.onboard(name)
    with killed_in_the_call(world):
        world.db.sql("UPDATE public.custom_auth_tenant SET owner_id = NULL WHERE id = %s", [tenant])
        assert [written(r) for r in world.run_at_last()] == [dict.fromkeys(NAMES, "")]
    assert world.state(name)[1] == {}


def test_only_some_are_asked_at_once(world):
    """A crowd in one tenant, and a Cognito that takes its time."""
    at_work, most, company = [], [], threading.Event()

    def answer(request):
        at_work.append(request)
        most.append(len(at_work))
        if max(most) > 1:
            world.service.closing.wait(0.05)
        else:
            company.wait(30)
        company.set() if len(at_work) > 1 else None
        at_work.remove(request)
        return sigv4.Reply()
    tenant = world.onboard(f"owner-{uuid.uuid4()}")
    world.run()
    world.db.sql("INSERT INTO public.tenant_users (tenant_id, user_id) SELECT %s, %s || n FROM generate_series(1, 40) n",
                 [tenant, f"crowd-{uuid.uuid4()}-"])
    world.change(tenant, plan="enterprise")
    world.service.answer = answer
    assert len(world.run()) == 41
    assert 1 < max(most) <= 4


# -- the real one --

class Emulator:
    """cognito-local with a pool; unsigned calls of the test's own go to it directly."""

    def __init__(self, node_modules):
        self.place, self.port = stack.Directory("tdc."), stack.free_port()
        data = self.place.writable("data")
        self.process = stack.Process(["env", "-C", str(data), "node", str(node_modules / "cognito-local/lib/bin/start.js")],
                                     data / "log", {"HOST": "127.0.0.1", "PORT": str(self.port), "HOME": str(data)})
        self.url = f"http://127.0.0.1:{self.port}"
        self.process.wait_for(self.ready, self.place, "cognito-local")

    def ready(self):
        self.process.must_live()
        return urllib.request.urlopen(self.url + "/health", timeout=10).status == 200

    def call(self, action, **body):
        request = urllib.request.Request(self.url + "/", json.dumps(body).encode(), {
            "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AWSCognitoIdentityProviderService." + action})
        with urllib.request.urlopen(request, timeout=90) as answer:
            return json.load(answer)

    def pool(self, names):
        return self.call("CreateUserPool", PoolName="tests", UsernameAttributes=[], Schema=[
            {"Name": name.removeprefix("custom:"), "AttributeDataType": "String", "Mutable": True,
             "StringAttributeConstraints": {"MinLength": "0", "MaxLength": "2048"}} for name in names])["UserPool"]["Id"]

    def user(self, pool):
        """A new user; what their tokens call them."""
        name = f"{uuid.uuid4().hex}@example.com"
        made = self.call("AdminCreateUser", UserPoolId=pool, Username=name, MessageAction="SUPPRESS", TemporaryPassword="Passw0rd!",
                         UserAttributes=[{"Name": "email", "Value": name}])
        return next(a["Value"] for a in made["User"]["Attributes"] if a["Name"] == "sub")

    def attributes(self, pool, user):
        found = self.call("AdminGetUser", UserPoolId=pool, Username=user)["UserAttributes"]
        return {a["Name"]: a["Value"] for a in found if a["Name"].startswith("custom:") and a["Value"]}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stop(signal.SIGKILL)
        self.place.remove()


@pytest.fixture(scope="module")
def emulator():
    with Emulator(npm.modules("cognito")) as e:
        yield e


def test_a_user_of_a_real_pool_is_told_of_from_first_call_to_the_end(world, emulator):
    pool = emulator.pool(NAMES)
    name = emulator.user(pool)
    world.service.upstream = emulator.url
    tenant = world.onboard(name)
    world.run(COGNITO_USER_POOL_ID=pool)
    assert emulator.attributes(pool, name) == everything(tenant)
    world.change(tenant, plan="enterprise")
    world.run(COGNITO_USER_POOL_ID=pool)
    world.change(tenant, status="suspended")
    world.run(COGNITO_USER_POOL_ID=pool)
    assert emulator.attributes(pool, name) == everything(tenant, "enterprise", "suspended")
    world.db.sql("UPDATE public.custom_auth_tenant SET owner_id = NULL WHERE id = %s", [tenant])
    world.run(COGNITO_USER_POOL_ID=pool)
    assert emulator.attributes(pool, name) == {}
    sent = [r.body["UserAttributes"] for r in world.service.requests]
    assert [len(s) for s in sent] == [5, 1, 1, 5] and world.service.refused() == []


def test_a_real_pool_without_the_attribute_is_given_up_and_named(world, emulator):
    pool = emulator.pool([n for n in NAMES if n != "custom:plan"])
    name = emulator.user(pool)
    world.service.upstream = emulator.url
    world.onboard(name)
    world.run(COGNITO_USER_POOL_ID=pool)
    [(state, attempts, why)] = world.jobs(name)
    assert (state, attempts) == ("dead", 1) and "InvalidParameterException" in why and "custom:plan" in why


def test_twenty_changes_at_once_end_in_what_is_right(world, emulator, settings):
    """While a job worker runs beside the requests, as it does in production."""
    pool = emulator.pool(NAMES)
    name = emulator.user(pool)
    world.service.upstream = emulator.url
    tenant = world.onboard(name)
    plans = ["free", "professional", "enterprise"]
    with stack.Tenantd(world.db, workers=1, JOB_WORKERS=2, **{**settings, "COGNITO_USER_POOL_ID": pool}):
        at_once([lambda p=plans[i % 3]: world.change(tenant, plan=p) for i in range(20)])
        stack.until(lambda: not world.db.sql("SELECT FROM tenantd.events WHERE seq IS NULL")
                    and not world.db.sql("SELECT FROM tenantd.jobs WHERE state = 'queued'"), what="the end of the jobs")
        plan = world.db.value("SELECT plan FROM public.tenants WHERE id = %s", [tenant])
        stack.until(lambda: emulator.attributes(pool, name) == everything(tenant, plan),
                    what=f"plan {plan} in the pool, which has {emulator.attributes(pool, name)}")
    assert world.state(name)[1] == everything(tenant, plan) and world.service.refused() == []
    assert {state for state, _, _ in world.jobs(name)} == {"done"}
