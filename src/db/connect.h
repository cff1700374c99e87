/*
 * connect.h - inside db: opens one connection within a deadline.
 *
 * Owner:    struct db, see db.h.
 * Lifetime: of the connection.
 * Threads:  one.
 * Failure:  ERR_UNAVAILABLE, ERR_CONFIG; what was opened half is the caller's to drop.
 */
#ifndef TENANTD_DB_CONNECT_H
#define TENANTD_DB_CONNECT_H

#include "db/link.h"

/* Opens a connection into db->pg. */
enum err connect_open(struct ctx *cx, struct db *db) MUST_CHECK;

#endif
