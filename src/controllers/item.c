/* item.c - see item.h. */
#include "controllers/item.h"

#include <inttypes.h>
#include <string.h>

#include "flows/steps.h"

static void
set_etag(struct call *call, const struct item_form *form, const char *row)
{
	const char *id, *text;
	int64_t version;

	memcpy(&id, row + form->row.key, sizeof(id));
	memcpy(&version, row + form->version, sizeof(version));
	text = arena_printf(call->cx.mem, "%s %" PRId64, id, version);
	response_etag(call->rs->etag, text, strlen(text));
}

void
item_put(struct call *call, const struct item_form *form, const void *row)
{
	struct json_out o;

	json_out_init(&o, &call->rs->body);
	form->row.put(&o, row);
	if (form->version != 0)
		set_etag(call, form, row);
}

struct task {
	struct item_change c;
	item_fn *fn;
};

static struct task
task_of(struct app *app, struct call *call, const struct item_form *form, item_fn *fn)
{
	void *now = arena_alloc(call->cx.mem, form->row.size);

	return (struct task){{app, call, form, now}, fn};
}

static enum err
hold_and_change(struct ctx *cx, struct db *db, void *arg)
{
	struct task *t = arg;
	struct call *call = t->c.call;
	const struct item_form *form = t->c.form;
	enum err rc = form->hold(cx, db, &t->c);

	if (rc != ERR_OK)
		return rc;
	buf_reset(&call->rs->body);
	item_put(call, form, t->c.now);
	rc = response_check_match(cx, call->rs, &call->rq, form->what);
	return rc == ERR_OK ? t->fn(cx, db, &t->c) : rc;
}

static enum err
run(struct task *t)
{
	struct call *call = t->c.call;
	const char *context = call->tenant_id != NULL ? call->tenant_id : DB_MANAGEMENT;

	return t->c.form->again
	    ? steps_transaction(&call->cx, t->c.app->db, context, hold_and_change, t)
	    : db_transaction(&call->cx, t->c.app->db, context, hold_and_change, t);
}

enum err
item_change(
    struct app *app, struct call *call, const struct item_form *form, item_fn *fn)
{
	struct task t = task_of(app, call, form, fn);
	enum err rc = run(&t);

	if (rc != ERR_OK)
		return rc;
	item_put(call, form, t.c.now);
	response_tag(call->rs);
	return ERR_OK;
}

enum err
item_remove(
    struct app *app, struct call *call, const struct item_form *form, item_fn *fn)
{
	enum err rc = item_touch(app, call, form, fn);

	if (rc == ERR_OK)
		call->rs->status = 204;
	return rc;
}

enum err
item_touch(
    struct app *app, struct call *call, const struct item_form *form, item_fn *fn)
{
	struct task t = task_of(app, call, form, fn);

	return run(&t);
}

enum err
item_change_within(
    struct app *app, struct call *call, const struct item_form *form, item_fn *fn)
{
	struct task t = task_of(app, call, form, fn);
	enum err rc = hold_and_change(&call->cx, app->db, &t);

	if (rc == ERR_OK)
		item_put(call, form, t.c.now);
	return rc;
}
