/* groups.c - the routes about a tenant's groups, and who is in them. */
#include "controllers/people.h"
#include "role/group.h"

static const char *
id_of(struct call *call)
{
	return slice_dup(call->cx.mem, call->params[1]);
}

static void
put_group(struct json_out *o, const void *row)
{
	const struct group *g = row;

	json_open_object(o);
	json_member_text(o, "id", g->id);
	json_member_text(o, "tenantId", g->tenant_id);
	json_member_text(o, "name", g->name);
	json_member_text(o, "description", g->description);
	json_member_text(o, "role", g->role);
	role_scopes_put(o, "scopes", role_scopes_granted(g->grants));
	json_member_i64(o, "members", g->members);
	json_member_i64(o, "version", g->version);
	json_member_text(o, "createdBy", g->created_by);
	json_member_text(o, "createdAt", g->created_at);
	json_member_text(o, "updatedAt", g->updated_at);
	json_close_object(o);
}

static enum err
hold(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct role_site site = people_site_of(c->app, c->call);

	return group_hold(cx, db, &site, id_of(c->call), c->now);
}

/* Who is in it is no change of the group. */
static const struct item_form form = {.what = "group",
    .row = {.size = sizeof(struct group),
	.key = offsetof(struct group, id),
	.put = put_group},
    .version = offsetof(struct group, version),
    .hold = hold};

enum err
group_list_get(struct app *app, struct call *call)
{
	const struct role_site site = people_site_of(app, call);
	struct group_page page;
	struct list_query q;
	enum err rc = list_read(call, &q);

	page = (struct group_page){.after = q.cursor, .limit = q.limit + 1};
	if (rc == ERR_OK)
		rc = groups_list(&call->cx, app->db, &site, &page);
	if (rc == ERR_OK)
		list_put(call, &q, &form.row, page.list, page.count);
	return rc;
}

enum err
group_get(struct app *app, struct call *call)
{
	const struct role_site site = people_site_of(app, call);
	struct group g;
	enum err rc = group_show(&call->cx, app->db, &site, id_of(call), &g);

	if (rc == ERR_OK)
		item_put(call, &form, &g);
	return rc;
}

/* -- changes -- */

/* What the body says, over what is there. */
static struct group_draft
draft_of(struct call *call, const struct group *now)
{
	const struct json *body = call->body;
	struct group_draft d = {now->name, now->description, now->role};

	if (json_has(body, "name"))
		d.name = json_get_text(body, "name");
	if (json_has(body, "description"))
		d.description = json_get_text(body, "description");
	if (json_has(body, "role"))
		d.role = json_get_text(body, "role");
	return d;
}

enum err
group_post(struct app *app, struct call *call)
{
	static const struct group nothing = {.description = ""};
	const struct role_site site = people_site_of(app, call);
	const struct group_draft draft = draft_of(call, &nothing);
	struct group g;
	enum err rc = group_create(&call->cx, app->db, &site, &draft, &g);

	if (rc != ERR_OK)
		return rc;
	call->rs->status = 201;
	response_header(call->rs, "Location",
	    arena_printf(call->cx.mem, "%s/api/tenants/%s/groups/%s", call->rq.prefix,
		site.tenant_id, g.id));
	item_put(call, &form, &g);
	return ERR_OK;
}

static enum err
patch(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct role_site site = people_site_of(c->app, c->call);
	const struct group_draft draft = draft_of(c->call, c->now);

	return group_update(cx, db, &site, &draft, c->now);
}

enum err
group_patch(struct app *app, struct call *call)
{
	return item_change(app, call, &form, patch);
}

static enum err
remove_it(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct role_site site = people_site_of(c->app, c->call);

	return group_delete(cx, db, &site, c->now);
}

enum err
group_remove(struct app *app, struct call *call)
{
	return item_remove(app, call, &form, remove_it);
}

/* -- who is in one -- */

static void
put_member(struct json_out *o, const void *row)
{
	const struct person *p = row;

	json_open_object(o);
	people_put_person(o, p);
	json_member_text(o, "addedAt", p->added_at);
	json_close_object(o);
}

static const struct list_form member_form = {.size = sizeof(struct person),
    .key = offsetof(struct person, id),
    .put = put_member};

enum err
group_member_list_get(struct app *app, struct call *call)
{
	const struct role_site site = people_site_of(app, call);
	struct person_page page;
	struct list_query q;
	struct group g;
	enum err rc = list_read(call, &q);

	if (rc == ERR_OK)
		rc = group_show(&call->cx, app->db, &site, id_of(call), &g);
	page = (struct person_page){
	    .after = q.cursor, .limit = q.limit + 1, .group = id_of(call)};
	if (rc == ERR_OK)
		rc = persons_list(&call->cx, app->db, &site, &page);
	if (rc == ERR_OK)
		list_put(call, &q, &member_form, page.list, page.count);
	return rc;
}

/* Under the group's If-Match. */
static enum err
hold_member(
    struct ctx *cx, struct db *db, const struct item_change *c, struct person *p)
{
	const struct role_site site = people_site_of(c->app, c->call);

	return person_hold(cx, db, &site, slice_dup(cx->mem, c->call->params[2]), p);
}

static enum err
add_member(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct role_site site = people_site_of(c->app, c->call);
	struct person p;
	enum err rc = hold_member(cx, db, c, &p);

	return rc == ERR_OK ? group_add(cx, db, &site, c->now, &p) : rc;
}

static enum err
drop_member(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct role_site site = people_site_of(c->app, c->call);
	struct person p;
	enum err rc = hold_member(cx, db, c, &p);

	return rc == ERR_OK ? group_drop(cx, db, &site, c->now, &p) : rc;
}

enum err
group_member_put(struct app *app, struct call *call)
{
	return item_remove(app, call, &form, add_member);
}

enum err
group_member_remove(struct app *app, struct call *call)
{
	return item_remove(app, call, &form, drop_member);
}
