/*
 * usage.h - what tenants have used, day by day.
 *
 * Of what comes in a month or a day, usage is added as it comes, to the period and to
 * the day (UTC). Of levels, each day gets what there is when it is rolled up, some time
 * after its end: that repairs the number which is kept, too. A day that was missed,
 * since nothing ran, gets what there is when it is caught up with.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  that of db.h.
 */
#ifndef TENANTD_QUOTA_USAGE_H
#define TENANTD_QUOTA_USAGE_H

#include "db/db.h"
#include "quota/metric.h"

enum { USAGE_DAYS_MOST = 366 }; /* that are read at once */

/* Inside a transaction: so much more of a metric that is no number of rows. */
enum err usage_add(struct ctx *cx, struct db *db, const char *tenant_id,
    enum quota_metric metric, int64_t more) MUST_CHECK;
/* Inside a transaction: a level that was measured, as it now is; told of where it has
 * reached a limit. */
enum err usage_measure(struct ctx *cx, struct db *db, const char *tenant_id,
    enum quota_metric metric, int64_t value) MUST_CHECK;

/* Rolls up what is over, the next `most` tenants of one day, in a transaction of its
 * own. *more: there is more to do. Nothing when somebody else is at it. */
enum err usage_roll_up(struct ctx *cx, struct db *db, int most, bool *more) MUST_CHECK;
/* Usage of a tenant begins: a row for each level. Inside a transaction. */
enum err usage_begin(struct ctx *cx, struct db *db, const char *tenant_id) MUST_CHECK;
/* Nothing is known of a tenant's limits and usage any more. Inside a transaction. */
enum err usage_forget(struct ctx *cx, struct db *db, const char *tenant_id) MUST_CHECK;

struct usage_day {
	const char *metric, *day; /* 2026-03-01 */
	int64_t value;
};

struct usage_series {
	const char *tenant_id;
	const char *metric;    /* NULL: all */
	const char *from, *to; /* days, both of them included */
	int count;             /* the answer, by metric and day */
	struct usage_day *days;
};

/* In a transaction of its own. */
enum err usage_read(struct ctx *cx, struct db *db, struct usage_series *s) MUST_CHECK;

#endif
