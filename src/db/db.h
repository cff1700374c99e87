/*
 * db.h - one connection to PostgreSQL: statements by name, transactions in a tenant
 * context, pipelines; opened when first needed, opened again after a loss.
 *
 * A context is the text of app.current_tenant_id for one transaction: a tenant's id,
 * or DB_MANAGEMENT. It is set only inside the transaction (SET LOCAL), so that
 * nothing stays on the connection, with statement_timeout beside it.
 *
 * Owner:    the worker or command that made it, after the fork.
 * Lifetime: until db_free(); rows live in the arena of the ctx they were read with.
 * Threads:  one.
 * Failure:  every wait ends at the ctx's deadline or the connection's own limit
 *           (ERR_UNAVAILABLE). One table maps SQLSTATE (see sqlstate.def); the
 *           SQLSTATE stays in ctx->err.sqlstate. ERR_CONFIG: conninfo is malformed.
 *           A server that was there is waited for up to 1.5 s (it may be restarting);
 *           after that calls fail at once, trying again at least every 0.8 s.
 */
#ifndef TENANTD_DB_DB_H
#define TENANTD_DB_DB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "db/stmt.h"

struct db;
struct db_rows;

#define DB_MANAGEMENT "unset" /* the context of tenant management */

struct db_settings {
	const char *conninfo; /* libpq URI or keywords; many hosts are tried in turn */
	const char *application_name;
	int connect_timeout_ms, query_timeout_ms;
	bool prepare; /* off: parse each time. Behind a pooler that cannot do it, it
			 goes off by itself, with a warning in the log */
	bool shared;  /* others make things in the database: names without a schema
			 are PostgreSQL's alone, unless a transaction says otherwise */
};

/* Counters since db_new(), for the scoreboard. */
struct db_stats {
	uint64_t round_trips, connects, losses, retries, context_leaks;
	uint64_t commits; /* of transactions that may have changed something */
	uint64_t time_us; /* spent waiting for the server */
};

struct db *db_new(const struct db_settings *settings); /* connects to nothing yet */
void db_free(struct db *db);
void db_drop(struct db *db); /* closes the connection; the next call opens a new one */
struct db_stats db_get_stats(const struct db *db);
/* Whether a pooler stands between us and the server. */
enum err db_pooled(struct ctx *cx, struct db *db, bool *pooled) MUST_CHECK;

/* Parameters in the order of $1 …; NULL is SQL NULL. */
#define DB_ARGS(...) ((const char *const[]){__VA_ARGS__})
#define DB_NO_ARGS   ((const char *const *)0)

struct db_call {
	enum stmt_id id;
	const char *const *args;
};
#define DB_CALL(id, ...) (&(const struct db_call){id, DB_ARGS(__VA_ARGS__)})
#define DB_CALL_BARE(id) (&(const struct db_call){id, DB_NO_ARGS})

/*
 * One statement that only reads, in a read-only transaction of its own, with its
 * context in one round trip. A lost connection is tried once more.
 */
enum err db_read(struct ctx *cx, struct db *db, const char *context,
    const struct db_call *call, struct db_rows **rows) MUST_CHECK;

/*
 * Runs fn inside BEGIN … COMMIT with the context set; fn's error aborts and is
 * returned. Begin and context travel with fn's first statement, commit with what it
 * queued last. Run again from the start, with cx's error cleared, after
 * serialization failure or deadlock (4 times), and once after a connection lost before
 * COMMIT was sent or reached: fn must forget what an earlier run did. Lost during
 * COMMIT: ERR_UNAVAILABLE. A failed statement that fn ignores fails the transaction
 * all the same. Transactions do not nest, and hold no db_read().
 */
typedef enum err db_transaction_fn(struct ctx *cx, struct db *db, void *arg);
enum err db_transaction(struct ctx *cx, struct db *db, const char *context,
    db_transaction_fn *fn, void *arg) MUST_CHECK;

/* Inside a transaction: sends what is queued and this, and waits for the answer. */
enum err db_query(struct ctx *cx, struct db *db, enum stmt_id id,
    const char *const *args, struct db_rows **rows) MUST_CHECK;
/* Inside a transaction: goes out with the next db_query() or the commit, whose error
 * its failure becomes. Returns no rows. args are copied. */
enum err db_queue(
    struct ctx *cx, struct db *db, enum stmt_id id, const char *const *args) MUST_CHECK;
/* The same, with *rows there once the next db_query() or db_wait() is back. */
enum err db_queue_rows(struct ctx *cx, struct db *db, enum stmt_id id,
    const char *const *args, struct db_rows **rows) MUST_CHECK;
/* The same, but it goes out at once, and the server is at work on it while the caller
 * does something else; *rows is there after db_wait(), which nothing may come before.
 * Its failure is that of db_wait(). */
enum err db_send(struct ctx *cx, struct db *db, enum stmt_id id,
    const char *const *args, struct db_rows **rows) MUST_CHECK;
enum err db_wait(struct ctx *cx, struct db *db) MUST_CHECK;
/* The same as db_queue() and db_query() for a statement with "-- idents:" or
 * "-- literals:": names (1 to 63 bytes of UTF-8, else ERR_INTERNAL) and then texts are
 * quoted into its text; no args. */
enum err db_queue_ddl(struct ctx *cx, struct db *db, enum stmt_id id,
    const char *const *idents) MUST_CHECK;
enum err db_query_ddl(struct ctx *cx, struct db *db, enum stmt_id id,
    const char *const *names, struct db_rows **rows) MUST_CHECK;
/* Inside a transaction after its first db_query(), with nothing queued: a text of any
 * number of statements, which must not end the transaction. The ctx's deadline alone
 * bounds it. */
enum err db_script(struct ctx *cx, struct db *db, const char *text) MUST_CHECK;

/* What is called every so often while a command is waited for, in place of a deadline.
 * false: it is waited for no longer. It must not use the connection. */
typedef bool db_beat_fn(void *arg);
struct db_beat {
	int every_ms;
	db_beat_fn *fn;
	void *arg;
};
/* Outside of any transaction, for what refuses to run in one, such as CREATE DATABASE:
 * a statement with "-- idents:" or "-- literals:", and the ctx's deadline alone bounds
 * it, or beat, unless that is NULL. Late, or its connection lost: the server may still
 * bring it to its end. */
enum err db_command(struct ctx *cx, struct db *db, enum stmt_id id,
    const char *const *names, const struct db_beat *beat) MUST_CHECK;

/* -- notifications, on a connection that does nothing else and goes to the server
 * itself: a pooler in between swallows them, which is found out, told, and -1 -- */
/* The socket that becomes readable when one may have come to the channel (1 to 63
 * bytes); -1: there is no connection now. *fresh: listening began anew, and what came
 * before is lost. To be asked before each wait. */
int db_listen(
    struct ctx *cx, struct db *db, const char *channel, bool *fresh) MUST_CHECK;
/* Whether any came since; *newest is raised to the largest number that one carried. */
bool db_heard(struct db *db, int64_t *newest);

/* -- rows: text format; row and column from 0, columns in the statement's order -- */
int db_row_count(const struct db_rows *rows);
/* NULL: SQL NULL */
const char *db_text(const struct db_rows *rows, int row, int column);
bool db_bool(const struct db_rows *rows, int row, int column);   /* NULL: false */
int64_t db_i64(const struct db_rows *rows, int row, int column); /* NULL: 0 */
int64_t db_affected(const struct db_rows *rows); /* rows a command changed */

/* A constraint's name when the last error was its violation, else "". */
const char *db_constraint(const struct db *db);

#endif
