/* purge.c - see purge.h. */
#include "creation/purge.h"

#include <string.h>

#include "base/id.h"
#include "base/log.h"
#include "creation/run.h"
#include "json/json.h"

enum { BATCH = 2000, DETAILS_MAX = 1024, BACKOFF_MOST = 10 };

enum purge_step { PURGE_RESOURCES, PURGE_DATA, PURGE_RECORD, PURGE_SWEEP, PURGE_STEPS };

static const char *const step_names[PURGE_STEPS] = {
    "resources", "data", "record", "sweep"};

/* -- it begins -- */

enum err
purge_begin(
    struct ctx *cx, struct db *db, const struct purge_order *order, const char **id)
{
	const struct operation_holder nobody = {.lease_ms = order->lease_ms};
	char text[UUID_TEXT_SIZE];
	struct db_rows *rows;
	struct json_out o;
	struct buf b;
	enum err rc =
	    db_query(cx, db, STMT_tenant_purge_open, DB_ARGS(order->tenant_id), &rows);

	if (rc != ERR_OK)
		return rc;
	if (db_row_count(rows) > 0) {
		*id = db_text(rows, 0, 0);
		return ERR_OK;
	}
	uuid_text(text, uuid_random());
	*id = arena_strdup(cx->mem, text);
	buf_init(&b, cx->mem, DETAILS_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "slug", order->slug);
	json_close_object(&o);
	rc = operation_begin(cx, db,
	    &(struct operation_draft){.id = *id,
		.kind = PURGE_KIND,
		.tenant_id = order->tenant_id,
		.on_failure = "retry",
		.request = buf_text(&b),
		.requested_by = order->requested_by,
		.address = order->address,
		.steps = "{resources,data,record,sweep}"},
	    &nobody);
	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_operation_commit, DB_ARGS(*id));
	return rc == ERR_OK ? operation_call(cx, db, *id, order->tenant_id, 0) : rc;
}

/* -- a turn -- */

struct turn {
	struct creation_means *means;
	struct operation op;
	struct operation_holder me;
	char name[UUID_TEXT_SIZE];
	struct operation_step *steps;
	int place;                       /* of the step at hand, from 0 */
	struct making making;            /* for the points that tests stop at */
	const struct resource *resource; /* that is gone by now */
	bool lost, more;
	const char *words, *code; /* of what failed */
	int64_t wait_ms;
};

static enum err
point(struct ctx *cx, struct turn *t, const char *name)
{
	t->making.step = arena_printf(
	    cx->mem, "purge_%s", t->place < PURGE_STEPS ? step_names[t->place] : "");
	return creation_point(cx, &t->making, name);
}

/* The first of a transaction: whoever lost the lease writes nothing. */
static enum err
guard(struct ctx *cx, struct db *db, struct turn *t)
{
	struct operation_guard g;
	enum err rc = operation_guard(cx, db, t->op.id, &t->me, &g);

	t->lost = rc == ERR_OK && !g.held;
	if (rc != ERR_OK || t->lost)
		return rc;
	return t->steps[t->place].state == STEP_RUNNING
	    ? ERR_OK
	    : step_begin(cx, db, t->op.id, t->place + 1);
}

static enum err
end_step(struct ctx *cx, struct db *db, struct turn *t)
{
	return step_end(cx, db, t->op.id,
	    &(struct step_end){.place = t->place + 1, .state = STEP_DONE});
}

/* What was removed outside, or that there is nothing left. */
static enum err
note_resource(struct ctx *cx, struct db *db, void *arg)
{
	struct turn *t = arg;
	enum err rc = guard(cx, db, t);

	if (rc != ERR_OK || t->lost)
		return rc;
	rc = t->resource != NULL
	    ? resource_set_state(cx, db, t->resource, RESOURCE_REMOVED)
	    : end_step(cx, db, t);
	return rc == ERR_OK ? operation_release(cx, db, t->op.id, &t->me) : rc;
}

static enum err
remove_resource(struct ctx *cx, struct turn *t)
{
	const struct creation_resource *kind;
	struct resource *list;
	int count;
	enum err rc = resources_of(cx, t->means->db, t->op.tenant_id, &list, &count);

	if (rc == ERR_OK && count > 0) {
		t->resource = &list[count - 1];
		kind = creation_resource_find(t->resource->kind);
		if (kind == NULL)
			return err_set(&cx->err, ERR_INTERNAL,
			    "this program knows no resource \"%s\"", t->resource->kind);
		t->making.step = arena_printf(cx->mem, "purge_%s", kind->name);
		rc = creation_point(cx, &t->making, "removing");
		if (rc == ERR_OK)
			rc = kind->remove(cx, t->means, t->resource);
		if (rc == ERR_OK)
			rc = creation_point(cx, &t->making, "removed");
	}
	return rc == ERR_OK
	    ? db_transaction(cx, t->means->db, DB_MANAGEMENT, note_resource, t)
	    : rc;
}

/* A batch; t->more: there may be further ones. */
static enum err
remove_batch(struct ctx *cx, struct db *db, struct turn *t)
{
	char most[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_tenant_purge_rows,
	    DB_ARGS(t->op.tenant_id, str_from_i64(most, BATCH)), &rows);

	t->more = rc == ERR_OK && db_i64(rows, 0, 0) > 0;
	return rc == ERR_OK && !t->more ? end_step(cx, db, t) : rc;
}

static enum err
remove_rows(struct ctx *cx, struct db *db, void *arg)
{
	struct turn *t = arg;
	enum err rc = guard(cx, db, t);

	if (rc == ERR_OK && !t->lost)
		rc = remove_batch(cx, db, t);
	return rc == ERR_OK && !t->lost ? operation_release(cx, db, t->op.id, &t->me)
					: rc;
}

static enum err
write_down(struct ctx *cx, struct db *db, struct turn *t)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, DETAILS_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "tenantId", t->op.tenant_id);
	json_member_text(&o, "operationId", t->op.id);
	json_close_object(&o);
	return audit_append(cx, t->means->audit, db,
	    &(struct audit_entry){.event = "TENANT_PURGED",
		.severity = AUDIT_HIGH,
		.actor = cx->actor,
		.tenant_id = t->op.tenant_id,
		.address = t->op.address,
		.details = buf_text(&b)});
}

/* The row before the names: what it is called until then becomes a slug that it had. */
static enum err
record(struct ctx *cx, struct db *db, void *arg)
{
	struct turn *t = arg;
	const char *id = t->op.tenant_id;
	char days[STR_I64_SIZE];
	enum err rc = guard(cx, db, t);

	if (rc != ERR_OK || t->lost)
		return rc;
	rc = db_queue(cx, db, STMT_tenant_purge_registry, DB_ARGS(id));
	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_tenant_purge_record, DB_ARGS(id));
	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_tenant_purge_names,
		    DB_ARGS(id, str_from_i64(days, t->means->conf->slug_hold_days)));
	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_tenant_purge_requests, DB_ARGS(id));
	if (rc == ERR_OK)
		rc = write_down(cx, db, t);
	if (rc == ERR_OK)
		rc = end_step(cx, db, t);
	return rc == ERR_OK ? operation_release(cx, db, t->op.id, &t->me) : rc;
}

/* Whoever published events while it was deleted may have written something down about
 * it since; from then on nobody does. */
static enum err
sweep(struct ctx *cx, struct db *db, void *arg)
{
	struct turn *t = arg;
	struct db_rows *rows;
	enum err rc = guard(cx, db, t);

	if (rc != ERR_OK || t->lost)
		return rc;
	rc = db_query(cx, db, STMT_tenant_purge_settle, DB_NO_ARGS, &rows);
	if (rc == ERR_OK)
		rc = remove_batch(cx, db, t);
	if (rc != ERR_OK)
		return rc;
	return t->more ? operation_release(cx, db, t->op.id, &t->me)
		       : operation_end(cx, db, t->op.id, OPERATION_SUCCEEDED);
}

/* -- it fails -- */

static enum err
put_off(struct ctx *cx, struct db *db, void *arg)
{
	struct turn *t = arg;
	enum err rc = guard(cx, db, t);

	if (rc != ERR_OK || t->lost)
		return rc;
	rc = step_end(cx, db, t->op.id,
	    &(struct step_end){
		.place = t->place + 1, .state = STEP_FAILED, .words = t->words});
	return rc == ERR_OK ? operation_turn(cx, db, t->op.id,
				  &(struct operation_turn){.state = OPERATION_WAITING,
				      .step = step_names[t->place],
				      .code = t->code,
				      .error = t->words,
				      .in_ms = t->wait_ms})
			    : rc;
}

static enum err
fail(struct ctx *cx, struct turn *t, enum creation_outcome *outcome)
{
	const int attempts =
	    t->op.attempts < BACKOFF_MOST ? t->op.attempts + 1 : BACKOFF_MOST;
	enum err rc;

	log_error(LOG_WARNING, cx, "purge-step-failed");
	t->words = arena_strdup(cx->mem, err_public(&cx->err));
	t->code = err_slug(cx->err.code);
	t->wait_ms = failure_backoff(t->means->conf, attempts);
	ctx_clear(cx);
	rc = db_transaction(cx, t->means->db, DB_MANAGEMENT, put_off, t);
	*outcome = t->lost ? CREATION_ELSEWHERE : CREATION_WAITS;
	return rc;
}

static enum err
run_step(struct ctx *cx, struct turn *t)
{
	struct db *db = t->means->db;
	enum err rc = point(cx, t, "begin");

	if (rc != ERR_OK)
		return rc;
	switch ((enum purge_step)t->place) {
	case PURGE_RESOURCES:
		return remove_resource(cx, t);
	case PURGE_DATA:
		return db_transaction(cx, db, DB_MANAGEMENT, remove_rows, t);
	case PURGE_RECORD:
		return db_transaction(cx, db, DB_MANAGEMENT, record, t);
	case PURGE_SWEEP:
		return db_transaction(cx, db, DB_MANAGEMENT, sweep, t);
	case PURGE_STEPS:
		break;
	}
	return err_set(&cx->err, ERR_INTERNAL, "a purge has no such step");
}

static enum err
find_step(struct ctx *cx, struct turn *t)
{
	int count;
	enum err rc = operation_show(cx, t->means->db, t->op.id, &t->op);

	if (rc == ERR_OK)
		rc = operation_steps(cx, t->means->db, t->op.id, &t->steps, &count);
	if (rc != ERR_OK)
		return rc;
	while (t->place < count && t->steps[t->place].state == STEP_DONE)
		t->place++;
	return t->place < PURGE_STEPS
	    ? ERR_OK
	    : err_set(&cx->err, ERR_INTERNAL, "a purge has nothing left to do");
}

enum err
purge_turn(struct ctx *cx, struct creation_means *means, const char *id,
    enum creation_outcome *outcome)
{
	struct turn t = {.means = means, .op = {.id = id}};
	bool taken;
	enum err rc;

	uuid_text(t.name, uuid_random());
	t.me = (struct operation_holder){t.name, means->conf->operation_lease};
	rc = operation_lease(cx, means->db, id, &t.me, &taken);
	*outcome = CREATION_ELSEWHERE;
	if (rc != ERR_OK || !taken)
		return rc;
	rc = find_step(cx, &t);
	if (rc != ERR_OK)
		return rc;
	t.making = (struct making){
	    .means = means, .operation_id = id, .tenant_id = t.op.tenant_id};
	cx->actor = t.op.requested_by != NULL ? t.op.requested_by : "tenantd";
	rc = run_step(cx, &t);
	if (rc != ERR_OK && !failure_is_away(cx))
		return fail(cx, &t, outcome);
	if (rc == ERR_OK && !t.lost)
		*outcome = t.place == PURGE_SWEEP && !t.more ? CREATION_DONE
							     : CREATION_GOES_ON;
	return rc;
}
