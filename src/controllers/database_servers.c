/* database_servers.c - the routes by which superusers see to database servers. */
#include <string.h>

#include "controllers/item.h"
#include "database/manage.h"

static struct server_desk
desk_of(const struct app *app, const struct call *call)
{
	return (struct server_desk){.databases = app->means.databases,
	    .db = app->db,
	    .audit = app->audit,
	    .address = call->rq.client};
}

static const char *
id_of(struct call *call)
{
	return slice_dup(call->cx.mem, call->params[0]);
}

static void
put_limit(struct json_out *o, const char *name, int64_t v)
{
	json_name(o, name);
	if (v == SERVER_NONE)
		json_put_null(o);
	else
		json_put_i64(o, v);
}

static void
put_server(struct json_out *o, const void *row)
{
	const struct database_server *s = row;

	json_open_object(o);
	json_member_text(o, "id", s->id);
	json_member_text(o, "address", s->address);
	json_member_text(o, "role", s->role);
	json_member_text(o, "state", s->state);
	json_member_i64(o, "weight", s->weight);
	json_member_i64(o, "databases", s->databases);
	put_limit(o, "databases_most", s->databases_most);
	put_limit(o, "connections_most", s->connections_most);
	put_limit(o, "pool_size", s->pool_size);
	json_member_i64(o, "pool_ready", s->ready);
	json_member_text(o, "template_stamp", s->stamp);
	json_member_text(o, "health", s->health);
	json_member_text(o, "health_reason", s->health_reason);
	json_member_text(o, "checked_at", s->checked_at);
	json_member_i64(o, "version", s->version);
	json_member_text(o, "created_at", s->created_at);
	json_member_text(o, "updated_at", s->updated_at);
	json_close_object(o);
}

static enum err
hold(struct ctx *cx, struct db *db, struct item_change *c)
{
	return server_hold(cx, db, id_of(c->call), c->now);
}

/* How full it is, and how it is, is no change: else nobody could change a busy server
 * under If-Match. */
static const struct item_form form = {.what = "database server",
    .row = {.size = sizeof(struct database_server),
	.key = offsetof(struct database_server, id),
	.put = put_server},
    .version = offsetof(struct database_server, version),
    .hold = hold};

enum err
database_server_list_get(struct app *app, struct call *call)
{
	struct server_page page;
	struct list_query q;
	enum err rc = list_read(call, &q);

	page = (struct server_page){.after = q.cursor, .limit = q.limit + 1};
	if (rc == ERR_OK)
		rc = servers_list(&call->cx, app->db, &page);
	if (rc == ERR_OK)
		list_put(call, &q, &form.row, page.list, page.count);
	return rc;
}

enum err
database_server_get(struct app *app, struct call *call)
{
	struct database_server s;
	enum err rc = server_show(&call->cx, app->db, id_of(call), &s);

	if (rc == ERR_OK)
		item_put(call, &form, &s);
	return rc;
}

enum err
database_server_health_get(struct app *app, struct call *call)
{
	const struct server_desk desk = desk_of(app, call);
	struct json_out o;
	struct database_server s;
	enum err rc = server_look(&call->cx, &desk, id_of(call), &s);

	if (rc != ERR_OK)
		return rc;
	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	json_member_text(&o, "health", s.health);
	json_member_text(&o, "reason", s.health_reason);
	json_member_text(&o, "checked_at", s.checked_at);
	json_close_object(&o);
	return ERR_OK;
}

/* -- changes -- */

static int64_t
limit_or(const struct json *body, const char *name, int64_t now)
{
	const struct json *v = json_get(body, name);

	if (!json_has(body, name))
		return now;
	return v != NULL ? (int64_t)json_number(v) : SERVER_NONE;
}

/* What the body says, over what is there. */
static struct server_draft
draft_of(const struct json *body, const struct server_draft *now)
{
	struct server_draft d = *now;

	if (json_has(body, "url"))
		d.conninfo = json_get_text(body, "url");
	if (json_has(body, "state"))
		d.state = json_get_text(body, "state");
	if (json_has(body, "weight"))
		d.weight = (int64_t)json_number(json_get(body, "weight"));
	d.databases_most = limit_or(body, "databases_most", now->databases_most);
	d.connections_most = limit_or(body, "connections_most", now->connections_most);
	d.pool_size = limit_or(body, "pool_size", now->pool_size);
	return d;
}

enum err
database_server_post(struct app *app, struct call *call)
{
	static const struct server_draft blank = {.state = "active",
	    .weight = SERVER_WEIGHT,
	    .databases_most = SERVER_NONE,
	    .connections_most = SERVER_NONE,
	    .pool_size = SERVER_NONE};
	const struct server_desk desk = desk_of(app, call);
	const struct server_draft draft = draft_of(call->body, &blank);
	struct database_server s;
	enum err rc = server_register(
	    &call->cx, &desk, json_get_text(call->body, "id"), &draft, &s);

	if (rc != ERR_OK)
		return rc;
	call->rs->status = 201;
	response_header(call->rs, "Location",
	    arena_printf(
		call->cx.mem, "%s/admin/database-servers/%s", call->rq.prefix, s.id));
	item_put(call, &form, &s);
	return ERR_OK;
}

static enum err
patch(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct server_desk desk = desk_of(c->app, c->call);
	const struct server_draft now = server_as_is(c->now);
	const struct server_draft draft = draft_of(c->call->body, &now);

	(void)db;
	return server_change(cx, &desk, &draft, c->now);
}

/* Another connection string must work before it takes the place of one that does. */
enum err
database_server_patch(struct app *app, struct call *call)
{
	const struct server_desk desk = desk_of(app, call);
	struct database_server s;
	enum err rc = ERR_OK;

	if (json_has(call->body, "url")) {
		rc = server_show(&call->cx, app->db, id_of(call), &s);
		if (rc == ERR_OK)
			rc = server_probe(
			    &call->cx, &desk, s.id, json_get_text(call->body, "url"));
	}
	return rc == ERR_OK ? item_change(app, call, &form, patch) : rc;
}

static enum err
set_state(struct ctx *cx, struct item_change *c, const char *state)
{
	const struct server_desk desk = desk_of(c->app, c->call);
	const struct database_server *now = c->now;
	struct server_draft draft = server_as_is(now);

	if (strcmp(now->state, state) == 0)
		return ERR_OK;
	draft.state = state;
	return server_change(cx, &desk, &draft, c->now);
}

static enum err
drain(struct ctx *cx, struct db *db, struct item_change *c)
{
	(void)db;
	return set_state(cx, c, "draining");
}

enum err
database_server_drain_post(struct app *app, struct call *call)
{
	return item_change(app, call, &form, drain);
}

static enum err
resume(struct ctx *cx, struct db *db, struct item_change *c)
{
	(void)db;
	return set_state(cx, c, "active");
}

enum err
database_server_resume_post(struct app *app, struct call *call)
{
	return item_change(app, call, &form, resume);
}

static enum err
fill(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct database_server *now = c->now;

	return pool_want(cx, db, now->id);
}

enum err
database_server_fill_post(struct app *app, struct call *call)
{
	enum err rc = item_change(app, call, &form, fill);

	if (rc == ERR_OK)
		call->rs->status = 202;
	return rc;
}

static enum err
drop(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct server_desk desk = desk_of(c->app, c->call);

	(void)db;
	return server_removal(cx, &desk, c->now);
}

static enum err
nothing(struct ctx *cx, struct db *db, struct item_change *c)
{
	(void)cx;
	(void)db;
	(void)c;
	return ERR_OK;
}

/* If-Match first: what is on the server goes before the row does. */
enum err
database_server_remove(struct app *app, struct call *call)
{
	const struct server_desk desk = desk_of(app, call);
	struct database_server s;
	enum err rc = item_touch(app, call, &form, nothing);

	if (rc == ERR_OK)
		rc = server_clear(&call->cx, &desk, id_of(call), &s);
	return rc == ERR_OK ? item_remove(app, call, &form, drop) : rc;
}
