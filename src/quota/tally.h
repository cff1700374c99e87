/*
 * tally.h - what a worker has counted for tenants and not written yet: so that counting
 * a request costs no statement.
 *
 * It is written in one statement every TALLY_MS at most, and at the end. A worker that
 * is killed loses what it counted since: no more than one interval's.
 *
 * Owner:    the worker, made after the fork.
 * Lifetime: until tally_free().
 * Threads:  one.
 * Failure:  what cannot be written stays, and is tried again after another TALLY_MS.
 *           When there are TALLY_MOST tenants in it, further ones are not counted until
 *           it is written: tally_is_due() says so at half of that.
 */
#ifndef TENANTD_QUOTA_TALLY_H
#define TENANTD_QUOTA_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "db/db.h"
#include "quota/metric.h"

enum { TALLY_MS = 2000, TALLY_MOST = 1024 };

struct tally;

/* NULL: out of memory. */
struct tally *tally_new(enum quota_metric metric);
void tally_free(struct tally *t);
/* One more; now_ms: clock_mono_ms(). */
void tally_count(struct tally *t, const char *tenant_id, int64_t now_ms);
bool tally_is_due(const struct tally *t, int64_t now_ms);
bool tally_is_empty(const struct tally *t);
/* Not inside a transaction. Empties it if it could be written. */
enum err tally_write(
    struct ctx *cx, struct tally *t, struct db *db, int64_t now_ms) MUST_CHECK;

#endif
