/* job.c - see job.h. */
#include "jobs/job.h"

#include <assert.h>

static const char *const names[JOB_COUNT] = {
#define JOB(sym, name, meaning) [JOB_##sym] = (name),
#include "jobs/kinds.def"
#undef JOB
};

enum err
job_append(struct ctx *cx, struct db *db, enum job_kind kind, const char *tenant_id,
    const char *payload)
{
	assert(kind > JOB_UNSET && kind < JOB_COUNT);
	return db_queue(
	    cx, db, STMT_job_append, DB_ARGS(names[kind], tenant_id, payload));
}
