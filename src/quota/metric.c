/* metric.c - see metric.h. */
#include "quota/metric.h"

#include <string.h>

const char *const quota_plans[QUOTA_PLANS] = {"free", "professional", "enterprise"};

/* Once with NONE as a number, once as JSON's null. */
#define AS_TEXT(v)    AS_TEXT_OF(v)
#define AS_TEXT_OF(v) #v
#define PLAN(name, soft, hard, thresholds)                                             \
	"\"" name "\":{\"soft\":" AS_TEXT(soft) ",\"hard\":" AS_TEXT(                  \
	    hard) ",\"thresholds\":[" thresholds "]}"

#define NONE null
static const char *const plan_texts[QUOTA_COUNT] = {
#define QUOTA(sym, name, unit, kind, fs, fh, ps, ph, es, eh, thresholds, meaning)      \
	"{" PLAN("free", fs, fh, thresholds) "," PLAN("professional", ps, ph,          \
	    thresholds) "," PLAN("enterprise", es, eh, thresholds) "}",
#include "quota/quotas.def"
#undef QUOTA
};
#undef NONE

#define NONE QUOTA_NONE
const struct quota_metric_row quota_metrics[QUOTA_COUNT] = {
#define QUOTA(sym, name, unit, kind, fs, fh, ps, ph, es, eh, thresholds, meaning)      \
	{(name), (unit), (meaning), QUOTA_##kind, {{fs, fh}, {ps, ph}, {es, eh}},      \
	    "[" thresholds "]"},
#include "quota/quotas.def"
#undef QUOTA
};
#undef NONE

const char *
quota_plans_text(enum quota_metric metric)
{
	return plan_texts[metric];
}

const char *
quota_kind_name(enum quota_kind kind)
{
	static const char *const names[] = {
	    [QUOTA_KIND_UNSET] = "",
	    [QUOTA_LEVEL] = "level",
	    [QUOTA_MONTH] = "month",
	    [QUOTA_DAY] = "day",
	    [QUOTA_RATE] = "rate",
	};

	return names[kind];
}

bool
quota_metric_find(const char *name, enum quota_metric *out)
{
	for (int i = 0; i < QUOTA_COUNT; i++)
		if (strcmp(quota_metrics[i].name, name) == 0) {
			*out = (enum quota_metric)i;
			return true;
		}
	return false;
}
