/* admin_users.c - the routes by which superusers see to users. */
#include <string.h>

#include "controllers/item.h"
#include "flows/users.h"

static struct user_desk
desk_of(const struct app *app, const struct call *call)
{
	return (struct user_desk){
	    .address = call->rq.client, .audit = app->audit, .hashes = app->hashes};
}

static const char *
name_of(struct call *call)
{
	return slice_dup(call->cx.mem, call->params[0]);
}

static void
put_user(struct json_out *o, const void *row)
{
	const struct user *u = row;

	json_open_object(o);
	json_member_text(o, "id", u->id);
	json_member_text(o, "email", u->email);
	json_member_text(o, "name", u->name);
	json_member_bool(o, "is_superuser", u->superuser);
	json_member_text(o, "tenant_id", u->tenant_id);
	json_member_bool(o, "is_active", u->active);
	json_member_bool(o, "has_password", u->password_hash != NULL);
	json_member_i64(o, "version", u->version);
	json_member_text(o, "created_at", u->created_at);
	json_member_text(o, "updated_at", u->updated_at);
	json_close_object(o);
}

static enum err
hold(struct ctx *cx, struct db *db, struct item_change *c)
{
	return user_named_hold(cx, db, name_of(c->call), c->now);
}

static const struct item_form form = {.what = "user",
    .row = {.size = sizeof(struct user), .put = put_user},
    .hold = hold};

/* "true", "false", or absent. */
static enum err
read_filter(struct call *call, const char *name, enum user_filter *out)
{
	const char *text = list_filter(call, name);

	*out = USER_FILTER_NONE;
	if (text == NULL)
		return ERR_OK;
	if (strcmp(text, "true") == 0)
		*out = USER_FILTER_YES;
	else if (strcmp(text, "false") == 0)
		*out = USER_FILTER_NO;
	else {
		ctx_fault(&call->cx, arena_printf(call->cx.mem, "/%s", name), "enum",
		    "must be true or false");
		return err_tell(
		    &call->cx.err, ERR_INVALID, "%s must be true or false", name);
	}
	return ERR_OK;
}

enum err
admin_user_list(struct app *app, struct call *call)
{
	struct user_page page = {.spare = 1};
	struct list_query q;
	struct json_out o;
	int shown;
	enum err rc = list_read(call, &q);

	if (rc == ERR_OK)
		rc = read_filter(call, "is_superuser", &page.superusers);
	if (rc == ERR_OK)
		rc = read_filter(call, "is_active", &page.active);
	if (rc != ERR_OK)
		return rc;
	page.after = q.cursor;
	page.part = list_filter(call, "q");
	page.tenant = list_filter(call, "tenant_id");
	page.limit = q.limit + page.spare;
	rc = users_list(&call->cx, app->db, &page);
	if (rc != ERR_OK)
		return rc;
	shown = page.count > q.limit ? q.limit : page.count;
	list_open(call, &o);
	for (int i = 0; i < shown; i++)
		put_user(&o, &page.list[i]);
	list_close(call, &o, page.count > shown ? page.last : NULL);
	return ERR_OK;
}

enum err
admin_user_get(struct app *app, struct call *call)
{
	struct user u;
	enum err rc = user_named(&call->cx, app->db, name_of(call), &u);

	if (rc == ERR_OK)
		item_put(call, &form, &u);
	return rc;
}

enum err
admin_user_post(struct app *app, struct call *call)
{
	const struct json *body = call->body;
	const struct user_desk desk = desk_of(app, call);
	struct user_draft draft = {
	    .email = json_get_text(body, "email"),
	    .name = json_get_text(body, "name"),
	    .tenant = json_get_text(body, "tenant_id"),
	    .password = json_get_text(body, "password"),
	    .superuser = json_bool(json_get(body, "is_superuser")),
	};
	const char *id;
	struct user u;
	enum err rc;

	if (draft.password != NULL)
		draft.password_n = strlen(draft.password);
	rc = user_create(&call->cx, app->db, &desk, &draft, &id);
	if (rc == ERR_OK)
		rc = user_named(&call->cx, app->db, id, &u);
	if (rc != ERR_OK)
		return rc;
	call->rs->status = 201;
	response_header(call->rs, "Location",
	    arena_printf(call->cx.mem, "%s/admin/users/%s", call->rq.prefix, u.id));
	item_put(call, &form, &u);
	return ERR_OK;
}

/* -- changes -- */

static bool
bool_or(const struct json *body, const char *name, bool now)
{
	return json_has(body, name) ? json_bool(json_get(body, name)) : now;
}

static enum err
patch(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct user_desk desk = desk_of(c->app, c->call);
	const struct json *body = c->call->body;
	struct user_wish wish = user_wish_of(c->now);

	if (json_has(body, "name"))
		wish.name = json_get_text(body, "name");
	if (json_has(body, "tenant_id"))
		wish.tenant = json_get_text(body, "tenant_id");
	wish.superuser = bool_or(body, "is_superuser", wish.superuser);
	wish.active = bool_or(body, "is_active", wish.active);
	return user_change(cx, db, &desk, &wish, c->now);
}

enum err
admin_user_patch(struct app *app, struct call *call)
{
	return item_change(app, call, &form, patch);
}
