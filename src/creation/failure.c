/* failure.c - a step failed: what is to become of the operation. */
#include <string.h>

#include "base/log.h"
#include "creation/run.h"
#include "crypto/random.h"
#include "jobs/queue.h"

/* What a part says of itself is told; the connection's own troubles are not. */
bool
failure_is_away(const struct ctx *cx)
{
	const char *state = cx->err.sqlstate;

	return cx->err.code == ERR_UNAVAILABLE && cx->err.detail[0] == '\0' &&
	    (state[0] == '\0' || strncmp(state, "08", 2) == 0 ||
		strncmp(state, "53", 2) == 0 || strncmp(state, "57P", 3) == 0);
}

int64_t
failure_backoff(const struct conf *conf, int attempts)
{
	struct err_info e = {0};
	uint32_t random = 0;

	if (random_bytes(&e, &random, sizeof(random)) != ERR_OK)
		random = 0;
	return job_backoff(attempts > 0 ? attempts : 1, conf->job_backoff,
	    conf->job_backoff_most * 1000LL, random);
}

struct settling {
	struct creation_run *run;
	int place;
	bool unseen;
	const char *words, *code;
	struct operation_turn turn;
	bool lost, ended;
};

/* Which state it gets, and when it goes on. */
static void
decide(struct settling *s, const struct operation_guard *guard)
{
	struct creation_run *run = s->run;
	const bool tried = run->attempts + 1 >= run->m.means->conf->operation_attempts;
	const char *how = run->m.plan.on_failure;

	s->turn.in_ms = -1;
	s->ended = guard->committed && tried;
	if (guard->committed || (strcmp(how, "retry") == 0 && !guard->cancelled)) {
		s->turn.state = tried ? OPERATION_HELD : OPERATION_WAITING;
		if (!tried)
			s->turn.in_ms =
			    failure_backoff(run->m.means->conf, run->attempts + 1);
	} else if (strcmp(how, "hold") == 0 && !guard->cancelled) {
		s->turn.state = OPERATION_HELD;
	} else {
		s->turn.state = OPERATION_ROLLING_BACK;
		s->turn.keep = true;
	}
}

/* The tenant is in use: what could not be done is told, and that is all. */
static enum err
end_with_note(struct ctx *cx, struct db *db, struct settling *s)
{
	const char *id = s->run->m.operation_id;
	enum err rc = operation_turn(cx, db, id, &s->turn);

	if (rc == ERR_OK)
		rc = tell_operation(cx, s->run, OPERATION_SUCCEEDED);
	return rc == ERR_OK ? operation_end(cx, db, id, OPERATION_SUCCEEDED) : rc;
}

static enum err
settle(struct ctx *cx, struct db *db, void *arg)
{
	struct settling *s = arg;
	struct creation_run *run = s->run;
	const char *id = run->m.operation_id;
	struct operation_guard guard;
	enum err rc = operation_guard(cx, db, id, &run->me, &guard);

	s->lost = rc == ERR_OK && !guard.held;
	if (rc != ERR_OK || s->lost)
		return rc;
	s->turn = (struct operation_turn){
	    .step = run->failed_step, .code = s->code, .error = s->words};
	decide(s, &guard);
	rc = step_end(cx, db, id,
	    &(struct step_end){.place = s->place + 1,
		.state = STEP_FAILED,
		.words = s->words,
		.unseen = s->unseen});
	if (rc == ERR_OK && s->ended)
		return end_with_note(cx, db, s);
	if (rc == ERR_OK)
		rc = operation_turn(cx, db, id, &s->turn);
	if (rc == ERR_OK && s->turn.state == OPERATION_WAITING && !run->by_job)
		rc = operation_call(cx, db, id, run->m.tenant_id, s->turn.in_ms);
	return rc == ERR_OK ? tell_operation(cx, run, s->turn.state) : rc;
}

static void
take(struct creation_run *run, const struct settling *s)
{
	run->attempts++;
	run->wait_ms = s->turn.in_ms;
	if (s->place >= 0)
		run->steps[s->place].state = STEP_FAILED;
	if (s->lost)
		run->outcome = CREATION_ELSEWHERE;
	else if (s->ended)
		run->outcome = CREATION_DONE;
	else if (s->turn.state == OPERATION_WAITING)
		run->outcome = CREATION_WAITS;
	else if (s->turn.state == OPERATION_HELD)
		run->outcome = CREATION_HELD;
	else
		run->rolling_back = true;
}

enum err
failure_settle(struct ctx *cx, struct creation_run *run, int place, bool unseen)
{
	struct settling s = {.run = run, .place = place, .unseen = unseen};
	enum err rc;

	run->failure = cx->err;
	run->failed_step = creation_steps[run->steps[place].which].name;
	log_error(LOG_WARNING, cx, "operation-step-failed");
	s.words = arena_strdup(cx->mem, err_public(&cx->err));
	s.code = err_slug(cx->err.code);
	ctx_clear(cx);
	rc = db_transaction(cx, run->m.means->db, DB_MANAGEMENT, settle, &s);
	if (rc == ERR_OK)
		take(run, &s);
	return rc;
}

static enum err
cancelled(struct ctx *cx, struct db *db, void *arg)
{
	struct settling *s = arg;
	struct creation_run *run = s->run;
	struct operation_guard guard;
	enum err rc = operation_guard(cx, db, run->m.operation_id, &run->me, &guard);

	s->lost = rc == ERR_OK && !guard.held;
	if (rc != ERR_OK || s->lost)
		return rc;
	s->turn = (struct operation_turn){
	    .state = OPERATION_ROLLING_BACK, .in_ms = -1, .keep = true};
	return operation_turn(cx, db, run->m.operation_id, &s->turn);
}

enum err
failure_cancelled(struct ctx *cx, struct creation_run *run)
{
	struct settling s = {.run = run, .place = -1};
	enum err rc =
	    db_transaction(cx, run->m.means->db, DB_MANAGEMENT, cancelled, &s);

	if (rc != ERR_OK)
		return rc;
	run->cancelled = true;
	take(run, &s);
	return ERR_OK;
}
