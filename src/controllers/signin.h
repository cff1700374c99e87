/*
 * signin.h - what the routes of sign-in share.
 *
 * Owner:    the handler; texts live in the call's arena.
 * Lifetime: one request.
 * Threads:  one.
 * Failure:  none.
 */
#ifndef TENANTD_CONTROLLERS_SIGNIN_H
#define TENANTD_CONTROLLERS_SIGNIN_H

#include "controllers/app.h"
#include "flows/signin.h"
#include "json/json.h"

struct signin_site signin_site_of(const struct app *app, const struct call *call);
/* What a text of the body is, NULL where it is absent or empty. */
const char *signin_member(const struct call *call, const char *name);
/* The members of a token answer (RFC 6749, 5.1), and tenant_id. */
void signin_put_tokens(struct json_out *o, const struct signin_answer *a);
/* Members of a user; own: they signed in here, and may be a superuser. */
void signin_put_user(
    struct json_out *o, const struct user *u, const char *tenant_id, bool own);
/* The body held a secret: its texts are overwritten now, what is left of it when the
 * request is done. Nothing of it may be read any more. */
void signin_forget_body(struct call *call);

#endif
