/* partner_keys.c - the routes by which superusers see to a partner's API keys. */
#include <string.h>

#include "apikey/apikey.h"
#include "controllers/list.h"

static struct apikey_site
site_of(const struct app *app, struct call *call)
{
	return (struct apikey_site){
	    .partner_id = slice_dup(call->cx.mem, call->params[0]),
	    .address = call->rq.client,
	    .audit = app->audit};
}

static const char *
id_of(struct call *call)
{
	return slice_dup(call->cx.mem, call->params[1]);
}

static void
put_key(struct json_out *o, const struct apikey *k)
{
	json_open_object(o);
	json_member_text(o, "id", k->id);
	json_member_text(o, "partner_id", k->partner_id);
	json_member_text(o, "name", k->name);
	json_member_text(o, "prefix", k->prefix);
	json_member_raw(o, "scopes", k->scopes);
	json_member_text(o, "created_by", k->created_by);
	json_member_text(o, "created_at", k->created_at);
	json_member_text(o, "updated_at", k->updated_at);
	json_member_text(o, "expires_at", k->expires_at);
	json_member_text(o, "last_used_at", k->last_used_at);
	json_member_text(o, "revoked_at", k->revoked_at);
	json_member_text(o, "previous_secret_until", k->previous_until);
	json_member_i64(o, "version", k->version);
	if (k->secret != NULL)
		json_member_text(o, "secret", k->secret);
	json_close_object(o);
}

static void
answer(struct call *call, const struct apikey *k)
{
	struct json_out o;

	json_out_init(&o, &call->rs->body);
	put_key(&o, k);
}

/* That it was used, or that time has passed, is no change: else nobody could change a
 * busy key under If-Match. */
static void
make_etag(struct ctx *cx, const struct apikey *k, char out[static RESPONSE_ETAG_SIZE])
{
	const char *text =
	    arena_printf(cx->mem, "%s %lld", k->id, (long long)k->version);

	response_etag(out, text, strlen(text));
}

enum err
partner_key_list_get(struct app *app, struct call *call)
{
	const struct apikey_site site = site_of(app, call);
	struct apikey_page page;
	struct partner partner;
	struct list_query q;
	struct json_out o;
	bool found = false;
	int shown;
	enum err rc = list_read(call, &q);

	if (rc == ERR_OK)
		rc =
		    partner_find(&call->cx, app->db, site.partner_id, &partner, &found);
	if (rc == ERR_OK && !found)
		rc = partner_not_there(&call->cx, site.partner_id);
	if (rc != ERR_OK)
		return rc;
	page = (struct apikey_page){.after = q.cursor, .limit = q.limit + 1};
	rc = apikeys_list(&call->cx, app->db, &site, &page);
	if (rc != ERR_OK)
		return rc;
	shown = page.count > q.limit ? q.limit : page.count;
	list_open(call, &o);
	for (int i = 0; i < shown; i++)
		put_key(&o, &page.list[i]);
	list_close(call, &o, page.count > shown ? page.list[shown - 1].id : NULL);
	return ERR_OK;
}

enum err
partner_key_get(struct app *app, struct call *call)
{
	const struct apikey_site site = site_of(app, call);
	struct apikey k;
	enum err rc = apikey_show(&call->cx, app->db, &site, id_of(call), &k);

	if (rc != ERR_OK)
		return rc;
	answer(call, &k);
	make_etag(&call->cx, &k, call->rs->etag);
	return ERR_OK;
}

/* -- changes -- */

/* What the body says, over what is there. */
static enum err
read_draft(struct call *call, const struct apikey *now, struct apikey_draft *d)
{
	struct ctx *cx = &call->cx;
	const struct json *body = call->body, *days = json_get(body, "expires_in_days");

	*d = (struct apikey_draft){.name = now->name, .expires_at = now->expires_at};
	if (json_has(body, "name"))
		d->name = json_get_text(body, "name");
	if (json_has(body, "expires_at"))
		d->expires_at = json_get_text(body, "expires_at");
	if (!json_has(body, "expires_in_days"))
		return ERR_OK;
	if (json_has(body, "expires_at")) {
		ctx_fault(cx, "/expires_in_days", "not",
		    "says the same as expires_at: leave one of them out");
		return err_tell(&cx->err, ERR_INVALID, "the API key is not valid");
	}
	d->expires_at =
	    days != NULL ? apikey_expiry(cx, (int64_t)json_number(days)) : NULL;
	return ERR_OK;
}

static const char *const *
read_scopes(struct call *call)
{
	const struct json *list = json_get(call->body, "scopes");
	const size_t n = json_count(list);
	const char **out;

	if (list == NULL)
		return NULL;
	out = arena_alloc(call->cx.mem, (n + 1) * sizeof(*out));
	for (size_t i = 0; i < n; i++)
		out[i] = json_text(json_item(list, i));
	return out;
}

enum err
partner_key_post(struct app *app, struct call *call)
{
	static const struct apikey nothing = {0};
	const struct apikey_site site = site_of(app, call);
	struct ctx *cx = &call->cx;
	struct apikey_draft draft;
	struct apikey k;
	enum err rc = read_draft(call, &nothing, &draft);

	draft.scopes = read_scopes(call);
	if (rc == ERR_OK)
		rc = partner_check_there(cx, app->db, site.partner_id);
	if (rc == ERR_OK)
		rc = apikey_create(cx, app->db, &site, &draft, &k);
	if (rc != ERR_OK)
		return rc;
	call->rs->status = 201;
	response_header(call->rs, "Location",
	    arena_printf(cx->mem, "%s/admin/partners/%s/keys/%s", call->rq.prefix,
		request_encode_piece(cx->mem, site.partner_id), k.id));
	answer(call, &k);
	return ERR_OK;
}

/* A change of one that is there, and its answer. */
struct change {
	struct call *call;
	struct apikey_site site;
	struct apikey now;
};

/* Holds it, if it is still what the caller has seen. */
static enum err
hold(struct ctx *cx, struct db *db, struct change *c)
{
	char etag[RESPONSE_ETAG_SIZE];
	enum err rc = apikey_hold(cx, db, &c->site, id_of(c->call), &c->now);

	if (rc != ERR_OK)
		return rc;
	make_etag(cx, &c->now, etag);
	if (!response_if_match(&c->call->rq, etag))
		return err_tell(&cx->err, ERR_PRECONDITION,
		    "the API key is not what If-Match says any more");
	return ERR_OK;
}

static enum err
run(struct app *app, struct call *call, db_transaction_fn *fn, struct change *c)
{
	*c = (struct change){.call = call, .site = site_of(app, call)};
	return db_transaction(&call->cx, app->db, DB_MANAGEMENT, fn, c);
}

static enum err
patch(struct ctx *cx, struct db *db, void *arg)
{
	struct change *c = arg;
	struct apikey_draft draft;
	enum err rc = hold(cx, db, c);

	if (rc == ERR_OK)
		rc = read_draft(c->call, &c->now, &draft);
	return rc == ERR_OK ? apikey_update(cx, db, &c->site, &draft, &c->now) : rc;
}

enum err
partner_key_patch(struct app *app, struct call *call)
{
	char etag[RESPONSE_ETAG_SIZE];
	struct change c;
	enum err rc = run(app, call, patch, &c);

	if (rc != ERR_OK)
		return rc;
	answer(call, &c.now);
	make_etag(&call->cx, &c.now, etag);
	response_header(call->rs, "ETag", etag);
	return ERR_OK;
}

static enum err
revoke(struct ctx *cx, struct db *db, void *arg)
{
	struct change *c = arg;
	enum err rc = hold(cx, db, c);

	return rc == ERR_OK ? apikey_revoke(cx, db, &c->site, &c->now) : rc;
}

enum err
partner_key_remove(struct app *app, struct call *call)
{
	struct change c;
	enum err rc = run(app, call, revoke, &c);

	if (rc == ERR_OK)
		call->rs->status = 204;
	return rc;
}

enum err
partner_key_rotate_post(struct app *app, struct call *call)
{
	struct change c = {.call = call, .site = site_of(app, call)};
	int hours = APIKEY_KEEP_HOURS;
	enum err rc = hold(&call->cx, app->db, &c);

	if (json_has(call->body, "keep_hours"))
		hours = (int)json_number(json_get(call->body, "keep_hours"));
	if (rc == ERR_OK)
		rc = apikey_rotate(&call->cx, app->db, &c.site, hours, &c.now);
	if (rc == ERR_OK)
		answer(call, &c.now);
	return rc;
}
