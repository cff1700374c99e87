/* parts.c - see parts.h. */
#include "idempotency/parts.h"

#include <stdio.h>
#include <string.h>

static enum err
take_turn(
    struct ctx *cx, struct db *db, const struct idempotency_claim *claim, bool patient)
{
	struct db_rows *rows;
	enum err rc;

	if (patient)
		return db_queue(
		    cx, db, STMT_idempotency_parts_turn, DB_ARGS(claim->scope));
	rc = db_query(cx, db, STMT_idempotency_lock, DB_ARGS(claim->scope), &rows);
	if (rc != ERR_OK || db_bool(rows, 0, 0))
		return rc;
	rc = err_tell(&cx->err, ERR_KEY_IN_FLIGHT,
	    "the first request with this Idempotency-Key is still running");
	cx->err.retry_after = 1;
	return rc;
}

enum err
parts_begin(struct ctx *cx, struct db *db, const struct idempotency_claim *claim,
    bool patient, struct parts_found *out)
{
	struct db_rows *rows;
	enum err rc = take_turn(cx, db, claim, patient);

	*out = (struct parts_found){0};
	if (rc == ERR_OK)
		rc = db_query(
		    cx, db, STMT_idempotency_parts_find, DB_ARGS(claim->scope), &rows);
	if (rc != ERR_OK)
		return rc;
	if (db_row_count(rows) == 0)
		return db_queue(
		    cx, db, STMT_idempotency_parts_forget, DB_ARGS(claim->scope));
	if (strcmp(db_text(rows, 0, 0), claim->request_hash) != 0)
		return err_tell(&cx->err, ERR_KEY_REUSED,
		    "this Idempotency-Key was used with another request body");
	*out = (struct parts_found){
	    .status = (int)db_i64(rows, 0, 1),
	    .content_type = db_text(rows, 0, 2),
	    .parts = (int)db_i64(rows, 0, 3),
	    .place = db_i64(rows, 0, 4),
	    .ended = db_bool(rows, 0, 5),
	};
	return ERR_OK;
}

enum err
parts_get(struct ctx *cx, struct db *db, const struct idempotency_claim *claim, int n,
    const char **text, int64_t *place)
{
	char number[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_idempotency_parts_show,
	    DB_ARGS(claim->scope, str_from_i64(number, n)), &rows);

	if (rc != ERR_OK)
		return rc;
	if (db_row_count(rows) == 0)
		return err_set(
		    &cx->err, ERR_INTERNAL, "part %d of an answer is gone", n);
	*text = db_text(rows, 0, 0);
	*place = db_i64(rows, 0, 1);
	return ERR_OK;
}

enum err
parts_add(struct ctx *cx, struct db *db, const struct idempotency_claim *claim,
    const struct part *p)
{
	char n[STR_I64_SIZE], status[STR_I64_SIZE], place[STR_I64_SIZE],
	    hours[STR_I64_SIZE];
	enum err rc = db_queue(cx, db, STMT_idempotency_parts_add,
	    DB_ARGS(claim->scope, claim->user_id, claim->request_hash,
		str_from_i64(status, p->status), p->content_type, str_from_i64(n, p->n),
		p->text, str_from_i64(place, p->place), p->last ? "true" : "false",
		str_from_i64(hours, claim->hours)));

	return rc == ERR_OK ? db_queue(cx, db, STMT_idempotency_parts_purge, DB_NO_ARGS)
			    : rc;
}
