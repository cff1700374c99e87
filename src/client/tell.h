/*
 * tell.h - what is told of a change; for client/ alone.
 *
 * Owner:    the transaction of the caller.
 * Lifetime: that transaction.
 * Threads:  one.
 * Failure:  as client.h.
 */
#ifndef TENANTD_CLIENT_TELL_H
#define TENANTD_CLIENT_TELL_H

#include "client/client.h"

enum client_change {
	CLIENT_CHANGE_UNSET,
	CLIENT_CHANGE_CREATED,
	CLIENT_CHANGE_UPDATED,
	CLIENT_CHANGE_ROTATED,
	CLIENT_CHANGE_REVOKED,
	CLIENT_CHANGE_COUNT
};

/* Event and audit row. */
enum err client_tell(struct ctx *cx, struct db *db, const struct client_site *site,
    const struct client *c, enum client_change change) MUST_CHECK;

#endif
