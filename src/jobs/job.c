/* job.c - see job.h. */
#include "jobs/job.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"

static const struct {
	const char *name, *meaning;
	int attempts;
} kinds[JOB_COUNT] = {
#define JOB(sym, name, handler, attempts, meaning)                                     \
	[JOB_##sym] = {(name), (meaning), (attempts)},
#include "jobs/kinds.def"
#undef JOB
};

const char *
job_kind_name(enum job_kind kind)
{
	return kinds[kind].name;
}

int
job_kind_attempts(enum job_kind kind)
{
	return kinds[kind].attempts;
}

const char *
job_kind_meaning(enum job_kind kind)
{
	return kinds[kind].meaning;
}

enum job_kind
job_kind_of(const char *name)
{
	for (int i = JOB_UNSET + 1; i < JOB_COUNT; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return (enum job_kind)i;
	return JOB_UNSET;
}

enum err
job_append(struct ctx *cx, struct db *db, const struct job_draft *d)
{
	char most[STR_I64_SIZE];

	assert(d->kind > JOB_UNSET && d->kind < JOB_COUNT);
	assert((d->pool == NULL) == (d->pool_most == 0));
	return db_queue(cx, db, STMT_job_append,
	    DB_ARGS(kinds[d->kind].name, d->tenant_id, d->payload, d->lane, d->pool,
		d->pool != NULL ? str_from_i64(most, d->pool_most) : NULL,
		d->partner_id));
}
