/*
 * passwords.h - another password: by a mail to who forgot theirs, or by who knows it.
 *
 * Owner:    the caller, who cleanses the passwords.
 * Lifetime: one request.
 * Threads:  one.
 * Failure:  as account.h and people/password.h; ERR_INVALID, with a fault, for a secret
 *           that is of no use and for a password that is not the current one;
 *           ERR_RATE_LIMITED after too many of these: people/throttle.h.
 */
#ifndef TENANTD_FLOWS_PASSWORDS_H
#define TENANTD_FLOWS_PASSWORDS_H

#include "flows/account.h"
#include "people/hash.h"

enum { PASSWORDS_RESET_S = 3600 }; /* for which a secret is of use */

/* Mails a secret to whose address it is. Neither the answer nor the work tells whether
 * it is anybody's. */
enum err passwords_ask(
    struct ctx *cx, const struct account_site *s, const char *email) MUST_CHECK;
/* By such a secret, once: ends all sessions, and the other secrets. */
enum err passwords_reset(struct ctx *cx, const struct account_site *s,
    const char *secret, struct password wished) MUST_CHECK;

struct passwords_change {
	const char *user_id; /* whose token it is */
	struct password current, wished;
	const char *session; /* that goes on; NULL: none does */
};
enum err passwords_change(struct ctx *cx, const struct account_site *s,
    const struct passwords_change *c) MUST_CHECK;

#endif
