/*
 * stmt.h - every SQL statement this program can send, made from sql/query/.
 *
 * Owner:    the program text.
 * Lifetime: static.
 * Threads:  any.
 * Failure:  none.
 */
#ifndef TENANTD_DB_STMT_H
#define TENANTD_DB_STMT_H

/* What a statement may return: none, at most one row, any number. */
enum stmt_rows { ROWS_NONE, ROWS_ONE, ROWS_MANY };

enum stmt_id {
#define STMT(name, params, rows, idents, text) STMT_##name,
#include "db/stmts.def"
#undef STMT
	STMT_COUNT
};

struct stmt {
	const char *name, *text;
	/* comma-separated: what stands as :"name", then what stands as :'name'; or ""
	 */
	const char *idents;
	int params;
	enum stmt_rows rows;
};

extern const struct stmt stmts[STMT_COUNT];

#endif
