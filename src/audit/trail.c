/* trail.c - see trail.h. */
#include "audit/trail.h"

#include "base/clock.h"

enum err
audit_query_filter(struct ctx *cx, struct audit_query *q, enum audit_filter filter,
    const char *name, const char *value)
{
	char text[CLOCK_TEXT_SIZE];
	int64_t ms;

	q->by[filter] = value;
	if (value == NULL)
		return ERR_OK;
	if (filter == AUDIT_BY_SEVERITY && audit_severity_of(value) == AUDIT_UNSET)
		return err_tell(&cx->err, ERR_INVALID,
		    "%s must be low, medium or high, not \"%s\"", name, value);
	if (filter != AUDIT_BY_FROM && filter != AUDIT_BY_TO)
		return ERR_OK;
	if (!clock_from_text(value, &ms))
		return err_tell(&cx->err, ERR_INVALID,
		    "%s must be a date or a time with a zone (RFC 3339), not \"%s\"",
		    name, value);
	clock_text(text, ms);
	q->by[filter] = arena_strdup(cx->mem, text);
	return ERR_OK;
}

static void
read_record(const struct db_rows *rows, int row, struct audit_record *out)
{
	*out = (struct audit_record){
	    .id = db_i64(rows, row, 0),
	    .seq = db_i64(rows, row, 1),
	    .entry = db_text(rows, row, 2),
	    .event = db_text(rows, row, 3),
	    .severity = db_text(rows, row, 4),
	    .actor = db_text(rows, row, 5),
	    .tenant_id = db_text(rows, row, 6),
	    .request_id = db_text(rows, row, 7),
	    .address = db_text(rows, row, 8),
	    .created_at = db_text(rows, row, 9),
	    .details = db_text(rows, row, 10),
	    .seal = db_text(rows, row, 11),
	    .bound = db_i64(rows, row, 12),
	};
}

static enum err
run(struct ctx *cx, struct db *db, const struct audit_query *q, struct db_rows **rows)
{
	const char *const *by = q->by, *tenant = by[AUDIT_BY_TENANT];
	const char *context = q->context != NULL ? q->context : DB_MANAGEMENT;
	char cursor[STR_I64_SIZE], limit[STR_I64_SIZE], bound[STR_I64_SIZE];
	const char *args[] = {q->cursor > 0 ? str_from_i64(cursor, q->cursor) : NULL,
	    by[AUDIT_BY_EVENT], by[AUDIT_BY_SEVERITY], by[AUDIT_BY_ACTOR],
	    by[AUDIT_BY_REQUEST], by[AUDIT_BY_FROM], by[AUDIT_BY_TO],
	    str_from_i64(limit, q->limit), tenant, NULL};
	struct db_call call = {
	    tenant != NULL ? STMT_audit_list_of : STMT_audit_list, args};

	if (q->oldest_first) {
		args[8] = q->bound > 0 ? str_from_i64(bound, q->bound) : NULL;
		args[9] = tenant;
		call.id = tenant != NULL ? STMT_audit_export_of : STMT_audit_export;
	}
	return db_read(cx, db, context, &call, rows);
}

enum err
audit_find(struct ctx *cx, struct db *db, const struct audit_query *q,
    struct audit_record **out, int *count)
{
	struct db_rows *rows;
	enum err rc = run(cx, db, q, &rows);

	*count = 0;
	if (rc != ERR_OK)
		return rc;
	*count = db_row_count(rows);
	*out = arena_alloc(cx->mem, ((size_t)*count + 1) * sizeof(**out));
	for (int i = 0; i < *count; i++)
		read_record(rows, i, &(*out)[i]);
	return ERR_OK;
}

void
audit_put_record(struct json_out *o, const struct audit_record *r, bool camel)
{
	json_open_object(o);
	json_member_i64(o, "id", r->id);
	json_name(o, "seq");
	if (r->seq > 0)
		json_put_i64(o, r->seq);
	else
		json_put_null(o);
	json_member_text(o, "event", r->event);
	json_member_text(o, "severity", r->severity);
	json_member_text(o, "actor", r->actor);
	json_member_text(o, camel ? "tenantId" : "tenant_id", r->tenant_id);
	json_member_text(o, camel ? "requestId" : "request_id", r->request_id);
	json_member_text(o, "address", r->address);
	json_member_raw(o, "details", r->details);
	json_member_text(o, camel ? "createdAt" : "created_at", r->created_at);
	if (!camel) {
		json_member_text(o, "entry", r->entry);
		json_member_text(o, "seal", r->seal);
	}
	json_close_object(o);
}
