/*
 * guide.h - the guides for people, from templates/guide: prose, and in it lines such as
 * "@rules", in whose place the table of that name is printed, which is made of the
 * program's own tables.
 *
 * Owner:    the command.
 * Lifetime: of the command.
 * Threads:  one.
 * Failure:  ERR_INVALID, told, for a guide that there is not; of the database's.
 */
#ifndef TENANTD_CLI_GUIDE_H
#define TENANTD_CLI_GUIDE_H

#include "cli/cli.h"

/* Prints one in Markdown. */
typedef enum err guide_table_fn(struct cli *c);

/* guide_tables.c, guide_database.c */
#define GUIDE_TABLE(name, fn) guide_table_fn fn;
#include "cli/guide_tables.def"
#undef GUIDE_TABLE

/* A cell: what would end it is written otherwise. */
void guide_put_cell(FILE *out, const char *text);

#endif
