"""Fixtures: one cluster a run, a migrated database for each test, made from a template.
$TEST_SAMPLE=N: a part of the tests for a run that is one of several, another one for each N."""

import os

import pytest

from cluster import Cluster, Database, Session, migrate

ROLES = """
CREATE ROLE own LOGIN;
CREATE ROLE ctl NOLOGIN;
CREATE ROLE srv LOGIN;
CREATE ROLE app LOGIN;
CREATE ROLE stranger LOGIN;
CREATE ROLE lone LOGIN;
GRANT ctl TO srv;
"""


# Of the tests in these files a run with a sample takes each M-th.
SAMPLED = {"test_audit.py": 8, "test_rls_check.py": 8, "test_adoption.py": 4, "test_isolation.py": 4, "test_registry.py": 4}


def pytest_collection_modifyitems(config, items):
    if "TEST_SAMPLE" not in os.environ:
        return
    first, left_out = int(os.environ["TEST_SAMPLE"]), set()
    for name, step in SAMPLED.items():
        tests = [i for i in items if i.path.name == name]
        left_out |= set(tests) - set(tests[first % step::step])
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [i for i in items if i not in left_out]


@pytest.fixture(scope="session")
def cluster():
    c = Cluster()
    try:
        with Session(c, "postgres") as s:
            s.run(ROLES)
        yield c
    finally:
        c.stop()


@pytest.fixture(scope="session")
def template(cluster):
    name = cluster.database("own")
    migrate(cluster, name, "own", "srv", "ctl", "app")
    return name


@pytest.fixture(scope="session")
def lone_template(cluster):
    name = cluster.database("lone")
    migrate(cluster, name, "lone")
    return name


@pytest.fixture
def db(cluster, template):
    """Three separate roles: own, srv (member of ctl), app."""
    d = Database(cluster, cluster.database("own", template))
    yield d
    d.close()


@pytest.fixture
def lone_db(cluster, lone_template):
    """One role for everything."""
    d = Database(cluster, cluster.database("lone", lone_template))
    yield d
    d.close()


@pytest.fixture
def empty(cluster):
    """A database that nothing was done to yet, owned by own."""
    d = Database(cluster, cluster.database("own"))
    yield d
    d.close()
