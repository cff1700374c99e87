/* admin_tenants.c - the routes by which superusers see to tenants. */
#include <string.h>

#include "controllers/item.h"
#include "tenant/manage.h"
#include "tenant/tenant.h"

static struct tenant_desk
desk_of(const struct app *app, const struct call *call)
{
	return (struct tenant_desk){.address = call->rq.client,
	    .keys = app->seal_keys,
	    .audit = app->audit,
	    .create_schemas = app->onboarding.create_schemas};
}

static const char *
name_of(struct call *call)
{
	return slice_dup(call->cx.mem, call->params[0]);
}

static void
put_tenant(struct json_out *o, const void *row)
{
	const struct tenant_managed *t = row;

	json_open_object(o);
	json_member_text(o, "id", t->id);
	json_member_text(o, "tenant", t->number);
	json_member_text(o, "name", t->name);
	json_member_text(o, "slug", t->slug);
	json_member_text(o, "status", t->status);
	json_member_text(o, "status_reason", t->status_reason);
	json_member_bool(o, "is_active", t->active);
	json_member_text(o, "plan", t->plan);
	json_member_text(o, "system_prompt", t->prompt);
	json_member_text(o, "pinecone_environment", t->environment);
	json_member_bool(o, "has_pinecone_api_key", t->key_hint != NULL);
	json_member_text(
	    o, "pinecone_api_key_last4", str_is_set(t->key_hint) ? t->key_hint : NULL);
	json_member_text(o, "owner_id", t->owner_id);
	json_member_i64(o, "version", t->version);
	json_member_text(o, "created_at", t->created_at);
	json_member_text(o, "updated_at", t->updated_at);
	json_close_object(o);
}

static enum err
hold(struct ctx *cx, struct db *db, struct item_change *c)
{
	return tenant_managed_hold(cx, db, name_of(c->call), c->now);
}

static const struct item_form form = {.what = "tenant",
    .row = {.size = sizeof(struct tenant_managed),
	.key = offsetof(struct tenant_managed, id),
	.put = put_tenant},
    .hold = hold,
    .again = true};

static enum err
read_status(struct call *call, const char **status)
{
	*status = list_filter(call, "status");
	if (*status == NULL || tenant_status_known(*status))
		return ERR_OK;
	ctx_fault(&call->cx, "/status", "enum", "is no status of a tenant");
	return err_tell(&call->cx.err, ERR_INVALID,
	    "status is one of provisioning, active, suspended, deactivated, purged and "
	    "failed");
}

enum err
admin_tenant_list(struct app *app, struct call *call)
{
	struct tenant_managed_page page;
	struct list_query q;
	enum err rc = list_read(call, &q);

	if (rc != ERR_OK)
		return rc;
	page = (struct tenant_managed_page){
	    .after = q.cursor, .part = list_filter(call, "q"), .limit = q.limit + 1};
	rc = read_status(call, &page.status);
	if (rc == ERR_OK)
		rc = tenants_managed_list(&call->cx, app->db, &page);
	if (rc == ERR_OK)
		list_put(call, &q, &form.row, page.list, page.count);
	return rc;
}

enum err
admin_tenant_get(struct app *app, struct call *call)
{
	struct tenant_managed t;
	enum err rc = tenant_managed_show(&call->cx, app->db, name_of(call), &t);

	if (rc == ERR_OK)
		item_put(call, &form, &t);
	return rc;
}

/* -- changes -- */

static const char *
text_or(const struct json *body, const char *name, const char *now)
{
	return json_has(body, name) ? json_get_text(body, name) : now;
}

/* What the body says, over what is there. */
static struct tenant_wish
wish_of(const struct json *body, const struct tenant_wish *now)
{
	static const char key[] = "pinecone_api_key";
	struct tenant_wish w = *now;

	w.name = text_or(body, "name", now->name);
	w.slug = text_or(body, "slug", now->slug);
	w.prompt = text_or(body, "system_prompt", now->prompt);
	w.environment = text_or(body, "pinecone_environment", now->environment);
	if (json_has(body, "is_active"))
		w.active = json_bool(json_get(body, "is_active"));
	if (json_get_text(body, key) != NULL) {
		w.key = slice_of(json_get_text(body, key));
		w.key_wish = TENANT_KEY_IS;
	} else if (json_has(body, key)) {
		w.key_wish = TENANT_KEY_GOES;
	}
	return w;
}

enum err
admin_tenant_post(struct app *app, struct call *call)
{
	static const struct tenant_wish nothing = {.active = true};
	const struct tenant_desk desk = desk_of(app, call);
	struct tenant_wish wish = wish_of(call->body, &nothing);
	struct tenant_managed t;
	enum err rc;

	wish.id = json_get_text(call->body, "id");
	rc = tenant_managed_create(&call->cx, app->db, &desk, &wish, &t);
	if (rc != ERR_OK)
		return rc;
	call->rs->status = 201;
	response_header(call->rs, "Location",
	    arena_printf(call->cx.mem, "%s/admin/tenants/%s", call->rq.prefix, t.id));
	item_put(call, &form, &t);
	return ERR_OK;
}

static enum err
patch(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct tenant_desk desk = desk_of(c->app, c->call);
	const struct tenant_wish now = tenant_wish_of(c->now);
	const struct tenant_wish wish = wish_of(c->call->body, &now);

	return tenant_managed_update(cx, db, &desk, &wish, c->now);
}

enum err
admin_tenant_patch(struct app *app, struct call *call)
{
	return item_change(app, call, &form, patch);
}

/* Its names and its key are not lost by being left out. */
static enum err
replace(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct tenant_desk desk = desk_of(c->app, c->call);
	const struct json *body = c->call->body;
	struct tenant_managed *now = c->now;
	const struct tenant_wish nothing = {.active = true, .slug = now->slug};
	const struct tenant_wish wish = wish_of(body, &nothing);
	const char *id = json_get_text(body, "id");

	if (id != NULL && strcmp(id, now->id) != 0) {
		ctx_fault(cx, "/id", "const", "must be \"%s\"", now->id);
		return err_tell(
		    &cx->err, ERR_INVALID, "a tenant cannot get another id");
	}
	return tenant_managed_update(cx, db, &desk, &wish, now);
}

enum err
admin_tenant_put(struct app *app, struct call *call)
{
	return item_change(app, call, &form, replace);
}

static enum err
turn(struct ctx *cx, struct db *db, struct item_change *c, enum tenant_turn_kind kind)
{
	const struct tenant_desk desk = desk_of(c->app, c->call);
	const struct tenant_turn t = {
	    .kind = kind, .reason = json_get_text(c->call->body, "reason")};

	return tenant_managed_turn(cx, db, &desk, &t, c->now);
}

static enum err
suspend(struct ctx *cx, struct db *db, struct item_change *c)
{
	return turn(cx, db, c, TENANT_SUSPEND);
}

enum err
admin_tenant_suspend(struct app *app, struct call *call)
{
	return item_change(app, call, &form, suspend);
}

static enum err
resume(struct ctx *cx, struct db *db, struct item_change *c)
{
	return turn(cx, db, c, TENANT_RESUME);
}

enum err
admin_tenant_resume(struct app *app, struct call *call)
{
	return item_change(app, call, &form, resume);
}

static enum err
deactivate(struct ctx *cx, struct db *db, struct item_change *c)
{
	return turn(cx, db, c, TENANT_DEACTIVATE);
}

enum err
admin_tenant_delete(struct app *app, struct call *call)
{
	return item_remove(app, call, &form, deactivate);
}
