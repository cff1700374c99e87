/*
 * metric.h - what is counted of a tenant, and how much of it each plan allows: the rows
 * of quotas.def.
 *
 * Owner:    static data.
 * Lifetime: of the program.
 * Threads:  any.
 * Failure:  none.
 */
#ifndef TENANTD_QUOTA_METRIC_H
#define TENANTD_QUOTA_METRIC_H

#include <stdbool.h>
#include <stdint.h>

enum quota_kind { QUOTA_KIND_UNSET, QUOTA_LEVEL, QUOTA_MONTH, QUOTA_DAY, QUOTA_RATE };

enum quota_metric {
#define QUOTA(sym, name, unit, kind, fs, fh, ps, ph, es, eh, thresholds, meaning)      \
	QUOTA_##sym,
#include "quota/quotas.def"
#undef QUOTA
	QUOTA_COUNT
};

#define QUOTA_NONE INT64_C(-1)

enum { QUOTA_PLANS = 3 };
extern const char *const quota_plans[QUOTA_PLANS]; /* their names */

struct quota_metric_row {
	const char *name, *unit, *meaning;
	enum quota_kind kind;
	struct {
		int64_t soft, hard; /* QUOTA_NONE: there is none */
	} plans[QUOTA_PLANS];       /* in the order of quota_plans */
	const char *thresholds;     /* JSON array */
};
extern const struct quota_metric_row quota_metrics[QUOTA_COUNT];

/* The plans' limits as statements take them: a JSON object. */
const char *quota_plans_text(enum quota_metric metric);
/* level, month, day, rate */
const char *quota_kind_name(enum quota_kind kind);
/* false: there is none of that name. */
bool quota_metric_find(const char *name, enum quota_metric *out);

#endif
