/*
 * batch.c - what lies between two acts, in one transaction: the record of the one, the
 * steps without an act, the intent of the next.
 */
#include <string.h>

#include "creation/run.h"

static const struct creation_step *
step_of(const struct batch *b)
{
	return &creation_steps[b->steps[b->place].which];
}

static enum err
part(struct ctx *cx, struct batch *b, creation_part_fn *fn)
{
	enum err rc = fn != NULL ? fn(cx, &b->run->m) : ERR_OK;

	b->part_failed |= rc != ERR_OK;
	return rc;
}

static enum err
point(struct ctx *cx, struct batch *b, const char *name)
{
	enum err rc = creation_point(cx, &b->run->m, name);

	b->part_failed |= rc != ERR_OK;
	return rc;
}

static enum err
end(struct ctx *cx, struct db *db, struct batch *b, enum operation_step_state state)
{
	const struct making *m = &b->run->m;
	const char *id = m->operation_id;
	enum err rc = step_end(cx, db, id,
	    &(struct step_end){.place = b->place + 1,
		.state = state,
		.words = m->skip != NULL ? m->skip : m->note});

	b->steps[b->place].state = state;
	if (rc == ERR_OK && b->steps[b->place].which == CREATION_ACTIVATION) {
		b->committed = true;
		rc = db_queue(cx, db, STMT_operation_commit, DB_ARGS(id));
	}
	return rc;
}

/* What a step writes, and that it is over. */
static enum err
record(struct ctx *cx, struct db *db, struct batch *b)
{
	const struct creation_step *step = step_of(b);
	struct making *m = &b->run->m;
	enum err rc = part(cx, b, step->record);

	if (rc == ERR_OK && step->act != NULL)
		rc = resources_made(cx, db, m->operation_id, step->name);
	if (rc == ERR_OK)
		rc = end(cx, db, b, STEP_DONE);
	return rc == ERR_OK ? point(cx, b, "recorded") : rc;
}

/* *act: what it makes is to be made now, outside. */
static enum err
begin(struct ctx *cx, struct db *db, struct batch *b, bool *act)
{
	const struct creation_step *step = step_of(b);
	struct making *m = &b->run->m;
	struct run_step *now = &b->steps[b->place];
	enum err rc = step_begin(cx, db, m->operation_id, b->place + 1);

	m->step = step->name;
	m->skip = m->note = NULL;
	now->state = STEP_RUNNING;
	*act = now->intended;
	if (rc == ERR_OK && !now->intended) {
		rc = point(cx, b, "begin");
		if (rc == ERR_OK)
			rc = part(cx, b, step->intend);
		*act = step->act != NULL && m->skip == NULL;
		if (rc == ERR_OK && *act) {
			now->intended = true;
			rc = step_intended(cx, db, m->operation_id, b->place + 1);
		}
	}
	return rc;
}

/* What was written so far is sent, where it is to be seen which of them fails. */
static enum err
send_each(struct ctx *cx, struct db *db, const struct batch *b)
{
	struct operation_guard guard;

	return b->run->careful
	    ? operation_guard(cx, db, b->run->m.operation_id, &b->run->me, &guard)
	    : ERR_OK;
}

enum err
batch_step(struct ctx *cx, struct db *db, struct batch *b)
{
	bool act;
	enum err rc = begin(cx, db, b, &act);

	if (rc != ERR_OK)
		return rc;
	if (act) {
		b->act_at = b->place;
		return ERR_OK;
	}
	rc = b->run->m.skip != NULL ? end(cx, db, b, STEP_SKIPPED) : record(cx, db, b);
	return rc == ERR_OK ? send_each(cx, db, b) : rc;
}

static bool
is_over(enum operation_step_state state)
{
	return state == STEP_DONE || state == STEP_SKIPPED;
}

static enum err
go(struct ctx *cx, struct db *db, struct batch *b)
{
	enum err rc = ERR_OK;

	if (b->run->acted) {
		b->place = b->run->at;
		b->run->m.step = step_of(b)->name;
		b->run->m.skip = b->run->m.note = NULL;
		rc = record(cx, db, b);
		if (rc == ERR_OK)
			rc = send_each(cx, db, b);
		if (rc != ERR_OK)
			return rc; /* it is this one that fails */
	}
	for (b->place = 0; rc == ERR_OK && b->place < b->run->count; b->place++) {
		if (is_over(b->steps[b->place].state))
			continue;
		rc = batch_step(cx, db, b);
		if (rc != ERR_OK || b->act_at >= 0 || b->committed)
			return rc; /* what fails after it takes nothing back */
	}
	if (rc != ERR_OK)
		return rc;
	b->ended = true;
	rc = tell_operation(cx, b->run, OPERATION_SUCCEEDED);
	return rc == ERR_OK
	    ? operation_end(cx, db, b->run->m.operation_id, OPERATION_SUCCEEDED)
	    : rc;
}

static enum err
batch(struct ctx *cx, struct db *db, void *arg)
{
	struct batch *b = arg;
	struct creation_run *run = b->run;
	struct operation_guard guard;
	enum err rc;

	*b = (struct batch){.run = run, .act_at = -1};
	memcpy(b->steps, run->steps, sizeof(b->steps));
	rc = operation_guard(cx, db, run->m.operation_id, &run->me, &guard);
	if (rc != ERR_OK)
		return rc;
	run->m.secrets = guard.secrets;
	b->lost = !guard.held;
	b->cancelled = guard.cancelled && !guard.committed;
	return b->lost || b->cancelled ? ERR_OK : go(cx, db, b);
}

enum err
batch_run(struct ctx *cx, struct creation_run *run, struct batch *b)
{
	*b = (struct batch){.run = run, .act_at = -1};
	return db_transaction(cx, run->m.means->db, DB_MANAGEMENT, batch, b);
}
