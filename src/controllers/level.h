/*
 * level.h - what a route's permission asks that only the database can tell: superusers,
 * whether the tenant that a token speaks of may be used, and how the caller stands to
 * the tenant in question.
 *
 * A token of an OAuth client opens what is of its own tenant: rows for TENANT where the
 * token carries "admin" and the client has that scope still, rows for MEMBER likewise
 * with "read", and "write" for what is no GET. So does a tenant's API key, by its own
 * scopes. All else is for people.
 *
 * A row for PARTNER is for whoever names an active partner in a token with the role
 * "partner-admin" and the permission that the row's is called after, or shows an API
 * key of one with that permission: such a key opens nothing else.
 *
 * Owner:    nobody.
 * Lifetime: one request.
 * Threads:  one.
 * Failure:  ERR_FORBIDDEN; ERR_UNAUTHORIZED for a client that is not in force; what
 *           standing.h has; ERR_NOT_FOUND for a tenant that the caller may not know of;
 *           ERR_NO_TENANT_CLAIM and ERR_STALE_TOKEN for a token that names no tenant of
 *           theirs, telling which step is missing.
 */
#ifndef TENANTD_CONTROLLERS_LEVEL_H
#define TENANTD_CONTROLLERS_LEVEL_H

#include "controllers/app.h"

/* The piece of the path that the row calls {tenant}; NULL: there is none. */
const char *level_named_tenant(struct call *call);

/* An OAuth client, or a tenant's API key. */
bool level_is_machine(const struct call *call);

/* For a caller that check of the token has let in. Sets call->tenant_id where the row's
 * level is TENANT, VIEWER or MEMBER, of which also call->member; call->partner for
 * PARTNER, unless the key that was shown has said it already. */
enum err level_check(struct app *app, struct call *call) MUST_CHECK;

#endif
