"""What a page of a partner's tenants costs, the first and one far behind it; and the memory of the
worker that answers every page from the one to the other."""
import json
import re
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import fcgi_client
import tokens
from subjects import has_route
from table import number, show

PATH = "/api/provisioning/tenants"
PARTNER = "lister"
# Nine tenths of the partner's are active; one tenant in eleven is another partner's. What triggers do a row
# at a time, nobody here asks for.
TENANTS = """
INSERT INTO tenantd.partners (id, name) VALUES ('lister', 'Lister'), ('another', 'Another');
ALTER TABLE public.tenants DISABLE TRIGGER USER;
INSERT INTO public.tenants (id, tenant, slug, status, partner_id, external_id, company_name, contact_email, extra, created_at)
SELECT id, id::uuid, 'firm-' || g, CASE g %% 10 WHEN 0 THEN 'suspended' ELSE 'active' END,
       CASE g %% 11 WHEN 0 THEN 'another' ELSE 'lister' END, 'firm-' || g, 'Firm ' || left(md5(g::text), 12),
       'firm-' || g || '@example.com', '{}', now() - (%(count)s - g) * interval '1 second'
  FROM (SELECT g, md5('tenant ' || g)::uuid::text AS id FROM generate_series(1, %(count)s) AS g) AS one;
ALTER TABLE public.tenants ENABLE TRIGGER USER;
"""
ROWS = {"default order": "", "sort=company_name": "&sort=company_name", "status=active": "&status=active"}


@dataclass
class Pages:
    """path: of the first; far: of the last that was walked to."""
    path: str
    far: str
    before_kib: int
    after_kib: int
    seconds: float


def resident_kib(pid):
    return int(re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.M).group(1))


class Reader:
    """One connection after the other, as a web server without keep-alive has them."""

    def __init__(self, app):
        self.app, (self.pid,) = app, app.workers()
        self.headers = {"Authorization": "Bearer " + tokens.partner(app.key, PARTNER)}

    def get(self, path):
        """(milliseconds, the answer)"""
        began = time.perf_counter()
        answer = fcgi_client.call(self.app.socket, "GET", path, self.headers)
        taken = 1e3 * (time.perf_counter() - began)
        assert answer.status == 200, answer
        return taken, answer.body

    def walk(self, query, limit, pages):
        """To the page of that number, each full and none with a tenant of the one before."""
        path = first = f"{PATH}?limit={limit}{query}"
        began, last = time.perf_counter(), None
        for page in range(1, pages):
            found = json.loads(self.get(path)[1])
            assert len(found["items"]) == limit and found["items"][0]["tenant"] != last, (path, len(found["items"]))
            last = found["items"][-1]["tenant"]
            path = f"{first}&cursor={found['next_cursor']}"
            if page == pages // 100 + 1:  # all that is kept between requests is there
                before = resident_kib(self.pid)
        return Pages(first, path, before, resident_kib(self.pid), time.perf_counter() - began)


def in_turn(reader, pages, times):
    """Milliseconds of the first and of the far page, asked for in turn."""
    for path in (pages.path, pages.far):
        reader.get(path)
    taken = [(reader.get(pages.path)[0], reader.get(pages.far)[0]) for _ in range(times)]
    return statistics.median(a for a, _ in taken), statistics.median(b for _, b in taken)


def measure(bench, say, quick):
    if not has_route("GET", PATH):
        say("list: the program has no such route: its row is left out\n")
        return
    tenants, pages, times = (2_000, 20, 20) if quick else (1_000_000, 10_000, 500)
    app = bench.tenantd(workers=1, JOB_WORKERS=0, WORKER_MAX_REQUESTS=0, RATE_READ=0)
    app.db.sql(TENANTS % {"count": tenants * 11 // 10})
    bench.cluster.sql("VACUUM ANALYZE", database=app.db.name)
    reader, lines, walks = Reader(app), [], []
    for name, query in ROWS.items():
        there = app.db.value("SELECT count(*) FROM public.tenants WHERE partner_id = %s AND status = ANY (%s)",
                             [PARTNER, ["active"] if "active" in query else ["active", "suspended"]])
        limit = there // pages - 1  # the far page is not the last
        walked = reader.walk(query, limit, pages)
        walks.append(walked)
        near, far = in_turn(reader, walked, times)
        lines.append([name, number(there), number(limit), number(near, 2), number(far, 2), number(far / near, 2),
                      number(1e3 * walked.seconds / pages, 2), number(walked.before_kib), number(walked.after_kib)])
    assert app.workers() == [reader.pid], "the worker was replaced"
    show(["list: a partner's tenants", "of", "a page", "ms page 1", f"ms page {number(pages)}", "ratio", "ms each between",
          "KiB resident before", "and after"], lines)
