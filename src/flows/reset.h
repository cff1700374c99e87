/*
 * reset.h - a tenant's configuration goes back to what is usual, noun by noun.
 *
 * Owner:    the caller.
 * Lifetime: one change.
 * Threads:  one.
 * Failure:  that of each noun.
 */
#ifndef TENANTD_FLOWS_RESET_H
#define TENANTD_FLOWS_RESET_H

#include "tenant/manage.h"
#include "tenant/view.h"

enum { RESET_MOST = 8 };

/* What was not as usual, and is now: names such as "securityPolicy". */
struct reset_report {
	const char *done[RESET_MOST];
	int count;
};

/* Inside a transaction of an actor in the management context. now: as it was held; then
 * as it has become. */
enum err tenant_reset(struct ctx *cx, struct db *db, const struct tenant_desk *desk,
    struct tenant_view *now, struct reset_report *out) MUST_CHECK;

#endif
