"""The rows with a clock: subjects in turn, round after round, so that what else happens on
the machine happens to all of them. A figure is the median of the rounds', a ratio the
median of the rounds' ratios."""
import statistics
import uuid
from collections import Counter
from dataclasses import dataclass
from typing import Callable, Optional

import load
from subjects import has_route, token_file
from table import number, show

SERVERS = ("nginx", "lighttpd")
GET_OR_CREATE = ("POST", "/api/tenant/getOrCreate")
CONTEXT = "/api/tenant/context"
BARE = ", no schemas"
PER_SECOND = 5_000  # first calls that are prepared for a second of the first round
FEW = 300            # requests where only that it works is to be seen


@dataclass
class Run:
    groups: dict
    go: Callable
    prepare: Optional[Callable] = None  # before each go, outside of what is counted
    warm: Optional[Callable] = None     # once, before all


class Timed:
    def __init__(self, bench, rounds, seconds, say):
        """seconds 0: only some requests each, to see that it works."""
        self.bench, self.rounds, self.seconds, self.say = bench, rounds, seconds, say
        self.last = {} if seconds else {"count": FEW}
        self.last["seconds"] = seconds or 60
        self.rows = []

    def race(self, runs):
        """{key: Run} -> {key: its Result of each round}"""
        results = {key: [] for key in runs}
        for run in runs.values():
            if run.warm:
                run.warm()
        for i in range(self.rounds):
            for key in list(runs) if i % 2 == 0 else reversed(runs):
                if runs[key].prepare:
                    runs[key].prepare()
                results[key].append(load.counted(runs[key].groups, runs[key].go))
        return results

    def measure(self, row, runs, floor=None, fastify=None, limit=None):
        """runs: {(server, program): Run}. floor, fastify, limit: functions that give for
        such a key the one it is compared with."""
        results = self.race(runs)
        for key, mine in results.items():
            others = [results.get(of(key)) if of and of(key) != key else None for of in (floor, fastify, limit)]
            errors = load.kinds(sum((r.errors for r in mine), Counter()))
            if errors:
                self.say(f"{row}, {', '.join(key)}: errors: {errors}")
            self.rows.append([row, *key, *_figures(mine), *_ratios(mine, *others), *_processor(mine)])

    def show(self):
        show(["row", "server", "program", "req/s", "p50 ms", "p99 ms", "errors", "/floor", "p99/floor", "/Fastify",
              "/pgbench", *(f"us {g}" for g in load.GROUPS)], self.rows, left=3)

    # -- users who have a tenant --

    def known(self, asked):
        app = self.bench.tenantd()
        users = self.bench.create_users(app)
        subjects = [self.bench.behind(kind, app) for kind in SERVERS]
        if "existing" in asked:
            self.existing(app, users, subjects)
        for row, target, tokens in (("current", "/api/tenant/current", users), ("healthz", "/healthz", None)):
            if row in asked:
                self.measure(row, {(s.server, s.program): self.wrk(s, "GET", target, tokens) for s in subjects})
        if "context" in asked:
            self.context(app, subjects[0])

    def context(self, app, subject):
        """What a middleware asks at each request: a member's tenant, by the token's word for it."""
        bench = self.bench
        if not has_route("GET", CONTEXT):
            self.say(f"context: the program has no GET {CONTEXT}: its row is left out")
            return
        users, subjects = bench.naming_tenants(app), [subject]
        if bench.shared:
            bench.prepare_floor()
            subjects += [s for s in self.floors("context") if s.server == subject.server]
        self.measure("context", {(s.server, s.program): self.wrk(s, "GET", CONTEXT, users) for s in subjects},
                     lambda key: (key[0], "floor"))

    def wrk(self, subject, method, target, tokens):
        def go(**until):
            return load.wrk(subject.url, method, target, tokens, **until)

        return Run(subject.groups, lambda: go(**self.last), warm=lambda: go(count=FEW))

    def existing(self, app, users, subjects):
        bench = self.bench
        if bench.shared:
            bench.prepare_floor()
            subjects = subjects + self.floors() + self.peers(app.key, "")
        runs = {(s.server, s.program): self.wrk(s, *GET_OR_CREATE, users) for s in subjects}
        if bench.shared:
            runs["-", "pgbench"] = self.pgbench("getorcreate.pgbench", users=len(bench.users))
        self.measure("existing", runs, lambda key: (key[0], "floor"), lambda _: ("-", "Fastify"),
                     lambda _: ("-", "pgbench"))

    def floors(self, name=""):
        """The floor under a configuration of its own and under tenantd's, and a constant. name: apart from others."""
        bench = self.bench
        rls = bench.floor(f"rls{name}", bench.cluster.url_of("bench_app", "bench"), "rls")
        found = [bench.floor_server(kind, rls, "floor", name) for kind in SERVERS]
        found += [bench.behind(kind, rls, "floor, tenantd's conf") for kind in SERVERS]
        return [*found, bench.floor_server("nginx", bench.floor(f"constant{name}"), "constant", name)]

    def peers(self, key, suffix):
        found = []
        for name in ("Fastify", "FastAPI"):
            try:
                peer = self.bench.peer(name, key, not suffix)
                peer.program += suffix
                found.append(peer)
            except (LookupError, RuntimeError, AssertionError) as e:
                self.say(f"{name}: {e}: its rows are left out")
        return found

    def pgbench(self, script, options="", **variables):
        bench = self.bench
        return Run({"postgres": [bench.postmaster]},
                   lambda: load.pgbench(bench.bench_url, bench.shared / "limit" / script, self.seconds,
                                        options, **variables))

    # -- first calls --

    def new(self):
        runs, apps = {}, []
        for suffix in ("", BARE):
            app = self.bench.tenantd(TENANT_SCHEMAS="off" if suffix else "create")
            app.asked = 0
            apps.append(app)
            for kind in SERVERS:
                subject = self.bench.behind(kind, app, "tenantd" + suffix)
                runs[kind, subject.program] = self.first_calls(subject, app.key, app)
            if not self.bench.shared:
                continue
            self.bench.prepare_floor()
            for peer in self.peers(app.key, suffix):
                runs["-", peer.program] = self.first_calls(peer, app.key)
            options = "-c bench.schemas=off" if suffix else ""
            runs["-", "pgbench" + suffix] = self.pgbench("create.pgbench", options)

        def same(name):
            return lambda key: ("-", name + (BARE if key[1].endswith(BARE) else ""))

        self.measure("new", runs, None, same("Fastify"), same("pgbench"))
        for app in apps:
            made = app.db.value("SELECT count(*) FROM public.custom_auth_tenant")
            if made < app.asked:
                raise RuntimeError(f"{app.asked} first calls made {made} tenants: too few users were prepared")

    def first_calls(self, subject, key, app=None):
        """Each round with users of its own; when they are used up it ends early."""
        path, n = self.bench.scratch.path / "new-users", PER_SECOND * self.seconds or FEW

        def prepare():
            run = uuid.uuid4()
            token_file(path, key, (f"{run}-{i}" for i in range(n)))

        def go():
            nonlocal n
            result = load.wrk(subject.url, *GET_OR_CREATE, path, self.last["seconds"], once=True)
            n = 500 + 4 * result.requests
            if app:
                app.asked += result.requests
            return result

        return Run(subject.groups, go, prepare)


def _median(values):
    values = [v for v in values if v is not None]
    return statistics.median(values) if values else None


def _figures(mine):
    return (number(_median(r.rate for r in mine)), number(_median(r.p50 for r in mine), 2),
            number(_median(r.p99 for r in mine), 2), sum(sum(r.errors.values()) for r in mine))


def _ratios(mine, floor, fastify, limit):
    return [number(_ratio(mine, other, what), 2)
            for other, what in ((floor, "rate"), (floor, "p99"), (fastify, "rate"), (limit, "rate"))]


def _ratio(mine, other, what):
    if not other:
        return None
    return _median(getattr(a, what) / getattr(b, what) for a, b in zip(mine, other)
                   if getattr(a, what) is not None and getattr(b, what))


def _processor(mine):
    """Microseconds a request, by group of processes."""
    requests = sum(r.requests for r in mine)
    return [number(sum(r.cpu[g] for r in mine) / requests * 1e6 if g in mine[0].cpu and requests else None)
            for g in load.GROUPS]
