/* totp_reseal.c - secrets of one-time passwords after SECRET_KEY was changed; see
 * totp.h. */
#include <stdint.h>
#include <stdio.h>

#include "base/str.h"
#include "crypto/secret.h"
#include "people/totp.h"

enum { BATCH = 100, NAMED_MOST = 5, NAMES_SIZE = 320 };

struct resealing {
	const struct seal_keys *keys;
	const char *after; /* the last user of the batch before */
	const char *last;  /* and of this one */
	int rows, done, stuck;
	int stuck_before;       /* in the batches before */
	char names[NAMES_SIZE]; /* of the first ones that do not open */
	size_t names_n, names_n_before;
};

static void
add_name(struct resealing *r, const char *name)
{
	const size_t room = sizeof(r->names) - r->names_n;
	int n;

	if (r->stuck_before + r->stuck >= NAMED_MOST)
		return;
	n = snprintf(r->names + r->names_n, room, "%s\"%.60s\"",
	    r->names_n > 0 ? ", " : "", name);
	r->names_n += n > 0 && (size_t)n < room ? (size_t)n : 0;
}

static enum err
reseal_one(struct ctx *cx, struct db *db, struct resealing *r, const char *sealed)
{
	const struct slice associated =
	    slice_of(arena_printf(cx->mem, "totp|%s", r->last));
	const char *fresh;
	struct slice secret;
	enum err rc = seal_open(cx, r->keys, sealed, associated, &secret);

	if (rc != ERR_OK) {
		err_clear(&cx->err);
		add_name(r, r->last);
		r->stuck++;
		return ERR_OK;
	}
	rc = seal_make(cx, r->keys, secret, associated, &fresh);
	secret_cleanse((void *)(uintptr_t)secret.p, secret.n);
	if (rc != ERR_OK)
		return rc;
	r->done++;
	return db_queue(cx, db, STMT_totp_reseal, DB_ARGS(r->last, fresh));
}

static enum err
reseal_batch(struct ctx *cx, struct db *db, void *arg)
{
	struct resealing *r = arg;
	char most[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_totp_stale_hold,
	    DB_ARGS(seal_keys_id(r->keys), r->after, str_from_i64(most, BATCH)), &rows);

	r->done = r->stuck = 0;
	r->names_n = r->names_n_before;
	r->rows = rc == ERR_OK ? db_row_count(rows) : 0;
	for (int i = 0; rc == ERR_OK && i < r->rows; i++) {
		r->last = db_text(rows, i, 0);
		rc = reseal_one(cx, db, r, db_text(rows, i, 1));
	}
	return rc;
}

enum err
totp_reseal(struct ctx *cx, struct db *db, const struct seal_keys *keys, int *count)
{
	struct resealing r = {.keys = keys, .after = ""};
	enum err rc;

	*count = 0;
	do {
		rc = db_transaction(cx, db, DB_MANAGEMENT, reseal_batch, &r);
		if (rc == ERR_OK) {
			*count += r.done;
			r.stuck_before += r.stuck;
			r.names_n_before = r.names_n;
			r.after = r.last;
		}
	} while (rc == ERR_OK && r.rows == BATCH);
	if (rc == ERR_OK && r.stuck_before > 0)
		rc = err_set(&cx->err, ERR_INTERNAL,
		    "the one-time passwords of %d users do not open: %s%s",
		    r.stuck_before, r.names,
		    r.stuck_before > NAMED_MOST ? " and others" : "");
	return rc;
}
