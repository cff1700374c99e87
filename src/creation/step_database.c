/*
 * step_database.c - a database or a schema of the tenant's own; see steps.h.
 *
 * A database has a random name until it is marked as the resource's, and gets its own
 * in the transaction that marks it: a stranger's database of that name makes the rename
 * fail, and nothing was done to it. Whatever is done on the server for one resource is
 * done in its turn, which outlives a process that is killed: whoever goes on, or takes
 * it back, sees all that came of it.
 */
#include <poll.h>
#include <string.h>

#include "creation/steps.h"
#include "database/base.h"
#include "database/host.h"
#include "database/names.h"
#include "database/pool.h"
#include "database/template.h"
#include "tenant/tenant.h"

#define KIND_DATABASE "database"
#define KIND_SCHEMA   "schema"

/* -- the names -- */

static bool
is_isolation(const struct making *m, const char *isolation)
{
	return strcmp(m->plan.isolation, isolation) == 0;
}

/* What the ledger's details say. */
struct database_details {
	const char *staging, *stamp;
	bool claimed; /* it is from the pool */
};

static enum err
read_details(struct ctx *cx, const struct resource *r, struct database_details *out)
{
	const struct json *details;
	const char *from;
	enum err rc = json_parse(cx, r->details, strlen(r->details), 0, &details);

	if (rc != ERR_OK)
		return rc;
	from = json_get_text(details, "from");
	*out = (struct database_details){
	    .staging = json_get_text(details, "staging"),
	    .stamp = json_get_text(details, "stamp"),
	    .claimed = from != NULL && strcmp(from, "pool") == 0,
	};
	if (out->staging == NULL)
		rc = err_set(&cx->err, ERR_INTERNAL,
		    "resource %s does not say what its database was called", r->id);
	return rc;
}

/* The tenant's resource, inside a transaction. */
static enum err
hold_resource(struct ctx *cx, struct making *m, const char *kind, struct resource *out)
{
	struct db_rows *rows;
	enum err rc = db_query(cx, m->means->db, STMT_database_resource,
	    DB_ARGS(m->tenant_id, kind), &rows);

	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc = err_set(
		    &cx->err, ERR_INTERNAL, "the ledger has no %s of the tenant", kind);
	if (rc == ERR_OK)
		*out = (struct resource){.id = db_text(rows, 0, 0),
		    .tenant_id = m->tenant_id,
		    .kind = kind,
		    .place = db_text(rows, 0, 1),
		    .name = db_text(rows, 0, 2),
		    .details = db_text(rows, 0, 3)};
	return rc;
}

static enum err
find_resource(struct ctx *cx, struct making *m, const char *kind, struct resource *out)
{
	bool found = false;
	enum err rc = resource_find(cx, m->means->db, m->tenant_id, kind, out, &found);

	if (rc == ERR_OK && !found)
		rc = err_set(
		    &cx->err, ERR_INTERNAL, "the ledger has no %s of the tenant", kind);
	return rc;
}

/* -- a database -- */

/* From the pool where one is ready, else one that will be copied. */
static enum err
choose_staging(struct ctx *cx, struct making *m, const struct database_server *s,
    const char **staging, const char **from)
{
	static const char pool[] = "pool", template[] = "template";
	char name[DATABASE_NAME_SIZE];
	enum err rc = pool_claim(cx, m->means->db, s, m->tenant_id, staging);

	*from = pool;
	if (rc != ERR_OK || *staging != NULL)
		return rc;
	*from = template;
	rc = database_private_name(&cx->err, name, "new");
	*staging = arena_strdup(cx->mem, name);
	return rc;
}

static enum err
intend_database(struct ctx *cx, struct making *m)
{
	struct creation_means *w = m->means;
	char name[DATABASE_NAME_SIZE];
	const char *staging, *from;
	struct database_server s;
	struct base base;
	struct resource r = {.tenant_id = m->tenant_id,
	    .operation_id = m->operation_id,
	    .step = m->step,
	    .kind = KIND_DATABASE,
	    .name = name};
	enum err rc = base_load(cx, w->conf, &base);

	if (rc == ERR_OK)
		rc = server_pick(cx, w->db, m->plan.server, &s);
	/* the pool's are of the template's stamp: out of date with it */
	if (rc == ERR_OK && s.stamp != NULL && strcmp(s.stamp, base.stamp) != 0)
		s.stamp = NULL;
	if (rc == ERR_OK)
		rc = choose_staging(cx, m, &s, &staging, &from);
	if (rc != ERR_OK)
		return rc;
	database_name(
	    name, w->conf->tenant_database_prefix, m->plan.slug, m->tenant_id);
	r.place = s.id;
	r.details = arena_printf(cx->mem,
	    "{\"staging\":\"%s\",\"from\":\"%s\",\"stamp\":\"%s\"}", staging, from,
	    base.stamp);
	rc = resource_intend(cx, w->db, &r);
	if (rc == ERR_OK)
		rc = pool_bind(cx, w->db, m->tenant_id, r.id);
	return rc == ERR_OK ? pool_want(cx, w->db, s.id) : rc;
}

/* The template is made by whoever comes first, which takes its time, and so does a copy
 * of it: the lease is kept meanwhile, and what is left gets all of it. */
static enum err
copy_template(struct ctx *cx, struct making *m, struct database_server *s,
    const struct host *h, const char *staging)
{
	struct creation_means *w = m->means;
	struct base base;
	enum err rc = base_load(cx, w->conf, &base);

	if (rc == ERR_OK && (s->stamp == NULL || strcmp(s->stamp, base.stamp) != 0)) {
		rc = template_ensure(cx, w->databases, w->db, s, &base);
		if (rc == ERR_OK)
			rc = creation_renew(cx, m);
	}
	if (rc == ERR_OK)
		rc =
		    host_do(cx, h, STMT_database_create, DB_ARGS(staging, s->template));
	if (rc == ERR_OK)
		rc = creation_renew(cx, m);
	return rc == ERR_OK ? creation_point(cx, m, "created") : rc;
}

struct name_call {
	const char *staging, *name, *mark;
	/* of a claimed one */
	struct making *m;
	const struct resource *r;
	bool done;
};

static enum err
mark_and_name(struct ctx *cx, struct db *db, void *arg)
{
	const struct name_call *call = arg;
	enum err rc = db_queue_ddl(
	    cx, db, STMT_database_mark, DB_ARGS(call->staging, call->mark));

	if (rc == ERR_OK)
		rc = db_queue_ddl(
		    cx, db, STMT_database_rename, DB_ARGS(call->staging, call->name));
	return rc;
}

static enum err
tell_stranger(struct ctx *cx, const struct resource *r)
{
	return err_tell(&cx->err, ERR_CONFLICT,
	    "database server \"%s\" has a database \"%s\" that is not this tenant's: "
	    "rename it, or ask for another slug",
	    r->place, r->name);
}

static enum err
give_name(
    struct ctx *cx, const struct host *h, const struct resource *r, const char *staging)
{
	char mark[DATABASE_MARK_SIZE];
	struct name_call call = {.staging = staging, .name = r->name, .mark = mark};
	enum err rc;

	database_mark(mark, r->id);
	rc = db_transaction(cx, h->db, DB_MANAGEMENT, mark_and_name, &call);
	if (rc == ERR_CONFLICT)
		return tell_stranger(cx, r);
	return host_failed(cx, h, rc);
}

static enum err
name_claimed(struct ctx *cx, struct db *db, void *arg)
{
	struct name_call *call = arg;
	struct db_rows *there;
	enum err rc = db_queue(cx, db, STMT_host_turn_short, DB_ARGS(call->r->id));

	call->done = false;
	if (rc == ERR_OK)
		rc = db_query(cx, db, STMT_host_database,
		    DB_ARGS(call->name, call->staging), &there);
	if (rc != ERR_OK)
		return rc;
	call->done = db_row_count(there) == 1 &&
	    strcmp(db_text(there, 0, 0), call->staging) == 0 &&
	    db_text(there, 0, 1) != NULL &&
	    strcmp(db_text(there, 0, 1), POOL_MARK) == 0;
	if (!call->done)
		return ERR_OK;
	rc = creation_point(cx, call->m, "closed");
	return rc == ERR_OK ? mark_and_name(cx, db, call) : rc;
}

/* What is all that a database from the pool takes, when nothing went wrong: one
 * transaction, in turn. *done: it was; else nothing happened. */
static enum err
take_claimed(struct ctx *cx, struct making *m, const struct host *h,
    const struct resource *r, bool *done)
{
	struct name_call call = {.name = r->name, .m = m, .r = r};
	struct database_details details = {0};
	char mark[DATABASE_MARK_SIZE];
	enum err rc = read_details(cx, r, &details);

	*done = false;
	if (rc != ERR_OK || !details.claimed)
		return rc;
	database_mark(mark, r->id);
	call.staging = details.staging;
	call.mark = mark;
	rc = db_transaction(cx, h->db, DB_MANAGEMENT, name_claimed, &call);
	*done = rc == ERR_OK && call.done;
	if (rc == ERR_CONFLICT)
		return tell_stranger(cx, r);
	return host_failed(cx, h, rc);
}

/* In turn. */
static enum err
make_database(struct ctx *cx, struct making *m, struct database_server *s,
    const struct host *h, const struct resource *r)
{
	struct host_pair pair = {.name = {r->name}};
	struct database_details details = {0};
	char mark[DATABASE_MARK_SIZE];
	enum err rc = read_details(cx, r, &details);

	pair.name[1] = details.staging;
	if (rc == ERR_OK)
		rc = host_look(cx, h, &pair);
	if (rc != ERR_OK)
		return rc;
	database_mark(mark, r->id);
	if (pair.mark[0] != NULL)
		return strcmp(pair.mark[0], mark) == 0 ? ERR_OK : tell_stranger(cx, r);
	if (pair.mark[1] == NULL)
		rc = copy_template(cx, m, s, h, details.staging);
	/* the pool's are closed by the time that they are marked */
	if (rc == ERR_OK &&
	    (pair.mark[1] == NULL || strcmp(pair.mark[1], POOL_MARK) != 0))
		rc = host_do(cx, h, STMT_database_close, DB_ARGS(details.staging));
	if (rc == ERR_OK)
		rc = creation_point(cx, m, "closed");
	return rc == ERR_OK ? give_name(cx, h, r, details.staging) : rc;
}

/* Whoever had it before may have gone in mid-copy, which the server brings to its end:
 * that takes what it takes, too. */
static enum err
wait_for_turn(struct ctx *cx, const struct host *h, const char *what)
{
	const struct db_beat *keeping = h->beat;
	bool ours = false;
	enum err rc = host_turn_try(cx, h, what, &ours);

	while (rc == ERR_OK && !ours) {
		(void)poll(NULL, 0, keeping->every_ms / 4);
		if (!keeping->fn(keeping->arg))
			return err_set(&cx->err, ERR_UNAVAILABLE,
			    "the server is still at work on it");
		rc = host_turn_try(cx, h, what, &ours);
	}
	return rc;
}

static enum err
act_database(struct ctx *cx, struct making *m)
{
	struct creation_means *w = m->means;
	struct database_server s;
	struct creation_beat keeping;
	struct resource r;
	struct host h;
	bool done = false;
	enum err rc = find_resource(cx, m, KIND_DATABASE, &r);

	if (rc == ERR_OK)
		rc = server_show(cx, w->db, r.place, &s);
	if (rc == ERR_OK)
		rc = host_open(cx, w->databases, w->db, &s, &h);
	if (rc == ERR_OK)
		rc = take_claimed(cx, m, &h, &r, &done);
	creation_beat_init(&keeping, cx, m);
	h.beat = &keeping.beat;
	if (rc == ERR_OK && !done)
		rc = wait_for_turn(cx, &h, r.id);
	if (rc != ERR_OK || done)
		return rc;
	rc = make_database(cx, m, &s, &h, &r);
	host_turn_end(cx, &h, r.id);
	return rc;
}

static enum err
record_database(struct ctx *cx, struct making *m)
{
	struct resource r;
	enum err rc = hold_resource(cx, m, KIND_DATABASE, &r);

	if (rc == ERR_OK)
		rc = resource_set_state(cx, m->means->db, &r, RESOURCE_MADE);
	return rc == ERR_OK ? pool_release(cx, m->means->db, r.id) : rc;
}

/* -- taking it back -- */

/* Under the name that it was made with, random and ours alone, a database need not be
 * marked yet. */
static enum err
drop_database(struct ctx *cx, const struct host *h, const struct resource *r)
{
	struct host_pair pair = {.name = {r->name}};
	struct database_details details = {0};
	char mark[DATABASE_MARK_SIZE];
	enum err rc = read_details(cx, r, &details);

	pair.name[1] = details.staging;
	database_mark(mark, r->id);
	if (rc == ERR_OK)
		rc = host_look(cx, h, &pair);
	if (rc == ERR_OK && pair.mark[0] != NULL && strcmp(pair.mark[0], mark) == 0)
		rc = host_do(cx, h, STMT_database_drop, DB_ARGS(r->name));
	if (rc == ERR_OK && pair.mark[1] != NULL)
		rc = host_do(cx, h, STMT_database_drop, DB_ARGS(details.staging));
	return rc;
}

static enum err
release(struct ctx *cx, struct db *db, void *arg)
{
	const struct resource *r = arg;

	return pool_release(cx, db, r->id);
}

enum err
database_remove(struct ctx *cx, struct creation_means *w, const struct resource *r)
{
	struct resource copy = *r;
	struct database_server s;
	struct host h;
	enum err rc = server_show(cx, w->db, r->place, &s);

	if (rc == ERR_OK)
		rc = host_open(cx, w->databases, w->db, &s, &h);
	if (rc == ERR_OK)
		rc = host_turn(cx, &h, r->id);
	if (rc != ERR_OK)
		return rc;
	rc = drop_database(cx, &h, r);
	host_turn_end(cx, &h, r->id);
	if (rc == ERR_OK)
		rc = db_transaction(cx, w->db, DB_MANAGEMENT, release, &copy);
	return rc;
}

/* A look that failed is an answer. */
static enum err
tell_look(struct ctx *cx, enum err rc, const char **health, const char **reason)
{
	if (rc == ERR_OK)
		return ERR_OK;
	*health = "down";
	*reason = arena_strdup(cx->mem, err_public(&cx->err));
	ctx_clear(cx);
	return ERR_OK;
}

enum err
database_look(struct ctx *cx, struct creation_means *w, const struct resource *r,
    const char **health, const char **reason)
{
	struct host_pair pair = {.name = {r->name, NULL}};
	char mark[DATABASE_MARK_SIZE];
	struct database_server s;
	struct host h;
	enum err rc = server_show(cx, w->db, r->place, &s);

	*health = "ok";
	*reason = NULL;
	if (rc == ERR_OK)
		rc = host_open(cx, w->databases, w->db, &s, &h);
	if (rc == ERR_OK)
		rc = host_look(cx, &h, &pair);
	if (rc != ERR_OK)
		return tell_look(cx, rc, health, reason);
	database_mark(mark, r->id);
	if (pair.mark[0] == NULL || strcmp(pair.mark[0], mark) != 0) {
		*health = "down";
		*reason = pair.mark[0] == NULL
		    ? "the database is not there"
		    : "the database of that name is not the one that was made";
	}
	return ERR_OK;
}

/* -- a schema -- */

static enum err
intend_schema(struct ctx *cx, struct making *m)
{
	char name[TENANT_SCHEMA_SIZE];
	struct resource r = {.tenant_id = m->tenant_id,
	    .operation_id = m->operation_id,
	    .step = m->step,
	    .kind = KIND_SCHEMA,
	    .place = "",
	    .name = name};

	tenant_schema_name(name, m->tenant_id);
	return resource_intend(cx, m->means->db, &r);
}

/* One transaction: a schema that is there and not marked is somebody else's. */
static enum err
make_schema(struct ctx *cx, struct db *db, void *arg)
{
	const struct resource *r = arg;
	char mark[DATABASE_MARK_SIZE];
	struct db_rows *seen;
	enum err rc = db_query(cx, db, STMT_schema_seen, DB_ARGS(r->name), &seen);

	database_mark(mark, r->id);
	if (rc != ERR_OK)
		return rc;
	if (db_row_count(seen) > 0)
		return strcmp(db_text(seen, 0, 0), mark) == 0
		    ? ERR_OK
		    : err_tell(&cx->err, ERR_CONFLICT,
			  "there is a schema \"%s\" that is not this tenant's",
			  r->name);
	rc = db_queue_ddl(cx, db, STMT_schema_create, DB_ARGS(r->name));
	if (rc == ERR_OK)
		rc = db_queue_ddl(cx, db, STMT_schema_mark, DB_ARGS(r->name, mark));
	return rc;
}

static enum err
act_schema(struct ctx *cx, struct making *m)
{
	struct resource r;
	enum err rc = find_resource(cx, m, KIND_SCHEMA, &r);

	if (rc == ERR_OK)
		rc = db_transaction(cx, m->means->db, DB_MANAGEMENT, make_schema, &r);
	if (rc != ERR_OK && strcmp(cx->err.sqlstate, "42501") == 0)
		rc = err_tell(&cx->err, ERR_ISOLATION,
		    "the server's role may not make schemas here: ask for \"shared\" "
		    "or \"database\", or let an operator GRANT CREATE ON DATABASE to "
		    "it");
	return rc;
}

static enum err
record_schema(struct ctx *cx, struct making *m)
{
	struct resource r;
	enum err rc = hold_resource(cx, m, KIND_SCHEMA, &r);

	return rc == ERR_OK ? resource_set_state(cx, m->means->db, &r, RESOURCE_MADE)
			    : rc;
}

static enum err
drop_schema(struct ctx *cx, struct db *db, void *arg)
{
	const struct resource *r = arg;
	char mark[DATABASE_MARK_SIZE];
	struct db_rows *seen;
	enum err rc = db_query(cx, db, STMT_schema_seen, DB_ARGS(r->name), &seen);

	database_mark(mark, r->id);
	if (rc == ERR_OK && db_row_count(seen) > 0 &&
	    strcmp(db_text(seen, 0, 0), mark) == 0)
		rc = db_queue_ddl(cx, db, STMT_schema_drop, DB_ARGS(r->name));
	return rc;
}

enum err
schema_remove(struct ctx *cx, struct creation_means *w, const struct resource *r)
{
	struct resource copy = *r;

	return db_transaction(cx, w->db, DB_MANAGEMENT, drop_schema, &copy);
}

enum err
schema_look(struct ctx *cx, struct creation_means *w, const struct resource *r,
    const char **health, const char **reason)
{
	char mark[DATABASE_MARK_SIZE];
	struct db_rows *seen = NULL;
	enum err rc = db_read(
	    cx, w->db, DB_MANAGEMENT, DB_CALL(STMT_schema_seen, r->name), &seen);

	*health = "ok";
	*reason = NULL;
	database_mark(mark, r->id);
	if (rc != ERR_OK)
		return rc;
	if (db_row_count(seen) == 0 || strcmp(db_text(seen, 0, 0), mark) != 0) {
		*health = "down";
		*reason = "the schema is not there, or is not the one that was made";
	}
	return ERR_OK;
}

/* -- the step -- */

enum err
database_intend(struct ctx *cx, struct making *m)
{
	if (is_isolation(m, "database"))
		return intend_database(cx, m);
	if (is_isolation(m, "schema"))
		return intend_schema(cx, m);
	m->skip = "shared isolation";
	return ERR_OK;
}

enum err
database_act(struct ctx *cx, struct making *m)
{
	return is_isolation(m, "database") ? act_database(cx, m) : act_schema(cx, m);
}

enum err
database_record(struct ctx *cx, struct making *m)
{
	return is_isolation(m, "database") ? record_database(cx, m)
					   : record_schema(cx, m);
}

/* -- the next one: what its tables are -- */

enum err
migrations_intend(struct ctx *cx, struct making *m)
{
	struct database_details details = {0};
	struct resource r;
	struct base base;
	enum err rc = ERR_OK;

	if (is_isolation(m, "shared")) {
		m->skip = "shared isolation";
		return ERR_OK;
	}
	if (!is_isolation(m, "database"))
		return ERR_OK;
	rc = hold_resource(cx, m, KIND_DATABASE, &r);
	if (rc == ERR_OK)
		rc = read_details(cx, &r, &details);
	if (rc == ERR_OK)
		rc = base_load(cx, m->means->conf, &base);
	if (rc == ERR_OK && details.stamp != NULL &&
	    strcmp(details.stamp, base.stamp) == 0)
		m->skip = "the template had all of them";
	return rc;
}

static enum err
migrate_database(struct ctx *cx, struct making *m, const struct base *base)
{
	struct creation_means *w = m->means;
	struct database_server s;
	struct db *db = NULL;
	struct resource r;
	struct host h;
	int applied;
	enum err rc = find_resource(cx, m, KIND_DATABASE, &r);

	if (rc == ERR_OK)
		rc = server_show(cx, w->db, r.place, &s);
	if (rc == ERR_OK)
		rc = host_open(cx, w->databases, w->db, &s, &h);
	if (rc == ERR_OK)
		rc = databases_connect(cx, w->databases, &s, r.name, &db);
	if (rc == ERR_OK)
		rc = host_failed(
		    cx, &h, base_apply(cx, db, base, &base_in_database, &applied));
	db_free(db);
	return rc;
}

enum err
migrations_act(struct ctx *cx, struct making *m)
{
	struct base_place place = {NULL, NULL, false};
	struct resource r;
	struct base base;
	int applied;
	enum err rc = base_load(cx, m->means->conf, &base);

	if (rc == ERR_OK && is_isolation(m, "database"))
		return migrate_database(cx, m, &base);
	if (rc == ERR_OK)
		rc = find_resource(cx, m, KIND_SCHEMA, &r);
	if (rc != ERR_OK)
		return rc;
	place.schema = place.book = r.name;
	return base_apply(cx, m->means->db, &base, &place, &applied);
}
