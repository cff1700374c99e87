/* ledger.c - see ledger.h. */
#include "operation/ledger.h"

#include <assert.h>
#include <string.h>

#include "base/id.h"

static const char *const states[] = {
    [RESOURCE_INTENDED] = "intended",
    [RESOURCE_MADE] = "made",
    [RESOURCE_REMOVED] = "removed",
};

static void
read_row(const struct db_rows *rows, int row, struct resource *out)
{
	const char *state = db_text(rows, row, 8);

	*out = (struct resource){
	    .id = db_text(rows, row, 0),
	    .tenant_id = db_text(rows, row, 1),
	    .operation_id = db_text(rows, row, 2),
	    .step = db_text(rows, row, 3),
	    .kind = db_text(rows, row, 4),
	    .place = db_text(rows, row, 5),
	    .name = db_text(rows, row, 6),
	    .details = db_text(rows, row, 7),
	    .health = db_text(rows, row, 9),
	    .health_reason = db_text(rows, row, 10),
	    .checked_at = db_text(rows, row, 11),
	};
	for (int s = RESOURCE_INTENDED; s <= RESOURCE_REMOVED; s++)
		if (strcmp(states[s], state) == 0)
			out->state = (enum resource_state)s;
}

enum err
resource_intend(struct ctx *cx, struct db *db, struct resource *r)
{
	char *id = arena_alloc(cx->mem, UUID_TEXT_SIZE);
	struct db_rows *rows;
	enum err rc;

	uuid_text(id, uuid_random());
	rc = db_query(cx, db, STMT_resource_intend,
	    DB_ARGS(id, r->tenant_id, r->operation_id, r->step, r->kind,
		r->place != NULL ? r->place : "", r->name, r->details),
	    &rows);
	if (rc != ERR_OK)
		return rc;
	if (db_row_count(rows) == 0)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "a %s \"%s\" is in the ledger already", r->kind, r->name);
	r->id = id;
	r->state = RESOURCE_INTENDED;
	return ERR_OK;
}

enum err
resource_note(
    struct ctx *cx, struct db *db, const struct resource *r, const char *details)
{
	return db_queue(cx, db, STMT_resource_note, DB_ARGS(r->id, details));
}

enum err
resource_set_state(
    struct ctx *cx, struct db *db, const struct resource *r, enum resource_state state)
{
	assert(state > RESOURCE_UNSET && state <= RESOURCE_REMOVED);
	return db_queue(cx, db, STMT_resource_turn, DB_ARGS(r->id, states[state]));
}

enum err
resource_seek(struct ctx *cx, struct db *db, const struct resource_question *q,
    struct resource *out, bool *found)
{
	struct db_rows *rows;
	enum err rc = db_read(cx, db, DB_MANAGEMENT,
	    DB_CALL(STMT_resource_list, q->tenant_id, q->kind), &rows);

	*found = rc == ERR_OK && db_row_count(rows) > 0;
	if (*found)
		read_row(rows, 0, out);
	return rc;
}

enum err
resources_of(struct ctx *cx, struct db *db, const char *tenant_id,
    struct resource **list, int *count)
{
	struct db_rows *rows;
	enum err rc = db_read(
	    cx, db, DB_MANAGEMENT, DB_CALL(STMT_resource_list, tenant_id, NULL), &rows);

	*count = rc == ERR_OK ? db_row_count(rows) : 0;
	*list = arena_alloc(cx->mem, ((size_t)*count + 1) * sizeof(**list));
	for (int i = 0; i < *count; i++)
		read_row(rows, i, &(*list)[i]);
	return rc;
}

enum err
resource_last(struct ctx *cx, struct db *db, const char *operation_id,
    struct resource *out, bool *found)
{
	struct db_rows *rows;
	enum err rc = db_read(
	    cx, db, DB_MANAGEMENT, DB_CALL(STMT_resource_last, operation_id), &rows);

	*found = rc == ERR_OK && db_row_count(rows) > 0;
	if (*found)
		read_row(rows, 0, out);
	return rc;
}

enum err
resources_made(
    struct ctx *cx, struct db *db, const char *operation_id, const char *step)
{
	return db_queue(cx, db, STMT_resources_made, DB_ARGS(operation_id, step));
}

struct health {
	const struct resource *r;
	const char *health, *reason;
};

static enum err
tell_health(struct ctx *cx, struct db *db, void *arg)
{
	const struct health *h = arg;

	return db_queue(
	    cx, db, STMT_resource_health_set, DB_ARGS(h->r->id, h->health, h->reason));
}

enum err
resource_tell_health(struct ctx *cx, struct db *db, const struct resource *r,
    const char *health, const char *reason)
{
	struct health h = {r, health, reason};

	return db_transaction(cx, db, DB_MANAGEMENT, tell_health, &h);
}
