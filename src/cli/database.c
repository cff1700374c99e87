/* database.c - see database.h. */
#include "cli/database.h"

#include <string.h>

static void
close_database(void *db)
{
	db_free(db);
}

struct db *
database_open(struct ctx *cx, const struct conf *conf, enum database_role role)
{
	const struct db_settings settings = {
	    .conninfo = role == DATABASE_AS_OWNER ? conf_owner_conninfo(conf, cx->mem)
						  : conf_conninfo(conf, cx->mem),
	    .application_name = "tenantd",
	    .connect_timeout_ms = conf->db_connect_timeout,
	    .query_timeout_ms = conf->db_query_timeout,
	    .prepare = conf->db_prepare,
	};
	struct db *db = db_new(&settings);

	arena_defer(cx->mem, close_database, db);
	return db;
}

static void
free_keys(void *keys)
{
	seal_keys_free(keys);
}

static void
free_audit(void *log)
{
	audit_free(log);
}

enum err
database_seal_keys(
    struct ctx *cx, const struct conf *conf, const struct seal_keys **out)
{
	struct seal_keys *keys;
	enum err rc =
	    seal_keys_new(&cx->err, conf->secret_key, conf->secret_key_previous, &keys);

	if (rc == ERR_OK)
		arena_defer(cx->mem, free_keys, keys);
	*out = keys;
	return rc;
}

enum err
database_audit(struct ctx *cx, const struct conf *conf, struct audit **out)
{
	const struct seal_keys *keys;
	enum err rc = database_seal_keys(cx, conf, &keys);

	if (rc != ERR_OK)
		return rc;
	*out = audit_new(keys);
	arena_defer(cx->mem, free_audit, *out);
	return ERR_OK;
}

enum err
database_identify(struct ctx *cx, struct db *db, struct database_identity *out)
{
	struct db_rows *rows;
	enum err rc =
	    db_read(cx, db, DB_MANAGEMENT, DB_CALL_BARE(STMT_server_identity), &rows);

	if (rc != ERR_OK)
		return rc;
	*out = (struct database_identity){
	    .role = db_text(rows, 0, 0),
	    .database = db_text(rows, 0, 1),
	    .host = db_text(rows, 0, 2),
	    .port = db_text(rows, 0, 3),
	    .cluster = db_text(rows, 0, 4),
	    .version = db_text(rows, 0, 5),
	    .version_num = (int)db_i64(rows, 0, 6),
	    .standby = db_bool(rows, 0, 7),
	    .now_ms = db_i64(rows, 0, 8),
	    .connections = (int)db_i64(rows, 0, 9),
	    .may_create = db_bool(rows, 0, 10),
	};
	return ERR_OK;
}

/* -- migration -- */

/* The role that the server runs as, which need not be the owner; both must mean the
 * same database. */
static enum err
find_server_role(
    struct ctx *cx, const struct conf *conf, struct db *owner_db, const char **role)
{
	struct database_identity server, owner;
	enum err rc;

	*role = "";
	if (!str_is_set(conf->database_owner_url))
		return ERR_OK;
	rc =
	    database_identify(cx, database_open(cx, conf, DATABASE_AS_SERVER), &server);
	if (rc != ERR_OK) {
		err_note(&cx->err, "as the server's role");
		return rc;
	}
	if ((rc = database_identify(cx, owner_db, &owner)) != ERR_OK) {
		err_note(&cx->err, "as the owner's role");
		return rc;
	}
	if (strcmp(server.cluster, owner.cluster) != 0 ||
	    strcmp(server.database, owner.database) != 0)
		return err_tell(&cx->err, ERR_CONFIG,
		    "DATABASE_OWNER_URL leads to another database (\"%s\") than the "
		    "server's (\"%s\")",
		    owner.database, server.database);
	*role = server.role;
	return ERR_OK;
}

enum err
database_migrate(
    struct ctx *cx, const struct conf *conf, migrate_report_fn *report, void *arg)
{
	struct db *db = database_open(cx, conf, DATABASE_AS_OWNER);
	struct migrate_roles roles = {
	    .control = conf->db_control_role, .app = conf->db_app_role};
	enum err rc = find_server_role(cx, conf, db, &roles.server);

	return rc == ERR_OK ? migrate_run(cx, db, &roles, report, arg) : rc;
}
