/* host.c - see host.h. */
#include "database/host.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

enum { VERSION_LEAST = 140000 };

enum err
host_open(struct ctx *cx, struct databases *d, struct db *control,
    const struct database_server *s, struct host *out)
{
	*out = (struct host){.databases = d, .control = control, .server = s};
	return databases_host(cx, d, s, &out->db);
}

/* -- failures -- */

/* Beside what is being told: a failure to write it down is the log's alone. */
static void
tell_down(const struct ctx *cx, const struct host *h, const char *reason)
{
	struct ctx quiet = *cx;

	ctx_clear(&quiet);
	if (server_tell_health(&quiet, h->control, h->server->id, "down", reason) !=
	    ERR_OK)
		log_error(LOG_WARNING, &quiet, "server_health");
}

static bool
has_state(const struct ctx *cx, const char *state)
{
	return strncmp(cx->err.sqlstate, state, strlen(state)) == 0;
}

/* The disk: 53100, and what a file that cannot be written looks like. */
static bool
is_full(const struct ctx *cx)
{
	return has_state(cx, "53100") || has_state(cx, "58030");
}

enum err
host_failed(struct ctx *cx, const struct host *h, enum err rc)
{
	const struct database_server *s = h->server;
	char why[256], state[6];

	if (rc == ERR_OK || rc == ERR_ISOLATION)
		return rc;
	snprintf(why, sizeof(why), "%.*s", (int)sizeof(why) - 1, cx->err.message);
	memcpy(state, cx->err.sqlstate, sizeof(state));
	if (has_state(cx, "42501"))
		rc = err_tell(&cx->err, ERR_ISOLATION,
		    "role \"%s\" may not do this on database server \"%s\": grant it "
		    "CREATEDB and CREATEROLE there (%s)",
		    s->role, s->id, why);
	else if (is_full(cx))
		rc = err_tell(&cx->err, ERR_UNAVAILABLE,
		    "the disk of database server \"%s\" is full: make room there, or "
		    "drain it and add another (%s)",
		    s->id, why);
	else if (rc == ERR_UNAVAILABLE) {
		tell_down(cx, h, why);
		rc = err_tell(&cx->err, ERR_UNAVAILABLE,
		    "database server \"%s\" does not answer as it should: %s", s->id,
		    why);
	} else
		err_note(&cx->err, "database server \"%s\"", s->id);
	memcpy(cx->err.sqlstate, state, sizeof(state));
	if (rc == ERR_UNAVAILABLE)
		cx->err.retry_after = 5;
	return rc;
}

enum err
host_do(struct ctx *cx, const struct host *h, enum stmt_id id, const char *const *names)
{
	return host_failed(cx, h, db_command(cx, h->db, id, names, h->beat));
}

/* -- looking -- */

enum err
host_check(struct ctx *cx, const struct host *h)
{
	const char *id = h->server->id;
	struct db_rows *rows;
	enum err rc = db_read(
	    cx, h->db, DB_MANAGEMENT, DB_CALL_BARE(STMT_host_capabilities), &rows);

	if (rc != ERR_OK)
		return host_failed(cx, h, rc);
	if (db_i64(rows, 0, 2) < VERSION_LEAST)
		return err_tell(&cx->err, ERR_ISOLATION,
		    "database server \"%s\" is PostgreSQL %s: 14 or later is needed",
		    id, db_text(rows, 0, 3));
	if (db_bool(rows, 0, 4))
		return err_tell(&cx->err, ERR_ISOLATION,
		    "database server \"%s\" is a standby, which takes no changes", id);
	if (db_bool(rows, 0, 0) && db_bool(rows, 0, 1))
		return server_tell_health(cx, h->control, id, "ok", NULL);
	return err_tell(&cx->err, ERR_ISOLATION,
	    "role \"%s\" lacks %s%s%s on database server \"%s\": ALTER ROLE \"%s\" "
	    "CREATEDB CREATEROLE",
	    db_text(rows, 0, 5), db_bool(rows, 0, 0) ? "" : "CREATEDB",
	    db_bool(rows, 0, 0) || db_bool(rows, 0, 1) ? "" : " and ",
	    db_bool(rows, 0, 1) ? "" : "CREATEROLE", id, db_text(rows, 0, 5));
}

enum err
host_look(struct ctx *cx, const struct host *h, struct host_pair *pair)
{
	struct db_rows *rows;
	enum err rc = db_read(cx, h->db, DB_MANAGEMENT,
	    DB_CALL(STMT_host_database, pair->name[0], pair->name[1]), &rows);

	pair->mark[0] = pair->mark[1] = NULL;
	if (rc != ERR_OK)
		return host_failed(cx, h, rc);
	for (int i = 0; i < db_row_count(rows); i++)
		for (int k = 0; k < 2; k++)
			if (pair->name[k] != NULL &&
			    strcmp(db_text(rows, i, 0), pair->name[k]) == 0)
				pair->mark[k] = db_text(rows, i, 1) == NULL
				    ? ""
				    : db_text(rows, i, 1);
	return ERR_OK;
}

/* -- turns -- */

enum err
host_turn(struct ctx *cx, const struct host *h, const char *what)
{
	return host_failed(cx, h,
	    db_read(cx, h->db, DB_MANAGEMENT, DB_CALL(STMT_host_turn, what), NULL));
}

enum err
host_turn_try(struct ctx *cx, const struct host *h, const char *what, bool *ours)
{
	struct db_rows *rows;
	enum err rc =
	    db_read(cx, h->db, DB_MANAGEMENT, DB_CALL(STMT_host_turn_try, what), &rows);

	*ours = rc == ERR_OK && db_bool(rows, 0, 0);
	return host_failed(cx, h, rc);
}

void
host_turn_end(const struct ctx *cx, const struct host *h, const char *what)
{
	struct ctx quiet = *cx; /* the first error is the one to keep */

	ctx_clear(&quiet);
	if (db_read(&quiet, h->db, DB_MANAGEMENT, DB_CALL(STMT_host_turn_end, what),
		NULL) != ERR_OK)
		db_drop(h->db);
}
