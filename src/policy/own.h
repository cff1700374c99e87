/*
 * own.h - a tenant's own security policy: tenantd.security_policies, where it stands
 * as far as it differs in words from the usual one, and how it is changed.
 *
 * A request may say its rules in two notations: in groups, as they are told, and as
 * { "passwordPolicy": { "minLength": 12 }, "sessionTimeout": 3600 }.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as db.h; ERR_INVALID, with faults; ERR_PRECONDITION, told, when what is to
 *           be replaced or removed is not what was read any more.
 */
#ifndef TENANTD_POLICY_OWN_H
#define TENANTD_POLICY_OWN_H

#include "audit/audit.h"
#include "policy/rules.h"

struct policy_own {
	struct policy policy;         /* whole: with what is usual */
	bool said[POLICY_RULE_COUNT]; /* which rules are the tenant's own */
	int64_t version;              /* 0: all are the usual ones */
	const char *updated_at;       /* RFC 3339; NULL: never */
	const char *updated_by;       /* NULL: not known */
	const struct json *methods;   /* the tenant's features.auth, or NULL */
};

/* Whose, and by whom it is changed. */
struct policy_site {
	const char *tenant_id;
	const char *address; /* the client's */
	struct audit *audit;
	bool force; /* also when the client's address is not admitted then */
};

/* In a transaction of its own. */
enum err policy_own_read(struct ctx *cx, struct db *db, const char *tenant_id,
    struct policy_own *out) MUST_CHECK;

/* Nothing is the tenant's own any more. */
void policy_own_clear(struct policy_own *own);
/* Changes what a request names; null: back to what is usual (RFC 7396). pointer: where
 * the request has the policy, "" for all of it. */
enum err policy_own_take(struct ctx *cx, const struct json *asked, const char *pointer,
    struct policy_own *own) MUST_CHECK;

/* -- inside a transaction, in the context of the tenant or of management -- */
enum err policy_own_find(struct ctx *cx, struct db *db, const char *tenant_id,
    struct policy_own *out) MUST_CHECK;
/* Replaces before by after; what after has of version and times becomes what is there
 * then. Without a difference nothing happens. ERR_INVALID for a rule that the tenant's
 * features do not go with; ERR_CONFLICT, told, when the client would be locked out. */
enum err policy_own_put(struct ctx *cx, struct db *db, const struct policy_site *site,
    const struct policy_own *before, struct policy_own *after) MUST_CHECK;
enum err policy_own_remove(struct ctx *cx, struct db *db,
    const struct policy_site *site, const struct policy_own *before) MUST_CHECK;

#endif
