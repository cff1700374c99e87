/* upgrade.c - see upgrade.h. */
#include "database/upgrade.h"

#include <string.h>

#include "database/connections.h"

static struct upgrade_place
read_row(const struct db_rows *rows, int row)
{
	return (struct upgrade_place){
	    .tenant_id = db_text(rows, row, 0),
	    .kind = db_text(rows, row, 1),
	    .server = db_text(rows, row, 2),
	    .name = db_text(rows, row, 3),
	};
}

enum err
upgrade_list(struct ctx *cx, struct databases *d, struct upgrade_page *page)
{
	char limit[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_read(cx, databases_control(d), DB_MANAGEMENT,
	    DB_CALL(STMT_tenant_places, page->after, str_from_i64(limit, page->limit),
		NULL),
	    &rows);

	if (rc != ERR_OK)
		return rc;
	page->count = db_row_count(rows);
	page->list =
	    arena_alloc(cx->mem, ((size_t)page->count + 1) * sizeof(*page->list));
	for (int i = 0; i < page->count; i++)
		page->list[i] = read_row(rows, i);
	return ERR_OK;
}

enum err
upgrade_count(struct ctx *cx, struct databases *d, int64_t *count)
{
	struct db_rows *rows;
	enum err rc = db_read(cx, databases_control(d), DB_MANAGEMENT,
	    DB_CALL_BARE(STMT_tenant_place_count), &rows);

	if (rc == ERR_OK)
		*count = db_i64(rows, 0, 0);
	return rc;
}

enum err
upgrade_find(
    struct ctx *cx, struct databases *d, const char *id, struct upgrade_place *out)
{
	struct db_rows *rows;
	enum err rc = db_read(cx, databases_control(d), DB_MANAGEMENT,
	    DB_CALL(STMT_tenant_places, NULL, "1", id), &rows);

	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc = err_tell(&cx->err, ERR_NOT_FOUND,
		    "there is no tenant \"%.100s\" with a database or a schema of its "
		    "own",
		    id);
	if (rc == ERR_OK)
		*out = read_row(rows, 0);
	return rc;
}

static enum err
apply_there(struct ctx *cx, struct databases *d, const struct base *base,
    const struct upgrade_place *at, int *applied)
{
	struct connections *c = databases_connections(d);
	struct database_server server;
	struct connection_place place = {&server, at->tenant_id, at->name};
	struct db *db;
	enum err rc = server_show(cx, databases_control(d), at->server, &server);

	if (rc == ERR_OK)
		rc = connections_find(cx, c, &place, &db);
	if (rc != ERR_OK)
		return rc;
	rc = base_apply(cx, db, base, &base_in_database, applied);
	if (rc == ERR_UNAVAILABLE)
		connections_close(c, at->tenant_id);
	return rc;
}

enum err
upgrade_apply(struct ctx *cx, struct databases *d, const struct base *base,
    const struct upgrade_place *at, int *applied)
{
	const struct base_place here = {at->name, at->name, false};

	*applied = 0;
	return strcmp(at->kind, "schema") == 0
	    ? base_apply(cx, databases_control(d), base, &here, applied)
	    : apply_there(cx, d, base, at, applied);
}
