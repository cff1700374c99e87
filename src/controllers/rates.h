/*
 * rates.h - how many requests a caller may make a minute, counted by the class of their
 * route: a user, and an address for those who are not one; a partner as one, whatever
 * keys and tokens it has.
 *
 * Owner:    nobody; what is counted is in app->rates, of all workers.
 * Lifetime: one request.
 * Threads:  one.
 * Failure:  ERR_RATE_LIMITED, told, with when to come again. RateLimit-* are set
 *           wherever there is a limit.
 */
#ifndef TENANTD_CONTROLLERS_RATES_H
#define TENANTD_CONTROLLERS_RATES_H

#include "controllers/app.h"

enum err rates_count(struct app *app, struct call *call) MUST_CHECK;
/* call->partner, by its own limits or else the settings'. */
enum err rates_count_partner(struct app *app, struct call *call) MUST_CHECK;
/* Who is refused is counted, too: who guesses at tokens, with the address. The refusal,
 * in cx->err, stays, unless they are one too many. */
enum err rates_count_refused(struct app *app, struct call *call) MUST_CHECK;

/* Whether to warn in the log of what anybody can bring about: once a minute. */
bool rates_may_warn(struct app *app);

#endif
