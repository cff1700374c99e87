/* guide_database.c - what the guide to the database takes in; see guide.h. */
#include <string.h>

#include "cli/database.h"
#include "cli/guide.h"
#include "db/db.h"

static const struct {
	const char *name, *text;
} base[] = {
#define MIGRATION(name, text) {#name, (text)},
#include "database/migrations.def"
#undef MIGRATION
};

/* As it is run: it says what it is for. */
enum err
guide_put_tenant_base(struct cli *c)
{
	for (size_t i = 0; i < COUNT_OF(base); i++)
		fprintf(c->out, "```sql\n-- %s\n%s```\n", base[i].name, base[i].text);
	return ERR_OK;
}

enum { TABLE, TABLE_FOR, GUARDED, COLUMN, TYPE, NULLABLE, COLUMN_FOR };

enum err
guide_put_tables(struct cli *c)
{
	struct db *db;
	struct db_rows *rows;
	const char *last = "";
	enum err rc;

	if (c->conf == NULL)
		return err_tell(&c->cx->err, ERR_USAGE,
		    "this guide is of a database: see \"tenantd guide database-schema "
		    "--help\"");
	db = database_open(c->cx, c->conf, DATABASE_AS_OWNER);
	rc = db_read(c->cx, db, DB_MANAGEMENT, DB_CALL_BARE(STMT_guide_columns), &rows);
	for (int i = 0; rc == ERR_OK && i < db_row_count(rows); i++) {
		const char *table = db_text(rows, i, TABLE);

		if (strcmp(table, last) != 0)
			fprintf(c->out,
			    "%s### %s\n\n%s.%s\n\n| Column | Type | What it is |\n"
			    "| --- | --- | --- |\n",
			    *last != '\0' ? "\n" : "", table,
			    db_text(rows, i, TABLE_FOR),
			    db_bool(rows, i, GUARDED) ? " *Guarded.*" : "");
		last = table;
		fprintf(c->out, "| `%s` ", db_text(rows, i, COLUMN));
		guide_put_cell(c->out, db_text(rows, i, TYPE));
		guide_put_cell(c->out,
		    db_bool(rows, i, NULLABLE)
			? arena_printf(c->cx->mem, "%s%s", db_text(rows, i, COLUMN_FOR),
			      strstr(db_text(rows, i, COLUMN_FOR), "NULL") != NULL
				  ? ""
				  : " (may be NULL)")
			: db_text(rows, i, COLUMN_FOR));
		fputs("|\n", c->out);
	}
	return rc;
}
