/*
 * quota.h - how much of a metric a tenant may have: its own limits, else its plan's.
 *
 * What is the number of rows (members, webhooks …) is counted when it is asked for, and
 * is never wrong; whoever makes one reserves it first, and it is free again as soon as
 * the row is gone. What is counted otherwise has its number in tenantd.usage.
 *
 * Reaching the soft limit or a threshold is told once a period, as an event.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as db.h; ERR_QUOTA, told, with the metric, its limit and what is used.
 */
#ifndef TENANTD_QUOTA_QUOTA_H
#define TENANTD_QUOTA_QUOTA_H

#include "db/db.h"
#include "quota/metric.h"

/*
 * Inside a transaction, in the tenant's context or that of management: there is room
 * for `more`, and nobody else takes it before the transaction ends, in one statement
 * that holds exactly for any number of writers. Of a level that is a number of rows,
 * before they are made; of any other metric, it is used from then on.
 */
enum err quota_reserve(struct ctx *cx, struct db *db, const char *tenant_id,
    enum quota_metric metric, int64_t more) MUST_CHECK;
/* The same for one of them, without a word about it before the next db_query() is back:
 * then quota_reserved() says of the rows whether there was room. */
enum err quota_reserve_one(struct ctx *cx, struct db *db, const char *tenant_id,
    enum quota_metric metric, struct db_rows **rows) MUST_CHECK;
enum err quota_reserved(
    struct ctx *cx, enum quota_metric metric, const struct db_rows *rows) MUST_CHECK;

/* -- limits and usage -- */

struct quota_limit {
	int64_t soft, hard;     /* QUOTA_NONE: there is none */
	const char *thresholds; /* JSON array of percents, in rising order */
};

struct quota {
	enum quota_metric metric;
	struct quota_limit limit; /* in force */
	bool own;                 /* the tenant's, not its plan's */
	int64_t used;
	const char *period;                  /* NULL: a level's */
	const char *updated_at, *updated_by; /* of its limit; NULL: never changed */
};

struct quota_sheet {
	const char *tenant_id, *plan;
	int64_t version; /* grows with each change of a limit */
	int count;
	struct quota *rows;
};

/* rates: the limits of rates, else all others. In a transaction of its own. */
enum err quota_sheet_read(struct ctx *cx, struct db *db, const char *tenant_id,
    bool rates, struct quota_sheet *out) MUST_CHECK;
/* Inside a transaction: the same; nobody else changes them before it ends. */
enum err quota_sheet_hold(struct ctx *cx, struct db *db, const char *tenant_id,
    bool rates, struct quota_sheet *out) MUST_CHECK;
/* Inside a transaction, held: the tenant's own limit of a metric. NULL: the plan's. By
 * cx->actor. */
enum err quota_set(struct ctx *cx, struct db *db, const char *tenant_id,
    enum quota_metric metric, const struct quota_limit *limit) MUST_CHECK;

#endif
