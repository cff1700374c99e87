/*
 * policy.h - what a tenant demands of the people who sign in to it.
 *
 * A tenant's policy is a JSON object beside the usual one, in the form of its defaults:
 *
 *   { "session":  { "maxConcurrentSessions": 3, "sessionTimeout": 3600,
 *                   "extendOnActivity": true, "requireMFA": false },
 *     "password": { "minLength": 12, "requireUppercase": true, "requireNumbers": true,
 *                   "requireSpecialChars": true, "preventPasswordReuse": 3,
 *                   "expiryDays": 90 },
 *     "network":  { "allow": [] } }
 *
 * What a tenant does not say is as above. Who has no tenant is held to the usual one.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as db.h; ERR_INVALID, with a fault for each rule that a password does not
 *           meet (keyword: the rule's name in the policy).
 */
#ifndef TENANTD_POLICY_POLICY_H
#define TENANTD_POLICY_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/str.h"
#include "db/db.h"
#include "json/json.h"

struct policy {
	/* session */
	int sessions_most;     /* of one user at once, from 1 */
	int session_timeout_s; /* from its beginning, or its last use */
	bool session_extends;  /* with each use */
	bool mfa_required;
	/* password */
	int password_least; /* characters */
	bool upper_case, numbers, special;
	int password_reuse; /* how many of the last are not taken again; 0: any is */
	int password_days;  /* after which another must be chosen; 0: never */
	/* network */
	const char *allow; /* ranges as base/address.h reads them; "": any address */
};

/* The usual one. */
struct policy policy_default(void);
/* Of what a tenant says instead, as it is stored; NULL: nothing. */
enum err policy_read(struct ctx *cx, const char *text, struct policy *out) MUST_CHECK;
/* Inside a transaction; tenant_id NULL: the usual one. */
enum err policy_query(struct ctx *cx, struct db *db, const char *tenant_id,
    struct policy *out) MUST_CHECK;
/* The same in a transaction of its own. */
enum err policy_find(struct ctx *cx, struct db *db, const char *tenant_id,
    struct policy *out) MUST_CHECK;

/* The rules that need nothing but the password: all but reuse. pointer: where it stood
 * in the request, such as "/password". */
enum err policy_check_password(struct ctx *cx, const struct policy *p,
    const char *pointer, struct slice password) MUST_CHECK;
/* Whether one may sign in from there. */
bool policy_admits(const struct policy *p, const char *address);

#endif
