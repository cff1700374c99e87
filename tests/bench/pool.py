"""Tenants with a database of their own, claimed from the pool and copied from the template, in turn: what the step costs, what the
whole creation does, and what the server's own statements cost without the program."""
import json
import statistics
import time

import stack
import tokens
from fcgi_client import call
from table import number, show

STEPS = ("database", "migrations", "credentials")


def quantile(values, q):
    values = sorted(values)
    return values[min(len(values) - 1, int(q * len(values)))]


def _bare(cluster, url, n):
    """Milliseconds of a copy and of a rename, each alone on the server."""
    copied, renamed = [], []
    stack.sql(url, "CREATE DATABASE bench_template")
    for i in range(n):
        for times, text in ((copied, f"CREATE DATABASE bench_{i} TEMPLATE bench_template"),
                            (renamed, f"ALTER DATABASE bench_{i} RENAME TO bench_renamed_{i}")):
            began = time.monotonic()
            stack.sql(url, text)
            times.append(1e3 * (time.monotonic() - began))
        stack.sql(url, f"DROP DATABASE bench_renamed_{i}")
    stack.sql(url, "DROP DATABASE bench_template")
    return copied, renamed


def platform(db):
    """The headers of somebody who may make tenants."""
    db.sql("INSERT INTO public.users (id, email, is_superuser) VALUES ('bench-admin', 'bench-admin@example.com', true)")
    return {**tokens.bearer(db, "bench-admin"), "Content-Type": "application/json"}


def create(app, headers, slug, isolation="database"):
    """Milliseconds it took, and its operation."""
    body = json.dumps({"name": "Bench", "slug": slug, "isolation": isolation}).encode()
    began = time.monotonic()
    answer = call(app.socket, "POST", "/api/tenants", headers, body, timeout=600)
    assert answer.status == 201, answer
    return 1e3 * (time.monotonic() - began), json.loads(answer.body)["operation"]


def batch(app, headers, way, turn, n):
    """So many made the one way, each as create() says it."""
    app.db.sql("UPDATE tenantd.database_servers SET pool_size = %s", [n if way == "pool" else 0])
    stack.command(app.db.settings, "pool", "fill")
    if way == "template":
        create(app, headers, f"warm-{way}-{turn}")
    for i in range(n):
        took, operation = create(app, headers, f"bench-{way}-{turn + i}")
        [came] = app.db.sql("SELECT details->>'from' FROM tenantd.resources WHERE operation_id = %s AND kind = 'database'", [operation])
        assert came == (way,), came
        yield took, operation


def measure(bench, say, quick):
    n, size = (4, 2) if quick else (100, 10)
    app = bench.tenantd(workers=1, JOB_WORKERS=0, POOL_SIZE=0)
    db, url = app.db, bench.cluster.maker()
    stack.command(db.settings, "server", "add", "main", "--url-stdin", "--pool", "0", stdin=url + "\n")
    headers = platform(db)
    whole, steps = {"pool": [], "template": []}, {"pool": [], "template": []}
    for turn in range(0, n, size):
        for way in whole:
            for took, operation in batch(app, headers, way, turn, size):
                whole[way].append(took)
                steps[way].append({name: us / 1e3 for name, us in db.sql(
                    "SELECT name, duration_us FROM tenantd.operation_steps WHERE operation_id = %s AND duration_us IS NOT NULL", [operation])})
    rows = []
    for way, title in (("pool", "claimed from the pool"), ("template", "copied from the template")):
        parts = [statistics.median(s.get(name, 0) for s in steps[way]) for name in STEPS]
        of_step = [s["database"] for s in steps[way]]
        rows.append([title, number(quantile(of_step, .5), 2), number(quantile(of_step, .99), 2), *(number(p, 2) for p in parts[1:]),
                     number(quantile(whole[way], .5), 1), number(quantile(whole[way], .99), 1)])
    show(["pool: a tenant's own database", "step p50 ms", "step p99 ms", *(f"{s} p50" for s in STEPS[1:]), "whole p50 ms", "whole p99 ms"], rows)
    copied, renamed = _bare(bench.cluster, url, 4 if quick else 30)
    say("pool: the step is {} times as fast from the pool; alone on the server a copy takes {} ms, a rename {} ms, with a connection each\n".format(
        number(statistics.median(s["database"] for s in steps["template"]) / statistics.median(s["database"] for s in steps["pool"]), 1),
        number(statistics.median(copied), 1), number(statistics.median(renamed), 1)))
