/* rls.c - the command that verifies row-level security. */
#include "rls/rls.h"

#include "cli/cli.h"
#include "cli/database.h"
#include "cli/table.h"

enum { EXIT_BROKEN = 70 }; /* EX_SOFTWARE */

static void
print_sum(struct cli *c, const struct rls_report *report, bool good)
{
	fprintf(c->out, "\nrow-level security %s:", good ? "holds" : "does not hold");
	for (int i = 1; i < RLS_VERDICT_COUNT; i++)
		fprintf(c->out, "%s %u %s", i > 1 ? "," : "", report->counts[i],
		    rls_verdict_name(i));
	fputc('\n', c->out);
}

enum err
command_rls_check(struct cli *c)
{
	static const char *const columns[] = {"object", "check", "verdict", "text"};
	bool json = args_flag(c->args, "json");
	struct rls_report report = {0};
	struct table t;
	enum err rc = rls_check(
	    c->cx, database_open(c->cx, c->conf, DATABASE_AS_SERVER), &report);

	if (rc != ERR_OK)
		return rc;
	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	for (const struct rls_finding *f = report.first; f != NULL; f = f->next) {
		table_text(&t, f->object);
		table_text(&t, f->check);
		table_text(&t, rls_verdict_name(f->verdict));
		table_text(&t, f->text);
	}
	c->status = rls_report_ok(&report) ? 0 : EXIT_BROKEN;
	rc = table_print(c->cx, &t, TABLE_ROWS, json, c->out);
	if (rc == ERR_OK && !json)
		print_sum(c, &report, c->status == 0);
	return rc;
}
