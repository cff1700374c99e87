/*
 * slug.h - a tenant's name in addresses: wished, or made of what it is called.
 *
 * Owner:    nobody; texts live in cx->mem.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  ERR_INVALID, told, with a fault at /slug; ERR_CONFLICT, told, for a wished
 *           one that somebody has.
 */
#ifndef TENANTD_TENANT_SLUG_H
#define TENANTD_TENANT_SLUG_H

#include "base/ctx.h"
#include "db/db.h"

/* Inside a transaction in the management context. wished: NULL for none. */
enum err tenant_slug_choose(struct ctx *cx, struct db *db, const char *wished,
    const char *name, const char **out) MUST_CHECK;

#endif
