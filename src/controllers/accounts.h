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

struct account_site account_site_of(const struct app *app, const struct call *call);

#endif
