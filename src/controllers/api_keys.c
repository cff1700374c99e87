/* api_keys.c - the routes about API keys: a partner's, which superusers see to, and a
 * tenant's own. The same handlers in two presentations. */
#include <string.h>

#include "apikey/apikey.h"
#include "controllers/people.h"

/* What a presentation calls things, in the order in which they are told. */
enum {
	WORD_ID,
	WORD_OWNER,
	WORD_NAME,
	WORD_PREFIX,
	WORD_SCOPES,
	WORD_CREATED_BY,
	WORD_CREATED_AT,
	WORD_UPDATED_AT,
	WORD_EXPIRES_AT,
	WORD_LAST_USED_AT,
	WORD_REVOKED_AT,
	WORD_PREVIOUS_UNTIL,
	WORD_VERSION,
	WORD_SECRET,
	WORD_EXPIRES_IN_DAYS, /* of requests alone, as is the next */
	WORD_KEEP_HOURS,
	WORD_COUNT
};

struct face {
	const char *words[WORD_COUNT];
	const char *where, *below; /* what stands before the owner, and before the id */
};

static const struct face faces[] = {
    {{"id", "partner_id", "name", "prefix", "scopes", "created_by", "created_at",
	 "updated_at", "expires_at", "last_used_at", "revoked_at",
	 "previous_secret_until", "version", "secret", "expires_in_days", "keep_hours"},
	"/admin/partners/", "/keys/"},
    {{"id", "tenantId", "name", "prefix", "scopes", "createdBy", "createdAt",
	 "updatedAt", "expiresAt", "lastUsedAt", "revokedAt", "previousSecretUntil",
	 "version", "secret", "expiresInDays", "keepHours"},
	"/api/tenants/", "/api-keys/"},
};

/* -- whose -- */

static bool
of_tenant(const struct call *call)
{
	return call->tenant_id != NULL;
}

static const struct face *
face_of(const struct call *call)
{
	return &faces[of_tenant(call)];
}

static const char *
owner_of(struct call *call)
{
	return of_tenant(call) ? call->tenant_id
			       : slice_dup(call->cx.mem, call->params[0]);
}

/* Nobody makes a key that does more than they do themselves. */
static const char *const *
most_of(struct call *call)
{
	const char **out;
	size_t n = 0;

	if (!of_tenant(call))
		return NULL;
	out = arena_alloc(call->cx.mem, ((size_t)role_scope_count + 1) * sizeof(*out));
	for (int i = 0; i < role_scope_count; i++)
		if (call->scopes & role_scopes[i].bit)
			out[n++] = role_scopes[i].name;
	return out;
}

static struct apikey_site
site_of(const struct app *app, struct call *call)
{
	return (struct apikey_site){
	    .partner_id = of_tenant(call) ? NULL : owner_of(call),
	    .tenant_id = call->tenant_id,
	    .address = call->rq.client,
	    .audit = app->audit,
	    .most = most_of(call)};
}

static const char *
id_of(struct call *call)
{
	return slice_dup(call->cx.mem, call->params[1]);
}

/* -- as JSON -- */

static void
put_key(struct json_out *o, const struct apikey *k)
{
	const char *const *word = faces[k->tenant_id != NULL].words;

	json_open_object(o);
	json_member_text(o, word[WORD_ID], k->id);
	json_member_text(
	    o, word[WORD_OWNER], k->tenant_id != NULL ? k->tenant_id : k->partner_id);
	json_member_text(o, word[WORD_NAME], k->name);
	json_member_text(o, word[WORD_PREFIX], k->prefix);
	json_member_raw(o, word[WORD_SCOPES], k->scopes);
	json_member_text(o, word[WORD_CREATED_BY], k->created_by);
	json_member_text(o, word[WORD_CREATED_AT], k->created_at);
	json_member_text(o, word[WORD_UPDATED_AT], k->updated_at);
	json_member_text(o, word[WORD_EXPIRES_AT], k->expires_at);
	json_member_text(o, word[WORD_LAST_USED_AT], k->last_used_at);
	json_member_text(o, word[WORD_REVOKED_AT], k->revoked_at);
	json_member_text(o, word[WORD_PREVIOUS_UNTIL], k->previous_until);
	json_member_i64(o, word[WORD_VERSION], k->version);
	if (k->secret != NULL)
		json_member_text(o, word[WORD_SECRET], k->secret);
	json_close_object(o);
}

static void
put_row(struct json_out *o, const void *row)
{
	put_key(o, row);
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
	.put = put_row},
    .version = offsetof(struct apikey, version),
    .hold = hold};

/* -- looked at -- */

/* A tenant's path was found by then. */
static enum err
check_owner(struct app *app, struct call *call)
{
	struct partner partner;
	bool found = true;
	enum err rc = ERR_OK;

	if (!of_tenant(call))
		rc = partner_find(&call->cx, app->db, owner_of(call), &partner, &found);
	return rc == ERR_OK && !found ? partner_not_there(&call->cx, owner_of(call))
				      : rc;
}

static enum err
list_keys(struct app *app, struct call *call)
{
	const struct apikey_site site = site_of(app, call);
	struct apikey_page page;
	struct list_query q;
	enum err rc = list_read(call, &q);

	if (rc == ERR_OK)
		rc = check_owner(app, call);
	if (rc != ERR_OK)
		return rc;
	page = (struct apikey_page){.after = q.cursor, .limit = q.limit + 1};
	rc = apikeys_list(&call->cx, app->db, &site, &page);
	if (rc == ERR_OK)
		list_put(call, &q, &form.row, page.list, page.count);
	return rc;
}

static enum err
show_key(struct app *app, struct call *call)
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
	const char *const *word = face_of(call)->words;
	const struct json *body = call->body,
			  *days = json_get(body, word[WORD_EXPIRES_IN_DAYS]);

	*d = (struct apikey_draft){.name = now->name, .expires_at = now->expires_at};
	if (json_has(body, word[WORD_NAME]))
		d->name = json_get_text(body, word[WORD_NAME]);
	if (json_has(body, word[WORD_EXPIRES_AT]))
		d->expires_at = json_get_text(body, word[WORD_EXPIRES_AT]);
	if (!json_has(body, word[WORD_EXPIRES_IN_DAYS]))
		return ERR_OK;
	if (json_has(body, word[WORD_EXPIRES_AT])) {
		ctx_fault(cx, arena_printf(cx->mem, "/%s", word[WORD_EXPIRES_IN_DAYS]),
		    "not", "says the same as %s: leave one of them out",
		    word[WORD_EXPIRES_AT]);
		return err_tell(&cx->err, ERR_INVALID, "the API key is not valid");
	}
	d->expires_at =
	    days != NULL ? apikey_expiry(cx, (int64_t)json_number(days)) : NULL;
	return ERR_OK;
}

static const char *const *
read_scopes(struct call *call)
{
	const struct json *list =
	    json_get(call->body, face_of(call)->words[WORD_SCOPES]);
	const size_t n = json_count(list);
	const char **out;

	if (list == NULL)
		return NULL;
	out = arena_alloc(call->cx.mem, (n + 1) * sizeof(*out));
	for (size_t i = 0; i < n; i++)
		out[i] = json_text(json_item(list, i));
	return out;
}

static enum err
make_key(struct app *app, struct call *call)
{
	static const struct apikey nothing = {0};
	const struct apikey_site site = site_of(app, call);
	struct ctx *cx = &call->cx;
	struct apikey_draft draft;
	struct apikey k;
	enum err rc = read_draft(call, &nothing, &draft);

	draft.scopes = read_scopes(call);
	if (rc == ERR_OK && !of_tenant(call))
		rc = partner_check_there(cx, app->db, site.partner_id);
	if (rc == ERR_OK)
		rc = apikey_create(cx, app->db, &site, &draft, &k);
	if (rc != ERR_OK)
		return rc;
	call->rs->status = 201;
	response_header(call->rs, "Location",
	    arena_printf(cx->mem, "%s%s%s%s%s", call->rq.prefix, face_of(call)->where,
		request_encode_piece(cx->mem, owner_of(call)), face_of(call)->below,
		k.id));
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

static enum err
revoke(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct apikey_site site = site_of(c->app, c->call);

	return apikey_revoke(cx, db, &site, c->now);
}

/* Whoever is shown a key's secret may do what the key may. */
static enum err
check_secret(struct ctx *cx, struct item_change *c)
{
	const struct role_site site = people_site_of(c->app, c->call);
	const struct apikey *now = c->now;
	const struct json *scopes;
	enum err rc;

	if (!of_tenant(c->call))
		return ERR_OK;
	rc = json_parse(cx, now->scopes, strlen(now->scopes), 1, &scopes);
	return rc == ERR_OK ? role_check_has(cx, &site, role_scopes_of_list(scopes))
			    : rc;
}

static enum err
rotate(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct apikey_site site = site_of(c->app, c->call);
	const char *word = face_of(c->call)->words[WORD_KEEP_HOURS];
	int hours = APIKEY_KEEP_HOURS;
	enum err rc = check_secret(cx, c);

	if (rc != ERR_OK)
		return rc;
	if (json_has(c->call->body, word))
		hours = (int)json_number(json_get(c->call->body, word));
	return apikey_rotate(cx, db, &site, hours, c->now);
}

/* -- the routes: two of each, since what they take and answer has other names -- */

enum err
partner_key_list_get(struct app *app, struct call *call)
{
	return list_keys(app, call);
}

enum err
tenant_key_list_get(struct app *app, struct call *call)
{
	return list_keys(app, call);
}

enum err
partner_key_get(struct app *app, struct call *call)
{
	return show_key(app, call);
}

enum err
tenant_key_get(struct app *app, struct call *call)
{
	return show_key(app, call);
}

enum err
partner_key_post(struct app *app, struct call *call)
{
	return make_key(app, call);
}

enum err
tenant_key_post(struct app *app, struct call *call)
{
	return make_key(app, call);
}

enum err
partner_key_patch(struct app *app, struct call *call)
{
	return item_change(app, call, &form, patch);
}

enum err
tenant_key_patch(struct app *app, struct call *call)
{
	return item_change(app, call, &form, patch);
}

enum err
partner_key_remove(struct app *app, struct call *call)
{
	return item_remove(app, call, &form, revoke);
}

enum err
tenant_key_remove(struct app *app, struct call *call)
{
	return item_remove(app, call, &form, revoke);
}

enum err
partner_key_rotate_post(struct app *app, struct call *call)
{
	return item_change_within(app, call, &form, rotate);
}

enum err
tenant_key_rotate_post(struct app *app, struct call *call)
{
	return item_change_within(app, call, &form, rotate);
}
