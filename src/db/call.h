/*
 * call.h - inside db: sending statements into the pipeline and reading the answers.
 *
 * Owner:    struct db, see db.h.
 * Lifetime: until the exchange that reads the answer.
 * Threads:  one.
 * Failure:  the first error of an exchange is recorded; the connection stays usable,
 *           or is dropped when it is lost or late. db->tx.again says what may help.
 */
#ifndef TENANTD_DB_CALL_H
#define TENANTD_DB_CALL_H

#include "db/conn.h"

/* One statement on its way: args or idents as the statement asks. */
struct call {
	enum stmt_id id;
	enum slot_kind kind;
	const char *const *args, *const *idents;
	struct db_rows **rows;
	bool plain; /* not prepared: works even when the prepared ones are lost */
};

/* Puts it into the pipeline without waiting. */
enum err call_send(struct ctx *cx, struct db *db, const struct call *call) MUST_CHECK;
/* Hands the server all that waits, without a word about the answers. */
enum err call_push(struct ctx *cx, struct db *db) MUST_CHECK;
/* One round trip: sends all that waits and reads every answer. */
enum err call_exchange(struct ctx *cx, struct db *db) MUST_CHECK;
/* A text of any number of statements, by the simple protocol; nothing may wait. */
enum err call_script(struct ctx *cx, struct db *db, const char *text) MUST_CHECK;
/* Milliseconds that one exchange may take. */
int call_limit(const struct ctx *cx, const struct db *db);
/* The statement's text with quoted names for :"name", in cx->mem, or NULL. */
const char *call_quote_idents(struct ctx *cx, struct db *db, enum stmt_id id,
    const char *const *idents) MUST_CHECK;

/* rows.c: takes over the result for the arena. */
struct db_rows *rows_take(struct ctx *cx, PGresult *res);

#endif
