/* run.c - see run.h. */
#include "operation/run.h"
#include "base/str.h"

enum err
operation_begin(struct ctx *cx, struct db *db, const struct operation_draft *d,
    const struct operation_holder *me)
{
	char lease[STR_I64_SIZE];
	enum err rc = ERR_OK;

	if (d->key.scope != NULL)
		rc = db_queue(cx, db, STMT_operation_key_free, DB_ARGS(d->key.scope));
	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_operation_begin,
		    DB_ARGS(d->id, d->kind, d->tenant_id, d->on_failure, d->request,
			d->requested_by, d->address, d->key.scope, d->key.request_hash,
			me->name, str_from_i64(lease, me->lease_ms)));
	return rc == ERR_OK ? db_queue(cx, db, STMT_operation_steps_add,
				  DB_ARGS(d->id, d->tenant_id, d->steps))
			    : rc;
}

struct lease {
	const char *id;
	const struct operation_holder *me;
	bool taken;
};

static enum err
take_lease(struct ctx *cx, struct db *db, void *arg)
{
	struct lease *l = arg;
	char ms[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_operation_lease,
	    DB_ARGS(l->id, l->me->name, str_from_i64(ms, l->me->lease_ms)), &rows);

	l->taken = rc == ERR_OK && db_row_count(rows) == 1;
	return rc;
}

enum err
operation_lease(struct ctx *cx, struct db *db, const char *id,
    const struct operation_holder *me, bool *taken)
{
	struct lease l = {.id = id, .me = me};
	enum err rc = db_transaction(cx, db, DB_MANAGEMENT, take_lease, &l);

	*taken = rc == ERR_OK && l.taken;
	return rc;
}

enum err
operation_guard(struct ctx *cx, struct db *db, const char *id,
    const struct operation_holder *me, struct operation_guard *out)
{
	char ms[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_operation_guard,
	    DB_ARGS(id, me->name, str_from_i64(ms, me->lease_ms)), &rows);

	*out = (struct operation_guard){0};
	if (rc != ERR_OK || db_row_count(rows) == 0)
		return rc;
	*out = (struct operation_guard){.held = true,
	    .cancelled = db_bool(rows, 0, 0),
	    .committed = db_bool(rows, 0, 1),
	    .secrets = db_text(rows, 0, 2)};
	return ERR_OK;
}

enum err
operation_release(
    struct ctx *cx, struct db *db, const char *id, const struct operation_holder *me)
{
	return db_queue(cx, db, STMT_operation_release, DB_ARGS(id, me->name));
}

enum err
operation_turn(
    struct ctx *cx, struct db *db, const char *id, const struct operation_turn *t)
{
	char ms[STR_I64_SIZE];

	return db_queue(cx, db, STMT_operation_turn,
	    DB_ARGS(id, operation_state_name(t->state), t->step, t->code, t->error,
		t->in_ms >= 0 ? str_from_i64(ms, t->in_ms) : NULL,
		t->keep ? "true" : "false"));
}

enum err
operation_end(struct ctx *cx, struct db *db, const char *id, enum operation_state state)
{
	enum err rc = db_queue(
	    cx, db, STMT_operation_end, DB_ARGS(id, operation_state_name(state)));

	return rc == ERR_OK ? db_queue(cx, db, STMT_operation_job_end, DB_ARGS(id))
			    : rc;
}

/* -- steps -- */

enum err
step_begin(struct ctx *cx, struct db *db, const char *id, int place)
{
	char number[STR_I64_SIZE];

	return db_queue(cx, db, STMT_operation_step_begin,
	    DB_ARGS(id, str_from_i64(number, place)));
}

enum err
step_intended(struct ctx *cx, struct db *db, const char *id, int place)
{
	char number[STR_I64_SIZE];

	return db_queue(cx, db, STMT_operation_step_intended,
	    DB_ARGS(id, str_from_i64(number, place)));
}

enum err
step_end(struct ctx *cx, struct db *db, const char *id, const struct step_end *e)
{
	char number[STR_I64_SIZE];

	if (e->state == STEP_FAILED)
		return db_queue(cx, db, STMT_operation_step_fail,
		    DB_ARGS(id, str_from_i64(number, e->place), e->words,
			e->unseen ? "true" : "false"));
	return db_queue(cx, db, STMT_operation_step_end,
	    DB_ARGS(id, str_from_i64(number, e->place),
		operation_step_state_name(e->state), e->words));
}

enum err
step_undone(struct ctx *cx, struct db *db, const char *id, int place)
{
	char number[STR_I64_SIZE];

	return db_queue(cx, db, STMT_operation_step_undone,
	    DB_ARGS(id, str_from_i64(number, place)));
}
