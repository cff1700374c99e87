/* oauth_clients.c - the routes about a tenant's OAuth clients. */
#include <string.h>

#include "client/client.h"
#include "controllers/list.h"

static struct client_site
site_of(const struct app *app, const struct call *call)
{
	return (struct client_site){.tenant_id = call->tenant_id,
	    .address = call->rq.client,
	    .audit = app->audit};
}

static const char *
id_of(struct call *call)
{
	return slice_dup(call->cx.mem, call->params[1]);
}

static void
put_client(struct json_out *o, const void *row)
{
	const struct client *c = row;

	json_open_object(o);
	json_member_text(o, "id", c->id);
	json_member_text(o, "tenantId", c->tenant_id);
	json_member_text(o, "name", c->name);
	json_member_raw(o, "scopes", c->scopes);
	json_member_text(o, "createdBy", c->created_by);
	json_member_text(o, "createdAt", c->created_at);
	json_member_text(o, "updatedAt", c->updated_at);
	json_member_text(o, "lastUsedAt", c->last_used_at);
	json_member_text(o, "revokedAt", c->revoked_at);
	json_member_text(o, "previousSecretUntil", c->previous_until);
	json_member_i64(o, "version", c->version);
	if (c->secret != NULL)
		json_member_text(o, "secret", c->secret);
	json_close_object(o);
}

static const struct list_form form = {.size = sizeof(struct client),
    .key = offsetof(struct client, id),
    .put = put_client};

static void
answer(struct call *call, const struct client *c)
{
	struct json_out o;

	json_out_init(&o, &call->rs->body);
	put_client(&o, c);
}

/* That it was used, or that time has passed, is no change: else nobody could change a
 * busy client under If-Match. */
static void
make_etag(struct ctx *cx, const struct client *c, char out[static RESPONSE_ETAG_SIZE])
{
	const char *text =
	    arena_printf(cx->mem, "%s %lld", c->id, (long long)c->version);

	response_etag(out, text, strlen(text));
}

enum err
oauth_client_list_get(struct app *app, struct call *call)
{
	const struct client_site site = site_of(app, call);
	struct client_page page;
	struct list_query q;
	enum err rc = list_read(call, &q);

	page = (struct client_page){.after = q.cursor, .limit = q.limit + 1};
	if (rc == ERR_OK)
		rc = clients_list(&call->cx, app->db, &site, &page);
	if (rc == ERR_OK)
		list_put(call, &q, &form, page.list, page.count);
	return rc;
}

enum err
oauth_client_get(struct app *app, struct call *call)
{
	const struct client_site site = site_of(app, call);
	struct client c;
	enum err rc = client_show(&call->cx, app->db, &site, id_of(call), &c);

	if (rc != ERR_OK)
		return rc;
	answer(call, &c);
	make_etag(&call->cx, &c, call->rs->etag);
	return ERR_OK;
}

/* -- changes -- */

/* What the body says, over what is there. */
static struct client_draft
draft_of(struct call *call, const struct client *now)
{
	const struct json *body = call->body;
	struct client_draft d = {now->name, now->scopes};

	if (json_has(body, "name"))
		d.name = json_get_text(body, "name");
	if (json_has(body, "scopes"))
		d.scopes = json_print(call->cx.mem, json_get(body, "scopes"));
	return d;
}

enum err
oauth_client_post(struct app *app, struct call *call)
{
	static const struct client nothing = {0};
	const struct client_site site = site_of(app, call);
	const struct client_draft draft = draft_of(call, &nothing);
	struct client c;
	enum err rc = client_create(&call->cx, app->db, &site, &draft, &c);

	if (rc != ERR_OK)
		return rc;
	call->rs->status = 201;
	response_header(call->rs, "Location",
	    arena_printf(call->cx.mem, "%s/api/tenants/%s/oauth-clients/%s",
		call->rq.prefix, site.tenant_id, c.id));
	answer(call, &c);
	return ERR_OK;
}

/* A change of one that is there, and its answer. */
struct change {
	struct call *call;
	struct client_site site;
	struct client now;
};

/* Holds it, if it is still what the caller has seen. */
static enum err
hold(struct ctx *cx, struct db *db, struct change *c)
{
	char etag[RESPONSE_ETAG_SIZE];
	enum err rc = client_hold(cx, db, &c->site, id_of(c->call), &c->now);

	if (rc != ERR_OK)
		return rc;
	make_etag(cx, &c->now, etag);
	if (!response_if_match(&c->call->rq, etag))
		return err_tell(&cx->err, ERR_PRECONDITION,
		    "the client is not what If-Match says any more");
	return ERR_OK;
}

static enum err
run(struct app *app, struct call *call, db_transaction_fn *fn, struct change *c)
{
	*c = (struct change){.call = call, .site = site_of(app, call)};
	return db_transaction(&call->cx, app->db, call->tenant_id, fn, c);
}

static enum err
patch(struct ctx *cx, struct db *db, void *arg)
{
	struct change *c = arg;
	struct client_draft draft;
	enum err rc = hold(cx, db, c);

	if (rc != ERR_OK)
		return rc;
	draft = draft_of(c->call, &c->now);
	return client_update(cx, db, &c->site, &draft, &c->now);
}

enum err
oauth_client_patch(struct app *app, struct call *call)
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

	return rc == ERR_OK ? client_revoke(cx, db, &c->site, &c->now) : rc;
}

enum err
oauth_client_remove(struct app *app, struct call *call)
{
	struct change c;
	enum err rc = run(app, call, revoke, &c);

	if (rc == ERR_OK)
		call->rs->status = 204;
	return rc;
}

enum err
oauth_client_secret_post(struct app *app, struct call *call)
{
	struct change c = {.call = call, .site = site_of(app, call)};
	int hours = CLIENT_KEEP_HOURS;
	enum err rc = hold(&call->cx, app->db, &c);

	if (json_has(call->body, "keepHours"))
		hours = (int)json_number(json_get(call->body, "keepHours"));
	if (rc == ERR_OK)
		rc = client_rotate(&call->cx, app->db, &c.site, hours, &c.now);
	if (rc == ERR_OK)
		answer(call, &c.now);
	return rc;
}
