/*
 * account.h - what the flows about accounts have in common: with what they are done,
 * and the mails that they send.
 *
 * Owner:    the caller; texts live in cx->mem.
 * Lifetime: one request.
 * Threads:  one.
 * Failure:  as db.h; ERR_UNAVAILABLE, told with the setting to set, where a mail is
 *           needed and none can be sent.
 */
#ifndef TENANTD_FLOWS_ACCOUNT_H
#define TENANTD_FLOWS_ACCOUNT_H

#include "audit/audit.h"
#include "conf/conf.h"
#include "crypto/seal.h"
#include "db/db.h"
#include "people/user.h"
#include "policy/policy.h"
#include "proc/slots.h"
#include "json/json.h"

struct account_site {
	struct db *db;
	struct audit *audit;
	const struct conf *conf;
	const struct seal_keys *keys;
	struct slots *hashes; /* NULL: without a bound */
	const char *address;  /* the client's */
};

/* Whether mails with links can be sent. */
enum err account_check_mail(struct ctx *cx, const struct account_site *s) MUST_CHECK;
/* A page of the application, such as "verify-email", for who has a secret. */
const char *account_link(
    struct ctx *cx, const struct account_site *s, const char *page, const char *secret);

/* -- inside a transaction -- */

/* A mail with a secret in a link, to the owner of an address. */
struct account_letter {
	const char *template, *page;
	const char *email; /* NULL: nobody's; it is as much work, and no mail */
	const char *name;  /* NULL: not known */
	const char *secret;
	const char *expires_in; /* in words */
};
enum err account_write(struct ctx *cx, const struct account_site *s,
    const struct account_letter *l) MUST_CHECK;
/* Tells the owner of an address of something that may be an attack. Where no mail can
 * be sent it is not told. email: as above. */
struct account_warning {
	const char *email, *name;
	const char *event, *details;
};
enum err account_warn(struct ctx *cx, const struct account_site *s,
    const struct account_warning *w) MUST_CHECK;

/* Something a user did, for the audit: by cx->actor, who they are. */
enum err account_write_down(
    struct ctx *cx, const struct account_site *s, const char *event) MUST_CHECK;

/* -- outside of one -- */

/* What a user's password is held to: the policy of the tenant that they sign in to. */
enum err account_policy(struct ctx *cx, const struct account_site *s,
    const struct user *u, struct policy *out) MUST_CHECK;

#endif
