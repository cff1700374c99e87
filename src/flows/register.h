/*
 * register.h - somebody becomes a user: by a mail to the address, or at once, where
 * EMAIL_VERIFICATION is off. Who registers with an invitation accepts it as they become
 * one; it proves nothing about the address: people/registration.h.
 *
 * Owner:    the caller, who cleanses the passwords.
 * Lifetime: one request.
 * Threads:  one.
 * Failure:  as account.h and people/password.h; ERR_INVALID, with a fault, for a secret
 *           that is of no use and for a password that is not the registered one;
 *           ERR_CONFLICT, told, for an address that somebody has, to who has shown that
 *           it is theirs, and where it is not asked whose it is; for an invitation that
 *           is of no use when it is shown: joining.h.
 */
#ifndef TENANTD_FLOWS_REGISTER_H
#define TENANTD_FLOWS_REGISTER_H

#include "flows/account.h"
#include "flows/joining.h"
#include "people/hash.h"

struct register_wish {
	const char *email;
	const char *name;       /* NULL: not said */
	const char *invitation; /* the secret of one; NULL: none */
	struct password password;
};

struct registered {
	struct user user;
	bool invited;              /* they came by an invitation */
	struct joining_end joined; /* what became of it */
};

/* *made: they are a user, *out. Else a mail was sent: to confirm the address, or, where
 * it is somebody's, to tell them; neither the answer nor the work tells which. */
enum err register_begin(struct ctx *cx, const struct account_site *s,
    const struct register_wish *w, struct registered *out, bool *made) MUST_CHECK;
/* Mails another secret for what was registered. Likewise. */
enum err register_resend(
    struct ctx *cx, const struct account_site *s, const char *email) MUST_CHECK;
/* By the secret and the password that was registered under it: see
 * people/registration.h. */
enum err register_verify(struct ctx *cx, const struct account_site *s,
    const char *secret, struct password password, struct registered *out) MUST_CHECK;

#endif
