/*
 * signin_client.h - from a client's id and secret to an access token (RFC 6749, 4.4).
 *
 *   sub, client_id  the client's id
 *   tenant_id       the client's tenant
 *   scope           what the client has, or as much of it as is asked for
 *
 * There is neither a role nor an e-mail address in it, and no refresh token with it: a
 * client shows its secret again.
 *
 * Tries are slowed down like those of people (people/throttle.h), with the id in place
 * of the address; unknown ids, wrong secrets and revoked clients are answered alike.
 * What the tenant and its policy say is told only to who knows the secret. A refusal
 * commits: what was counted and written to the audit log stays.
 *
 * Audit: CLIENT_SIGNED_IN, CLIENT_SIGN_IN_FAILED with the reason and
 * CLIENT_SIGN_IN_THROTTLED for the first of those that are refused between two tries;
 * an id that is not one of ours is in none of them.
 *
 * Owner:    the caller; texts live in cx->mem.
 * Lifetime: one request.
 * Threads:  one.
 * Failure:  ERR_CLIENT; ERR_RATE_LIMITED with a time to come back; ERR_SCOPE for one
 *           that the client does not have; those of admit_check().
 */
#ifndef TENANTD_FLOWS_SIGNIN_CLIENT_H
#define TENANTD_FLOWS_SIGNIN_CLIENT_H

#include "client/client.h"
#include "flows/signin.h"

struct signin_client {
	struct client_credentials shown;
	const char *scope; /* what is asked for; NULL: all */
};

enum err signin_by_client(struct ctx *cx, const struct signin_site *site,
    const struct signin_client *try, struct signin_answer *out) MUST_CHECK;

#endif
