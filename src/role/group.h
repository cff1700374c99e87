/*
 * group.h - the groups of a tenant: a name for some of its members, and a role that
 * they have beside their own. What somebody may do is what their role and those of
 * their groups grant together.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as role.h.
 */
#ifndef TENANTD_ROLE_GROUP_H
#define TENANTD_ROLE_GROUP_H

#include "role/person.h"
#include "role/role.h"

enum {
	GROUPS_MOST = 500, /* of a tenant */
	GROUP_NAME_MAX = 100
};

struct group {
	const char *id, *tenant_id, *name, *description;
	const char *role;       /* an id; NULL: it grants nothing */
	const char *grants;     /* what that is: role_scopes_granted() */
	const char *created_by; /* NULL: it came with the tenant */
	const char *created_at, *updated_at;
	int64_t members, version;
};

/* -- each in a transaction of its own -- */
enum err group_show(struct ctx *cx, struct db *db, const struct role_site *site,
    const char *id, struct group *out) MUST_CHECK;
struct group_page {
	const char *after; /* an id; NULL: from the first */
	int limit;
	struct group *list; /* the answer, in the order of ids: `count` of them */
	int count;
};
enum err groups_list(struct ctx *cx, struct db *db, const struct role_site *site,
    struct group_page *page) MUST_CHECK;

/* -- inside a transaction, in the tenant's context -- */
/* In the turn, which it takes. */
enum err group_hold(struct ctx *cx, struct db *db, const struct role_site *site,
    const char *id, struct group *out) MUST_CHECK;

struct group_draft {
	const char *name, *description;
	const char *role; /* by name; NULL: none */
};
enum err group_create(struct ctx *cx, struct db *db, const struct role_site *site,
    const struct group_draft *d, struct group *out) MUST_CHECK;
/* now: as it was held; then as it has become. */
enum err group_update(struct ctx *cx, struct db *db, const struct role_site *site,
    const struct group_draft *d, struct group *now) MUST_CHECK;
enum err group_delete(struct ctx *cx, struct db *db, const struct role_site *site,
    const struct group *now) MUST_CHECK;

/* Puts a member in, or takes them out; nothing when that is so already. */
enum err group_add(struct ctx *cx, struct db *db, const struct role_site *site,
    const struct group *g, const struct person *p) MUST_CHECK;
enum err group_drop(struct ctx *cx, struct db *db, const struct role_site *site,
    const struct group *g, const struct person *p) MUST_CHECK;

#endif
