/*
 * standing.h - whether the tenant that a token of ours speaks of may be used, and how
 * much it may ask of us: a token outlives the day on which its tenant was suspended or
 * deactivated, and limits change.
 *
 * What the database says is remembered for STANDING_MS, by each worker, so that the
 * rule costs a busy tenant a round trip a second; what a token may do is never
 * remembered. An id that no tenant has is left to whoever looks for a membership.
 *
 * Owner:    the worker.
 * Lifetime: of the arena it was made in.
 * Threads:  one.
 * Failure:  ERR_TENANT_SUSPENDED, ERR_TENANT_INACTIVE, told with who can undo it and
 *           how; that of db.h.
 */
#ifndef TENANTD_CONTROLLERS_STANDING_H
#define TENANTD_CONTROLLERS_STANDING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "db/db.h"

enum { STANDING_MS = 1000 };

struct standings;

struct standings *standing_new(struct arena *mem);

/* tenant: what the token says; now_ms: as clock_mono_ms() has it. */
enum err standing_check(struct ctx *cx, struct standings *s, struct db *db,
    const char *tenant, int64_t now_ms) MUST_CHECK;

/* What a tenant may ask of us. */
struct standing_limits {
	/* API calls of this month: QUOTA_NONE: without a bound; used: those that were
	 * written and those that this worker admitted since, not those of others. */
	int64_t calls, used;
	struct {
		int per_minute; /* 0: without a bound */
		bool own;       /* the tenant's, not its plan's */
	} read, write;
};

/* By the same memory, until the next look. *out NULL: there is no such tenant. */
enum err standing_limits(struct ctx *cx, struct standings *s, struct db *db,
    const char *tenant, const struct standing_limits **out) MUST_CHECK;
/* One more call was admitted. */
void standing_admitted(struct standings *s, const char *tenant);

#endif
