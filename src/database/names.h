/*
 * names.h - what databases are called.
 *
 * A tenant's database is PREFIX, its slug as far as it fits, and eight digits of its
 * id's digest: two tenants never share one, whatever their slugs. A database that is no
 * tenant's yet has a random name, which nobody else can have meant.
 *
 * Owner:    the caller's storage.
 * Lifetime: of that storage.
 * Threads:  any.
 * Failure:  ERR_INTERNAL when there is no randomness.
 */
#ifndef TENANTD_DATABASE_NAMES_H
#define TENANTD_DATABASE_NAMES_H

#include "base/err.h"

enum {
	DATABASE_NAME_SIZE = 64,  /* NAMEDATALEN */
	DATABASE_SLUG_MAX = 40,   /* bytes of a slug that go into a name */
	DATABASE_PREFIX_MAX = 14, /* with slug, "_" and digits they are 63 */
	DATABASE_MARK_SIZE = 64
};

/* prefix and slug: what is not of a-z, 0-9 and "_" becomes "_". */
void database_name(char out[static DATABASE_NAME_SIZE], const char *prefix,
    const char *slug, const char *tenant_id);
/* "tenantd_", what it is for, "_" and 24 random digits. what: up to 16 bytes. */
enum err database_private_name(struct err_info *e, char out[static DATABASE_NAME_SIZE],
    const char *what) MUST_CHECK;
/* The comment by which a resource's database is known for ours. */
void database_mark(char out[static DATABASE_MARK_SIZE], const char *resource_id);

#endif
