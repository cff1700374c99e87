"""Clients that count on their answers: many at once, each call repeated as a good client
repeats it, and a ledger of what was acknowledged, which the database must bear out.

    book = Ledger(app, [web.url])
    with book.clients(16, first_calls=1000):
        ...                                     # the blow
        book.well()
    book.check()

Without URLs the clients call the program itself, over FastCGI.

A first call is the first POST of getOrCreate of a new user. A refusal (5xx) or a broken
connection is answered by a new try after a pause that grows; what was refused is kept, too.
"""
import collections
import itertools
import random
import threading
import time
import uuid

import stack
import tokens
from client import http_call

# How long requests of the programs with a ledger may take (REQUEST_TIMEOUT); a web server and a
# busy machine add something.
REQUEST_S = 10
MARGIN_S = 3 * stack.PATIENCE
BACK_S = 12 * stack.PATIENCE  # until all is well again; it takes two
PAUSE_S, PAUSE_MOST_S = 0.02, 0.5
GIVE_UP_S = 90 * stack.PATIENCE
TICK_S = 0.05
# For a program that shall wait less for what hangs, and the answer's deadline then.
SHORT_S = 5
SHORT = {"REQUEST_TIMEOUT": SHORT_S * 1000, "DB_QUERY_TIMEOUT": 1000, "DB_CONNECT_TIMEOUT": 1000}
ONBOARD = "/api/tenant/getOrCreate"

Try = collections.namedtuple("Try", "user url began took status note")


class Lateness:
    """How late somebody is who only wants to look at the clock: what the machine, or this process,
    keeps from everybody, and no deadline of the program's can help."""

    def __init__(self):
        self.ticks, self.ending = [], threading.Event()  # (until, how late)

    def run(self):
        began = time.monotonic()
        while not self.ending.wait(TICK_S):
            now = time.monotonic()
            self.ticks.append((now, now - began - TICK_S))
            began = now

    def between(self, begin, end):
        """At most, in seconds: a delay that reaches into that time counts."""
        return sum(late for at, late in self.ticks if begin < at and at - TICK_S - late < end)

    def __enter__(self):
        self.ending.clear()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join()


class Ledger:
    def __init__(self, app, urls=(None,), deadline=REQUEST_S + MARGIN_S, retries=True):
        self.app, self.db, self.key = app, app.db, app.settings["JWT_SECRET_KEY"]
        self.lateness = Lateness()
        self.urls, self.deadline, self.retries = urls, deadline, retries
        self.run = uuid.uuid4().hex[:8]
        self.acknowledged = {}  # user: the tenant's id, of the first 200
        self.tries, self.faults = [], []
        self.numbers, self.users = itertools.count(1), []
        self.lock = threading.Lock()

    # -- calls --

    def call(self, user, url):
        """One try, judged; whether it was acknowledged."""
        began = time.monotonic()
        note = None
        try:
            token = tokens.token(self.key, user)
            if url:
                answer = http_call(url, "POST", ONBOARD, token, timeout=GIVE_UP_S)
            else:
                answer = self.app.call("POST", ONBOARD, {"Authorization": "Bearer " + token})
            status = answer.status
            if status == 200:
                note = answer.json()["tenantId"]
            elif status == 503:
                note = answer.headers.get("retry-after")
        except Exception as e:  # a broken connection is one of the things that happen
            status, note = 0, repr(e)
        self.tries.append(Try(user, url, began, time.monotonic() - began, status, note))
        if status not in (0, 200) and status < 500:
            self.faults.append(f"{user}: {status}")
        if status == 200 and self.acknowledged.setdefault(user, note) != note:
            self.faults.append(f"{user}: {note}, and before {self.acknowledged[user]}")
        return status == 200

    def until_acknowledged(self, user, url):
        pause, began = PAUSE_S, time.monotonic()
        while not self.call(user, url) and self.retries:
            if time.monotonic() - began > GIVE_UP_S:
                self.faults.append(f"{user}: given up")
                return
            time.sleep(pause * random.uniform(0.5, 1))
            pause = min(2 * pause, PAUSE_MOST_S)

    def new_user(self):
        with self.lock:
            user = f"ledger-{self.run}-{next(self.numbers)}"
            self.users.append(user)
        return user

    def clients(self, count, first_calls=None):
        """A with-block in which `count` clients call: each its own new users, one after
        another, until the block ends, or `first_calls` in all, which its end waits for."""
        return _Clients(self, count, first_calls)

    def well(self):
        """Waits until for a second, from now on, nobody has been refused."""
        begin = time.monotonic()

        def calm():
            since, tries = time.monotonic() - 1, list(self.tries)
            return since >= begin and sum(t.began >= begin and t.status == 200 for t in tries) >= 8 and all(
                t.status == 200 for t in tries if t.began + t.took >= since)
        stack.until(calm, every=0.1, what="a second without a refusal")

    # -- judgement --

    def statuses(self):
        return collections.Counter(t.status for t in self.tries)

    def refused(self):
        return [t for t in self.tries if t.status != 200]

    def span(self, begin, end):
        """Seconds between two moments, but for those that the machine kept."""
        return end - begin - self.lateness.between(begin, end)

    def longest_gap(self, since, until):
        """Between two acknowledgements in that time, in seconds."""
        at = sorted(t.began + t.took for t in self.tries if t.status == 200)
        at = [since] + [t for t in at if since < t < until] + [until]
        return max(self.span(a, b) for a, b in zip(at, at[1:]))

    def back_after(self, moment):
        """Seconds from the moment until every call that begins later is acknowledged."""
        bad = [t.began for t in self.tries if t.status != 200 and t.began > moment]
        good = [t.began + t.took for t in self.tries if t.status == 200 and t.began > max([moment, *bad])]
        assert good, "nothing was acknowledged any more"
        return self.span(moment, min(good))

    def check(self, url=None):
        """All that was promised, in the database or in the one at the url; how it went, in words."""
        took = sorted(t.took for t in self.tries)
        assert not self.faults, self.faults[:5]
        late = [t for t in self.tries if t.took > self.deadline and self.span(t.began, t.began + t.took) > self.deadline]
        assert took and not late, late[:5]
        assert sorted(self.acknowledged) == sorted(self.users), "some calls were never acknowledged"
        self.check_database(url or self.db.owner_url)
        words = (f"{len(self.users)} first calls, tries {dict(self.statuses())}, "
                 f"median {took[len(took) // 2] * 1000:.0f} ms, longest {took[-1] * 1000:.0f} ms")
        print(words)
        return words

    def check_well(self, since, url=None):
        """The same, where every answer is the program's own, and that all was well again soon after
        `since`."""
        assert set(self.statuses()) <= {200, 503}, self.statuses()
        assert all(t.note and int(t.note) >= 1 for t in self.refused()), "Retry-After is missing"
        assert self.back_after(since) < BACK_S
        self.check(url)

    def check_database(self, url):
        """Nothing that was acknowledged is missing, nothing is there twice, and nothing
        that nobody asked for."""
        wanted = sorted((tenant, user) for user, tenant in self.acknowledged.items())
        mine = f"ledger-{self.run}-%"
        assert len({tenant for tenant, _ in wanted}) == len(wanted)
        for what, query in RECORDS.items():
            assert sorted(stack.sql(url, query, [mine])) == wanted, what
        [(schemas,)] = stack.sql(
            url, "SELECT count(*) FROM pg_namespace WHERE nspname IN"
            " (SELECT schema_name FROM custom_auth_tenant WHERE owner_id LIKE %s)", [mine])
        assert schemas == (len(wanted) if self.db.settings.get("TENANT_SCHEMAS") != "off" else 0)


# What one first call leaves: exactly one row each, as (tenant, user).
RECORDS = {
    "the registry": "SELECT id::text, owner_id FROM custom_auth_tenant WHERE owner_id LIKE %s",
    "tenants": "SELECT t.id, c.owner_id FROM tenants t JOIN custom_auth_tenant c ON c.id = t.tenant"
               " WHERE c.owner_id LIKE %s",
    "memberships": "SELECT tenant_id, user_id FROM tenant_users WHERE role = 'owner' AND user_id LIKE %s",
    "events": "SELECT tenant_id, actor FROM tenantd.events WHERE kind = 'tenant.created' AND actor LIKE %s",
    "the audit": "SELECT tenant_id, actor FROM tenantd.audit WHERE event = 'TENANT_CREATED' AND actor LIKE %s",
}


class _Clients:
    def __init__(self, book, count, first_calls):
        self.book, self.left, self.stopping = book, first_calls, False
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._run, args=(i,)) for i in range(count)]

    def _another(self):
        with self.lock:
            if self.left is None:
                return not self.stopping
            self.left -= 1
            return self.left >= 0 and not self.stopping

    def _run(self, i):
        while self._another():
            self.book.until_acknowledged(self.book.new_user(), self.book.urls[i % len(self.book.urls)])

    def working(self):
        return any(t.is_alive() for t in self.threads)

    def __enter__(self):
        self.book.lateness.__enter__()
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, kind, *_):
        self.stopping = self.left is None or kind is not None
        for t in self.threads:
            t.join()
        self.book.lateness.__exit__()
