/* test_migrate.c - the runner over sets of the tests' own. */
#include "dbtest.h"

#include <sys/wait.h>
#include <unistd.h>

#include "db/migrate_set.h"

#define GRANT_ROLES                                                                    \
	"CREATE FUNCTION tenantd.grant_roles(server text, control text, app text)"     \
	" RETURNS void LANGUAGE plpgsql AS $$BEGIN"                                    \
	" CREATE TABLE IF NOT EXISTS tenantd.granted (s text, c text, a text);"        \
	" INSERT INTO tenantd.granted VALUES (server, control, app); END$$;"

static const struct migration one[] = {
    {"0001_registry", "CREATE TABLE registry (id text);\n" GRANT_ROLES},
    {"0002_roles",
	"CREATE TABLE seen AS SELECT current_setting('tenantd.server_role') AS s,"
	" current_setting('tenantd.control_role') AS c,"
	" current_setting('tenantd.app_role') AS a,"
	" current_setting('app.current_tenant_id') AS context,"
	" current_setting('statement_timeout') AS timeout;\n"
	"INSERT INTO registry VALUES ('a;b'); -- two statements\n"},
    {"0003_more", "SELECT 1; CREATE TABLE more (id integer); SELECT 2;"},
};
static const struct migration_set all = {one, 3}, first_two = {one, 2};
static const struct migrate_roles no_roles;

static int
setup_empty(void **state)
{
	int rc = dbtest_setup(state);

	dbtest_sql(*state, "SET client_min_messages = warning");
	dbtest_sql(*state, "DROP SCHEMA IF EXISTS tenantd CASCADE");
	dbtest_sql(*state, "DROP TABLE IF EXISTS registry, seen, more, slow");
	return rc;
}

#define EMPTY_TEST(f) cmocka_unit_test_setup_teardown(f, setup_empty, dbtest_teardown)

static void
count_report(const struct migrate_status *s, void *arg)
{
	int *count = arg;

	assert_non_null(s->applied_at);
	assert_int_equal(strlen(s->checksum), 64);
	*count += 1;
}

static enum err
run_set(struct fixture *f, const struct migration_set *set, int *reported)
{
	/* cppcheck-suppress ctuuninitvar ; written below */
	struct migrate_job job = {set, &no_roles, count_report, reported};

	*reported = 0;
	return migrate_set_run(&f->cx, f->db, &job);
}

static void
a_fresh_database_gets_everything_once(void **state)
{
	struct fixture *f = *state;
	int reported;

	if (run_set(f, &all, &reported) != ERR_OK)
		fail_msg("%s: %s", f->cx.err.message, f->cx.err.note);
	assert_int_equal(reported, 3);
	assert_string_equal(dbtest_sql(f, "SELECT id FROM registry"), "a;b");
	assert_string_equal(
	    dbtest_sql(f, "SELECT concat_ws('|', s, c, a, context, timeout) FROM seen"),
	    "postgres|postgres||unset|0");
	assert_string_equal(dbtest_sql(f,
				"SELECT string_agg(number || name, ',' ORDER BY number)"
				" FROM tenantd.migrations"),
	    "10001_registry,20002_roles,30003_more");
	assert_int_equal(run_set(f, &all, &reported), ERR_OK);
	assert_int_equal(reported, 0);
	assert_string_equal(dbtest_sql(f, "SELECT count(*) FROM registry"), "1");
	assert_int_equal(db_get_stats(f->db).connects, 1);
	assert_int_equal(db_get_stats(f->db).context_leaks, 0);
}

static void
the_grants_get_the_roles_names_each_time(void **state)
{
	static const struct migrate_roles roles = {"srv \"x\"", "", "app"};
	struct fixture *f = *state;
	struct migrate_job job = {&all, &roles, NULL, NULL};
	int reported;

	assert_int_equal(migrate_set_run(&f->cx, f->db, &job), ERR_OK);
	assert_string_equal(
	    dbtest_sql(f, "SELECT concat_ws('|', s, c, a) FROM tenantd.granted"),
	    "srv \"x\"|srv \"x\"|app");
	assert_string_equal(dbtest_sql(f, "SELECT concat_ws('|', s, c, a) FROM seen"),
	    "srv \"x\"|srv \"x\"|app");
	assert_int_equal(run_set(f, &all, &reported), ERR_OK);
	assert_string_equal(
	    dbtest_sql(
		f, "SELECT concat_ws('|', s, c, a) FROM tenantd.granted OFFSET 1"),
	    "postgres|postgres|");
}

static void
the_list_says_what_is_missing_and_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct migrate_status *list;
	char checksum[65];
	int reported;

	assert_int_equal(migrate_set_list(&f->cx, f->db, &all, &list), ERR_OK);
	assert_null(list[0].applied_at);
	assert_null(list[2].applied_at);
	assert_int_equal(list[2].number, 3);
	assert_string_equal(list[2].name, "0003_more");
	memcpy(checksum, list[0].checksum, sizeof(checksum));
	assert_string_equal(
	    dbtest_sql(
		f, "SELECT count(*) FROM pg_namespace WHERE nspname = 'tenantd'"),
	    "0");
	assert_int_equal(run_set(f, &first_two, &reported), ERR_OK);
	assert_int_equal(migrate_set_list(&f->cx, f->db, &all, &list), ERR_OK);
	assert_int_equal(strlen(list[1].applied_at), 24);
	assert_string_equal(list[0].checksum, checksum);
	assert_null(list[2].applied_at);
	assert_int_equal(run_set(f, &all, &reported), ERR_OK);
	assert_int_equal(reported, 1);
}

static void
an_edited_migration_is_refused(void **state)
{
	struct fixture *f = *state;
	struct migration edited[3];
	const struct migration_set set = {edited, 3};
	struct migrate_status *list;
	int reported;

	memcpy(edited, one, sizeof(edited));
	assert_int_equal(run_set(f, &first_two, &reported), ERR_OK);
	edited[0].text = "CREATE TABLE registry (id integer);";
	assert_int_equal(run_set(f, &set, &reported), ERR_CONFLICT);
	assert_non_null(strstr(f->cx.err.message, "0001_registry"));
	assert_string_equal(dbtest_sql(f, "SELECT to_regclass('more')"), "");
	assert_int_equal(migrate_set_list(&f->cx, f->db, &set, &list), ERR_OK);
	assert_true(list[0].changed);
	assert_false(list[1].changed);
	/* cppcheck-suppress unreadVariable ; `set` has it */
	edited[0] = (struct migration){"0001_renamed", one[0].text};
	assert_int_equal(run_set(f, &set, &reported), ERR_CONFLICT);
}

static void
a_record_that_is_unknown_is_refused(void **state)
{
	struct fixture *f = *state;
	int reported;

	assert_int_equal(run_set(f, &all, &reported), ERR_OK);
	assert_int_equal(run_set(f, &first_two, &reported), ERR_CONFLICT);
	assert_non_null(strstr(f->cx.err.message, "0003_more"));
}

static void
a_failing_migration_leaves_nothing_and_is_named(void **state)
{
	static const struct migration rows[] = {
	    {"0001_registry", "CREATE TABLE registry (id text);" GRANT_ROLES},
	    {"0002_fails", "CREATE TABLE more (id integer);\nSELECT 1 / 0;\nSELECT 2;"},
	    {"0003_later", "CREATE TABLE seen (id integer);"},
	};
	struct fixture *f = *state;
	const struct migration_set set = {rows, 3};
	int reported;

	assert_int_equal(run_set(f, &set, &reported), ERR_INTERNAL);
	assert_int_equal(reported, 1);
	assert_string_equal(f->cx.err.sqlstate, "22012");
	assert_non_null(strstr(f->cx.err.note, "migration 0002_fails"));
	assert_string_equal(dbtest_sql(f, "SELECT to_regclass('more')"), "");
	assert_string_equal(dbtest_sql(f, "SELECT to_regclass('seen')"), "");
	assert_string_equal(
	    dbtest_sql(f, "SELECT count(*) FROM tenantd.migrations"), "1");
	/* The connection is as good as before. */
	assert_int_equal(run_set(f, &set, &reported), ERR_INTERNAL);
	assert_int_equal(db_get_stats(f->db).connects, 1);
}

static void
a_migration_that_ends_its_transaction_is_refused(void **state)
{
	static const struct migration rows[] = {
	    {"0001_commits", "CREATE TABLE more (id integer); COMMIT;" GRANT_ROLES}};
	struct fixture *f = *state;
	const struct migration_set set = {rows, 1};
	int reported;

	assert_int_equal(run_set(f, &set, &reported), ERR_INTERNAL);
	assert_non_null(strstr(f->cx.err.note, "0001_commits"));
	assert_string_equal(
	    dbtest_sql(f, "SELECT count(*) FROM tenantd.migrations"), "0");
}

static void
a_migration_that_waits_for_data_fails(void **state)
{
	static const struct migration rows[] = {
	    {"0001_copy", "CREATE TABLE more (id integer); COPY more FROM STDIN;"}};
	struct fixture *f = *state;
	const struct migration_set set = {rows, 1};
	int reported;

	assert_int_equal(run_set(f, &set, &reported), ERR_UNAVAILABLE);
	assert_non_null(strstr(f->cx.err.note, "0001_copy"));
	assert_string_equal(dbtest_sql(f, "SELECT to_regclass('more')"), "");
}

static void
two_runners_at_once_apply_each_migration_once(void **state)
{
	static const struct migration rows[] = {
	    {"0001_slow",
		"CREATE TABLE slow (id integer); SELECT pg_sleep(0.2);" GRANT_ROLES},
	    {"0002_slow", "INSERT INTO slow VALUES (1); SELECT pg_sleep(0.2);"},
	};
	struct fixture *f = *state;
	const struct migration_set set = {rows, 2};
	int total = 0, mine, status;
	pid_t child[2];

	for (int i = 0; i < 2; i++) {
		if ((child[i] = fork()) != 0)
			continue;
		/* The child's own connection; it must not end the parent's. */
		struct db_settings own = dbtest_settings(dbtest_url());

		f->db = db_new(&own);
		if (run_set(f, &set, &mine) != ERR_OK)
			_exit(99);
		_exit(mine);
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(waitpid(child[i], &status, 0), child[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 99);
		total += WEXITSTATUS(status);
	}
	assert_int_equal(total, 2);
	assert_string_equal(dbtest_sql(f, "SELECT count(*) FROM slow"), "1");
	assert_string_equal(
	    dbtest_sql(f, "SELECT count(*) FROM tenantd.migrations"), "2");
}

static void
the_programs_own_migrations_are_in_order(void **state)
{
	struct fixture *f = *state;
	struct migrate_status *list;
	int count;

	assert_int_equal(migrate_list(&f->cx, f->db, &list, &count), ERR_OK);
	for (int i = 1; i < count; i++)
		assert_true(list[i - 1].number < list[i].number);
	assert_int_equal(migrate_newest(), count == 0 ? 0 : list[count - 1].number);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    EMPTY_TEST(a_fresh_database_gets_everything_once),
	    EMPTY_TEST(the_grants_get_the_roles_names_each_time),
	    EMPTY_TEST(the_list_says_what_is_missing_and_changes_nothing),
	    EMPTY_TEST(an_edited_migration_is_refused),
	    EMPTY_TEST(a_record_that_is_unknown_is_refused),
	    EMPTY_TEST(a_failing_migration_leaves_nothing_and_is_named),
	    EMPTY_TEST(a_migration_that_ends_its_transaction_is_refused),
	    EMPTY_TEST(a_migration_that_waits_for_data_fails),
	    EMPTY_TEST(two_runners_at_once_apply_each_migration_once),
	    EMPTY_TEST(the_programs_own_migrations_are_in_order),
	};

	return UNIT_RUN(tests);
}
