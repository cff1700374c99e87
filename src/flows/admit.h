/*
 * admit.h - who may have a token of ours, in which tenant, and what it then says.
 *
 *   tenant_id  the tenant that the user names. Else theirs (tenant_query_of_user()):
 *              the one they were assigned to if they can use it, or another; absent
 *              without a tenant, and for a superuser who can use none of theirs
 *   roles      the one that they have there
 *   scope      what that and their groups grant: read, write, delete, admin.
 *              Without a tenant: none at all, since "admin" without a tenant means
 *              the whole platform
 *   narrowed   a scope was asked for, whatever is left of it
 *   sid        the session
 *
 * Whose tenant demands a second factor, and who has none, gets a token whose scope is
 * "mfa:enrol" alone, without tenant, roles and session: good for setting one up.
 *
 * Owner:    the transaction of the caller; texts live in cx->mem.
 * Lifetime: one request.
 * Threads:  one.
 * Failure:  admit_check() tells which step is missing: ERR_TENANT_SUSPENDED,
 *           ERR_TENANT_INACTIVE, ERR_POLICY, ERR_PASSWORD_EXPIRED; admit_scope()
 *           ERR_SCOPE.
 */
#ifndef TENANTD_FLOWS_ADMIT_H
#define TENANTD_FLOWS_ADMIT_H

#include "auth/auth.h"
#include "auth/perm.h"
#include "flows/signin.h"
#include "people/user.h"
#include "policy/policy.h"
#include "session/session.h"
#include "tenant/tenant.h"

struct admission {
	struct user user;
	struct tenant tenant; /* id NULL: none */
	struct policy policy;
};

/* Inside a transaction: the user's tenant, and the policy that holds for them. named:
 * id or number of the tenant that they want to be in; NULL: none. ERR_FORBIDDEN, told,
 * when they are no member of it, or there is none. */
enum err admit_read(struct ctx *cx, struct db *db, const struct user *user,
    const char *named, struct admission *out) MUST_CHECK;
/* In this order: the tenant may be used; the policy lets in whoever is at this address;
 * the password is not too old. */
enum err admit_check(
    struct ctx *cx, const struct admission *a, const char *address) MUST_CHECK;
struct session_terms admit_terms(const struct admission *a, const struct conf *conf);

/* A well-formed scope (RFC 6749, 3.3); NULL and "": all. */
enum err admit_check_scope(struct ctx *cx, const char *scope) MUST_CHECK;

struct admit_wish {
	const char *kept;  /* the session's scope; "": all */
	const char *asked; /* of this request, beside that; NULL, "": all */
	const char *session_id;
	int64_t left_s; /* until the session expires */
	bool enrol;     /* a token for setting up a second factor alone */
};
/* Fills in the access token, its lifetime, scope, tenant and user. */
enum err admit_issue(struct ctx *cx, const struct conf *conf, const struct admission *a,
    const struct admit_wish *wish, struct signin_answer *out) MUST_CHECK;

#endif
