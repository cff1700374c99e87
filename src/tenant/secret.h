/*
 * secret.h - what a tenant keeps here that nobody is to read in the database, such as
 * the key to an outside service.
 *
 * Each tenant has a random key, made when it is first needed and sealed under
 * SECRET_KEY; what it keeps is sealed under that. Both name their place in what is
 * sealed: a row that is copied to another tenant, or to another name, does not open.
 *
 * Owner:    the database; keys: the caller's.
 * Lifetime: an opened value: cx->mem; the caller cleanses it when done.
 * Threads:  one.
 * Failure:  as db.h; ERR_INTERNAL for what does not open, naming the tenant.
 */
#ifndef TENANTD_TENANT_SECRET_H
#define TENANTD_TENANT_SECRET_H

#include "base/ctx.h"
#include "base/str.h"
#include "crypto/seal.h"
#include "db/db.h"

#define TENANT_SECRET_PINECONE "pinecone_api_key"
#define TENANT_SECRET_DATABASE "database_url" /* with role and password */

enum {
	TENANT_SECRET_HINT = 4,       /* characters of its end that may be shown */
	TENANT_SECRET_HINT_LEAST = 12 /* of which it must have as many as this */
};

struct tenant_secret_name {
	const char *tenant_id, *name;
};

/* -- inside a transaction that may write the tenant's rows -- */
/* value: text of one byte a character. */
enum err tenant_secret_put(struct ctx *cx, struct db *db, const struct seal_keys *keys,
    const struct tenant_secret_name *of, struct slice value) MUST_CHECK;
/* Nothing when there is none. */
enum err tenant_secret_remove(
    struct ctx *cx, struct db *db, const struct tenant_secret_name *of) MUST_CHECK;
/* The same as tenant_secret_open(). */
enum err tenant_secret_query(struct ctx *cx, struct db *db,
    const struct seal_keys *keys, const struct tenant_secret_name *of,
    struct slice *value) MUST_CHECK;

/* A read of its own, in the tenant's context. value->p NULL: it keeps none. */
enum err tenant_secret_open(struct ctx *cx, struct db *db, const struct seal_keys *keys,
    const struct tenant_secret_name *of, struct slice *value) MUST_CHECK;

/* Seals the tenants' keys under the key that seals today; *count of them were not. In
 * transactions of its own. A key that does not open is left as it is and named in a
 * fault; the others are done before ERR_INTERNAL says so. */
enum err tenant_keys_reseal(
    struct ctx *cx, struct db *db, const struct seal_keys *keys, int *count) MUST_CHECK;

#endif
