/* operation.c - see operation.h: reading operations, and what people do to them. */
#include "operation/operation.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"

static const char *const states[OPERATION_STATE_COUNT] = {
    [OPERATION_RUNNING] = "running",
    [OPERATION_WAITING] = "waiting",
    [OPERATION_HELD] = "held",
    [OPERATION_ROLLING_BACK] = "rolling_back",
    [OPERATION_SUCCEEDED] = "succeeded",
    [OPERATION_ROLLED_BACK] = "rolled_back",
};

static const char *const step_states[STEP_STATE_COUNT] = {
    [STEP_PENDING] = "pending",
    [STEP_RUNNING] = "running",
    [STEP_DONE] = "done",
    [STEP_SKIPPED] = "skipped",
    [STEP_FAILED] = "failed",
    [STEP_UNDONE] = "undone",
};

const char *
operation_state_name(enum operation_state s)
{
	assert(s > OPERATION_UNSET && s < OPERATION_STATE_COUNT);
	return states[s];
}

enum operation_state
operation_state_of(const char *name)
{
	for (int i = OPERATION_UNSET + 1; i < OPERATION_STATE_COUNT; i++)
		if (strcmp(states[i], name) == 0)
			return (enum operation_state)i;
	return OPERATION_UNSET;
}

const char *
operation_step_state_name(enum operation_step_state s)
{
	assert(s > STEP_UNSET && s < STEP_STATE_COUNT);
	return step_states[s];
}

static enum operation_step_state
step_state_of(const char *name)
{
	for (int i = STEP_UNSET + 1; i < STEP_STATE_COUNT; i++)
		if (strcmp(step_states[i], name) == 0)
			return (enum operation_step_state)i;
	return STEP_UNSET;
}

/* -- reading -- */

static void
read_row(const struct db_rows *rows, int row, struct operation *out)
{
	*out = (struct operation){
	    .id = db_text(rows, row, 0),
	    .kind = db_text(rows, row, 1),
	    .tenant_id = db_text(rows, row, 2),
	    .state = operation_state_of(db_text(rows, row, 3)),
	    .on_failure = db_text(rows, row, 4),
	    .request = db_text(rows, row, 5),
	    .requested_by = db_text(rows, row, 6),
	    .address = db_text(rows, row, 7),
	    .attempts = (int)db_i64(rows, row, 8),
	    .error = db_text(rows, row, 9),
	    .error_step = db_text(rows, row, 10),
	    .error_code = db_text(rows, row, 11),
	    .undo_error = db_text(rows, row, 12),
	    .cancelled_by = db_text(rows, row, 13),
	    .has_secrets = db_bool(rows, row, 14),
	    .run_at = db_text(rows, row, 15),
	    .committed_at = db_text(rows, row, 16),
	    .ended_at = db_text(rows, row, 17),
	    .created_at = db_text(rows, row, 18),
	    .updated_at = db_text(rows, row, 19),
	    .version = db_i64(rows, row, 20),
	    .leased = db_bool(rows, row, 21),
	    .request_hash = db_text(rows, row, 22),
	    .duration_us = db_i64(rows, row, 23),
	};
}

static enum err
take_row(struct ctx *cx, const struct db_rows *rows, struct operation *out)
{
	if (db_row_count(rows) == 0)
		return err_tell(&cx->err, ERR_NOT_FOUND, "there is no such operation");
	read_row(rows, 0, out);
	return ERR_OK;
}

enum err
operation_show(struct ctx *cx, struct db *db, const char *id, struct operation *out)
{
	struct db_rows *rows;
	enum err rc =
	    db_read(cx, db, DB_MANAGEMENT, DB_CALL(STMT_operation_show, id), &rows);

	return rc == ERR_OK ? take_row(cx, rows, out) : rc;
}

enum err
operation_of_tenant(
    struct ctx *cx, struct db *db, const char *tenant_id, struct operation *out)
{
	struct db_rows *rows;
	enum err rc = db_read(
	    cx, db, DB_MANAGEMENT, DB_CALL(STMT_operation_of_tenant, tenant_id), &rows);

	if (rc == ERR_OK && db_row_count(rows) == 0)
		return err_tell(
		    &cx->err, ERR_NOT_FOUND, "the tenant was not made by an operation");
	return rc == ERR_OK ? take_row(cx, rows, out) : rc;
}

enum err
operation_steps(struct ctx *cx, struct db *db, const char *id,
    struct operation_step **list, int *count)
{
	struct db_rows *rows;
	enum err rc =
	    db_read(cx, db, DB_MANAGEMENT, DB_CALL(STMT_operation_steps, id), &rows);

	if (rc != ERR_OK)
		return rc;
	*count = db_row_count(rows);
	*list = arena_alloc(cx->mem, ((size_t)*count + 1) * sizeof(**list));
	for (int i = 0; i < *count; i++)
		(*list)[i] = (struct operation_step){
		    .place = (int)db_i64(rows, i, 0),
		    .name = db_text(rows, i, 1),
		    .state = step_state_of(db_text(rows, i, 2)),
		    .attempts = (int)db_i64(rows, i, 3),
		    .note = db_text(rows, i, 4),
		    .error = db_text(rows, i, 5),
		    .started_at = db_text(rows, i, 6),
		    .ended_at = db_text(rows, i, 7),
		    .duration_us =
			db_text(rows, i, 8) != NULL ? db_i64(rows, i, 8) : -1,
		    .intended = db_bool(rows, i, 9),
		};
	return ERR_OK;
}

/* A cursor is a time, a blank and an id. */
static enum err
split_cursor(struct ctx *cx, const char *cursor, const char **at, const char **id)
{
	const char *blank = cursor != NULL ? strrchr(cursor, ' ') : NULL;

	*at = *id = NULL;
	if (cursor == NULL)
		return ERR_OK;
	if (blank == NULL)
		return err_tell(&cx->err, ERR_INVALID, "the cursor is none of ours");
	*at = arena_printf(cx->mem, "%.*s", (int)(blank - cursor), cursor);
	*id = blank + 1;
	return ERR_OK;
}

enum err
operations_list(struct ctx *cx, struct db *db, struct operation_page *page)
{
	char limit[STR_I64_SIZE];
	const char *at, *id;
	struct db_rows *rows;
	enum err rc = split_cursor(cx, page->after, &at, &id);

	if (rc == ERR_OK)
		rc = db_read(cx, db, DB_MANAGEMENT,
		    DB_CALL(STMT_operation_list, at, id, page->state, page->tenant_id,
			str_from_i64(limit, page->limit)),
		    &rows);
	if (rc != ERR_OK)
		return rc;
	page->count = db_row_count(rows);
	page->list =
	    arena_alloc(cx->mem, ((size_t)page->count + 1) * sizeof(*page->list));
	for (int i = 0; i < page->count; i++) {
		read_row(rows, i, &page->list[i]);
		page->list[i].cursor = db_text(rows, i, 24);
	}
	return ERR_OK;
}

enum err
operation_due(struct ctx *cx, struct db *db, const char *id, int64_t *ms)
{
	struct db_rows *rows;
	enum err rc =
	    db_read(cx, db, DB_MANAGEMENT, DB_CALL(STMT_operation_due, id), &rows);

	*ms = -1;
	if (rc == ERR_OK && db_row_count(rows) == 1 && db_text(rows, 0, 0) != NULL)
		*ms = db_i64(rows, 0, 0);
	return rc;
}

enum err
operation_hold(struct ctx *cx, struct db *db, const char *id, struct operation *out)
{
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_operation_hold, DB_ARGS(id), &rows);

	return rc == ERR_OK ? take_row(cx, rows, out) : rc;
}

enum err
operation_find_key(struct ctx *cx, struct db *db, const struct operation_key *key,
    struct operation *out, bool *found)
{
	char hours[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_operation_of_key,
	    DB_ARGS(key->scope, str_from_i64(hours, key->hours)), &rows);

	*found = rc == ERR_OK && db_row_count(rows) == 1;
	if (*found)
		read_row(rows, 0, out);
	return rc;
}

/* -- what people do to one -- */

enum err
operation_call(
    struct ctx *cx, struct db *db, const char *id, const char *tenant_id, int64_t in_ms)
{
	char ms[STR_I64_SIZE];

	return db_queue(cx, db, STMT_operation_job_call,
	    DB_ARGS(id, tenant_id, str_from_i64(ms, in_ms)));
}

static enum err
called(struct ctx *cx, struct db *db, struct operation *now)
{
	enum err rc = operation_call(cx, db, now->id, now->tenant_id, 0);

	return rc == ERR_OK ? operation_hold(cx, db, now->id, now) : rc;
}

enum err
operation_retry(struct ctx *cx, struct db *db, struct operation *now)
{
	enum err rc;

	if (now->ended_at != NULL)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "the operation has ended: it %s",
		    now->state == OPERATION_SUCCEEDED ? "succeeded"
						      : "was rolled back");
	if (now->leased)
		return err_tell(&cx->err, ERR_CONFLICT, "the operation is at work");
	rc = db_queue(cx, db, STMT_operation_again, DB_ARGS(now->id));
	return rc == ERR_OK ? called(cx, db, now) : rc;
}

enum err
operation_cancel(struct ctx *cx, struct db *db, struct operation *now)
{
	enum err rc;

	if (now->committed_at != NULL)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "the operation is past the point at which it could be cancelled: "
		    "the tenant is in use");
	if (now->state == OPERATION_ROLLED_BACK)
		return err_tell(
		    &cx->err, ERR_CONFLICT, "the operation was rolled back already");
	if (now->state == OPERATION_ROLLING_BACK)
		return ERR_OK;
	rc = db_queue(cx, db, STMT_operation_cancel, DB_ARGS(now->id, cx->actor));
	return rc == ERR_OK ? called(cx, db, now) : rc;
}
