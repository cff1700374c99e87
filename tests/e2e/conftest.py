"""The whole way: a real web server, the program, PostgreSQL."""
import shutil

import pytest
import stack


@pytest.fixture(scope="session")
def db(cluster):
    with cluster.database() as d:
        yield d


@pytest.fixture(scope="session")
def app(db):
    with stack.Tenantd(db, workers=16) as a:
        yield a


@pytest.fixture(scope="session")
def servers(app):
    running = {}
    try:
        for kind in ("lighttpd", "nginx"):
            running[kind] = stack.WebServer(kind, app.socket)
        if shutil.which("apache2", path=stack.PATH):
            running["apache"] = stack.WebServer("apache", app.socket)
        yield running
    finally:
        for server in running.values():
            server.__exit__()


@pytest.fixture(params=["lighttpd", "nginx"])
def web(request, servers):
    """A URL of each of the two web servers in turn."""
    return servers[request.param].url
