/* redeliver.c - what is queued for webhooks: of what is new, and once more. */
#include <inttypes.h>

#include "audit/audit.h"
#include "base/str.h"
#include "jobs/job.h"
#include "webhook/delivery.h"

enum err
webhook_fan_out(struct ctx *cx, struct db *db, const struct event_batch *batch)
{
	char first[STR_I64_SIZE], last[STR_I64_SIZE];

	return db_queue(cx, db, STMT_webhook_fan_out,
	    DB_ARGS(str_from_i64(first, batch->first), str_from_i64(last, batch->last),
		job_kind_name(JOB_WEBHOOK_DELIVER)));
}

/* What waits to be sent again is bounded as a whole, however it was asked for. */
static enum err
check_room(struct ctx *cx, struct db *db, const struct webhook *w, int64_t *room)
{
	struct db_rows *rows;
	enum err rc;

	if (!w->enabled)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "the webhook is off: turn it on before anything is sent again");
	rc = db_query(cx, db, STMT_webhook_again_count, DB_ARGS(w->id), &rows);
	if (rc != ERR_OK)
		return rc;
	*room = WEBHOOK_REDELIVER_MOST - db_i64(rows, 0, 0);
	if (*room > 0)
		return ERR_OK;
	return err_tell(&cx->err, ERR_CONFLICT,
	    "%d events wait to be sent again already, as many as may",
	    WEBHOOK_REDELIVER_MOST);
}

static enum err
note(struct ctx *cx, struct db *db, const struct webhook_site *site,
    const struct webhook *w, const char *more)
{
	return audit_append(cx, site->audit, db,
	    &(struct audit_entry){.event = "WEBHOOK_REDELIVERED",
		.severity = AUDIT_LOW,
		.actor = cx->actor,
		.tenant_id = w->tenant_id,
		.address = site->address,
		.details =
		    arena_printf(cx->mem, "{\"webhookId\": \"%s\", %s}", w->id, more)});
}

/* In the lane of what is sent once more, beside that of what is new. */
static enum err
append_again(
    struct ctx *cx, struct db *db, const struct webhook *w, const struct db_rows *event)
{
	const char *tenant = db_text(event, 0, 2);

	return job_append(cx, db,
	    &(struct job_draft){.kind = JOB_WEBHOOK_DELIVER,
		.tenant_id = w->tenant_id,
		.partner_id = w->partner_id,
		.payload = arena_printf(cx->mem,
		    "{\"webhookId\": \"%s\", \"seq\": %" PRId64 "}", w->id,
		    db_i64(event, 0, 0)),
		.lane = arena_printf(
		    cx->mem, "%s:again:%s", w->id, tenant != NULL ? tenant : ""),
		.pool = w->id,
		.pool_most = w->concurrency});
}

enum err
delivery_redeliver(struct ctx *cx, struct db *db, const struct webhook_site *site,
    const struct webhook *w, int64_t id)
{
	char text[STR_I64_SIZE];
	struct db_rows *rows;
	int64_t room;
	enum err rc = check_room(cx, db, w, &room);

	if (rc == ERR_OK)
		rc = db_query(cx, db, STMT_delivery_event,
		    DB_ARGS(w->id, str_from_i64(text, id)), &rows);
	if (rc != ERR_OK)
		return rc;
	if (db_row_count(rows) == 0)
		return err_tell(&cx->err, ERR_NOT_FOUND, "there is no such delivery");
	if (db_text(rows, 0, 1) == NULL)
		return err_tell(&cx->err, ERR_GONE, "the event is not kept any more");
	rc = append_again(cx, db, w, rows);
	return rc == ERR_OK
	    ? note(cx, db, site, w, arena_printf(cx->mem, "\"delivery\": %" PRId64, id))
	    : rc;
}

/* By time: the numbers of what happened then. */
static enum err
find_numbers(struct ctx *cx, struct db *db, struct delivery_range *range)
{
	struct db_rows *rows;
	enum err rc;

	if (range->from == NULL)
		return ERR_OK;
	rc =
	    db_query(cx, db, STMT_event_span, DB_ARGS(range->from, range->till), &rows);
	if (rc == ERR_OK) {
		range->first = db_i64(rows, 0, 0);
		range->last = db_text(rows, 0, 1) != NULL ? db_i64(rows, 0, 1) : -1;
	}
	return rc;
}

enum err
deliveries_redeliver(struct ctx *cx, struct db *db, const struct webhook_site *site,
    const struct webhook *w, struct delivery_range *range)
{
	char first[STR_I64_SIZE], last[STR_I64_SIZE], most[STR_I64_SIZE];
	struct db_rows *rows;
	int64_t room;
	enum err rc = check_room(cx, db, w, &room);

	if (rc == ERR_OK)
		rc = find_numbers(cx, db, range);
	if (rc == ERR_OK)
		rc = db_query(cx, db, STMT_webhook_redeliver,
		    DB_ARGS(w->id, job_kind_name(JOB_WEBHOOK_DELIVER),
			str_from_i64(first, range->first),
			str_from_i64(last, range->last), range->from, range->till,
			str_from_i64(most, room + 1)),
		    &rows);
	if (rc != ERR_OK)
		return rc;
	range->queued = db_affected(rows);
	if (range->queued > WEBHOOK_REDELIVER_MOST)
		return err_tell(&cx->err, ERR_INVALID,
		    "these are more than %d events: ask for fewer at a time",
		    WEBHOOK_REDELIVER_MOST);
	if (range->queued > room)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "these are more than the %" PRId64
		    " events that may be sent again beside those that wait for it",
		    room);
	return note(cx, db, site, w,
	    arena_printf(cx->mem,
		"\"first\": %" PRId64 ", \"last\": %" PRId64 ", \"queued\": %" PRId64,
		range->first, range->last, range->queued));
}
