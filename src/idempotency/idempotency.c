/* idempotency.c - see idempotency.h. */
#include "idempotency/idempotency.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"

static bool
key_is_valid(const char *key)
{
	size_t n = strlen(key);

	for (size_t i = 0; i < n; i++)
		if (key[i] < 0x21 || key[i] > 0x7e)
			return false;
	return n >= 1 && n <= IDEMPOTENCY_KEY_MAX;
}

/* Lengths before the texts, so that no two lists of texts hash alike. */
static void
hash_texts(struct ctx *cx, char out[static DIGEST_HEX_SIZE], const char *const *texts)
{
	struct buf b;

	buf_init(&b, cx->mem, 64ul * 1024);
	for (; *texts != NULL; texts++)
		buf_printf(&b, "%zu:%s,", strlen(*texts), *texts);
	digest_hex(out, digest_sha256(buf_text(&b), b.n));
}

enum err
idempotency_init(struct ctx *cx, struct idempotency_claim *claim,
    const struct idempotency_request *rq)
{
	if (!key_is_valid(rq->key))
		return err_tell(&cx->err, ERR_INVALID,
		    "Idempotency-Key must be 1 to %d visible ASCII characters",
		    IDEMPOTENCY_KEY_MAX);
	hash_texts(cx, claim->scope,
	    (const char *const[]){rq->user_id, rq->behalf != NULL ? rq->behalf : "",
		rq->method, rq->path, rq->key, NULL});
	digest_hex(claim->request_hash, digest_sha256(rq->body.p, rq->body.n));
	claim->user_id = rq->user_id;
	claim->hours = rq->hours;
	return ERR_OK;
}

static struct slice
scope_of(const struct idempotency_claim *claim)
{
	return slice_of(claim->scope);
}

/* The columns of idempotency_find.sql. */
static enum err
read_answer(struct ctx *cx, const struct db_rows *rows,
    const struct idempotency_claim *claim, const struct seal_keys *keys,
    struct idempotency_answer *answer)
{
	if (strcmp(db_text(rows, 0, 0), claim->request_hash) != 0)
		return err_tell(&cx->err, ERR_KEY_REUSED,
		    "this Idempotency-Key was used with another request body");
	*answer = (struct idempotency_answer){
	    .status = (int)db_i64(rows, 0, 1),
	    .content_type = db_text(rows, 0, 2),
	    .headers = db_text(rows, 0, 3),
	    .body = slice_of(db_text(rows, 0, 4)),
	    .tenant_id = db_text(rows, 0, 6),
	};
	if (!db_bool(rows, 0, 5))
		return ERR_OK;
	return seal_open(cx, keys, db_text(rows, 0, 4), scope_of(claim), &answer->body);
}

enum err
idempotency_begin(struct ctx *cx, struct db *db, const struct idempotency_claim *claim,
    const struct seal_keys *keys, struct idempotency_answer *answer)
{
	struct db_rows *rows;
	enum err rc =
	    db_query(cx, db, STMT_idempotency_lock, DB_ARGS(claim->scope), &rows);

	*answer = (struct idempotency_answer){0};
	if (rc != ERR_OK)
		return rc;
	if (!db_bool(rows, 0, 0)) {
		err_tell(&cx->err, ERR_KEY_IN_FLIGHT,
		    "the first request with this Idempotency-Key is still running");
		cx->err.retry_after = 1;
		return ERR_KEY_IN_FLIGHT;
	}
	rc = db_query(cx, db, STMT_idempotency_find, DB_ARGS(claim->scope), &rows);
	if (rc != ERR_OK || db_row_count(rows) == 0)
		return rc;
	return read_answer(cx, rows, claim, keys, answer);
}

enum err
idempotency_store(struct ctx *cx, struct db *db, const struct idempotency_claim *claim,
    const struct seal_keys *keys, const struct idempotency_answer *answer)
{
	const char *body = slice_dup(cx->mem, answer->body);
	char status[16], hours[16];
	enum err rc = ERR_OK;

	if (keys != NULL)
		rc = seal_make(cx, keys, answer->body, scope_of(claim), &body);
	if (rc != ERR_OK)
		return rc;
	snprintf(status, sizeof(status), "%d", answer->status);
	snprintf(hours, sizeof(hours), "%d", claim->hours);
	rc = db_queue(cx, db, STMT_idempotency_store,
	    DB_ARGS(claim->scope, answer->tenant_id, claim->user_id,
		claim->request_hash, status, answer->content_type, answer->headers,
		body, keys != NULL ? "true" : "false", hours));
	return rc == ERR_OK ? db_queue(cx, db, STMT_idempotency_purge, DB_NO_ARGS) : rc;
}
