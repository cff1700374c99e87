/* platform_tenants.c - the routes by which the platform sees to tenants: /api/tenants.
 */
#include <string.h>

#include "base/log.h"
#include "controllers/item.h"
#include "creation/access.h"
#include "creation/purge.h"
#include "creation/show.h"
#include "flows/reset.h"
#include "tenant/tenant.h"
#include "tenant/view.h"

static struct tenant_desk
desk_of(const struct app *app, const struct call *call)
{
	return (struct tenant_desk){.address = call->rq.client,
	    .keys = app->seal_keys,
	    .audit = app->audit,
	    .grace_days = app->conf->deletion_grace_days};
}

static void
put_tenant(struct json_out *o, const void *row)
{
	json_open_object(o);
	tenant_view_put(o, row);
	json_close_object(o);
}

static enum err
hold(struct ctx *cx, struct db *db, struct item_change *c)
{
	return tenant_view_hold(cx, db, slice_dup(cx->mem, c->call->params[0]), c->now);
}

static const struct item_form form = {.what = "tenant",
    .row = {.size = sizeof(struct tenant_view),
	.key = offsetof(struct tenant_view, cursor),
	.put = put_tenant},
    .hold = hold,
    .again = true};

/* -- reading -- */

static enum err
check_word(struct call *call, const char *name, const char *word,
    const char *const words[static 1])
{
	for (size_t i = 0; word != NULL && words[i] != NULL; i++)
		if (strcmp(words[i], word) == 0)
			return ERR_OK;
	if (word == NULL)
		return ERR_OK;
	ctx_fault(&call->cx, arena_printf(call->cx.mem, "/%s", name), "enum",
	    "\"%s\" is not known", word);
	return err_tell(&call->cx.err, ERR_INVALID, "%s is none that there is", name);
}

static enum err
read_filters(struct call *call, struct tenant_view_page *page)
{
	static const char *const isolations[] = {"shared", "schema", "database", NULL},
				 *const plans[] = {"free", "professional", "enterprise",
				     NULL},
				 *const statuses[] = {"provisioning", "active",
				     "suspended", "deactivated", "purged", "failed",
				     NULL};
	enum err rc;

	page->part = list_filter(call, "q");
	page->status = list_filter(call, "status");
	page->isolation = list_filter(call, "isolation");
	page->plan = list_filter(call, "plan");
	page->sort = list_filter(call, "sort");
	if (page->sort == NULL)
		page->sort = "createdAt";
	rc = check_word(call, "status", page->status, statuses);
	if (rc == ERR_OK)
		rc = check_word(call, "isolation", page->isolation, isolations);
	return rc == ERR_OK ? check_word(call, "plan", page->plan, plans) : rc;
}

enum err
platform_tenant_list(struct app *app, struct call *call)
{
	struct tenant_view_page page;
	struct list_query q;
	enum err rc = list_read(call, &q);

	if (rc != ERR_OK)
		return rc;
	page = (struct tenant_view_page){.after = q.cursor, .limit = q.limit + 1};
	rc = read_filters(call, &page);
	if (rc == ERR_OK)
		rc = tenant_view_list(&call->cx, app->db, &page);
	if (rc == ERR_OK)
		list_put(call, &q, &form.row, page.list, page.count);
	return rc;
}

enum err
platform_tenant_get(struct app *app, struct call *call)
{
	struct tenant_view t;
	enum err rc = tenant_view_read(&call->cx, app->db, call->tenant_id, &t);

	if (rc == ERR_OK)
		item_put(call, &form, &t);
	return rc;
}

enum err
platform_tenant_slugs_get(struct app *app, struct call *call)
{
	struct tenant_slug *list;
	struct json_out o;
	int count;
	enum err rc =
	    tenant_slug_list(&call->cx, app->db, call->tenant_id, &list, &count);

	if (rc != ERR_OK)
		return rc;
	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	json_name(&o, "items");
	json_open_array(&o);
	for (int i = 0; i < count; i++) {
		json_open_object(&o);
		json_member_text(&o, "slug", list[i].slug);
		json_member_bool(&o, "current", list[i].current);
		json_member_text(&o, "since", list[i].since);
		json_member_text(&o, "heldUntil", list[i].held_until);
		json_close_object(&o);
	}
	json_close_array(&o);
	json_close_object(&o);
	return ERR_OK;
}

/* -- changes -- */

static enum err
patch(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct tenant_desk desk = desk_of(c->app, c->call);
	const struct json *body = c->call->body;
	const struct tenant_view_wish wish = {
	    .name = json_get_text(body, "name"),
	    .slug = json_get_text(body, "slug"),
	    .plan = json_get_text(body, "planId"),
	    .billing_cycle = json_get_text(body, "billingCycle"),
	    .features = json_get(body, "features"),
	};

	return tenant_view_change(cx, db, &desk, &wish, c->now);
}

enum err
platform_tenant_patch(struct app *app, struct call *call)
{
	return item_change(app, call, &form, patch);
}

enum { SCOPES_MOST = 4 };

/* After the commit, and before the answer: what is refused by us is refused outside by
 * then. What does not answer is a job's, which the change has queued. */
static enum err
turn(struct app *app, struct call *call, item_fn *fn)
{
	struct ctx *cx = &call->cx;
	enum err rc = item_change(app, call, &form, fn);

	if (rc != ERR_OK || call->about_tenant == NULL)
		return rc;
	if (tenant_access_follow(cx, &app->means, call->about_tenant) != ERR_OK) {
		log_error(LOG_WARNING, cx, "tenant-access-left-to-a-job");
		ctx_clear(cx);
	}
	return ERR_OK;
}

static enum err
change_status(
    struct ctx *cx, struct db *db, struct item_change *c, const struct tenant_turn *t)
{
	const struct tenant_desk desk = desk_of(c->app, c->call);
	struct tenant_view *now = c->now;
	const bool usable = tenant_is_usable(now->status);
	enum err rc = tenant_view_turn(cx, db, &desk, t, now);

	c->call->about_tenant =
	    usable != tenant_is_usable(now->status) ? now->id : NULL;
	return rc;
}

static enum err
suspend(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct json *body = c->call->body, *scopes = json_get(body, "scopes");
	struct tenant_turn t = {.kind = TENANT_SUSPEND,
	    .reason = json_get_text(body, "reason"),
	    .until = json_get_text(body, "until")};
	const char *words[SCOPES_MOST];
	size_t n = 0;
	enum err rc;

	for (size_t i = 0; i < json_count(scopes) && n < SCOPES_MOST; i++)
		words[n++] = json_text(json_item(scopes, i));
	rc = tenant_scopes_take(cx, words, n, &t.scopes);
	return rc == ERR_OK ? change_status(cx, db, c, &t) : rc;
}

enum err
platform_tenant_suspend_post(struct app *app, struct call *call)
{
	return turn(app, call, suspend);
}

static enum err
resume(struct ctx *cx, struct db *db, struct item_change *c)
{
	return change_status(cx, db, c, &(struct tenant_turn){.kind = TENANT_RESUME});
}

enum err
platform_tenant_resume_post(struct app *app, struct call *call)
{
	return turn(app, call, resume);
}

static enum err
restore(struct ctx *cx, struct db *db, struct item_change *c)
{
	return change_status(cx, db, c, &(struct tenant_turn){.kind = TENANT_RESTORE});
}

enum err
platform_tenant_restore_post(struct app *app, struct call *call)
{
	return turn(app, call, restore);
}

static enum err
deactivate(struct ctx *cx, struct db *db, struct item_change *c)
{
	char days[STR_I64_SIZE];
	const struct tenant_turn t = {.kind = TENANT_DEACTIVATE,
	    .reason = list_filter(c->call, "reason"),
	    .purge_days = str_from_i64(days, c->app->conf->deletion_grace_days)};

	return change_status(cx, db, c, &t);
}

enum err
platform_tenant_delete(struct app *app, struct call *call)
{
	enum err rc = turn(app, call, deactivate);

	if (rc == ERR_OK)
		call->rs->status = 204;
	return rc;
}

/* -- back to what is usual -- */

static enum err
reset(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct tenant_desk desk = desk_of(c->app, c->call);
	struct reset_report report = {0};
	struct json_out o;
	enum err rc = tenant_reset(cx, db, &desk, c->now, &report);

	if (rc != ERR_OK)
		return rc;
	buf_reset(&c->call->rs->body);
	json_out_init(&o, &c->call->rs->body);
	json_open_object(&o);
	json_name(&o, "reset");
	json_open_array(&o);
	for (int i = 0; i < report.count; i++)
		json_put_text(&o, report.done[i]);
	json_close_array(&o);
	json_name(&o, "tenant");
	put_tenant(&o, c->now);
	json_close_object(&o);
	return ERR_OK;
}

enum err
platform_tenant_reset_post(struct app *app, struct call *call)
{
	return item_touch(app, call, &form, reset);
}

/* -- for good -- */

static enum err
read_force(struct call *call, bool *out)
{
	const char *text = list_filter(call, "force");

	*out = text != NULL && strcmp(text, "true") == 0;
	if (text == NULL || *out || strcmp(text, "false") == 0)
		return ERR_OK;
	ctx_fault(&call->cx, "/force", "enum", "must be true or false");
	return err_tell(&call->cx.err, ERR_INVALID, "force must be true or false");
}

static enum err
purge(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct tenant_desk desk = desk_of(c->app, c->call);
	struct purge_ask ask = {.desk = &desk,
	    .slug = json_get_text(c->call->body, "slug"),
	    .lease_ms = c->app->conf->operation_lease};
	const struct tenant_view *now = c->now;
	const char *id;
	enum err rc = read_force(c->call, &ask.force);

	if (rc == ERR_OK)
		rc = purge_ask(cx, db, &ask, c->now, &id);
	c->call->about_tenant = now->id;
	return rc;
}

enum err
platform_tenant_purge_post(struct app *app, struct call *call)
{
	struct operation op;
	struct json_out o;
	enum err rc = item_touch(app, call, &form, purge);

	if (rc == ERR_OK)
		rc = operation_of_tenant(&call->cx, app->db, call->about_tenant, &op);
	if (rc != ERR_OK)
		return rc;
	call->rs->status = 202;
	response_header(call->rs, "Location",
	    arena_printf(call->cx.mem, "%s/api/operations/%s", call->rq.prefix, op.id));
	buf_reset(&call->rs->body);
	json_out_init(&o, &call->rs->body);
	creation_put_operation(&o, &op);
	return ERR_OK;
}
