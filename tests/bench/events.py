"""What telling costs, and how fast it is: first calls with and without the rows they write for
events, audit and jobs; deliveries a second; the time until the first attempt."""
import statistics
import time

import stack
import tokens
from receiver import Receiver
from table import number, show

# Their rows are computed, and then not written: no worker has anything to do.
UNTOLD = """
CREATE FUNCTION public.untold() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER a_untold BEFORE INSERT ON tenantd.events FOR EACH ROW EXECUTE FUNCTION public.untold();
ALTER TABLE tenantd.audit RENAME TO audit_kept;
CREATE VIEW tenantd.audit AS SELECT * FROM tenantd.audit_kept;
CREATE FUNCTION public.unkept() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER unkept INSTEAD OF INSERT ON tenantd.audit FOR EACH ROW EXECUTE FUNCTION public.unkept();
GRANT SELECT, INSERT ON tenantd.audit TO PUBLIC;
CREATE TRIGGER a_untold BEFORE INSERT ON tenantd.jobs FOR EACH ROW EXECUTE FUNCTION public.untold();
"""
# Takes whatever comes, and says so.
SINK = """
daemon off; worker_processes 1; pid %(run)s/nginx.pid; error_log %(run)s/nginx.err;
events { worker_connections 512; }
http {
	access_log off;
	client_body_temp_path %(run)s/b; fastcgi_temp_path %(run)s/f; proxy_temp_path %(run)s/p;
	uwsgi_temp_path %(run)s/u; scgi_temp_path %(run)s/s;
	server { listen 127.0.0.1:%(port)d; location / { return 204; } }
}
"""
CONCURRENCY = 16  # deliveries at a time, of the webhook and of a job worker


# TENANT_SCHEMAS and JOB_WORKERS: the rows alone, and with the worker that publishes them meanwhile.
VARIANTS = (("create", 0), ("off", 0), ("create", 1))


def told(bench, timed):
    """First calls in two programs in turn; in the database of one nothing is told."""
    runs = {}
    for schemas, job_workers in VARIANTS:
        for what in ("told", "untold"):
            app = bench.tenantd(TENANT_SCHEMAS=schemas, JOB_WORKERS=job_workers)
            if what == "untold":
                app.db.sql(UNTOLD)
            runs[schemas, job_workers, what] = timed.first_calls(bench.behind("lighttpd", app), app.key)
    results = timed.race(runs)
    rows = []
    for variant in VARIANTS:
        with_rows, without = results[(*variant, "told")], results[(*variant, "untold")]
        rows.append([*variant, number(statistics.median(r.rate for r in with_rows)),
                     number(statistics.median(r.rate for r in without)),
                     number(statistics.median(b.rate / a.rate for a, b in zip(with_rows, without)), 2),
                     sum(sum(r.errors.values()) for r in with_rows + without)])
    show(["events: first calls, TENANT_SCHEMAS", "job workers", "req/s", "with no row written", "ratio", "errors"], rows)


def _register(app, url):
    headers = {"Authorization": "Bearer " + tokens.token(app.key, "operator", scope="admin")}
    answer = app.call("POST", "/api/webhooks", headers, {"url": url, "kinds": ["tenant.created"], "concurrency": CONCURRENCY})
    assert answer.status == 201, answer


def _sink(bench):
    run, port = bench.scratch.writable("sink"), stack.free_port()
    (run / "conf").write_text(SINK % {"run": run, "port": port})
    bench.process("sink", ["nginx", "-e", f"{run}/nginx.err", "-c", f"{run}/conf"],
                  lambda: stack.socket.create_connection(("127.0.0.1", port), 1).close() or True)
    return f"http://127.0.0.1:{port}/"


def deliveries(bench, count):
    """As many tenants, made in one transaction, each an event that one webhook hears of."""
    url, rows = _sink(bench), []
    for job_workers in (1, 2):
        app = bench.tenantd(workers=1, JOB_WORKERS=job_workers, JOB_CONCURRENCY=CONCURRENCY, WEBHOOK_ALLOW="127.0.0.0/8")
        _register(app, url)
        app.db.sql("INSERT INTO public.custom_auth_tenant (id, name, owner_id, schema_name)"
                   " SELECT gen_random_uuid(), 'Firm', 'owner-' || i, 's' FROM generate_series(1, %s) AS i", [count])
        stack.until(lambda a=app: a.db.value("SELECT count(*) FROM tenantd.deliveries WHERE outcome = 'ok'") >= count,
                    300, every=0.2, what="every delivery")
        made, seconds = app.db.sql("SELECT count(DISTINCT seq), extract(epoch FROM max(created_at) - min(created_at))"
                                   " FROM tenantd.deliveries WHERE outcome = 'ok'")[0]
        assert made == count, made
        rows.append([job_workers, number(count), number(count / max(float(seconds), 1e-3))])
    show(["events: job workers", "deliveries", "a second"], rows, left=0)


def first_attempts(bench, count):
    """From the answer to a first call, one after the other, to the attempt at its delivery."""
    app, delays = bench.tenantd(workers=1, WEBHOOK_ALLOW="127.0.0.0/8"), []
    with Receiver() as r:
        _register(app, r.url)
        for i in range(count):
            answer = app.call("POST", "/api/tenant/getOrCreate",
                              {"Authorization": "Bearer " + tokens.token(app.key, f"first-{i}")})
            answered = time.monotonic()
            assert answer.status == 200, answer
            stack.until(lambda n=i: len(r.hits) > n, 30, every=0.001, what="the attempt")
            delays.append(1000 * (r.hits[i].at - answered))
    delays.sort()
    show(["events: first attempts", "p50 ms", "p99 ms"],
         [[number(count), number(statistics.median(delays), 1), number(delays[int(0.99 * (count - 1))], 1)]], left=0)


def measure(bench, timed, quick):
    told(bench, timed)
    deliveries(bench, 100 if quick else 4000)
    first_attempts(bench, 20 if quick else 200)
