/* holdings.c - see holdings.h. */
#include "flows/holdings.h"

#include <string.h>

#include "tenant/secret.h"
#include "tenant/tenant.h"
#include "json/json.h"

/* -- rows of the ledger -- */

static const struct json *
details_of(struct ctx *cx, const struct resource *r)
{
	const char *text = r->details != NULL ? r->details : "{}";
	const struct json *v = NULL;

	if (json_parse(cx, text, strlen(text), 0, &v) != ERR_OK) {
		ctx_clear(cx);
		return NULL;
	}
	return v;
}

const char *
holding_detail(struct ctx *cx, const struct resource *r, const char *name)
{
	const char *text = json_get_text(details_of(cx, r), name);

	return text != NULL ? text : "";
}

bool
holding_was_absent(struct ctx *cx, const struct resource *r)
{
	return json_bool(json_get(details_of(cx, r), "absent"));
}

struct storage_place
holding_storage(struct ctx *cx, const struct resource *r)
{
	const bool own = strcmp(r->kind, HOLDING_BUCKET) == 0;

	return (struct storage_place){.bucket = own ? r->name : r->place,
	    .prefix = own ? "" : r->name,
	    .mark = r->id,
	    .absent = holding_was_absent(cx, r)};
}

struct directory
holding_directory(const struct resource *r)
{
	return (struct directory){r->name, r->id};
}

struct keyspace
holding_keyspace(struct ctx *cx, const struct resource *r)
{
	return (struct keyspace){r->name, holding_detail(cx, r, "prefix"), r->id};
}

enum err
holdings_show(
    struct ctx *cx, struct db *db, const char *tenant_id, struct holdings *out)
{
	struct resource *list;
	int count = 0;
	enum err rc = resources_of(cx, db, tenant_id, &list, &count);

	*out = (struct holdings){0};
	for (int i = 0; rc == ERR_OK && i < count; i++) {
		const char *kind = list[i].kind;

		if (list[i].state != RESOURCE_MADE)
			continue;
		if (strcmp(kind, HOLDING_PREFIX) == 0 ||
		    strcmp(kind, HOLDING_BUCKET) == 0) {
			out->s3 = list[i];
			out->has_s3 = true;
		} else if (strcmp(kind, HOLDING_DIRECTORY) == 0) {
			out->directory = list[i];
			out->has_directory = true;
		} else if (strcmp(kind, HOLDING_REDIS) == 0) {
			out->redis = list[i];
			out->has_redis = true;
		}
	}
	return rc;
}

static enum err
status_of(struct ctx *cx, struct db *db, const char *tenant_id, const char **status)
{
	struct db_rows *rows;
	enum err rc = db_read(
	    cx, db, DB_MANAGEMENT, DB_CALL(STMT_holding_status, tenant_id), &rows);

	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc = err_tell(&cx->err, ERR_NOT_FOUND, "there is no such tenant");
	if (rc == ERR_OK)
		*status = db_text(rows, 0, 0);
	return rc;
}

/* -- storage -- */

enum err
holdings_presign(struct ctx *cx, const struct holdings_site *at,
    const struct storage_grant *g, const char **url)
{
	const struct conf *conf = stores_conf(at->stores);
	struct storage_place place;
	struct holdings all;
	const char *status = "";
	enum err rc = status_of(cx, at->db, at->tenant_id, &status);

	if (rc == ERR_OK)
		rc = tenant_check_usable(cx, status);
	if (rc == ERR_OK)
		rc = holdings_show(cx, at->db, at->tenant_id, &all);
	if (rc == ERR_OK && (!all.has_s3 || !stores_have_s3(conf)))
		rc =
		    err_tell(&cx->err, ERR_CONFLICT, "the tenant has no storage in S3");
	if (rc != ERR_OK)
		return rc;
	place = holding_storage(cx, &all.s3);
	return storage_presign(cx, conf, &place, g, url);
}

/* -- Redis -- */

enum err
holdings_turn_redis(struct ctx *cx, const struct holdings_site *at, bool on)
{
	struct holdings all;
	struct keyspace k;
	enum err rc = holdings_show(cx, at->db, at->tenant_id, &all);

	if (rc != ERR_OK || !all.has_redis)
		return rc;
	k = holding_keyspace(cx, &all.redis);
	return on ? keyspace_start(cx, at->stores, &k)
		  : keyspace_stop(cx, at->stores, &k);
}

/* What is sealed is the URL that the tenant has. */
static enum err
open_password(struct ctx *cx, const struct holdings_site *at, const char **password)
{
	struct redis_place place;
	struct slice url;
	enum err rc = tenant_secret_open(cx, at->db, at->keys,
	    &(const struct tenant_secret_name){at->tenant_id, HOLDING_SECRET}, &url);

	arena_cleanse_at_reset(cx->mem);
	if (rc == ERR_OK &&
	    (url.p == NULL || redis_place_read(cx->mem, url.p, &place) != NULL ||
		place.password == NULL))
		rc = err_set(&cx->err, ERR_INTERNAL,
		    "tenant \"%s\" has a Redis user, and no URL", at->tenant_id);
	*password = rc == ERR_OK ? place.password : NULL;
	return rc;
}

enum err
holdings_mend_redis(struct ctx *cx, const struct holdings_site *at,
    const struct resource *r, struct keyspace_look *found, bool *mended)
{
	const struct keyspace k = holding_keyspace(cx, r);
	const char *password = NULL, *status = "";
	enum err rc = open_password(cx, at, &password);
	bool on;

	*mended = false;
	if (rc == ERR_OK)
		rc = status_of(cx, at->db, at->tenant_id, &status);
	if (rc == ERR_OK)
		rc = keyspace_look(cx, at->stores, &k, password, found);
	if (rc != ERR_OK || found->state == KEYSPACE_FOREIGN)
		return rc;
	on = tenant_is_usable(status) || strcmp(status, "provisioning") == 0;
	*mended = found->state != (on ? KEYSPACE_ON : KEYSPACE_OFF) || !found->password;
	return *mended ? keyspace_make(cx, at->stores, &k, password, on) : ERR_OK;
}

/* Holds the row, so that one at a time is at it. */
static enum err
hold_user(struct ctx *cx, const struct holdings_site *at, struct resource *out)
{
	struct db_rows *rows;
	enum err rc = db_query(cx, at->db, STMT_resource_hold,
	    DB_ARGS(at->tenant_id, HOLDING_REDIS), &rows);

	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc =
		    err_tell(&cx->err, ERR_CONFLICT, "the tenant has no user of Redis");
	if (rc != ERR_OK)
		return rc;
	*out = (struct resource){.id = db_text(rows, 0, 0),
	    .tenant_id = at->tenant_id,
	    .kind = HOLDING_REDIS,
	    .name = db_text(rows, 0, 1),
	    .details = db_text(rows, 0, 2)};
	return tenant_check_usable(cx, db_text(rows, 0, 3));
}

static enum err
write_down(struct ctx *cx, const struct holdings_site *at, const struct keyspace *k,
    const char *url)
{
	struct json_out o;
	struct buf b;
	enum err rc = tenant_secret_put(cx, at->db, at->keys,
	    &(const struct tenant_secret_name){at->tenant_id, HOLDING_SECRET},
	    slice_of(url));

	if (rc != ERR_OK)
		return rc;
	buf_init(&b, cx->mem, 4096);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "tenantId", at->tenant_id);
	json_member_text(&o, "redisUser", k->user);
	json_close_object(&o);
	return audit_append(cx, at->audit, at->db,
	    &(const struct audit_entry){.event = "CACHE_CREDENTIALS_ROTATED",
		.severity = AUDIT_HIGH,
		.actor = cx->actor,
		.tenant_id = at->tenant_id,
		.address = at->address,
		.details = buf_text(&b)});
}

/* Redis comes last. Should the commit fail after it, what is sealed is the password of
 * before: holdings_mend_redis() sets that again. */
enum err
holdings_rotate_redis(struct ctx *cx, const struct holdings_site *at, const char **url)
{
	const char *password = NULL;
	struct resource r;
	struct keyspace k = {0};
	enum err rc = hold_user(cx, at, &r);

	arena_cleanse_at_reset(cx->mem);
	if (rc == ERR_OK) {
		k = holding_keyspace(cx, &r);
		rc = keyspace_password(cx, &password);
	}
	if (rc == ERR_OK)
		rc = keyspace_url(cx, stores_conf(at->stores), k.user, password, url);
	if (rc == ERR_OK)
		rc = write_down(cx, at, &k, *url);
	if (rc == ERR_OK)
		rc = keyspace_make(cx, at->stores, &k, password, true);
	return rc == ERR_OK ? keyspace_disconnect(cx, at->stores, &k) : rc;
}
