/*
 * secret.h - what a tenant keeps sealed. A stand-in: it opens what is not sealed at all.
 *
 * Owner:    the database.
 * Lifetime: an opened value: cx->mem; the caller cleanses it when done.
 * Threads:  one.
 * Failure:  as db.h.
 */
#ifndef TENANTD_TENANT_SECRET_H
#define TENANTD_TENANT_SECRET_H

#include <stdbool.h>

#include "base/ctx.h"
#include "base/str.h"
#include "crypto/seal.h"
#include "db/db.h"

#define TENANT_SECRET_PINECONE "pinecone_api_key"

struct tenant_secret_name {
	const char *tenant_id, *name;
};

/* A read of its own, in the tenant's context. *found false: it keeps none. */
enum err tenant_secret_open(struct ctx *cx, struct db *db, const struct seal_keys *keys,
    const struct tenant_secret_name *of, struct slice *value, bool *found) MUST_CHECK;

#endif
