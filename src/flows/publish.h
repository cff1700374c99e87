/*
 * publish.h - events go out: they get their numbers, and whatever hangs on them is
 * queued.
 *
 * What hangs on an event is queued in the transaction that numbers it, by statements
 * over the whole batch: all of it or nothing, once.
 *
 * Owner:    the job worker, or the command, that publishes.
 * Lifetime: one step.
 * Threads:  one; of several processes, one at a time gets to do it.
 * Failure:  that of db_transaction().
 */
#ifndef TENANTD_FLOWS_PUBLISH_H
#define TENANTD_FLOWS_PUBLISH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "conf/conf.h"
#include "db/db.h"

enum { PUBLISH_MOST = 1000 }; /* events a step */

struct publish_result {
	int events;     /* that were numbered */
	int64_t newest; /* number, when there were any */
	bool more;      /* there are further ones, which those led to */
	bool busy; /* somebody else is at it: what is new may not be among theirs */
};

/* At most `most` events, from 1 to PUBLISH_MOST. */
enum err publish_step(struct ctx *cx, struct db *db, const struct conf *conf, int most,
    struct publish_result *out) MUST_CHECK;
/* Tells every process that listens, on this host and on others. */
enum err publish_notify(struct ctx *cx, struct db *db, int64_t newest) MUST_CHECK;

#define PUBLISH_CHANNEL "tenantd" /* of LISTEN; the payload is the newest number */

#endif
