/*
 * ratelimit.h - token buckets shared by the workers of one master.
 *
 * Generic cell rate algorithm in a fixed table in shared memory, without locks: a
 * caller is a 64-bit hash, keyed anew at each start; a full row of eight slots forgets
 * the caller that waited longest. A burst of a whole minute's worth is allowed.
 *
 * Owner:    the master; made before the fork.
 * Lifetime: of the master.
 * Threads:  any process of the master.
 * Failure:  ratelimit_new() records ERR_INTERNAL when memory cannot be mapped.
 */
#ifndef TENANTD_PROC_RATELIMIT_H
#define TENANTD_PROC_RATELIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"

struct ratelimit;

struct rate_answer {
	bool allowed;
	int limit;       /* a minute's worth */
	int remaining;   /* of it, now */
	int reset_s;     /* seconds until all of it is back */
	int retry_after; /* seconds until the next is allowed; 0 when allowed */
};

/* slots: callers remembered, 16 bytes each; rounded up to a power of two, 8 to 2^24. */
enum err ratelimit_new(struct ctx *cx, int slots, struct ratelimit **out) MUST_CHECK;
void ratelimit_free(struct ratelimit *r);
/* Takes one of per_minute from the bucket `key` of class `cls`. per_minute 0: allowed.
 * now_ms: clock_mono_ms(), which all processes share. */
struct rate_answer ratelimit_take(
    struct ratelimit *r, int cls, const char *key, int per_minute, int64_t now_ms);

#endif
