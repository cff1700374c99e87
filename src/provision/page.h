/*
 * page.h - a partner's tenants in pages, each of which costs the same however far it
 * is: a range of an index begins after the last tenant of the page before.
 *
 * By the time when they were made, or by their names: the first PROVISION_LETTERS
 * characters, in lower case, as their code points are ordered. What somebody looks for
 * (`begins`) is a text that the name or the address, in any case of letters, or the
 * external_id begins with: those found by name come first, in the order of names, then
 * those by address, then those by external_id. A page of these may have fewer tenants
 * than wanted and not be the last: only so many that begin alike are looked at for one.
 *
 * Owner:    the caller; what is answered lives in the arena of the ctx.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as db.h.
 */
#ifndef TENANTD_PROVISION_PAGE_H
#define TENANTD_PROVISION_PAGE_H

#include "provision/provision.h"

enum { PROVISION_LETTERS = 100, PROVISION_LOOKED_AT = 1000 };

enum provision_sort {
	PROVISION_BY_CREATED_AT,
	PROVISION_BY_CREATED_AT_DOWN,
	PROVISION_BY_NAME,
	PROVISION_BY_NAME_DOWN,
	PROVISION_SORT_COUNT
};

/* Where a page begins, made by the page before; phase: of those that `begins` finds. */
struct provision_place {
	const char *id, *key; /* NULL: at the start */
	int64_t created_us;   /* the key, of those by time */
	int phase;
};

struct provision_page {
	enum provision_sort sort;
	const char *status; /* NULL: any */
	const char
	    *begins; /* NULL: all; then the sort is by name, and without bounds */
	const char *email, *external_id; /* exactly; NULL: any */
	int64_t from_us, to_us; /* made then or later, and before; since 1970 */
	struct provision_place place;
	int limit;
	/* The answer: `count` of them, and where the next page begins, if there is one.
	 */
	struct provision_record *list;
	int count;
	bool more;
	struct provision_place next;
};

enum { PROVISION_STATUS_COUNT = 6 };
extern const char *const provision_statuses[PROVISION_STATUS_COUNT];
/* Past any time that is asked for. */
#define PROVISION_TIME_END INT64_C(9000000000000000)

enum err provision_list(struct ctx *cx, struct db *db,
    const struct provision_site *site, struct provision_page *page) MUST_CHECK;

#endif
