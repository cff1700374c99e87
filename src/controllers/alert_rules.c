/*
 * alert_rules.c - the routes about alert rules. The same handlers stand below
 * /api/alert-rules, for the platform's, and below a tenant.
 */
#include <string.h>

#include "controllers/list.h"
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

static const struct list_form form = {
    .size = sizeof(struct rule), .key = offsetof(struct rule, id), .put = put_rule};

static void
answer(struct call *call, const struct rule *r)
{
	struct json_out o;

	json_out_init(&o, &call->rs->body);
	put_rule(&o, r);
}

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
		list_put(call, &q, &form, page.rules, page.count);
	return rc;
}

enum err
alert_rule_get(struct app *app, struct call *call)
{
	const struct rule_site site = site_of(app, call);
	struct rule r;
	enum err rc = rule_show(&call->cx, app->db, &site, id_of(call), &r);

	if (rc == ERR_OK)
		answer(call, &r);
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
	answer(call, &r);
	return ERR_OK;
}

/* A change of one that is there, and its answer. */
struct change {
	struct call *call;
	struct rule_site site;
	struct rule now;
};

/* Holds it, if it is still what the caller has seen. */
static enum err
hold(struct ctx *cx, struct db *db, struct change *c)
{
	enum err rc = rule_hold(cx, db, &c->site, id_of(c->call), &c->now);

	if (rc != ERR_OK)
		return rc;
	buf_reset(&c->call->rs->body);
	answer(c->call, &c->now);
	return response_check_match(cx, c->call->rs, &c->call->rq, "alert rule");
}

static enum err
run(struct app *app, struct call *call, db_transaction_fn *fn, struct change *c)
{
	*c = (struct change){.call = call, .site = site_of(app, call)};
	return db_transaction(&call->cx, app->db,
	    call->tenant_id != NULL ? call->tenant_id : DB_MANAGEMENT, fn, c);
}

static enum err
patch(struct ctx *cx, struct db *db, void *arg)
{
	struct change *c = arg;
	struct rule_draft draft;
	enum err rc = hold(cx, db, c);

	if (rc != ERR_OK)
		return rc;
	draft = draft_of(c->call, &c->now.is);
	return rule_update(cx, db, &c->site, &draft, &c->now);
}

enum err
alert_rule_patch(struct app *app, struct call *call)
{
	struct change c;
	enum err rc = run(app, call, patch, &c);

	if (rc != ERR_OK)
		return rc;
	answer(call, &c.now);
	response_tag(call->rs);
	return ERR_OK;
}

static enum err
remove_it(struct ctx *cx, struct db *db, void *arg)
{
	struct change *c = arg;
	enum err rc = hold(cx, db, c);

	return rc == ERR_OK ? rule_delete(cx, db, &c->site, &c->now) : rc;
}

enum err
alert_rule_remove(struct app *app, struct call *call)
{
	struct change c;
	enum err rc = run(app, call, remove_it, &c);

	if (rc == ERR_OK)
		call->rs->status = 204;
	return rc;
}
