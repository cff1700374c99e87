/*
 * level_key.h - what level.h asks of partners and of API keys; for it alone.
 *
 * Owner:    nobody.
 * Lifetime: one request.
 * Threads:  one.
 * Failure:  ERR_FORBIDDEN, ERR_PARTNER_SUSPENDED, told; what tenant_check_usable() has;
 *           ERR_NOT_FOUND for a tenant that is not the key's.
 */
#ifndef TENANTD_CONTROLLERS_LEVEL_KEY_H
#define TENANTD_CONTROLLERS_LEVEL_KEY_H

#include "controllers/app.h"

/* Of rows for PARTNER. Sets call->partner, unless the key that was shown has. */
enum err level_check_partner(struct app *app, struct call *call) MUST_CHECK;
/* Of all rows: a partner's API key is nobody, and no member of anything, so that it
 * opens those for PARTNER alone. */
enum err level_check_key(struct call *call) MUST_CHECK;

/* A tenant's API key was shown. */
bool level_is_tenant_key(const struct call *call);
/* That its tenant may be used, is the one that the path names, if it names one, and the
 * key has that scope. Sets call->tenant_id. */
enum err level_check_tenant_key(struct call *call, const char *scope) MUST_CHECK;

#endif
