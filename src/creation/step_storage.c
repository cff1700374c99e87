/* step_storage.c - a tenant's storage: a prefix or a bucket in S3, a directory. */
#include <string.h>

#include "creation/holding.h"
#include "creation/steps.h"
#include "flows/holdings.h"

static bool
plan_asks_for(const struct creation_plan *plan, const char *what)
{
	const struct json *list = json_get(plan->features, "storage");

	for (size_t i = 0; i < json_count(list); i++)
		if (strcmp(json_text(json_item(list, i)), what) == 0)
			return true;
	return false;
}

static bool
asks_for(const struct making *m, const char *what)
{
	return plan_asks_for(&m->plan, what);
}

enum err
storage_check_plan(
    struct ctx *cx, const struct conf *conf, const struct creation_plan *plan)
{
	return stores_check_features(
	    cx, conf, plan_asks_for(plan, "s3"), plan_asks_for(plan, "local"));
}

/* -- what is to be made -- */

static enum err
intend_s3(struct ctx *cx, struct making *m)
{
	const struct conf *conf = m->means->conf;
	const bool own = stores_own_buckets(conf);
	struct resource r = holding_new(m, own ? HOLDING_BUCKET : HOLDING_PREFIX);
	char name[STORAGE_BUCKET_SIZE];
	enum err rc = ERR_OK;

	if (own)
		rc = storage_bucket_name(cx, conf, m->plan.slug, name);
	if (rc != ERR_OK)
		return rc;
	r.place = own ? "" : conf->s3_bucket;
	r.name =
	    own ? arena_strdup(cx->mem, name) : storage_prefix(cx->mem, m->tenant_id);
	r.details =
	    holding_details(cx, "region", stores_s3_place(conf, cx->mem).region, false);
	return resource_intend(cx, m->means->db, &r);
}

static enum err
intend_directory(struct ctx *cx, struct making *m)
{
	struct resource r = holding_new(m, HOLDING_DIRECTORY);

	r.place = m->means->conf->storage_dir;
	r.name = m->tenant_id;
	r.details = holding_details(cx, "root", r.place, false);
	return resource_intend(cx, m->means->db, &r);
}

enum err
storage_intend(struct ctx *cx, struct making *m)
{
	const bool s3 = asks_for(m, "s3"), local = asks_for(m, "local");
	enum err rc;

	if (!s3 && !local) {
		m->skip = "no storage was asked for";
		return ERR_OK;
	}
	rc = storage_check_plan(cx, m->means->conf, &m->plan);
	if (rc == ERR_OK && s3)
		rc = intend_s3(cx, m);
	if (rc == ERR_OK && local)
		rc = intend_directory(cx, m);
	return rc;
}

/* -- making it -- */

static enum err
refuse_foreign(struct ctx *cx, const struct resource *r)
{
	return err_tell(&cx->err, ERR_CONFLICT,
	    strcmp(r->kind, HOLDING_BUCKET) == 0
		? "there is a bucket \"%s\" already, which is not ours"
		: "there is something below \"%s\" already, which is not ours",
	    r->name);
}

static enum err
make_bucket(struct ctx *cx, struct making *m, const struct storage_place *place)
{
	enum err rc = storage_make_bucket(cx, m->means->stores, place);

	return rc == ERR_OK ? creation_point(cx, m, "bucket") : rc;
}

/* The state says what may be gone on with: nothing that was there before we began. */
static enum err
make_s3(struct ctx *cx, struct making *m, struct resource *r, enum storage_state state)
{
	const bool own = strcmp(r->kind, HOLDING_BUCKET) == 0;
	const bool fresh = own ? state == STORAGE_NO_BUCKET : state == STORAGE_EMPTY;
	const char *region = holding_detail(cx, r, "region");
	struct storage_place place;
	enum err rc = ERR_OK;

	if (state == STORAGE_OURS)
		return ERR_OK;
	if (!own && state == STORAGE_NO_BUCKET)
		return err_tell(&cx->err, ERR_OUTSIDE_FAILED,
		    "there is no bucket \"%s\": see S3_BUCKET", r->place);
	if (!fresh && !(state == STORAGE_EMPTY && holding_was_absent(cx, r)))
		return refuse_foreign(cx, r);
	if (fresh)
		rc = holding_begin(cx, m, r, "region", region);
	place = holding_storage(cx, r);
	if (rc == ERR_OK && state == STORAGE_NO_BUCKET)
		rc = make_bucket(cx, m, &place);
	if (rc == ERR_OK)
		rc = storage_put_mark(cx, m->means->stores, &place);
	return rc == ERR_OK ? creation_point(cx, m, "marked") : rc;
}

static enum err
act_s3(struct ctx *cx, struct making *m)
{
	struct resource r;
	struct storage_place place;
	enum storage_state state = STORAGE_UNSET;
	enum err rc = holding_find(cx, m,
	    stores_own_buckets(m->means->conf) ? HOLDING_BUCKET : HOLDING_PREFIX, &r);

	if (rc != ERR_OK)
		return rc;
	place = holding_storage(cx, &r);
	rc = storage_look(cx, m->means->stores, &place, &state);
	return rc == ERR_OK ? make_s3(cx, m, &r, state) : rc;
}

static enum err
act_directory(struct ctx *cx, struct making *m)
{
	struct directory d;
	struct resource r;
	enum err rc = holding_find(cx, m, HOLDING_DIRECTORY, &r);

	if (rc != ERR_OK)
		return rc;
	d = holding_directory(&r);
	rc = directory_make(cx, m->means->conf, &d);
	return rc == ERR_OK ? creation_point(cx, m, "directory") : rc;
}

enum err
storage_act(struct ctx *cx, struct making *m)
{
	enum err rc = asks_for(m, "s3") ? act_s3(cx, m) : ERR_OK;

	return rc == ERR_OK && asks_for(m, "local") ? act_directory(cx, m) : rc;
}

/* -- the ledger's kinds -- */

enum err
storage_s3_remove(
    struct ctx *cx, struct creation_means *means, const struct resource *r)
{
	const struct storage_place place = holding_storage(cx, r);

	return holding_may_be_there(cx, r) ? storage_remove(cx, means->stores, &place,
						 strcmp(r->kind, HOLDING_BUCKET) == 0)
					   : ERR_OK;
}

enum err
storage_s3_look(struct ctx *cx, struct creation_means *means, const struct resource *r,
    const char **health, const char **reason)
{
	const struct storage_place place = holding_storage(cx, r);
	enum storage_state state = STORAGE_UNSET;
	enum err rc = storage_look(cx, means->stores, &place, &state);

	if (rc != ERR_OK)
		return holding_tell(cx, rc, health, reason);
	*health = state == STORAGE_OURS ? "ok" : "down";
	*reason = state == STORAGE_OURS  ? NULL
	    : state == STORAGE_NO_BUCKET ? "the bucket is gone"
					 : "the storage's mark is gone";
	return ERR_OK;
}

enum err
storage_dir_remove(
    struct ctx *cx, struct creation_means *means, const struct resource *r)
{
	const struct directory d = holding_directory(r);

	return directory_remove(cx, means->conf, &d);
}

enum err
storage_dir_look(struct ctx *cx, struct creation_means *means, const struct resource *r,
    const char **health, const char **reason)
{
	const struct directory d = holding_directory(r);
	bool ours = false;
	enum err rc = directory_look(cx, means->conf, &d, &ours);

	if (rc != ERR_OK)
		return holding_tell(cx, rc, health, reason);
	*health = ours ? "ok" : "down";
	*reason = ours ? NULL : "the directory is gone, or is not ours";
	return ERR_OK;
}
