/* stores.c - the routes about what a tenant has in S3, in a directory and in Redis. */
#include <string.h>

#include "base/clock.h"
#include "controllers/people.h"
#include "controllers/standing.h"
#include "flows/holdings.h"

static void
put_health(struct json_out *o, const struct resource *r)
{
	json_member_text(o, "health", r->health != NULL ? r->health : "unknown");
	json_member_text(o, "healthReason", r->health_reason);
	json_member_text(o, "checkedAt", r->checked_at);
}

static struct json_out
begin(struct call *call)
{
	struct json_out o;

	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	json_member_text(&o, "tenantId", call->tenant_id);
	return o;
}

static struct holdings_site
site_of(struct app *app, struct call *call)
{
	return (struct holdings_site){.db = app->db,
	    .keys = app->seal_keys,
	    .stores = app->means.stores,
	    .audit = app->audit,
	    .tenant_id = call->tenant_id,
	    .address = call->rq.client};
}

/* -- storage -- */

static void
put_s3(struct json_out *o, struct app *app, struct call *call, const struct resource *r)
{
	const struct storage_place place = holding_storage(&call->cx, r);
	const struct s3_place at = stores_s3_place(app->conf, call->cx.mem);

	json_open_object(o);
	json_member_text(
	    o, "mode", strcmp(r->kind, HOLDING_BUCKET) == 0 ? "bucket" : "prefix");
	json_member_text(o, "endpoint", at.endpoint);
	json_member_text(o, "bucket", place.bucket);
	json_member_text(o, "prefix", place.prefix);
	json_member_text(o, "region", holding_detail(&call->cx, r, "region"));
	put_health(o, r);
	json_close_object(o);
}

enum err
tenant_storage_get(struct app *app, struct call *call)
{
	struct holdings all;
	struct json_out o;
	enum err rc = holdings_show(&call->cx, app->db, call->tenant_id, &all);

	if (rc != ERR_OK)
		return rc;
	o = begin(call);
	json_name(&o, "s3");
	if (all.has_s3)
		put_s3(&o, app, call, &all.s3);
	else
		json_put_null(&o);
	json_name(&o, "local");
	if (all.has_directory) {
		json_open_object(&o);
		json_member_text(&o, "directory",
		    arena_printf(call->cx.mem, "%s/%s", all.directory.place,
			all.directory.name));
		put_health(&o, &all.directory);
		json_close_object(&o);
	} else {
		json_put_null(&o);
	}
	json_close_object(&o);
	return ERR_OK;
}

static struct storage_grant
grant_of(struct call *call)
{
	const struct json *body = call->body;
	const struct json *expires = json_get(body, "expiresIn");

	return (struct storage_grant){.method = json_get_text(body, "method"),
	    .key = json_get_text(body, "key"),
	    .content_type = json_get_text(body, "contentType"),
	    .expires_s =
		expires != NULL ? (int)json_number(expires) : STORAGE_EXPIRES_DEFAULT,
	    .now_s = clock_wall_s()};
}

/* Whoever has the URL does that with the object: it is theirs to do, and the tenant's.
 */
static enum err
check_use(struct app *app, struct call *call, const struct storage_grant *g)
{
	const struct role_site site = people_site_of(app, call);
	const bool removes = strcmp(g->method, "DELETE") == 0,
		   writes = strcmp(g->method, "PUT") == 0;
	enum err rc = role_check_has(&call->cx, &site,
	    removes      ? ROLE_DELETE
		: writes ? ROLE_WRITE
			 : ROLE_READ);

	return rc == ERR_OK && removes && !call->platform
	    ? standing_admit(
		  &call->cx, app->standing, app->db, call->tenant_id, STANDING_DELETE)
	    : rc;
}

enum err
tenant_storage_presign_post(struct app *app, struct call *call)
{
	const struct holdings_site at = site_of(app, call);
	const struct storage_grant g = grant_of(call);
	char until[CLOCK_TEXT_SIZE];
	const char *url = NULL;
	struct json_out o;
	enum err rc = check_use(app, call, &g);

	if (rc == ERR_OK)
		rc = holdings_presign(&call->cx, &at, &g, &url);
	if (rc != ERR_OK)
		return rc;
	clock_text(until, (g.now_s + g.expires_s) * 1000);
	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	json_member_text(&o, "url", url);
	json_member_text(&o, "method", g.method);
	json_name(&o, "headers");
	json_open_object(&o);
	if (g.content_type != NULL)
		json_member_text(&o, "Content-Type", g.content_type);
	json_close_object(&o);
	json_member_text(&o, "expiresAt", until);
	json_close_object(&o);
	return ERR_OK;
}

/* -- cache -- */

/* Without the secret, which is left out of the settings' URL as well. */
static void
put_place(struct json_out *o, struct app *app, struct call *call)
{
	struct redis_place p;
	const char *why = redis_place_read(call->cx.mem, app->conf->redis_url, &p);

	if (why != NULL)
		p = (struct redis_place){0};
	json_member_text(o, "host", p.host);
	json_name(o, "port");
	if (p.host != NULL)
		json_put_i64(o, p.port);
	else
		json_put_null(o);
	json_member_text(o, "socket", p.path);
	json_member_i64(o, "database", p.database);
}

enum err
tenant_cache_get(struct app *app, struct call *call)
{
	struct holdings all;
	struct json_out o;
	enum err rc = holdings_show(&call->cx, app->db, call->tenant_id, &all);

	if (rc != ERR_OK)
		return rc;
	o = begin(call);
	json_name(&o, "redis");
	if (all.has_redis) {
		json_open_object(&o);
		put_place(&o, app, call);
		json_member_text(&o, "user", all.redis.name);
		json_member_text(
		    &o, "prefix", holding_detail(&call->cx, &all.redis, "prefix"));
		put_health(&o, &all.redis);
		json_close_object(&o);
	} else {
		json_put_null(&o);
	}
	json_close_object(&o);
	return ERR_OK;
}

enum err
tenant_cache_credentials_post(struct app *app, struct call *call)
{
	const struct holdings_site at = site_of(app, call);
	const char *url = NULL;
	struct json_out o;
	enum err rc = holdings_rotate_redis(&call->cx, &at, &url);

	if (rc != ERR_OK)
		return rc;
	o = begin(call);
	json_member_text(&o, "redisUrl", url);
	json_close_object(&o);
	return ERR_OK;
}
