/*
 * standing.h - how a tenant stands: whether it may be used, and for what, and how
 * much it may ask of us. A token outlives the day on which its tenant was suspended or
 * deactivated, and limits change.
 *
 * Each worker remembers what the database says, of as many tenants as TENANT_CACHE,
 * those that were asked for longest ago making way. It is read anew
 *
 *   - after a change that a process of the same master committed: wakeup_change()
 *   - after news, from here or from another host (wakeup_published()), unless it was
 *     read within STANDING_REST_MS: who publishes all the time is asked no more often
 *   - after STANDING_LISTENED_MS in any case, and after STANDING_MS where nobody
 *     listens for news: no job worker runs, or its connection is lost
 *
 * so that a change acts within a second. What grants something - memberships, roles,
 * keys - is never remembered. An id that no tenant has is left to whoever looks for a
 * membership.
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
#include "proc/wakeup.h"

enum { STANDING_MS = 1000, STANDING_REST_MS = 250, STANDING_LISTENED_MS = 10000 };

/* What is done in a tenant. Who may not write may not do what is right of it. */
enum standing_use {
	STANDING_READ,
	STANDING_WRITE,  /* members' changes */
	STANDING_DELETE, /* whatever is removed */
	STANDING_ADMIN   /* changes of the tenant's own affairs */
};

struct standings;

/* wakeup NULL: there is no master, and nobody listens. */
struct standings *standing_new(
    struct arena *mem, int tenants, const struct wakeup *wakeup);

/* tenant: what the token says. */
enum err standing_check(
    struct ctx *cx, struct standings *s, struct db *db, const char *tenant) MUST_CHECK;
/* Whether a tenant that may be used may be used so. */
enum err standing_admit(struct ctx *cx, struct standings *s, struct db *db,
    const char *tenant, enum standing_use use) MUST_CHECK;

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
