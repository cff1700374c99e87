/* export.c - see export.h. */
#include "flows/export.h"

#include "base/str.h"

enum err
export_types(struct ctx *cx, struct db *db, struct export_type **list, int *count)
{
	struct db_rows *rows;
	enum err rc =
	    db_read(cx, db, DB_MANAGEMENT, DB_CALL_BARE(STMT_export_types), &rows);

	if (rc != ERR_OK)
		return rc;
	*count = db_row_count(rows);
	*list = arena_alloc(cx->mem, ((size_t)*count + 1) * sizeof(**list));
	for (int i = 0; i < *count; i++)
		(*list)[i] =
		    (struct export_type){db_text(rows, i, 0), db_text(rows, i, 1)};
	return ERR_OK;
}

/* In the tenant's own context, so that nothing of another can be among it. */
enum err
export_read(struct ctx *cx, struct db *db, struct export_page *p)
{
	char limit[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_read(cx, db, p->tenant_id,
	    DB_CALL(STMT_export_page, p->tenant_id, p->of->relation, p->after,
		str_from_i64(limit, p->limit)),
	    &rows);

	if (rc != ERR_OK)
		return rc;
	p->count = db_row_count(rows);
	p->rows = arena_alloc(cx->mem, ((size_t)p->count + 1) * sizeof(*p->rows));
	for (int i = 0; i < p->count; i++)
		p->rows[i] = db_text(rows, i, 1);
	p->place = p->count > 0 ? db_text(rows, p->count - 1, 0) : NULL;
	return ERR_OK;
}

static enum err
record(struct ctx *cx, struct db *db, void *arg)
{
	const struct export_note *note = arg;

	return audit_append(cx, note->audit, db,
	    &(struct audit_entry){.event = "TENANT_EXPORTED",
		.severity = AUDIT_HIGH,
		.actor = cx->actor,
		.tenant_id = note->tenant_id,
		.address = note->address,
		.details = note->type != NULL
		    ? arena_printf(cx->mem, "{\"type\":\"%s\"}", note->type)
		    : "{}"});
}

enum err
export_record(struct ctx *cx, struct db *db, const struct export_note *note)
{
	struct export_note copy = *note;

	return db_transaction(cx, db, note->tenant_id, record, &copy);
}
