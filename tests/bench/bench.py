"""The table: what run.sh was asked for, one part after the other."""
import argparse
import re
import signal
import sys
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lib")]

import bulk  # noqa: E402  (after the path)
import counts  # noqa: E402  (after the path)
import creations  # noqa: E402
import events  # noqa: E402
import invitations  # noqa: E402
import listing  # noqa: E402
import load  # noqa: E402
import login  # noqa: E402
import pool  # noqa: E402
import memory  # noqa: E402
import stack  # noqa: E402
import verify  # noqa: E402
from subjects import NGINX_WORKERS, WORKERS, Bench  # noqa: E402
from table import number, show  # noqa: E402
from timed import FEW, Timed  # noqa: E402

FUNCTIONS = 40  # how many of them are printed


def say(text):
    print(text, flush=True)


def sample(name, directive):
    """What our sample for nginx says."""
    text = (stack.TOP / f"deploy/nginx/{name}.conf.in").read_text()
    found = re.search(rf"(?m)^\s*{directive}\s+([^;]+);", text)
    return found.group(1) if found else "not set"


def introduce(timed, shared):
    length = f"{timed.seconds} s" if timed.seconds else f"{FEW} requests"
    say(f"{stack.PROGRAM}: {load.CONNECTIONS} connections, rounds of {length} each in turn: {timed.rounds}; medians;"
        " quote ratios of one run only")
    say(f"{WORKERS} workers in every program; {NGINX_WORKERS} process in every nginx (the sample has"
        f" {sample('main', 'worker_processes')}), fastcgi_keep_conn {sample('tenantd', 'fastcgi_keep_conn')} in"
        " tenantd's, not set in the floor's;")
    say("no access log, tenantd's request log in a file. us: microseconds of processor time a request took in the"
        " program, PostgreSQL, …")
    if not shared:
        say("tenantd's own rows only: without ../shared/bench there is no floor and nobody to compare with")
    say("")


def times_a_request(name, columns, per, least=0.005):
    """Rows of Counters, the largest in the first column first; each count divided by per."""
    keys = Counter()
    for column in columns:
        keys.update({k: abs(v) for k, v in column.items()})
    shown = [k for k, n in keys.items() if n / per >= least]
    shown.sort(key=lambda k: [-c[k] for c in columns])
    return [[name, k, *(number(c[k] / per, 2 if least < 0.5 else 0) for c in columns)] for k in shown]


def instructions(bench, asked, routes, n, passes):
    """The first route is counted twice: a measure that does not come to the same is none."""
    again, *profiles = counts.profiles(bench, [routes[0], *routes], n, passes)
    n *= 2 * passes
    if "instructions" in asked:
        rows = [["instructions", "all", *(number(p.total() / n) for p in profiles)]]
        rows += times_a_request("", [p.layers() for p in profiles], n, 1)
        rows.append(["allocations", "all", *(number(sum(p.allocations.values()) / n, 2) for p in profiles)])
        rows += times_a_request("", [p.allocations for p in profiles], n)
        show(["a request", "by layer", *routes], rows, left=2)
        off = again.total() / profiles[0].total() - 1
        say(f"{routes[0]} counted again: {number(again.total() / n)} instructions, {100 * off:+.2f} %\n")
    if "functions" in asked:
        functions(profiles[0], routes[0], n)


def functions(profile, route, n):
    def percent(cost):
        return number(100 * cost / profile.total(), 1)

    show([f"{route}: function", "instructions by itself", "%"],
         [[f"{layer}: {function}", number(cost / n), percent(cost)]
          for (layer, function), cost in profile.self.most_common(FUNCTIONS)])
    show([f"{route}: function of the program", "instructions with all below", "%"],
         [[name, number(cost / n), percent(cost)] for name, cost in profile.whole.most_common(2 * FUNCTIONS)])
    show([f"{route}: caller", "asks a library for", "calls", "instructions with all below", "%"],
         [[*who, number(profile.outward_calls[who] / n, 2), number(cost / n), percent(cost)]
          for who, cost in profile.outward.most_common(FUNCTIONS)], left=2)


def calls(bench, routes, n):
    columns = counts.system_calls(bench, routes, n)
    trips = [c.pop("", 0) for c in columns]
    rows = [["round trips", "database", *(number(t / n, 2) for t in trips)],
            ["system calls", "all", *(number(sum(c.values()) / n, 2) for c in columns)]]
    show(["a request", "by name", *routes], rows + times_a_request("", columns, n), left=2)


def private_memory(bench, quick):
    rows, slope, errors = memory.measure(bench, memory.QUICK if quick else memory.MARKS)
    show(["memory: requests a worker", "mean KiB", "most KiB"],
         [[number(at), number(mean), number(most)] for at, mean, most in rows], left=0)
    say(f"100,000 more requests add {slope:+,.0f} KiB to a worker; errors: {load.kinds(errors) or 'none'}\n")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=int, default=8)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--shared", type=Path)
    options.add_argument("rows", nargs="+")
    args = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is ended then, too
    stack.PATIENCE = max(stack.PATIENCE, 6)  # valgrind, and a machine with other work
    rounds = 1 if args.quick else min(4, args.seconds)
    routes, n, passes = (counts.QUICK, 60, 2) if args.quick else (counts.ROUTES, 200, 4)
    with Bench(args.shared, 50 if args.quick else 1000) as bench:
        timed = Timed(bench, rounds, 0 if args.quick else args.seconds // rounds, say)
        introduce(timed, args.shared)
        if {"existing", "current", "context", "healthz"} & set(args.rows):
            timed.known(args.rows)
        if "new" in args.rows:
            timed.new()
        if timed.rows:
            timed.show()
        if "login" in args.rows:
            login.measure(bench, timed, say)
        if "creations" in args.rows:
            creations.measure(bench, say, args.quick)
        if "pool" in args.rows:
            pool.measure(bench, say, args.quick)
        if "verify" in args.rows:
            verify.measure(bench, say, rounds, 0 if args.quick else args.seconds / rounds / 3)
        if "events" in args.rows:
            events.measure(bench, timed, args.quick)
        if "invitations" in args.rows:
            invitations.measure(bench, say, args.quick)
        if "list" in args.rows:
            listing.measure(bench, say, args.quick)
        if {"instructions", "functions"} & set(args.rows):
            instructions(bench, args.rows, routes, n, passes)
        if "calls" in args.rows:
            calls(bench, routes, n)
        if "bulk" in args.rows:
            bulk.measure(bench, say, rounds, 300 if args.quick else 10_000)
        if "memory" in args.rows:
            private_memory(bench, args.quick)


if __name__ == "__main__":
    main()
