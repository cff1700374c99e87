/* provisioning.c - the routes by which partners provision tenants. */
#include "controllers/provisioning.h"

#include "base/clock.h"
#include "controllers/item.h"
#include "flows/provisioning.h"
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

static void
put_held(struct json_out *o, const void *row)
{
	const struct provision_held *held = row;

	provision_record_put(o, &held->now);
}

static enum err
hold(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct provision_site site = provision_site_of(c->app, c->call);

	return provision_hold(cx, db, &site, provision_path_id(c->call), c->now);
}

static enum err
hold_to_restore(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct provision_site site = provision_site_of(c->app, c->call);

	return provisioning_hold_to_restore(
	    cx, db, &site, provision_path_id(c->call), c->now);
}

/* Once more where somebody else took the address meanwhile: then it is seen. */
static const struct item_form form = {.what = "tenant",
    .row = {.size = sizeof(struct provision_held), .put = put_held},
    .hold = hold,
    .again = true};
static const struct item_form restored = {.what = "tenant",
    .row = {.size = sizeof(struct provision_held), .put = put_held},
    .hold = hold_to_restore,
    .again = true};

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

/* Whether its partner may say something of it. */
static enum err
check_open(struct ctx *cx, const struct item_change *c)
{
	const struct provision_held *held = c->now;

	return provision_check_open(cx, held->now.tenant, held->now.status);
}

static enum err
patch(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct provision_site site = provision_site_of(c->app, c->call);
	const struct schema *schema = schema_of(c->app);
	struct provision_held *held = c->now;
	const struct json *now, *merged;
	struct provision_draft draft;
	enum err rc = check_open(cx, c);

	if (rc == ERR_OK)
		rc = said_of(cx, &held->now.is, &now);
	if (rc == ERR_OK)
		rc = json_merge(cx, now, c->call->body, &merged);
	if (rc == ERR_OK)
		rc = schema_check(cx, schema, merged);
	if (rc != ERR_OK)
		return rc;
	provision_draft_read(cx->mem, schema, merged, &draft);
	return provision_update(cx, db, &site, &draft, held);
}

enum err
provision_patch(struct app *app, struct call *call)
{
	return item_change(app, call, &form, patch);
}

static enum err
replace(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct provision_site site = provision_site_of(c->app, c->call);
	struct provision_draft draft;
	enum err rc = check_open(cx, c);

	if (rc != ERR_OK)
		return rc;
	provision_draft_read(cx->mem, schema_of(c->app), c->call->body, &draft);
	return provision_update(cx, db, &site, &draft, c->now);
}

enum err
provision_put(struct app *app, struct call *call)
{
	return item_change(app, call, &form, replace);
}

static enum err
deactivate(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct provision_site site = provision_site_of(c->app, c->call);

	return provision_deactivate(cx, db, &site, c->now);
}

enum err
provision_delete(struct app *app, struct call *call)
{
	return item_remove(app, call, &form, deactivate);
}

static enum err
restore(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct provision_site site = provision_site_of(c->app, c->call);

	return provision_restore(cx, db, &site, c->now);
}

enum err
provision_restore_post(struct app *app, struct call *call)
{
	return item_change(app, call, &restored, restore);
}
