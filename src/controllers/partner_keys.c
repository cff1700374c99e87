/* partner_keys.c - the routes by which superusers see to a partner's API keys. */
#include "apikey/apikey.h"
#include "controllers/item.h"

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
put_key(struct json_out *o, const void *row)
{
	const struct apikey *k = row;

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

static enum err
hold(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct apikey_site site = site_of(c->app, c->call);

	return apikey_hold(cx, db, &site, id_of(c->call), c->now);
}

/* That it was used, or that time has passed, is no change: else nobody could change a
 * busy key under If-Match. */
static const struct item_form form = {.what = "API key",
    .row = {.size = sizeof(struct apikey),
	.key = offsetof(struct apikey, id),
	.put = put_key},
    .version = offsetof(struct apikey, version),
    .hold = hold};

enum err
partner_key_list_get(struct app *app, struct call *call)
{
	const struct apikey_site site = site_of(app, call);
	struct apikey_page page;
	struct partner partner;
	struct list_query q;
	bool found = false;
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
	if (rc == ERR_OK)
		list_put(call, &q, &form.row, page.list, page.count);
	return rc;
}

enum err
partner_key_get(struct app *app, struct call *call)
{
	const struct apikey_site site = site_of(app, call);
	struct apikey k;
	enum err rc = apikey_show(&call->cx, app->db, &site, id_of(call), &k);

	if (rc == ERR_OK)
		item_put(call, &form, &k);
	return rc;
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
	item_put(call, &form, &k);
	return ERR_OK;
}

static enum err
patch(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct apikey_site site = site_of(c->app, c->call);
	struct apikey_draft draft;
	enum err rc = read_draft(c->call, c->now, &draft);

	return rc == ERR_OK ? apikey_update(cx, db, &site, &draft, c->now) : rc;
}

enum err
partner_key_patch(struct app *app, struct call *call)
{
	return item_change(app, call, &form, patch);
}

static enum err
revoke(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct apikey_site site = site_of(c->app, c->call);

	return apikey_revoke(cx, db, &site, c->now);
}

enum err
partner_key_remove(struct app *app, struct call *call)
{
	return item_remove(app, call, &form, revoke);
}

static enum err
rotate(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct apikey_site site = site_of(c->app, c->call);
	const struct json *body = c->call->body;
	int hours = APIKEY_KEEP_HOURS;

	if (json_has(body, "keep_hours"))
		hours = (int)json_number(json_get(body, "keep_hours"));
	return apikey_rotate(cx, db, &site, hours, c->now);
}

enum err
partner_key_rotate_post(struct app *app, struct call *call)
{
	return item_change_within(app, call, &form, rotate);
}
