"""Invitations to a tenant, 1,000 at once at a limit of 10: how many were made, and how long the refused and the made
ones took; and what counting a tenant's calls adds to a request: with and without a tenant in the token, in turn."""
import secrets
import statistics
import time
from collections import Counter

import client
import stack
import tokens
from table import number, show

LIMIT = 10
PATH = "/api/tenant/current"


def _crowd(bench, count):
    app = bench.tenantd(JOB_WORKERS=0, ACCOUNT_URL="https://app.example.com/account", SMTP_URL="smtp://127.0.0.1:9",
                        MAIL_FROM="tenantd <no-reply@example.com>")
    owner = tokens.token(app.key, "invites")
    tenant = client.get_or_create(bench.behind("nginx", app).url, app.key, "invites").json()["tenantId"]
    app.db.sql("INSERT INTO tenantd.quotas (tenant_id, metric, hard) VALUES (%s, 'invitations', %s)", [tenant, LIMIT])
    subject, took = bench.behind("nginx", app), {}

    def one(i):
        began = time.monotonic()
        answer = client.http_call(subject.url, "POST", f"/api/tenants/{tenant}/invitations", owner,
                                  {"email": f"{i}-{secrets.token_hex(4)}@example.com", "role": "member"})
        took[i] = (answer.status, time.monotonic() - began)
        return answer.status

    began = time.monotonic()
    statuses = Counter(client.at_once(lambda i=i: one(i) for i in range(count)))
    seconds = time.monotonic() - began
    made = app.db.value("SELECT count(*) FROM tenantd.invitations WHERE tenant_id = %s", [tenant])
    return statuses, made, seconds, sorted(s for _, s in took.values())


def _one_worker(bench, n, rounds):
    """Microseconds a request, of tokens without a tenant and with one, in turn; one connection, one worker."""
    app = bench.tenantd(workers=1, JOB_WORKERS=0, RATE_READ=0)
    tenant = app.call("POST", "/api/tenant/getOrCreate", {"Authorization": "Bearer " + tokens.token(app.key, "counts")}).json()["tenantId"]
    kinds = {"no tenant, not counted": {}, "tenant, counted": {"tenant_id": tenant}}
    headers = {kind: {"Authorization": "Bearer " + tokens.token(app.key, "counts", **claims)} for kind, claims in kinds.items()}
    took = {kind: [] for kind in kinds}
    for i in range(rounds * 2 + 2):
        kind = list(kinds)[i % 2]
        began = time.monotonic()
        for _ in range(n):
            stack.call(app.socket, "GET", PATH, headers[kind])
        if i >= 2:
            took[kind].append((time.monotonic() - began) / n * 1e6)
    return took


def measure(bench, say, quick):
    count = 40 if quick else 1000
    statuses, made, seconds, took = _crowd(bench, count)
    if set(statuses) - {201, 403}:
        say(f"invitations: also {statuses}")
    show([f"invitations: {count} at once, a limit of {LIMIT}", "made", "201", "403", "seconds", "p50 ms", "p99 ms"],
         [["nginx", made, statuses[201], statuses[403], number(seconds, 2), number(1e3 * took[len(took) // 2], 1),
           number(1e3 * took[len(took) * 99 // 100], 1)]])
    us = _one_worker(bench, 50 if quick else 2000, 2 if quick else 6)
    base, *_ = (statistics.median(v) for v in us.values())
    show([f"GET {PATH}, one connection", "us", "/ first"],
         [[kind, number(statistics.median(v), 1), number(statistics.median(v) / base, 3)] for kind, v in us.items()])
