/*
 * session.h - what signing in begins: a family of refresh tokens, of which the newest
 * is of use (RFC 6819 5.2.2.3, RFC 9700 4.14.2).
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as db.h.
 */
#ifndef TENANTD_SESSION_SESSION_H
#define TENANTD_SESSION_SESSION_H

#include "base/ctx.h"
#include "db/db.h"

/* Why sessions end; the words of sessions.ended_reason. */
#define SESSION_ENDED_BY_PASSWORD      "password" /* another was chosen */
#define SESSION_ENDED_BY_ADMINISTRATOR "administrator"

/* Inside a transaction in the management context: ends all of a user's sessions, but
 * for the one that is kept (NULL: none is). */
enum err sessions_end_of(struct ctx *cx, struct db *db, const char *user_id,
    const char *reason, const char *kept) MUST_CHECK;

#endif
