/* deliveries.c - the routes about what was sent to a webhook, and sending it again. */
#include "controllers/list.h"
#include "controllers/webhooks.h"
#include "events/event.h"
#include "webhook/delivery.h"

static void
put_members(struct json_out *o, const struct delivery_entry *e)
{
	char message[WEBHOOK_ID_SIZE];

	webhook_message_id(message, e->event_id);
	json_member_i64(o, "id", e->id);
	json_member_text(o, "messageId", message);
	json_member_i64(o, "sequence", e->seq);
	json_member_text(o, "kind", e->kind);
	json_member_i64(o, "jobId", e->job_id);
	json_member_i64(o, "attempt", e->attempt);
	json_member_text(o, "startedAt", e->started_at);
	json_member_text(o, "url", e->url);
	json_member_text(o, "address", e->address);
	json_member_text(o, "outcome", e->outcome);
	json_member_text(o, "reason", e->reason);
}

static void
put_status(struct json_out *o, int status)
{
	json_name(o, "status");
	if (status != 0)
		json_put_i64(o, status);
	else
		json_put_null(o);
}

static void
put_micros(struct json_out *o, const char *name, int64_t us)
{
	json_name(o, name);
	if (us >= 0)
		json_put_i64(o, us);
	else
		json_put_null(o);
}

/* The webhook has to be there, and its owner's. */
static enum err
find_webhook(struct app *app, struct call *call, struct delivery_query *q)
{
	const struct webhook_site site = webhook_site_of(app, call);
	struct webhook w;
	enum err rc =
	    webhook_show(&call->cx, app->db, &site, webhook_param(call, 0), &w);

	if (rc == ERR_OK)
		*q = (struct delivery_query){
		    .webhook_id = w.id, .context = webhook_context_of(call)};
	return rc;
}

static enum err
read_filters(struct call *call, struct delivery_query *q)
{
	struct ctx *cx = &call->cx;

	q->outcome = list_filter(call, "outcome");
	q->kind = list_filter(call, "kind");
	if (q->outcome != NULL && !delivery_outcome_known(q->outcome))
		return err_tell(
		    &cx->err, ERR_INVALID, "outcome must be ok, failed or refused");
	if (q->kind != NULL && event_kind_of(q->kind) == EVENT_UNSET)
		return err_tell(&cx->err, ERR_INVALID, "kind must be a kind of event");
	return ERR_OK;
}

static void
put_entry(struct json_out *o, const void *row)
{
	const struct delivery_entry *e = row;

	json_open_object(o);
	put_members(o, e);
	put_status(o, e->status);
	put_micros(o, "durationUs", e->total_us);
	json_close_object(o);
}

static const struct list_form form = {.size = sizeof(struct delivery_entry),
    .key = offsetof(struct delivery_entry, id),
    .numbered = true,
    .put = put_entry};

enum err
delivery_list_get(struct app *app, struct call *call)
{
	struct delivery_entry *list;
	struct delivery_query q;
	struct list_query page;
	int count;
	enum err rc = find_webhook(app, call, &q);

	if (rc == ERR_OK)
		rc = list_read_number(call, &page, &q.before);
	if (rc == ERR_OK)
		rc = read_filters(call, &q);
	if (rc != ERR_OK)
		return rc;
	q.limit = page.limit + 1;
	rc = deliveries_list(&call->cx, app->db, &q, &list, &count);
	if (rc == ERR_OK)
		list_put(call, &page, &form, list, count);
	return rc;
}

static void
put_request(struct json_out *o, const struct delivery_detail *d)
{
	json_name(o, "request");
	json_open_object(o);
	json_member_text(o, "method", "POST");
	json_member_text(o, "url", d->entry.url);
	json_member_raw(o, "headers", d->request_headers);
	json_member_text(o, "body", d->request_body);
	json_close_object(o);
}

static void
put_response(struct json_out *o, const struct delivery_detail *d)
{
	json_name(o, "response");
	if (d->response.status == 0) {
		json_put_null(o);
		return;
	}
	json_open_object(o);
	put_status(o, d->response.status);
	json_member_raw(o, "headers", d->response.headers);
	json_member_text(o, "body", d->response.body);
	json_close_object(o);
}

static void
put_timing(struct json_out *o, const struct delivery_timing *t)
{
	json_name(o, "timing");
	json_open_object(o);
	put_micros(o, "resolveUs", t->resolve_us);
	put_micros(o, "connectUs", t->connect_us);
	put_micros(o, "tlsUs", t->tls_us);
	put_micros(o, "firstByteUs", t->first_byte_us);
	put_micros(o, "totalUs", t->total_us);
	json_close_object(o);
}

static enum err
read_id(struct call *call, int64_t *id)
{
	const char *text = webhook_param(call, 1);

	if (str_to_i64(slice_of(text), 1, INT64_MAX, id))
		return ERR_OK;
	return err_tell(&call->cx.err, ERR_NOT_FOUND, "there is no such delivery");
}

enum err
delivery_get(struct app *app, struct call *call)
{
	struct delivery_detail d;
	struct delivery_query q;
	struct json_out o;
	int64_t id;
	enum err rc = find_webhook(app, call, &q);

	if (rc == ERR_OK)
		rc = read_id(call, &id);
	if (rc == ERR_OK)
		rc = delivery_show(&call->cx, app->db, &q, id, &d);
	if (rc != ERR_OK)
		return rc;
	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	put_members(&o, &d.entry);
	put_request(&o, &d);
	put_response(&o, &d);
	put_timing(&o, &d.timing);
	json_close_object(&o);
	return ERR_OK;
}

/* -- again -- */

/* One entry's event, or those of a range. */
struct again {
	struct call *call;
	struct webhook_site site;
	int64_t id; /* 0: the range */
	struct delivery_range range;
};

static enum err
send_again(struct ctx *cx, struct db *db, void *arg)
{
	struct again *a = arg;
	struct webhook w;
	enum err rc = webhook_hold(cx, db, &a->site, webhook_param(a->call, 0), &w);

	if (rc == ERR_OK && a->id > 0)
		rc = delivery_redeliver(cx, db, &a->site, &w, a->id);
	else if (rc == ERR_OK)
		rc = deliveries_redeliver(cx, db, &a->site, &w, &a->range);
	return rc;
}

enum err
delivery_again_post(struct app *app, struct call *call)
{
	struct again a = {.call = call, .site = webhook_site_of(app, call)};
	enum err rc = read_id(call, &a.id);

	if (rc == ERR_OK)
		rc = db_transaction(
		    &call->cx, app->db, webhook_context_of(call), send_again, &a);
	if (rc == ERR_OK)
		webhook_put_queued(call, 1);
	return rc;
}

static struct delivery_range
range_of(const struct json *body)
{
	const struct json *from = json_get(body, "from"), *to = json_get(body, "to");

	if (json_type(from) == JSON_STRING)
		return (struct delivery_range){.from = json_text(from),
		    .till = to != NULL ? json_text(to) : "infinity"};
	return (struct delivery_range){.first = (int64_t)json_number(from),
	    .last = to != NULL ? (int64_t)json_number(to) : INT64_MAX};
}

enum err
delivery_range_post(struct app *app, struct call *call)
{
	struct again a = {.call = call,
	    .site = webhook_site_of(app, call),
	    .range = range_of(call->body)};
	enum err rc = db_transaction(
	    &call->cx, app->db, webhook_context_of(call), send_again, &a);

	if (rc == ERR_OK)
		webhook_put_queued(call, a.range.queued);
	return rc;
}
