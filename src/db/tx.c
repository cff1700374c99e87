/*
 * tx.c - see db.h: transactions in a context.
 *
 *   db_read         context, statement                 | Sync   one implicit
 * transaction db_transaction  BEGIN, context, queued…, statement | Sync   each db_query
 *                   queued…, COMMIT                    | Sync   at the end
 *
 * An error leaves the server inside a failed transaction: ROLLBACK costs one round trip
 * more. A transaction in doubt is never tried again.
 */
#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "db/call.h"

/* Functions of somebody else's, which fit better than PostgreSQL's own, would be called
 * with our rights. */
#define OUR_PATH "pg_catalog, pg_temp"

enum { AGAIN_CONFLICT_MAX = 4, AGAIN_LOST_MAX = 1, AGAIN_STALE_MAX = 1 };

typedef enum err once_fn(struct ctx *cx, struct db *db, void *arg);

struct read_call {
	const struct db_call *call;
	struct db_rows **rows;
};

struct transaction_call {
	db_transaction_fn *fn;
	void *arg;
};

/* The server gives up a little earlier than we do, so that its answer still arrives. */
static void
timeout_text(char out[static 16], const struct ctx *cx, const struct db *db)
{
	int limit = call_limit(cx, db), margin = limit / 10;

	if (db->patient && cx->deadline_ms == 0)
		limit = margin = 0;
	snprintf(out, 16, "%d", limit - (margin > 100 ? 100 : margin));
}

/* What only reads needs no BEGIN: what is sent up to a Sync is one transaction. */
static enum err
tx_open(struct ctx *cx, struct db *db, bool read_only)
{
	char timeout[16];
	enum err rc = ERR_OK;

	timeout_text(timeout, cx, db);
	if (!read_only)
		rc = call_send(cx, db,
		    &(struct call){.id = STMT_db_begin, .kind = SLOT_STATEMENT});
	if (rc == ERR_OK)
		rc = call_send(cx, db,
		    &(struct call){.id = STMT_db_context,
			.kind = SLOT_CONTEXT,
			.args = DB_ARGS(db->tx.context, timeout,
			    read_only ? "on" : NULL, read_only ? NULL : cx->actor,
			    read_only ? NULL : cx->request_id,
			    db->set.shared ? OUR_PATH : NULL)});
	return rc;
}

static enum err
tx_begin(struct ctx *cx, struct db *db, bool read_only)
{
	enum err rc;

	if (call_limit(cx, db) < 2) {
		rc = err_set(
		    &cx->err, ERR_UNAVAILABLE, "no time left to ask the database");
		cx->err.retry_after = 1;
		return rc;
	}
	rc = conn_ensure(cx, db);
	if (rc == ERR_OK)
		rc = tx_open(cx, db, read_only);
	db->tx.begun = rc == ERR_OK;
	return rc;
}

/* Sends one statement on its own; rows may be NULL. false: it failed, or the connection
 * is gone. */
static bool
send_alone(const struct ctx *cx, struct db *db, enum stmt_id id, struct db_rows **rows)
{
	struct ctx quiet = *cx; /* the first error is the one to keep */
	struct call call = {
	    .id = id, .kind = SLOT_STATEMENT, .rows = rows, .plain = true};
	enum err rc;

	if (db->pg == NULL || call_limit(cx, db) == 0)
		return false;
	rc = call_send(&quiet, db, &call);
	if (rc == ERR_OK)
		rc = call_exchange(&quiet, db);
	if (rc != ERR_OK)
		log_error(LOG_WARNING, &quiet, "db_cleanup");
	return db->pg != NULL && rc == ERR_OK;
}

/*
 * Ends what is open. Statements that were queued but never sent go out before ROLLBACK,
 * which one that fails takes along: then ROLLBACK goes out again.
 */
static void
tx_abort(const struct ctx *cx, struct db *db)
{
	if (db->pg == NULL)
		return;
	if (db->slot_count > 0 || PQtransactionStatus(db->pg) != PQTRANS_IDLE)
		if (!send_alone(cx, db, STMT_db_rollback, NULL) && db->pg != NULL)
			(void)send_alone(cx, db, STMT_db_rollback, NULL);
	if (db->pg != NULL && PQtransactionStatus(db->pg) != PQTRANS_IDLE)
		conn_lose(db);
}

/* A context on the session would open it to whoever forgets to set one. */
static void
tx_clear_leak(const struct ctx *cx, struct db *db)
{
	db->stats.context_leaks++;
	log_event(LOG_WARNING, cx, "db_context_leak", "cleared=%s",
	    send_alone(cx, db, STMT_db_context_clear, NULL) ? "yes" : "dropped");
	if (db->pg != NULL && PQtransactionStatus(db->pg) != PQTRANS_IDLE)
		db_drop(db);
}

/* A pooler gives us a key of its own making, not that of the backend that serves. */
static bool
is_pooled(const struct db *db, const struct db_rows *rows)
{
	return db_i64(rows, 0, 0) != PQbackendPID(db->pg);
}

/*
 * After a prepared statement that is gone, or changed, or somebody else's. Where a
 * pooler hands the server's connections on between transactions that would go on for
 * ever, and forgetting them would take others' along: then nothing is prepared any
 * more.
 */
static void
tx_forget(const struct ctx *cx, struct db *db)
{
	struct db_rows *rows = NULL;

	if (send_alone(cx, db, STMT_db_backend, &rows) && is_pooled(db, rows)) {
		db->set.prepare = false;
		log_event(LOG_WARNING, cx, "db_pooled",
		    "prepare=off advice=\"a pooler shares the connection: set "
		    "DB_PREPARE=off, or max_prepared_statements in PgBouncer from 1.21 "
		    "on\"");
	} else if (db->pg != NULL && send_alone(cx, db, STMT_db_forget, NULL))
		memset(db->prepared, PREPARED_NO, sizeof(db->prepared));
	else
		db_drop(db);
}

static void
tx_end(const struct ctx *cx, struct db *db, enum err rc)
{
	enum again again = db->tx.again;
	bool leaked = db->tx.leaked;

	if (rc != ERR_OK)
		tx_abort(cx, db);
	db->tx = (struct tx){.again = rc == ERR_OK ? AGAIN_NO : again};
	if (leaked)
		tx_clear_leak(cx, db);
	if (db->tx.again == AGAIN_STALE)
		tx_forget(cx, db);
}

/* Up to 2, 4, 8, 16 ms: long enough that two that met do not meet again. */
static void
sleep_a_little(const struct ctx *cx, int attempt)
{
	int most = 2 << attempt;
	int64_t noise = clock_mono_us() ^ (clock_mono_us() >> 7) ^ getpid();

	(void)poll(NULL, 0, ctx_time_left(cx, 1 + (int)(noise % most)));
}

static enum err
run_again(struct ctx *cx, struct db *db, const char *context, once_fn *once, void *arg)
{
	unsigned tried[] = {[AGAIN_CONFLICT] = 0, [AGAIN_LOST] = 0, [AGAIN_STALE] = 0};
	static const unsigned most[] = {[AGAIN_CONFLICT] = AGAIN_CONFLICT_MAX,
	    [AGAIN_LOST] = AGAIN_LOST_MAX,
	    [AGAIN_STALE] = AGAIN_STALE_MAX};
	enum again why;
	enum err rc;

	assert(db->tx.context == NULL); /* transactions do not nest */
	assert(context != NULL && *context != '\0');
	for (;;) {
		db->constraint[0] = '\0';
		db->tx = (struct tx){.context = context};
		rc = once(cx, db, arg);
		tx_end(cx, db, rc);
		why = db->tx.again;
		if (why == AGAIN_NO || tried[why]++ >= most[why] ||
		    ctx_time_left(cx, 1) == 0)
			return rc;
		db->stats.retries++;
		log_error(LOG_INFO, cx, "db_retry");
		ctx_clear(cx);
		if (why == AGAIN_CONFLICT)
			sleep_a_little(cx, (int)tried[why] - 1);
	}
}

static enum err
read_once(struct ctx *cx, struct db *db, void *arg)
{
	const struct read_call *read = arg;
	enum err rc = tx_begin(cx, db, true);

	if (rc == ERR_OK)
		rc = call_send(cx, db,
		    &(struct call){.id = read->call->id,
			.kind = SLOT_STATEMENT,
			.args = read->call->args,
			.rows = read->rows});
	return rc == ERR_OK ? call_exchange(cx, db) : rc;
}

enum err
db_read(struct ctx *cx, struct db *db, const char *context, const struct db_call *call,
    struct db_rows **rows)
{
	struct read_call read = {call, rows};

	if (rows != NULL)
		*rows = NULL;
	return run_again(cx, db, context, read_once, &read);
}

enum err
db_pooled(struct ctx *cx, struct db *db, bool *pooled)
{
	struct db_rows *rows;
	enum err rc =
	    db_read(cx, db, DB_MANAGEMENT, DB_CALL_BARE(STMT_db_backend), &rows);

	*pooled = rc == ERR_OK && is_pooled(db, rows);
	return rc;
}

static enum err
tx_fail(struct ctx *cx, struct db *db)
{
	db->tx.failed = true;
	db->tx.first = cx->err;
	return cx->err.code;
}

/* Before each statement: no more after a failure, BEGIN before the first. */
static enum err
tx_ready(struct ctx *cx, struct db *db)
{
	assert(db->tx.context != NULL); /* only inside db_transaction() */
	if (db->tx.failed) {
		cx->err = db->tx.first;
		return cx->err.code;
	}
	return db->tx.begun ? ERR_OK : tx_begin(cx, db, false);
}

static enum err
transaction_once(struct ctx *cx, struct db *db, void *arg)
{
	const struct transaction_call *transaction = arg;
	enum err rc = transaction->fn(cx, db, transaction->arg);

	if (rc == ERR_OK && db->tx.failed) {
		cx->err = db->tx.first;
		rc = cx->err.code;
	}
	if (rc != ERR_OK || !db->tx.begun)
		return rc;
	rc = call_send(
	    cx, db, &(struct call){.id = STMT_db_commit, .kind = SLOT_COMMIT});
	if (rc == ERR_OK)
		rc = call_exchange(cx, db);
	if (rc != ERR_OK && db->tx.commit_sent) {
		db->tx.again = AGAIN_NO;
		err_note(
		    &cx->err, "it is not known whether the transaction was committed");
	}
	return rc;
}

enum err
db_transaction(struct ctx *cx, struct db *db, const char *context,
    db_transaction_fn *fn, void *arg)
{
	/* cppcheck-suppress ctuuninitvar ; fn may write there first */
	struct transaction_call transaction = {fn, arg};

	return run_again(cx, db, context, transaction_once, &transaction);
}

/* Sends the call, with a round trip for the answer if it is wanted now. */
static enum err
tx_call(struct ctx *cx, struct db *db, const struct call *call, bool now)
{
	enum err rc = tx_ready(cx, db);

	if (rc == ERR_OK)
		rc = call_send(cx, db, call);
	if (rc == ERR_OK && now)
		rc = call_exchange(cx, db);
	return rc == ERR_OK ? ERR_OK : tx_fail(cx, db);
}

enum err
db_query(struct ctx *cx, struct db *db, enum stmt_id id, const char *const *args,
    struct db_rows **rows)
{
	const struct call call = {
	    .id = id, .kind = SLOT_STATEMENT, .args = args, .rows = rows};

	if (rows != NULL)
		*rows = NULL;
	return tx_call(cx, db, &call, true);
}

enum err
db_send(struct ctx *cx, struct db *db, enum stmt_id id, const char *const *args,
    struct db_rows **rows)
{
	const struct call call = {
	    .id = id, .kind = SLOT_STATEMENT, .args = args, .rows = rows};
	enum err rc;

	*rows = NULL;
	rc = tx_call(cx, db, &call, false);
	if (rc == ERR_OK && call_push(cx, db) != ERR_OK)
		rc = tx_fail(cx, db);
	return rc;
}

enum err
db_wait(struct ctx *cx, struct db *db)
{
	enum err rc = tx_ready(cx, db);

	if (rc == ERR_OK && call_exchange(cx, db) != ERR_OK)
		rc = tx_fail(cx, db);
	return rc;
}

enum err
db_queue(struct ctx *cx, struct db *db, enum stmt_id id, const char *const *args)
{
	const struct call call = {.id = id, .kind = SLOT_STATEMENT, .args = args};

	return tx_call(cx, db, &call, false);
}

enum err
db_queue_rows(struct ctx *cx, struct db *db, enum stmt_id id, const char *const *args,
    struct db_rows **rows)
{
	const struct call call = {
	    .id = id, .kind = SLOT_STATEMENT, .args = args, .rows = rows};

	*rows = NULL;
	return tx_call(cx, db, &call, false);
}

enum err
db_queue_ddl(struct ctx *cx, struct db *db, enum stmt_id id, const char *const *idents)
{
	const struct call call = {.id = id, .kind = SLOT_STATEMENT, .idents = idents};

	return tx_call(cx, db, &call, false);
}

enum err
db_query_ddl(struct ctx *cx, struct db *db, enum stmt_id id, const char *const *names,
    struct db_rows **rows)
{
	const struct call call = {
	    .id = id, .kind = SLOT_STATEMENT, .idents = names, .rows = rows};

	if (rows != NULL)
		*rows = NULL;
	return tx_call(cx, db, &call, true);
}
