/* item.c - one attempt at a job; see work.h. */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "crypto/random.h"
#include "events/event.h"
#include "work/work.h"

enum { ITEM_MEMORY = 8 * 1024 * 1024, PAYLOAD_MAX = 4 * 1024, DATABASE_PAUSE_MS = 200 };

static work_step_fn *const steps[JOB_COUNT] = {
#define JOB(sym, name, handler, attempts, meaning) [JOB_##sym] = (handler),
#include "jobs/kinds.def"
#undef JOB
};

void
item_begin(struct work *w, struct work_item *it, const struct job *job)
{
	struct arena *mem = it->cx.mem != NULL ? it->cx.mem : arena_new(ITEM_MEMORY);

	memset(it, 0, sizeof(*it));
	ctx_init(&it->cx, mem);
	it->cx.actor = job->kind_name;
	it->job = (struct job){
	    .id = job->id,
	    .kind = job->kind,
	    .kind_name = arena_strdup(mem, job->kind_name),
	    .lane = arena_strdup(mem, job->lane),
	    .tenant_id =
		job->tenant_id != NULL ? arena_strdup(mem, job->tenant_id) : NULL,
	    .payload = arena_strdup(mem, job->payload),
	    .attempts = job->attempts,
	    .created_ms = job->created_ms,
	};
	it->cx.actor = it->job.kind_name;
	it->phase = ITEM_READY;
	w->running++;
}

void
item_free(struct work *w, struct work_item *it)
{
	struct arena *mem = it->cx.mem;

	arena_reset(mem);
	memset(it, 0, sizeof(*it));
	it->cx.mem = mem;
	w->running--;
	w->done++;
	if (w->shared.board != NULL)
		scoreboard_job(w->shared.board, w->shared.slot);
	w->claim_wanted = true; /* its lane may go on */
}

/* -- ends -- */

static enum err
tell_dead(struct work *w, struct work_item *it)
{
	struct json_out o;
	struct buf b;

	if (it->untold)
		return ERR_OK;
	buf_init(&b, it->cx.mem, PAYLOAD_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_i64(&o, "jobId", it->job.id);
	json_member_text(&o, "job", it->job.kind_name);
	json_member_text(&o, "tenantId", it->job.tenant_id);
	json_member_i64(&o, "attempts", it->job.attempts);
	json_member_text(&o, "error", it->told != NULL ? it->told : it->why);
	json_close_object(&o);
	return event_append(&it->cx, w->db,
	    &(struct event){.kind = EVENT_JOB_DEAD,
		.tenant_id = it->job.tenant_id,
		.payload = buf_text(&b)});
}

static enum err
give_up(struct work *w, struct work_item *it)
{
	enum err rc;

	w->publish_wanted = true;
	log_event(LOG_WARNING, &it->cx, "job-dead", "job=%lld kind=%s attempts=%d",
	    (long long)it->job.id, it->job.kind_name, it->job.attempts);
	rc = tell_dead(w, it);
	return rc == ERR_OK ? job_end(&it->cx, w->db, &w->me, &it->job, it->why) : rc;
}

static enum err
try_later(struct work *w, struct work_item *it)
{
	uint32_t random = 0;
	struct job_delay delay = {
	    .ms = it->retry_ms, .why = it->why, .uncounted = it->uncounted};

	if (!it->uncounted && it->job.kind != JOB_UNSET &&
	    it->job.attempts >= job_kind_attempts(it->job.kind))
		return give_up(w, it);
	if (delay.ms == 0) {
		if (random_bytes(&it->cx.err, &random, sizeof(random)) != ERR_OK)
			random = 0;
		delay.ms = job_backoff(it->job.attempts, w->conf->job_backoff,
		    w->conf->job_backoff_most * 1000LL, random);
	}
	return job_again(&it->cx, w->db, &w->me, &it->job, &delay);
}

static enum err
settle(struct work *w, struct work_item *it, enum work_verdict verdict)
{
	if (it->why == NULL)
		it->why = "no reason was given";
	switch (verdict) {
	case WORK_ASK:
	case WORK_MORE:
		return ERR_OK;
	case WORK_DONE:
		return job_end(&it->cx, w->db, &w->me, &it->job, NULL);
	case WORK_DEAD:
		return give_up(w, it);
	case WORK_RETRY:
		return try_later(w, it);
	case WORK_UNSET:
	case WORK_VERDICT_COUNT:
		break;
	}
	return err_set(&it->cx.err, ERR_INTERNAL, "the step came to no verdict");
}

/* -- a step -- */

struct attempt {
	struct work *w;
	struct work_item *it;
	enum work_verdict verdict;
};

/* Begun more often than it may be tried: it ends those who run it. */
static bool
is_spent(const struct job *job)
{
	return job->kind != JOB_UNSET && job->attempts > job_kind_attempts(job->kind);
}

static enum err
attempt(struct ctx *cx, struct db *db, void *arg)
{
	struct attempt *a = arg;
	enum err rc;

	a->verdict = WORK_UNSET;
	a->it->why = a->it->told = NULL;
	rc = db_queue(cx, db, STMT_job_lazily, DB_NO_ARGS);
	if (rc == ERR_OK && is_spent(&a->it->job)) {
		a->it->why = "no attempt at it came to an end";
		a->verdict = WORK_DEAD;
	} else if (a->it->job.kind == JOB_UNSET) {
		a->it->why = "this program knows no such kind of job";
		a->verdict = WORK_RETRY;
		a->it->uncounted = true;
	} else if (rc == ERR_OK && a->it->payload == NULL)
		rc = json_parse(cx, a->it->job.payload, strlen(a->it->job.payload), 0,
		    &a->it->payload);
	if (rc == ERR_OK && a->verdict == WORK_UNSET)
		rc = steps[a->it->job.kind](a->w, a->it, &a->verdict);
	return rc == ERR_OK ? settle(a->w, a->it, a->verdict) : rc;
}

static enum err
record_failure(struct ctx *cx, struct db *db, void *arg)
{
	struct attempt *a = arg;

	(void)cx;
	(void)db;
	return try_later(a->w, a->it);
}

/* Somebody else has the job by now: what was done here is theirs to do again. */
static bool
is_lost(const struct ctx *cx)
{
	return strcmp(cx->err.sqlstate, "TD409") == 0;
}

/* The database is, and not this statement's fault. */
static bool
is_away(const struct ctx *cx)
{
	const char *state = cx->err.sqlstate;

	return cx->err.code == ERR_UNAVAILABLE &&
	    (state[0] == '\0' || strncmp(state, "08", 2) == 0 ||
		strncmp(state, "53", 2) == 0 || strncmp(state, "57P", 3) == 0);
}

static void
pause_item(struct work_item *it)
{
	ctx_clear(&it->cx);
	it->not_before_ms = clock_mono_ms() + DATABASE_PAUSE_MS;
}

static void
fail(struct work *w, struct work_item *it)
{
	struct attempt a = {w, it, WORK_RETRY};

	log_error(LOG_WARNING, &it->cx, "job-failed");
	it->why = arena_strdup(it->cx.mem,
	    it->cx.err.detail[0] != '\0' ? it->cx.err.detail : it->cx.err.message);
	it->told = arena_strdup(it->cx.mem, err_public(&it->cx.err));
	ctx_clear(&it->cx);
	if (db_transaction(&it->cx, w->db, DB_MANAGEMENT, record_failure, &a) !=
		ERR_OK &&
	    !is_lost(&it->cx))
		pause_item(it);
	else
		item_free(w, it);
}

static void
ask(struct work *w, struct work_item *it)
{
	it->reply = NULL;
	if (transfer_start(&it->cx, w->transfers, &it->ask, it) == ERR_OK)
		it->phase = ITEM_ASKING;
	else
		fail(w, it);
}

void
item_step(struct work *w, struct work_item *it)
{
	struct attempt a = {.w = w, .it = it};
	enum err rc = db_transaction(&it->cx, w->db, DB_MANAGEMENT, attempt, &a);

	if (rc == ERR_OK && a.verdict == WORK_ASK)
		ask(w, it);
	else if (rc == ERR_OK && a.verdict == WORK_MORE)
		return;
	else if (rc == ERR_OK)
		item_free(w, it);
	else if (is_lost(&it->cx)) {
		log_event(LOG_WARNING, &it->cx, "job-lease-lost", "job=%lld kind=%s",
		    (long long)it->job.id, it->job.kind_name);
		item_free(w, it);
	} else if (is_away(&it->cx))
		pause_item(it); /* the reply is not lost */
	else
		fail(w, it);
}
