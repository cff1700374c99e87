"""What one request makes the program do: instructions and allocations by layer
(callgrind), system calls and database round trips (strace).

One worker answers over FastCGI, without a web server. Each case has a worker of its own,
fresh from the fork (SIGHUP replaces it): one that is only warmed up, and for each route
one that then answers N requests more. The difference, divided by N, is what one costs.
Instructions are counted in several passes: no two workers' heaps are alike, and a request
costs one of them a percent more than the other.
"""
import itertools
import re
import signal
from collections import Counter

import callgrind
import stack
import tokens

ROUTES = ("existing", "unseen token", "first call", "current", "context", "healthz")
QUICK = ("existing", "current", "healthz")
WARM = 10  # of each
JSON = {"Content-Type": "application/json"}
BODY = b'{"planId":"professional","billingCycle":"monthly"}'
# The counters start again where a worker begins to be itself.
CALLGRIND = ("valgrind", "-q", "--tool=callgrind", "--zero-before=fork", "--zero-before=__libc_fork",
             "--zero-before=_Fork")
CALL = re.compile(r"^(\d+) +(\w+)\((\d+)?")
CONNECT = re.compile(r"connect\((\d+), .*htons\((\d+)\)")
SENDS, TAKES = {"sendto", "sendmsg", "write", "writev"}, {"recvfrom", "recvmsg", "read"}


class Caller:
    def __init__(self, app):
        self.app, self.serial = app, itertools.count()
        self.known = tokens.token(app.key, "counted", exp=tokens.claims("")["exp"])
        self.named = None

    def token(self, route):
        n = next(self.serial)
        if route == "first call":
            return tokens.token(self.app.key, f"counted-{n:08d}")
        return tokens.token(self.app.key, "counted", n=f"{n:08d}") if route == "unseen token" else self.known

    def member(self):
        """A token that names the tenant of the known one."""
        if not self.named:
            tenant = self.app.call("GET", "/api/tenant/current", {"Authorization": "Bearer " + self.known}).json()["tenant"]["id"]
            self.named = tokens.token(self.app.key, "counted", tenant_id=tenant, exp=tokens.claims("")["exp"])
        return self.named

    def call(self, route):
        if route == "healthz":
            answer = self.app.call("GET", "/healthz")
        elif route == "context":
            answer = self.app.call("GET", "/api/tenant/context", {"Authorization": "Bearer " + self.member()})
        elif route == "current":
            answer = self.app.call("GET", "/api/tenant/current", {"Authorization": "Bearer " + self.known})
        else:
            answer = self.app.call("POST", "/api/tenant/getOrCreate",
                                   {"Authorization": "Bearer " + self.token(route), **JSON}, BODY)
        assert answer.status == 200, answer

    def calls(self, route, n):
        for _ in range(n):
            self.call(route)

    def next_worker(self):
        """Ends the worker with its last word written; its pid."""
        [old] = self.app.workers()
        self.app.process.send(signal.SIGHUP)
        stack.until(lambda: len(self.app.workers()) == 1 and old not in self.app.workers(),
                    what="the next worker")
        return old


def _run(bench, under, cases, n):
    """The pid of each case's worker, which None leaves warmed up."""
    app = bench.tenantd(workers=1, under=under, REQUEST_TIMEOUT=60000, DB_QUERY_TIMEOUT=60000, DB_CONNECT_TIMEOUT=60000,
                        JOB_WORKERS=0)
    caller, pids = Caller(app), []
    for route in (ROUTES[0], *cases):  # the first pays what only a first worker pays
        for warm in ROUTES:
            caller.calls(warm, WARM)
        if route:
            caller.calls(route, n)
        pids.append(caller.next_worker())
    port = int(re.search(r":(\d+)/", bench.cluster.url).group(1))
    return app, pids[1:], port


def profiles(bench, routes, n, passes):
    """For each route the profile of 2 * n * passes requests: each of its workers against the ones before and after it
    that are only warmed up, since a worker costs a little more than the one before."""
    place, cases = bench.scratch.writable("callgrind"), [case for route in routes for case in (None, route)]
    _, pids, _ = _run(bench, (*CALLGRIND, f"--callgrind-out-file={place}/%p"), [*(cases * passes), None], n)
    seen = [callgrind.read(place / str(pid)) for pid in pids]
    sums = [callgrind.Profile() for _ in routes]
    for i in range(1, len(seen), 2):
        for idle in (seen[i - 1], seen[i + 1]):
            sums[i // 2 % len(routes)] += seen[i] - idle
    return sums


def _by_worker(lines, port):
    """pid -> calls by name, with the round trips to the database as "".

    A round trip is an answer that is read after something was sent."""
    calls, database, asked = {}, {}, set()
    for line in lines:
        found = CALL.match(line)
        if not found:
            continue
        pid, name, fd = found.groups()
        calls.setdefault(pid, Counter())[name] += 1
        to = CONNECT.search(line)
        if to and int(to.group(2)) == port:
            database[pid] = to.group(1)
        if fd is None or database.get(pid) != fd:
            continue
        if name in SENDS:
            asked.add(pid)
        elif name in TAKES and pid in asked:
            asked.discard(pid)
            calls[pid][""] += 1
    return calls


def system_calls(bench, routes, n):
    """For each route a Counter of n requests' calls; "" are the database's round trips."""
    path = bench.scratch.writable("strace") / "log"
    app, (base, *pids), port = _run(bench, ("strace", "-D", "-f", "-o", str(path)), [None, *routes], n)
    last = re.compile(rf"^{pids[-1]} +\+\+\+ exited", re.M)
    stack.until(lambda: app and last.search(path.read_text(errors="replace")), 10, what="strace's last line")
    calls = _by_worker(path.read_text(errors="replace").splitlines(), port)
    out = []
    for pid in pids:
        left = Counter(calls[str(pid)])
        left.subtract(calls[str(base)])
        out.append(left)
    return out
