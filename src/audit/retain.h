/*
 * retain.h - rows that need not be kept any more, taken away so that what is left can
 * still prove itself: a signed checkpoint stands for them.
 *
 * Owner:    the database.
 * Lifetime: nothing younger than 30 days goes: the database refuses that, too.
 * Threads:  one at a time does it, others wait.
 * Failure:  as audit.h; ERR_CONFLICT, told, when what would go is not as it was sealed:
 *           that is evidence, and stays.
 */
#ifndef TENANTD_AUDIT_RETAIN_H
#define TENANTD_AUDIT_RETAIN_H

#include "audit/audit.h"

enum { AUDIT_DAYS_LEAST = 30, AUDIT_PRUNE_MOST = 10000 };

/* Rows from before that time, in seconds since 1970 (later than 30 days ago: 30 days
 * ago). *removed: how many, at most AUDIT_PRUNE_MOST a call. */
enum err audit_prune(struct ctx *cx, struct audit *log, struct db *db, int64_t before_s,
    int64_t *removed) MUST_CHECK;
/* Rows older than AUDIT_RETENTION_DAYS; 0: all are kept. */
enum err audit_retain(struct ctx *cx, struct audit *log, struct db *db, int days,
    int64_t *removed) MUST_CHECK;

#endif
