/*
 * person.h - who is in a tenant: its members by a row in tenant_users, those whom an
 * administrator assigned to it, and its owner by the registry.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as role.h.
 */
#ifndef TENANTD_ROLE_PERSON_H
#define TENANTD_ROLE_PERSON_H

#include "role/role.h"

struct person {
	const char *id;
	const char *email, *name; /* NULL: not known here */
	const char *role;         /* an id, or "owner" */
	const char *grants;       /* of that and their groups: role_scopes_granted() */
	const char *groups;       /* JSON array of objects: id, name, role */
	const char *joined_at;
	const char *last_seen_at; /* NULL: not known */
	const char *added_at;     /* to the group that was asked for; else NULL */
	bool active;              /* they may sign in */
	bool has_row;             /* in tenant_users */
	bool assigned;            /* by users.tenant_id */
	bool owner;               /* by the registry */
	/* Another one for whatever is another of them but for when they were seen. */
	int64_t version;
};

/* -- each in a transaction of its own -- */
/* name: their id or address. */
enum err person_show(struct ctx *cx, struct db *db, const struct role_site *site,
    const char *name, struct person *out) MUST_CHECK;
struct person_page {
	const char *after; /* an id; NULL: from the first */
	int limit;
	const char *part;    /* of id, address or name; NULL: any */
	const char *role;    /* by name; NULL: any */
	const char *status;  /* active, inactive; NULL: any */
	const char *group;   /* the id of one that they are in; NULL: any */
	struct person *list; /* the answer, in the order of ids: `count` of them */
	int count;
};
enum err persons_list(struct ctx *cx, struct db *db, const struct role_site *site,
    struct person_page *page) MUST_CHECK;

/* -- inside a transaction, in the tenant's context -- */
/* In the turn, which it takes. */
enum err person_hold(struct ctx *cx, struct db *db, const struct role_site *site,
    const char *name, struct person *out) MUST_CHECK;
/* Its id NULL: nobody of that id or address is in the tenant. */
enum err person_query(struct ctx *cx, struct db *db, const struct role_site *site,
    const char *name, struct person *out) MUST_CHECK;

/* Each in the turn. A user who is in none of the tenant's lists becomes a member. */
enum err person_add(struct ctx *cx, struct db *db, const struct role_site *site,
    const char *user_id, const struct role *r) MUST_CHECK;
/* now: as it was held; then as it has become. */
enum err person_set_role(struct ctx *cx, struct db *db, const struct role_site *site,
    const struct role *r, struct person *now) MUST_CHECK;
/* They are no member from the commit on, nor in any group; reason: why their sessions
 * in the tenant end. */
enum err person_remove(struct ctx *cx, struct db *db, const struct role_site *site,
    const char *reason, const struct person *now) MUST_CHECK;

#endif
