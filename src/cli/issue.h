/*
 * issue.h - a token as sign-in would issue it to a user now, without a session: for
 * operators who try things out.
 *
 * Owner:    the command.
 * Lifetime: the texts: cx->mem.
 * Threads:  one.
 * Failure:  as admit.h: who could not sign in for the state of their tenant gets none,
 *           and is told why; ERR_NOT_FOUND, told, for an address that nobody has;
 *           ERR_FORBIDDEN for a user who is not active.
 */
#ifndef TENANTD_CLI_ISSUE_H
#define TENANTD_CLI_ISSUE_H

#include "flows/signin.h"

enum { ISSUE_LIFETIME_S = 300 };

/* What the tenant's policy says of addresses, passwords and second factors is not
 * looked at: there are none here. */
enum err issue_for_user(struct ctx *cx, const struct signin_site *site,
    const char *email, int lifetime_s, struct signin_answer *out) MUST_CHECK;

#endif
