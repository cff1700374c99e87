"""kill -9 of whoever makes or removes a tenant, at every point of every step: it ends in use, or without a trace, by the servers' word.

$KILL_MATRIX: "all" for every point with every on_failure and every kind of tenant, "2/5" for the second fifth of that; without it
each point is met once."""
import concurrent.futures
import itertools
import os
import random

import pytest
from matrix import BACK, STRANGERS, STRANGERS_OF_BUCKETS, Case, World, named_in_sources, steps_in_sources

WAYS = (("rollback", "cancel"), ("hold", "cancel"), ("retry", "cancel"), ("hold", "retry"))
# What each kind of tenant has in its own way.
OWN = ("database:", "migrations:", "credentials:", "storage:", "purge_database", "purge_storage", "purge_schema")
PIECE = os.environ.get("KILL_MATRIX", "")
BATCH = 200


@pytest.fixture(scope="module")
def world(cluster):
    with World(cluster) as w:
        yield w


@pytest.fixture(scope="module")
def buckets(cluster):
    with World(cluster, "bucket") as w:
        yield w


@pytest.fixture(scope="module")
def points(world):
    return world.points()


@pytest.fixture(scope="module")
def points_of_buckets(buckets):
    return buckets.points()


def ways(kind):
    if kind == "purge":
        return WAYS[:1]
    return WAYS if kind == "fail" else WAYS[:3]


def cases(kind, points):
    """points: {point: [variants]}"""
    every = [Case(kind, variant, point, way, after) for point, variants in points.items() for variant in variants for way, after in ways(kind)]
    random.Random(1).shuffle(every)  # a piece has something of all
    if PIECE == "all":
        return every
    if PIECE:
        n, of = map(int, PIECE.split("/"))
        return every[n - 1::of]
    turn = itertools.count()
    chosen = []
    for point, variants in points.items():
        for variant in variants if point.startswith(OWN) and kind != "fail" else [variants[next(turn) % len(variants)]]:
            chosen.append(Case(kind, variant, point, *ways(kind)[next(turn) % len(ways(kind))]))
    return chosen


def play(world, some):
    complaints = []
    for n in range(0, len(some), BATCH):
        found = world.run(some[n:n + BATCH])
        print(f"\n{len(some[n:n + BATCH])} of {len(some)} runs, {len({c.point for c in some})} points, {len(found)} complaints; the longest:",
              *sorted(world.slow)[-3:], *(f"{case or ''}: {text}" for case, text in found), sep="\n", flush=True)
        complaints += found
    return complaints


@pytest.fixture(scope="module")
def complaints(world, points):
    """All kinds at once, since most of the time of each is the waiting for the lease of the dead."""
    of = {"kill": "kill", "fail": "kill", "back": "back", "purge": "purge"}
    return play(world, [c for kind in of for c in cases(kind, points[of[kind]])])


def assert_none(complaints, kind):
    found = [f"{case or ''}: {text}" for case, text in complaints if (case.kind if case else None) == kind]
    assert not found, f"{len(found)}:\n" + "\n".join(found)


def test_no_point_is_left_out(points, points_of_buckets):
    """Each that the sources name is passed by one of the tenants here, and each step's own are."""
    passed = {p for kinds in (points, points_of_buckets) for some in kinds.values() for p in some}
    assert named_in_sources() <= {p.split(":")[1] for p in passed} and len(named_in_sources()) > 10
    for step, acts in steps_in_sources().items():
        wanted = {f"{step}:{p}" for p in ("begin", "recorded", *(("intended", "acted") if acts else ()))}
        assert wanted <= passed, wanted - passed
    assert {p.split(":")[1] for p in points["back"]} == set(BACK)


def test_killed_once_it_is_in_use(complaints):
    assert_none(complaints, "kill")


def test_killed_and_failing_later_it_is_taken_back_held_or_in_use(complaints):
    assert_none(complaints, "fail")


def test_killed_while_it_is_taken_back_it_leaves_nothing(complaints):
    assert_none(complaints, "back")


def test_killed_while_it_is_purged_it_leaves_nothing(complaints):
    assert_none(complaints, "purge")


def test_the_servers_have_what_is_in_use_and_nothing_else(complaints):
    assert_none(complaints, None)


def test_the_same_where_each_has_a_bucket_of_its_own(buckets, points_of_buckets):
    some = []
    for kind, of in (("kill", "kill"), ("fail", "kill"), ("back", "back"), ("purge", "purge")):
        some += cases(kind, {p: v for p, v in points_of_buckets[of].items() if p.startswith(("storage:", "purge_storage"))})
    complaints = play(buckets, some)
    assert not complaints, "\n".join(f"{case or ''}: {text}" for case, text in complaints)


def meet(world, strangers):
    world.fill(4)
    failed = []

    def one(stranger):
        try:
            world.meet(stranger)
        except (AssertionError, OSError) as e:
            failed.append(f"{stranger}: {e!r}")
    with concurrent.futures.ThreadPoolExecutor(len(strangers)) as many:
        list(many.map(one, strangers))
    assert not failed, "\n".join(failed) + "\n" + world.app.log_text()[-3000:]
    assert not list(world.judge(False))


def test_a_stranger_stays_as_it_was(world):
    meet(world, STRANGERS)


def test_a_strangers_bucket_stays_as_it_was(buckets):
    meet(buckets, STRANGERS_OF_BUCKETS)
