"""Fixtures: one cluster a run, a migrated database for each test, made from a template."""

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
