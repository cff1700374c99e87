/*
 * accounts.h - what the routes about accounts have in common.
 *
 * Owner:    the call.
 * Lifetime: one request.
 * Threads:  one.
 * Failure:  none.
 */
#ifndef TENANTD_CONTROLLERS_ACCOUNTS_H
#define TENANTD_CONTROLLERS_ACCOUNTS_H

#include "controllers/app.h"
#include "flows/account.h"
#include "people/hash.h"

struct account_site account_site_of(const struct app *app, const struct call *call);
/* A password of the body, which its schema has checked to be there. */
struct password account_password(const struct call *call, const char *name);
/* Once the handler is done with the secrets in the body: the request's text, and the
 * texts of the member. */
void account_cleanse(struct call *call, const char *name);
/* The answer: { "user": { … } }. */
void account_answer(struct call *call, const struct user *u);

#endif
