"""Paths, the program, and the cluster that a whole run shares."""
import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))

import stack  # noqa: E402  (after the path)


def pytest_configure(config):
    config.addinivalue_line("markers", "plain(reason): not with sanitizers, for this reason")


def pytest_sessionstart(session):
    if not os.access(stack.PROGRAM, os.X_OK):
        pytest.exit(f"there is no program {stack.PROGRAM}: build it, or set TENANTD", returncode=2)


@pytest.fixture(scope="session")
def cluster():
    with stack.Cluster() as c:
        yield c
