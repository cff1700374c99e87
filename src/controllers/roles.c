/* roles.c - the routes about a tenant's roles. */
#include <string.h>

#include "controllers/people.h"

struct role_site
people_site_of(const struct app *app, const struct call *call)
{
	return (struct role_site){.tenant_id = call->tenant_id,
	    .address = call->rq.client,
	    .audit = app->audit,
	    .scopes = call->scopes};
}

static const char *
name_of(struct call *call)
{
	return slice_dup(call->cx.mem, call->params[1]);
}

static void
put_role(struct json_out *o, const void *row)
{
	const struct role *r = row;

	json_open_object(o);
	json_member_text(o, "id", r->id);
	json_member_text(o, "tenantId", r->tenant_id);
	json_member_text(o, "name", r->name);
	json_member_text(o, "description", r->description);
	role_scopes_put(o, "scopes", r->scopes);
	json_member_bool(o, "builtin", r->builtin);
	json_member_i64(o, "version", r->version);
	json_member_text(o, "createdBy", r->created_by);
	json_member_text(o, "createdAt", r->created_at);
	json_member_text(o, "updatedAt", r->updated_at);
	json_close_object(o);
}

static enum err
hold(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct role_site site = people_site_of(c->app, c->call);

	return role_hold(cx, db, &site, name_of(c->call), c->now);
}

static const struct item_form form = {.what = "role",
    .row = {.size = sizeof(struct role),
	.key = offsetof(struct role, id),
	.put = put_role},
    .version = offsetof(struct role, version),
    .hold = hold};

enum err
role_list_get(struct app *app, struct call *call)
{
	const struct role_site site = people_site_of(app, call);
	struct role *list = NULL;
	struct list_query q;
	int count = 0, first = 0;
	enum err rc = list_read(call, &q);

	if (rc == ERR_OK)
		rc = roles_list(&call->cx, app->db, &site, &list, &count);
	if (rc != ERR_OK)
		return rc;
	while (
	    q.cursor != NULL && first < count && strcmp(list[first].id, q.cursor) <= 0)
		first++;
	count -= first;
	list_put(
	    call, &q, &form.row, list + first, count > q.limit ? q.limit + 1 : count);
	return ERR_OK;
}

enum err
role_get(struct app *app, struct call *call)
{
	const struct role_site site = people_site_of(app, call);
	struct role r;
	enum err rc = role_show(&call->cx, app->db, &site, name_of(call), &r);

	if (rc == ERR_OK)
		item_put(call, &form, &r);
	return rc;
}

/* -- changes -- */

/* What the body says, over what is there. */
static struct role_draft
draft_of(struct call *call, const struct role *now)
{
	const struct json *body = call->body;
	struct role_draft d = {now->name, now->description, now->scopes};

	if (json_has(body, "name"))
		d.name = json_get_text(body, "name");
	if (json_has(body, "description"))
		d.description = json_get_text(body, "description");
	if (json_has(body, "scopes"))
		d.scopes = role_scopes_of_list(json_get(body, "scopes"));
	return d;
}

enum err
role_post(struct app *app, struct call *call)
{
	static const struct role nothing = {.description = ""};
	const struct role_site site = people_site_of(app, call);
	const struct role_draft draft = draft_of(call, &nothing);
	struct role r;
	enum err rc = role_create(&call->cx, app->db, &site, &draft, &r);

	if (rc != ERR_OK)
		return rc;
	call->rs->status = 201;
	response_header(call->rs, "Location",
	    arena_printf(call->cx.mem, "%s/api/tenants/%s/roles/%s", call->rq.prefix,
		site.tenant_id, request_encode_piece(call->cx.mem, r.id)));
	item_put(call, &form, &r);
	return ERR_OK;
}

static enum err
patch(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct role_site site = people_site_of(c->app, c->call);
	const struct role_draft draft = draft_of(c->call, c->now);

	return role_update(cx, db, &site, &draft, c->now);
}

enum err
role_patch(struct app *app, struct call *call)
{
	return item_change(app, call, &form, patch);
}

static enum err
remove_it(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct role_site site = people_site_of(c->app, c->call);

	return role_delete(cx, db, &site, list_filter(c->call, "replace_with"), c->now);
}

enum err
role_remove(struct app *app, struct call *call)
{
	return item_remove(app, call, &form, remove_it);
}
