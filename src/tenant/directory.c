/* directory.c - see directory.h. */
#include "tenant/directory.h"

static void *
alloc_list(struct ctx *cx, const struct db_rows *rows, size_t size, int *count)
{
	*count = db_row_count(rows);
	return arena_alloc(cx->mem, ((size_t)*count + 1) * size);
}

enum err
tenant_list(struct ctx *cx, struct db *db, const struct tenant_query *q,
    struct tenant_entry **list, int *count)
{
	const char *after = q->after != NULL ? q->after : "";
	const char *status = q->status != NULL ? q->status : "";
	struct db_rows *rows;
	enum err rc = db_read(cx, db, DB_MANAGEMENT,
	    DB_CALL(STMT_tenant_list, after, status,
		arena_printf(cx->mem, "%d", q->limit), q->plan, q->isolation, q->part),
	    &rows);

	if (rc != ERR_OK)
		return rc;
	*list = alloc_list(cx, rows, sizeof(**list), count);
	for (int i = 0; i < *count; i++)
		(*list)[i] = (struct tenant_entry){
		    .id = db_text(rows, i, 0),
		    .slug = db_text(rows, i, 1),
		    .name = db_text(rows, i, 2),
		    .status = db_text(rows, i, 3),
		    .plan = db_text(rows, i, 4),
		    .isolation = db_text(rows, i, 5),
		    .owner_id = db_text(rows, i, 6),
		    .partner_id = db_text(rows, i, 7),
		    .created_at = db_text(rows, i, 8),
		};
	return ERR_OK;
}

enum err
tenant_states(struct ctx *cx, struct db *db, const struct tenant_states_query *q,
    struct tenant_state **list, int *count)
{
	const char *after = q->after != NULL ? q->after : "";
	struct db_rows *rows;
	enum err rc = q->only != NULL
	    ? db_read(
		  cx, db, q->only, DB_CALL(STMT_tenant_state_of, q->only, after), &rows)
	    : db_read(cx, db, DB_MANAGEMENT,
		  DB_CALL(
		      STMT_tenant_states, after, arena_printf(cx->mem, "%d", q->limit)),
		  &rows);

	if (rc != ERR_OK)
		return rc;
	*list = alloc_list(cx, rows, sizeof(**list), count);
	for (int i = 0; i < *count; i++)
		(*list)[i] =
		    (struct tenant_state){db_text(rows, i, 0), db_text(rows, i, 1)};
	return ERR_OK;
}

enum err
tenant_count(struct ctx *cx, struct db *db, struct tenant_tally **list, int *count)
{
	struct db_rows *rows;
	enum err rc =
	    db_read(cx, db, DB_MANAGEMENT, DB_CALL_BARE(STMT_tenant_count), &rows);

	if (rc != ERR_OK)
		return rc;
	*list = alloc_list(cx, rows, sizeof(**list), count);
	for (int i = 0; i < *count; i++)
		(*list)[i] = (struct tenant_tally){
		    .what = db_text(rows, i, 0), .count = db_i64(rows, i, 1)};
	return ERR_OK;
}

enum err
tenant_show(
    struct ctx *cx, struct db *db, const char *name, struct tenant_overview *out)
{
	struct db_rows *rows;
	enum err rc =
	    db_read(cx, db, DB_MANAGEMENT, DB_CALL(STMT_tenant_show, name), &rows);

	if (rc != ERR_OK)
		return rc;
	if (db_row_count(rows) == 0)
		return err_tell(
		    &cx->err, ERR_NOT_FOUND, "there is no tenant \"%s\"", name);
	tenant_read_row(rows, &out->tenant);
	out->owner_id = db_text(rows, 0, 15);
	out->status_reason = db_text(rows, 0, 16);
	out->registered = db_bool(rows, 0, 17);
	out->partner_id = db_text(rows, 0, 18);
	out->external_id = db_text(rows, 0, 19);
	/* in the tenant's own context: what it can see itself */
	rc = db_read(
	    cx, db, out->tenant.id, DB_CALL(STMT_tenant_tally, out->tenant.id), &rows);
	if (rc != ERR_OK)
		return rc;
	out->tallies = alloc_list(cx, rows, sizeof(*out->tallies), &out->tally_count);
	for (int i = 0; i < out->tally_count; i++)
		out->tallies[i] = (struct tenant_tally){
		    db_text(rows, i, 0), db_text(rows, i, 1), db_i64(rows, i, 2)};
	return ERR_OK;
}
