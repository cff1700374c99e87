/* stmt.c - see stmt.h. */
#include "db/stmt.h"

const struct stmt stmts[STMT_COUNT] = {
#define STMT(name, params, rows, idents, text)                                         \
	[STMT_##name] = {#name, text, idents, params, ROWS_##rows},
#include "db/stmts.def"
#undef STMT
};
