/*
 * holdings.h - what a tenant has outside of PostgreSQL, from the ledger's rows to
 * outside/: shown, lent by signed URLs, stopped, started, and given another password.
 *
 * Owner:    the ledger; texts live in the arena of the ctx.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as db.h, outside/storage.h and outside/keyspace.h; ERR_CONFLICT, told: the
 *           tenant has no such thing.
 */
#ifndef TENANTD_FLOWS_HOLDINGS_H
#define TENANTD_FLOWS_HOLDINGS_H

#include "audit/audit.h"
#include "crypto/seal.h"
#include "operation/ledger.h"
#include "outside/directory.h"
#include "outside/keyspace.h"
#include "outside/storage.h"

#define HOLDING_PREFIX    "storage_prefix"
#define HOLDING_BUCKET    "storage_bucket"
#define HOLDING_DIRECTORY "storage_dir"
#define HOLDING_REDIS     "redis_user"
#define HOLDING_SECRET    "redis_url" /* among the tenant's secrets */

/* A row of the ledger, as outside/ has it. */
struct storage_place holding_storage(struct ctx *cx, const struct resource *r);
struct directory holding_directory(const struct resource *r);
struct keyspace holding_keyspace(struct ctx *cx, const struct resource *r);
/* A text of the row's details; "" for none. */
const char *holding_detail(struct ctx *cx, const struct resource *r, const char *name);
/* Whether there was nothing when it was begun: before, nothing of it was made. */
bool holding_was_absent(struct ctx *cx, const struct resource *r);

/* What there is; found or not. */
struct holdings {
	struct resource s3, directory, redis;
	bool has_s3, has_directory, has_redis;
};
enum err holdings_show(struct ctx *cx, struct db *db, const char *tenant_id,
    struct holdings *out) MUST_CHECK;

/* Whose it is, and what it is asked with. */
struct holdings_site {
	struct db *db;
	const struct seal_keys *keys;
	struct stores *stores;
	struct audit *audit;
	const char *tenant_id;
	const char *address; /* of the caller, for the audit */
};

/* Only while the tenant may be used. S3 is not asked. */
enum err holdings_presign(struct ctx *cx, const struct holdings_site *at,
    const struct storage_grant *g, const char **url) MUST_CHECK;

/* on false: ends the connections of the tenant's user and lets it make none; true: lets
 * it again. Nothing for a tenant without one. Outside of any transaction. */
enum err holdings_turn_redis(
    struct ctx *cx, const struct holdings_site *at, bool on) MUST_CHECK;
/* The user as it should be, made again where Redis lost it, or another password was
 * set; *mended: it was. Outside of any transaction. */
enum err holdings_mend_redis(struct ctx *cx, const struct holdings_site *at,
    const struct resource *r, struct keyspace_look *found, bool *mended) MUST_CHECK;
/* Inside a transaction in the tenant's context: another password, *url with it; the
 * connections so far end. */
enum err holdings_rotate_redis(
    struct ctx *cx, const struct holdings_site *at, const char **url) MUST_CHECK;

#endif
