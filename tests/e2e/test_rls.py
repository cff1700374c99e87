"""`tenantd rls check` is green on a fresh database and red after each sabotage."""
import itertools
import json
import types

import pytest
import stack
from tokens import token

NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def sound(cluster):
    """A migrated database with two tenants; nobody is connected to it, so that it can be
    copied."""
    with cluster.database() as db:
        with stack.Tenantd(db, workers=1) as app:
            for user in ("ann", "ben"):
                t = token(db.settings["JWT_SECRET_KEY"], user)
                assert app.call("POST", "/api/tenant/getOrCreate", {"Authorization": "Bearer " + t}).status == 200
        yield db


@pytest.fixture
def copy(cluster, sound):
    """A copy of it, to be damaged: (its settings, sql as superuser)."""
    name = f"{sound.name}_copy{next(NUMBERS)}"
    cluster.sql(f"CREATE DATABASE {name} OWNER {sound.name}_owner TEMPLATE {sound.name}")
    settings = {**sound.settings, "DATABASE_URL": cluster.url_of(sound.server_role, name),
                "DATABASE_OWNER_URL": cluster.url_of(f"{sound.name}_owner", name)}
    yield settings, lambda text: cluster.sql(text.format(server=sound.server_role, name=name), database=name)
    cluster.sql(f"DROP DATABASE {name} WITH (FORCE)")
    cluster.sql(f"ALTER ROLE {sound.server_role} NOSUPERUSER NOBYPASSRLS")
    cluster.sql(f"ALTER ROLE {sound.server_role} RESET ALL")


def check(settings):
    return stack.command(settings, "rls", "check", status=None)


def test_a_fresh_database_is_green(copy):
    settings, _ = copy
    status, text = check(settings)
    assert status == 0, text
    for name in ("tenant_users", "custom_auth_tenant"):
        assert name in text


def test_the_verdict_is_there_for_programs(copy):
    settings, _ = copy
    assert json.loads(stack.command(settings, "rls", "check", "--json"))


SABOTAGE = {
    "policy dropped": "DO $$ DECLARE p text; BEGIN FOR p IN SELECT policyname FROM pg_policies WHERE schemaname = 'public'"
                      " AND tablename = 'tenant_users' LOOP EXECUTE format('DROP POLICY %I ON public.tenant_users', p);"
                      " END LOOP; END $$",
    "policy of one of our own tables dropped":
        "DO $$ DECLARE p record; BEGIN SELECT * INTO p FROM pg_policies WHERE schemaname = 'tenantd' ORDER BY tablename"
        " LIMIT 1; EXECUTE format('DROP POLICY %I ON tenantd.%I', p.policyname, p.tablename); END $$",
    "FORCE removed": "ALTER TABLE public.tenant_users NO FORCE ROW LEVEL SECURITY",
    "RLS disabled": "ALTER TABLE public.tenant_users DISABLE ROW LEVEL SECURITY",
    "a policy that lets all through": "CREATE POLICY let_all ON public.tenant_users USING (true) WITH CHECK (true)",
    "a policy that lets all be read": "CREATE POLICY let_read ON public.tenant_users FOR SELECT USING (true)",
    "a policy that lets all through in other words":
        "CREATE POLICY let_all ON public.tenant_users USING (tenant_id IS NOT NULL)",
    "BYPASSRLS granted": "ALTER ROLE {server} BYPASSRLS",
    "superuser granted": "ALTER ROLE {server} SUPERUSER",
    "a new tenant-aware table without a policy":
        "CREATE TABLE public.invoices (id int, tenant_id text, amount int); GRANT SELECT ON public.invoices TO {server}",
    "a new tenant-aware table in another schema":
        "CREATE SCHEMA billing; CREATE TABLE billing.invoices (id int, tenant_id uuid)",
    "a new tenant-aware table with RLS, not forced":
        "CREATE TABLE public.invoices (id int, tenant_id text); ALTER TABLE public.invoices ENABLE ROW LEVEL SECURITY;"
        " CREATE POLICY own ON public.invoices USING (tenant_id = current_setting('app.current_tenant_id', true))",
    "a context set for the role": "ALTER ROLE {server} SET app.current_tenant_id = 'unset'",
    "a context set for the database": "ALTER DATABASE {name} SET app.current_tenant_id = 'unset'",
    "a context set for the role in the database":
        "ALTER ROLE {server} IN DATABASE {name} SET app.current_tenant_id = 'x'",
    "the applications' view of their tenant shows all":
        "CREATE OR REPLACE VIEW tenantd.my_tenant AS SELECT t.id, t.tenant, c.name, t.slug, t.status, t.plan,"
        " t.billing_cycle, t.isolation, t.onboarding_status, t.features, c.schema_name, t.created_at, t.updated_at"
        " FROM public.tenants t JOIN public.custom_auth_tenant c ON c.id = t.tenant",
    "a partition that the running role owns":
        "CREATE TABLE public.parts (tenant_id text, n int) PARTITION BY LIST (n);"
        " SELECT tenantd.protect('public.parts');"
        " CREATE TABLE public.part PARTITION OF public.parts DEFAULT; ALTER TABLE public.part OWNER TO {server}",
    "row_security off for the role": "ALTER ROLE {server} SET row_security = off",
}


@pytest.mark.parametrize("what", SABOTAGE)
def test_sabotage_is_red(copy, what):
    settings, sql = copy
    sql(SABOTAGE[what])
    status, text = check(settings)
    assert status == 70 and "row-level security does not hold" in text, f"{status}\n{text}"


def test_the_route_says_what_the_command_says(cluster, copy):
    settings, sql = copy
    db = types.SimpleNamespace(settings=settings)
    user = stack.create_user(db, "root@example.com", "--superuser")
    with stack.Tenantd(db, workers=1) as app:
        bearer = {"Authorization": "Bearer " + token(settings["JWT_SECRET_KEY"], user)}
        good = app.call("GET", "/admin/rls", bearer)
        sql("ALTER TABLE public.tenant_users NO FORCE ROW LEVEL SECURITY")
        bad = app.call("GET", "/admin/rls", bearer)
    assert good.status == 200 and bad.status == 200, (good, bad)
    assert good.body != bad.body
