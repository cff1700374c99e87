"""Who registers webhooks, and what became of what was sent to them.

    owner = Owner(app)                       somebody with a tenant of their own
    hook = owner.register(receiver.url, kinds=["tenant.updated"])
    owner.change()
    hook.waits(1)
"""
import itertools
import json
import subprocess
import uuid
from pathlib import Path

import stack
import tokens

SETTINGS = {"WEBHOOK_ALLOW": "127.0.0.0/8", "JOB_WORKERS": 1, "JOB_POLL": 50, "JOB_BACKOFF": 20, "JOB_BACKOFF_MOST": 1}
NAMES = itertools.count(1)


def verifier(node_modules):
    """What the package of the standard says of each of hits, with the secret."""
    program = Path(__file__).parent.parent / "e2e/node/verify.js"

    def run(secret, hits):
        given = [{"secret": secret, "headers": h.headers, "body": h.body.decode()} for h in hits]
        done = subprocess.run(["node", str(program)], input=json.dumps(given), capture_output=True, text=True,
                              check=False, timeout=300, env={"PATH": stack.PATH, "NODE_PATH": str(node_modules)})
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
    return run


class Owner:
    """Somebody with a tenant of their own, or a superuser, who sees to the platform's."""

    def __init__(self, app, tenant=True):
        self.app, self.db = app, app.db
        if tenant:
            self.user = f"webhooks-{next(NAMES)}-{uuid.uuid4().hex[:8]}"
            self.tenant = self.call("POST", "/api/tenant/getOrCreate")["tenantId"]
            self.base = f"/api/tenants/{self.tenant}/webhooks"
            stack.until(lambda: self.db.value("SELECT count(*) FROM tenantd.events WHERE tenant_id = %s AND seq IS NULL",
                                              [self.tenant]) == 0, what="the news of the tenant")
        else:
            self.user = stack.create_user(app.db, f"root-{uuid.uuid4().hex}@example.com", "--superuser")
            self.tenant, self.base = None, "/api/webhooks"

    def ask(self, method, path, body=None, **headers):
        return self.app.call(method, path, {**tokens.bearer(self.db, self.user), **headers}, body)

    def call(self, method, path, body=None):
        answer = self.ask(method, path, body)
        assert answer.status < 300, (answer.status, answer.body)
        return answer.json() if answer.body else None

    def register(self, url, **draft):
        return Hook(self, self.call("POST", self.base, {"url": url, **draft}))

    def change(self, times=1):
        """Another application changes the tenant."""
        for _ in range(times):
            self.db.sql("UPDATE public.tenants SET version = version + 1 WHERE id = %s", [self.tenant])


class Hook:
    def __init__(self, owner, made):
        self.owner, self.id, self.secret = owner, made["id"], made["secret"]
        self.path = f"{owner.base}/{self.id}"

    def get(self, rest=""):
        return self.owner.call("GET", self.path + rest)

    def post(self, rest, body=None):
        return self.owner.call("POST", self.path + rest, body)

    def patch(self, **changes):
        return self.owner.call("PATCH", self.path, changes)

    def deliveries(self, filters=""):
        """All of them, the oldest first, page by page."""
        found, cursor = [], ""
        while cursor is not None:
            page = self.get(f"/deliveries?limit=50{filters}{cursor and '&cursor=' + cursor}")
            found += page["items"]
            cursor = page["next_cursor"]
        return found[::-1]

    def waits(self, count, filters=""):
        """Until there are that many deliveries, and no more."""
        stack.until(lambda: len(self.deliveries(filters)) >= count, what=f"{count} deliveries")
        found = self.deliveries(filters)
        assert len(found) == count, found
        return found

    def idle(self):
        """Until nothing of it is queued any more."""
        stack.until(lambda: self.owner.db.value(
            "SELECT count(*) FROM tenantd.job_lanes WHERE lane LIKE %s", [self.id + ":%"]) == 0, what="the end of its jobs")
