/*
 * job.h - work for later, queued in the transaction that makes it necessary.
 *
 * Owner:    the transaction of the caller.
 * Lifetime: until the job is done or discarded.
 * Threads:  one.
 * Failure:  that of db_queue().
 */
#ifndef TENANTD_JOBS_JOB_H
#define TENANTD_JOBS_JOB_H

#include "base/ctx.h"
#include "db/db.h"

enum job_kind {
	JOB_UNSET,
#define JOB(sym, name, meaning) JOB_##sym,
#include "jobs/kinds.def"
#undef JOB
	JOB_COUNT
};

/* Inside a transaction. tenant_id: jobs of one tenant run in order; NULL: of none.
 * payload: a JSON object. */
enum err job_append(struct ctx *cx, struct db *db, enum job_kind kind,
    const char *tenant_id, const char *payload) MUST_CHECK;

#endif
