"""Signing in with a password: as many at once as there are processors, since each hash takes one of
them, and its memory, for as long as it lasts."""
import json
import os
import re
import statistics
from collections import Counter

import load
import memory
import stack
from subjects import WORKERS, has_route
from table import number, show

PATH = "/login"
USERS = 16
PASSWORD = "Correct-horse-42-battery"


def _users(bench, app):
    """Bodies to sign in with, and the hash of one of the passwords."""
    path, emails = bench.scratch.path / "logins", [f"login-{i}@example.com" for i in range(USERS)]
    for email in emails:
        stack.command(app.settings, "user", "create", email, "--password-stdin", stdin=PASSWORD + "\n")
    path.write_text("".join(json.dumps({"email": email, "password": PASSWORD}) + "\n" for email in emails))
    return path, app.db.value("SELECT password_hash FROM public.users WHERE email = %s", [emails[0]])


def _parameters(phc):
    kind, kib, passes, lanes = re.match(r"\$(\w+)\$v=\d+\$m=(\d+),t=(\d+),p=(\d+)\$", phc).groups()
    return f"{kind.capitalize()}, {int(kib) // 1024} MiB, t={passes}, p={lanes}"


def measure(bench, timed, say):
    if not has_route("POST", PATH):
        say(f"login: the program has no POST {PATH}: its row is left out\n")
        return
    app, connections = bench.tenantd(), os.cpu_count()
    bodies, phc = _users(bench, app)
    subject, until = bench.behind("nginx", app), dict(timed.last)
    if "count" in until:
        until["count"] = USERS

    def go():
        return load.wrk(subject.url, "POST", PATH, bodies=bodies, connections=connections, **until)

    before = max(memory.most_kib(pid) for pid in app.workers())
    results = [load.counted(subject.groups, go) for _ in range(timed.rounds)]
    grown = [memory.most_kib(pid) for pid in app.workers()]
    errors = sum((r.errors for r in results), Counter())
    if load.kinds(errors):
        say(f"login: errors: {load.kinds(errors)}")
    requests = sum(r.requests for r in results)
    show([f"login: {_parameters(phc)}", "logins/s", "p50 ms", "p99 ms", "errors", "ms program", "MiB a worker, idle", "at most"],
         [[f"{connections} connections, {WORKERS} workers", number(statistics.median(r.rate for r in results), 1),
           number(statistics.median(r.p50 for r in results), 1), number(statistics.median(r.p99 for r in results), 1),
           sum(errors.values()), number(1e3 * sum(r.cpu["program"] for r in results) / requests, 1),
           number(before / 1024, 1), number(max(grown) / 1024, 1)]])
