/* dbtest.h - a ctx, a db and a second way into the same cluster, for each test. */
#ifndef TENANTD_TESTS_DBTEST_H
#define TENANTD_TESTS_DBTEST_H

#include <stdio.h>
#include <stdlib.h>

#include <libpq-fe.h>

#include "../unit/unit.h"

#include "base/clock.h"
#include "base/log.h"
#include "db/db.h"

struct fixture {
	struct ctx cx;
	struct db *db;
	PGconn *admin; /* plain libpq, so that it shares no fault with what is tested */
};

static inline struct db_settings
dbtest_settings(const char *conninfo)
{
	return (struct db_settings){.conninfo = conninfo,
	    .application_name = "tenantd-test",
	    .connect_timeout_ms = 30000,
	    .query_timeout_ms = 60000,
	    .prepare = true};
}

static inline const char *
dbtest_url(void)
{
	const char *url = getenv("TEST_DATABASE_URL");

	assert_non_null(url);
	return url;
}

/* Runs SQL beside the tested connection; the first value of the answer. */
static inline const char *
dbtest_sql(struct fixture *f, const char *sql)
{
	PGresult *res = PQexec(f->admin, sql);
	const char *value = "";

	if (PQresultStatus(res) != PGRES_COMMAND_OK &&
	    PQresultStatus(res) != PGRES_TUPLES_OK)
		fail_msg("%s: %s", sql, PQresultErrorMessage(res));
	if (PQntuples(res) > 0)
		value = arena_strdup(f->cx.mem, PQgetvalue(res, 0, 0));
	PQclear(res);
	return value;
}

static inline void
dbtest_admin_open(struct fixture *f)
{
	PQfinish(f->admin);
	f->admin = PQconnectdb(dbtest_url());
	assert_int_equal(PQstatus(f->admin), CONNECTION_OK);
}

static inline void
dbtest_cluster(const char *what, const char *mode)
{
	char command[512];

	snprintf(command, sizeof(command), "sh '%s' %s '%s' %s >&2",
	    getenv("TEST_CLUSTER_SH"), what, getenv("TEST_CLUSTER"), mode);
	/* NOLINTNEXTLINE(cert-env33-c): the words are this test's own */
	assert_int_equal(system(command), 0);
}

static inline int
dbtest_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct db_settings set = dbtest_settings(dbtest_url());

	if (f == NULL)
		abort();
	ctx_init(&f->cx, arena_new(64 * 1024 * 1024));
	f->db = db_new(&set);
	dbtest_admin_open(f);
	*state = f;
	return 0;
}

static inline int
dbtest_teardown(void **state)
{
	struct fixture *f = *state;

	db_free(f->db);
	PQfinish(f->admin);
	arena_free(f->cx.mem);
	free(f);
	return 0;
}

#define DB_TEST(f) cmocka_unit_test_setup_teardown(f, dbtest_setup, dbtest_teardown)

#endif
