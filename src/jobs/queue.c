/* queue.c - see queue.h. */
#include "jobs/queue.h"

#include "base/str.h"

/* -- claiming -- */

struct claim {
	const struct job_holder *me;
	int most, share;
	struct db_rows *rows;
};

static enum err
claim(struct ctx *cx, struct db *db, void *arg)
{
	struct claim *c = arg;
	char lease[STR_I64_SIZE], most[STR_I64_SIZE], share[STR_I64_SIZE];
	enum err rc = db_queue(cx, db, STMT_job_turn, DB_NO_ARGS);

	if (rc != ERR_OK)
		return rc;
	return db_query(cx, db, STMT_job_claim,
	    DB_ARGS(c->me->name, str_from_i64(lease, c->me->lease_ms),
		str_from_i64(most, c->most), str_from_i64(share, c->share)),
	    &c->rows);
}

static void
read_job(const struct db_rows *rows, int row, struct job *out)
{
	*out = (struct job){
	    .id = db_i64(rows, row, 0),
	    .kind = job_kind_of(db_text(rows, row, 1)),
	    .kind_name = db_text(rows, row, 1),
	    .lane = db_text(rows, row, 2),
	    .tenant_id = db_text(rows, row, 3),
	    .payload = db_text(rows, row, 4),
	    .attempts = (int)db_i64(rows, row, 5),
	    .created_ms = db_i64(rows, row, 6),
	};
}

enum err
jobs_claim(
    struct ctx *cx, struct db *db, const struct job_holder *me, struct job_claim *c)
{
	struct claim call = {.me = me, .most = c->most, .share = c->share};
	enum err rc = db_transaction(cx, db, DB_MANAGEMENT, claim, &call);

	c->count = rc == ERR_OK ? db_row_count(call.rows) : 0;
	c->jobs = arena_alloc(cx->mem, ((size_t)c->count + 1) * sizeof(*c->jobs));
	for (int i = 0; i < c->count; i++)
		read_job(call.rows, i, &c->jobs[i]);
	return rc;
}

static enum err
renew(struct ctx *cx, struct db *db, void *arg)
{
	const struct job_holder *me = arg;
	char lease[STR_I64_SIZE];

	return db_queue(cx, db, STMT_job_renew,
	    DB_ARGS(me->name, str_from_i64(lease, me->lease_ms)));
}

enum err
jobs_renew(struct ctx *cx, struct db *db, const struct job_holder *me)
{
	struct job_holder same = *me;

	return db_transaction(cx, db, DB_MANAGEMENT, renew, &same);
}

static enum err
release(struct ctx *cx, struct db *db, void *arg)
{
	const struct job_holder *me = arg;

	return db_queue(cx, db, STMT_job_release, DB_ARGS(me->name));
}

enum err
jobs_release(struct ctx *cx, struct db *db, const struct job_holder *me)
{
	struct job_holder same = *me;

	return db_transaction(cx, db, DB_MANAGEMENT, release, &same);
}

enum err
jobs_wait(struct ctx *cx, struct db *db, int most, int *ms)
{
	struct db_rows *rows;
	enum err rc = db_read(cx, db, DB_MANAGEMENT, DB_CALL_BARE(STMT_job_due), &rows);

	*ms = most;
	if (rc == ERR_OK && db_text(rows, 0, 0) != NULL && db_i64(rows, 0, 0) < most)
		*ms = (int)db_i64(rows, 0, 0);
	return rc;
}

/* -- ending -- */

static enum err
hold(struct ctx *cx, struct db *db, const struct job_holder *me, const struct job *job)
{
	char id[STR_I64_SIZE];

	return db_queue(cx, db, STMT_job_hold,
	    DB_ARGS(job->lane, str_from_i64(id, job->id), me->name));
}

enum err
job_end(struct ctx *cx, struct db *db, const struct job_holder *me,
    const struct job *job, const char *why)
{
	char id[STR_I64_SIZE], attempts[STR_I64_SIZE];
	enum err rc = hold(cx, db, me, job);

	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_job_end,
		    DB_ARGS(str_from_i64(id, job->id), why == NULL ? "done" : "dead",
			str_from_i64(attempts, job->attempts), why));
	return rc == ERR_OK ? db_queue(cx, db, STMT_job_next, DB_ARGS(job->lane)) : rc;
}

enum err
job_again(struct ctx *cx, struct db *db, const struct job_holder *me,
    const struct job *job, const struct job_delay *delay)
{
	char id[STR_I64_SIZE], ms[STR_I64_SIZE], attempts[STR_I64_SIZE];
	enum err rc = hold(cx, db, me, job);

	if (rc != ERR_OK)
		return rc;
	return db_queue(cx, db, STMT_job_again,
	    DB_ARGS(job->lane, str_from_i64(id, job->id), str_from_i64(ms, delay->ms),
		str_from_i64(attempts, job->attempts - delay->uncounted), delay->why,
		delay->uncounted ? "true" : "false"));
}

int64_t
job_backoff(int attempts, int64_t first_ms, int64_t most_ms, uint32_t random)
{
	int64_t ms = first_ms;

	for (int i = 1; i < attempts && ms < most_ms; i++)
		ms *= 2;
	if (ms > most_ms)
		ms = most_ms;
	return ms / 2 + (int64_t)(random % (uint64_t)(ms / 2 + 1));
}
