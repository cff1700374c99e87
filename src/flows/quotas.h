/*
 * quotas.h - a tenant's own limits are changed: told as an event, audited.
 *
 * Owner:    the caller; texts live in cx->mem.
 * Lifetime: one request.
 * Threads:  one.
 * Failure:  that of db.h; ERR_INVALID with faults for limits that do not fit together.
 */
#ifndef TENANTD_FLOWS_QUOTAS_H
#define TENANTD_FLOWS_QUOTAS_H

#include "audit/audit.h"
#include "quota/quota.h"
#include "json/json.h"

struct quotas_change {
	const char *address; /* of the client */
	struct audit *audit;
	/* An object of metrics, each with soft, hard and thresholds, of which those
	 * that are missing stay as they are in force; null: the plan's. What it does
	 * not name stays. */
	const struct json *wanted;
	bool rates; /* of the limits of rates, else of all others */
};

/* Inside a transaction. sheet: as it was held; then as it has become. By cx->actor. */
enum err quotas_change(struct ctx *cx, struct db *db, const struct quotas_change *c,
    struct quota_sheet *sheet) MUST_CHECK;

#endif
