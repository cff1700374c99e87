/* test_loss.c - connections that fail, break, hang or are refused. */
#include "dbtest.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

static int64_t
read_i64(struct fixture *f, enum stmt_id id)
{
	struct db_rows *rows;

	if (db_read(&f->cx, f->db, "t", DB_CALL_BARE(id), &rows) != ERR_OK)
		fail_msg("%s: %s", f->cx.err.message, f->cx.err.note);
	return db_i64(rows, 0, 0);
}

/* Another db in place of the fixture's. */
static void
use_settings(struct fixture *f, const struct db_settings *set)
{
	db_free(f->db);
	f->db = db_new(set);
}

static void
use_conninfo(struct fixture *f, const char *conninfo, int connect_timeout_ms)
{
	struct db_settings set = dbtest_settings(conninfo);

	set.connect_timeout_ms = connect_timeout_ms;
	use_settings(f, &set);
}

struct work {
	int runs;
	const char *sleep;
};

static enum err
count_twice(struct ctx *cx, struct db *db, void *arg)
{
	struct work *w = arg;
	enum err rc;

	w->runs++;
	rc = db_query(cx, db, STMT_t_pid, DB_NO_ARGS, NULL);
	if (rc == ERR_OK && w->sleep != NULL)
		rc = db_query(cx, db, STMT_t_sleep, DB_ARGS(w->sleep), NULL);
	return rc;
}

static enum err
queue_one(struct ctx *cx, struct db *db, void *arg)
{
	struct work *w = arg;

	w->runs++;
	return db_queue(cx, db, STMT_t_echo, DB_ARGS("x"));
}

static void
restart_is_invisible(struct fixture *f, const char *mode)
{
	struct work w = {.runs = 0};

	read_i64(f, STMT_t_pid);
	dbtest_cluster("restart", mode);
	read_i64(f, STMT_t_pid);
	dbtest_cluster("restart", mode);
	/* Nothing but a commit travels: it may not be tried twice, and need not be. */
	assert_int_equal(db_transaction(&f->cx, f->db, "t", queue_one, &w), ERR_OK);
	assert_int_equal(w.runs, 1);
	assert_int_equal(db_get_stats(f->db).retries, 0);
	assert_int_equal(db_get_stats(f->db).connects, 3);
	assert_int_equal(db_get_stats(f->db).losses, 2);
}

/* Until the restart is over and a read succeeds; a busy machine may take longer over it
 * than a lost server is waited for: only then may reads fail, and only after that wait.
 */
static void
reads_during_a_restart_take_longer_and_succeed(void **state)
{
	struct fixture *f = *state;
	char command[512];
	FILE *restart;
	int64_t began = clock_mono_ms(), waited = 0;
	bool reads = true;

	read_i64(f, STMT_t_pid);
	snprintf(command, sizeof(command), "sh '%s' restart '%s' fast >&2",
	    getenv("TEST_CLUSTER_SH"), getenv("TEST_CLUSTER"));
	/* NOLINTNEXTLINE(cert-env33-c): the words are this test's own */
	restart = popen(command, "r");
	assert_non_null(restart);
	while (clock_mono_ms() - began < 1000 || !reads) {
		struct db_rows *rows;
		int64_t call = clock_mono_ms();

		reads = db_read(&f->cx, f->db, "t", DB_CALL_BARE(STMT_t_pid), &rows) ==
		    ERR_OK;
		if (!reads && waited == 0)
			waited = clock_mono_ms() - call;
	}
	assert_int_equal(pclose(restart), 0);
	assert_true(waited == 0 || waited >= 1000);
	assert_true(db_get_stats(f->db).losses >= 1);
}

/* As in a worker that has nothing to do while the server goes: it learns of it too late
 * to be refused. */
static void
a_call_after_an_idle_loss_waits_for_a_server_that_comes_back(void **state)
{
	struct fixture *f = *state;
	struct db_rows *rows;
	char command[512];
	int64_t began;
	FILE *start;

	read_i64(f, STMT_t_pid);
	dbtest_cluster("stop", "fast");
	snprintf(command, sizeof(command), "sleep 0.2; sh '%s' up '%s' >&2",
	    getenv("TEST_CLUSTER_SH"), getenv("TEST_CLUSTER"));
	/* NOLINTNEXTLINE(cert-env33-c): the words are this test's own */
	start = popen(command, "r");
	assert_non_null(start);
	began = clock_mono_ms();
	/* a busy machine may take longer to start one */
	if (db_read(&f->cx, f->db, "t", DB_CALL_BARE(STMT_t_pid), &rows) != ERR_OK)
		assert_true(clock_mono_ms() - began >= 1000);
	assert_int_equal(pclose(start), 0);
	assert_int_equal(db_get_stats(f->db).losses, 1);
}

static void
a_fast_restart_between_calls_is_invisible(void **state)
{
	restart_is_invisible(*state, "fast");
}

static void
an_immediate_restart_between_calls_is_invisible(void **state)
{
	restart_is_invisible(*state, "immediate");
}

/* Ends the tested session from the side, as soon as it sleeps. */
static void
terminate_soon(struct fixture *f)
{
	assert_int_equal(
	    PQsendQuery(f->admin,
		"DO $$BEGIN FOR i IN 1..3000 LOOP PERFORM pg_stat_clear_snapshot();"
		" PERFORM pg_terminate_backend(pid) FROM pg_stat_activity"
		" WHERE application_name = 'tenantd-test' AND wait_event = 'PgSleep';"
		" EXIT WHEN FOUND; PERFORM pg_sleep(0.01); END LOOP; END$$"),
	    1);
}

static void
a_read_in_flight_is_tried_once_more(void **state)
{
	struct fixture *f = *state;

	read_i64(f, STMT_t_pid);
	terminate_soon(f);
	assert_int_equal(
	    db_read(&f->cx, f->db, "t", DB_CALL(STMT_t_sleep, "1"), NULL), ERR_OK);
	assert_int_equal(db_get_stats(f->db).retries, 1);
	assert_int_equal(db_get_stats(f->db).losses, 1);
}

static void
a_transaction_in_flight_is_run_once_more(void **state)
{
	struct fixture *f = *state;
	struct work w = {.sleep = "0.5"};

	read_i64(f, STMT_t_pid);
	terminate_soon(f);
	assert_int_equal(db_transaction(&f->cx, f->db, "t", count_twice, &w), ERR_OK);
	assert_int_equal(w.runs, 2);
}

static enum err
queue_sleep(struct ctx *cx, struct db *db, void *arg)
{
	struct work *w = arg;

	w->runs++;
	return db_queue(cx, db, STMT_t_sleep, DB_ARGS(w->sleep));
}

static enum err
insert_one(struct ctx *cx, struct db *db, void *arg)
{
	struct work *w = arg;

	w->runs++;
	return db_queue(cx, db, STMT_t_insert, DB_ARGS("1", "x"));
}

static void
a_commit_the_server_never_came_to_is_run_once_more(void **state)
{
	struct fixture *f = *state;
	struct work w = {.sleep = "0.5"};

	read_i64(f, STMT_t_pid);
	terminate_soon(f);
	assert_int_equal(db_transaction(&f->cx, f->db, "t", queue_sleep, &w), ERR_OK);
	assert_int_equal(w.runs, 2);
}

static void
a_session_that_became_read_only_is_left(void **state)
{
	struct fixture *f = *state;
	struct work w = {.runs = 0};

	dbtest_sql(f, "DROP TABLE IF EXISTS t; CREATE TABLE t (id integer, v text)");
	dbtest_sql(f, "ALTER ROLE postgres SET default_transaction_read_only = on");
	read_i64(f, STMT_t_pid);
	dbtest_sql(f, "ALTER ROLE postgres RESET default_transaction_read_only");
	assert_int_equal(db_transaction(&f->cx, f->db, "t", insert_one, &w), ERR_OK);
	assert_int_equal(w.runs, 2);
	assert_string_equal(dbtest_sql(f, "SELECT count(*) FROM t"), "1");
}

static void
a_server_that_stays_away_fails_the_call_in_flight(void **state)
{
	struct fixture *f = *state;
	struct work w = {.sleep = "60"};
	int64_t began;
	char command[512];

	read_i64(f, STMT_t_pid);
	snprintf(command, sizeof(command), "(sleep 0.2; sh '%s' stop '%s' immediate) &",
	    getenv("TEST_CLUSTER_SH"), getenv("TEST_CLUSTER"));
	began = clock_mono_ms();
	/* NOLINTNEXTLINE(cert-env33-c): the words are this test's own */
	assert_int_equal(system(command), 0);
	assert_int_equal(
	    db_transaction(&f->cx, f->db, "t", count_twice, &w), ERR_UNAVAILABLE);
	assert_int_equal(f->cx.err.retry_after, 1);
	assert_true(clock_mono_ms() - began < 40000);
	dbtest_cluster("up", "");
}

static void
a_loss_during_commit_is_never_tried_again(void **state)
{
	struct fixture *f = *state;
	struct work w = {.runs = 0};

	dbtest_sql(f,
	    "DROP TABLE IF EXISTS t; CREATE TABLE t (id integer, v text);"
	    "CREATE OR REPLACE FUNCTION t_slow() RETURNS trigger LANGUAGE plpgsql"
	    " AS $$BEGIN PERFORM pg_sleep(20); RETURN NULL; END$$;"
	    "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON t"
	    " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION t_slow()");
	read_i64(f, STMT_t_pid);
	terminate_soon(f);
	assert_int_equal(
	    db_transaction(&f->cx, f->db, "t", insert_one, &w), ERR_UNAVAILABLE);
	assert_int_equal(w.runs, 1);
	assert_non_null(strstr(f->cx.err.note, "not known"));
	read_i64(f, STMT_t_pid);
}

static void
a_frozen_backend_costs_the_deadline_and_no_more(void **state)
{
	struct fixture *f = *state;
	pid_t pid = (pid_t)read_i64(f, STMT_t_pid);
	int64_t began, took;
	struct work w = {.runs = 0};

	assert_int_equal(kill(pid, SIGSTOP), 0);
	began = clock_mono_ms();
	f->cx.deadline_ms = began + 300;
	assert_int_equal(db_read(&f->cx, f->db, "t", DB_CALL_BARE(STMT_t_pid), NULL),
	    ERR_UNAVAILABLE);
	took = clock_mono_ms() - began;
	assert_in_range(took, 290, 20000);
	assert_int_equal(f->cx.err.retry_after, 1);
	/* The next one gets another connection, whatever becomes of that one. */
	f->cx.deadline_ms = 0;
	assert_int_not_equal(read_i64(f, STMT_t_pid), pid);
	kill(pid, SIGCONT);
	assert_int_equal(db_transaction(&f->cx, f->db, "t", queue_one, &w), ERR_OK);
}

static void
the_connections_own_limit_bounds_a_frozen_backend(void **state)
{
	struct fixture *f = *state;
	struct db_settings set = dbtest_settings(dbtest_url());
	struct work w = {.runs = 0};
	int64_t began;
	pid_t pid;

	set.query_timeout_ms = 1000;
	use_settings(f, &set);
	pid = (pid_t)read_i64(f, STMT_t_pid);
	assert_int_equal(kill(pid, SIGSTOP), 0);
	began = clock_mono_ms();
	assert_int_equal(
	    db_transaction(&f->cx, f->db, "t", queue_one, &w), ERR_UNAVAILABLE);
	assert_in_range(clock_mono_ms() - began, 990, 20000);
	assert_int_equal(w.runs, 1);
	kill(pid, SIGCONT);
}

/* A port where connections are taken by the kernel and never answered. */
static int
hung_server(int *port)
{
	struct sockaddr_in a = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&a, n), 0);
	assert_int_equal(listen(fd, 16), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	*port = ntohs(a.sin_port);
	return fd;
}

static void
a_server_that_never_answers_costs_the_connect_timeout(void **state)
{
	struct fixture *f = *state;
	int port, fd = hung_server(&port);
	int64_t began = clock_mono_ms();

	use_conninfo(f,
	    arena_printf(f->cx.mem, "host=127.0.0.1 port=%d user=u dbname=d", port),
	    300);
	assert_int_equal(db_read(&f->cx, f->db, "t", DB_CALL_BARE(STMT_t_pid), NULL),
	    ERR_UNAVAILABLE);
	assert_in_range(clock_mono_ms() - began, 290, 20000);
	assert_int_equal(db_get_stats(f->db).connects, 0);
	close(fd);
}

static void
the_next_host_is_taken_when_one_hangs_or_refuses(void **state)
{
	struct fixture *f = *state;
	int port, fd = hung_server(&port);
	int64_t began = clock_mono_ms(), least = INT64_MAX;

	use_conninfo(f,
	    arena_printf(f->cx.mem,
		"host=127.0.0.1,127.0.0.1,%s port=1,%d,%s user=postgres "
		"dbname=postgres "
		"target_session_attrs=read-write",
		PQhost(f->admin), port, PQport(f->admin)),
	    1000);
	read_i64(f, STMT_t_pid);
	assert_in_range(clock_mono_ms() - began, 990, 20000);
	/* What worked last is tried first. */
	for (int i = 0; i < 5 && least >= 990; i++) {
		began = clock_mono_ms();
		db_drop(f->db);
		read_i64(f, STMT_t_pid);
		if (clock_mono_ms() - began < least)
			least = clock_mono_ms() - began;
	}
	assert_true(least < 990);
	close(fd);
}

static void
a_server_of_the_wrong_kind_is_not_taken(void **state)
{
	struct fixture *f = *state;

	use_conninfo(f,
	    arena_printf(f->cx.mem, "%s target_session_attrs=standby", dbtest_url()),
	    30000);
	assert_int_equal(db_read(&f->cx, f->db, "t", DB_CALL_BARE(STMT_t_pid), NULL),
	    ERR_UNAVAILABLE);
}

static void
a_refused_connection_fails_fast_and_recovers_soon(void **state)
{
	struct fixture *f = *state;
	int64_t began;
	int failures = 0;

	read_i64(f, STMT_t_pid);
	dbtest_cluster("stop", "fast");
	began = clock_mono_ms();
	for (; clock_mono_ms() - began < (failures > 50 ? 2900 : 40000); failures++) {
		assert_int_equal(
		    db_read(&f->cx, f->db, "t", DB_CALL_BARE(STMT_t_pid), NULL),
		    ERR_UNAVAILABLE);
		assert_int_equal(f->cx.err.retry_after, 1);
		usleep(10 * 1000);
	}
	assert_true(failures > 50);
	dbtest_cluster("up", "");
	began = clock_mono_ms();
	while (db_read(&f->cx, f->db, "t", DB_CALL_BARE(STMT_t_pid), NULL) != ERR_OK)
		usleep(10 * 1000);
	assert_true(clock_mono_ms() - began < 20000);
}

static void
a_full_server_is_unavailable_until_there_is_room(void **state)
{
	struct fixture *f = *state;
	struct db_settings set;
	struct db *first;
	struct db_rows *rows;

	dbtest_sql(f, "DROP ROLE IF EXISTS narrow");
	dbtest_sql(f, "CREATE ROLE narrow LOGIN CONNECTION LIMIT 1");
	set = dbtest_settings(
	    arena_printf(f->cx.mem, "host=%s port=%s user=narrow dbname=postgres",
		PQhost(f->admin), PQport(f->admin)));
	first = db_new(&set);
	use_settings(f, &set);
	assert_int_equal(
	    db_read(&f->cx, first, "t", DB_CALL_BARE(STMT_t_pid), &rows), ERR_OK);
	assert_int_equal(db_read(&f->cx, f->db, "t", DB_CALL_BARE(STMT_t_pid), &rows),
	    ERR_UNAVAILABLE);
	assert_int_equal(f->cx.err.retry_after, 1);
	db_free(first);
	usleep(300 * 1000);
	/* the server may be a little later still to see that it has gone */
	for (int i = 0; i < 100 &&
	     db_read(&f->cx, f->db, "t", DB_CALL_BARE(STMT_t_pid), &rows) != ERR_OK;
	     i++)
		usleep(100 * 1000);
	read_i64(f, STMT_t_pid);
	db_drop(f->db);
}

static void
a_password_never_reaches_a_message(void **state)
{
	static const char *const secret[] = {
	    "postgresql://user:hunter2/x@127.0.0.1:1/db",
	    "postgresql://user:p@hunter2@127.0.0.1:1/db",
	    "postgresql://user:hunter2:9@127.0.0.1:1/d b",
	    "host=127.0.0.1 port=hunter2",
	    "host=127.0.0.1 port=1 password='hunter2",
	    "host=127.0.0.1 port=1 user=hunter2 password=hunter2",
	    "hunter2",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(secret); i++) {
		use_conninfo(f, secret[i], 500);
		assert_int_not_equal(
		    db_read(&f->cx, f->db, "t", DB_CALL_BARE(STMT_t_pid), NULL),
		    ERR_OK);
		assert_null(strstr(f->cx.err.message, "hunter2"));
		assert_null(strstr(f->cx.err.note, "hunter2"));
		assert_string_not_equal(f->cx.err.message, "");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    DB_TEST(reads_during_a_restart_take_longer_and_succeed),
	    DB_TEST(a_call_after_an_idle_loss_waits_for_a_server_that_comes_back),
	    DB_TEST(a_fast_restart_between_calls_is_invisible),
	    DB_TEST(an_immediate_restart_between_calls_is_invisible),
	    DB_TEST(a_read_in_flight_is_tried_once_more),
	    DB_TEST(a_transaction_in_flight_is_run_once_more),
	    DB_TEST(a_commit_the_server_never_came_to_is_run_once_more),
	    DB_TEST(a_session_that_became_read_only_is_left),
	    DB_TEST(a_server_that_stays_away_fails_the_call_in_flight),
	    DB_TEST(a_loss_during_commit_is_never_tried_again),
	    DB_TEST(a_frozen_backend_costs_the_deadline_and_no_more),
	    DB_TEST(the_connections_own_limit_bounds_a_frozen_backend),
	    DB_TEST(a_server_that_never_answers_costs_the_connect_timeout),
	    DB_TEST(the_next_host_is_taken_when_one_hangs_or_refuses),
	    DB_TEST(a_server_of_the_wrong_kind_is_not_taken),
	    DB_TEST(a_refused_connection_fails_fast_and_recovers_soon),
	    DB_TEST(a_full_server_is_unavailable_until_there_is_room),
	    DB_TEST(a_password_never_reaches_a_message),
	};

	return UNIT_RUN(tests);
}
