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

#include "base/ctx.h"
#include "db/db.h"

/* Read at each request, so that a demotion acts at once. Unknown user: false. */
enum err user_is_superuser(
    struct ctx *cx, struct db *db, const char *user_id, bool *out) MUST_CHECK;

#endif
