/* oauth_clients.c - the routes about a tenant's OAuth clients. */
#include <string.h>

#include "client/client.h"
#include "controllers/people.h"

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

static enum err
hold(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct client_site site = site_of(c->app, c->call);

	return client_hold(cx, db, &site, id_of(c->call), c->now);
}

/* That it was used, or that time has passed, is no change: else nobody could change a
 * busy client under If-Match. */
static const struct item_form form = {.what = "client",
    .row = {.size = sizeof(struct client),
	.key = offsetof(struct client, id),
	.put = put_client},
    .version = offsetof(struct client, version),
    .hold = hold};

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
		list_put(call, &q, &form.row, page.list, page.count);
	return rc;
}

enum err
oauth_client_get(struct app *app, struct call *call)
{
	const struct client_site site = site_of(app, call);
	struct client c;
	enum err rc = client_show(&call->cx, app->db, &site, id_of(call), &c);

	if (rc == ERR_OK)
		item_put(call, &form, &c);
	return rc;
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

/* NULL: none. */
static enum err
read_scopes(struct ctx *cx, const char *text, unsigned *out)
{
	const struct json *list;
	enum err rc;

	*out = 0;
	if (text == NULL)
		return ERR_OK;
	rc = json_parse(cx, text, strlen(text), 1, &list);

	if (rc == ERR_OK)
		*out = role_scopes_of_list(list);
	return rc;
}

/* Nobody makes a client do more than they do themselves. now NULL: it could do nothing.
 */
static enum err
check_more(struct app *app, struct call *call, const char *scopes, const char *now)
{
	const struct role_site site = people_site_of(app, call);
	unsigned next, had = 0;
	enum err rc = read_scopes(&call->cx, scopes, &next);

	if (rc == ERR_OK)
		rc = read_scopes(&call->cx, now, &had);
	return rc == ERR_OK ? role_check_has(&call->cx, &site, next & ~had) : rc;
}

enum err
oauth_client_post(struct app *app, struct call *call)
{
	static const struct client nothing = {0};
	const struct client_site site = site_of(app, call);
	const struct client_draft draft = draft_of(call, &nothing);
	struct client c;
	enum err rc = check_more(app, call, draft.scopes, NULL);

	if (rc == ERR_OK)
		rc = client_create(&call->cx, app->db, &site, &draft, &c);
	if (rc != ERR_OK)
		return rc;
	call->rs->status = 201;
	response_header(call->rs, "Location",
	    arena_printf(call->cx.mem, "%s/api/tenants/%s/oauth-clients/%s",
		call->rq.prefix, site.tenant_id, c.id));
	item_put(call, &form, &c);
	return ERR_OK;
}

static enum err
patch(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct client_site site = site_of(c->app, c->call);
	const struct client *now = c->now;
	const struct client_draft draft = draft_of(c->call, now);
	enum err rc = check_more(c->app, c->call, draft.scopes, now->scopes);

	return rc == ERR_OK ? client_update(cx, db, &site, &draft, c->now) : rc;
}

enum err
oauth_client_patch(struct app *app, struct call *call)
{
	return item_change(app, call, &form, patch);
}

static enum err
revoke(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct client_site site = site_of(c->app, c->call);

	return client_revoke(cx, db, &site, c->now);
}

enum err
oauth_client_remove(struct app *app, struct call *call)
{
	return item_remove(app, call, &form, revoke);
}

static enum err
rotate(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct client_site site = site_of(c->app, c->call);
	const struct json *body = c->call->body;
	const struct client *now = c->now;
	int hours = CLIENT_KEEP_HOURS;
	/* whoever is shown a client's secret may do what the client may */
	enum err rc = check_more(c->app, c->call, now->scopes, NULL);

	if (rc != ERR_OK)
		return rc;
	if (json_has(body, "keepHours"))
		hours = (int)json_number(json_get(body, "keepHours"));
	return client_rotate(cx, db, &site, hours, c->now);
}

enum err
oauth_client_secret_post(struct app *app, struct call *call)
{
	return item_change_within(app, call, &form, rotate);
}
