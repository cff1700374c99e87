/*
 * level_partner.h - what level.h asks of partners; for it alone.
 *
 * Owner:    nobody.
 * Lifetime: one request.
 * Threads:  one.
 * Failure:  ERR_FORBIDDEN, ERR_PARTNER_SUSPENDED, told.
 */
#ifndef TENANTD_CONTROLLERS_LEVEL_PARTNER_H
#define TENANTD_CONTROLLERS_LEVEL_PARTNER_H

#include "controllers/app.h"

/* Of rows for PARTNER. Sets call->partner, unless the key that was shown has. */
enum err level_check_partner(struct app *app, struct call *call) MUST_CHECK;
/* Of all rows: an API key is nobody, and no member of anything, so that it opens those
 * for PARTNER alone. */
enum err level_check_key(struct call *call) MUST_CHECK;

#endif
