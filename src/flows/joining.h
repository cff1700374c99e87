/*
 * joining.h - invitations to a tenant: made, mailed, revoked, and accepted.
 *
 * Each is told as an event, audited, and mailed with a secret; what is kept of the
 * secret, and all that is told, does not hold it.
 *
 * Who accepts gets a membership and no more: it ends with its row in tenant_users. An
 * assignment (users.tenant_id) is another matter, an administrator's: it makes a member
 * by itself, and stays when a membership of the same tenant is removed.
 *
 * Owner:    the caller; texts live in cx->mem.
 * Lifetime: one request.
 * Threads:  one.
 * Failure:  as invitation/invitation.h and account.h; ERR_CONFLICT for whom nobody
 * needs to invite; ERR_QUOTA for more invitations, or members, than the tenant may
 * have; ERR_RATE_LIMITED for too many mails to one address; for a secret:
 * ERR_INVALID, with a fault, when it is none, ERR_GONE when its invitation is over,
 * ERR_FORBIDDEN when it is for another address, ERR_TENANT_SUSPENDED and
 * ERR_TENANT_INACTIVE.
 */
#ifndef TENANTD_FLOWS_JOINING_H
#define TENANTD_FLOWS_JOINING_H

#include "crypto/digest.h"
#include "events/event.h"
#include "flows/account.h"
#include "invitation/invitation.h"

/* Inside a transaction: a change of one, as an event and in the audit. kind:
 * EVENT_UNSET for none. */
struct joining_news {
	enum event_kind kind;
	const char *audit_event;
};
enum err joining_tell(struct ctx *cx, const struct account_site *s,
    const struct joining_news *news, const struct invitation *i) MUST_CHECK;

/* -- those who invite: inside a transaction in the context of the tenant, of a request
 * by cx->actor; account_check_mail() first -- */

/* i: tenant, address and role; the rest is the answer. */
enum err joining_invite(
    struct ctx *cx, const struct account_site *s, struct invitation *i) MUST_CHECK;
/* The same for whom the platform names as admin of a tenant that it makes: nothing for
 * a member, no bound on mails, and no mail where none can be sent: joining_resend()
 * does that once one can be. */
enum err joining_invite_first(
    struct ctx *cx, const struct account_site *s, struct invitation *i) MUST_CHECK;
/* i: as it was held; then as it has become. */
enum err joining_resend(
    struct ctx *cx, const struct account_site *s, struct invitation *i) MUST_CHECK;
enum err joining_revoke(
    struct ctx *cx, const struct account_site *s, struct invitation *i) MUST_CHECK;

/* -- those who are invited -- */

struct joining {
	const char *user_id;
	const char *email;   /* known to be theirs; NULL: none is */
	const char *digest;  /* of the secret */
	const char *pointer; /* where that stood in the request */
};

/* Of a secret that was shown; j->digest becomes it. */
enum err joining_digest(struct ctx *cx, struct joining *j, const char *secret,
    char digest[static DIGEST_HEX_SIZE]) MUST_CHECK;
/* Whether it can be accepted with j->email; in a transaction of its own. */
enum err joining_check(struct ctx *cx, const struct account_site *s,
    const struct joining *j, const char **tenant_id) MUST_CHECK;
/* Inside a transaction in the management context, by cx->actor: accepts it. */
enum err joining_accept_held(struct ctx *cx, const struct account_site *s,
    const struct joining *j, struct invitation_shown *out) MUST_CHECK;
/* The same for who does something else besides, which is done either way. */
struct joining_end {
	const char *tenant_id, *role; /* that it was for */
	const char *why;              /* it cannot be accepted; NULL: it was */
};
enum err joining_try_held(struct ctx *cx, const struct account_site *s,
    const struct joining *j, struct joining_end *out) MUST_CHECK;

#endif
