"""First calls under load while something breaks, and what must be true afterwards."""
import collections
import time
import uuid

import stack
from client import Load
from tokens import token

ONBOARD = "/api/tenant/getOrCreate"
# Shorter than they are by default: what hangs is waited for.
DEADLINE = 5
TIMEOUTS = {"REQUEST_TIMEOUT": DEADLINE * 1000, "DB_QUERY_TIMEOUT": 1000, "DB_CONNECT_TIMEOUT": 1000}


def bearer(db, user):
    return {"Authorization": "Bearer " + token(db.settings["JWT_SECRET_KEY"], user)}


class FirstCalls(Load):
    """First calls of new users, from so many clients."""

    def __init__(self, app, db, clients):
        super().__init__(self.one, clients)
        self.app, self.db, self.acknowledged, self.slowest = app, db, [], 0

    def one(self):
        user, began = f"load-{uuid.uuid4()}", time.monotonic()
        answer = self.app.call("POST", ONBOARD, bearer(self.db, user))
        self.slowest = max(self.slowest, time.monotonic() - began)
        if answer.status == 200:
            self.acknowledged.append(user)
        elif "retry-after" not in answer.headers:
            raise AssertionError(f"{answer} without Retry-After")
        return answer

    def must_be_well(self, since, url=None):
        """What was acknowledged is there (at the url, else in the database), once; every answer
        came in time; and all is well again some time after `since`."""
        assert set(self.statuses()) <= {200, 503}, collections.Counter(map(str, self.statuses()))
        assert self.slowest < DEADLINE * stack.PATIENCE
        late = [s for when, s in self.results if when > since + 1.2 * stack.PATIENCE]
        assert late and set(late) == {200}, collections.Counter(map(str, late))
        made = collections.Counter(owner for (owner,) in stack.sql(
            url or self.db.owner_url, "SELECT owner_id FROM custom_auth_tenant"))
        assert max(made.values()) == 1
        assert not set(self.acknowledged) - set(made)
