/*
 * tenant.h - a tenant as one of its members sees it, and the rules of its record.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as db.h.
 */
#ifndef TENANTD_TENANT_TENANT_H
#define TENANTD_TENANT_TENANT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/id.h"
#include "db/db.h"

enum { TENANT_SCHEMA_SIZE = 7 + UUID_TEXT_SIZE }; /* "tenant_" and 36 characters */

struct tenant {
	const char *id;     /* what the tenant_id claim carries */
	const char *number; /* UUID text in the shared registry */
	const char *name, *slug, *status, *plan, *billing_cycle, *schema_name;
	const char *onboarding_status, *role, *isolation;
	const char *grants;   /* what their role and groups grant: role/scopes.h */
	const char *features; /* JSON object */
	const char *created_at, *updated_at; /* RFC 3339 */
	int64_t version;
	bool rls_enabled;
};

/* A tenant to be made; every text is set but the last. */
struct tenant_draft {
	const char *id; /* UUID text */
	const char *name, *owner_id, *slug, *plan, *billing_cycle;
	const char *contact_email; /* whom its mails go to; NULL: not known */
};

/* Whose tenant is looked for. */
struct tenant_seeker {
	const char *user_id;
	const char *preferred; /* id or number of the one they speak of; NULL: none */
	bool owned;            /* one that they own counts, too, without a membership */
};

/* The tenant of a user with a membership, without what only tenant_find_of_user()
 * reads: grants, isolation, rls_enabled, features, version and times. */
enum err tenant_find_of_member(struct ctx *cx, struct db *db,
    const struct tenant_seeker *who, struct tenant *out, bool *found) MUST_CHECK;
/* The tenant of a user who has one. *found false: they have none. */
enum err tenant_find_of_user(struct ctx *cx, struct db *db,
    const struct tenant_seeker *who, struct tenant *out, bool *found) MUST_CHECK;
/* The same inside a transaction. */
enum err tenant_query_of_user(struct ctx *cx, struct db *db,
    const struct tenant_seeker *who, struct tenant *out, bool *found) MUST_CHECK;

/* The columns that onboarding_find.sql and tenant_show.sql begin with: all but role and
 * grants. */
void tenant_read_row(const struct db_rows *rows, struct tenant *out);

/* How a user stands to a tenant that somebody names. */
struct tenant_reach {
	const char *id, *status; /* id NULL: there is no such tenant */
	const char *role;        /* NULL: none */
	const char *grants;      /* what that and their groups grant: role/scopes.h */
	bool superuser;          /* says the database of a user of that id */
};
/* name: id, slug or a slug it had. */
enum err tenant_reach(struct ctx *cx, struct db *db, struct slice name,
    const char *user_id, struct tenant_reach *out) MUST_CHECK;

/* *slug: the tenant's slug, if name is one that it had before; else NULL. */
enum err tenant_slug_now(struct ctx *cx, struct db *db, const char *tenant_id,
    const char *name, const char **slug) MUST_CHECK;

/* Whether there is a status of this name. */
bool tenant_status_known(const char *status);
bool tenant_is_usable(const char *status);
/* ERR_TENANT_SUSPENDED or ERR_TENANT_INACTIVE unless the tenant may be used. */
enum err tenant_check_usable(struct ctx *cx, const char *status) MUST_CHECK;

/* The schema of the older isolation: "tenant_", the id with "_" for "-". */
void tenant_schema_name(char out[static TENANT_SCHEMA_SIZE], const char *number);

/* Inside a transaction of an actor: the tenant, its registry row, its owner's
 * membership, the event, and its schema if asked for. */
enum err tenant_create(struct ctx *cx, struct db *db, const struct tenant_draft *d,
    bool with_schema) MUST_CHECK;
/* Inside a transaction: makes user_id a member; nothing when they are one. */
enum err tenant_add_member(struct ctx *cx, struct db *db, const char *tenant_id,
    const char *user_id, const char *role) MUST_CHECK;
/* Inside a transaction: whether the user is a member, by a membership or by an
 * assignment. */
enum err tenant_has_member(struct ctx *cx, struct db *db, const char *tenant_id,
    const char *user_id, bool *out) MUST_CHECK;
struct tenant_membership {
	const char *tenant_id, *user_id, *role;
};
/* The same; *joined false: they are one, and stay what they are. */
enum err tenant_join(struct ctx *cx, struct db *db, const struct tenant_membership *m,
    bool *joined) MUST_CHECK;

#endif
