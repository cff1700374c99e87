/* partners.c - the routes by which superusers see to partners. */
#include "controllers/item.h"
#include "partner/manage.h"

static struct partner_desk
desk_of(const struct app *app, const struct call *call)
{
	return (struct partner_desk){.address = call->rq.client, .audit = app->audit};
}

static const char *
id_of(struct call *call)
{
	return slice_dup(call->cx.mem, call->params[0]);
}

static void
put_number(struct json_out *o, const char *name, int64_t v, int64_t none)
{
	json_name(o, name);
	if (v == none)
		json_put_null(o);
	else
		json_put_i64(o, v);
}

static void
put_partner(struct json_out *o, const void *row)
{
	const struct partner *p = row;

	json_open_object(o);
	json_member_text(o, "id", p->id);
	json_member_text(o, "name", p->name);
	json_member_text(o, "status", p->status);
	json_member_text(o, "status_reason", p->status_reason);
	json_member_text(o, "contact_email", p->contact_email);
	put_number(o, "tenant_quota", p->tenant_quota, PARTNER_NO_QUOTA);
	if (p->tenants != PARTNER_NOT_COUNTED)
		json_member_i64(o, "tenants_used", p->tenants);
	put_number(o, "rate_read", p->rate_read, 0);
	put_number(o, "rate_write", p->rate_write, 0);
	json_member_i64(o, "version", p->version);
	json_member_text(o, "created_at", p->created_at);
	json_member_text(o, "updated_at", p->updated_at);
	json_close_object(o);
}

static enum err
hold(struct ctx *cx, struct db *db, struct item_change *c)
{
	return partner_hold(cx, db, id_of(c->call), c->now);
}

/* That it has other tenants is no change: else nobody could change a busy partner under
 * If-Match. */
static const struct item_form form = {.what = "partner",
    .row = {.size = sizeof(struct partner),
	.key = offsetof(struct partner, id),
	.put = put_partner},
    .version = offsetof(struct partner, version),
    .hold = hold};

enum err
admin_partner_list(struct app *app, struct call *call)
{
	struct partner_page page;
	struct list_query q;
	enum err rc = list_read(call, &q);

	if (rc != ERR_OK)
		return rc;
	page = (struct partner_page){.after = q.cursor,
	    .part = list_filter(call, "q"),
	    .status = list_filter(call, "status"),
	    .limit = q.limit + 1};
	rc = partners_list(&call->cx, app->db, &page);
	if (rc == ERR_OK)
		list_put(call, &q, &form.row, page.list, page.count);
	return rc;
}

enum err
admin_partner_get(struct app *app, struct call *call)
{
	struct partner p;
	enum err rc = partner_show(&call->cx, app->db, id_of(call), &p);

	if (rc == ERR_OK)
		item_put(call, &form, &p);
	return rc;
}

/* -- changes -- */

static const char *
text_or(const struct json *body, const char *name, const char *now)
{
	return json_has(body, name) ? json_get_text(body, name) : now;
}

static int64_t
number_or(const struct json *body, const char *name, int64_t none, int64_t now)
{
	const struct json *v = json_get(body, name);

	if (!json_has(body, name))
		return now;
	return v != NULL ? (int64_t)json_number(v) : none;
}

/* What the body says, over what is there. */
static struct partner_wish
wish_of(const struct json *body, const struct partner_wish *now)
{
	return (struct partner_wish){
	    .name = text_or(body, "name", now->name),
	    .contact_email = text_or(body, "contact_email", now->contact_email),
	    .tenant_quota =
		number_or(body, "tenant_quota", PARTNER_NO_QUOTA, now->tenant_quota),
	    .rate_read = number_or(body, "rate_read", 0, now->rate_read),
	    .rate_write = number_or(body, "rate_write", 0, now->rate_write),
	};
}

enum err
admin_partner_post(struct app *app, struct call *call)
{
	static const struct partner_wish nothing = {.tenant_quota = PARTNER_NO_QUOTA};
	const struct partner_desk desk = desk_of(app, call);
	struct partner_wish wish = wish_of(call->body, &nothing);
	struct partner p;
	enum err rc;

	wish.id = json_get_text(call->body, "id");
	rc = partner_create(&call->cx, app->db, &desk, &wish, &p);
	if (rc != ERR_OK)
		return rc;
	call->rs->status = 201;
	response_header(call->rs, "Location",
	    arena_printf(call->cx.mem, "%s/admin/partners/%s", call->rq.prefix,
		request_encode_piece(call->cx.mem, p.id)));
	item_put(call, &form, &p);
	return ERR_OK;
}

static enum err
patch(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct partner_desk desk = desk_of(c->app, c->call);
	const struct partner_wish now = partner_wish_of(c->now);
	const struct partner_wish wish = wish_of(c->call->body, &now);

	return partner_update(cx, db, &desk, &wish, c->now);
}

enum err
admin_partner_patch(struct app *app, struct call *call)
{
	return item_change(app, call, &form, patch);
}

static enum err
suspend(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct partner_desk desk = desk_of(c->app, c->call);
	const char *reason = json_get_text(c->call->body, "reason");

	return partner_suspend(cx, db, &desk, reason, c->now);
}

enum err
admin_partner_suspend(struct app *app, struct call *call)
{
	return item_change(app, call, &form, suspend);
}

static enum err
resume(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct partner_desk desk = desk_of(c->app, c->call);

	return partner_resume(cx, db, &desk, c->now);
}

enum err
admin_partner_resume(struct app *app, struct call *call)
{
	return item_change(app, call, &form, resume);
}
