/*
 * access.h - what an administrator does for somebody who cannot get in: another
 * password, no one-time password.
 *
 * Owner:    the database.
 * Lifetime: one request or command.
 * Threads:  one.
 * Failure:  as flows/users.h; ERR_INVALID, with faults, for a password that
 *           the policy of the user's tenant does not allow, or that they had.
 */
#ifndef TENANTD_FLOWS_ACCESS_H
#define TENANTD_FLOWS_ACCESS_H

#include "flows/users.h"

/* In transactions of its own: the user has this password from now on, none of their
 * sessions goes on, and no reset that they asked for is of use. name: their id or
 * address; the caller cleanses the password. */
enum err access_set_password(struct ctx *cx, struct db *db,
    const struct user_desk *desk, const char *name, struct password p) MUST_CHECK;

/* The same: the user signs in without a one-time password until they enrol again. */
enum err access_remove_totp(struct ctx *cx, struct db *db, const struct user_desk *desk,
    const char *name) MUST_CHECK;

#endif
