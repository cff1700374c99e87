/* test_db.c - statements, contexts and transactions on a server that is well. */
#include "dbtest.h"

#include <dlfcn.h>
#include <sys/socket.h>

/* -- libpq's system calls, counted: the program's symbols come before libc's -- */

static unsigned sends, recvs;

__attribute__((visibility("default"))) ssize_t
send(int fd, const void *buf, size_t n, int flags)
{
	static ssize_t (*real)(int, const void *, size_t, int);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "send");
	sends++;
	return real(fd, buf, n, flags);
}

__attribute__((visibility("default"))) ssize_t
recv(int fd, void *buf, size_t n, int flags)
{
	static ssize_t (*real)(int, void *, size_t, int);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "recv");
	recvs++;
	return real(fd, buf, n, flags);
}

static const char *
read_text(struct fixture *f, const char *context, enum stmt_id id, int column)
{
	struct db_rows *rows;

	if (db_read(&f->cx, f->db, context, DB_CALL_BARE(id), &rows) != ERR_OK)
		fail_msg("%s: %s", f->cx.err.message, f->cx.err.note);
	return db_text(rows, 0, column);
}

static int
setup_tables(void **state)
{
	int rc = dbtest_setup(state);

	dbtest_sql(*state,
	    "DROP TABLE IF EXISTS t, t_late, t_plan;"
	    "CREATE TABLE t (id integer PRIMARY KEY, v text CHECK (v <> 'bad'));"
	    "CREATE TABLE t_plan (a integer);"
	    "CREATE TABLE t_late (id integer UNIQUE DEFERRABLE INITIALLY DEFERRED);"
	    "CREATE OR REPLACE FUNCTION t_raise(state text) RETURNS integer LANGUAGE "
	    "plpgsql"
	    " AS $$BEGIN RAISE 'raised' USING ERRCODE = state, DETAIL = 'secret'; "
	    "END$$;");
	return rc;
}

#define TABLE_TEST(f) cmocka_unit_test_setup_teardown(f, setup_tables, dbtest_teardown)

static void
one_read_is_one_round_trip_one_send_one_receive(void **state)
{
	struct fixture *f = *state;
	struct db_rows *rows;
	struct db_stats before;

	read_text(f, "t-1", STMT_t_context, 0);
	before = db_get_stats(f->db);
	assert_int_equal(before.round_trips, 1); /* preparing included */
	assert_int_equal(before.connects, 1);
	sends = recvs = 0;
	assert_int_equal(
	    db_read(&f->cx, f->db, "t-1", DB_CALL(STMT_t_echo, "x"), &rows), ERR_OK);
	assert_int_equal(db_get_stats(f->db).round_trips - before.round_trips, 1);
	assert_int_equal(sends, 1);
	sends = recvs = 0;
	assert_int_equal(
	    db_read(&f->cx, f->db, "t-1", DB_CALL(STMT_t_echo, "y"), &rows), ERR_OK);
	assert_string_equal(db_text(rows, 0, 0), "y");
	assert_int_equal(sends, 1);
	assert_int_equal(recvs, 1);
	assert_true(db_get_stats(f->db).time_us > 0);
}

static void
a_context_is_set_and_gone_afterwards(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(read_text(f, "t-1", STMT_t_context, 0), "t-1");
	assert_string_equal(read_text(f, "t-2", STMT_t_context, 0), "t-2");
	assert_string_equal(read_text(f, "t-2", STMT_t_context, 1), "59900ms");
	assert_string_equal(read_text(f, "t-2", STMT_t_context, 2), "on");
	assert_int_equal(db_get_stats(f->db).context_leaks, 0);
	assert_int_equal(db_get_stats(f->db).connects, 1);
}

static void
a_hostile_context_is_only_a_value(void **state)
{
	struct fixture *f = *state;
	const char *hostile = "x', false); DROP TABLE t; --\\\"$1";

	assert_string_equal(read_text(f, hostile, STMT_t_context, 0), hostile);
}

static enum err
leak(struct ctx *cx, struct db *db, void *arg)
{
	(void)arg;
	return db_query(cx, db, STMT_t_leak, DB_NO_ARGS, NULL);
}

static void
a_leaked_context_is_counted_and_cleared(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(db_transaction(&f->cx, f->db, "t-1", leak, NULL), ERR_OK);
	assert_string_equal(read_text(f, "t-2", STMT_t_context, 0), "t-2");
	assert_int_equal(db_get_stats(f->db).context_leaks, 1);
	assert_string_equal(read_text(f, "t-3", STMT_t_context, 0), "t-3");
	assert_int_equal(db_get_stats(f->db).context_leaks, 1);
	assert_int_equal(db_get_stats(f->db).connects, 1);
}

static void
text_survives_the_way_through_embedding_and_pipeline(void **state)
{
	struct fixture *f = *state;
	struct db_rows *rows;

	assert_string_equal(read_text(f, "t", STMT_t_backslash, 0), "a\\b\n\"q\"");
	assert_int_equal(
	    db_read(&f->cx, f->db, "t", DB_CALL_BARE(STMT_t_types), &rows), ERR_OK);
	assert_int_equal(db_row_count(rows), 2);
	assert_true(db_bool(rows, 0, 0));
	assert_false(db_bool(rows, 1, 0));
	assert_true(db_i64(rows, 0, 1) == INT64_C(9007199254740993));
	assert_true(db_i64(rows, 1, 1) == 0);
	assert_null(db_text(rows, 0, 2));
	assert_int_equal(
	    db_read(&f->cx, f->db, "t", DB_CALL(STMT_t_echo, NULL), &rows), ERR_OK);
	assert_null(db_text(rows, 0, 0));
	assert_int_equal(
	    db_read(&f->cx, f->db, "t", DB_CALL_BARE(STMT_t_big), &rows), ERR_OK);
	assert_int_equal(db_row_count(rows), 5000);
}

static enum err
queue_many(struct ctx *cx, struct db *db, void *arg)
{
	enum err rc = ERR_OK;

	for (int i = 0; i < 5000 && rc == ERR_OK; i++)
		rc = db_queue(cx, db, STMT_t_echo, DB_ARGS(arg));
	return rc;
}

static void
a_queue_larger_than_every_socket_buffer_goes_through(void **state)
{
	struct fixture *f = *state;
	char *text = arena_alloc(f->cx.mem, 2001);

	memset(text, 'x', 2000);
	assert_int_equal(db_transaction(&f->cx, f->db, "t", queue_many, text), ERR_OK);
	assert_int_equal(db_get_stats(f->db).round_trips, 1);
}

struct work {
	int runs;
	const char *id, *value;
	enum err answer;
	struct fixture *f;
};

static enum err
insert_two(struct ctx *cx, struct db *db, void *arg)
{
	struct work *w = arg;
	enum err rc;

	w->runs++;
	rc = db_queue(cx, db, STMT_t_insert, DB_ARGS("1", "one"));
	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_t_insert, DB_ARGS(w->id, w->value));
	return rc == ERR_OK ? w->answer : rc;
}

static void
queued_statements_travel_with_the_commit(void **state)
{
	struct fixture *f = *state;
	struct work w = {.id = "2", .value = "two"};
	struct db_rows *rows;

	assert_int_equal(db_transaction(&f->cx, f->db, "t", insert_two, &w), ERR_OK);
	assert_int_equal(db_get_stats(f->db).round_trips, 1);
	assert_string_equal(dbtest_sql(f, "SELECT count(*) FROM t"), "2");
	assert_int_equal(
	    db_read(&f->cx, f->db, "t", DB_CALL(STMT_t_get, "2"), &rows), ERR_OK);
	assert_string_equal(db_text(rows, 0, 0), "two");
}

static enum err
update_and_look(struct ctx *cx, struct db *db, void *arg)
{
	struct db_rows *changed, *found;
	enum err rc = db_query(cx, db, STMT_t_update, DB_ARGS("1", "uno"), &changed);

	(void)arg;
	assert_int_equal(rc, ERR_OK);
	rc = db_query(cx, db, STMT_t_get, DB_ARGS("1"), &found);
	assert_int_equal(rc, ERR_OK);
	assert_int_equal(db_affected(changed), 1);
	assert_string_equal(db_text(found, 0, 0), "uno");
	return rc;
}

static void
a_query_costs_one_round_trip_and_the_commit_one(void **state)
{
	struct fixture *f = *state;

	dbtest_sql(f, "INSERT INTO t VALUES (1, 'one')");
	assert_int_equal(
	    db_transaction(&f->cx, f->db, "t", update_and_look, NULL), ERR_OK);
	assert_int_equal(db_get_stats(f->db).round_trips, 3);
	assert_string_equal(dbtest_sql(f, "SELECT v FROM t"), "uno");
}

static enum err
nothing(struct ctx *cx, struct db *db, void *arg)
{
	(void)cx, (void)db, (void)arg;
	return ERR_OK;
}

static void
a_transaction_without_statements_sends_nothing(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(db_transaction(&f->cx, f->db, "t", nothing, NULL), ERR_OK);
	assert_int_equal(db_get_stats(f->db).connects, 0);
}

static void
an_own_error_aborts_and_is_returned(void **state)
{
	struct fixture *f = *state;
	struct work w = {.id = "2", .value = "two", .answer = ERR_NOT_FOUND};

	assert_int_equal(
	    db_transaction(&f->cx, f->db, "t", insert_two, &w), ERR_NOT_FOUND);
	assert_int_equal(w.runs, 1);
	assert_string_equal(dbtest_sql(f, "SELECT count(*) FROM t"), "0");
	assert_string_equal(read_text(f, "t", STMT_t_count, 0), "0");
	assert_int_equal(db_get_stats(f->db).connects, 1);
}

static void
a_violation_is_a_conflict_with_the_constraints_name(void **state)
{
	struct fixture *f = *state;
	struct work w = {.id = "1", .value = "again"};

	assert_int_equal(
	    db_transaction(&f->cx, f->db, "t", insert_two, &w), ERR_CONFLICT);
	assert_string_equal(f->cx.err.sqlstate, "23505");
	assert_string_equal(db_constraint(f->db), "t_pkey");
	assert_string_equal(f->cx.err.detail, "");
	assert_null(strstr(f->cx.err.message, "again"));
	assert_int_equal(w.runs, 1);
	/* The connection stays usable, and remembers nothing. */
	assert_string_equal(read_text(f, "t", STMT_t_count, 0), "0");
	assert_string_equal(db_constraint(f->db), "");
	assert_int_equal(db_get_stats(f->db).connects, 1);
}

static enum err
insert_late_twice(struct ctx *cx, struct db *db, void *arg)
{
	enum err rc = db_queue(cx, db, STMT_t_insert_late, DB_ARGS("7"));

	(void)arg;
	return rc == ERR_OK ? db_queue(cx, db, STMT_t_insert_late, DB_ARGS("7")) : rc;
}

static void
a_violation_seen_at_commit_is_one(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
	    db_transaction(&f->cx, f->db, "t", insert_late_twice, NULL), ERR_CONFLICT);
	assert_string_equal(db_constraint(f->db), "t_late_id_key");
	assert_null(strstr(f->cx.err.note, "not known"));
	assert_string_equal(dbtest_sql(f, "SELECT count(*) FROM t_late"), "0");
	assert_string_equal(read_text(f, "t", STMT_t_count, 0), "0");
}

static enum err
ignore_an_error(struct ctx *cx, struct db *db, void *arg)
{
	struct work *w = arg;

	w->runs++;
	assert_int_equal(
	    db_query(cx, db, STMT_t_insert, DB_ARGS("3", "bad"), NULL), ERR_INTERNAL);
	err_clear(&cx->err);
	assert_int_equal(
	    db_query(cx, db, STMT_t_count, DB_NO_ARGS, NULL), ERR_INTERNAL);
	err_clear(&cx->err);
	return ERR_OK;
}

static void
an_ignored_error_cannot_become_success(void **state)
{
	struct fixture *f = *state;
	struct work w = {.runs = 0};

	assert_int_equal(
	    db_transaction(&f->cx, f->db, "t", ignore_an_error, &w), ERR_INTERNAL);
	assert_string_equal(f->cx.err.sqlstate, "23514");
	assert_int_equal(w.runs, 1);
}

static void
a_missing_table_names_the_remedy(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
	    db_read(&f->cx, f->db, "t", DB_CALL_BARE(STMT_t_missing), NULL),
	    ERR_NOT_MIGRATED);
	assert_non_null(strstr(err_public(&f->cx.err), "tenantd migrate"));
	assert_non_null(strstr(f->cx.err.note, "run tenantd migrate"));
	assert_non_null(strstr(f->cx.err.note, "t_missing"));
	assert_string_equal(read_text(f, "t", STMT_t_count, 0), "0");
	assert_int_equal(db_get_stats(f->db).connects, 1);
}

static void
more_rows_than_declared_are_refused(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
	    db_read(&f->cx, f->db, "t", DB_CALL_BARE(STMT_t_two), NULL), ERR_INTERNAL);
	assert_string_equal(read_text(f, "t", STMT_t_count, 0), "0");
	assert_int_equal(db_get_stats(f->db).connects, 1);
}

static void
each_sqlstate_has_its_error_and_no_detail_shows(void **state)
{
	static const struct {
		const char *code;
		enum err err;
		int retry_after;
	} cases[] = {
	    {"23505", ERR_CONFLICT, 0},
	    {"23503", ERR_CONFLICT, 0},
	    {"23502", ERR_INTERNAL, 0},
	    {"22001", ERR_INTERNAL, 0},
	    {"22P05", ERR_INVALID, 0},
	    {"22021", ERR_INVALID, 0},
	    {"42501", ERR_INTERNAL, 0},
	    {"42P01", ERR_NOT_MIGRATED, 1},
	    {"25006", ERR_UNAVAILABLE, 1},
	    {"53300", ERR_UNAVAILABLE, 1},
	    {"57P03", ERR_UNAVAILABLE, 1},
	    {"08006", ERR_UNAVAILABLE, 1},
	    {"57014", ERR_UNAVAILABLE, 1},
	    {"P0001", ERR_INTERNAL, 0},
	    {"TD403", ERR_FORBIDDEN, 0},
	    {"TD409", ERR_CONFLICT, 0},
	    {"ZZ123", ERR_INTERNAL, 0},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(db_read(&f->cx, f->db, "t",
				     DB_CALL(STMT_t_raise, cases[i].code), NULL),
		    cases[i].err);
		assert_string_equal(f->cx.err.sqlstate, cases[i].code);
		assert_string_equal(f->cx.err.message, "raised");
		assert_int_equal(f->cx.err.retry_after, cases[i].retry_after);
	}
	/* Only the read-only and the lost server were left, after a second look. */
	assert_int_equal(db_get_stats(f->db).connects, 5);
}

static void
a_serialization_failure_is_tried_five_times_in_all(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
	    db_read(&f->cx, f->db, "t", DB_CALL(STMT_t_raise, "40001"), NULL),
	    ERR_UNAVAILABLE);
	assert_int_equal(db_get_stats(f->db).retries, 4);
	assert_int_equal(f->cx.err.retry_after, 1);
}

static enum err
add_one(struct ctx *cx, struct db *db, void *arg)
{
	struct work *w = arg;
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_t_get, DB_ARGS("1"), &rows);

	if (rc == ERR_OK && w->runs++ < 2)
		dbtest_sql(w->f, "UPDATE t SET v = v || '+' WHERE id = 1");
	if (rc == ERR_OK)
		rc = db_query(cx, db, STMT_t_update,
		    DB_ARGS("1", arena_printf(cx->mem, "%s!", db_text(rows, 0, 0))),
		    NULL);
	return rc;
}

static void
a_lost_race_is_run_again_from_the_start(void **state)
{
	struct fixture *f = *state;
	struct work w = {.f = f};
	struct db_settings set;

	dbtest_sql(f, "INSERT INTO t VALUES (1, 'v')");
	set = dbtest_settings(arena_printf(f->cx.mem,
	    "%s options='-c default_transaction_isolation=serializable'",
	    dbtest_url()));
	db_free(f->db);
	f->db = db_new(&set);
	assert_int_equal(db_transaction(&f->cx, f->db, "t", add_one, &w), ERR_OK);
	assert_int_equal(w.runs, 3);
	assert_int_equal(db_get_stats(f->db).retries, 2);
	assert_int_equal(f->cx.err.code, ERR_OK);
	assert_string_equal(dbtest_sql(f, "SELECT v FROM t"), "v++!");
}

static enum err
embrace(struct ctx *cx, struct db *db, void *arg)
{
	struct work *w = arg;
	enum err rc = db_query(cx, db, STMT_t_update, DB_ARGS("1", "ours"), NULL);

	if (rc == ERR_OK && w->runs++ == 0)
		assert_int_equal(
		    PQsendQuery(w->f->admin, "UPDATE t SET v = 'theirs' WHERE id = 1"),
		    1);
	if (rc == ERR_OK)
		rc = db_query(cx, db, STMT_t_update, DB_ARGS("2", "ours"), NULL);
	if (rc != ERR_OK) { /* the victim: let the other one finish */
		PQclear(PQgetResult(w->f->admin));
		assert_null(PQgetResult(w->f->admin));
		dbtest_sql(w->f, "COMMIT");
	}
	return rc;
}

static void
a_deadlocks_victim_is_run_again(void **state)
{
	struct fixture *f = *state;
	struct work w = {.f = f};

	/* The other session looks for deadlocks much later than ours. */
	dbtest_sql(f, "INSERT INTO t VALUES (1, '1'), (2, '2')");
	dbtest_sql(f, "SET deadlock_timeout = '60s'");
	dbtest_sql(f, "BEGIN");
	dbtest_sql(f, "UPDATE t SET v = 'theirs' WHERE id = 2");
	assert_int_equal(db_transaction(&f->cx, f->db, "t", embrace, &w), ERR_OK);
	assert_int_equal(w.runs, 2);
	assert_int_equal(db_get_stats(f->db).retries, 1);
	assert_string_equal(
	    dbtest_sql(f, "SELECT string_agg(v, ',') FROM t"), "ours,ours");
}

static enum err
forget_then_look(struct ctx *cx, struct db *db, void *arg)
{
	struct work *w = arg;
	enum err rc = ERR_OK;

	if (w->runs++ == 0)
		rc = db_query(cx, db, STMT_t_deallocate, DB_NO_ARGS, NULL);
	return rc == ERR_OK ? db_query(cx, db, STMT_t_count, DB_NO_ARGS, NULL) : rc;
}

static void
lost_prepared_statements_are_prepared_again(void **state)
{
	struct fixture *f = *state;
	struct work w = {.runs = 0};

	read_text(f, "t", STMT_t_count, 0);
	assert_int_equal(
	    db_transaction(&f->cx, f->db, "t", forget_then_look, &w), ERR_OK);
	assert_int_equal(w.runs, 2);
	assert_string_equal(read_text(f, "t", STMT_t_count, 0), "0");
	assert_int_equal(db_get_stats(f->db).retries, 1);
	assert_int_equal(db_get_stats(f->db).connects, 1);
}

static void
a_changed_result_type_is_prepared_again(void **state)
{
	struct fixture *f = *state;
	struct db_rows *rows;

	assert_int_equal(
	    db_read(&f->cx, f->db, "t", DB_CALL_BARE(STMT_t_star), &rows), ERR_OK);
	dbtest_sql(f,
	    "ALTER TABLE t_plan ADD COLUMN b text; INSERT INTO t_plan VALUES (1, 'b')");
	assert_int_equal(
	    db_read(&f->cx, f->db, "t", DB_CALL_BARE(STMT_t_star), &rows), ERR_OK);
	assert_string_equal(db_text(rows, 0, 1), "b");
	assert_int_equal(db_get_stats(f->db).retries, 1);
	assert_int_equal(db_get_stats(f->db).connects, 1);
}

static void
nothing_is_prepared_when_told_so(void **state)
{
	struct fixture *f = *state;
	struct db_settings set = dbtest_settings(dbtest_url());
	struct work w = {.id = "2", .value = "two"};

	set.prepare = false;
	db_free(f->db);
	f->db = db_new(&set);
	assert_int_equal(db_transaction(&f->cx, f->db, "t", insert_two, &w), ERR_OK);
	assert_int_equal(db_get_stats(f->db).round_trips, 1);
	assert_string_equal(read_text(f, "t", STMT_t_prepared, 0), "0");
	set.prepare = true;
	db_free(f->db);
	f->db = db_new(&set);
	assert_string_not_equal(read_text(f, "t", STMT_t_prepared, 0), "0");
}

static enum err
make_table(struct ctx *cx, struct db *db, void *arg)
{
	const char *const *names = arg;
	enum err rc = db_queue_ddl(cx, db, STMT_t_schema, names);

	return rc == ERR_OK ? db_queue_ddl(cx, db, STMT_t_table, names) : rc;
}

static void
hostile_names_are_quoted(void **state)
{
	static const char *const names[] = {
	    "\"; DROP TABLE t; --", "x\\'\":\"schema\"\n%s"};
	struct fixture *f = *state;
	char *schema, *sql;

	assert_int_equal(
	    db_transaction(&f->cx, f->db, "t", make_table, (void *)(uintptr_t)names),
	    ERR_OK);
	assert_string_equal(dbtest_sql(f, "SELECT count(*) FROM t"), "0");
	schema = PQescapeLiteral(f->admin, names[0], strlen(names[0]));
	sql = arena_printf(
	    f->cx.mem, "SELECT tablename FROM pg_tables WHERE schemaname = %s", schema);
	assert_string_equal(dbtest_sql(f, sql), names[1]);
	PQfreemem(schema);
	dbtest_sql(f, "DROP SCHEMA \"\"\"; DROP TABLE t; --\" CASCADE");
}

static void
names_that_would_be_cut_are_refused(void **state)
{
	static const char *const bad[][2] = {{"", "t"}, {"s", "\xff"},
	    {"s", "a234567890123456789012345678901234567890123456789012345678901234"}};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(db_transaction(&f->cx, f->db, "t", make_table,
				     (void *)(uintptr_t)bad[i]),
		    ERR_INTERNAL);
	assert_string_equal(
	    dbtest_sql(f, "SELECT count(*) FROM pg_namespace WHERE nspname = 's'"),
	    "0");
	assert_string_equal(read_text(f, "t", STMT_t_count, 0), "0");
}

static void
a_slow_statement_is_ended_by_the_server(void **state)
{
	struct fixture *f = *state;
	int64_t began = clock_mono_ms();
	int connects = 0;

	f->cx.err.sqlstate[0] = '\0';
	/* A server that is late for it on a busy machine is left alone. */
	for (int i = 0; i < 5 && strcmp(f->cx.err.sqlstate, "57014") != 0; i++) {
		f->cx.deadline_ms = clock_mono_ms() + 1000;
		assert_int_equal(
		    db_read(&f->cx, f->db, "t", DB_CALL(STMT_t_sleep, "60"), NULL),
		    ERR_UNAVAILABLE);
		connects = (int)db_get_stats(f->db).connects;
	}
	assert_string_equal(f->cx.err.sqlstate, "57014");
	assert_true(clock_mono_ms() - began < 40000);
	f->cx.deadline_ms = 0;
	assert_string_equal(read_text(f, "t", STMT_t_count, 0), "0");
	assert_int_equal(db_get_stats(f->db).connects, connects);
}

static void
a_deadline_that_passed_sends_nothing(void **state)
{
	struct fixture *f = *state;

	f->cx.deadline_ms = clock_mono_ms() - 1;
	assert_int_equal(db_read(&f->cx, f->db, "t", DB_CALL_BARE(STMT_t_count), NULL),
	    ERR_UNAVAILABLE);
	assert_int_equal(db_get_stats(f->db).connects, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TABLE_TEST(one_read_is_one_round_trip_one_send_one_receive),
	    TABLE_TEST(a_context_is_set_and_gone_afterwards),
	    TABLE_TEST(a_hostile_context_is_only_a_value),
	    TABLE_TEST(a_leaked_context_is_counted_and_cleared),
	    TABLE_TEST(text_survives_the_way_through_embedding_and_pipeline),
	    TABLE_TEST(a_queue_larger_than_every_socket_buffer_goes_through),
	    TABLE_TEST(queued_statements_travel_with_the_commit),
	    TABLE_TEST(a_query_costs_one_round_trip_and_the_commit_one),
	    TABLE_TEST(a_transaction_without_statements_sends_nothing),
	    TABLE_TEST(an_own_error_aborts_and_is_returned),
	    TABLE_TEST(a_violation_is_a_conflict_with_the_constraints_name),
	    TABLE_TEST(a_violation_seen_at_commit_is_one),
	    TABLE_TEST(an_ignored_error_cannot_become_success),
	    TABLE_TEST(a_missing_table_names_the_remedy),
	    TABLE_TEST(more_rows_than_declared_are_refused),
	    TABLE_TEST(each_sqlstate_has_its_error_and_no_detail_shows),
	    TABLE_TEST(a_serialization_failure_is_tried_five_times_in_all),
	    TABLE_TEST(a_lost_race_is_run_again_from_the_start),
	    TABLE_TEST(a_deadlocks_victim_is_run_again),
	    TABLE_TEST(lost_prepared_statements_are_prepared_again),
	    TABLE_TEST(a_changed_result_type_is_prepared_again),
	    TABLE_TEST(nothing_is_prepared_when_told_so),
	    TABLE_TEST(hostile_names_are_quoted),
	    TABLE_TEST(names_that_would_be_cut_are_refused),
	    TABLE_TEST(a_slow_statement_is_ended_by_the_server),
	    TABLE_TEST(a_deadline_that_passed_sends_nothing),
	};

	return UNIT_RUN(tests);
}
