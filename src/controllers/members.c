/* members.c - the routes about who is in a tenant. */
#include <string.h>

#include "controllers/people.h"
#include "flows/users.h"
#include "session/session.h"

static const char *
name_of(struct call *call)
{
	return slice_dup(call->cx.mem, call->params[1]);
}

void
people_put_person(struct json_out *o, const struct person *p)
{
	json_member_text(o, "id", p->id);
	json_member_text(o, "email", p->email);
	json_member_text(o, "name", p->name);
	json_member_text(o, "role", p->role);
	json_member_raw(o, "groups", p->groups);
	role_scopes_put(o, "scopes", role_scopes_granted(p->grants));
	json_member_text(o, "status", p->active ? "active" : "inactive");
	json_member_text(o, "joinedAt", p->joined_at);
	json_member_text(o, "lastSeenAt", p->last_seen_at);
}

static void
put_member(struct json_out *o, const void *row)
{
	json_open_object(o);
	people_put_person(o, row);
	json_close_object(o);
}

static enum err
hold(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct role_site site = people_site_of(c->app, c->call);

	return person_hold(cx, db, &site, name_of(c->call), c->now);
}

/* That they were seen is no change. */
static const struct item_form form = {.what = "member",
    .row = {.size = sizeof(struct person),
	.key = offsetof(struct person, id),
	.put = put_member},
    .version = offsetof(struct person, version),
    .hold = hold};

static enum err
read_status(struct call *call, const char **status)
{
	*status = list_filter(call, "status");
	if (*status == NULL || strcmp(*status, "active") == 0 ||
	    strcmp(*status, "inactive") == 0)
		return ERR_OK;
	ctx_fault(&call->cx, "/status", "enum", "is no status of a member");
	return err_tell(
	    &call->cx.err, ERR_INVALID, "status is one of active and inactive");
}

enum err
member_list_get(struct app *app, struct call *call)
{
	const struct role_site site = people_site_of(app, call);
	struct person_page page;
	struct list_query q;
	enum err rc = list_read(call, &q);

	page = (struct person_page){.after = q.cursor,
	    .limit = q.limit + 1,
	    .part = list_filter(call, "q"),
	    .role = list_filter(call, "role")};
	if (rc == ERR_OK)
		rc = read_status(call, &page.status);
	if (rc == ERR_OK)
		rc = persons_list(&call->cx, app->db, &site, &page);
	if (rc == ERR_OK)
		list_put(call, &q, &form.row, page.list, page.count);
	return rc;
}

enum err
member_get(struct app *app, struct call *call)
{
	const struct role_site site = people_site_of(app, call);
	struct person p;
	enum err rc = person_show(&call->cx, app->db, &site, name_of(call), &p);

	if (rc == ERR_OK)
		item_put(call, &form, &p);
	return rc;
}

/* -- changes -- */

/* An address associates nobody with a tenant: they are asked. */
static enum err
check_platform(struct call *call)
{
	if (call->platform)
		return ERR_OK;
	return err_tell(&call->cx.err, ERR_FORBIDDEN,
	    "nobody becomes a member without having been asked: invite them, with POST "
	    "/api/tenants/%s/invitations",
	    call->tenant_id);
}

static enum err
check_user(
    struct ctx *cx, struct db *db, const struct role_site *site, const struct user *u)
{
	struct person p;
	enum err rc = role_turn(cx, db, site->tenant_id);

	if (rc == ERR_OK && !u->active)
		rc = err_tell(
		    &cx->err, ERR_CONFLICT, "the user's account is deactivated");
	if (rc == ERR_OK)
		rc = person_query(cx, db, site, u->id, &p);
	if (rc == ERR_OK && p.id != NULL)
		rc = err_tell(&cx->err, ERR_CONFLICT,
		    "they are a member already, as \"%.100s\": change that with PATCH",
		    p.role);
	return rc;
}

static enum err
add(struct ctx *cx, struct db *db, const struct role_site *site,
    const struct json *body, const char **user_id)
{
	const struct role_wish wish = {json_get_text(body, "role"), "/role"};
	struct user user;
	struct role role;
	enum err rc = user_named_hold(cx, db, json_get_text(body, "user"), &user);

	if (rc == ERR_OK)
		rc = check_user(cx, db, site, &user);
	if (rc == ERR_OK)
		rc = role_to_give(cx, db, site, &wish, &role);
	if (rc != ERR_OK)
		return rc;
	*user_id = user.id;
	return person_add(cx, db, site, user.id, &role);
}

enum err
member_post(struct app *app, struct call *call)
{
	const struct role_site site = people_site_of(app, call);
	const char *user_id = NULL;
	struct person p;
	enum err rc = check_platform(call);

	if (rc == ERR_OK)
		rc = add(&call->cx, app->db, &site, call->body, &user_id);
	if (rc == ERR_OK)
		rc = person_hold(&call->cx, app->db, &site, user_id, &p);
	if (rc != ERR_OK)
		return rc;
	call->rs->status = 201;
	response_header(call->rs, "Location",
	    arena_printf(call->cx.mem, "%s/api/tenants/%s/users/%s", call->rq.prefix,
		site.tenant_id, request_encode_piece(call->cx.mem, p.id)));
	item_put(call, &form, &p);
	return ERR_OK;
}

static enum err
patch(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct role_site site = people_site_of(c->app, c->call);
	const struct role_wish wish = {json_get_text(c->call->body, "role"), "/role"};
	struct role role;
	enum err rc = role_to_give(cx, db, &site, &wish, &role);

	return rc == ERR_OK ? person_set_role(cx, db, &site, &role, c->now) : rc;
}

enum err
member_patch(struct app *app, struct call *call)
{
	return item_change(app, call, &form, patch);
}

static enum err
remove_it(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct role_site site = people_site_of(c->app, c->call);

	return person_remove(cx, db, &site, SESSION_ENDED_BY_ADMINISTRATOR, c->now);
}

enum err
member_remove(struct app *app, struct call *call)
{
	return item_remove(app, call, &form, remove_it);
}
