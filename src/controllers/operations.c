/* operations.c - the routes about operations: how far they are, and what is done to
 * one that failed. */
#include "controllers/item.h"
#include "creation/change.h"
#include "creation/reveal.h"
#include "creation/show.h"

static const char *
id_of(struct call *call)
{
	return slice_dup(call->cx.mem, call->params[0]);
}

static void
put_operation(struct json_out *o, const void *row)
{
	creation_put_operation(o, row);
}

static enum err
hold(struct ctx *cx, struct db *db, struct item_change *c)
{
	return operation_hold(cx, db, id_of(c->call), c->now);
}

static void
put_whole(struct json_out *o, const void *row)
{
	creation_put(o, row);
}

static const struct list_form listed = {.size = sizeof(struct operation),
    .key = offsetof(struct operation, cursor),
    .put = put_operation};
static const struct item_form form = {.what = "operation",
    .row = {.size = sizeof(struct operation),
	.key = offsetof(struct operation, id),
	.put = put_operation},
    .version = offsetof(struct operation, version),
    .hold = hold};
/* The same thing, and the same ETag: what its steps do changes its version. */
static const struct item_form whole = {.what = "operation",
    .row = {.size = sizeof(struct creation_shown),
	.key = offsetof(struct creation_shown, operation.id),
	.put = put_whole},
    .version = offsetof(struct creation_shown, operation.version)};

static enum err
read_state(struct call *call, const char **state)
{
	*state = list_filter(call, "state");
	if (*state == NULL || operation_state_of(*state) != OPERATION_UNSET)
		return ERR_OK;
	ctx_fault(&call->cx, "/state", "enum", "is no state of an operation");
	return err_tell(&call->cx.err, ERR_INVALID,
	    "state is one of running, waiting, held, rolling_back, succeeded and "
	    "rolled_back");
}

enum err
operation_list_get(struct app *app, struct call *call)
{
	struct operation_page page;
	struct list_query q;
	enum err rc = list_read(call, &q);

	if (rc != ERR_OK)
		return rc;
	page = (struct operation_page){.after = q.cursor,
	    .tenant_id = list_filter(call, "tenantId"),
	    .limit = q.limit + 1};
	rc = read_state(call, &page.state);
	if (rc == ERR_OK)
		rc = operations_list(&call->cx, app->db, &page);
	if (rc == ERR_OK)
		list_put(call, &q, &listed, page.list, page.count);
	return rc;
}

enum err
operation_get(struct app *app, struct call *call)
{
	struct creation_shown shown;
	enum err rc = creation_show(&call->cx, app->db, id_of(call), &shown);

	if (rc == ERR_OK)
		item_put(call, &whole, &shown);
	return rc;
}

enum err
tenant_provisioning_get(struct app *app, struct call *call)
{
	struct creation_shown shown;
	enum err rc =
	    operation_of_tenant(&call->cx, app->db, call->tenant_id, &shown.operation);

	if (rc == ERR_OK)
		rc = operation_steps(&call->cx, app->db, shown.operation.id,
		    &shown.steps, &shown.step_count);
	if (rc == ERR_OK)
		item_put(call, &whole, &shown);
	return rc;
}

/* -- changes -- */

static struct creation_desk
desk_of(const struct item_change *c, struct db *db)
{
	return (struct creation_desk){
	    .db = db, .audit = c->app->audit, .address = c->call->rq.client};
}

static enum err
retry(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct creation_desk desk = desk_of(c, db);

	return creation_retry(cx, &desk, c->now);
}

enum err
operation_retry_post(struct app *app, struct call *call)
{
	return item_change(app, call, &form, retry);
}

static enum err
cancel(struct ctx *cx, struct db *db, struct item_change *c)
{
	const struct creation_desk desk = desk_of(c, db);

	return creation_cancel(cx, &desk, c->now);
}

enum err
operation_cancel_post(struct app *app, struct call *call)
{
	return item_change(app, call, &form, cancel);
}

struct revealing {
	struct app *app;
	const char *id;
	const struct json *secrets;
};

static enum err
reveal(struct ctx *cx, struct db *db, void *arg)
{
	struct revealing *r = arg;
	struct operation op;
	enum err rc = operation_hold(cx, db, r->id, &op);

	if (rc == ERR_OK)
		rc = creation_revealed(cx, &r->app->means, r->id, true, &r->secrets);
	if (rc == ERR_OK && r->secrets == NULL)
		rc = err_tell(&cx->err, ERR_GONE,
		    op.ended_at == NULL ? "there is nothing to be shown yet"
					: "there is nothing to be shown: it was shown "
					  "already, or its time is over");
	return rc;
}

enum err
operation_secrets_post(struct app *app, struct call *call)
{
	struct revealing r = {.app = app, .id = id_of(call)};
	struct json_out o;
	enum err rc = db_transaction(&call->cx, app->db, DB_MANAGEMENT, reveal, &r);

	if (rc != ERR_OK)
		return rc;
	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	json_name(&o, "secrets");
	json_put(&o, r.secrets);
	json_close_object(&o);
	return ERR_OK;
}
