/*
 * webhook.c - an event is sent to a webhook, and what came of it is written down.
 *
 *   first step   reads webhook and event, signs, asks for the transfer
 *   second step  writes the delivery, and judges
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "events/event.h"
#include "webhook/delivery.h"
#include "work/work.h"

enum {
	REPLY_MAX = 64 * 1024, /* that is read */
	BODY_KEPT = 4 * 1024,
	HEADERS_MAX = 256 * 1024,
	REQUEST_HEADERS = 5,
	PAUSE_MOST_MS = 3600 * 1000 /* that a Retry-After may ask for */
};

/* What the second step needs of the first. */
struct sending {
	struct webhook_name of;
	struct webhook_event event;
	const char *url;
	const char *headers; /* JSON object */
	int64_t started_ms;
	bool test; /* tried once, and no failure of the webhook */
};

static bool
is_about_deliveries(const char *kind)
{
	return strcmp(kind, event_kind_name(EVENT_JOB_DEAD)) == 0 ||
	    strncmp(kind, "webhook.", 8) == 0;
}

static enum err
append(struct work *w, struct work_item *it, struct delivery *d)
{
	const struct sending *s = it->state;

	d->webhook = s->of;
	d->event = &s->event;
	d->job_id = it->job.id;
	d->attempt = it->job.attempts;
	d->started_ms = s->started_ms;
	d->url = s->url;
	d->headers = s->headers;
	d->reason = it->why;
	return delivery_append(&it->cx, w->db, d);
}

/* -- first step -- */

static enum err
find_task(struct work *w, struct work_item *it, struct db_rows **rows)
{
	char seq[STR_I64_SIZE];

	return db_query(&it->cx, w->db, STMT_webhook_task,
	    DB_ARGS(json_get_text(it->payload, "webhookId"),
		str_from_i64(seq, json_int(json_get(it->payload, "seq")))),
	    rows);
}

static struct sending *
sending_of(struct work_item *it, const struct db_rows *rows)
{
	struct sending *s = arena_alloc(it->cx.mem, sizeof(*s));

	*s = (struct sending){
	    .of = {json_get_text(it->payload, "webhookId"), db_text(rows, 0, 0),
		db_text(rows, 0, 1)},
	    .url = db_text(rows, 0, 2),
	    .headers = "{}",
	    .started_ms = clock_wall_ms(),
	    .event = {.id = db_i64(rows, 0, 6),
		.seq = json_int(json_get(it->payload, "seq")),
		.tenant_id = db_text(rows, 0, 7),
		.kind = db_text(rows, 0, 8),
		.version = db_text(rows, 0, 9),
		.created_at = db_text(rows, 0, 10),
		.payload = db_text(rows, 0, 11)},
	};
	s->test = strcmp(s->event.kind, event_kind_name(EVENT_WEBHOOK_TEST)) == 0;
	return s;
}

struct header {
	const char *name, *value;
};

static void
put_headers(struct work_item *it, const struct header *headers)
{
	struct sending *s = it->state;
	const char **lines =
	    arena_alloc(it->cx.mem, (REQUEST_HEADERS + 1) * sizeof(*lines));
	struct json_out o;
	struct buf b;

	buf_init(&b, it->cx.mem, HEADERS_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	for (int i = 0; i < REQUEST_HEADERS; i++) {
		json_member_text(&o, headers[i].name, headers[i].value);
		lines[i] = arena_printf(
		    it->cx.mem, "%s: %s", headers[i].name, headers[i].value);
	}
	json_close_object(&o);
	lines[REQUEST_HEADERS] = NULL;
	s->headers = buf_text(&b);
	it->ask.headers = lines;
}

static enum err
ask(struct work *w, struct work_item *it, const char *secrets)
{
	const struct sending *s = it->state;
	const struct webhook_signer signer = {w->keys, s->of, secrets};
	char id[WEBHOOK_ID_SIZE], at[STR_I64_SIZE];
	struct webhook_message m = {.id = id,
	    .timestamp = str_from_i64(at, s->started_ms / 1000),
	    .body = webhook_message_body(&it->cx, &s->event)};
	const char *signature;
	enum err rc;

	webhook_message_id(id, s->event.id);
	rc = webhook_sign(&it->cx, &signer, &m, &signature);
	if (rc != ERR_OK)
		return rc;
	it->ask = (struct transfer_request){
	    .method = "POST",
	    .url = s->url,
	    .body = m.body,
	    .timeout_ms = w->conf->webhook_timeout,
	    .reply_max = REPLY_MAX,
	    .reach = TRANSFER_TO_PUBLIC,
	    .allow = w->conf->webhook_allow,
	};
	put_headers(it,
	    (const struct header[REQUEST_HEADERS]){
		{"Content-Type", "application/json"},
		{"User-Agent", "tenantd/" PACKAGE_VERSION},
		{"webhook-id", m.id},
		{"webhook-timestamp", m.timestamp},
		{"webhook-signature", signature},
	    });
	return ERR_OK;
}

/* Its owner sees why nothing comes; the operator, what to do. */
static enum err
cannot_ask(struct work *w, struct work_item *it, enum work_verdict *verdict)
{
	log_error(LOG_ERROR, &it->cx, "webhook-not-signed");
	err_clear(&it->cx.err);
	it->why = "its secret cannot be opened here";
	*verdict = WORK_RETRY;
	return append(w, it,
	    &(struct delivery){
		.outcome = DELIVERY_FAILED, .timing = {-1, -1, -1, -1, -1}});
}

static enum err
begin(struct work *w, struct work_item *it, enum work_verdict *verdict)
{
	struct sending *s;
	struct db_rows *rows;
	enum err rc = find_task(w, it, &rows);

	*verdict = WORK_DONE;
	if (rc != ERR_OK || db_row_count(rows) == 0)
		return rc; /* removed meanwhile */
	if (db_text(rows, 0, 6) == NULL) {
		it->why = "the event is not kept any more";
		*verdict = WORK_DEAD;
		return ERR_OK;
	}
	it->state = s = sending_of(it, rows);
	it->untold = is_about_deliveries(s->event.kind);
	it->why = db_bool(rows, 0, 4)          ? "the partner is suspended"
	    : !db_bool(rows, 0, 3) && !s->test ? "the webhook is off"
					       : NULL;
	if (it->why != NULL) {
		return append(w, it,
		    &(struct delivery){
			.outcome = DELIVERY_REFUSED, .timing = {-1, -1, -1, -1, -1}});
	}
	*verdict = WORK_ASK;
	return ask(w, it, db_text(rows, 0, 5)) == ERR_OK ? ERR_OK
							 : cannot_ask(w, it, verdict);
}

/* -- second step -- */

/* The fields of a head as a JSON object; of those that come more than once the last. */
static const char *
head_as_json(struct ctx *cx, const struct transfer_reply *r)
{
	struct slice rest = r->headers, line;
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, HEADERS_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	while (slice_cut(&rest, '\n', &line)) {
		struct slice value = line, name;

		if (memchr(line.p, ':', line.n) == NULL ||
		    !slice_cut(&value, ':', &name) || name.n == 0)
			continue;
		while (value.n > 0 && value.p[value.n - 1] == '\r')
			value.n--;
		value = slice_trim(value);
		json_member_text(&o, utf8_mend(cx->mem, name.p, name.n),
		    utf8_mend(cx->mem, value.p, value.n));
	}
	json_close_object(&o);
	return b.failed ? "{}" : buf_text(&b);
}

static int64_t
reached(int64_t us)
{
	return us > 0 ? us : -1;
}

static struct delivery
delivery_of(struct ctx *cx, const struct transfer_reply *r)
{
	struct delivery d = {
	    .response = {.status = r->status},
	    .address = str_is_set(r->address) ? r->address : NULL,
	    .timing = {reached(r->name_us), reached(r->connect_us), reached(r->tls_us),
		reached(r->first_byte_us), r->total_us},
	};

	if (r->status != 0) {
		d.response.headers = head_as_json(cx, r);
		d.response.body = utf8_mend(
		    cx->mem, r->body.p, r->body.n < BODY_KEPT ? r->body.n : BODY_KEPT);
	}
	return d;
}

/* Retry-After (RFC 9110, 10.2.3): seconds, or a date. 0: it says nothing. */
static int64_t
wanted_pause_ms(struct ctx *cx, const struct transfer_reply *r)
{
	const struct slice field = transfer_header(r, "retry-after");
	int64_t ms, seconds;
	struct tm tm = {0};

	if (field.p == NULL || (r->status != 429 && r->status != 503))
		return 0;
	if (str_to_i64(field, 0, INT32_MAX, &seconds))
		ms = seconds * 1000;
	else if (strptime(slice_dup(cx->mem, field), "%a, %d %b %Y %H:%M:%S GMT",
		     &tm) != NULL)
		ms = (int64_t)timegm(&tm) * 1000 - clock_wall_ms();
	else
		return 0;
	return ms < 0 ? 0 : ms > PAUSE_MOST_MS ? PAUSE_MOST_MS : ms;
}

static bool
is_success(const struct transfer_reply *r)
{
	return r->answered && r->status >= 200 && r->status < 300;
}

/* Counts a failure, and turns the webhook off when it is one too many. */
static enum err
count_failure(struct work *w, struct work_item *it, bool *off)
{
	const struct sending *s = it->state;
	const bool gone = it->reply->answered && it->reply->status == 410;
	char most[STR_I64_SIZE], hours[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_query(&it->cx, w->db, STMT_webhook_fail,
	    DB_ARGS(s->of.id, str_from_i64(most, w->conf->webhook_failures),
		str_from_i64(hours, w->conf->webhook_failures_hours)),
	    &rows);

	*off = false;
	if (rc != ERR_OK)
		return rc;
	*off = gone || (db_row_count(rows) == 1 && db_bool(rows, 0, 0));
	if (!*off)
		return ERR_OK;
	w->publish_wanted = true;
	return webhook_disable(&it->cx, w->audit, w->db, &s->of,
	    &(struct webhook_why){gone ? "gone" : "failures", it->why});
}

static enum err
fail(struct work *w, struct work_item *it, enum work_verdict *verdict)
{
	const struct sending *s = it->state;
	struct delivery d = delivery_of(&it->cx, it->reply);
	bool off = false;
	enum err rc;

	it->why = it->reply->answered
	    ? arena_printf(it->cx.mem, "it answered %d", it->reply->status)
	    : it->reply->reason;
	d.outcome = it->reply->refused ? DELIVERY_REFUSED : DELIVERY_FAILED;
	rc = append(w, it, &d);
	if (rc == ERR_OK && !s->test)
		rc = count_failure(w, it, &off);
	it->retry_ms = wanted_pause_ms(&it->cx, it->reply);
	*verdict = s->test || off || it->reply->refused ? WORK_DONE : WORK_RETRY;
	return rc;
}

enum err
webhook_deliver(struct work *w, struct work_item *it, enum work_verdict *verdict)
{
	const struct sending *s = it->state;
	struct delivery d;
	enum err rc;

	if (it->reply == NULL)
		return begin(w, it, verdict);
	if (!is_success(it->reply))
		return fail(w, it, verdict);
	*verdict = WORK_DONE;
	d = delivery_of(&it->cx, it->reply);
	d.outcome = DELIVERY_OK;
	rc = append(w, it, &d);
	if (rc == ERR_OK)
		rc = db_queue(&it->cx, w->db, STMT_webhook_succeed, DB_ARGS(s->of.id));
	return rc;
}
