/*
 * conn.h - inside db: a connection that lives, the present one or another.
 *
 * Owner:    struct db, see db.h.
 * Lifetime: until it is lost.
 * Threads:  one.
 * Failure:  recorded in the ctx; a connection in doubt is dropped at once.
 */
#ifndef TENANTD_DB_CONN_H
#define TENANTD_DB_CONN_H

#include "db/link.h"

/* A connection that seems to live: the present one, or a new one. */
enum err conn_ensure(struct ctx *cx, struct db *db) MUST_CHECK;
/* Drops a connection that was lost, or cannot be trusted any more. */
void conn_lose(struct db *db);

#endif
