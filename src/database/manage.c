/* manage.c - see manage.h. */
#include "database/manage.h"

#include <string.h>

#include "base/buf.h"
#include "database/host.h"
#include "database/template.h"
#include "json/json.h"

enum { DETAILS_MAX = 4096 };

static void
put_limit(struct json_out *o, const char *name, int64_t v)
{
	if (v == SERVER_NONE)
		json_member_text(o, name, NULL);
	else
		json_member_i64(o, name, v);
}

static enum err
tell(struct ctx *cx, const struct server_desk *desk, const char *event,
    const struct database_server *s)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, DETAILS_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "server", s->id);
	json_member_text(&o, "address", s->address);
	json_member_text(&o, "role", s->role);
	json_member_text(&o, "state", s->state);
	json_member_i64(&o, "weight", s->weight);
	put_limit(&o, "databasesMost", s->databases_most);
	put_limit(&o, "connectionsMost", s->connections_most);
	put_limit(&o, "poolSize", s->pool_size);
	json_close_object(&o);
	return audit_append(cx, desk->audit, desk->db,
	    &(struct audit_entry){.event = event,
		.severity = AUDIT_HIGH,
		.actor = cx->actor,
		.address = desk->address,
		.details = buf_text(&b)});
}

struct server_draft
server_as_is(const struct database_server *s)
{
	return (struct server_draft){.state = s->state,
	    .weight = s->weight,
	    .databases_most = s->databases_most,
	    .connections_most = s->connections_most,
	    .pool_size = s->pool_size};
}

/* -- a new one -- */

enum err
server_probe(struct ctx *cx, const struct server_desk *desk, const char *id,
    const char *conninfo)
{
	struct database_server s;
	struct host h;
	enum err rc =
	    server_outline(cx, databases_keys(desk->databases), id, conninfo, &s);

	if (rc == ERR_OK)
		rc = host_open(cx, desk->databases, desk->db, &s, &h);
	return rc == ERR_OK ? host_check(cx, &h) : rc;
}

struct desk_call {
	const struct server_desk *desk;
	const char *id, *state;
	const struct server_draft *draft;
	struct database_server *out;
};

static enum err
add(struct ctx *cx, struct db *db, void *arg)
{
	struct desk_call *call = arg;
	enum err rc = server_create(
	    cx, db, databases_keys(call->desk->databases), call->id, call->draft);

	if (rc == ERR_OK)
		rc = server_hold(cx, db, call->id, call->out);
	return rc == ERR_OK ? tell(cx, call->desk, "DATABASE_SERVER_ADDED", call->out)
			    : rc;
}

static enum err
want(struct ctx *cx, struct db *db, void *arg)
{
	const struct desk_call *call = arg;

	return pool_want(cx, db, call->id);
}

/* A template that fails leaves the server registered: what is wrong there can be put
 * right, and the pool's filling makes it then. */
enum err
server_register(struct ctx *cx, const struct server_desk *desk, const char *id,
    const struct server_draft *draft, struct database_server *out)
{
	struct desk_call call = {.desk = desk, .id = id, .draft = draft, .out = out};
	struct base base;
	enum err rc = server_probe(cx, desk, id, draft->conninfo);

	if (rc == ERR_OK)
		rc = base_load(cx, databases_conf(desk->databases), &base);
	if (rc == ERR_OK)
		rc = db_transaction(cx, desk->db, DB_MANAGEMENT, add, &call);
	if (rc == ERR_OK)
		rc = template_ensure(cx, desk->databases, desk->db, out, &base);
	if (rc == ERR_OK)
		rc = db_transaction(cx, desk->db, DB_MANAGEMENT, want, &call);
	if (rc == ERR_OK)
		rc = server_tell_health(cx, desk->db, id, "ok", NULL);
	return rc == ERR_OK ? server_show(cx, desk->db, id, out) : rc;
}

/* -- changes -- */

enum err
server_change(struct ctx *cx, const struct server_desk *desk,
    const struct server_draft *draft, struct database_server *now)
{
	enum err rc =
	    server_update(cx, desk->db, databases_keys(desk->databases), draft, now);

	if (rc == ERR_OK)
		rc = tell(cx, desk, "DATABASE_SERVER_CHANGED", now);
	return rc == ERR_OK ? pool_want(cx, desk->db, now->id) : rc;
}

static enum err
set_state(struct ctx *cx, struct db *db, void *arg)
{
	struct desk_call *call = arg;
	struct server_draft draft;
	enum err rc = server_hold(cx, db, call->id, call->out);

	if (rc != ERR_OK || strcmp(call->out->state, call->state) == 0)
		return rc;
	draft = server_as_is(call->out);
	draft.state = call->state;
	return server_change(cx, call->desk, &draft, call->out);
}

enum err
server_set_state(struct ctx *cx, const struct server_desk *desk, const char *id,
    const char *state, struct database_server *out)
{
	struct desk_call call = {.desk = desk, .id = id, .state = state, .out = out};

	return db_transaction(cx, desk->db, DB_MANAGEMENT, set_state, &call);
}

enum err
server_clear(struct ctx *cx, const struct server_desk *desk, const char *id,
    struct database_server *out)
{
	struct pool_filling f;
	enum err rc = server_show(cx, desk->db, id, out);

	if (rc != ERR_OK || strcmp(out->state, "off") == 0)
		return rc;
	if (strcmp(out->state, "active") == 0)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "database server \"%s\" is active: drain it first", id);
	if (out->databases > 0)
		return ERR_OK; /* server_removal() says so */
	rc = pool_drain(cx, desk->databases, desk->db, out, &f);
	return rc == ERR_OK ? template_remove(cx, desk->databases, desk->db, out) : rc;
}

enum err
server_removal(
    struct ctx *cx, const struct server_desk *desk, const struct database_server *now)
{
	enum err rc = server_remove(cx, desk->db, now);

	return rc == ERR_OK ? tell(cx, desk, "DATABASE_SERVER_REMOVED", now) : rc;
}

/* -- looking -- */

enum err
server_look(struct ctx *cx, const struct server_desk *desk, const char *id,
    struct database_server *out)
{
	struct host h;
	enum err rc = server_show(cx, desk->db, id, out);

	if (rc != ERR_OK)
		return rc;
	rc = host_open(cx, desk->databases, desk->db, out, &h);
	if (rc == ERR_OK)
		rc = host_check(cx, &h);
	if (rc == ERR_ISOLATION || rc == ERR_UNAVAILABLE || rc == ERR_INTERNAL) {
		const char *why = arena_strdup(cx->mem, err_public(&cx->err));

		ctx_clear(cx);
		rc = server_tell_health(cx, desk->db, id, "down", why);
	}
	return rc == ERR_OK ? server_show(cx, desk->db, id, out) : rc;
}
