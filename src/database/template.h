/*
 * template.h - the database of a server that tenants' databases are copied from: made
 * once, with all that base.h says, and made anew under another name when that changes.
 * Nobody connects to it.
 *
 * Owner:    the server; its row says which one it is.
 * Lifetime: until the next one is there.
 * Threads:  one; two processes at once wait for each other.
 * Failure:  as host.h and base.h. What a kill left is removed by the next call.
 */
#ifndef TENANTD_DATABASE_TEMPLATE_H
#define TENANTD_DATABASE_TEMPLATE_H

#include "database/base.h"
#include "database/databases.h"

/* s: as it was read; then as it has become. Outside of any transaction. */
enum err template_ensure(struct ctx *cx, struct databases *d, struct db *control,
    struct database_server *s, const struct base *base) MUST_CHECK;
/* Removes it: nothing can be copied there until the next template_ensure(). */
enum err template_remove(struct ctx *cx, struct databases *d, struct db *control,
    struct database_server *s) MUST_CHECK;

#endif
