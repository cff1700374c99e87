/* health.c - whether the process answers, and whether it can serve. */
#include <stdio.h>

#include "controllers/app.h"
#include "db/migrate.h"
#include "json/json.h"

enum { READY_TIMEOUT_MS = 2000 };

enum err
health_get(struct app *app, struct call *call)
{
	(void)app;
	buf_puts(&call->rs->body, "{\"status\":\"ok\"}");
	return ERR_OK;
}

enum err
ready_get(struct app *app, struct call *call)
{
	struct ctx *cx = &call->cx;
	struct db_rows *rows;
	struct json_out o;
	char newest[16];
	enum err rc;

	snprintf(newest, sizeof(newest), "%d", migrate_newest());
	cx->deadline_ms = call->began_us / 1000 + READY_TIMEOUT_MS;
	rc = db_read(cx, app->db, DB_MANAGEMENT, DB_CALL(STMT_ready, newest), &rows);
	if (rc != ERR_OK) {
		err_note(&cx->err, "the database does not answer");
		return rc == ERR_UNAVAILABLE
		    ? rc
		    : err_set(&cx->err, ERR_NOT_MIGRATED, "its tables are not there");
	}
	if (!db_bool(rows, 0, 0))
		return err_set(&cx->err, ERR_NOT_MIGRATED, "migrations are missing");
	if (!db_bool(rows, 0, 3))
		return err_tell(&cx->err, ERR_UNAVAILABLE,
		    "the database is read-only: a standby, or a fail-over under way");
	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	json_member_text(&o, "status", "ready");
	json_member_text(&o, "database", "ok");
	json_member_text(&o, "migrations", "current");
	json_name(&o, "queue");
	json_open_object(&o);
	json_member_i64(&o, "waiting", db_i64(rows, 0, 1));
	json_member_i64(&o, "oldestSeconds", db_i64(rows, 0, 2));
	json_close_object(&o);
	json_close_object(&o);
	return ERR_OK;
}
