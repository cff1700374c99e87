/* partners.c - the routes by which superusers see to partners. */
#include <string.h>

#include "controllers/list.h"
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
put_partner(struct json_out *o, const struct partner *p)
{
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

static void
answer(struct call *call, const struct partner *p)
{
	struct json_out o;

	json_out_init(&o, &call->rs->body);
	put_partner(&o, p);
}

/* That it has other tenants is no change: else nobody could change a busy partner under
 * If-Match. */
static void
make_etag(struct ctx *cx, const struct partner *p, char out[static RESPONSE_ETAG_SIZE])
{
	const char *text =
	    arena_printf(cx->mem, "%s %lld", p->id, (long long)p->version);

	response_etag(out, text, strlen(text));
}

enum err
admin_partner_list(struct app *app, struct call *call)
{
	struct partner_page page;
	struct list_query q;
	struct json_out o;
	int shown;
	enum err rc = list_read(call, &q);

	if (rc != ERR_OK)
		return rc;
	page = (struct partner_page){.after = q.cursor,
	    .part = list_filter(call, "q"),
	    .status = list_filter(call, "status"),
	    .limit = q.limit + 1};
	rc = partners_list(&call->cx, app->db, &page);
	if (rc != ERR_OK)
		return rc;
	shown = page.count > q.limit ? q.limit : page.count;
	list_open(call, &o);
	for (int i = 0; i < shown; i++)
		put_partner(&o, &page.list[i]);
	list_close(call, &o, page.count > shown ? page.list[shown - 1].id : NULL);
	return ERR_OK;
}

enum err
admin_partner_get(struct app *app, struct call *call)
{
	struct partner p;
	enum err rc = partner_show(&call->cx, app->db, id_of(call), &p);

	if (rc != ERR_OK)
		return rc;
	answer(call, &p);
	make_etag(&call->cx, &p, call->rs->etag);
	return ERR_OK;
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
	answer(call, &p);
	return ERR_OK;
}

/* A change of one that is there, and its answer. */
struct change {
	struct call *call;
	struct partner_desk desk;
	struct partner now;
};

/* Holds it, if it is still what the caller has seen. */
static enum err
hold(struct ctx *cx, struct db *db, struct change *c)
{
	char etag[RESPONSE_ETAG_SIZE];
	enum err rc = partner_hold(cx, db, id_of(c->call), &c->now);

	if (rc != ERR_OK)
		return rc;
	make_etag(cx, &c->now, etag);
	if (!response_if_match(&c->call->rq, etag))
		return err_tell(&cx->err, ERR_PRECONDITION,
		    "the partner is not what If-Match says any more");
	return ERR_OK;
}

/* Answers with what it has become. */
static enum err
run(struct app *app, struct call *call, db_transaction_fn *fn)
{
	struct change c = {.call = call, .desk = desk_of(app, call)};
	char etag[RESPONSE_ETAG_SIZE];
	enum err rc = db_transaction(&call->cx, app->db, DB_MANAGEMENT, fn, &c);

	if (rc != ERR_OK)
		return rc;
	answer(call, &c.now);
	make_etag(&call->cx, &c.now, etag);
	response_header(call->rs, "ETag", etag);
	return ERR_OK;
}

static enum err
patch(struct ctx *cx, struct db *db, void *arg)
{
	struct change *c = arg;
	struct partner_wish now, wish;
	enum err rc = hold(cx, db, c);

	if (rc != ERR_OK)
		return rc;
	now = partner_wish_of(&c->now);
	wish = wish_of(c->call->body, &now);
	return partner_update(cx, db, &c->desk, &wish, &c->now);
}

enum err
admin_partner_patch(struct app *app, struct call *call)
{
	return run(app, call, patch);
}

static enum err
suspend(struct ctx *cx, struct db *db, void *arg)
{
	struct change *c = arg;
	const char *reason = json_get_text(c->call->body, "reason");
	enum err rc = hold(cx, db, c);

	return rc == ERR_OK ? partner_suspend(cx, db, &c->desk, reason, &c->now) : rc;
}

enum err
admin_partner_suspend(struct app *app, struct call *call)
{
	return run(app, call, suspend);
}

static enum err
resume(struct ctx *cx, struct db *db, void *arg)
{
	struct change *c = arg;
	enum err rc = hold(cx, db, c);

	return rc == ERR_OK ? partner_resume(cx, db, &c->desk, &c->now) : rc;
}

enum err
admin_partner_resume(struct app *app, struct call *call)
{
	return run(app, call, resume);
}
