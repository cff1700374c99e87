/* operations.c - the commands about operations. */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/database.h"
#include "cli/table.h"
#include "creation/change.h"
#include "creation/show.h"

enum { LIST_DEFAULT = 50, LIST_MOST = 10000, SHOWN_MAX = 1024 * 1024 };

static const char *
id_of(const struct cli *c)
{
	return args_operand(c->args, 0);
}

static struct db *
open_db(struct cli *c)
{
	return database_open(c->cx, c->conf, DATABASE_AS_SERVER);
}

static const char *const columns[] = {"id", "kind", "tenant_id", "state", "on_failure",
    "attempts", "error_step", "error", "rollback_error", "cancelled_by", "run_at",
    "created_at", "ended_at"};

static void
put(struct table *t, const struct operation *op)
{
	table_text(t, op->id);
	table_text(t, op->kind);
	table_text(t, op->tenant_id);
	table_text(t, operation_state_name(op->state));
	table_text(t, op->on_failure);
	table_i64(t, op->attempts);
	table_text(t, op->error_step);
	table_text(t, op->error);
	table_text(t, op->undo_error);
	table_text(t, op->cancelled_by);
	table_text(t, op->run_at);
	table_text(t, op->created_at);
	table_text(t, op->ended_at);
}

enum err
command_operation_list(struct cli *c)
{
	static const int64_t range[] = {1, LIST_MOST};
	int64_t limit = LIST_DEFAULT;
	const char *state = args_value(c->args, "state");
	struct operation_page page;
	struct table t;
	enum err rc = args_number(c->cx, c->args, "limit", range, &limit);

	if (rc == ERR_OK && state != NULL && operation_state_of(state) == 0)
		rc = err_tell(&c->cx->err, ERR_USAGE,
		    "there is no state \"%s\": running, waiting, held, rolling_back, "
		    "succeeded, rolled_back",
		    state);
	page = (struct operation_page){.after = args_value(c->args, "after"),
	    .state = state,
	    .tenant_id = args_value(c->args, "tenant"),
	    .limit = (int)limit};
	if (rc == ERR_OK)
		rc = operations_list(c->cx, open_db(c), &page);
	if (rc != ERR_OK)
		return rc;
	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	for (int i = 0; i < page.count; i++)
		put(&t, &page.list[i]);
	rc = table_print(c->cx, &t, TABLE_ROWS, args_flag(c->args, "json"), c->out);
	if (rc == ERR_OK && page.count == page.limit && !args_flag(c->args, "json"))
		fprintf(c->out, "\nthere may be more: --after \"%s\"\n",
		    page.list[page.count - 1].cursor);
	return rc;
}

static enum err
print_json(struct cli *c, const struct creation_shown *s)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, c->cx->mem, SHOWN_MAX);
	json_out_init(&o, &b);
	creation_put(&o, s);
	fprintf(c->out, "%s\n", buf_text(&b));
	return ERR_OK;
}

static enum err
print_steps(struct cli *c, const struct creation_shown *s)
{
	static const char *const of_steps[] = {
	    "step", "state", "attempts", "duration_ms", "note", "error"};
	char ms[40];
	struct table t;

	table_init(&t, c->cx->mem, of_steps, COUNT_OF(of_steps));
	for (int i = 0; i < s->step_count; i++) {
		const struct operation_step *step = &s->steps[i];

		snprintf(ms, sizeof(ms), "%lld.%03d",
		    (long long)(step->duration_us / 1000),
		    (int)(step->duration_us % 1000));
		table_text(&t, step->name);
		table_text(&t, operation_step_state_name(step->state));
		table_i64(&t, step->attempts);
		table_text(
		    &t, step->duration_us >= 0 ? arena_strdup(c->cx->mem, ms) : NULL);
		table_text(&t, step->note);
		table_text(&t, step->error);
	}
	fputc('\n', c->out);
	return table_print(c->cx, &t, TABLE_ROWS, false, c->out);
}

enum err
command_operation_show(struct cli *c)
{
	struct creation_shown shown;
	struct table t;
	enum err rc = creation_show(c->cx, open_db(c), id_of(c), &shown);

	if (rc == ERR_OK && args_flag(c->args, "json"))
		return print_json(c, &shown);
	if (rc != ERR_OK)
		return rc;
	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	put(&t, &shown.operation);
	rc = table_print(c->cx, &t, TABLE_RECORD, false, c->out);
	return rc == ERR_OK ? print_steps(c, &shown) : rc;
}

/* -- changes -- */

typedef enum err change_fn(
    struct ctx *cx, const struct creation_desk *desk, struct operation *now);

struct errand {
	struct cli *c;
	struct creation_desk desk;
	change_fn *change;
	struct operation now;
};

static enum err
change(struct ctx *cx, struct db *db, void *arg)
{
	struct errand *e = arg;
	enum err rc = operation_hold(cx, db, id_of(e->c), &e->now);

	return rc == ERR_OK ? e->change(cx, &e->desk, &e->now) : rc;
}

static enum err
run(struct cli *c, change_fn *fn)
{
	struct errand e = {.c = c, .change = fn, .desk = {.address = ""}};
	struct table t;
	enum err rc = database_audit(c->cx, c->conf, &e.desk.audit);

	if (rc != ERR_OK)
		return rc;
	e.desk.db = open_db(c);
	rc = db_transaction(c->cx, e.desk.db, DB_MANAGEMENT, change, &e);
	if (rc != ERR_OK)
		return rc;
	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	put(&t, &e.now);
	return table_print(c->cx, &t, TABLE_RECORD, args_flag(c->args, "json"), c->out);
}

enum err
command_operation_retry(struct cli *c)
{
	return run(c, creation_retry);
}

enum err
command_operation_cancel(struct cli *c)
{
	return run(c, creation_cancel);
}
