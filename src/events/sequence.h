/*
 * sequence.h - the numbers of the feed: one process at a time gives committed events
 * theirs, without gaps and in the order in which readers see them.
 *
 * An event is numbered only once its transaction has committed, all at once with the
 * others of its batch: so nobody who has read up to a number misses one before it.
 *
 * Owner:    the transaction of the caller.
 * Lifetime: that transaction, which holds the feed's head.
 * Threads:  one.
 * Failure:  that of db_query().
 */
#ifndef TENANTD_EVENTS_SEQUENCE_H
#define TENANTD_EVENTS_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "db/db.h"

/* Numbers first to last; last < first: none. */
struct event_batch {
	int64_t first, last;
};

/* Inside a transaction in the management context: numbers at most `most` events.
 * *busy: somebody else is at it, and nothing was done. */
enum err events_number(struct ctx *cx, struct db *db, int most, struct event_batch *out,
    bool *busy) MUST_CHECK;
/* Removes events older than `days`, whose numbers then are behind the feed's oldest.
 * *removed: how many, at most 10,000 a call. */
enum err events_expire(
    struct ctx *cx, struct db *db, int days, int64_t *removed) MUST_CHECK;

#endif
