/* provisioning.c - the routes by which partners provision tenants. */
#include "controllers/provisioning.h"

#include "base/clock.h"
#include "flows/provisioning.h"
#include "flows/steps.h"
#include "json/merge.h"

struct provision_site
provision_site_of(const struct app *app, const struct call *call)
{
	return (struct provision_site){.partner = call->partner->id,
	    .address = call->rq.client,
	    .audit = app->audit,
	    .grace_days = app->conf->deletion_grace_days};
}

void
provision_extend(const struct app *app, struct call *call)
{
	const int each = app->conf->request_timeout;
	const int64_t now = clock_mono_ms();

	call->cx.deadline_ms = now + each;
	scoreboard_allow(
	    app->board, app->slot, (int)(now - call->began_us / 1000) + each);
}

const char *
provision_path_id(struct call *call)
{
	return provision_id_of(call->cx.mem, call->params[0]);
}

static const struct schema *
schema_of(const struct app *app)
{
	return app->schemas[SCHEMA_provisioning_tenant];
}

static void
answer(struct call *call, const struct provision_record *r)
{
	struct json_out o;

	json_out_init(&o, &call->rs->body);
	provision_record_put(&o, r);
}

enum err
provision_get(struct app *app, struct call *call)
{
	const struct provision_site site = provision_site_of(app, call);
	struct provision_record r;
	enum err rc =
	    provision_show(&call->cx, app->db, &site, provision_path_id(call), &r);

	if (rc == ERR_OK)
		answer(call, &r);
	return rc;
}

enum err
provision_post(struct app *app, struct call *call)
{
	const struct provision_site site = provision_site_of(app, call);
	struct provision_draft draft;
	struct provision_record r;
	enum err rc;

	provision_draft_read(call->cx.mem, schema_of(app), call->body, &draft);
	rc = provisioning_create(&call->cx, app->db, &site, &draft, &r);
	if (rc != ERR_OK)
		return rc;
	call->rs->status = 201;
	response_header(call->rs, "Location",
	    arena_printf(call->cx.mem, "%s/api/provisioning/tenants/%s",
		call->rq.prefix, r.tenant));
	answer(call, &r);
	response_tag(call->rs);
	return ERR_OK;
}

/* -- changes of one that is there -- */

struct change {
	struct app *app;
	struct call *call;
	struct provision_site site;
	struct provision_held held;
};

/* Whether it is still what the caller has seen. */
static enum err
check_match(struct ctx *cx, struct change *c)
{
	buf_reset(&c->call->rs->body);
	answer(c->call, &c->held.now);
	return response_check_match(cx, c->call->rs, &c->call->rq, "tenant");
}

static enum err
hold(struct ctx *cx, struct db *db, struct change *c)
{
	enum err rc =
	    provision_hold(cx, db, &c->site, provision_path_id(c->call), &c->held);

	return rc == ERR_OK ? check_match(cx, c) : rc;
}

/* To say something of it. */
static enum err
hold_open(struct ctx *cx, struct db *db, struct change *c)
{
	enum err rc = hold(cx, db, c);

	return rc == ERR_OK
	    ? provision_check_open(cx, c->held.now.tenant, c->held.now.status)
	    : rc;
}

/* Once more where somebody else took the address meanwhile: then it is seen. */
static enum err
run(struct app *app, struct call *call, db_transaction_fn *fn, struct change *c)
{
	*c = (struct change){
	    .app = app, .call = call, .site = provision_site_of(app, call)};
	return steps_transaction(&call->cx, app->db, DB_MANAGEMENT, fn, c);
}

static enum err
run_and_answer(struct app *app, struct call *call, db_transaction_fn *fn)
{
	struct change c;
	enum err rc = run(app, call, fn, &c);

	if (rc != ERR_OK)
		return rc;
	buf_reset(&call->rs->body);
	answer(call, &c.held.now);
	response_tag(call->rs);
	return ERR_OK;
}

/* What its partner says of a tenant, as if it were sent. */
static enum err
said_of(struct ctx *cx, const struct provision_draft *d, const struct json **out)
{
	struct json_out o;
	struct buf b;
	enum err rc;

	buf_init(&b, NULL, SIZE_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	provision_draft_put(&o, d);
	json_close_object(&o);
	rc = b.failed ? err_set(&cx->err, ERR_TOO_LARGE, "no memory to merge in")
		      : json_parse(cx, b.p, b.n, JSON_DEPTH_DEFAULT, out);
	buf_fini(&b);
	return rc;
}

static enum err
patch(struct ctx *cx, struct db *db, void *arg)
{
	struct change *c = arg;
	const struct json *now, *merged;
	struct provision_draft draft;
	enum err rc = hold_open(cx, db, c);

	if (rc == ERR_OK)
		rc = said_of(cx, &c->held.now.is, &now);
	if (rc == ERR_OK)
		rc = json_merge(cx, now, c->call->body, &merged);
	if (rc == ERR_OK)
		rc = schema_check(cx, schema_of(c->app), merged);
	if (rc != ERR_OK)
		return rc;
	provision_draft_read(cx->mem, schema_of(c->app), merged, &draft);
	return provision_update(cx, db, &c->site, &draft, &c->held);
}

enum err
provision_patch(struct app *app, struct call *call)
{
	return run_and_answer(app, call, patch);
}

static enum err
replace(struct ctx *cx, struct db *db, void *arg)
{
	struct change *c = arg;
	struct provision_draft draft;
	enum err rc = hold_open(cx, db, c);

	if (rc != ERR_OK)
		return rc;
	provision_draft_read(cx->mem, schema_of(c->app), c->call->body, &draft);
	return provision_update(cx, db, &c->site, &draft, &c->held);
}

enum err
provision_put(struct app *app, struct call *call)
{
	return run_and_answer(app, call, replace);
}

static enum err
deactivate(struct ctx *cx, struct db *db, void *arg)
{
	struct change *c = arg;
	enum err rc = hold(cx, db, c);

	return rc == ERR_OK ? provision_deactivate(cx, db, &c->site, &c->held) : rc;
}

enum err
provision_delete(struct app *app, struct call *call)
{
	struct change c;
	enum err rc = run(app, call, deactivate, &c);

	if (rc == ERR_OK)
		call->rs->status = 204;
	return rc;
}

static enum err
restore(struct ctx *cx, struct db *db, void *arg)
{
	struct change *c = arg;
	enum err rc = provisioning_hold_to_restore(
	    cx, db, &c->site, provision_path_id(c->call), &c->held);

	if (rc == ERR_OK)
		rc = check_match(cx, c);
	return rc == ERR_OK ? provision_restore(cx, db, &c->site, &c->held) : rc;
}

enum err
provision_restore_post(struct app *app, struct call *call)
{
	return run_and_answer(app, call, restore);
}
