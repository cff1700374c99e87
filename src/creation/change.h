/*
 * change.h - what people do to an operation, written down.
 *
 * Owner:    the transaction of the caller.
 * Lifetime: that transaction.
 * Threads:  one.
 * Failure:  as operation/operation.h.
 */
#ifndef TENANTD_CREATION_CHANGE_H
#define TENANTD_CREATION_CHANGE_H

#include "audit/audit.h"
#include "operation/operation.h"

/* By cx->actor. */
struct creation_desk {
	struct db *db;
	struct audit *audit;
	const char *address; /* the client's, or "" */
};

/* Inside a transaction. now: as it was held, then as it became. */
enum err creation_retry(
    struct ctx *cx, const struct creation_desk *desk, struct operation *now) MUST_CHECK;
enum err creation_cancel(
    struct ctx *cx, const struct creation_desk *desk, struct operation *now) MUST_CHECK;

#endif
