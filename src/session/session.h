/*
 * session.h - what signing in begins: a family of refresh tokens, of which the newest
 * is of use (RFC 6819 5.2.2.3, RFC 9700 4.14.2).
 *
 * A refresh token is good for one use, which makes the next. One that is shown again
 * may have been stolen, from either side: nobody can tell which of the two is the
 * user, so the session ends, and whoever is the user signs in again. This is also so
 * for two uses at the same time: the first one to hold the session wins, and the second
 * finds its token used. A client must therefore let one of its threads refresh at a
 * time, and one that lost the answer must sign in again.
 *
 * A session expires so many seconds after its beginning, or, where each use puts that
 * off, after its last use, and after so many days all the same. An access token that
 * was issued stays good until it expires by itself, which is no later.
 *
 * Locks are taken in this order: user (user_hold()), sessions in the order of their
 * ids.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena; rows: until long after their end, see work/keeping.c.
 * Threads:  one.
 * Failure:  as db.h.
 */
#ifndef TENANTD_SESSION_SESSION_H
#define TENANTD_SESSION_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "crypto/digest.h"
#include "db/db.h"

/* Why sessions end; the words of sessions.ended_reason. */
#define SESSION_ENDED_BY_LOGOUT        "logout"
#define SESSION_ENDED_BY_REUSE         "reuse"
#define SESSION_ENDED_BY_PASSWORD      "password" /* another was chosen */
#define SESSION_ENDED_BY_FACTOR        "factor"   /* a second one is needed now */
#define SESSION_ENDED_BY_ADMINISTRATOR "administrator"

enum { SESSION_AGENT_MAX = 255 }; /* bytes of a client's name that are kept */

/* How long it goes on, and beside how many others. */
struct session_terms {
	int most;      /* of one user at once, from 1 */
	int timeout_s; /* from its beginning, or its last use */
	bool extends;  /* with each use */
	int longest_s; /* from its beginning, all the same */
};

struct session_draft {
	const char *user_id;
	const char *tenant_id; /* NULL: none */
	bool chosen;           /* that the user named, and stays in */
	const char *scope;     /* that was asked for; "": all */
	const char *address, *agent;
	bool mfa; /* a second factor was shown */
};

/* What the client is given, who cleanses the token when it has been handed out. */
struct session_grant {
	const char *id;
	char *refresh_token;
	int64_t left_s; /* until it expires, unless it is used before */
};

/* Inside a transaction that holds the user: begins one. The oldest end that are more
 * than there may be. */
enum err session_begin(struct ctx *cx, struct db *db, const struct session_draft *d,
    const struct session_terms *terms, struct session_grant *out) MUST_CHECK;

/* -- a refresh token that was shown -- */

struct session_token {
	char digest[DIGEST_HEX_SIZE];
	const char *user_id, *session_id;
	/* what session_token_hold() adds */
	const char *tenant_id, *scope;
	bool chosen; /* the user named that tenant */
	bool mfa;
	bool ended; /* its session has been */
	bool used;  /* it was itself */
};

/* Inside a transaction: whose it is. *found false: nobody's, or no such text. */
enum err session_token_find(struct ctx *cx, struct db *db, const char *text,
    struct session_token *out, bool *found) MUST_CHECK;
/* Inside a transaction that holds the user: the rest, held until its end. */
enum err session_token_hold(
    struct ctx *cx, struct db *db, struct session_token *t) MUST_CHECK;
/* Uses it up for the next; the session is from now on in t->tenant_id, chosen or not.
 * out->left_s 0:
 * on these terms it has expired, and nothing was done. */
enum err session_token_use(struct ctx *cx, struct db *db, const struct session_token *t,
    const struct session_terms *terms, struct session_grant *out) MUST_CHECK;

/* Ends the oldest beside the token's that are more than there may be; for one that has
 * come into another tenant. */
enum err session_limit(struct ctx *cx, struct db *db, const struct session_token *t,
    const struct session_terms *terms) MUST_CHECK;

/* -- those that go on -- */

struct session {
	const char *id, *tenant_id; /* tenant_id NULL: none */
	const char *scope, *address, *agent;
	const char *created_at, *last_used_at, *expires_at; /* RFC 3339 */
	bool mfa;
};

struct session_page {
	const char *user_id;
	const char *after; /* the id to go on after; NULL: from the first */
	int limit;         /* at least 1 */
	struct session *list;
	int count;
};

/* The newest first. */
enum err sessions_list(
    struct ctx *cx, struct db *db, struct session_page *page) MUST_CHECK;
enum err sessions_count(
    struct ctx *cx, struct db *db, const char *user_id, int64_t *count) MUST_CHECK;

/* Which one is to end, and why. */
struct session_end {
	const char *id, *user_id, *reason;
};
/* Inside a transaction. *ended false: this user has none of that id that goes on. */
enum err session_end(struct ctx *cx, struct db *db, const struct session_end *which,
    bool *ended) MUST_CHECK;
/* Inside a transaction: a second factor was shown in it. */
enum err session_note_factor(struct ctx *cx, struct db *db, const char *user_id,
    const char *session_id) MUST_CHECK;
/* Inside a transaction in the management context: ends all of a user's sessions, but
 * for the one that is kept (NULL: none is). */
enum err sessions_end_of(struct ctx *cx, struct db *db, const char *user_id,
    const char *reason, const char *kept) MUST_CHECK;

#endif
