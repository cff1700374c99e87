"""Fixtures: one cluster a run, a migrated database for each test, made from a template.
$TEST_SAMPLE=N/M: of the many tests of `rls check`, each M-th from the N-th on."""

import os

import pytest

from cluster import Cluster, Session, migrate

ROLES = """
CREATE ROLE own LOGIN;
CREATE ROLE ctl NOLOGIN;
CREATE ROLE srv LOGIN;
CREATE ROLE app LOGIN;
CREATE ROLE stranger LOGIN;
CREATE ROLE lone LOGIN;
GRANT ctl TO srv;
"""


def pytest_collection_modifyitems(config, items):
    sample = os.environ.get("TEST_SAMPLE")
    if not sample:
        return
    first, step = map(int, sample.split("/"))
    checks = [i for i in items if i.path.name == "test_rls_check.py"]
    left_out = set(checks) - set(checks[first::step])
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


class Database:
    """A migrated database and a session for each role that a test asks for."""

    def __init__(self, cluster, name):
        self.cluster, self.name, self.sessions = cluster, name, {}

    def __getattr__(self, role):
        if role.startswith("_"):
            raise AttributeError(role)
        if role not in self.sessions:
            self.sessions[role] = Session(self.cluster, self.name, role)
        return self.sessions[role]

    def close(self):
        for s in self.sessions.values():
            s.c.close()
        with Session(self.cluster, "postgres") as s:
            s.run(f"DROP DATABASE {self.name} WITH (FORCE)")


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
