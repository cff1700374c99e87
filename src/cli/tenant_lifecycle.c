/* tenant_lifecycle.c - the commands that take a tenant back, have its configuration go
 * back to what is usual, and delete it for good. */
#include "cli/cli.h"
#include "cli/database.h"
#include "cli/input.h"
#include "cli/table.h"
#include "creation/purge.h"
#include "flows/reset.h"
#include "flows/steps.h"

/* One command on one tenant. */
struct errand {
	struct cli *c;
	struct tenant_desk desk;
	struct tenant_view now;
	struct reset_report report;
	const char *operation;
};

static enum err
run(struct errand *e, db_transaction_fn *fn)
{
	struct cli *c = e->c;
	const struct seal_keys *keys;
	struct audit *audit;
	enum err rc = database_seal_keys(c->cx, c->conf, &keys);

	if (rc == ERR_OK)
		rc = database_audit(c->cx, c->conf, &audit);
	if (rc != ERR_OK)
		return rc;
	e->desk = (struct tenant_desk){.address = "",
	    .keys = keys,
	    .audit = audit,
	    .grace_days = c->conf->deletion_grace_days};
	rc = steps_transaction(c->cx, database_open(c->cx, c->conf, DATABASE_AS_SERVER),
	    DB_MANAGEMENT, fn, e);
	return input_name_faults(c->cx, rc);
}

static enum err
hold(struct ctx *cx, struct db *db, struct errand *e)
{
	return tenant_view_hold(cx, db, args_operand(e->c->args, 0), &e->now);
}

static enum err
print(struct errand *e, const char *what, const char *value)
{
	const char *const columns[] = {"id", "slug", "name", "status", what};
	struct cli *c = e->c;
	struct table t;

	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	table_text(&t, e->now.id);
	table_text(&t, e->now.slug);
	table_text(&t, e->now.name);
	table_text(&t, e->now.status);
	table_text(&t, value);
	return table_print(c->cx, &t, TABLE_RECORD, args_flag(c->args, "json"), c->out);
}

/* -- taken back -- */

static enum err
restore(struct ctx *cx, struct db *db, void *arg)
{
	struct errand *e = arg;
	enum err rc = hold(cx, db, e);

	return rc == ERR_OK
	    ? tenant_view_turn(cx, db, &e->desk,
		  &(struct tenant_turn){.kind = TENANT_RESTORE}, &e->now)
	    : rc;
}

enum err
command_tenant_restore(struct cli *c)
{
	struct errand e = {.c = c};
	enum err rc = run(&e, restore);

	return rc == ERR_OK ? print(&e, "updated_at", e.now.updated_at) : rc;
}

/* -- back to what is usual -- */

static enum err
reset(struct ctx *cx, struct db *db, void *arg)
{
	struct errand *e = arg;
	enum err rc = hold(cx, db, e);

	return rc == ERR_OK ? tenant_reset(cx, db, &e->desk, &e->now, &e->report) : rc;
}

enum err
command_tenant_reset(struct cli *c)
{
	struct errand e = {.c = c};
	const char *done = "";
	enum err rc = run(&e, reset);

	if (rc != ERR_OK)
		return rc;
	for (int i = 0; i < e.report.count; i++)
		done = arena_printf(
		    c->cx->mem, "%s%s%s", done, i > 0 ? " " : "", e.report.done[i]);
	return print(&e, "reset", done);
}

/* -- for good -- */

static enum err
purge(struct ctx *cx, struct db *db, void *arg)
{
	struct errand *e = arg;
	struct purge_ask ask = {.desk = &e->desk,
	    .force = args_flag(e->c->args, "force"),
	    .lease_ms = e->c->conf->operation_lease};
	enum err rc = hold(cx, db, e);

	ask.slug = e->now.slug;
	return rc == ERR_OK ? purge_ask(cx, db, &ask, &e->now, &e->operation) : rc;
}

enum err
command_tenant_purge(struct cli *c)
{
	struct errand e = {.c = c};
	enum err rc = run(&e, purge);

	return rc == ERR_OK ? print(&e, "operation", e.operation) : rc;
}
