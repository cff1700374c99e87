/*
 * table.h - rows for people, aligned, or for programs, as JSON.
 *
 * Owner:    the command; cells live in its arena, texts are borrowed.
 * Lifetime: of the command.
 * Threads:  one.
 * Failure:  table_print() records ERR_UNAVAILABLE when it cannot be written.
 */
#ifndef TENANTD_CLI_TABLE_H
#define TENANTD_CLI_TABLE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/ctx.h"

enum table_shape {
	TABLE_ROWS,  /* a heading and a line for each row; a JSON array of objects */
	TABLE_RECORD /* one row, a line for each column; a JSON object */
};

struct table_cell;

struct table {
	struct arena *mem;
	const char *const *columns; /* in lower case, "_" between words: JSON's names */
	int width;                  /* columns */
	struct table_cell *cells;
	size_t count, room;
};

void table_init(
    struct table *t, struct arena *mem, const char *const *columns, int width);

/* Cells from left to right; a row ends by itself. */
void table_text(struct table *t, const char *s); /* NULL: nothing, JSON null */
void table_i64(struct table *t, int64_t v);
void table_bool(struct table *t, bool v);
void table_json(struct table *t, const char *json); /* JSON text; NULL: null */

/* Control characters, and bytes that are no UTF-8, as \xNN. */
const char *table_printable(struct arena *mem, const char *s);
/* A control character in a cell is shown as \xNN: what a terminal gets is text. */
enum err table_print(struct ctx *cx, const struct table *t, enum table_shape shape,
    bool json, FILE *out) MUST_CHECK;

#endif
