/* tenant_database.c - the routes about how a tenant's applications reach its data. */
#include "base/log.h"
#include "controllers/item.h"
#include "flows/database_access.h"
#include "flows/logins.h"

static struct database_access_site
site_of(const struct app *app, const struct call *call)
{
	return (struct database_access_site){.tenant_id = call->tenant_id,
	    .address = call->rq.client,
	    .platform = call->platform,
	    .audit = app->audit,
	    .databases = app->means.databases};
}

static void
put_access(struct json_out *o, const void *row)
{
	const struct database_access *a = row;

	json_open_object(o);
	json_member_text(o, "tenantId", a->tenant_id);
	json_member_text(o, "isolation", a->isolation);
	json_member_text(o, "server", a->server);
	json_member_text(o, "database", a->database);
	json_member_text(o, "schema", a->schema);
	json_member_text(o, "role", a->role);
	if (a->role != NULL)
		json_member_bool(o, "mayLogIn", a->may_log_in);
	json_name(o, "pool");
	json_open_object(o);
	json_member_i64(o, "max", a->pool.max);
	json_member_i64(o, "min", a->pool.min);
	json_member_i64(o, "idle", a->pool.idle_ms);
	json_member_i64(o, "acquire", a->pool.acquire_ms);
	json_close_object(o);
	json_name(o, "sizeBytes");
	if (a->bytes >= 0)
		json_put_i64(o, a->bytes);
	else
		json_put_null(o);
	if (a->url != NULL)
		json_member_text(o, "url", a->url);
	json_member_i64(o, "version", a->version);
	json_member_text(o, "rotatedAt", a->rotated_at);
	json_member_text(o, "updatedAt", a->updated_at);
	json_close_object(o);
}

static enum err
hold(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct database_access_site site = site_of(c->app, c->call);

	return database_access_hold(cx, db, &site, c->now);
}

/* What it takes there changes by itself, and is no part of the ETag. */
static const struct item_form form = {.what = "database access",
    .row = {.size = sizeof(struct database_access),
	.key = offsetof(struct database_access, tenant_id),
	.put = put_access},
    .version = offsetof(struct database_access, version),
    .hold = hold};

enum err
tenant_database_get(struct app *app, struct call *call)
{
	const struct database_access_site site = site_of(app, call);
	struct database_access a;
	enum err rc = database_access_show(&call->cx, app->db, &site, &a);

	if (rc != ERR_OK)
		return rc;
	a.bytes = database_access_bytes(&call->cx, &site);
	item_put(call, &form, &a);
	return ERR_OK;
}

/* -- changes -- */

/* What was committed holds, whether or not the server has heard of it: a job tells it
 * again. */
static void
follow(struct app *app, struct call *call, unsigned what)
{
	if (logins_settle(&call->cx, app->means.databases, call->tenant_id, what) ==
	    ERR_OK)
		return;
	log_error(LOG_WARNING, &call->cx, "login-not-settled");
	ctx_clear(&call->cx);
}

static int64_t
number_or(const struct json *body, const char *name, int64_t now)
{
	const struct json *v = json_get(body, name);

	return v != NULL ? (int64_t)json_number(v) : now;
}

static enum err
patch(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct database_access_site site = site_of(c->app, c->call);
	const struct json *said = json_get(c->call->body, "pool");
	struct database_access *now = c->now;
	const struct database_pool pool = {
	    .max = number_or(said, "max", now->pool.max),
	    .min = number_or(said, "min", now->pool.min),
	    .idle_ms = number_or(said, "idle", now->pool.idle_ms),
	    .acquire_ms = number_or(said, "acquire", now->pool.acquire_ms),
	};
	enum err rc = database_access_set_pool(cx, db, &site, &pool, now);

	if (rc == ERR_OK)
		now->bytes = database_access_bytes(cx, &site);
	return rc;
}

enum err
tenant_database_patch(struct app *app, struct call *call)
{
	enum err rc = item_change(app, call, &form, patch);

	if (rc == ERR_OK)
		follow(app, call, 0);
	return rc;
}

static bool
ends_sessions(const struct call *call)
{
	return json_bool(json_get(call->body, "endSessions"));
}

static void
rotated(struct app *app, struct call *call)
{
	follow(app, call, LOGINS_PASSWORD);
}

static enum err
rotate(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct database_access_site site = site_of(c->app, c->call);

	return database_access_rotate(cx, db, &site, ends_sessions(c->call), c->now);
}

enum err
tenant_database_credentials_post(struct app *app, struct call *call)
{
	enum err rc = item_change_within(app, call, &form, rotate);

	if (rc == ERR_OK)
		call->committed = rotated;
	return rc;
}
