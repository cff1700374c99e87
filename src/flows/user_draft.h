/*
 * user_draft.h - the rules of what administrators say of a user; for users.c alone.
 *
 * Owner:    nobody.
 * Lifetime: one request or command.
 * Threads:  one.
 * Failure:  as users.h.
 */
#ifndef TENANTD_FLOWS_USER_DRAFT_H
#define TENANTD_FLOWS_USER_DRAFT_H

#include "flows/users.h"

/* NULL: none. */
enum err draft_check_name(struct ctx *cx, const char *name) MUST_CHECK;
/* Inside a transaction: the id of the tenant that somebody names; NULL: none. trusted:
 * as in user_draft. */
enum err draft_find_tenant(struct ctx *cx, struct db *db, const char *name,
    bool trusted, const char **id) MUST_CHECK;

#endif
