/* quotas.c - the routes about a tenant's quotas, its usage and its rate limits. */
#include "flows/quotas.h"

#include <string.h>

#include "base/clock.h"
#include "controllers/item.h"
#include "controllers/level.h"
#include "quota/usage.h"
#include "tenant/tenant.h"

enum { USAGE_DAYS = 30, DAY_S = 86400, DAY_SIZE = 11 };

static void
put_bound(struct json_out *o, const char *name, int64_t v)
{
	json_name(o, name);
	if (v == QUOTA_NONE)
		json_put_null(o);
	else
		json_put_i64(o, v);
}

/* -- quotas -- */

static void
put_quota(struct json_out *o, const struct quota *q)
{
	const struct quota_metric_row *m = &quota_metrics[q->metric];
	const int64_t hard = q->limit.hard;
	const int64_t left = hard > q->used ? hard - q->used : 0;

	json_open_object(o);
	json_member_text(o, "metric", m->name);
	json_member_text(o, "unit", m->unit);
	json_member_text(o, "kind", quota_kind_name(m->kind));
	put_bound(o, "soft", q->limit.soft);
	put_bound(o, "hard", hard);
	json_member_raw(o, "thresholds", q->limit.thresholds);
	json_member_i64(o, "used", q->used);
	put_bound(o, "remaining", hard != QUOTA_NONE ? left : QUOTA_NONE);
	json_member_text(o, "period", q->period);
	json_member_text(o, "source", q->own ? "tenant" : "plan");
	json_member_text(o, "updatedAt", q->updated_at);
	json_member_text(o, "updatedBy", q->updated_by);
	json_close_object(o);
}

static void
put_sheet(struct json_out *o, const void *row)
{
	const struct quota_sheet *s = row;

	json_open_object(o);
	json_member_text(o, "tenantId", s->tenant_id);
	json_member_text(o, "planId", s->plan);
	json_name(o, "items");
	json_open_array(o);
	for (int i = 0; i < s->count; i++)
		put_quota(o, &s->rows[i]);
	json_close_array(o);
	json_member_i64(o, "version", s->version);
	json_close_object(o);
}

static enum err
hold_quotas(struct ctx *cx, struct db *db, struct item_change *c)
{
	return quota_sheet_hold(cx, db, c->call->tenant_id, false, c->now);
}

/* That something was used is no change. */
static const struct item_form quotas_form = {.what = "list of quotas",
    .row = {.size = sizeof(struct quota_sheet),
	.key = offsetof(struct quota_sheet, tenant_id),
	.put = put_sheet},
    .version = offsetof(struct quota_sheet, version),
    .hold = hold_quotas};

enum err
quota_list_get(struct app *app, struct call *call)
{
	struct quota_sheet s;
	enum err rc = quota_sheet_read(&call->cx, app->db, call->tenant_id, false, &s);

	if (rc == ERR_OK)
		item_put(call, &quotas_form, &s);
	return rc;
}

/* Of rows for the platform, whose tenant the gate did not look for. */
static enum err
find_tenant(struct app *app, struct call *call)
{
	struct tenant_reach reach;
	enum err rc = tenant_reach(&call->cx, app->db,
	    slice_of(level_named_tenant(call)), call->who.user.text, &reach);

	if (rc == ERR_OK && reach.id == NULL)
		rc = err_tell(&call->cx.err, ERR_NOT_FOUND, "there is no such tenant");
	if (rc == ERR_OK)
		call->tenant_id = reach.id;
	return rc;
}

static struct quotas_change
change_of(const struct item_change *c)
{
	return (struct quotas_change){
	    .address = c->call->rq.client, .audit = c->app->audit};
}

static enum err
patch(struct ctx *cx, struct db *db, struct item_change *c)
{
	struct quotas_change change = change_of(c);

	change.wanted = c->call->body;
	return quotas_change(cx, db, &change, c->now);
}

enum err
quota_list_patch(struct app *app, struct call *call)
{
	enum err rc = find_tenant(app, call);

	return rc == ERR_OK ? item_change(app, call, &quotas_form, patch) : rc;
}

/* -- rate limits -- */

static void
put_rate(struct json_out *o, const struct quota *q)
{
	const bool reads = q->metric == QUOTA_RATE_READ;

	json_member_i64(o, reads ? "readPerMinute" : "writePerMinute",
	    q->limit.hard != QUOTA_NONE ? q->limit.hard : 0);
	json_member_text(
	    o, reads ? "readSource" : "writeSource", q->own ? "tenant" : "plan");
}

static void
put_rates(struct json_out *o, const void *row)
{
	const struct quota_sheet *s = row;

	json_open_object(o);
	json_member_text(o, "tenantId", s->tenant_id);
	json_member_text(o, "planId", s->plan);
	for (int i = 0; i < s->count; i++)
		put_rate(o, &s->rows[i]);
	json_member_i64(o, "version", s->version);
	json_close_object(o);
}

static enum err
hold_rates(struct ctx *cx, struct db *db, struct item_change *c)
{
	return quota_sheet_hold(cx, db, c->call->tenant_id, true, c->now);
}

static const struct item_form rates_form = {.what = "list of rate limits",
    .row = {.size = sizeof(struct quota_sheet),
	.key = offsetof(struct quota_sheet, tenant_id),
	.put = put_rates},
    .version = offsetof(struct quota_sheet, version),
    .hold = hold_rates};

enum err
rate_limits_get(struct app *app, struct call *call)
{
	struct quota_sheet s;
	enum err rc = quota_sheet_read(&call->cx, app->db, call->tenant_id, true, &s);

	if (rc == ERR_OK)
		item_put(call, &rates_form, &s);
	return rc;
}

/* A number of the body, 0 without a bound, as quotas_change() takes a limit. */
static void
put_wanted(
    struct json_out *o, const struct json *body, const char *name, const char *metric)
{
	const struct json *v = json_get(body, name);

	json_name(o, metric);
	if (v == NULL) {
		json_put_null(o);
		return;
	}
	json_open_object(o);
	put_bound(o, "hard", json_int(v) != 0 ? json_int(v) : QUOTA_NONE);
	json_close_object(o);
}

static enum err
put(struct ctx *cx, struct db *db, struct item_change *c)
{
	struct quotas_change change = change_of(c);
	const struct json *body = c->call->body;
	struct json_out o;
	struct buf b;
	enum err rc;

	buf_init(&b, cx->mem, 1024);
	json_out_init(&o, &b);
	json_open_object(&o);
	put_wanted(&o, body, "readPerMinute", quota_metrics[QUOTA_RATE_READ].name);
	put_wanted(&o, body, "writePerMinute", quota_metrics[QUOTA_RATE_WRITE].name);
	json_close_object(&o);
	change.rates = true;
	rc = json_parse(cx, b.p, b.n, JSON_DEPTH_DEFAULT, &change.wanted);
	return rc == ERR_OK ? quotas_change(cx, db, &change, c->now) : rc;
}

enum err
rate_limits_put(struct app *app, struct call *call)
{
	enum err rc = find_tenant(app, call);

	return rc == ERR_OK ? item_change(app, call, &rates_form, put) : rc;
}

/* -- usage -- */

static enum err
refuse_query(struct call *call, const char *name, const char *why)
{
	ctx_fault(
	    &call->cx, arena_printf(call->cx.mem, "/%s", name), "format", "%s", why);
	return err_tell(&call->cx.err, ERR_INVALID, "%s %s", name, why);
}

/* A day of the query; it stays when it is not there. */
static enum err
read_day(struct call *call, const char *name, int64_t *ms)
{
	const char *text = request_query(call->cx.mem, &call->rq, name);

	if (!str_is_set(text))
		return ERR_OK;
	if (strlen(text) != DAY_SIZE - 1 || !clock_from_text(text, ms))
		return refuse_query(call, name, "must be a date, such as 2026-03-01");
	return ERR_OK;
}

static const char *
day_text(struct call *call, int64_t ms)
{
	char text[CLOCK_TEXT_SIZE];

	clock_text(text, ms);
	return slice_dup(call->cx.mem, (struct slice){text, DAY_SIZE - 1});
}

static enum err
read_query(struct call *call, struct usage_series *out)
{
	const char *metric = request_query(call->cx.mem, &call->rq, "metric");
	int64_t to = clock_wall_ms(), from;
	enum quota_metric known;
	enum err rc = read_day(call, "to", &to);

	from = to - (USAGE_DAYS - 1) * (int64_t)DAY_S * 1000;
	if (rc == ERR_OK)
		rc = read_day(call, "from", &from);
	if (rc != ERR_OK)
		return rc;
	if (str_is_set(metric) && !quota_metric_find(metric, &known))
		return refuse_query(call, "metric", "is none that is counted");
	if (from > to)
		return refuse_query(call, "from", "must not be after to");
	if (to - from >= USAGE_DAYS_MOST * (int64_t)DAY_S * 1000)
		return refuse_query(
		    call, "from", "must be less than 366 days before to");
	*out = (struct usage_series){.tenant_id = call->tenant_id,
	    .metric = str_is_set(metric) ? metric : NULL,
	    .from = day_text(call, from),
	    .to = day_text(call, to)};
	return ERR_OK;
}

static void
put_current(struct json_out *o, const struct quota *q)
{
	const struct quota_metric_row *m = &quota_metrics[q->metric];

	json_open_object(o);
	json_member_text(o, "metric", m->name);
	json_member_text(o, "unit", m->unit);
	json_member_text(o, "kind", quota_kind_name(m->kind));
	json_member_text(o, "period", q->period);
	json_member_i64(o, "value", q->used);
	json_close_object(o);
}

static void
put_day(struct json_out *o, const struct usage_day *d)
{
	json_open_object(o);
	json_member_text(o, "metric", d->metric);
	json_member_text(o, "day", d->day);
	json_member_i64(o, "value", d->value);
	json_close_object(o);
}

static void
put_usage(struct call *call, const struct usage_series *u, const struct quota_sheet *s)
{
	struct json_out o;

	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	json_member_text(&o, "tenantId", u->tenant_id);
	json_member_text(&o, "from", u->from);
	json_member_text(&o, "to", u->to);
	json_name(&o, "current");
	json_open_array(&o);
	for (int i = 0; i < s->count; i++)
		if (u->metric == NULL ||
		    strcmp(u->metric, quota_metrics[s->rows[i].metric].name) == 0)
			put_current(&o, &s->rows[i]);
	json_close_array(&o);
	json_name(&o, "daily");
	json_open_array(&o);
	for (int i = 0; i < u->count; i++)
		put_day(&o, &u->days[i]);
	json_close_array(&o);
	json_close_object(&o);
}

enum err
usage_get(struct app *app, struct call *call)
{
	struct quota_sheet s;
	struct usage_series u;
	enum err rc = read_query(call, &u);

	if (rc == ERR_OK)
		rc = quota_sheet_read(&call->cx, app->db, call->tenant_id, false, &s);
	if (rc == ERR_OK)
		rc = usage_read(&call->cx, app->db, &u);
	if (rc == ERR_OK)
		put_usage(call, &u, &s);
	return rc;
}
