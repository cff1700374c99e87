/*
 * rls.h - does row-level security keep tenants apart in this database? Every table with
 * a tenant_id, its policies and FORCE, what is exempt and why, the running role's
 * rights and everybody else's, contexts set in advance, views, functions; and a live
 * probe of two tenants that may not see each other, which leaves nothing behind.
 *
 * Owner:    the caller; findings live in the ctx's arena.
 * Lifetime: of that arena's contents.
 * Threads:  one.
 * Failure:  rls_check() fails only when the checks could not be made; what they found
 *           wrong is in the report.
 */
#ifndef TENANTD_RLS_RLS_H
#define TENANTD_RLS_RLS_H

#include <stdbool.h>

#include "base/ctx.h"
#include "db/db.h"

enum rls_verdict {
	RLS_OK = 1,
	RLS_EXEMPT,  /* left open on purpose; text says why */
	RLS_WARNING, /* holds, on a weaker footing */
	RLS_FAILED,
	RLS_VERDICT_COUNT
};

struct rls_finding {
	struct rls_finding *next;
	const char *object; /* relation, role or function */
	const char *check; /* what was looked at: "forced", "policy tenant_scope", … */
	enum rls_verdict verdict;
	const char *text; /* what is so; of a failure also what to run */
};

struct rls_report {
	struct rls_finding *first, *last; /* in the order of the checks */
	unsigned counts[RLS_VERDICT_COUNT];
};

/* db: connected as the server's own role, since its rights are part of the question. */
enum err rls_check(struct ctx *cx, struct db *db, struct rls_report *report) MUST_CHECK;
/* Nothing failed, and there was something to check. */
bool rls_report_ok(const struct rls_report *report);
/* "ok", "exempt", "warning" or "failed". */
const char *rls_verdict_name(enum rls_verdict verdict);

#endif
