/*
 * password.h - another password for somebody: accepted, then stored.
 *
 * Accepting hashes, up to once for each password that may not be taken again, and so is
 * done outside of transactions; storing is done inside the one that it is the cause of.
 *
 * Owner:    the caller, who cleanses the password.
 * Lifetime: the hash: cx->mem.
 * Threads:  one.
 * Failure:  as db.h and hash.h; ERR_INVALID, with a fault for each rule of the policy
 *           that is not met.
 */
#ifndef TENANTD_PEOPLE_PASSWORD_H
#define TENANTD_PEOPLE_PASSWORD_H

#include "people/hash.h"
#include "people/user.h"
#include "policy/policy.h"

enum { PASSWORD_HISTORY_MOST = 24 }; /* that are kept of those that a user had */

struct password_wish {
	const struct user *of; /* NULL: somebody who is no user yet, and had none */
	const struct policy *policy;
	const char *pointer; /* where it stood in the request, such as "/password" */
	struct password password;
};

/* What needs neither the database nor time: all rules but that one. */
enum err password_check(struct ctx *cx, const struct password_wish *wish) MUST_CHECK;
/* *phc: its hash. That the user has it, or had it among the last ones, is the rule
 * "preventPasswordReuse". */
enum err password_accept(struct ctx *cx, struct db *db, struct slots *slots,
    const struct password_wish *wish, const char **phc) MUST_CHECK;

/* Inside a transaction in the management context that holds the user: what they have
 * becomes history, if it can be checked, and no reset that was asked for is of use any
 * more. Their sessions are the caller's to end. */
enum err password_store(
    struct ctx *cx, struct db *db, const char *user_id, const char *phc) MUST_CHECK;

#endif
