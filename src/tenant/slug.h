/*
 * slug.h - what a tenant may be called, and the slug that is made of its name.
 *
 * A slug is one DNS label of 3 to 63 lower-case letters, digits and "-", without "--",
 * which is none of reserved.def and does not read as a UUID. Ids, slugs and past slugs
 * are one name space: tenantd.names decides, and its primary key ends a race.
 *
 * Owner:    the arena of the ctx.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  ERR_INVALID with a fault for each rule that does not hold, each told.
 */
#ifndef TENANTD_TENANT_SLUG_H
#define TENANTD_TENANT_SLUG_H

#include <stdbool.h>

#include "base/ctx.h"
#include "db/db.h"

enum {
	TENANT_SLUG_LEAST = 3,
	TENANT_SLUG_MOST = 63,
	TENANT_SLUG_MADE = 50, /* most of what is made of a name, without its number */
	TENANT_TITLE_MOST = 255, /* characters of a name */
};

/* The name without blanks around it, or faults at pointer. */
enum err tenant_title_take(
    struct ctx *cx, const char *name, const char *pointer, const char **out) MUST_CHECK;
/* Whether the slug keeps the rules; who has it is not looked at. */
enum err tenant_slug_check(
    struct ctx *cx, const char *slug, const char *pointer) MUST_CHECK;
/* What the name would be as a slug, if nobody had it: the same for the same name. */
const char *tenant_slug_made(struct ctx *cx, const char *name);
/* In every spelling that PostgreSQL takes, "-" after any four digits: such a text is
 * the id of another row of the registry, today or one day. */
bool tenant_name_reads_as_uuid(const char *s);

/*
 * Inside a transaction, in the management context. wished: checked, with faults at
 * "/slug"; ERR_CONFLICT, told, with a fault, when it is taken. NULL: made of the name,
 * with a number where it is taken. The name is free when this looks: who then inserts
 * it and is told of SQLSTATE 23505 on names_pkey begins its transaction anew.
 */
enum err tenant_slug_choose(struct ctx *cx, struct db *db, const char *wished,
    const char *name, const char **out) MUST_CHECK;
/* Of a tenant that is there: its own names are no obstacle. */
enum err tenant_slug_is_free(
    struct ctx *cx, struct db *db, const char *slug, const char *tenant_id) MUST_CHECK;

#endif
