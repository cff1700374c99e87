/*
 * level.h - what a route's permission asks that only the database can tell: superusers,
 * whether the tenant that a token speaks of may be used, and how the caller stands to
 * the tenant in question.
 *
 * Owner:    nobody.
 * Lifetime: one request.
 * Threads:  one.
 * Failure:  ERR_FORBIDDEN; what standing.h has; ERR_NOT_FOUND for a tenant that the
 * caller may not know of; ERR_NO_TENANT_CLAIM and ERR_STALE_TOKEN for a token that
 * names no tenant of theirs, telling which step is missing.
 */
#ifndef TENANTD_CONTROLLERS_LEVEL_H
#define TENANTD_CONTROLLERS_LEVEL_H

#include "controllers/app.h"

/* For a caller that check of the token has let in. Sets call->tenant_id where the row's
 * level is TENANT, VIEWER or MEMBER, of which also call->member. */
enum err level_check(struct app *app, struct call *call) MUST_CHECK;

#endif
