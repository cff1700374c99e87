/*
 * own.h - a tenant's own security policy: tenantd.security_policies, where it stands
 * as far as it says anything else than the usual one, and what is asked to change of
 * it.
 *
 * A request may say its rules in two notations: in groups, as they are told, and as
 * { "passwordPolicy": { "minLength": 12 }, "sessionTimeout": 3600 }.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as db.h; ERR_NOT_FOUND, told, without the tenant; ERR_INVALID, with faults.
 */
#ifndef TENANTD_POLICY_OWN_H
#define TENANTD_POLICY_OWN_H

#include "policy/rules.h"

struct policy_own {
	struct policy policy;         /* whole: with what is usual */
	bool said[POLICY_RULE_COUNT]; /* which rules are the tenant's own */
	int64_t version;              /* 0: all are the usual ones */
	const char *updated_at;       /* RFC 3339; NULL: never */
	const char *updated_by;       /* NULL: not known */
	const struct json *methods;   /* the tenant's features.auth, or NULL */
	/* Where the request says a rule, as policy_own_take() found it; NULL: it does
	 * not. */
	const char *at[POLICY_RULE_COUNT];
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

/* What the tenant says, as it is stored: the same text for the same policy. */
const char *policy_own_text(struct ctx *cx, const struct policy_own *own);
/* Whether it goes with the tenant's features: ERR_INVALID, with a fault for each rule
 * that does not. A second factor that is demanded must be among them, and rules of
 * passwords are nobody's where there are none; those that were so before and are not
 * asked for now stay. */
enum err policy_own_check(struct ctx *cx, const struct policy_own *own) MUST_CHECK;

/* -- inside a transaction, in the context of the tenant or of management -- */
enum err policy_own_find(struct ctx *cx, struct db *db, const char *tenant_id,
    struct policy_own *out) MUST_CHECK;

#endif
