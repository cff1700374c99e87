/*
 * role.h - the roles of a tenant: those that every tenant has, with or without a row of
 * its own, and those that it made; tenantd.roles.
 *
 * Everything about who may do what in a tenant is changed in turn (role_turn()), so
 * that what was checked holds until the commit: that a role is there, that nobody has
 * it, that somebody manages the tenant. Whoever only relies on a role takes part in the
 * turn without keeping others like them out (role_turn_shared()).
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as db.h; ERR_NOT_FOUND, told, for one that is not there; ERR_CONFLICT for
 *           what may not be; ERR_FORBIDDEN for who gives more than they have;
 *           ERR_INVALID, with a fault, for a role that somebody names.
 */
#ifndef TENANTD_ROLE_ROLE_H
#define TENANTD_ROLE_ROLE_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/audit.h"
#include "db/db.h"
#include "role/scopes.h"

enum {
	ROLES_MOST = 100, /* of a tenant, beside those that come with it */
	ROLE_NAME_MAX = 64
};

struct role {
	const char *id; /* its name, case-folded: what memberships say */
	const char *tenant_id, *name, *description;
	const char *created_by;              /* NULL: it came with the tenant */
	const char *created_at, *updated_at; /* NULL: nobody changed it yet */
	unsigned scopes;
	bool builtin;
	int64_t version;
};

/* For whom, and with what. */
struct role_site {
	const char *tenant_id;
	const char *address; /* the caller's, for the audit */
	struct audit *audit;
	unsigned scopes; /* what the caller has, and so may give */
};

/* -- each in a transaction of its own -- */
enum err role_show(struct ctx *cx, struct db *db, const struct role_site *site,
    const char *name, struct role *out) MUST_CHECK;
/* All of them, in the order of their ids; there are few. */
enum err roles_list(struct ctx *cx, struct db *db, const struct role_site *site,
    struct role **list, int *count) MUST_CHECK;

/* -- inside a transaction, in the tenant's context or that of management -- */
enum err role_turn(struct ctx *cx, struct db *db, const char *tenant_id) MUST_CHECK;
enum err role_turn_shared(
    struct ctx *cx, struct db *db, const char *tenant_id) MUST_CHECK;

/* Whether somebody manages the tenant: before a change, and after it. */
enum err role_managed(
    struct ctx *cx, struct db *db, const char *tenant_id, bool *managed) MUST_CHECK;
/* ERR_CONFLICT when somebody did and nobody does. */
enum err role_check_managed(
    struct ctx *cx, struct db *db, const char *tenant_id, bool before) MUST_CHECK;

/* The role that the caller wants to give; in the turn. "owner" is none. */
struct role_wish {
	const char *name;
	const char *pointer; /* where that stood in the request */
};
enum err role_to_give(struct ctx *cx, struct db *db, const struct role_site *site,
    const struct role_wish *wish, struct role *out) MUST_CHECK;
/* ERR_FORBIDDEN unless the caller has all of these scopes. */
enum err role_check_has(
    struct ctx *cx, const struct role_site *site, unsigned scopes) MUST_CHECK;

/* In the turn, which it takes: as role_show(). */
enum err role_hold(struct ctx *cx, struct db *db, const struct role_site *site,
    const char *name, struct role *out) MUST_CHECK;

struct role_draft {
	const char *name, *description;
	unsigned scopes;
};
enum err role_create(struct ctx *cx, struct db *db, const struct role_site *site,
    const struct role_draft *d, struct role *out) MUST_CHECK;
/* now: as it was held; then as it has become. The name stays. */
enum err role_update(struct ctx *cx, struct db *db, const struct role_site *site,
    const struct role_draft *d, struct role *now) MUST_CHECK;
/* Whoever has it gets the other, by name; NULL: nobody may have it. */
enum err role_delete(struct ctx *cx, struct db *db, const struct role_site *site,
    const char *replace_with, const struct role *now) MUST_CHECK;

#endif
