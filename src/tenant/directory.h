/*
 * directory.h - tenants as operators look them up: listed, counted, one in full.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as db.h; ERR_NOT_FOUND, told, for a name that no tenant has.
 */
#ifndef TENANTD_TENANT_DIRECTORY_H
#define TENANTD_TENANT_DIRECTORY_H

#include "tenant/tenant.h"

struct tenant_entry {
	const char *id, *slug, *name, *status, *plan, *isolation;
	const char *owner_id, *partner_id; /* NULL: none */
	const char *created_at;            /* RFC 3339 */
};

struct tenant_query {
	const char *after;            /* the id to go on after; NULL: from the first */
	const char *status;           /* NULL: any */
	int limit;                    /* at least 1 */
	const char *plan, *isolation; /* NULL: any */
	const char *part;             /* of id, slug or name; NULL: all */
};

/* In the order of ids; *count of them. */
enum err tenant_list(struct ctx *cx, struct db *db, const struct tenant_query *q,
    struct tenant_entry **list, int *count) MUST_CHECK;

/* A tenant as events tell of it: a JSON object. */
struct tenant_state {
	const char *id, *state;
};

struct tenant_states_query {
	const char *after; /* the id to go on after; NULL: from the first */
	const char *only;  /* that one; NULL: all */
	int limit;         /* at least 1 */
};

/* In the order of ids; *count of them. */
enum err tenant_states(struct ctx *cx, struct db *db,
    const struct tenant_states_query *q, struct tenant_state **list,
    int *count) MUST_CHECK;

struct tenant_tally {
	const char *what; /* "member", "job queued", "event", …; a status */
	const char *kind; /* role of a member, kind of a job or event; NULL: none */
	int64_t count;
};

/* How many there are of each status. */
enum err tenant_count(
    struct ctx *cx, struct db *db, struct tenant_tally **list, int *count) MUST_CHECK;

struct tenant_overview {
	struct tenant tenant; /* role: NULL, nobody in particular asks */
	const char *owner_id, *status_reason; /* NULL: none */
	const char *partner_id, *external_id; /* likewise */
	bool registered; /* its row in the shared registry is there */
	struct tenant_tally *tallies;
	int tally_count;
};

/* name: an id, a slug, or a slug that the tenant had, of any case. */
enum err tenant_show(struct ctx *cx, struct db *db, const char *name,
    struct tenant_overview *out) MUST_CHECK;

#endif
