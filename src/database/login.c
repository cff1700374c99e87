/* login.c - see login.h. */
#include "database/login.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "json/json.h"

/*
 * A session that had passed the check of its role just before that was closed shows
 * itself a moment later: it is looked for until a look finds none, and once more.
 */
enum { TASK_MAX = 4096, LOOKS_MOST = 100, LOOK_PAUSE_MS = 20, TAIL = 8 };

void
login_name_for(char out[static LOGIN_NAME_SIZE], const char *database,
    const char *schema, const char *tenant_id)
{
	if (schema == NULL)
		snprintf(out, LOGIN_NAME_SIZE, "%.*s", LOGIN_NAME_SIZE - 1, database);
	else
		snprintf(out, LOGIN_NAME_SIZE, "%.*s_%.*s", LOGIN_NAME_SIZE - TAIL - 2,
		    schema, TAIL, tenant_id);
}

/* What the statements read: nothing of it is pasted into SQL here. */
static const char *
task_text(struct ctx *cx, const struct login *l)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, TASK_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "role", l->is.role);
	json_member_text(&o, "resource", l->is.resource);
	json_member_text(&o, "database", l->is.database);
	json_member_text(&o, "schema", l->is.schema);
	json_member_text(&o, "verifier", l->verifier);
	json_member_i64(&o, "connections", l->connections);
	json_member_i64(&o, "timeout", l->timeout_ms);
	json_member_bool(&o, "login", l->may_log_in);
	json_member_bool(&o, "make", l->make);
	json_close_object(&o);
	return buf_text(&b);
}

static enum err
give_task(struct ctx *cx, struct db *host, const struct login *l)
{
	struct db_rows *rows;

	return db_query(cx, host, STMT_login_task, DB_ARGS(task_text(cx, l)), &rows);
}

enum err
login_hold(struct ctx *cx, struct db *host, const struct login_name *is)
{
	return give_task(cx, host, &(struct login){.is = *is});
}

/* The server's own words name the role, the database and nothing else. */
static enum err
tell(struct ctx *cx, enum err rc, const char *what)
{
	char why[200];

	snprintf(why, sizeof(why), "%.199s", cx->err.message);
	if (strcmp(cx->err.sqlstate, "TD409") == 0)
		return err_tell(&cx->err, ERR_CONFLICT, "%s", why);
	if (strcmp(cx->err.sqlstate, "42501") == 0)
		return err_tell(&cx->err, ERR_ISOLATION, "could not %s: %s", what, why);
	return rc;
}

enum err
login_make(struct ctx *cx, struct db *host, const struct login *l)
{
	struct db_rows *rows;
	enum err rc = give_task(cx, host, l);

	if (rc == ERR_OK)
		rc = db_query(cx, host, STMT_login_make, DB_NO_ARGS, &rows);
	return rc == ERR_OK ? rc : tell(cx, rc, "make the tenant's login role");
}

/* -- transactions -- */

struct order {
	const struct login_name *is;
	enum stmt_id id;
};

static enum err
carry_out(struct ctx *cx, struct db *host, void *arg)
{
	const struct order *order = arg;
	struct db_rows *rows;
	enum err rc = login_hold(cx, host, order->is);

	return rc == ERR_OK ? db_query(cx, host, order->id, DB_NO_ARGS, &rows) : rc;
}

static enum err
run(struct ctx *cx, struct db *host, const struct login_name *is, enum stmt_id id)
{
	struct order order = {is, id};

	return db_transaction(cx, host, DB_MANAGEMENT, carry_out, &order);
}

struct ending {
	const struct login_name *is;
	int64_t found;
};

static enum err
end_them(struct ctx *cx, struct db *host, void *arg)
{
	struct ending *e = arg;
	struct db_rows *rows;
	enum err rc = db_query(cx, host, STMT_login_sessions_end,
	    DB_ARGS(e->is->role, e->is->resource), &rows);

	if (rc == ERR_OK)
		e->found = db_i64(rows, 0, 0);
	return rc;
}

enum err
login_end_sessions(
    struct ctx *cx, struct db *host, const struct login_name *is, int64_t *ended)
{
	struct ending e = {.is = is};
	bool seen = true, was_seen = true;
	enum err rc = ERR_OK;

	*ended = 0;
	for (int i = 0; rc == ERR_OK && (seen || was_seen) && i < LOOKS_MOST; i++) {
		if (i > 0)
			(void)poll(NULL, 0, LOOK_PAUSE_MS);
		was_seen = seen;
		rc = db_transaction(cx, host, DB_MANAGEMENT, end_them, &e);
		seen = rc == ERR_OK && e.found > 0;
		if (e.found > *ended)
			*ended = e.found;
	}
	if (rc == ERR_OK && seen)
		rc = err_tell(&cx->err, ERR_UNAVAILABLE,
		    "the sessions of the tenant's login role do not end");
	return rc == ERR_OK ? rc : tell(cx, rc, "end the tenant's sessions");
}

enum err
login_close(struct ctx *cx, struct db *host, const struct login_name *is)
{
	int64_t ended;
	enum err rc = run(cx, host, is, STMT_login_close);

	return rc == ERR_OK ? login_end_sessions(cx, host, is, &ended)
			    : tell(cx, rc, "close the tenant's login role");
}

enum err
login_disown(struct ctx *cx, struct db *inside, const struct login_name *is)
{
	enum err rc = run(cx, inside, is, STMT_login_disown);

	return rc == ERR_OK ? rc : tell(cx, rc, "take over what the tenant's role has");
}

enum err
login_remove(struct ctx *cx, struct db *host, const struct login_name *is)
{
	enum err rc = run(cx, host, is, STMT_login_remove);

	return rc == ERR_OK ? rc : tell(cx, rc, "remove the tenant's login role");
}

enum err
login_look(struct ctx *cx, struct db *host, const struct login_name *is,
    struct login_state *out)
{
	struct db_rows *rows;
	enum err rc = db_read(cx, host, DB_MANAGEMENT,
	    DB_CALL(STMT_login_state, is->role, is->database), &rows);

	*out = (struct login_state){0};
	if (rc != ERR_OK || db_row_count(rows) == 0)
		return rc;
	out->there = true;
	out->ours = strcmp(db_text(rows, 0, 0),
			arena_printf(cx->mem, "tenantd:%s", is->resource)) == 0;
	out->may_log_in = db_bool(rows, 0, 1);
	out->connections = db_i64(rows, 0, 2);
	out->may_connect = db_bool(rows, 0, 3);
	return ERR_OK;
}
