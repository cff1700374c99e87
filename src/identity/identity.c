/* identity.c - see identity.h. */
#include "identity/identity.h"

#include "base/str.h"
#include "jobs/job.h"

enum err
identity_fan_out(struct ctx *cx, struct db *db, const struct conf *conf,
    const struct event_batch *batch)
{
	char first[STR_I64_SIZE], last[STR_I64_SIZE];

	if (!str_is_set(conf->cognito_user_pool_id))
		return ERR_OK;
	return db_queue(cx, db, STMT_identity_fan_out,
	    DB_ARGS(str_from_i64(first, batch->first), str_from_i64(last, batch->last),
		job_kind_name(JOB_IDENTITY_SYNC)));
}
