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
read_database(struct ctx *cx, struct databases *d, struct connection_place *place,
    const char *server_id, int64_t *bytes)
{
	struct connections *c = databases_connections(d);
	struct database_server server;
	struct db *db;
	enum err rc = server_show(cx, databases_control(d), server_id, &server);

	place->server = &server;
	if (rc == ERR_OK)
		rc = connections_find(cx, c, place, &db);
	if (rc != ERR_OK)
		return rc;
	rc = read_bytes(cx, db, NULL, bytes);
	if (rc == ERR_UNAVAILABLE)
		connections_close(c, place->tenant_id);
	return rc;
}

enum err
database_bytes(
    struct ctx *cx, struct databases *d, const char *tenant_id, int64_t *bytes)
{
	struct db_rows *rows;
	struct connection_place place;
	enum err rc = db_read(cx, databases_control(d), DB_MANAGEMENT,
	    DB_CALL(STMT_tenant_place, tenant_id), &rows);

	*bytes = -1;
	if (rc != ERR_OK || db_row_count(rows) == 0)
		return rc;
	if (strcmp(db_text(rows, 0, 0), "schema") == 0)
		return read_bytes(cx, databases_control(d), db_text(rows, 0, 2), bytes);
	place = (struct connection_place){
	    .tenant_id = tenant_id, .database = db_text(rows, 0, 2)};
	return read_database(cx, d, &place, db_text(rows, 0, 1), bytes);
}
