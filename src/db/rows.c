/* rows.c - see db.h: what a statement answered. */
#include <assert.h>

#include "base/str.h"
#include "db/call.h"

struct db_rows {
	PGresult *res;
};

static void
result_drop(void *obj)
{
	PQclear(obj);
}

struct db_rows *
rows_take(struct ctx *cx, PGresult *res)
{
	struct db_rows *rows;

	arena_defer(cx->mem, result_drop, res);
	rows = arena_alloc(cx->mem, sizeof(*rows));
	rows->res = res;
	return rows;
}

int
db_row_count(const struct db_rows *rows)
{
	return PQntuples(rows->res);
}

const char *
db_text(const struct db_rows *rows, int row, int column)
{
	assert(row >= 0 && row < PQntuples(rows->res));
	assert(column >= 0 && column < PQnfields(rows->res));
	if (PQgetisnull(rows->res, row, column))
		return NULL;
	return PQgetvalue(rows->res, row, column);
}

bool
db_bool(const struct db_rows *rows, int row, int column)
{
	const char *s = db_text(rows, row, column);

	return s != NULL && s[0] == 't';
}

int64_t
db_i64(const struct db_rows *rows, int row, int column)
{
	const char *s = db_text(rows, row, column);
	int64_t v = 0;

	/* A column that is no integer is a fault of the statement, not of the data. */
	if (s != NULL && !str_to_i64(slice_of(s), INT64_MIN, INT64_MAX, &v))
		assert(!"an integer column");
	return v;
}

int64_t
db_affected(const struct db_rows *rows)
{
	int64_t v = 0;

	return str_to_i64(slice_of(PQcmdTuples(rows->res)), 0, INT64_MAX, &v) ? v : 0;
}
