/*
 * tell.h - what is told of a change; for apikey/ alone.
 *
 * Owner:    the transaction of the caller.
 * Lifetime: that transaction.
 * Threads:  one.
 * Failure:  as apikey.h.
 */
#ifndef TENANTD_APIKEY_TELL_H
#define TENANTD_APIKEY_TELL_H

#include "apikey/apikey.h"

enum apikey_change {
	APIKEY_CHANGE_UNSET,
	APIKEY_CHANGE_CREATED,
	APIKEY_CHANGE_UPDATED,
	APIKEY_CHANGE_ROTATED,
	APIKEY_CHANGE_REVOKED,
	APIKEY_CHANGE_COUNT
};

/* Event and audit row. */
enum err apikey_tell(struct ctx *cx, struct db *db, const struct apikey_site *site,
    const struct apikey *k, enum apikey_change change) MUST_CHECK;

#endif
