/* webhooks.c - the routes about webhooks; see webhooks.h. */
#include "controllers/webhooks.h"

#include "controllers/item.h"

struct webhook_site
webhook_site_of(const struct app *app, const struct call *call)
{
	return (struct webhook_site){
	    .tenant_id = call->tenant_id,
	    .partner_id = call->partner != NULL ? call->partner->id : NULL,
	    .address = call->rq.client,
	    .allow = app->conf->webhook_allow,
	    .keys = app->seal_keys,
	    .audit = app->audit,
	};
}

const char *
webhook_context_of(const struct call *call)
{
	return call->tenant_id != NULL ? call->tenant_id : DB_MANAGEMENT;
}

const char *
webhook_param(struct call *call, int i)
{
	return slice_dup(
	    call->cx.mem, call->params[i + (call->tenant_id != NULL ? 1 : 0)]);
}

void
webhook_put_queued(struct call *call, int64_t count)
{
	struct json_out o;

	call->rs->status = 202;
	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	json_member_i64(&o, "queued", count);
	json_close_object(&o);
}

static void
put_members(struct json_out *o, const struct webhook *w)
{
	json_member_text(o, "id", w->id);
	json_member_text(o, "tenantId", w->tenant_id);
	json_member_text(o, "partnerId", w->partner_id);
	json_member_text(o, "url", w->url);
	json_member_text(o, "description", w->description);
	json_member_raw(o, "kinds", w->kinds);
	json_member_i64(o, "concurrency", w->concurrency);
	json_member_bool(o, "enabled", w->enabled);
	json_member_text(o, "disabledReason", w->disabled_reason);
	json_member_text(o, "disabledAt", w->disabled_at);
	json_member_raw(o, "secrets", w->secrets);
	json_member_i64(o, "version", w->version);
	json_member_text(o, "createdBy", w->created_by);
	json_member_text(o, "createdAt", w->created_at);
	json_member_text(o, "updatedAt", w->updated_at);
	if (w->secret != NULL)
		json_member_text(o, "secret", w->secret);
}

static void
put_webhook(struct json_out *o, const void *row)
{
	const struct webhook *w = row;

	json_open_object(o);
	put_members(o, w);
	json_close_object(o);
}

static enum err
hold(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct webhook_site site = webhook_site_of(c->app, c->call);

	return webhook_hold(cx, db, &site, webhook_param(c->call, 0), c->now);
}

static const struct item_form form = {.what = "webhook",
    .row = {.size = sizeof(struct webhook),
	.key = offsetof(struct webhook, id),
	.put = put_webhook},
    .hold = hold};

enum err
webhook_list_get(struct app *app, struct call *call)
{
	const struct webhook_site site = webhook_site_of(app, call);
	struct webhook_page page;
	struct list_query q;
	enum err rc = list_read(call, &q);

	page = (struct webhook_page){.after = q.cursor, .limit = q.limit + 1};
	if (rc == ERR_OK)
		rc = webhooks_list(&call->cx, app->db, &site, &page);
	if (rc == ERR_OK)
		list_put(call, &q, &form.row, page.list, page.count);
	return rc;
}

enum err
webhook_get(struct app *app, struct call *call)
{
	const struct webhook_site site = webhook_site_of(app, call);
	struct webhook w;
	enum err rc =
	    webhook_show(&call->cx, app->db, &site, webhook_param(call, 0), &w);

	if (rc == ERR_OK)
		item_put(call, &form, &w);
	return rc;
}

enum err
webhook_health_get(struct app *app, struct call *call)
{
	const struct webhook_site site = webhook_site_of(app, call);
	struct webhook_health h;
	struct json_out o;
	enum err rc =
	    webhook_get_health(&call->cx, app->db, &site, webhook_param(call, 0), &h);

	if (rc != ERR_OK)
		return rc;
	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	json_member_bool(&o, "enabled", h.enabled);
	json_member_i64(&o, "failures", h.failures);
	json_member_text(&o, "failingSince", h.failing_since);
	json_member_text(&o, "lastAttemptAt", h.last_attempt_at);
	json_member_text(&o, "lastSuccessAt", h.last_success_at);
	json_close_object(&o);
	return ERR_OK;
}

/* -- changes -- */

/* What the body says, over what is there. A member that is null is as if there never
 * was one. */
static struct webhook_draft
draft_of(struct call *call, const struct webhook *now)
{
	const struct json *body = call->body, *v;
	struct webhook_draft d = {
	    now->url, now->description, now->kinds, now->concurrency, now->enabled};

	if (json_has(body, "url"))
		d.url = json_get_text(body, "url");
	if (json_has(body, "description")) {
		v = json_get(body, "description");
		d.description = v != NULL ? json_text(v) : "";
	}
	if (json_has(body, "kinds")) {
		v = json_get(body, "kinds");
		d.kinds = v != NULL ? json_print(call->cx.mem, v) : "[]";
	}
	if (json_has(body, "concurrency")) {
		v = json_get(body, "concurrency");
		d.concurrency =
		    v != NULL ? (int)json_number(v) : WEBHOOK_CONCURRENCY_DEFAULT;
	}
	if (json_has(body, "enabled")) {
		v = json_get(body, "enabled");
		d.enabled = v == NULL || json_bool(v);
	}
	return d;
}

static void
put_location(struct call *call, const struct webhook *w)
{
	const char *where = w->partner_id != NULL ? "/provisioning"
	    : w->tenant_id != NULL
	    ? arena_printf(call->cx.mem, "/tenants/%s", w->tenant_id)
	    : "";

	response_header(call->rs, "Location",
	    arena_printf(
		call->cx.mem, "%s/api%s/webhooks/%s", call->rq.prefix, where, w->id));
}

enum err
webhook_post(struct app *app, struct call *call)
{
	static const struct webhook nothing = {.description = "",
	    .kinds = "[]",
	    .concurrency = WEBHOOK_CONCURRENCY_DEFAULT,
	    .enabled = true};
	const struct webhook_site site = webhook_site_of(app, call);
	const struct webhook_draft draft = draft_of(call, &nothing);
	struct webhook w;
	enum err rc = webhook_create(&call->cx, app->db, &site, &draft, &w);

	if (rc != ERR_OK)
		return rc;
	call->rs->status = 201;
	put_location(call, &w);
	item_put(call, &form, &w);
	return ERR_OK;
}

static enum err
patch(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct webhook_site site = webhook_site_of(c->app, c->call);
	const struct webhook_draft draft = draft_of(c->call, c->now);

	return webhook_update(cx, db, &site, &draft, c->now);
}

enum err
webhook_patch(struct app *app, struct call *call)
{
	return item_change(app, call, &form, patch);
}

static enum err
remove_it(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct webhook_site site = webhook_site_of(c->app, c->call);

	return webhook_delete(cx, db, &site, c->now);
}

enum err
webhook_remove(struct app *app, struct call *call)
{
	return item_remove(app, call, &form, remove_it);
}

static enum err
rotate(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct webhook_site site = webhook_site_of(c->app, c->call);
	const struct json *body = c->call->body;
	int hours = WEBHOOK_KEEP_HOURS;

	if (json_has(body, "keepHours"))
		hours = (int)json_number(json_get(body, "keepHours"));
	return webhook_rotate(cx, db, &site, hours, c->now);
}

enum err
webhook_secret_post(struct app *app, struct call *call)
{
	return item_change_within(app, call, &form, rotate);
}

static enum err
test(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct webhook_site site = webhook_site_of(c->app, c->call);

	return webhook_test(cx, db, &site, c->now);
}

enum err
webhook_test_post(struct app *app, struct call *call)
{
	enum err rc = item_touch(app, call, &form, test);

	if (rc == ERR_OK)
		webhook_put_queued(call, 1);
	return rc;
}
