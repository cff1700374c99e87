/* engine.c - a run from its beginning, or from where it was; see engine.h. */
#include "creation/engine.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "creation/plan.h"
#include "creation/run.h"
#include "creation/steps.h"

const struct creation_step creation_steps[] = {
#define STEP(symbol, name, group, intend, act, record, undo, meaning)                  \
	{(name), (meaning), CREATION_GROUP_##group, (intend), (act), (record), (undo)},
#include "creation/steps.def"
#undef STEP
};
const int creation_step_count = CREATION_STEP_COUNT;

static const struct creation_resource kinds[] = {
#define RESOURCE(symbol, name, remove, look, meaning)                                  \
	{(name), (meaning), (remove), (look)},
#include "creation/resources.def"
#undef RESOURCE
    {0}};

const struct creation_resource *
creation_resource_find(const char *kind)
{
	for (const struct creation_resource *k = kinds; k->name != NULL; k++)
		if (strcmp(k->name, kind) == 0)
			return k;
	return NULL;
}

static struct creation_run *
run_new(struct ctx *cx, struct creation_means *means)
{
	struct creation_run *run = arena_alloc(cx->mem, sizeof(*run));

	*run = (struct creation_run){
	    .at = -1, .outcome = CREATION_GOES_ON, .m = {.means = means}};
	uuid_text(run->name, uuid_random());
	run->me = (struct operation_holder){
	    .name = run->name, .lease_ms = means->conf->operation_lease};
	run->m.holder = &run->me;
	return run;
}

/* -- the beginning -- */

struct beginning {
	const struct creation_order *order;
	struct creation_run *run;
	struct operation *again;
	bool found;
};

/* Names are words of letters and "_": nothing in them needs quoting. */
static const char step_names[] = "{"
#define STEP(symbol, name, group, intend, act, record, undo, meaning) name ","
#include "creation/steps.def"
#undef STEP
				 "}";

static const char *
names_of_steps(struct ctx *cx)
{
	char *names = arena_strdup(cx->mem, step_names);

	names[sizeof(step_names) - 3] = '}';
	names[sizeof(step_names) - 2] = '\0';
	return names;
}

static enum err
code_of(const struct operation *op)
{
	for (int i = 1; op->error_code != NULL && i < ERR_COUNT; i++)
		if (strcmp(err_slug((enum err)i), op->error_code) == 0)
			return (enum err)i;
	return ERR_INTERNAL;
}

/* Taken back for a reason that is not the request's: the same may succeed now, so the
 * key begins another. */
static bool
is_nobodys_fault(const struct operation *op)
{
	return op->state == OPERATION_ROLLED_BACK && op->error_code != NULL &&
	    op->cancelled_by == NULL && err_http(code_of(op)) >= 500;
}

static enum err
look_for_key(struct ctx *cx, struct db *db, struct beginning *b)
{
	const struct operation_key *key = &b->order->key;
	struct db_rows *rows;
	enum err rc =
	    db_query(cx, db, STMT_idempotency_lock, DB_ARGS(key->scope), &rows);

	if (rc != ERR_OK)
		return rc;
	if (!db_bool(rows, 0, 0)) {
		rc = err_tell(&cx->err, ERR_KEY_IN_FLIGHT,
		    "the first request with this Idempotency-Key is still running");
		cx->err.retry_after = 1;
		return rc;
	}
	rc = operation_find_key(cx, db, key, b->again, &b->found);
	if (rc == ERR_OK && b->found && is_nobodys_fault(b->again))
		b->found = false;
	if (rc == ERR_OK && b->found &&
	    strcmp(b->again->request_hash, key->request_hash) != 0)
		rc = err_tell(&cx->err, ERR_KEY_REUSED,
		    "this Idempotency-Key was used with another request body");
	return rc;
}

/* The steps are there, the first of them is at work. */
static enum err
write_first(struct ctx *cx, struct db *db, struct beginning *b)
{
	struct creation_run *run = b->run;
	const struct creation_order *o = b->order;
	const struct operation_holder none = {.lease_ms = run->me.lease_ms};
	const struct operation_draft draft = {.id = run->m.operation_id,
	    .kind = "tenant.create",
	    .tenant_id = run->m.tenant_id,
	    .on_failure = run->m.plan.on_failure,
	    .request = creation_plan_text(cx, &run->m.plan, o->creator_email),
	    .requested_by = o->creator,
	    .address = o->address != NULL ? o->address : "",
	    .steps = names_of_steps(cx),
	    .key = o->key};
	struct batch first = {.run = run, .place = 0, .act_at = -1};
	enum err rc = operation_begin(cx, db, &draft, o->later ? &none : &run->me);

	memcpy(first.steps, run->steps, sizeof(first.steps));
	if (rc == ERR_OK)
		rc = operation_call(cx, db, run->m.operation_id, run->m.tenant_id,
		    o->later ? 0 : run->me.lease_ms + 100);
	if (rc == ERR_OK)
		rc = batch_step(cx, db, &first);
	return rc == ERR_OK ? tell_operation(cx, run, OPERATION_RUNNING) : rc;
}

static enum err
begin(struct ctx *cx, struct db *db, void *arg)
{
	struct beginning *b = arg;
	enum err rc = ERR_OK;

	b->found = false;
	b->run->m.plan = b->order->plan;
	if (b->order->key.scope != NULL)
		rc = look_for_key(cx, db, b);
	if (rc != ERR_OK || b->found)
		return rc;
	rc = creation_plan_name(cx, db, &b->run->m.plan);
	return rc == ERR_OK ? write_first(cx, db, b) : rc;
}

enum { NAMINGS = 64 }; /* of those at once who ask for the same name */

/* Once more where somebody else took the slug meanwhile: then it is seen. */
static enum err
begin_again(struct ctx *cx, struct db *db, struct beginning *b)
{
	enum err rc = ERR_OK;

	for (int i = 0; i < NAMINGS; i++) {
		ctx_clear(cx);
		rc = db_transaction(cx, db, DB_MANAGEMENT, begin, b);
		if (rc != ERR_CONFLICT || strcmp(cx->err.sqlstate, "23505") != 0)
			break;
	}
	return rc;
}

static const char *
new_id(struct ctx *cx)
{
	char *id = arena_alloc(cx->mem, UUID_TEXT_SIZE);

	uuid_text(id, uuid_random());
	return id;
}

enum err
creation_begin(struct ctx *cx, struct creation_means *means,
    const struct creation_order *order, struct creation_run **out,
    struct operation *again)
{
	struct creation_run *run = run_new(cx, means);
	struct beginning b = {.order = order, .run = run, .again = again};
	enum err rc;

	static_assert((int)CREATION_STEP_COUNT <= (int)RUN_STEPS_MAX, "more steps");
	*out = NULL;
	run->m.operation_id = new_id(cx);
	run->m.tenant_id = new_id(cx);
	run->m.creator = order->creator;
	run->m.creator_email = order->creator_email;
	run->m.address = order->address;
	run->count = CREATION_STEP_COUNT;
	for (int i = 0; i < run->count; i++)
		run->steps[i] = (struct run_step){i, STEP_PENDING, false};
	rc = begin_again(cx, means->db, &b);
	if (rc != ERR_OK || b.found)
		return rc;
	run->steps[0].state = STEP_DONE;
	if (order->later)
		run->outcome = CREATION_WAITS;
	*out = run;
	return ERR_OK;
}

/* -- going on -- */

static int
step_named(const char *name)
{
	for (int i = 0; i < creation_step_count; i++)
		if (strcmp(creation_steps[i].name, name) == 0)
			return i;
	return -1;
}

static enum err
read_steps(struct ctx *cx, struct creation_run *run)
{
	struct operation_step *list;
	enum err rc = operation_steps(
	    cx, run->m.means->db, run->m.operation_id, &list, &run->count);

	if (rc != ERR_OK)
		return rc;
	if (run->count > RUN_STEPS_MAX)
		return err_set(
		    &cx->err, ERR_INTERNAL, "an operation of %d steps", run->count);
	for (int i = 0; i < run->count; i++) {
		const int which = step_named(list[i].name);

		if (which < 0)
			return err_set(&cx->err, ERR_INTERNAL,
			    "this program knows no step \"%s\"", list[i].name);
		run->steps[i] =
		    (struct run_step){which, list[i].state, list[i].intended};
	}
	return ERR_OK;
}

/* What it failed by, as far as it was written down. */
static void
read_failure(struct creation_run *run, const struct operation *op)
{
	if (op->error_code == NULL)
		return;
	(void)err_tell(&run->failure, code_of(op), "%s", op->error);
	run->failed_step = op->error_step;
}

static enum err
read_run(struct ctx *cx, struct creation_run *run)
{
	struct operation op;
	enum err rc = operation_show(cx, run->m.means->db, run->m.operation_id, &op);

	if (rc != ERR_OK)
		return rc;
	run->m.tenant_id = op.tenant_id;
	run->m.creator = op.requested_by;
	run->m.address = op.address;
	run->attempts = op.attempts;
	run->committed = op.committed_at != NULL;
	run->rolling_back = op.state == OPERATION_ROLLING_BACK;
	read_failure(run, &op);
	rc = creation_plan_parse(cx, op.request, &run->m.plan, &run->m.creator_email);
	return rc == ERR_OK ? read_steps(cx, run) : rc;
}

static enum err
why_not(struct ctx *cx, struct creation_run *run, enum creation_outcome *outcome)
{
	struct operation op;
	enum err rc = operation_show(cx, run->m.means->db, run->m.operation_id, &op);

	if (rc != ERR_OK)
		return rc;
	*outcome = op.state == OPERATION_SUCCEEDED ? CREATION_DONE
	    : op.state == OPERATION_ROLLED_BACK    ? CREATION_ROLLED_BACK
	    : op.state == OPERATION_HELD           ? CREATION_HELD
						   : CREATION_ELSEWHERE;
	return ERR_OK;
}

enum err
creation_take(struct ctx *cx, struct creation_means *means, const char *id,
    struct creation_run **out, enum creation_outcome *outcome)
{
	struct creation_run *run = run_new(cx, means);
	bool taken;
	enum err rc;

	*out = NULL;
	run->m.operation_id = id;
	rc = operation_lease(cx, means->db, id, &run->me, &taken);
	if (rc == ERR_OK && !taken)
		return why_not(cx, run, outcome);
	if (rc == ERR_OK)
		rc = read_run(cx, run);
	if (rc != ERR_OK)
		return rc;
	*outcome = CREATION_GOES_ON;
	*out = run;
	return ERR_OK;
}

/* -- a turn -- */

/* A job waits as long as an act takes; who has a request, until half its time is over:
 * the rest is a job's. */
static int64_t
patience(const struct creation_run *run, int64_t deadline)
{
	const int half = run->m.means->conf->request_timeout / 2;

	return run->by_job || deadline == 0 ? 0 : deadline - half;
}

/* Writes with the creator's name, whoever runs it. */
static enum err
act(struct ctx *cx, struct creation_run *run)
{
	const struct creation_step *step = &creation_steps[run->steps[run->at].which];
	const int64_t deadline = cx->deadline_ms;
	enum err rc;

	run->m.step = step->name;
	run->m.until_ms = patience(run, deadline);
	run->m.late = false;
	cx->deadline_ms = run->held_until_ms;
	rc = creation_point(cx, &run->m, "intended");
	if (rc == ERR_OK)
		rc = step->act(cx, &run->m);
	if (rc == ERR_OK)
		rc = creation_point(cx, &run->m, "acted");
	cx->deadline_ms = deadline;
	run->acted = rc == ERR_OK;
	return rc;
}

static enum err
take_batch(struct creation_run *run, const struct batch *b)
{
	memcpy(run->steps, b->steps, sizeof(run->steps));
	run->at = b->act_at;
	run->acted = run->careful = false;
	run->committed |= b->committed;
	if (b->ended)
		run->outcome = CREATION_DONE;
	return ERR_OK;
}

/* Another has it: what is undone here is theirs to do. */
static enum err
lost(struct ctx *cx, struct creation_run *run)
{
	log_event(LOG_WARNING, cx, "operation-lease-lost", "operation=%s",
	    run->m.operation_id);
	ctx_clear(cx);
	run->outcome = CREATION_ELSEWHERE;
	return ERR_OK;
}

static enum err
between(struct ctx *cx, struct creation_run *run)
{
	const int64_t until = clock_mono_ms() + run->me.lease_ms;
	struct batch b;
	enum err rc = batch_run(cx, run, &b);

	run->held_until_ms = until; /* not of when the commit came back */
	if (b.lost)
		return lost(cx, run);
	if (rc == ERR_OK && b.cancelled)
		return failure_cancelled(cx, run);
	if (rc == ERR_OK)
		return take_batch(run, &b);
	if (failure_is_away(cx))
		return rc;
	if (!run->careful && cx->err.sqlstate[0] != '\0') {
		run->careful = true; /* which of them was it? */
		ctx_clear(cx);
		return ERR_OK;
	}
	return failure_settle(
	    cx, run, b.place < run->count ? b.place : run->count - 1, true);
}

static enum err
turn(struct ctx *cx, struct creation_run *run)
{
	enum err rc;

	if (run->rolling_back)
		return undo_turn(cx, run);
	if (run->at >= 0 && !run->acted) {
		rc = act(cx, run);
		if (rc != ERR_OK && run->m.late) {
			ctx_clear(cx);
			return creation_leave(cx, run);
		}
		if (rc != ERR_OK)
			return failure_settle(cx, run, run->at, false);
	}
	return between(cx, run);
}

/* What the last turn wrote may be there or not: its commit was not answered. */
static enum err
look_again(struct ctx *cx, struct creation_run *run)
{
	enum err rc = ERR_OK;

	if (run->unsure) {
		run->at = -1;
		run->acted = run->careful = run->cancelled = false;
		rc = read_run(cx, run);
	}
	run->unsure = rc != ERR_OK;
	return rc;
}

enum err
creation_turn(struct ctx *cx, struct creation_run *run, enum creation_outcome *outcome)
{
	const char *actor = cx->actor;
	enum err rc = look_again(cx, run);

	cx->actor = run->m.creator;
	if (rc == ERR_OK && run->outcome == CREATION_GOES_ON) {
		rc = turn(cx, run);
		run->unsure = rc != ERR_OK;
	}
	cx->actor = actor;
	*outcome = run->outcome;
	return rc;
}

void
creation_run_by_job(struct creation_run *run)
{
	run->by_job = true;
}

static enum err
leave(struct ctx *cx, struct db *db, void *arg)
{
	struct creation_run *run = arg;
	enum err rc = operation_release(cx, db, run->m.operation_id, &run->me);

	return rc == ERR_OK
	    ? operation_call(cx, db, run->m.operation_id, run->m.tenant_id, 0)
	    : rc;
}

enum err
creation_leave(struct ctx *cx, struct creation_run *run)
{
	run->outcome = CREATION_WAITS;
	return db_transaction(cx, run->m.means->db, DB_MANAGEMENT, leave, run);
}

const char *
creation_run_operation(const struct creation_run *run)
{
	return run->m.operation_id;
}

const char *
creation_run_tenant(const struct creation_run *run)
{
	return run->m.tenant_id;
}

const struct err_info *
creation_run_failure(const struct creation_run *run, const char **step)
{
	*step = run->failed_step;
	return &run->failure;
}

int
creation_run_progress(const struct creation_run *run, int *of, const char **at)
{
	int over = 0;

	*of = run->count;
	*at = NULL;
	for (int i = 0; i < run->count; i++)
		if (run->steps[i].state == STEP_DONE ||
		    run->steps[i].state == STEP_SKIPPED)
			over++;
		else if (*at == NULL)
			*at = creation_steps[run->steps[i].which].name;
	return over;
}
