/* show.c - the commands that print the program's own tables. */
#include <string.h>

#include "cli/cli.h"
#include "cli/manual.h"
#include "cli/table.h"
#include "db/stmt.h"
#include "events/event.h"
#include "mail/template.h"
#include "quota/metric.h"

static enum err
print_rows(struct cli *c, const struct table *t)
{
	return table_print(c->cx, t, TABLE_ROWS, args_flag(c->args, "json"), c->out);
}

/* At most one of the formats a table can be printed in. */
static enum err
one_format(struct cli *c, const char *const *formats)
{
	const char *chosen = NULL;

	for (; *formats != NULL; formats++) {
		if (!args_flag(c->args, *formats))
			continue;
		if (chosen != NULL)
			return err_tell(&c->cx->err, ERR_USAGE,
			    "options \"--%s\" and \"--%s\" exclude each other", chosen,
			    *formats);
		chosen = *formats;
	}
	return ERR_OK;
}

enum err
command_commands(struct cli *c)
{
	static const char *const columns[] = {"command", "usage", "summary"};
	struct table t;
	enum err rc = one_format(c, (const char *const[]){"mdoc", "json", NULL});

	if (rc != ERR_OK)
		return rc;
	if (args_flag(c->args, "mdoc")) {
		manual_put_commands(c->out);
		return ERR_OK;
	}
	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	for (int i = 0; i < command_count; i++) {
		table_text(&t, commands[i].words);
		table_text(&t, commands[i].usage);
		table_text(&t, commands[i].summary);
	}
	return print_rows(c, &t);
}

enum err
command_errors(struct cli *c)
{
	static const char *const columns[] = {
	    "symbol", "http_status", "exit_status", "slug", "text"};
	struct table t;

	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	for (int i = 1; i < ERR_COUNT; i++) {
		table_text(&t, err_symbol(i));
		table_i64(&t, err_http(i));
		table_i64(&t, err_exit(i));
		table_text(&t, err_slug(i));
		table_text(&t, err_text(i));
	}
	return print_rows(c, &t);
}

/* A row for each mail, and one for each of its variables. */
enum err
command_mails(struct cli *c)
{
	static const char *const columns[] = {"mail", "variable", "meaning"};
	struct table t;

	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	for (int i = 0; i < mail_variable_count; i++) {
		const struct mail_variable *v = &mail_variables[i];

		if (i == 0 || v->of != v[-1].of) {
			table_text(&t, v->of->name);
			table_text(&t, NULL);
			table_text(&t, v->of->meaning);
		}
		table_text(&t, v->of->name);
		table_text(&t, v->name);
		table_text(&t, v->meaning);
	}
	return print_rows(c, &t);
}

static void
put_bound(struct table *t, int64_t v)
{
	if (v == QUOTA_NONE)
		table_json(t, NULL);
	else
		table_i64(t, v);
}

enum err
command_quotas(struct cli *c)
{
	static const char *const columns[] = {"metric", "unit", "kind", "free_soft",
	    "free_hard", "professional_soft", "professional_hard", "enterprise_soft",
	    "enterprise_hard", "thresholds", "meaning"};
	struct table t;

	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	for (int i = 0; i < QUOTA_COUNT; i++) {
		const struct quota_metric_row *m = &quota_metrics[i];

		table_text(&t, m->name);
		table_text(&t, m->unit);
		table_text(&t, quota_kind_name(m->kind));
		for (int p = 0; p < QUOTA_PLANS; p++) {
			put_bound(&t, m->plans[p].soft);
			put_bound(&t, m->plans[p].hard);
		}
		table_json(&t, m->thresholds);
		table_text(&t, m->meaning);
	}
	return print_rows(c, &t);
}

static enum err
print_schema(struct cli *c, const char *name)
{
	const enum event_kind kind = event_kind_of(name);

	if (kind == EVENT_UNSET)
		return err_tell(&c->cx->err, ERR_NOT_FOUND,
		    "there is no kind of event \"%s\"", name);
	fputs(event_kind_schema(kind), c->out);
	return ERR_OK;
}

enum err
command_events(struct cli *c)
{
	static const char *const columns[] = {"kind", "version", "meaning", "schema"};
	const bool json = args_flag(c->args, "json");
	struct table t;

	if (args_operand(c->args, 0) != NULL)
		return print_schema(c, args_operand(c->args, 0));
	table_init(
	    &t, c->cx->mem, columns, json ? COUNT_OF(columns) : COUNT_OF(columns) - 1);
	for (int i = EVENT_UNSET + 1; i < EVENT_COUNT; i++) {
		const enum event_kind kind = (enum event_kind)i;

		table_text(&t, event_kind_name(kind));
		table_json(&t, event_kind_version(kind));
		table_text(&t, event_kind_meaning(kind));
		if (json)
			table_json(&t, event_kind_schema(kind));
	}
	return print_rows(c, &t);
}

static const char *
type_name(const struct conf_option *o)
{
	switch (o->type) {
	case CONF_TYPE_TEXT:
		return "text";
	case CONF_TYPE_INT:
		return "number";
	case CONF_TYPE_BOOL:
		return "on|off";
	}
	return "";
}

enum err
command_options(struct cli *c)
{
	static const char *const columns[] = {"option", "type", "default", "choices",
	    "minimum", "maximum", "secret", "help"};
	struct table t;
	enum err rc =
	    one_format(c, (const char *const[]){"sample", "mdoc", "json", NULL});

	if (rc != ERR_OK)
		return rc;
	if (args_flag(c->args, "sample") || args_flag(c->args, "mdoc")) {
		if (args_flag(c->args, "sample"))
			manual_put_sample(c->out);
		else
			manual_put_options(c->out);
		return ERR_OK;
	}
	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	for (int i = 0; i < CONF_OPTION_COUNT; i++) {
		const struct conf_option *o = &conf_options[i];

		table_text(&t, o->name);
		table_text(&t, type_name(o));
		table_text(&t, o->def);
		table_text(&t, o->choices);
		table_i64(&t, o->min);
		table_i64(&t, o->max);
		table_bool(&t, conf_is_secret(i));
		table_text(&t, o->help);
	}
	return print_rows(c, &t);
}

static enum err
print_statement(struct cli *c, const char *name)
{
	for (int i = 0; i < STMT_COUNT; i++)
		if (strcmp(stmts[i].name, name) == 0) {
			fputs(stmts[i].text, c->out);
			return ERR_OK;
		}
	return err_tell(
	    &c->cx->err, ERR_NOT_FOUND, "there is no statement \"%s\"", name);
}

enum err
command_statements(struct cli *c)
{
	static const char *const columns[] = {
	    "statement", "parameters", "rows", "names"};
	static const char *const rows[] = {
	    [ROWS_NONE] = "none", [ROWS_ONE] = "one", [ROWS_MANY] = "many"};
	struct table t;

	if (args_operand(c->args, 0) != NULL)
		return print_statement(c, args_operand(c->args, 0));
	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	for (int i = 0; i < STMT_COUNT; i++) {
		table_text(&t, stmts[i].name);
		table_i64(&t, stmts[i].params);
		table_text(&t, rows[stmts[i].rows]);
		table_text(&t, stmts[i].idents[0] != '\0' ? stmts[i].idents : NULL);
	}
	return print_rows(c, &t);
}
