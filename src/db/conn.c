/* conn.c - see conn.h: the life of a connection. */
#include "db/conn.h"

#include <assert.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "db/connect.h"

enum { BACKOFF_MIN_MS = 100, BACKOFF_MAX_MS = 800, QUICK_FAILURE_MS = 200 };
enum { GRACE_MS = 1500, GRACE_STEP_MS = 40 };

static char *
dup_or_die(const char *s)
{
	char *copy = strdup(s == NULL ? "" : s);

	if (copy == NULL)
		abort();
	return copy;
}

struct db *
db_new(const struct db_settings *settings)
{
	struct db *db = calloc(1, sizeof(*db));

	if (db == NULL)
		abort();
	db->set = *settings;
	db->set.conninfo = dup_or_die(settings->conninfo);
	db->set.application_name = dup_or_die(settings->application_name);
	assert(settings->connect_timeout_ms > 0 && settings->query_timeout_ms > 0);
	return db;
}

void
db_free(struct db *db)
{
	char *conninfo;

	if (db == NULL)
		return;
	db_drop(db);
	conninfo = (char *)(uintptr_t)db->set.conninfo;
	explicit_bzero(conninfo, strlen(conninfo));
	free(conninfo);
	free((void *)(uintptr_t)db->set.application_name);
	free(db->slots);
	free(db);
}

struct db_stats
db_get_stats(const struct db *db)
{
	return db->stats;
}

const char *
db_constraint(const struct db *db)
{
	return db->constraint;
}

/*
 * An idle connection has nothing to read unless the server said something unasked:
 * a notice, a changed parameter, or its farewell. Looking costs no round trip, and it
 * makes a restart between two calls invisible even to what may not be tried twice.
 */
static bool
conn_lives(struct db *db)
{
	for (int i = 0; i < 8; i++) {
		if (PQstatus(db->pg) != CONNECTION_OK || db->session_ends)
			return false;
		if (link_wait(db, POLLIN, 0) == 0)
			return true;
		if (PQconsumeInput(db->pg) == 0)
			return false;
		(void)PQisBusy(db->pg); /* lets libpq read what came */
	}
	return false;
}

void
conn_lose(struct db *db)
{
	db->stats.losses++;
	db->grace_until_ms = clock_mono_ms() + GRACE_MS;
	db_drop(db);
}

/* After a refusal: a moment in which nothing is tried, longer each time. */
static void
conn_back_off(struct ctx *cx, struct db *db)
{
	link_first_line(db->failure, sizeof(db->failure), cx->err.message);
	db->backoff_ms = db->backoff_ms == 0 ? BACKOFF_MIN_MS : db->backoff_ms * 2;
	if (db->backoff_ms > BACKOFF_MAX_MS)
		db->backoff_ms = BACKOFF_MAX_MS;
	db->quiet_until_ms = clock_mono_ms() + db->backoff_ms;
}

/*
 * A server that was there a moment ago is probably restarting: within the grace its
 * refusals are waited out, so that a restart costs time and not requests. Past it, or
 * where no connection ever worked, a refusal is an answer. What failed slowly has
 * waited enough, and so have those that queue behind it: they are answered at once.
 */
static enum err
conn_open(struct ctx *cx, struct db *db)
{
	int64_t began = clock_mono_ms();
	enum err rc;

	if (began < db->quiet_until_ms) {
		rc = err_set(&cx->err, ERR_UNAVAILABLE,
		    "waiting after a failed connection: %s", db->failure);
		cx->err.retry_after = 1;
		return rc;
	}
	while ((rc = connect_open(cx, db)) == ERR_UNAVAILABLE) {
		db_drop(db);
		if (clock_mono_ms() - began >= QUICK_FAILURE_MS ||
		    clock_mono_ms() >= db->grace_until_ms ||
		    ctx_time_left(cx, 1) == 0) {
			conn_back_off(cx, db);
			return rc;
		}
		(void)poll(NULL, 0, ctx_time_left(cx, GRACE_STEP_MS));
		err_clear(&cx->err);
		began = clock_mono_ms();
	}
	if (rc != ERR_OK)
		return rc;
	db->backoff_ms = 0;
	db->stats.connects++;
	return ERR_OK;
}

enum err
conn_ensure(struct ctx *cx, struct db *db)
{
	if (db->pg != NULL && conn_lives(db))
		return ERR_OK;
	if (db->pg != NULL) {
		log_event(
		    LOG_INFO, cx, "db_reconnect", "reason=\"closed by the server\"");
		conn_lose(db);
	}
	return conn_open(cx, db);
}
