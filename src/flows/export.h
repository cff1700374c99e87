/*
 * export.h - all that is held of one tenant, row by row, but for secrets: what
 * tenantd.exports lists.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as db.h.
 */
#ifndef TENANTD_FLOWS_EXPORT_H
#define TENANTD_FLOWS_EXPORT_H

#include "audit/audit.h"
#include "db/db.h"

struct export_type {
	const char *relation; /* the table */
	const char *name;     /* as what its rows are told */
};
/* In the order in which they are told. */
enum err export_types(
    struct ctx *cx, struct db *db, struct export_type **list, int *count) MUST_CHECK;

struct export_page {
	const char *tenant_id;
	const struct export_type *of;
	const char *after; /* a place; NULL: from the first */
	int limit;
	const char **rows; /* the answer: JSON objects, `count` of them */
	int count;
	const char *place; /* of the last */
};
enum err export_read(struct ctx *cx, struct db *db, struct export_page *p) MUST_CHECK;

/* That somebody took it all, or one type of it. In a transaction of its own. */
struct export_note {
	const char *tenant_id, *address;
	const char *type; /* NULL: all */
	struct audit *audit;
};
enum err export_record(
    struct ctx *cx, struct db *db, const struct export_note *note) MUST_CHECK;

#endif
