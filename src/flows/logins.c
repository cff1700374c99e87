/* logins.c - see logins.h. */
#include "flows/logins.h"

#include <string.h>

#include "crypto/scram.h"
#include "database/host.h"
#include "jobs/job.h"
#include "tenant/secret.h"
#include "json/json.h"

/* What is written down of a role: login_wanted. */
struct wanted {
	const char *server, *status;
	struct login_name is;
	int64_t connections;
	bool end_sessions;      /* since its password was made anew, */
	const char *rotated_at; /* then */
};

static bool
read_wanted(const struct db_rows *rows, struct wanted *out)
{
	*out = (struct wanted){0};
	if (db_row_count(rows) == 0)
		return false;
	*out = (struct wanted){
	    .server = db_text(rows, 0, 0),
	    .is = {.database = db_text(rows, 0, 1),
		.schema = db_text(rows, 0, 2),
		.role = db_text(rows, 0, 3),
		.resource = db_text(rows, 0, 4)},
	    .connections = db_i64(rows, 0, 5),
	    .status = db_text(rows, 0, 6),
	    .end_sessions = db_bool(rows, 0, 7),
	    .rotated_at = db_text(rows, 0, 8),
	};
	return true;
}

/* Until it is active nobody has been told the password. */
static bool
may_log_in(const char *status)
{
	return strcmp(status, "active") == 0 || strcmp(status, "provisioning") == 0;
}

/* -- the sealed address -- */

static struct tenant_secret_name
name_of(const char *tenant_id)
{
	return (struct tenant_secret_name){tenant_id, TENANT_SECRET_DATABASE};
}

/* Of postgresql://role:password@host…: what is between, as we have made it. */
static const char *
password_of(struct ctx *cx, const char *url)
{
	const char *begin = strstr(url, "://"), *end;

	begin = begin != NULL ? strchr(begin + 3, ':') : NULL;
	end = begin != NULL ? strchr(begin, '@') : NULL;
	return end != NULL
	    ? slice_dup(cx->mem, (struct slice){begin + 1, (size_t)(end - begin - 1)})
	    : NULL;
}

enum err
login_address_find(struct ctx *cx, struct db *db, struct databases *d,
    const char *tenant_id, const char **url)
{
	const struct tenant_secret_name of = name_of(tenant_id);
	struct slice value;
	enum err rc = tenant_secret_query(cx, db, databases_keys(d), &of, &value);

	*url = rc == ERR_OK ? value.p : NULL;
	arena_cleanse_at_reset(cx->mem);
	return rc;
}

/* Of a registered server: where it is, for us and for applications. */
static enum err
find_server(struct ctx *cx, struct databases *d, const char *id,
    struct database_server *s, struct database_login *login)
{
	struct db_rows *rows = NULL;
	enum err rc = server_show(cx, databases_control(d), id, s);

	if (rc == ERR_OK)
		rc = db_read(cx, databases_control(d), DB_MANAGEMENT,
		    DB_CALL(STMT_server_public, id), &rows);
	if (rc != ERR_OK || db_row_count(rows) == 0)
		return rc;
	login->host = db_text(rows, 0, 0);
	login->port = db_text(rows, 0, 1);
	return ERR_OK;
}

enum err
login_address_make(struct ctx *cx, struct db *db, struct databases *d,
    const struct login_address *of, const char **url)
{
	const struct tenant_secret_name name = name_of(of->tenant_id);
	struct database_login login = {.database = of->database, .role = of->role};
	struct database_server s;
	enum err rc = scram_password(cx, &login.password);

	arena_cleanse_at_reset(cx->mem);
	if (rc == ERR_OK && of->server != NULL)
		rc = find_server(cx, d, of->server, &s, &login);
	if (rc == ERR_OK)
		rc = databases_uri(cx, d, of->server != NULL ? &s : NULL, &login, url);
	return rc == ERR_OK
	    ? tenant_secret_put(cx, db, databases_keys(d), &name, slice_of(*url))
	    : rc;
}

/* -- the role -- */

struct settling {
	struct databases *d;
	const char *tenant_id;
	unsigned what;
	struct wanted at_first, now;
	bool on_control, there; /* there: it is written down */
	const char *verifier;
};

/* Over the control plane's connection, in a transaction. */
static enum err
read_now(struct ctx *cx, struct db *db, void *arg)
{
	struct settling *s = arg;
	struct db_rows *rows;
	const char *url = NULL, *password;
	const bool secret = (s->what & (LOGINS_PASSWORD | LOGINS_MAKE)) != 0;
	enum err rc =
	    db_queue_rows(cx, db, STMT_login_wanted, DB_ARGS(s->tenant_id), &rows);

	s->verifier = NULL;
	if (rc == ERR_OK)
		rc = secret ? login_address_find(cx, db, s->d, s->tenant_id, &url)
			    : db_wait(cx, db);
	s->there = rc == ERR_OK && read_wanted(rows, &s->now);
	if (!s->there || !secret)
		return rc;
	password = url != NULL ? password_of(cx, url) : NULL;
	if (rc == ERR_OK && password == NULL)
		rc = err_set(&cx->err, ERR_INTERNAL,
		    "tenant \"%s\" has a login role without a password", s->tenant_id);
	return rc == ERR_OK ? scram_verifier(cx, password, &s->verifier) : rc;
}

static enum err
settle(struct ctx *cx, struct db *host, void *arg)
{
	struct settling *s = arg;
	struct login l;
	enum err rc = login_hold(cx, host, &s->at_first.is);

	if (rc == ERR_OK)
		rc = s->on_control ? read_now(cx, host, s)
				   : db_transaction(cx, databases_control(s->d),
					 DB_MANAGEMENT, read_now, s);
	if (rc != ERR_OK || !s->there ||
	    strcmp(s->now.is.resource, s->at_first.is.resource) != 0)
		return rc;
	l = (struct login){.is = s->now.is,
	    .verifier = s->verifier,
	    .connections = (int)s->now.connections,
	    .timeout_ms = databases_conf(s->d)->tenant_statement_timeout,
	    .may_log_in = may_log_in(s->now.status),
	    .make = (s->what & LOGINS_MAKE) != 0};
	return login_make(cx, host, &l);
}

/* server NULL: the control plane's. */
static enum err
host_of(struct ctx *cx, struct databases *d, const char *server,
    struct database_server *s, struct db **host)
{
	enum err rc;

	if (!str_is_set(server)) {
		*host = databases_control(d);
		return ERR_OK;
	}
	rc = server_show(cx, databases_control(d), server, s);
	return rc == ERR_OK ? databases_host(cx, d, s, host) : rc;
}

/* -- sessions -- */

static enum err
write_ended(struct ctx *cx, struct db *db, void *arg)
{
	const struct settling *s = arg;

	return db_queue(
	    cx, db, STMT_tenant_login_ended, DB_ARGS(s->tenant_id, s->now.rotated_at));
}

static enum err
settle_and_end(struct ctx *cx, struct db *host, struct settling *s, bool may_end)
{
	int64_t ended;
	bool end;
	enum err rc = db_transaction(cx, host, DB_MANAGEMENT, settle, s);

	if (rc != ERR_OK || !s->there)
		return rc;
	end = may_end && s->now.end_sessions;
	if (end || !may_log_in(s->now.status))
		rc = login_end_sessions(cx, host, &s->now.is, &ended);
	if (rc == ERR_OK && end)
		rc = db_transaction(
		    cx, databases_control(s->d), DB_MANAGEMENT, write_ended, s);
	return rc;
}

/*
 * Whoever was told the new password must not lose what they opened with it to somebody
 * who ends the old one's sessions late: one does so at a time, until it is written
 * down, and the next finds nothing to do.
 */
static enum err
settle_in_turn(struct ctx *cx, struct db *host, const struct database_server *server,
    struct settling *s)
{
	const struct host h = {s->d, databases_control(s->d), server, host, NULL};
	const char *what = arena_printf(cx->mem, "login:%s", s->at_first.is.role);
	enum err rc = host_turn(cx, &h, what);

	if (rc != ERR_OK)
		return rc;
	rc = settle_and_end(cx, host, s, true);
	host_turn_end(cx, &h, what);
	return rc;
}

enum err
logins_settle(struct ctx *cx, struct databases *d, const char *tenant_id, unsigned what)
{
	struct settling s = {.d = d, .tenant_id = tenant_id, .what = what};
	struct database_server server;
	struct db_rows *rows;
	struct db *host;
	enum err rc = db_read(cx, databases_control(d), DB_MANAGEMENT,
	    DB_CALL(STMT_login_wanted, tenant_id), &rows);

	if (rc != ERR_OK || !read_wanted(rows, &s.at_first))
		return rc;
	s.on_control = s.at_first.server == NULL;
	rc = host_of(cx, d, s.at_first.server, &server, &host);
	/* a pooler may stand before the control plane's: a turn is a session's there */
	if (rc == ERR_OK)
		rc = s.at_first.end_sessions && !s.on_control
		    ? settle_in_turn(cx, host, &server, &s)
		    : settle_and_end(cx, host, &s, s.on_control);
	if (rc != ERR_OK)
		err_note(&cx->err, "the login role of tenant \"%s\"", tenant_id);
	return rc;
}

enum err
login_queue(struct ctx *cx, struct db *db, const char *tenant_id)
{
	return job_append(cx, db,
	    &(const struct job_draft){
		.kind = JOB_DATABASE_LOGIN, .tenant_id = tenant_id, .payload = "{}"});
}

/* -- the resource -- */

static enum err
name_in(struct ctx *cx, const struct resource *r, struct login_name *out)
{
	const struct json *details = NULL;
	enum err rc = json_parse(cx, r->details, strlen(r->details), 0, &details);

	if (rc != ERR_OK)
		return rc;
	*out = (struct login_name){.role = r->name,
	    .resource = r->id,
	    .database = json_get_text(details, "database"),
	    .schema = json_get_text(details, "schema")};
	if (out->database == NULL)
		return err_set(&cx->err, ERR_INTERNAL,
		    "resource \"%s\" does not say which database it is for", r->id);
	return ERR_OK;
}

/* In the database that it was for, if that is still there. */
static enum err
disown(struct ctx *cx, struct databases *d, const struct database_server *server,
    struct db *host, const struct login_name *is)
{
	struct db_rows *rows;
	struct db *inside;
	enum err rc = db_read(cx, host, DB_MANAGEMENT,
	    DB_CALL(STMT_host_database, is->database, is->database), &rows);

	if (rc != ERR_OK || db_row_count(rows) == 0)
		return rc;
	rc = databases_connect(cx, d, server, is->database, &inside);
	if (rc == ERR_OK)
		rc = login_disown(cx, inside, is);
	db_free(inside);
	return rc;
}

static enum err
forget(struct ctx *cx, struct db *db, void *arg)
{
	const struct resource *r = arg;
	const struct tenant_secret_name name = name_of(r->tenant_id);
	enum err rc =
	    db_queue(cx, db, STMT_tenant_login_forget, DB_ARGS(r->tenant_id, r->id));

	if (rc == ERR_OK)
		rc = tenant_secret_remove(cx, db, &name);
	return rc == ERR_OK
	    ? db_queue(cx, db, STMT_tenant_key_drop, DB_ARGS(r->tenant_id))
	    : rc;
}

enum err
login_resource_remove(struct ctx *cx, struct databases *d, const struct resource *r)
{
	struct resource copy = *r;
	struct database_server server;
	struct login_name is;
	struct db *host;
	enum err rc = name_in(cx, r, &is);

	if (rc == ERR_OK)
		rc = host_of(cx, d, r->place, &server, &host);
	if (rc == ERR_OK)
		rc = login_close(cx, host, &is);
	if (rc == ERR_OK)
		rc = str_is_set(r->place) ? disown(cx, d, &server, host, &is)
					  : login_disown(cx, host, &is);
	if (rc == ERR_OK)
		rc = login_remove(cx, host, &is);
	return rc == ERR_OK
	    ? db_transaction(cx, databases_control(d), DB_MANAGEMENT, forget, &copy)
	    : rc;
}

static void
judge(const struct login_state *is, const struct wanted *w, const char **health,
    const char **reason)
{
	*health = "down";
	if (!is->there)
		*reason = "the login role is not there";
	else if (!is->ours)
		*reason = "a role of that name is there, which is not ours";
	else if (!is->may_connect)
		*reason = "the login role may not connect to its database";
	else if (is->may_log_in && !may_log_in(w->status))
		*reason = "the login role may log in, and its tenant may not be used";
	else if (!is->may_log_in && may_log_in(w->status))
		*reason = "the login role may not log in";
	else if (is->connections != w->connections) {
		*health = "degraded";
		*reason = "the login role's connection limit is not its pool's size";
	} else {
		*health = "ok";
		*reason = NULL;
	}
}

enum err
login_resource_look(struct ctx *cx, struct databases *d, const struct resource *r,
    const char **health, const char **reason)
{
	struct database_server server;
	struct login_state state;
	struct login_name is;
	struct wanted w;
	struct db_rows *rows;
	struct db *host;
	enum err rc = name_in(cx, r, &is);

	if (rc == ERR_OK)
		rc = db_read(cx, databases_control(d), DB_MANAGEMENT,
		    DB_CALL(STMT_login_wanted, r->tenant_id), &rows);
	if (rc != ERR_OK)
		return rc;
	*health = "down";
	*reason = "nothing is written down of the login role";
	if (!read_wanted(rows, &w) || strcmp(w.is.resource, r->id) != 0)
		return ERR_OK;
	rc = host_of(cx, d, r->place, &server, &host);
	if (rc == ERR_OK)
		rc = login_look(cx, host, &is, &state);
	if (rc != ERR_OK) {
		*reason = arena_strdup(cx->mem, err_public(&cx->err));
		ctx_clear(cx);
		return ERR_OK;
	}
	judge(&state, &w, health, reason);
	return ERR_OK;
}
