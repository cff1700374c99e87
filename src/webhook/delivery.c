/* delivery.c - see delivery.h; sending again is in redeliver.c. */
#include "webhook/delivery.h"

#include <string.h>

#include "base/str.h"

static const char *const outcomes[DELIVERY_OUTCOME_COUNT] = {
    [DELIVERY_OK] = "ok",
    [DELIVERY_FAILED] = "failed",
    [DELIVERY_REFUSED] = "refused",
};

bool
delivery_outcome_known(const char *word)
{
	for (int i = DELIVERY_UNSET + 1; i < DELIVERY_OUTCOME_COUNT; i++)
		if (strcmp(outcomes[i], word) == 0)
			return true;
	return false;
}

static const char *
number(struct ctx *cx, int64_t v)
{
	char text[STR_I64_SIZE];

	return arena_strdup(cx->mem, str_from_i64(text, v));
}

static const char *
micros(struct ctx *cx, int64_t us)
{
	return us >= 0 ? number(cx, us) : NULL;
}

enum err
delivery_append(struct ctx *cx, struct db *db, const struct delivery *d)
{
	const struct delivery_timing *t = &d->timing;
	const struct delivery_response *r = &d->response;

	return db_queue(cx, db, STMT_delivery_append,
	    DB_ARGS(d->webhook.id, d->webhook.tenant_id, number(cx, d->event->seq),
		number(cx, d->event->id), d->event->kind, number(cx, d->job_id),
		number(cx, d->attempt), number(cx, d->started_ms), d->url, d->headers,
		r->status != 0 ? number(cx, r->status) : NULL, r->headers, r->body,
		d->address, micros(cx, t->resolve_us), micros(cx, t->connect_us),
		micros(cx, t->tls_us), micros(cx, t->first_byte_us),
		micros(cx, t->total_us), outcomes[d->outcome], d->reason));
}

/* -- as it is looked at -- */

enum { ENTRY_COLUMNS = 13 };

static void
read_entry(const struct db_rows *rows, int row, struct delivery_entry *out)
{
	*out = (struct delivery_entry){
	    .id = db_i64(rows, row, 0),
	    .seq = db_i64(rows, row, 1),
	    .event_id = db_i64(rows, row, 2),
	    .kind = db_text(rows, row, 3),
	    .attempt = db_i64(rows, row, 4),
	    .outcome = db_text(rows, row, 5),
	    .reason = db_text(rows, row, 6),
	    .status = (int)db_i64(rows, row, 7),
	    .total_us = db_text(rows, row, 8) != NULL ? db_i64(rows, row, 8) : -1,
	    .started_at = db_text(rows, row, 9),
	    .url = db_text(rows, row, 10),
	    .address = db_text(rows, row, 11),
	    .job_id = db_i64(rows, row, 12),
	};
}

enum err
deliveries_list(struct ctx *cx, struct db *db, const struct delivery_query *q,
    struct delivery_entry **out, int *count)
{
	struct db_rows *rows;
	enum err rc = db_read(cx, db, q->context,
	    DB_CALL(STMT_delivery_list, q->webhook_id,
		q->before > 0 ? number(cx, q->before) : NULL, q->outcome, q->kind,
		number(cx, q->limit)),
	    &rows);

	if (rc != ERR_OK)
		return rc;
	*count = db_row_count(rows);
	*out = arena_alloc(cx->mem, ((size_t)*count + 1) * sizeof(**out));
	for (int i = 0; i < *count; i++)
		read_entry(rows, i, &(*out)[i]);
	return ERR_OK;
}

static int64_t
read_micros(const struct db_rows *rows, int column)
{
	return db_text(rows, 0, column) != NULL ? db_i64(rows, 0, column) : -1;
}

/* The columns after those of the event's own: tenant, version, time, payload. */
static const char *
body_of(struct ctx *cx, const struct delivery_entry *entry, const struct db_rows *rows,
    int column)
{
	const struct webhook_event event = {
	    .id = entry->event_id,
	    .seq = entry->seq,
	    .kind = entry->kind,
	    .tenant_id = db_text(rows, 0, column),
	    .version = db_text(rows, 0, column + 1),
	    .created_at = db_text(rows, 0, column + 2),
	    .payload = db_text(rows, 0, column + 3),
	};

	return event.payload != NULL ? webhook_message_body(cx, &event).p : NULL;
}

enum err
delivery_show(struct ctx *cx, struct db *db, const struct delivery_query *q, int64_t id,
    struct delivery_detail *out)
{
	enum { MORE = ENTRY_COLUMNS };
	struct db_rows *rows;
	enum err rc = db_read(cx, db, q->context,
	    DB_CALL(STMT_delivery_show, q->webhook_id, number(cx, id)), &rows);

	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc = err_tell(&cx->err, ERR_NOT_FOUND, "there is no such delivery");
	if (rc != ERR_OK)
		return rc;
	read_entry(rows, 0, &out->entry);
	out->request_headers = db_text(rows, 0, MORE);
	out->response = (struct delivery_response){
	    .status = out->entry.status,
	    .headers = db_text(rows, 0, MORE + 1),
	    .body = db_text(rows, 0, MORE + 2),
	};
	out->timing = (struct delivery_timing){
	    .resolve_us = read_micros(rows, MORE + 3),
	    .connect_us = read_micros(rows, MORE + 4),
	    .tls_us = read_micros(rows, MORE + 5),
	    .first_byte_us = read_micros(rows, MORE + 6),
	    .total_us = out->entry.total_us,
	};
	out->request_body = body_of(cx, &out->entry, rows, MORE + 7);
	return ERR_OK;
}
