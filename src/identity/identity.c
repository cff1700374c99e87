/* identity.c - see identity.h. */
#include "identity/identity.h"

#include "base/str.h"
#include "identity/provider.h"
#include "jobs/job.h"

enum { AT_ONCE = 4 }; /* calls to a provider: one that hangs holds up no more jobs */

enum err
identity_fan_out(struct ctx *cx, struct db *db, const struct conf *conf,
    const struct event_batch *batch)
{
	const struct identity_provider *p = identity_provider_of(conf);
	char first[STR_I64_SIZE], last[STR_I64_SIZE], most[STR_I64_SIZE];

	if (p == NULL)
		return ERR_OK;
	return db_queue(cx, db, STMT_identity_fan_out,
	    DB_ARGS(str_from_i64(first, batch->first), str_from_i64(last, batch->last),
		job_kind_name(JOB_IDENTITY_SYNC), p->name,
		arena_printf(cx->mem, "identity:%s", p->name),
		str_from_i64(most, AT_ONCE)));
}
