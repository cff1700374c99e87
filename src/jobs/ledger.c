/* ledger.c - see ledger.h. */
#include "jobs/ledger.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"

bool
job_state_known(const char *state)
{
	static const char *const states[] = {"queued", "running", "done", "dead"};

	for (size_t i = 0; i < COUNT_OF(states); i++)
		if (strcmp(states[i], state) == 0)
			return true;
	return false;
}

static void
read_entry(const struct db_rows *rows, int row, struct job_entry *out)
{
	*out = (struct job_entry){
	    .id = db_i64(rows, row, 0),
	    .kind = db_text(rows, row, 1),
	    .tenant_id = db_text(rows, row, 2),
	    .lane = db_text(rows, row, 3),
	    .state = db_text(rows, row, 4),
	    .attempts = (int)db_i64(rows, row, 5),
	    .run_at = db_text(rows, row, 6),
	    .last_error = db_text(rows, row, 7),
	    .created_at = db_text(rows, row, 8),
	    .updated_at = db_text(rows, row, 9),
	    .payload = db_text(rows, row, 10),
	};
}

enum err
jobs_list(struct ctx *cx, struct db *db, const struct job_query *q,
    struct job_entry **out, int *count)
{
	char before[STR_I64_SIZE], limit[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_read(cx, db, DB_MANAGEMENT,
	    DB_CALL(STMT_job_list,
		q->before > 0 ? str_from_i64(before, q->before) : NULL, q->state,
		q->kind, q->tenant_id, str_from_i64(limit, q->limit)),
	    &rows);

	if (rc != ERR_OK)
		return rc;
	*count = db_row_count(rows);
	*out = arena_alloc(cx->mem, ((size_t)*count + 1) * sizeof(**out));
	for (int i = 0; i < *count; i++)
		read_entry(rows, i, &(*out)[i]);
	return ERR_OK;
}

static enum err
not_there(struct ctx *cx, int64_t id)
{
	return err_tell(&cx->err, ERR_NOT_FOUND, "there is no job %" PRId64, id);
}

enum err
job_show(struct ctx *cx, struct db *db, int64_t id, struct job_entry *out)
{
	char text[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_read(cx, db, DB_MANAGEMENT,
	    DB_CALL(STMT_job_show, str_from_i64(text, id)), &rows);

	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc = not_there(cx, id);
	if (rc == ERR_OK)
		read_entry(rows, 0, out);
	return rc;
}

/* -- what operators change -- */

struct change {
	int64_t id;
	enum stmt_id stmt; /* answers a row if it did something */
	bool leaves;       /* the lane goes on without it */
};

static enum err
say_why_not(struct ctx *cx, struct db *db, const char *id_text, int64_t id)
{
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_job_show, DB_ARGS(id_text), &rows);

	if (rc != ERR_OK)
		return rc;
	if (db_row_count(rows) == 0)
		return not_there(cx, id);
	return err_tell(&cx->err, ERR_CONFLICT, "the job %" PRId64 " is %s", id,
	    db_text(rows, 0, 4));
}

static enum err
change(struct ctx *cx, struct db *db, void *arg)
{
	const struct change *c = arg;
	char id[STR_I64_SIZE];
	const char *text = str_from_i64(id, c->id);
	struct db_rows *lane, *rows;
	enum err rc = db_query(cx, db, STMT_job_lane_hold, DB_ARGS(text), &lane);
	bool next = rc == ERR_OK && db_row_count(lane) == 1 && db_bool(lane, 0, 1);

	if (rc == ERR_OK && next && db_bool(lane, 0, 2))
		return err_tell(
		    &cx->err, ERR_CONFLICT, "the job %" PRId64 " is running", c->id);
	if (rc == ERR_OK)
		rc = db_query(cx, db, c->stmt, DB_ARGS(text), &rows);
	if (rc != ERR_OK)
		return rc;
	if (db_row_count(rows) == 0)
		return say_why_not(cx, db, text, c->id);
	if (c->leaves && next)
		rc = db_queue(cx, db, STMT_job_next, DB_ARGS(db_text(lane, 0, 0)));
	return rc;
}

enum err
job_retry(struct ctx *cx, struct db *db, int64_t id)
{
	struct change c = {id, STMT_job_requeue, false};

	return db_transaction(cx, db, DB_MANAGEMENT, change, &c);
}

enum err
job_discard(struct ctx *cx, struct db *db, int64_t id)
{
	struct change c = {id, STMT_job_discard, true};

	return db_transaction(cx, db, DB_MANAGEMENT, change, &c);
}
