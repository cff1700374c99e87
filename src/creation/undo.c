/*
 * undo.c - what an operation made is taken back: first what the ledger says it made
 * outside, the last first, each by itself; then, in one transaction, what its steps
 * wrote. Nothing else is touched.
 */
#include <string.h>

#include "base/log.h"
#include "creation/run.h"

/* -- outside -- */

struct removal {
	struct creation_run *run;
	const struct resource *resource;
	bool lost;
};

static enum err
removed(struct ctx *cx, struct db *db, void *arg)
{
	struct removal *r = arg;
	struct operation_guard guard;
	enum err rc =
	    operation_guard(cx, db, r->run->m.operation_id, &r->run->me, &guard);

	r->lost = rc == ERR_OK && !guard.held;
	return rc == ERR_OK && guard.held
	    ? resource_set_state(cx, db, r->resource, RESOURCE_REMOVED)
	    : rc;
}

static enum err
remove_resource(struct ctx *cx, struct creation_run *run, const struct resource *r)
{
	const struct creation_resource *kind = creation_resource_find(r->kind);
	struct removal removal = {.run = run, .resource = r};
	enum err rc;

	if (kind == NULL)
		return err_set(&cx->err, ERR_INTERNAL,
		    "this program knows no resource \"%s\"", r->kind);
	run->m.step = r->step;
	rc = creation_point(cx, &run->m, "removing");
	if (rc == ERR_OK)
		rc = kind->remove(cx, run->m.means, r);
	if (rc == ERR_OK)
		rc = creation_point(cx, &run->m, "removed");
	if (rc == ERR_OK)
		rc = db_transaction(
		    cx, run->m.means->db, DB_MANAGEMENT, removed, &removal);
	if (rc == ERR_OK && removal.lost)
		run->outcome = CREATION_ELSEWHERE;
	return rc;
}

/* -- inside -- */

struct undoing {
	struct creation_run *run;
	bool lost;
};

static enum err
undo_step(struct ctx *cx, struct db *db, struct creation_run *run, int i)
{
	const struct creation_step *step = &creation_steps[run->steps[i].which];
	enum err rc = ERR_OK;

	if (run->steps[i].state != STEP_DONE)
		return ERR_OK;
	run->m.step = step->name;
	if (step->undo != NULL)
		rc = step->undo(cx, &run->m);
	if (rc == ERR_OK)
		rc = step_undone(cx, db, run->m.operation_id, i + 1);
	return rc == ERR_OK ? creation_point(cx, &run->m, "undone") : rc;
}

static enum err
write_down(struct ctx *cx, struct creation_run *run, struct db *db)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, 4096);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "tenantId", run->m.tenant_id);
	json_member_text(&o, "operationId", run->m.operation_id);
	json_member_text(&o, "step", run->failed_step);
	json_member_text(&o, "error",
	    run->failure.code != ERR_OK ? err_public(&run->failure) : NULL);
	json_close_object(&o);
	return audit_append(cx, run->m.means->audit, db,
	    &(struct audit_entry){.event = "TENANT_CREATION_ROLLED_BACK",
		.severity = AUDIT_HIGH,
		.actor = run->m.creator,
		.tenant_id = run->m.tenant_id,
		.address = run->m.address,
		.details = buf_text(&b)});
}

static enum err
undo(struct ctx *cx, struct db *db, void *arg)
{
	struct undoing *u = arg;
	struct creation_run *run = u->run;
	struct operation_guard guard;
	enum err rc = operation_guard(cx, db, run->m.operation_id, &run->me, &guard);

	u->lost = rc == ERR_OK && !guard.held;
	if (rc != ERR_OK || u->lost)
		return rc;
	for (int i = run->count - 1; rc == ERR_OK && i >= 0; i--)
		rc = undo_step(cx, db, run, i);
	if (rc == ERR_OK)
		rc = write_down(cx, run, db);
	if (rc == ERR_OK)
		rc = tell_operation(cx, run, OPERATION_ROLLED_BACK);
	return rc == ERR_OK
	    ? operation_end(cx, db, run->m.operation_id, OPERATION_ROLLED_BACK)
	    : rc;
}

static enum err
undo_steps(struct ctx *cx, struct creation_run *run)
{
	struct undoing u = {.run = run};
	enum err rc = db_transaction(cx, run->m.means->db, DB_MANAGEMENT, undo, &u);

	if (rc == ERR_OK)
		run->outcome = u.lost ? CREATION_ELSEWHERE : CREATION_ROLLED_BACK;
	return rc;
}

/* -- it fails -- */

struct failing {
	struct creation_run *run;
	const char *words;
};

static enum err
put_off(struct ctx *cx, struct db *db, void *arg)
{
	struct failing *f = arg;
	struct creation_run *run = f->run;
	char ms[STR_I64_SIZE];
	struct operation_guard guard;
	enum err rc = operation_guard(cx, db, run->m.operation_id, &run->me, &guard);

	if (rc != ERR_OK || !guard.held)
		return rc;
	rc = db_queue(cx, db, STMT_operation_undo_failed,
	    DB_ARGS(run->m.operation_id, f->words, str_from_i64(ms, run->wait_ms)));
	return rc == ERR_OK && !run->by_job
	    ? operation_call(
		  cx, db, run->m.operation_id, run->m.tenant_id, run->wait_ms)
	    : rc;
}

static enum err
fail(struct ctx *cx, struct creation_run *run)
{
	struct failing f = {.run = run};
	enum err rc;

	log_error(LOG_WARNING, cx, "operation-undo-failed");
	f.words = arena_strdup(cx->mem, err_public(&cx->err));
	run->attempts++;
	run->wait_ms = failure_backoff(run->m.means->conf, run->attempts);
	ctx_clear(cx);
	rc = db_transaction(cx, run->m.means->db, DB_MANAGEMENT, put_off, &f);
	if (rc == ERR_OK)
		run->outcome = CREATION_WAITS;
	return rc;
}

enum err
undo_turn(struct ctx *cx, struct creation_run *run)
{
	struct resource last;
	bool found;
	enum err rc =
	    resource_last(cx, run->m.means->db, run->m.operation_id, &last, &found);

	if (rc == ERR_OK)
		rc = found ? remove_resource(cx, run, &last) : undo_steps(cx, run);
	if (rc == ERR_OK || failure_is_away(cx))
		return rc;
	return fail(cx, run);
}
