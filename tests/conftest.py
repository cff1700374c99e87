"""Paths, the program, and the cluster that a whole run shares.
$TEST_SAMPLE=N or N/M: a part of the tests for a run that is one of several, another one for each N;
with M, of every file that has more than a few of them each M-th at most."""
import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))

import stack  # noqa: E402  (after the path)


# Of the tests in these files a run with a sample takes each M-th.
SAMPLED = {"test_audit.py": 8, "test_rls_check.py": 8, "test_adoption.py": 4, "test_isolation.py": 4, "test_registry.py": 4}
FEW = 8


def pytest_collection_modifyitems(config, items):
    if "TEST_SAMPLE" not in os.environ:
        return
    first, _, least = os.environ["TEST_SAMPLE"].partition("/")
    left_out = set()
    for path in {i.path for i in items}:
        tests = [i for i in items if i.path == path]
        step = max(SAMPLED.get(path.name, 1), int(least or 1) if len(tests) > FEW else 1)
        left_out |= set(tests) - set(tests[int(first) % step::step])
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [i for i in items if i not in left_out]


def pytest_configure(config):
    config.addinivalue_line("markers", "plain(reason): not with sanitizers nor under valgrind, for this reason")
    config.addinivalue_line("markers", "alike: the same few paths of the program for every route; not under valgrind")


def pytest_sessionstart(session):
    if not os.access(stack.PROGRAM, os.X_OK):
        pytest.exit(f"there is no program {stack.PROGRAM}: build it, or set TENANTD", returncode=2)


@pytest.fixture(scope="session")
def cluster():
    with stack.Cluster() as c:
        yield c
