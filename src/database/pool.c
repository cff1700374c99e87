/* pool.c - see pool.h. */
#include "database/pool.h"

#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "database/host.h"
#include "database/names.h"
#include "database/template.h"
#include "jobs/job.h"

/* Less is not begun with. */
enum { ENOUGH_MS = 6000 };

static const char turn[] = "pool";

/* -- inside a transaction -- */

enum err
pool_claim(struct ctx *cx, struct db *db, const struct database_server *s,
    const char *whose, const char **name)
{
	struct db_rows *rows;
	enum err rc;

	*name = NULL;
	if (s->stamp == NULL)
		return ERR_OK;
	rc = db_query(cx, db, STMT_pool_claim, DB_ARGS(s->id, s->stamp, whose), &rows);
	if (rc == ERR_OK && db_row_count(rows) == 1)
		*name = db_text(rows, 0, 0);
	return rc;
}

enum err
pool_bind(struct ctx *cx, struct db *db, const char *whose, const char *resource_id)
{
	return db_queue(cx, db, STMT_pool_bind, DB_ARGS(whose, resource_id));
}

enum err
pool_release(struct ctx *cx, struct db *db, const char *resource_id)
{
	return db_queue(cx, db, STMT_pool_release, DB_ARGS(resource_id));
}

enum err
pool_want(struct ctx *cx, struct db *db, const char *server_id)
{
	return db_queue(
	    cx, db, STMT_pool_call, DB_ARGS(server_id, job_kind_name(JOB_POOL_REFILL)));
}

/* -- one statement in a transaction of its own -- */

struct row_call {
	enum stmt_id id;
	const char *args[3];
	struct db_rows *rows;
};

static enum err
row_do(struct ctx *cx, struct db *db, void *arg)
{
	struct row_call *call = arg;

	return db_query(cx, db, call->id, call->args, &call->rows);
}

static enum err
change_row(struct ctx *cx, const struct host *h, struct row_call *call)
{
	return db_transaction(cx, h->control, DB_MANAGEMENT, row_do, call);
}

/* -- in turn -- */

static enum err
remove_one(struct ctx *cx, const struct host *h, const char *name)
{
	struct row_call forget = {STMT_pool_forget, {h->server->id, name}, NULL};
	enum err rc = host_do(cx, h, STMT_database_drop, DB_ARGS(name));

	return rc == ERR_OK ? change_row(cx, h, &forget) : rc;
}

/* What is not to be handed out: begun and not ended, or out of date. */
static enum err
sweep(struct ctx *cx, const struct host *h, const char *stamp, struct pool_filling *f)
{
	struct row_call retire = {STMT_pool_retire, {h->server->id, stamp}, NULL};
	struct db_rows *left = NULL;
	enum err rc = change_row(cx, h, &retire);

	if (rc == ERR_OK)
		rc = db_read(cx, h->control, DB_MANAGEMENT,
		    DB_CALL(STMT_pool_leftovers, h->server->id), &left);
	for (int i = 0; rc == ERR_OK && i < db_row_count(left); i++) {
		rc = remove_one(cx, h, db_text(left, i, 0));
		f->removed += rc == ERR_OK;
	}
	return rc;
}

static enum err
make_one(struct ctx *cx, const struct host *h)
{
	const struct database_server *s = h->server;
	char name[DATABASE_NAME_SIZE];
	struct row_call add = {STMT_pool_add, {s->id, name, s->stamp}, NULL},
			ready = {STMT_pool_ready, {s->id, name}, NULL};
	enum err rc = database_private_name(&cx->err, name, "pool");

	if (rc == ERR_OK)
		rc = change_row(cx, h, &add);
	if (rc == ERR_OK)
		rc = host_do(cx, h, STMT_database_create, DB_ARGS(name, s->template));
	if (rc == ERR_OK)
		rc = host_do(cx, h, STMT_database_close, DB_ARGS(name));
	if (rc == ERR_OK)
		rc = host_do(cx, h, STMT_database_mark, DB_ARGS(name, POOL_MARK));
	if (rc == ERR_OK)
		rc = change_row(cx, h, &ready);
	/* swept meanwhile: the turn was lost with a connection */
	if (rc == ERR_OK && db_affected(ready.rows) == 0)
		rc = host_do(cx, h, STMT_database_drop, DB_ARGS(name));
	return rc;
}

static enum err
count_ready(struct ctx *cx, const struct host *h, int64_t *ready)
{
	struct db_rows *rows;
	enum err rc = db_read(cx, h->control, DB_MANAGEMENT,
	    DB_CALL(STMT_pool_count, h->server->id, h->server->stamp), &rows);

	*ready = rc == ERR_OK ? db_i64(rows, 0, 0) : 0;
	return rc;
}

static int64_t
wanted_of(const struct conf *conf, const struct database_server *s)
{
	if (strcmp(s->state, "active") != 0)
		return 0;
	return s->pool_size == SERVER_NONE ? conf->pool_size : s->pool_size;
}

static enum err
fill(struct ctx *cx, const struct host *h, struct database_server *s,
    struct pool_filling *f)
{
	const struct conf *conf = databases_conf(h->databases);
	struct base base;
	enum err rc = base_load(cx, conf, &base);

	if (rc == ERR_OK)
		rc = template_ensure(cx, h->databases, h->control, s, &base);
	if (rc == ERR_OK)
		rc = sweep(cx, h, s->stamp, f);
	if (rc == ERR_OK)
		rc = count_ready(cx, h, &f->ready);
	f->wanted = wanted_of(conf, s);
	while (rc == ERR_OK && f->ready < f->wanted && f->made < f->most &&
	    ctx_time_left(cx, ENOUGH_MS) == ENOUGH_MS) {
		rc = make_one(cx, h);
		f->made += rc == ERR_OK;
		f->ready += rc == ERR_OK;
	}
	return rc;
}

static enum err
empty(struct ctx *cx, const struct host *h, struct database_server *s,
    struct pool_filling *f)
{
	(void)s;
	f->ready = 0;
	return sweep(cx, h, NULL, f);
}

typedef enum err turn_fn(struct ctx *cx, const struct host *h,
    struct database_server *s, struct pool_filling *f);

static enum err
take_turn(struct ctx *cx, const struct host *h, struct database_server *s,
    struct pool_filling *f)
{
	turn_fn *fn = strcmp(s->state, "active") == 0 ? fill : empty;
	enum err rc;

	rc = fn(cx, h, s, f);
	if (rc == ERR_OK && f->made + f->removed > 0)
		log_event(LOG_INFO, cx, "pool_filled",
		    "server=%s made=%d removed=%d ready=%lld", s->id, f->made,
		    f->removed, (long long)f->ready);
	return rc;
}

enum err
pool_fill(struct ctx *cx, struct databases *d, struct db *control,
    struct database_server *s, struct pool_filling *f)
{
	struct host h;
	bool ours = false;
	enum err rc = host_open(cx, d, control, s, &h);

	if (f->most == 0)
		f->most = databases_conf(d)->pool_refill;
	f->made = f->removed = 0;
	f->ready = f->wanted = 0;
	if (rc == ERR_OK)
		rc = host_turn_try(cx, &h, turn, &ours);
	f->busy = rc == ERR_OK && !ours;
	if (rc != ERR_OK || f->busy)
		return rc;
	rc = take_turn(cx, &h, s, f);
	host_turn_end(cx, &h, turn);
	return rc;
}

enum err
pool_drain(struct ctx *cx, struct databases *d, struct db *control,
    struct database_server *s, struct pool_filling *f)
{
	struct host h;
	enum err rc = host_open(cx, d, control, s, &h);

	*f = (struct pool_filling){0};
	if (rc == ERR_OK)
		rc = host_turn(cx, &h, turn);
	if (rc != ERR_OK)
		return rc;
	rc = empty(cx, &h, s, f);
	host_turn_end(cx, &h, turn);
	return rc;
}

/* -- keeping -- */

struct keep_call {
	const char *size, *stamp;
	int count;
};

static enum err
keep(struct ctx *cx, struct db *db, void *arg)
{
	struct keep_call *call = arg;
	struct db_rows *rows;
	enum err rc =
	    db_query(cx, db, STMT_pool_due, DB_ARGS(call->size, call->stamp), &rows);

	call->count = 0;
	for (int i = 0; rc == ERR_OK && i < db_row_count(rows); i++) {
		rc = pool_want(cx, db, db_text(rows, i, 0));
		call->count++;
	}
	return rc;
}

enum err
pool_keep(struct ctx *cx, struct databases *d, struct db *control, int *count)
{
	char size[STR_I64_SIZE];
	struct base base;
	struct keep_call call = {
	    .size = str_from_i64(size, databases_conf(d)->pool_size)};
	enum err rc = base_load(cx, databases_conf(d), &base);

	if (rc == ERR_OK) {
		call.stamp = base.stamp;
		rc = db_transaction(cx, control, DB_MANAGEMENT, keep, &call);
	}
	*count = call.count;
	return rc;
}

enum err
pool_status(struct ctx *cx, struct db *db, const struct conf *conf,
    struct pool_state **list, int *count)
{
	struct db_rows *rows;
	enum err rc =
	    db_read(cx, db, DB_MANAGEMENT, DB_CALL_BARE(STMT_pool_status), &rows);

	*count = rc == ERR_OK ? db_row_count(rows) : 0;
	*list = arena_alloc(cx->mem, sizeof(**list) * ((size_t)*count + 1));
	for (int i = 0; i < *count; i++) {
		struct pool_state *p = &(*list)[i];

		*p = (struct pool_state){
		    .server = db_text(rows, i, 0),
		    .state = db_text(rows, i, 1),
		    .stamp = db_text(rows, i, 3),
		    .ready = db_i64(rows, i, 4),
		    .stale = db_i64(rows, i, 5),
		    .making = db_i64(rows, i, 6),
		    .claimed = db_i64(rows, i, 7),
		    .databases = db_i64(rows, i, 8),
		};
		p->wanted =
		    db_text(rows, i, 2) == NULL ? conf->pool_size : db_i64(rows, i, 2);
		if (strcmp(p->state, "active") != 0)
			p->wanted = 0;
	}
	return rc;
}
