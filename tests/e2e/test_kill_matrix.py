"""kill -9 of whoever makes or removes a tenant, at every point of every step: it ends in use, or without a trace, by the servers' word.

$KILL_MATRIX: "all" for every point with every on_failure and every kind of tenant, "2/5" for the second fifth of that; without it
each point is met once."""
import itertools
import os

import pytest
import stack
import stores
from matrix import BACK, Case, World, named_in_sources, steps_in_sources

WAYS = (("rollback", "cancel"), ("hold", "cancel"), ("retry", "cancel"), ("hold", "retry"))
# What each kind of tenant has in its own way.
OWN = ("database:", "migrations:", "credentials:", "storage:", "purge_database", "purge_storage", "purge_schema")
PIECE = os.environ.get("KILL_MATRIX", "")
BATCH = 60


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
    some = list(some)
    assert some
    complaints = []
    for n in range(0, len(some), BATCH):
        complaints += world.run(some[n:n + BATCH])
    print(f"{len(some)} runs, {len({c.point for c in some})} points")
    assert not complaints, f"{len(complaints)}:\n" + "\n".join(complaints) + "\n" + world.app.log_text()[-3000:]


def test_no_point_is_left_out(points, points_of_buckets):
    """Each that the sources name is passed by one of the tenants here, and each step's own are."""
    passed = {p for kinds in (points, points_of_buckets) for some in kinds.values() for p in some}
    assert named_in_sources() <= {p.split(":")[1] for p in passed} and len(named_in_sources()) > 10
    for step, acts in steps_in_sources().items():
        wanted = {f"{step}:{p}" for p in ("begin", "recorded", *(("intended", "acted") if acts else ()))}
        assert wanted <= passed, wanted - passed
    assert {p.split(":")[1] for p in points["back"]} == set(BACK)


def test_killed_once_it_is_in_use(world, points):
    play(world, cases("kill", points["kill"]))


def test_killed_and_failing_later_it_is_taken_back_held_or_in_use(world, points):
    play(world, cases("fail", points["kill"]))


def test_killed_while_it_is_taken_back_it_leaves_nothing(world, points):
    play(world, cases("back", points["back"]))


def test_killed_while_it_is_purged_it_leaves_nothing(world, points):
    play(world, cases("purge", points["purge"]))


def test_the_same_where_each_has_a_bucket_of_its_own(buckets, points_of_buckets):
    for kind, of in (("kill", "kill"), ("fail", "kill"), ("back", "back"), ("purge", "purge")):
        some = {p: v for p, v in points_of_buckets[of].items() if p.startswith(("storage:", "purge_storage"))}
        play(buckets, cases(kind, some))
