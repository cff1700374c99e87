/*
 * usage.h - what a tenant's database, or its schema, takes on its server.
 *
 * Owner:    the caller.
 * Lifetime: of the call.
 * Threads:  one.
 * Failure:  that of connections.h and db.h.
 */
#ifndef TENANTD_DATABASE_USAGE_H
#define TENANTD_DATABASE_USAGE_H

#include "database/databases.h"

/* In transactions of its own, over connections of d. *bytes: of all relations, with
 * their indexes; -1 for a tenant that has neither database nor schema of its own. */
enum err database_bytes(struct ctx *cx, struct databases *d, const char *tenant_id,
    int64_t *bytes) MUST_CHECK;

#endif
