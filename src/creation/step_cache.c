/*
 * step_cache.c - a tenant's user of Redis. Its password is sealed before the user is
 * made, so that whoever goes on after a kill makes the same one.
 */
#include "creation/steps.h"

#include "creation/holding.h"
#include "flows/holdings.h"
#include "tenant/secret.h"

static struct tenant_secret_name
secret_of(const char *tenant_id)
{
	return (struct tenant_secret_name){tenant_id, HOLDING_SECRET};
}

static enum err
seal_url(struct ctx *cx, struct making *m, const char *user)
{
	const struct tenant_secret_name name = secret_of(m->tenant_id);
	const char *password, *url;
	enum err rc = keyspace_password(cx, &password);

	arena_cleanse_at_reset(cx->mem);
	if (rc == ERR_OK)
		rc = keyspace_url(cx, m->means->conf, user, password, &url);
	if (rc == ERR_OK)
		rc = tenant_secret_put(
		    cx, m->means->db, m->means->keys, &name, slice_of(url));
	return rc == ERR_OK ? creation_reveal(cx, m, "redisUrl", url) : rc;
}

enum err
cache_intend(struct ctx *cx, struct making *m)
{
	const char *user = keyspace_user(cx->mem, m->tenant_id);
	struct resource r = holding_new(m, HOLDING_REDIS);
	enum err rc;

	if (!stores_have_redis(m->means->conf)) {
		m->skip = "Redis is not set up here";
		return ERR_OK;
	}
	r.name = user;
	r.details = holding_details(cx, "prefix",
	    keyspace_prefix(cx->mem, m->means->conf, m->tenant_id), false);
	rc = resource_intend(cx, m->means->db, &r);
	return rc == ERR_OK ? seal_url(cx, m, user) : rc;
}

static struct holdings_site
site_of(struct creation_means *means, const char *tenant_id)
{
	return (struct holdings_site){.db = means->db,
	    .keys = means->keys,
	    .stores = means->stores,
	    .tenant_id = tenant_id};
}

enum err
cache_act(struct ctx *cx, struct making *m)
{
	const struct holdings_site at = site_of(m->means, m->tenant_id);
	struct keyspace_look found = {KEYSPACE_UNSET, false, false};
	struct resource r;
	struct keyspace k;
	bool mended;
	enum err rc = holding_find(cx, m, HOLDING_REDIS, &r);

	if (rc != ERR_OK)
		return rc;
	k = holding_keyspace(cx, &r);
	rc = keyspace_look(cx, m->means->stores, &k, NULL, &found);
	if (rc == ERR_OK && found.state == KEYSPACE_FOREIGN)
		rc = err_tell(&cx->err, ERR_CONFLICT,
		    "Redis has a user \"%s\" already, which is not ours", k.user);
	if (rc == ERR_OK && found.state == KEYSPACE_ABSENT)
		rc = holding_begin(cx, m, &r, "prefix", k.prefix);
	if (rc == ERR_OK)
		rc = holdings_mend_redis(cx, &at, &r, &found, &mended);
	return rc == ERR_OK ? creation_point(cx, m, "made") : rc;
}

/* -- the ledger's kind -- */

static enum err
forget(struct ctx *cx, struct db *db, void *arg)
{
	const struct resource *r = arg;
	const struct tenant_secret_name name = secret_of(r->tenant_id);

	enum err rc = tenant_secret_remove(cx, db, &name);

	return rc == ERR_OK
	    ? db_queue(cx, db, STMT_tenant_key_drop, DB_ARGS(name.tenant_id))
	    : rc;
}

enum err
redis_user_remove(
    struct ctx *cx, struct creation_means *means, const struct resource *r)
{
	const struct keyspace k = holding_keyspace(cx, r);
	struct resource copy = *r;
	enum err rc = ERR_OK;

	if (holding_may_be_there(cx, r))
		rc = keyspace_remove(cx, means->stores, &k, r->state == RESOURCE_MADE);
	return rc == ERR_OK
	    ? db_transaction(cx, means->db, DB_MANAGEMENT, forget, &copy)
	    : rc;
}

enum err
redis_user_look(struct ctx *cx, struct creation_means *means, const struct resource *r,
    const char **health, const char **reason)
{
	const struct holdings_site at = site_of(means, r->tenant_id);
	struct keyspace_look found = {KEYSPACE_UNSET, false, false};
	bool mended = false;
	enum err rc = holdings_mend_redis(cx, &at, r, &found, &mended);

	if (rc != ERR_OK)
		return holding_tell(cx, rc, health, reason);
	*health = "ok";
	*reason = found.kept
	    ? NULL
	    : "Redis has no file for its users (aclfile): they are lost "
	      "when it restarts, until this looks again";
	if (found.state == KEYSPACE_FOREIGN) {
		*health = "down";
		*reason = "the user's place is taken by one that is not ours";
	} else if (mended) {
		*health = "degraded";
		*reason = found.state == KEYSPACE_ABSENT
		    ? "Redis had lost the user; it was made again"
		    : "the user was not as it should be; it was set right";
	}
	return ERR_OK;
}
