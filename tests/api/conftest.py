"""One database and one running program for all API tests; $TEST_POOLER=on: behind PgBouncer; $TEST_PRISM=on: asked
through a validating proxy."""
import contextlib
import os

import payloads
import prism
import pytest
import stack
from pooler import PgBouncer

# What a refused request must leave as it was.
WATCHED = """SELECT (SELECT count(*) FROM public.custom_auth_tenant), (SELECT count(*) FROM public.tenants),
    (SELECT count(*) FROM public.tenant_users), (SELECT count(*) FROM public.users),
    (SELECT count(*) FROM tenantd.events), (SELECT count(*) FROM tenantd.jobs), (SELECT count(*) FROM tenantd.operations),
    (SELECT count(*) FROM tenantd.resources),
    (SELECT count(*) FROM pg_namespace),
    (SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t.id), '')) FROM public.tenants t),
    (SELECT md5(coalesce(string_agg(w::text, '' ORDER BY w.id), '')) FROM tenantd.webhooks w),
    (SELECT md5(coalesce(string_agg(o::text, '' ORDER BY o.id), '')) FROM tenantd.oauth_clients o),
    (SELECT count(*) FROM tenantd.notifications), (SELECT md5(coalesce(string_agg(r::text, '' ORDER BY r.id), '')) FROM tenantd.alert_rules r),
    (SELECT md5(coalesce(string_agg(p::text, '' ORDER BY p.id), '')) FROM tenantd.partners p),
    (SELECT md5(coalesce(string_agg(concat(k.id, k.digest, k.version), '' ORDER BY k.id), '')) FROM tenantd.api_keys k)"""


@pytest.fixture(scope="session")
def db(cluster):
    with contextlib.ExitStack() as stacked:
        d = stacked.enter_context(cluster.database())
        d.hold()
        if os.environ.get("TEST_POOLER") == "on":
            pooler = stacked.enter_context(PgBouncer(cluster, d.roles.values(), default_pool_size=2))
            d.settings.update(DATABASE_URL=pooler.url_of(d.server_role, d.name), DB_PREPARE="off")
        yield d
        payloads.check_all(d)


@pytest.fixture(scope="session")
def app(db):
    # mails are queued, and nobody sends them
    program = prism.Proxied if os.environ.get("TEST_PRISM") == "on" else stack.Tenantd
    with program(db, workers=2, JOB_WORKERS=0, BACKEND_CORS_ORIGINS="https://app.example.com,https://other.example.com",
                 SMTP_URL="smtp://127.0.0.1:9", MAIL_FROM="tenantd <no-reply@example.com>",
                 ACCOUNT_URL="https://app.example.com/account") as a:
        yield a


@pytest.fixture
def snapshot(db):
    return lambda: db.sql(WATCHED)
