/* many.c - see many.h. */
#include "provision/many.h"

#include <assert.h>
#include <stdlib.h>

#include "base/str.h"

void
many_init(struct many *m)
{
	*m = (struct many){0};
	for (int i = 0; i < MANY_COLUMNS; i++)
		db_array_init(&m->column[i]);
}

void
many_fini(struct many *m)
{
	for (int i = 0; i < MANY_COLUMNS; i++)
		db_array_fini(&m->column[i]);
}

void
many_reset(struct many *m)
{
	for (int i = 0; i < MANY_COLUMNS; i++)
		db_array_reset(&m->column[i]);
	m->count = 0;
	m->severity = m->time = NULL;
}

void
many_add(struct many *m, const struct many_draft *d)
{
	const struct provision_draft *is = d->is;
	const char *const own[] = {
	    [MANY_ID] = d->id,
	    [MANY_NAME] = is->company_name,
	    [MANY_EMAIL] = is->email,
	    [MANY_PHONE] = is->phone_number,
	    [MANY_INDUSTRY] = is->industry,
	    [MANY_EXTERNAL_ID] = is->external_id,
	    [MANY_EXTRA] = is->extra,
	};

	for (size_t i = 0; i < COUNT_OF(own); i++)
		db_array_add(&m->column[i], own[i]);
	m->count++;
	if (d->audit == NULL)
		return;
	db_array_add(&m->column[MANY_ENTRY], d->audit->entry);
	db_array_add(&m->column[MANY_DETAILS], d->audit->details);
	db_array_add(&m->column[MANY_MAC], d->audit->mac);
	m->severity = d->audit->severity;
	m->time = d->audit->time;
}

enum err
many_turn(struct ctx *cx, struct db *db, const char *partner, bool plan)
{
	enum err rc =
	    plan ? db_queue(cx, db, STMT_provision_bulk_plan, DB_NO_ARGS) : ERR_OK;

	return rc == ERR_OK
	    ? db_queue(cx, db, STMT_provision_bulk_turn, DB_ARGS(partner))
	    : rc;
}

enum err
many_send(struct ctx *cx, struct db *db, struct many *m, struct many_call *call)
{
	const char *column[MANY_COLUMNS];
	char most[STR_I64_SIZE];

	for (int i = 0; i < MANY_COLUMNS; i++)
		if ((column[i] = db_array_text(&m->column[i])) == NULL)
			return err_set(
			    &cx->err, ERR_UNAVAILABLE, "out of memory for many drafts");
	if (call->most < 0)
		return db_send(cx, db, STMT_provision_bulk_look,
		    DB_ARGS(
			call->partner, column[MANY_EMAIL], column[MANY_EXTERNAL_ID]),
		    &call->rows);
	assert(m->time != NULL && cx->actor != NULL);
	return db_send(cx, db, STMT_provision_bulk_create,
	    DB_ARGS(call->partner, str_from_i64(most, call->most), column[MANY_ID],
		column[MANY_NAME], column[MANY_EMAIL], column[MANY_PHONE],
		column[MANY_INDUSTRY], column[MANY_EXTERNAL_ID], column[MANY_EXTRA],
		column[MANY_ENTRY], column[MANY_DETAILS], column[MANY_MAC],
		MANY_AUDIT_EVENT, m->severity, cx->actor, cx->request_id, call->address,
		m->time),
	    &call->rows);
}

enum err
many_wait(struct ctx *cx, struct db *db, const struct many_call *call,
    struct many_answer *out)
{
	enum err rc = db_wait(cx, db);
	int rows;

	*out = (struct many_answer){0};
	if (rc != ERR_OK)
		return rc;
	rows = db_row_count(call->rows);
	out->met = arena_alloc(cx->mem, ((size_t)rows + 1) * sizeof(*out->met));
	for (int i = 0; i < rows; i++) {
		if (db_text(call->rows, i, 2) == NULL) {
			out->made = (int)db_i64(call->rows, i, 0);
			out->made_at = db_text(call->rows, i, 1);
			continue;
		}
		out->met[out->met_count++] = (struct many_met){
		    .place = (int)db_i64(call->rows, i, 0) - 1,
		    .tenant = db_text(call->rows, i, 1),
		    .by_address = db_bool(call->rows, i, 2),
		    .status = db_text(call->rows, i, 3),
		};
	}
	return ERR_OK;
}
