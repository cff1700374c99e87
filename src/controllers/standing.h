/*
 * standing.h - whether the tenant that a token of ours speaks of may be used: a token
 * outlives the day on which its tenant was suspended or deactivated.
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

#include <stdint.h>

#include "base/ctx.h"
#include "db/db.h"

enum { STANDING_MS = 1000 };

struct standings;

struct standings *standing_new(struct arena *mem);

/* tenant: what the token says; now_ms: as clock_mono_ms() has it. */
enum err standing_check(struct ctx *cx, struct standings *s, struct db *db,
    const char *tenant, int64_t now_ms) MUST_CHECK;

#endif
