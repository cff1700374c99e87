/* creations.c - POST /api/tenants: a tenant is made while its caller waits, or later.
 */
#include <string.h>

#include "base/log.h"
#include "controllers/gate.h"
#include "controllers/list.h"
#include "creation/engine.h"
#include "creation/plan.h"
#include "creation/rehearse.h"
#include "creation/reveal.h"
#include "creation/show.h"

struct making_call {
	struct app *app;
	struct call *call;
	struct creation_order order;
	struct idempotency_claim claim;
	bool dry;
};

/* -- what is asked -- */

static enum err
read_dry(struct call *call, bool *dry)
{
	const char *said = list_filter(call, "dry_run");

	*dry = said != NULL && strcmp(said, "true") == 0;
	if (said == NULL || *dry || strcmp(said, "false") == 0)
		return ERR_OK;
	ctx_fault(&call->cx, "/dry_run", "enum", "must be \"true\" or \"false\"");
	return err_tell(
	    &call->cx.err, ERR_INVALID, "dry_run must be \"true\" or \"false\"");
}

/* Prefer: respond-async (RFC 7240), among other preferences or alone. */
static bool
is_later(const struct call *call)
{
	const char *said = request_header(&call->rq, "prefer");
	struct slice rest = slice_of(said != NULL ? said : ""), one;

	while (slice_next(&rest, ',', &one))
		if (slice_eq_ci(one, "respond-async"))
			return true;
	return false;
}

static enum err
read_key(struct making_call *mc)
{
	const char *key = request_header(&mc->call->rq, "idempotency-key");
	enum err rc;

	if (key == NULL || mc->dry)
		return ERR_OK;
	rc = gate_claim(mc->app, mc->call, key, &mc->claim);
	mc->order.key = (struct operation_key){.scope = mc->claim.scope,
	    .request_hash = mc->claim.request_hash,
	    .hours = mc->claim.hours};
	return rc;
}

static enum err
read_call(struct making_call *mc)
{
	struct call *call = mc->call;
	enum err rc;

	mc->order = (struct creation_order){.creator = call->who.user.text,
	    .creator_email = call->who.email,
	    .address = call->rq.client,
	    .later = is_later(call)};
	rc = read_dry(call, &mc->dry);
	if (rc == ERR_OK)
		rc = creation_plan_read(
		    &call->cx, mc->app->conf, call->body, &mc->order.plan);
	return rc == ERR_OK ? read_key(mc) : rc;
}

/* -- a dry run -- */

static enum err
answer_plan(struct making_call *mc)
{
	struct call *call = mc->call;
	struct rehearsal rehearsal;
	struct json_out o;
	enum err rc =
	    creation_rehearse(&call->cx, &mc->app->means, &mc->order, &rehearsal);

	if (rc != ERR_OK)
		return rc;
	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	json_member_bool(&o, "dryRun", true);
	creation_put_rehearsal(&o, &rehearsal);
	json_close_object(&o);
	return ERR_OK;
}

/* -- answers -- */

static void
locate(struct call *call, const char *what, const char *id)
{
	response_header(call->rs, "Location",
	    arena_printf(call->cx.mem, "%s/api/%s/%s", call->rq.prefix, what, id));
}

struct showing {
	struct making_call *mc;
	const char *operation_id;
	const struct json *secrets;
};

/* Who has an Idempotency-Key may ask again for an answer that got lost. */
static enum err
reveal(struct ctx *cx, struct db *db, void *arg)
{
	struct showing *s = arg;

	(void)db;
	return creation_revealed(cx, &s->mc->app->means, s->operation_id,
	    s->mc->order.key.scope == NULL, &s->secrets);
}

static enum err
answer_made(struct making_call *mc, const char *operation_id, const char *tenant_id)
{
	struct call *call = mc->call;
	struct showing s = {.mc = mc, .operation_id = operation_id};
	struct json_out o;
	enum err rc = db_transaction(&call->cx, mc->app->db, DB_MANAGEMENT, reveal, &s);

	if (rc != ERR_OK)
		return rc;
	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	rc = creation_put_tenant(&call->cx, mc->app->db, tenant_id, &o);
	json_member_text(&o, "operation", operation_id);
	if (s.secrets != NULL) {
		json_name(&o, "secrets");
		json_put(&o, s.secrets);
	}
	json_close_object(&o);
	if (rc != ERR_OK)
		return rc;
	call->rs->status = 201;
	locate(call, "tenants", tenant_id);
	return ERR_OK;
}

/* It goes on, or waits for somebody. */
static enum err
answer_later(struct making_call *mc, const char *operation_id)
{
	struct call *call = mc->call;
	struct creation_shown shown;
	struct json_out o;
	enum err rc = creation_show(&call->cx, mc->app->db, operation_id, &shown);

	call->rs->status = 202;
	locate(call, "operations", operation_id);
	if (mc->order.later)
		response_header(call->rs, "Preference-Applied", "respond-async");
	json_out_init(&o, &call->rs->body);
	if (rc == ERR_OK) {
		creation_put(&o, &shown);
		return ERR_OK;
	}
	ctx_clear(&call->cx); /* it goes on, whether it can be shown now or not */
	json_open_object(&o);
	json_member_text(&o, "id", operation_id);
	json_close_object(&o);
	return ERR_OK;
}

static enum err
answer_failed(struct call *call, const char *operation_id, const struct err_info *why,
    const char *step)
{
	struct err_info *e = &call->cx.err;

	if (step == NULL || why->code == ERR_OK) {
		(void)err_tell(e, ERR_CONFLICT, "the creation was cancelled");
		step = "";
	} else {
		*e = *why;
	}
	err_operation(e, operation_id, step);
	return e->code;
}

/* The outcome of what the same request began before. */
static enum err
answer_again(struct making_call *mc, const struct operation *op)
{
	struct call *call = mc->call;
	struct err_info why = {0};
	enum err code = ERR_INTERNAL;

	response_header(call->rs, "Idempotency-Replayed", "true");
	if (op->state == OPERATION_SUCCEEDED)
		return answer_made(mc, op->id, op->tenant_id);
	if (op->state != OPERATION_ROLLED_BACK)
		return answer_later(mc, op->id);
	if (op->cancelled_by != NULL)
		return answer_failed(call, op->id, &why, NULL);
	for (int i = 1; op->error_code != NULL && i < ERR_COUNT; i++)
		if (strcmp(err_slug((enum err)i), op->error_code) == 0)
			code = (enum err)i;
	if (op->error != NULL)
		(void)err_tell(&why, code, "%s", op->error);
	return answer_failed(call, op->id, &why, op->error_step);
}

/* -- while the caller waits -- */

/* What is left is a job's: an act may take as long as a lease. */
static bool
is_late(const struct making_call *mc)
{
	return ctx_time_left(&mc->call->cx, mc->app->conf->request_timeout) <
	    mc->app->conf->request_timeout / 2;
}

/* How long it took, for the figures: not worth failing for. */
static void
measure(struct making_call *mc, const char *operation_id)
{
	struct ctx *cx = &mc->call->cx;

	if (creation_measure(
		cx, mc->app->db, operation_id, mc->app->board, mc->app->slot) != ERR_OK)
		ctx_clear(cx);
}

static enum err
run_to_end(struct making_call *mc, struct creation_run *run)
{
	struct ctx *cx = &mc->call->cx;
	enum creation_outcome outcome = CREATION_GOES_ON;
	const struct err_info *why;
	const char *step;
	enum err rc = ERR_OK;

	while (rc == ERR_OK && outcome == CREATION_GOES_ON) {
		if (is_late(mc)) {
			rc = creation_leave(cx, run);
			break;
		}
		rc = creation_turn(cx, run, &outcome);
	}
	if (rc != ERR_OK) { /* the lease runs out, and a job goes on */
		log_error(LOG_WARNING, cx, "operation-left");
		ctx_clear(cx);
	}
	why = creation_run_failure(run, &step);
	if (outcome == CREATION_DONE) {
		measure(mc, creation_run_operation(run));
		return answer_made(
		    mc, creation_run_operation(run), creation_run_tenant(run));
	}
	if (outcome == CREATION_ROLLED_BACK)
		return answer_failed(mc->call, creation_run_operation(run), why, step);
	return answer_later(mc, creation_run_operation(run));
}

enum err
platform_tenant_post(struct app *app, struct call *call)
{
	struct making_call mc = {.app = app, .call = call};
	struct creation_run *run;
	struct operation again;
	enum err rc = read_call(&mc);

	if (rc == ERR_OK && mc.dry)
		return answer_plan(&mc);
	if (rc == ERR_OK)
		rc = creation_begin(&call->cx, &app->means, &mc.order, &run, &again);
	if (rc != ERR_OK)
		return rc;
	if (run == NULL)
		return answer_again(&mc, &again);
	return mc.order.later ? answer_later(&mc, creation_run_operation(run))
			      : run_to_end(&mc, run);
}
