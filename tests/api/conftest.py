"""One database and one running program for all API tests."""
import pytest
import stack

# What a refused request must leave as it was.
WATCHED = """SELECT (SELECT count(*) FROM public.custom_auth_tenant), (SELECT count(*) FROM public.tenants),
    (SELECT count(*) FROM public.tenant_users), (SELECT count(*) FROM public.users),
    (SELECT count(*) FROM tenantd.events), (SELECT count(*) FROM tenantd.jobs),
    (SELECT count(*) FROM pg_namespace),
    (SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t.id), '')) FROM public.tenants t)"""


@pytest.fixture(scope="session")
def db(cluster):
    with cluster.database() as d:
        yield d


@pytest.fixture(scope="session")
def app(db):
    with stack.Tenantd(db, workers=2, BACKEND_CORS_ORIGINS="https://app.example.com,https://other.example.com") as a:
        yield a


@pytest.fixture
def snapshot(db):
    return lambda: db.sql(WATCHED)
