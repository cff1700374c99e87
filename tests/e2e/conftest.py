"""The whole way: a real web server, the program, PostgreSQL."""
import doors
import npm
import payloads
import pytest
import stack

ORIGIN = "https://app.example"
# They take longest, and come first: at the end no process has one of them to itself.
LONGEST = [f"test_{name}.py" for name in ("kill_matrix", "bench", "deliveries", "quickstart", "doors", "chaos", "onboarding", "webhooks", "setup", "prism",
                                          "browser", "identity", "door_restarts", "crowds", "shared_host", "audit_log")]
RATE_READ = 40


def pytest_collection_modifyitems(items):
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda i: places.get(i.path.name, len(places)))


@pytest.fixture(scope="session")
def db(cluster):
    with cluster.database() as d:
        yield d
        payloads.check_all(d)


@pytest.fixture(scope="session")
def app(db):
    with stack.Tenantd(db, workers=16, TRUSTED_PROXIES="127.0.0.1", RATE_READ=RATE_READ,
                       BACKEND_CORS_ORIGINS=ORIGIN) as a:
        yield a


@pytest.fixture(scope="session")
def servers(app, db):
    """Doors by their name."""
    with doors.Doors(db, app) as opened:
        yield opened


@pytest.fixture(params=["lighttpd", "nginx"])
def web(request, servers):
    """A URL of each of the two web servers in turn."""
    return servers[request.param].url


PREFORK = pytest.mark.plain("a process a request takes long, and apache-cgi has the same")


@pytest.fixture(params=[pytest.param(name, marks=PREFORK if "prefork" in name else ()) for name in doors.ALL])
def door(request, servers):
    """Every door in turn."""
    return servers[request.param]


@pytest.fixture(scope="session")
def node_modules():
    return npm.modules("node")
