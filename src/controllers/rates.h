/*
 * rates.h - how many requests a caller may make a minute, counted by the class of their
 * route: a user, and an address for those who are not one; a partner as one, whatever
 * keys and tokens it has; beside its people and machines also a tenant, as one. API
 * calls of a tenant are counted by the month, too.
 *
 * Owner:    nobody; what is counted is in app->rates, of all workers.
 * Lifetime: one request.
 * Threads:  one.
 * Failure:  ERR_RATE_LIMITED, told, with when to come again.
 */
#ifndef TENANTD_CONTROLLERS_RATES_H
#define TENANTD_CONTROLLERS_RATES_H

#include "controllers/app.h"

enum err rates_count(struct app *app, struct call *call) MUST_CHECK;
/* call->partner, by its own limits or else the settings'. */
enum err rates_count_partner(struct app *app, struct call *call) MUST_CHECK;
/* The tenant that it is about, or that the token names, by its own limits or those of
 * its plan, which the settings turn off where they have none; a change acts within a
 * second. The platform's people are not counted. What a tenant reads of its quotas, it
 * may read when they are used up. */
enum err rates_count_tenant(struct app *app, struct call *call) MUST_CHECK;
/* Who is refused is counted, too: who guesses at tokens, with the address. The refusal,
 * in cx->err, stays, unless they are one too many. */
enum err rates_count_refused(struct app *app, struct call *call) MUST_CHECK;

/* RateLimit-*, of the limit that leaves least, where there is one. */
void rates_tell(struct call *call);

/* Whether to warn in the log of what anybody can bring about: once a minute. */
bool rates_may_warn(struct app *app);

#endif
