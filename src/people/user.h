/*
 * user.h - the people who sign in here: public.users.
 *
 * Owner:    the database.
 * Lifetime: values live in the ctx's arena.
 * Threads:  one.
 * Failure:  as db.h; user_create() tells ERR_INVALID for what it is not given right,
 *           ERR_CONFLICT for an address that somebody has, in any case of letters,
 *           ERR_NOT_FOUND for a tenant that is not there.
 */
#ifndef TENANTD_PEOPLE_USER_H
#define TENANTD_PEOPLE_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/audit.h"
#include "base/ctx.h"
#include "db/db.h"

enum { USER_PASSWORD_LEAST = 12 }; /* characters */

struct user {
	const char *id, *email;
	const char *name;          /* NULL: not known */
	const char *password_hash; /* NULL: none, nobody signs in by one */
	const char *tenant_id;     /* to which an administrator assigned them; NULL */
	const char *created_at, *updated_at; /* RFC 3339 */
	int64_t password_age_s;              /* since it was chosen */
	int64_t version;
	bool superuser, active;
};

/* Whom an address belongs to, in any case of letters. *found false: nobody here. */
enum err user_find_by_email(struct ctx *cx, struct db *db, const char *email,
    struct user *out, bool *found) MUST_CHECK;
enum err user_find(struct ctx *cx, struct db *db, const char *id, struct user *out,
    bool *found) MUST_CHECK;
/* Inside a transaction in the management context: the same, held until its end. */
enum err user_hold(struct ctx *cx, struct db *db, const char *id, struct user *out,
    bool *found) MUST_CHECK;

struct user_draft {
	const char *email;    /* known to be theirs; stored as given */
	const char *password; /* n bytes; the caller cleanses it */
	size_t password_n;
	const char *tenant;  /* id or slug of the tenant they belong to; NULL: none */
	const char *actor;   /* who makes them: a user id, or the name of a command */
	struct audit *audit; /* where it is written down */
	bool superuser;
};

/* Makes a user; *id is a new UUID, version 4. */
enum err user_create(struct ctx *cx, struct db *db, const struct user_draft *d,
    const char **id) MUST_CHECK;

/* Read at each request, so that a demotion acts at once. Unknown user: false. */
enum err user_is_superuser(
    struct ctx *cx, struct db *db, const char *user_id, bool *out) MUST_CHECK;

#endif
