/*
 * user.h - the people who sign in here: public.users.
 *
 * Owner:    the database.
 * Lifetime: values live in the ctx's arena.
 * Threads:  one.
 * Failure:  as db.h.
 */
#ifndef TENANTD_PEOPLE_USER_H
#define TENANTD_PEOPLE_USER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "db/db.h"

struct user {
	const char *id, *email;
	const char *name;          /* NULL: not known */
	const char *password_hash; /* NULL: none, nobody signs in by one */
	/* To which an administrator assigned them, which makes them a member of it with
	 * or without a row in tenant_users; NULL. */
	const char *tenant_id;
	const char *created_at, *updated_at; /* RFC 3339 */
	int64_t password_age_s;              /* since it was chosen */
	int64_t version;
	bool superuser, active;
};

/* The columns of user_by_id.sql, which other statements have as well. */
void user_read_row(const struct db_rows *rows, int row, struct user *out);

/* Whom an address belongs to, in any case of letters. *found false: nobody here. */
enum err user_find_by_email(struct ctx *cx, struct db *db, const char *email,
    struct user *out, bool *found) MUST_CHECK;
enum err user_find(struct ctx *cx, struct db *db, const char *id, struct user *out,
    bool *found) MUST_CHECK;
/* Inside a transaction in the management context: the same, held until its end. */
enum err user_hold(struct ctx *cx, struct db *db, const char *id, struct user *out,
    bool *found) MUST_CHECK;

/* Read at each request, so that a demotion acts at once. Unknown user: false. */
enum err user_is_superuser(
    struct ctx *cx, struct db *db, const char *user_id, bool *out) MUST_CHECK;

#endif
