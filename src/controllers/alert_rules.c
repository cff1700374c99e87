/*
 * alert_rules.c - the routes about alert rules. The same handlers stand below
 * /api/alert-rules, for the platform's, and below a tenant.
 */
#include "controllers/item.h"
#include "notify/rule.h"

enum { WINDOW_MINUTES_DEFAULT = 60 };

static struct rule_site
site_of(const struct app *app, const struct call *call)
{
	return (struct rule_site){.tenant_id = call->tenant_id,
	    .address = call->rq.client,
	    .audit = app->audit};
}

static const char *
id_of(struct call *call)
{
	return slice_dup(call->cx.mem, call->params[call->tenant_id != NULL ? 1 : 0]);
}

static void
put_rule(struct json_out *o, const void *row)
{
	const struct rule *r = row;

	json_open_object(o);
	json_member_text(o, "id", r->id);
	json_member_text(o, "tenantId", r->tenant_id);
	json_member_text(o, "name", r->is.name);
	json_member_text(o, "condition", r->is.condition);
	json_member_i64(o, "threshold", r->is.threshold);
	json_member_i64(o, "windowMinutes", r->is.window_minutes);
	json_name(o, "channels");
	json_open_object(o);
	json_member_raw(o, "email", r->is.emails);
	json_member_bool(o, "webhook", r->is.webhook);
	json_close_object(o);
	json_member_bool(o, "enabled", r->is.enabled);
	json_member_text(o, "lastRaisedAt", r->last_raised_at);
	json_member_i64(o, "version", r->version);
	json_member_text(o, "createdBy", r->created_by);
	json_member_text(o, "createdAt", r->created_at);
	json_member_text(o, "updatedAt", r->updated_at);
	json_close_object(o);
}

static enum err
hold(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct rule_site site = site_of(c->app, c->call);

	return rule_hold(cx, db, &site, id_of(c->call), c->now);
}

static const struct item_form form = {.what = "alert rule",
    .row = {.size = sizeof(struct rule),
	.key = offsetof(struct rule, id),
	.put = put_rule},
    .hold = hold};

enum err
alert_rule_list_get(struct app *app, struct call *call)
{
	const struct rule_site site = site_of(app, call);
	struct rule_page page;
	struct list_query q;
	enum err rc = list_read(call, &q);

	page = (struct rule_page){.after = q.cursor, .limit = q.limit + 1};
	if (rc == ERR_OK)
		rc = rules_list(&call->cx, app->db, &site, &page);
	if (rc == ERR_OK)
		list_put(call, &q, &form.row, page.rules, page.count);
	return rc;
}

enum err
alert_rule_get(struct app *app, struct call *call)
{
	const struct rule_site site = site_of(app, call);
	struct rule r;
	enum err rc = rule_show(&call->cx, app->db, &site, id_of(call), &r);

	if (rc == ERR_OK)
		item_put(call, &form, &r);
	return rc;
}

/* -- changes -- */

static int
number_or(const struct json *body, const char *name, int now)
{
	const struct json *v = json_get(body, name);

	return v != NULL ? (int)json_number(v) : now;
}

static bool
bool_or(const struct json *body, const char *name, bool now)
{
	const struct json *v = json_get(body, name);

	return v != NULL ? json_bool(v) : now;
}

/* What the body says, over what is there. */
static struct rule_draft
draft_of(struct call *call, const struct rule_draft *now)
{
	const struct json *body = call->body, *channels = json_get(body, "channels"),
			  *emails = json_get(channels, "email");
	struct rule_draft d = *now;

	if (json_has(body, "name"))
		d.name = json_get_text(body, "name");
	if (json_has(body, "condition"))
		d.condition = json_get_text(body, "condition");
	d.threshold = number_or(body, "threshold", now->threshold);
	d.window_minutes = number_or(body, "windowMinutes", now->window_minutes);
	d.enabled = bool_or(body, "enabled", now->enabled);
	d.webhook = bool_or(channels, "webhook", now->webhook);
	if (emails != NULL)
		d.emails = json_print(call->cx.mem, emails);
	return d;
}

enum err
alert_rule_post(struct app *app, struct call *call)
{
	static const struct rule_draft nothing = {.emails = "[]",
	    .threshold = 1,
	    .window_minutes = WINDOW_MINUTES_DEFAULT,
	    .webhook = true,
	    .enabled = true};
	const struct rule_site site = site_of(app, call);
	const struct rule_draft draft = draft_of(call, &nothing);
	struct rule r;
	enum err rc = rule_create(&call->cx, app->db, &site, &draft, &r);

	if (rc != ERR_OK)
		return rc;
	call->rs->status = 201;
	response_header(call->rs, "Location",
	    site.tenant_id != NULL
		? arena_printf(call->cx.mem, "%s/api/tenants/%s/alert-rules/%s",
		      call->rq.prefix, site.tenant_id, r.id)
		: arena_printf(
		      call->cx.mem, "%s/api/alert-rules/%s", call->rq.prefix, r.id));
	item_put(call, &form, &r);
	return ERR_OK;
}

static enum err
patch(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct rule_site site = site_of(c->app, c->call);
	struct rule *now = c->now;
	const struct rule_draft draft = draft_of(c->call, &now->is);

	return rule_update(cx, db, &site, &draft, now);
}

enum err
alert_rule_patch(struct app *app, struct call *call)
{
	return item_change(app, call, &form, patch);
}

static enum err
remove_it(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct rule_site site = site_of(c->app, c->call);

	return rule_delete(cx, db, &site, c->now);
}

enum err
alert_rule_remove(struct app *app, struct call *call)
{
	return item_remove(app, call, &form, remove_it);
}
