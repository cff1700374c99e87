"""POST /api/tenants, with nothing outside set up: tenants that share the database, one after the other and as many at once as there
are workers; then, in the same run and in turn, tenants with a database of their own, from the pool and from the template. The
parts by step, and what one asks of the database."""
import re
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import pool
import stack
from subjects import WORKERS
from table import number, show

METRIC = re.compile(r"^(tenantd_db_round_trips_total) (\d+)", re.M)
LEAST = 0.05  # milliseconds of a step's median that is shown


def _counters(app):
    return {name: int(n) for name, n in METRIC.findall(app.call("GET", "/metrics").body.decode())}


def _steps(db, operations):
    """Step -> its median of milliseconds, of those that did something."""
    rows = db.sql("SELECT name, min(place), percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_us) / 1000.0 FROM tenantd.operation_steps"
                  " WHERE operation_id = ANY(%s) AND state = 'done' GROUP BY name ORDER BY 2", [operations])
    return {name: float(ms) for name, _, ms in rows}


class Row:
    def __init__(self):
        self.took, self.operations = [], []

    def add(self, made):
        self.took.append(made[0])
        self.operations.append(made[1])


def _one_by_one(app, headers, n):
    row, before = Row(), _counters(app)
    for i in range(n):
        row.add(pool.create(app, headers, f"one-{i}", "shared"))
    after = _counters(app)
    return row, {name: (after[name] - before[name]) / n for name in after}


def _at_once(app, headers, n):
    row, began = Row(), time.monotonic()
    with ThreadPoolExecutor(WORKERS) as many:
        for made in many.map(lambda i: pool.create(app, headers, f"many-{i}", "shared"), range(n)):
            row.add(made)
    return row, n / (time.monotonic() - began)


def _own(app, headers, n, batch):
    rows = {"pool": Row(), "template": Row()}
    for turn in range(0, n, batch):
        for way, row in rows.items():
            for made in pool.batch(app, headers, way, turn, batch):
                row.add(made)
    return rows


def measure(bench, say, quick):
    n, batch = (4, 2) if quick else (200, 10)
    one = bench.tenantd(workers=1, JOB_WORKERS=0, POOL_SIZE=0)
    headers = pool.platform(one.db)
    stack.command(one.db.settings, "server", "add", "main", "--url-stdin", "--pool", "0", stdin=bench.cluster.maker() + "\n")
    for i in range(10):
        pool.create(one, headers, f"warm-{i}", "shared")
    alone, asked = _one_by_one(one, headers, n)
    own = _own(one, headers, n // 4, batch)
    many = bench.tenantd(workers=WORKERS, JOB_WORKERS=0)
    crowd, rate = _at_once(many, pool.platform(many.db), 2 * n)
    rows = []
    for title, row, speed in (("shared, one by one", alone, 1e3 / statistics.mean(alone.took)), (f"shared, {WORKERS} at once", crowd, rate),
                              ("a database, from the pool", own["pool"], 1e3 / statistics.mean(own["pool"].took)),
                              ("a database, copied", own["template"], 1e3 / statistics.mean(own["template"].took))):
        rows.append([title, number(speed, 1), number(pool.quantile(row.took, .5), 1), number(pool.quantile(row.took, .99), 1)])
    show(["creations", "tenants/s", "p50 ms", "p99 ms"], rows)
    parts = [_steps(one.db, alone.operations), *(_steps(one.db, own[way].operations) for way in own)]
    names = [s for s in _names(parts) if max(p.get(s, 0) for p in parts) >= LEAST]
    show(["creations: p50 ms of a step", "shared", "from the pool", "copied"],
         [[s, *(number(p.get(s, 0), 2) for p in parts)] for s in names])
    say("creations: {} round trips to the database for one that shares it; the step \"database\" is {} times as fast from the pool\n".format(
        number(asked["tenantd_db_round_trips_total"], 1), number(parts[2]["database"] / parts[1]["database"], 1)))


def _names(parts):
    """Every step's name, in the order in which the longest list has them."""
    return list(max(parts, key=len))
