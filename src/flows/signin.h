/*
 * signin.h - from a password or a refresh token to an access token.
 *
 * A password is counted as a failure (throttle.h), then checked outside any
 * transaction; what follows is decided in one that holds the user. An unknown user, a
 * wrong password and an account that is not active are answered alike, in the same
 * time, and what the tenant and its policy say is told only to who knows the password.
 * A refusal commits: what was counted and written to the audit log stays.
 *
 * A session in a tenant that was named stays in it: when it is theirs no more, the
 * session is of no use, rather than one that speaks of another tenant's data. Whoever
 * has a second factor goes on only with a session in which it was shown.
 *
 * Audit: SIGNED_IN, also for a refresh into another tenant, SIGN_IN_FAILED with the
 * reason, SIGN_IN_THROTTLED for the first of those that are refused between two tries,
 * SIGNED_OUT, REFRESH_TOKEN_REUSED.
 *
 * Owner:    the caller; texts live in cx->mem. Tokens are cleansed with the arena.
 * Lifetime: one request.
 * Threads:  one.
 * Failure:  ERR_CREDENTIALS; ERR_SECOND_FACTOR: the password is right, and a one-time
 *           password is needed; ERR_RATE_LIMITED with a time to come back; ERR_GRANT
 *           for a refresh token that is of no use; those of admit.h; ERR_UNAVAILABLE
 *           when too many passwords are hashed at this moment.
 */
#ifndef TENANTD_FLOWS_SIGNIN_H
#define TENANTD_FLOWS_SIGNIN_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/audit.h"
#include "base/ctx.h"
#include "conf/conf.h"
#include "crypto/seal.h"
#include "db/db.h"
#include "people/hash.h"
#include "people/user.h"

struct signin_site {
	struct db *db;
	struct audit *audit;
	const struct conf *conf;
	struct slots *hashes;
	const struct seal_keys *keys;
	const char *address, *agent; /* of the client; agent "": unknown */
};

struct signin_try {
	const char *email;
	struct password password;
	const char *otp;   /* NULL: none was sent */
	const char *scope; /* what is asked for; NULL: all */
	/* id or number of the tenant to be in; NULL: whichever is theirs */
	const char *tenant;
};

struct signin_answer {
	const char *access_token;
	const char *refresh_token; /* NULL: none */
	const char *scope;         /* "": none */
	const char *tenant_id;     /* NULL: none */
	struct user user;
	int64_t lifetime_s; /* of the access token */
	bool enrol;         /* it is for setting up a second factor alone */
};

enum err signin_by_password(struct ctx *cx, const struct signin_site *site,
    const struct signin_try *try, struct signin_answer *out) MUST_CHECK;
struct signin_refresh {
	const char *token;
	/* of this access token, beside what the session was begun with; NULL: that */
	const char *scope;
	/* id or number of the tenant to be in from now on; NULL: the one that was named
	 * before, else whichever is theirs */
	const char *tenant;
};
enum err signin_by_refresh(struct ctx *cx, const struct signin_site *site,
    const struct signin_refresh *try, struct signin_answer *out) MUST_CHECK;

/* Which sessions end. */
struct signout {
	const char *user_id;
	const char *session_id;    /* NULL: none by its id */
	const char *refresh_token; /* NULL: none by its token */
	bool all;                  /* every one that they have */
};
/* *ended: how many were named by id or token and did. */
enum err signout(struct ctx *cx, const struct signin_site *site,
    const struct signout *which, int *ended) MUST_CHECK;

#endif
