/*
 * queue.h - jobs as those see them who run them: leased, ended, tried again.
 *
 * A lease is on a lane, by a worker's name, and runs out unless it is renewed: then the
 * job is anybody's again, and what its former holder did cannot be committed any more.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  that of db.h; ERR_CONFLICT (SQLSTATE TD409) from job_end() and job_again()
 *           when the lease is lost.
 */
#ifndef TENANTD_JOBS_QUEUE_H
#define TENANTD_JOBS_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "jobs/job.h"

struct job {
	int64_t id;
	enum job_kind kind; /* JOB_UNSET: one that this program does not know */
	const char *kind_name, *lane;
	const char *tenant_id; /* NULL: of none */
	const char *payload;   /* JSON object */
	int attempts;          /* this one included, from 1 */
	int64_t created_ms;    /* wall clock */
};

struct job_holder {
	const char *name; /* of the worker, the same for its replacement */
	int lease_ms;
};

struct job_claim {
	int most;  /* jobs, of as many lanes */
	int share; /* of one tenant, those that run already included */
	struct job *jobs;
	int count;
};
/* Leases what is due: c->most and c->share are the caller's, the rest is the answer. */
enum err jobs_claim(struct ctx *cx, struct db *db, const struct job_holder *me,
    struct job_claim *c) MUST_CHECK;
enum err jobs_renew(
    struct ctx *cx, struct db *db, const struct job_holder *me) MUST_CHECK;
/* Gives back all that is leased to this name. */
enum err jobs_release(
    struct ctx *cx, struct db *db, const struct job_holder *me) MUST_CHECK;
/* Milliseconds until the next lane is due, at most `most`. */
enum err jobs_wait(struct ctx *cx, struct db *db, int most, int *ms) MUST_CHECK;

/* -- inside a transaction, as its last statements -- */

/* why: NULL for a job that is done; for one that is given up, the reason. */
enum err job_end(struct ctx *cx, struct db *db, const struct job_holder *me,
    const struct job *job, const char *why) MUST_CHECK;
struct job_delay {
	int64_t ms;
	const char *why;
	bool uncounted; /* as if it had not been tried */
};
enum err job_again(struct ctx *cx, struct db *db, const struct job_holder *me,
    const struct job *job, const struct job_delay *delay) MUST_CHECK;

/* How long to wait after `attempts` failures: first_ms, doubled each time up to
 * most_ms, and of that a random part between half and all. random: any number. */
int64_t job_backoff(int attempts, int64_t first_ms, int64_t most_ms, uint32_t random);

#endif
