"""Many tenants of a partner in one request, beside the same rows copied by psql: into the same tables of
another database, with the same triggers and indexes, in one transaction."""
import json
import os
import shutil
import statistics
import subprocess
import time

import memory
import stack
import tokens
from fcgi_client import call
from table import number, show

ROUTE = "/api/provisioning/tenants/bulk"
BAD = 100  # one in as many is not valid
# What a request writes, by table; names are a trigger's.
COLUMNS = {
    "public.tenants": "id, tenant, slug, partner_id, company_name, contact_email, phone_number, industry, external_id, extra",
    "public.custom_auth_tenant": "id, name, owner_id, schema_name, created_at, updated_at, rls_enabled, rls_setup_date, is_active",
    "tenantd.events": "tenant_id, kind, version, actor, request_id, payload",
    "tenantd.audit": "entry, event, severity, actor, tenant_id, request_id, address, created_at, details, mac",
}
OF_ROUND = {"public.tenants": "id", "public.custom_auth_tenant": "id::text", "tenantd.events": "tenant_id", "tenantd.audit": "tenant_id"}


def _body(turn, count):
    return "".join(json.dumps({"company_name": ""} if i % BAD == BAD // 2 else
                              {"company_name": f"Company {turn} {i}", "email": f"admin-{turn}-{i}@example.com",
                               "phone_number": "+1234567890", "industry": "Technology", "external_id": f"crm-{turn}-{i}"}) + "\n"
                   for i in range(count)).encode()


def _psql(url, script):
    began = time.monotonic()
    subprocess.run([shutil.which("psql", path=stack.PATH), "-qX1", "-v", "ON_ERROR_STOP=1", url], input=script, text=True, check=True,
                   env={**os.environ, "PGOPTIONS": "-c app.current_tenant_id=unset -c app.actor=bench"})
    return time.monotonic() - began


def _copied(bench, app, twin, turn):
    """Seconds for the rows of a round."""
    place = bench.scratch.writable(f"bulk{turn}")
    chosen = f"(SELECT id FROM public.tenants WHERE contact_email LIKE 'admin-{turn}-%')"
    _psql(app.db.owner_url, "".join(
        f"\\copy (SELECT {c} FROM {t} WHERE {OF_ROUND[t]} IN {chosen}) TO '{place}/{t}'\n" for t, c in COLUMNS.items()))
    return _psql(twin.owner_url, "".join(f"\\copy {t} ({c}) FROM '{place}/{t}'\n" for t, c in COLUMNS.items()))


def measure(bench, say, rounds, count):
    app = bench.tenantd(workers=1, JOB_WORKERS=0)
    twin = bench.stack.enter_context(bench.cluster.database())
    for db in app.db, twin:
        db.sql("INSERT INTO tenantd.partners (id, name) VALUES ('bench', 'Bench')")
    headers = {"Authorization": "Bearer " + tokens.partner(app.key, "bench"), "Content-Type": "application/x-ndjson"}
    call(app.socket, "GET", "/readyz")
    [worker] = app.workers()
    before, rows, rates = memory.most_kib(worker), [], {"?mode=partial": [], "": []}
    for turn in range(2 * rounds):
        query = list(rates)[turn % 2]
        body = _body(turn, count)
        if not query:
            body = b"".join(line + b"\n" for line in body.splitlines() if b"email" in line)
        began = time.monotonic()
        answer = call(app.socket, "POST", ROUTE + query, headers, body, timeout=600)
        took = time.monotonic() - began
        made = answer.body.count(b'"status":201,')
        assert answer.status in (200, 201) and made == count - count // BAD, answer
        rates[query].append((made / took, made / _copied(bench, app, twin, turn)))
    for query, measured in rates.items():
        rows.append([query or "all or nothing", number(statistics.median(a for a, _ in measured)),
                     number(statistics.median(b for _, b in measured)), number(statistics.median(a / b for a, b in measured), 2)])
    show(["bulk: tenants a second", "one request", "psql \\copy", "ratio"], rows)
    say(f"{count} lines a request, one in {BAD} of the partial ones bad; at its peak the worker had"
        f" {number((memory.most_kib(worker) - before) / 1024, 1)} MiB more than before\n")
