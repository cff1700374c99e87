/*
 * upgrade.h - the base migrations for tenants that were made before: each tenant's in a
 * transaction of its own, over connections of connections.h.
 *
 * Owner:    texts: the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  that of base.h, connections.h and db.h; ERR_NOT_FOUND, told, for a tenant
 *           that has neither database nor schema of its own.
 */
#ifndef TENANTD_DATABASE_UPGRADE_H
#define TENANTD_DATABASE_UPGRADE_H

#include "database/base.h"
#include "database/databases.h"

/* A tenant's database or schema, as it stands in the ledger. */
struct upgrade_place {
	const char *tenant_id, *kind; /* database, schema */
	const char *server;           /* "": the control plane's */
	const char *name;
};

struct upgrade_page {
	const char *after; /* a tenant's id; NULL: from the first */
	int limit;
	struct upgrade_place *list; /* the answer, in the order of ids */
	int count;
};
enum err upgrade_list(
    struct ctx *cx, struct databases *d, struct upgrade_page *page) MUST_CHECK;
enum err upgrade_count(struct ctx *cx, struct databases *d, int64_t *count) MUST_CHECK;
/* id: or slug. */
enum err upgrade_find(struct ctx *cx, struct databases *d, const char *id,
    struct upgrade_place *out) MUST_CHECK;

/* *applied: migrations that it lacked. */
enum err upgrade_apply(struct ctx *cx, struct databases *d, const struct base *base,
    const struct upgrade_place *at, int *applied) MUST_CHECK;

#endif
