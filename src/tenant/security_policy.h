/*
 * security_policy.h - a tenant's security policy (policy/own.h) is changed: written
 * down in the audit log, and told as an event.
 *
 * Owner:    the database; texts live in the arena of the ctx they were made with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as db.h; ERR_PRECONDITION, told, when what is to be replaced or removed is
 *           not what was read any more.
 */
#ifndef TENANTD_TENANT_SECURITY_POLICY_H
#define TENANTD_TENANT_SECURITY_POLICY_H

#include "audit/audit.h"
#include "policy/own.h"

/* Whose, and by whom it is changed. */
struct security_policy_site {
	const char *tenant_id;
	const char *address; /* the client's */
	struct audit *audit;
	bool force; /* also when the client's address is not admitted then */
};

/* -- inside a transaction, in the context of the tenant or of management -- */
/* Replaces before by after; what after has of version and times becomes what is there
 * then. Without a difference nothing happens. ERR_INVALID for a rule that the tenant's
 * features do not go with; ERR_CONFLICT, told, when the client would be locked out. */
enum err security_policy_replace(struct ctx *cx, struct db *db,
    const struct security_policy_site *site, const struct policy_own *before,
    struct policy_own *after) MUST_CHECK;
/* Back to the usual one. */
enum err security_policy_drop(struct ctx *cx, struct db *db,
    const struct security_policy_site *site,
    const struct policy_own *before) MUST_CHECK;

#endif
