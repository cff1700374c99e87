"""Private memory of the workers while they answer many requests."""
import re
from collections import Counter
from pathlib import Path

import load

MARKS = (1_000, 10_000, 50_000, 100_000)
QUICK = (50, 100, 200)
WORKERS = 2


def private_kib(pid):
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(n) for n in re.findall(r"^Private_(?:Clean|Dirty): +(\d+) kB", text, re.M))


def most_kib(pid):
    """What it had at most, shared or not."""
    return int(re.search(r"^VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.M).group(1))


def measure(bench, marks):
    """[(requests a worker, mean KiB, most KiB)], KiB that 100,000 requests add, errors."""
    app = bench.tenantd(workers=WORKERS, WORKER_MAX_REQUESTS=0)
    tokens, subject = bench.create_users(app), bench.behind("nginx", app)
    pids, rows, done, errors = app.workers(), [], len(bench.users), Counter()
    for mark in marks:
        left = mark * WORKERS - done
        if left > 0:
            result = load.wrk(subject.url, "POST", "/api/tenant/getOrCreate", tokens, count=left)
            done, errors = done + result.requests, errors + result.errors
        sizes = [private_kib(pid) for pid in pids]
        rows.append((done // WORKERS, sum(sizes) / len(sizes), max(sizes)))
    assert app.workers() == pids, "a worker was replaced"
    (first, before, _), (last, after, _) = rows[1], rows[-1]
    return rows, (after - before) / (last - first) * 100_000, errors
