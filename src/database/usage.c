/* usage.c - see usage.h. */
#include "database/usage.h"

#include <string.h>

#include "database/connections.h"

static enum err
read_bytes(struct ctx *cx, struct db *db, const char *schema, int64_t *bytes)
{
	struct db_rows *rows;
	enum err rc =
	    db_read(cx, db, DB_MANAGEMENT, DB_CALL(STMT_database_bytes, schema), &rows);

	if (rc == ERR_OK)
		*bytes = db_i64(rows, 0, 0);
	return rc;
}

static enum err
read_database(struct ctx *cx, struct databases *d, const char *tenant_id,
    const struct db_rows *at, int64_t *bytes)
{
	struct connections *c = databases_connections(d);
	struct database_server server;
	const struct connection_place place = {
	    .server = &server, .tenant_id = tenant_id, .database = db_text(at, 0, 2)};
	struct db *db;
	enum err rc = server_show(cx, databases_control(d), db_text(at, 0, 1), &server);

	if (rc == ERR_OK)
		rc = connections_find(cx, c, &place, &db);
	if (rc != ERR_OK)
		return rc;
	rc = read_bytes(cx, db, NULL, bytes);
	if (rc == ERR_UNAVAILABLE)
		connections_close(c, tenant_id);
	return rc;
}

enum err
database_bytes(
    struct ctx *cx, struct databases *d, const char *tenant_id, int64_t *bytes)
{
	struct db_rows *rows;
	enum err rc = db_read(cx, databases_control(d), DB_MANAGEMENT,
	    DB_CALL(STMT_tenant_place, tenant_id), &rows);

	*bytes = -1;
	if (rc != ERR_OK || db_row_count(rows) == 0)
		return rc;
	if (strcmp(db_text(rows, 0, 0), "schema") == 0)
		return read_bytes(cx, databases_control(d), db_text(rows, 0, 2), bytes);
	return read_database(cx, d, tenant_id, rows, bytes);
}
