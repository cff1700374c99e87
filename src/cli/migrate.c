/* migrate.c - the command that brings the database to this program's schema. */
#include "db/migrate.h"

#include "base/str.h"
#include "cli/cli.h"
#include "cli/database.h"
#include "cli/table.h"

enum { EXIT_PENDING = 75 }; /* EX_TEMPFAIL */

static void
report_applied(const struct migrate_status *s, void *arg)
{
	struct cli *c = arg;

	if (!args_flag(c->args, "json"))
		fprintf(c->out, "applied %s\n", s->name);
}

static enum err
print_status(struct cli *c, struct db *db, bool table, int *pending)
{
	static const char *const columns[] = {
	    "number", "name", "applied_at", "state", "checksum"};
	struct migrate_status *list;
	struct table t;
	int count;
	enum err rc = migrate_list(c->cx, db, &list, &count);

	*pending = 0;
	if (rc != ERR_OK)
		return rc;
	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	for (int i = 0; i < count; i++) {
		const struct migrate_status *s = &list[i];

		*pending += s->applied_at == NULL || s->changed;
		table_i64(&t, s->number);
		table_text(&t, s->name);
		table_text(&t, s->applied_at);
		table_text(&t,
		    s->changed                  ? "changed"
			: s->applied_at != NULL ? "applied"
						: "missing");
		table_text(&t, s->checksum);
	}
	if (!table)
		return ERR_OK;
	return table_print(c->cx, &t, TABLE_ROWS, args_flag(c->args, "json"), c->out);
}

static enum err
apply_missing(struct cli *c)
{
	int pending;
	enum err rc = database_migrate(c->cx, c->conf, report_applied, c);

	if (rc != ERR_OK)
		return rc;
	if (args_flag(c->args, "json"))
		return print_status(c, database_open(c->cx, c->conf, DATABASE_AS_OWNER),
		    true, &pending);
	fprintf(c->out, "the database is at migration %d\n", migrate_newest());
	return ERR_OK;
}

enum err
command_migrate(struct cli *c)
{
	int pending;
	enum err rc;

	if (!args_flag(c->args, "status"))
		return apply_missing(c);
	rc = print_status(
	    c, database_open(c->cx, c->conf, DATABASE_AS_OWNER), true, &pending);
	c->status = pending > 0 ? EXIT_PENDING : 0;
	return rc;
}
