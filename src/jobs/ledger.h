/*
 * ledger.h - jobs as operators see them: listed, looked at, run now, discarded.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  that of db.h; ERR_NOT_FOUND for a job that is not there, ERR_CONFLICT for
 * one that is at work, or done.
 */
#ifndef TENANTD_JOBS_LEDGER_H
#define TENANTD_JOBS_LEDGER_H

#include <stdint.h>

#include "base/ctx.h"
#include "db/db.h"

struct job_entry {
	int64_t id;
	const char *kind, *lane;
	const char *tenant_id; /* NULL: of none */
	const char *state;     /* queued, running, done, dead */
	int attempts;
	const char *run_at, *created_at, *updated_at; /* RFC 3339 */
	const char *last_error;                       /* NULL: none */
	const char *payload;                          /* JSON object */
};

struct job_query {
	int64_t before; /* id to go on before; 0: from the newest */
	const char *state, *kind, *tenant_id; /* NULL: any */
	int limit;
};

/* Whether there is a state of this name. */
bool job_state_known(const char *state);
enum err jobs_list(struct ctx *cx, struct db *db, const struct job_query *q,
    struct job_entry **out, int *count) MUST_CHECK;
enum err job_show(
    struct ctx *cx, struct db *db, int64_t id, struct job_entry *out) MUST_CHECK;
/* One that is dead again, one that waits before its time; attempts count anew. */
enum err job_retry(struct ctx *cx, struct db *db, int64_t id) MUST_CHECK;
enum err job_discard(struct ctx *cx, struct db *db, int64_t id) MUST_CHECK;

#endif
