"""tests/bench works: its smallest run prints every row, with figures that can be true."""
import json
import os
import re
import subprocess
from pathlib import Path

import pytest
import stack

pytestmark = pytest.mark.skipif(b"__asan_init" in Path(stack.PROGRAM).read_bytes(),
                                reason="a program with sanitizers does not run under callgrind")
TIMED = {(row, server, "tenantd") for row in ("existing", "current", "healthz", "new") for server in ("nginx", "lighttpd")} \
    | {("new", server, "tenantd, no schemas") for server in ("nginx", "lighttpd")}
ROUTES = {(r["method"], r["path"]) for r in json.loads(stack.command({}, "routes", "--json"))}
if ("GET", "/api/tenant/context") in ROUTES:
    TIMED |= {("context", "nginx", "tenantd")}
LAYERS = {"base", "http", "controllers", "proc", "libc"}  # of every request
DATABASE = {"db", "libpq"}


@pytest.fixture(scope="module")
def table():
    done = subprocess.run(["sh", str(stack.TOP / "tests/bench/run.sh"), "--quick"], capture_output=True, text=True,
                          env={**os.environ, "TENANTD": stack.PROGRAM, "VALGRIND": ""}, check=False, timeout=1000)
    assert done.returncode == 0, done.stdout + done.stderr
    return [re.split(r" {2,}", line.strip()) for line in done.stdout.splitlines()]


def value(text):
    return float(text.replace(",", ""))


def part(table, *cells):
    """The line that begins with these cells, and what follows up to an empty one."""
    [start] = [i for i, line in enumerate(table) if line[:len(cells)] == list(cells)]
    end = next(i for i in range(start, len(table)) if table[i] == [""])
    return table[start:end]


def test_every_row_with_a_clock_has_its_figures(table):
    head, *rows = part(table, "row")
    rows = [dict(zip(head, row)) for row in rows]
    assert {(r["row"], r["server"], r["program"]) for r in rows} == TIMED and len(rows) == len(TIMED)
    for r in rows:
        assert value(r["req/s"]) > 0 and r["errors"] == "0", r
        assert 0 < value(r["p50 ms"]) <= value(r["p99 ms"]), r
        assert r["/floor"] == "-", r
    assert sum(value(r["us program"]) for r in rows) > 0


def test_a_crowd_of_invitations_keeps_its_limit(table):
    head, row = part(table, "invitations: 40 at once, a limit of 10")[:2]
    row = dict(zip(head, row))
    assert (row["made"], row["201"], row["403"]) == ("10", "10", "30") and value(row["seconds"]) > 0, row
    [first, second] = part(table, "GET /api/tenant/current, one connection")[1:3]
    assert first[2] == "1.000" and value(second[1]) > 0 and value(second[2]) > 0


@pytest.mark.skipif(("POST", "/login") not in ROUTES, reason="the program has no such route")
def test_signing_in_has_its_price_and_its_memory(table):
    [start] = [i for i, line in enumerate(table) if re.match(r"login: Argon2id, 19 MiB, t=2, p=1$", line[0])]
    row = dict(zip(table[start], table[start + 1]))
    assert row["errors"] == "0" and value(row["logins/s"]) > 0 and value(row["p50 ms"]) > 1, row
    assert value(row["at most"]) >= value(row["MiB a worker, idle"]) + 15, "no worker has hashed"


def test_rows_of_routes_that_are_not_there_are_left_out_by_name(table):
    said = {line[0].partition(":")[0] for line in table if line[0].endswith("its row is left out")}
    assert said == {row for row, route in (("context", ("GET", "/api/tenant/context")), ("login", ("POST", "/login")),
                                       ("list", ("GET", "/api/provisioning/tenants")))
                    if route not in ROUTES}


def test_a_token_that_was_seen_costs_less(table):
    _, *rows = part(table, "verify")
    assert [row[0] for row in rows] == ["HS256", "RS256", "ES256"]
    for name, cold, a_second, warm, warm_a_second in rows:
        assert 0 < value(warm) < value(cold) < 100_000, name
        assert value(warm_a_second) > value(a_second) > 0, name


def test_events_have_their_price_and_their_pace(table):
    head, *rows = part(table, "events: first calls, TENANT_SCHEMAS")
    assert [tuple(row[:2]) for row in rows] == [("create", "0"), ("off", "0"), ("create", "1")]
    for row in (dict(zip(head, row)) for row in rows):
        assert row["errors"] == "0" and value(row["req/s"]) > 0 and value(row["ratio"]) > 0, row
    _, *rows = part(table, "events: job workers")
    assert [row[0] for row in rows] == ["1", "2"] and all(value(row[2]) > 0 for row in rows)
    _, [count, middle, most] = part(table, "events: first attempts")
    assert value(count) == 20 and 0 <= value(middle) <= value(most)


@pytest.mark.skipif(("GET", "/api/provisioning/tenants") not in ROUTES, reason="the program has no such route")
def test_pages_of_a_list_have_their_price_near_and_far(table):
    head, *rows = part(table, "list: a partner's tenants")
    assert [row[0] for row in rows] == ["default order", "sort=company_name", "status=active"]
    for row in (dict(zip(head, row)) for row in rows):
        assert value(row["ms page 1"]) > 0 and value(row["ms page 20"]) > 0 and value(row["ratio"]) > 0, row
        assert 0 < value(row["KiB resident before"]) and 0 < value(row["and after"]), row


def test_instructions_are_split_by_layer_and_add_up(table):
    head, total, *rows = part(table, "a request", "by layer")
    split = [i for i, row in enumerate(rows) if row[0] == "allocations"][0]
    layers = {row[0]: [value(v) for v in row[1:]] for row in rows[:split]}
    for i, route in enumerate(head[2:]):
        whole = value(total[2 + i])
        assert 5_000 < whole < 5_000_000, (route, whole)
        assert abs(sum(v[i] for v in layers.values()) - whole) <= 0.01 * whole, route
        for layer in LAYERS | (DATABASE if route != "healthz" else set()):
            assert layers[layer][i] > 0, (route, layer)
    assert "tenantd, no source" not in layers
    allocations = {row[0]: [value(v) for v in row[1:]] for row in rows[split + 1:]}
    for i, route in enumerate(head[2:]):
        assert abs(sum(v[i] for v in allocations.values()) - value(rows[split][2 + i])) < 0.1, route
        assert route == "healthz" or allocations["libpq"][i] >= 1, route


def test_the_same_request_counts_the_same_again(table):
    [line] = [row[0] for row in table if row[0].startswith("existing counted again")]
    assert abs(float(re.search(r"([+-][0-9.]+) %", line).group(1))) <= 4


def test_system_calls_and_round_trips(table):
    head, trips, total, *rows = part(table, "a request", "by name")
    routes = head[2:]
    assert [value(v) for v in trips[2:]] == [0 if route == "healthz" else 1 for route in routes]
    calls = {row[0]: [value(v) for v in row[1:]] for row in rows}
    for i in range(len(routes)):
        assert abs(sum(v[i] for v in calls.values()) - value(total[2 + i])) < 0.1
        # How often it waits, or looks in vain, depends on who is faster; it hangs up once.
        assert calls["close"][i] == 1


def test_memory_has_a_figure_for_every_mark(table):
    _, *rows = part(table, "memory: requests a worker")
    figures = [[value(v) for v in row] for row in rows]
    assert len(figures) == 3 and figures == sorted(figures)
    assert all(100 < mean <= most < 6 * 1024 for _, mean, most in figures)
    assert any(row[0].endswith("; errors: none") for row in table)


def test_creations_have_their_figures(table):
    rows = part(table, "creations")[1:]
    assert [row[0] for row in rows] == ["shared, one by one", "shared, 8 at once", "a database, from the pool", "a database, copied"]
    for name, a_second, p50, p99 in rows:
        assert value(a_second) > 0 and 0 < value(p50) <= value(p99), name
    head, *steps = part(table, "creations: p50 ms of a step")
    took = {name: dict(zip(head[1:], map(value, ms))) for name, *ms in steps}
    assert 0 < took["database"]["from the pool"] < took["database"]["copied"] and took["database"]["shared"] == 0
    [trips] = [float(m.group(1)) for m in (re.match(r"creations: ([\d.]+) round trips", line[0]) for line in table) if m]
    assert trips <= 22, "a statement of a creation waits that could go with the next"
