/* test_rls.c - the real migrations, then rls_check() as the server's role. */
#include "dbtest.h"

#include "db/migrate.h"
#include "rls/rls.h"

struct rls_fixture {
	struct fixture base; /* admin: superuser, in the migrated database */
	struct db *server;
};

/* The cluster's conninfo with another role and database: the last keyword counts. */
static struct db *
open_as(struct fixture *f, const char *role)
{
	struct db_settings set = dbtest_settings(
	    arena_printf(f->cx.mem, "%s user=%s dbname=td", dbtest_url(), role));

	return db_new(&set);
}

static void
migrate_as_owner(struct fixture *f)
{
	struct migrate_roles roles = {.server = "srv", .control = "ctl", .app = "app"};
	struct db *owner = open_as(f, "own");

	if (migrate_run(&f->cx, owner, &roles, NULL, NULL) != ERR_OK)
		fail_msg("%s: %s", f->cx.err.message, f->cx.err.note);
	db_free(owner);
}

static int
setup_migrated(void **state)
{
	struct rls_fixture *r = calloc(1, sizeof(*r));
	struct fixture *f;

	if (r == NULL)
		abort();
	f = &r->base;
	ctx_init(&f->cx, arena_new(64 * 1024 * 1024));
	dbtest_admin_open(f);
	dbtest_sql(f, "SET client_min_messages = warning");
	dbtest_sql(f, "DROP DATABASE IF EXISTS td");
	dbtest_sql(f, "DROP ROLE IF EXISTS own, ctl, srv, app");
	dbtest_sql(f,
	    "CREATE ROLE own LOGIN; CREATE ROLE ctl; CREATE ROLE app LOGIN;"
	    "CREATE ROLE srv LOGIN IN ROLE ctl");
	dbtest_sql(f, "CREATE DATABASE td OWNER own");
	migrate_as_owner(f);
	PQfinish(f->admin);
	f->admin = PQconnectdb(arena_printf(f->cx.mem, "%s dbname=td", dbtest_url()));
	assert_int_equal(PQstatus(f->admin), CONNECTION_OK);
	r->server = open_as(f, "srv");
	*state = r;
	return 0;
}

static int
teardown_migrated(void **state)
{
	struct rls_fixture *r = *state;

	db_free(r->server);
	PQfinish(r->base.admin);
	arena_free(r->base.cx.mem);
	free(r);
	return 0;
}

#define RLS_TEST(f)                                                                    \
	cmocka_unit_test_setup_teardown(f, setup_migrated, teardown_migrated)

static struct rls_report
check(struct rls_fixture *r)
{
	struct rls_report report;

	if (rls_check(&r->base.cx, r->server, &report) != ERR_OK)
		fail_msg("%s: %s", r->base.cx.err.message, r->base.cx.err.note);
	return report;
}

static const struct rls_finding *
find_failed(const struct rls_report *report, const char *object, const char *name)
{
	for (const struct rls_finding *f = report->first; f; f = f->next)
		if (f->verdict == RLS_FAILED && !strcmp(f->object, object) &&
		    !strcmp(f->check, name))
			return f;
	return NULL;
}

static void
show(const struct rls_report *report)
{
	for (const struct rls_finding *f = report->first; f; f = f->next)
		if (f->verdict == RLS_FAILED)
			print_message("# %s %s: %s\n", f->object, f->check, f->text);
}

static void
a_migrated_database_is_ok_and_stays_empty(void **state)
{
	struct rls_fixture *r = *state;
	struct rls_report report = check(r);
	unsigned n = 0;

	show(&report);
	assert_true(rls_report_ok(&report));
	assert_int_equal(report.counts[RLS_WARNING], 0);
	assert_int_equal(report.counts[RLS_EXEMPT], 4);
	for (const struct rls_finding *f = report.first; f; f = f->next, n++)
		assert_true(*f->object && *f->check && *f->text);
	assert_int_equal(n, report.counts[RLS_OK] + report.counts[RLS_EXEMPT]);
	assert_string_equal(dbtest_sql(&r->base, "SELECT count(*) FROM tenants"), "0");
	assert_string_equal(
	    dbtest_sql(&r->base, "SELECT count(*) FROM tenant_users"), "0");
}

/* One connection, checked before and after: nothing of a check may stay on it. */
static void
every_sabotage_turns_it_red(void **state)
{
	static const struct {
		const char *sabotage, *repair, *object, *check;
	} rows[] = {
	    {"DROP POLICY tenant_scope ON tenantd.jobs",
		"SELECT tenantd.protect('tenantd.jobs')", "tenantd.jobs", "policy"},
	    {"ALTER TABLE tenantd.events NO FORCE ROW LEVEL SECURITY",
		"SELECT tenantd.protect('tenantd.events')", "tenantd.events", "forced"},
	    {"ALTER TABLE tenantd.audit DISABLE ROW LEVEL SECURITY",
		"SELECT tenantd.protect('tenantd.audit')", "tenantd.audit", "enabled"},
	    {"CREATE POLICY p ON tenant_users USING (true)",
		"DROP POLICY p ON tenant_users", "public.tenant_users", "policy p"},
	    {"CREATE POLICY p ON tenant_users USING (true)",
		"DROP POLICY p ON tenant_users", "public.tenant_users", "live probe"},
	    {"ALTER ROLE srv BYPASSRLS", "ALTER ROLE srv NOBYPASSRLS", "srv",
		"bypassrls"},
	    {"ALTER ROLE srv SUPERUSER", "ALTER ROLE srv NOSUPERUSER", "srv",
		"superuser"},
	    {"GRANT own TO srv", "REVOKE own FROM srv", "srv", "separation"},
	    {"GRANT srv TO app", "REVOKE srv FROM app", "app", "membership"},
	    {"GRANT SELECT ON users TO app", "REVOKE SELECT ON users FROM app",
		"public.users", "grants"},
	    {"GRANT TRUNCATE ON tenant_users TO srv",
		"REVOKE TRUNCATE ON tenant_users FROM srv", "public.tenant_users",
		"truncate"},
	    {"GRANT EXECUTE ON FUNCTION tenantd.adopt_all() TO PUBLIC",
		"REVOKE EXECUTE ON FUNCTION tenantd.adopt_all() FROM PUBLIC",
		"tenantd.adopt_all()", "execute"},
	    {"GRANT CREATE ON SCHEMA tenantd TO app",
		"REVOKE CREATE ON SCHEMA tenantd FROM app", "tenantd", "create"},
	    {"CREATE VIEW v AS SELECT * FROM tenant_users; GRANT SELECT ON v TO app",
		"DROP VIEW v", "public.v", "view"},
	    {"CREATE TABLE note (tenant_id text)", "DROP TABLE note", "public.note",
		"policy"},
	    {"ALTER ROLE srv SET app.current_tenant_id = 'unset'",
		"ALTER ROLE srv RESET app.current_tenant_id", "srv", "preset context"},
	    {"ALTER DATABASE td SET app.current_tenant_id = 'unset'",
		"ALTER DATABASE td RESET app.current_tenant_id", "session",
		"preset context"},
	};
	struct rls_fixture *r = *state;
	struct rls_report report;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		dbtest_sql(&r->base, rows[i].sabotage);
		db_drop(r->server); /* a setting of a role counts from the next login */
		report = check(r);
		assert_false(rls_report_ok(&report));
		if (!find_failed(&report, rows[i].object, rows[i].check))
			fail_msg("not seen: %s", rows[i].sabotage);
		dbtest_sql(&r->base, rows[i].repair);
		db_drop(r->server);
		report = check(r);
		show(&report);
		assert_true(rls_report_ok(&report));
	}
}

static void
a_database_without_tables_fails_by_name(void **state)
{
	struct rls_fixture *r = *state;
	struct rls_report report;

	dbtest_sql(&r->base, "SET client_min_messages = warning");
	dbtest_sql(&r->base, "DROP SCHEMA tenantd CASCADE");
	report = check(r);
	assert_false(rls_report_ok(&report));
	assert_non_null(find_failed(&report, "tenantd.jobs", "present"));
	assert_null(find_failed(&report, "public.tenants", "present"));
}

static void
no_database_is_an_error_and_no_verdict(void **state)
{
	struct rls_fixture *r = *state;
	struct db_settings set = dbtest_settings("host=/nonexistent dbname=td");
	struct db *nowhere = db_new(&set);
	struct rls_report report = {0};

	assert_int_equal(rls_check(&r->base.cx, nowhere, &report), ERR_UNAVAILABLE);
	assert_false(rls_report_ok(&report));
	db_free(nowhere);
}

static void
verdicts_have_names(void **state)
{
	(void)state;
	assert_string_equal(rls_verdict_name(RLS_FAILED), "failed");
	assert_string_equal(rls_verdict_name(RLS_VERDICT_COUNT), "");
	assert_string_equal(rls_verdict_name(0), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    RLS_TEST(a_migrated_database_is_ok_and_stays_empty),
	    RLS_TEST(every_sabotage_turns_it_red),
	    RLS_TEST(a_database_without_tables_fails_by_name),
	    RLS_TEST(no_database_is_an_error_and_no_verdict),
	    cmocka_unit_test(verdicts_have_names),
	};

	return UNIT_RUN(tests);
}
