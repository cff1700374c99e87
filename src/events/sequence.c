/* sequence.c - see sequence.h. */
#include "events/sequence.h"

#include "base/str.h"

enum err
events_number(
    struct ctx *cx, struct db *db, int most, struct event_batch *out, bool *busy)
{
	char head[STR_I64_SIZE], limit[STR_I64_SIZE], newest[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_event_head_hold, DB_NO_ARGS, &rows);

	*out = (struct event_batch){1, 0};
	*busy = rc == ERR_OK && db_row_count(rows) == 0;
	if (rc != ERR_OK || *busy)
		return rc;
	out->first = db_i64(rows, 0, 0) + 1;
	/* its own statement: what was committed before the head was ours is seen */
	rc = db_query(cx, db, STMT_event_number,
	    DB_ARGS(str_from_i64(head, out->first - 1), str_from_i64(limit, most)),
	    &rows);
	if (rc != ERR_OK)
		return rc;
	out->last = out->first - 1 + db_affected(rows);
	if (out->last < out->first)
		return ERR_OK;
	return db_queue(
	    cx, db, STMT_event_head_set, DB_ARGS(str_from_i64(newest, out->last)));
}

struct expiry {
	int days;
	int64_t removed;
};

static enum err
expire(struct ctx *cx, struct db *db, void *arg)
{
	struct expiry *x = arg;
	char days[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_event_head_hold, DB_NO_ARGS, &rows);

	x->removed = 0;
	if (rc != ERR_OK || db_row_count(rows) == 0)
		return rc;
	rc = db_query(
	    cx, db, STMT_event_expire, DB_ARGS(str_from_i64(days, x->days)), &rows);
	if (rc == ERR_OK)
		x->removed = db_i64(rows, 0, 0);
	return rc;
}

enum err
events_expire(struct ctx *cx, struct db *db, int days, int64_t *removed)
{
	struct expiry x = {.days = days};
	enum err rc = db_transaction(cx, db, DB_MANAGEMENT, expire, &x);

	*removed = x.removed;
	return rc;
}
