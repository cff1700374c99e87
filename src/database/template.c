/* template.c - see template.h. */
#include "database/template.h"

#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "database/host.h"
#include "database/names.h"

static const char turn[] = "template";

struct row_call {
	enum stmt_id id;
	const char *server, *name, *stamp;
};

static enum err
set_row(struct ctx *cx, struct db *db, void *arg)
{
	const struct row_call *call = arg;

	return db_queue(
	    cx, db, call->id, DB_ARGS(call->server, call->name, call->stamp));
}

/* The name in the row comes before the database, and goes after it. */
static enum err
note_next(struct ctx *cx, const struct host *h, const char *name)
{
	struct row_call call = {STMT_server_begin_template, h->server->id, name, NULL};

	return db_transaction(cx, h->control, DB_MANAGEMENT, set_row, &call);
}

/* What is being made, or was replaced: gone from the server, then from the row. */
static enum err
remove_one(struct ctx *cx, const struct host *h, const char *name)
{
	struct host_pair pair = {.name = {name, NULL}};
	enum err rc = host_look(cx, h, &pair);

	if (rc != ERR_OK || pair.mark[0] == NULL)
		return rc;
	rc = host_do(cx, h, STMT_database_unseal_template, DB_ARGS(name));
	return rc == ERR_OK ? host_do(cx, h, STMT_database_drop, DB_ARGS(name)) : rc;
}

static enum err
sweep(struct ctx *cx, const struct host *h, const char *left)
{
	enum err rc = left != NULL ? remove_one(cx, h, left) : ERR_OK;

	return rc == ERR_OK && left != NULL ? note_next(cx, h, NULL) : rc;
}

static enum err
fill(struct ctx *cx, const struct host *h, const char *name, const struct base *base)
{
	struct db *db;
	int applied = 0;
	enum err rc = databases_connect(cx, h->databases, h->server, name, &db);

	if (rc == ERR_OK)
		rc = base_apply(cx, db, base, &base_in_database, &applied);
	db_free(db);
	return rc;
}

static enum err
make(struct ctx *cx, const struct host *h, const struct base *base)
{
	char name[DATABASE_NAME_SIZE];
	const char *mark = arena_printf(cx->mem, "tenantd:template:%s", base->stamp);
	struct row_call call = {
	    STMT_server_set_template, h->server->id, name, base->stamp};
	enum err rc = database_private_name(&cx->err, name, "template");

	if (rc == ERR_OK)
		rc = note_next(cx, h, name);
	if (rc == ERR_OK)
		rc = host_do(cx, h, STMT_database_create_template, DB_ARGS(name));
	if (rc == ERR_OK)
		rc = host_do(cx, h, STMT_database_close, DB_ARGS(name));
	if (rc == ERR_OK)
		rc = host_do(cx, h, STMT_database_mark, DB_ARGS(name, mark));
	if (rc == ERR_OK)
		rc = host_failed(cx, h, fill(cx, h, name, base));
	if (rc == ERR_OK)
		rc = host_do(cx, h, STMT_database_seal_template, DB_ARGS(name));
	if (rc == ERR_OK)
		rc = db_transaction(cx, h->control, DB_MANAGEMENT, set_row, &call);
	if (rc == ERR_OK)
		log_event(LOG_INFO, cx, "template_made", "server=%s stamp=%s",
		    h->server->id, base->stamp);
	return rc;
}

static enum err
is_there(struct ctx *cx, const struct host *h, const struct base *base, bool *there)
{
	const struct database_server *s = h->server;
	struct host_pair pair = {.name = {s->template, NULL}};
	enum err rc = ERR_OK;

	*there = s->template != NULL && strcmp(s->stamp, base->stamp) == 0;
	if (*there && (rc = host_look(cx, h, &pair)) == ERR_OK)
		*there = pair.mark[0] != NULL;
	return rc;
}

/* In turn: what is read of the row here stays so. */
static enum err
ensure(struct ctx *cx, const struct host *h, struct database_server *s,
    const struct base *base)
{
	bool there = false;
	enum err rc = server_show(cx, h->control, s->id, s);

	if (rc == ERR_OK)
		rc = sweep(cx, h, s->template_next);
	if (rc == ERR_OK)
		rc = is_there(cx, h, base, &there);
	if (rc != ERR_OK || there)
		return rc;
	rc = make(cx, h, base);
	if (rc == ERR_OK)
		rc = server_show(cx, h->control, s->id, s);
	if (rc == ERR_OK)
		rc = sweep(cx, h, s->template_next);
	return rc;
}

enum err
template_ensure(struct ctx *cx, struct databases *d, struct db *control,
    struct database_server *s, const struct base *base)
{
	struct host h;
	enum err rc = host_open(cx, d, control, s, &h);

	if (rc == ERR_OK)
		rc = host_turn(cx, &h, turn);
	if (rc != ERR_OK)
		return rc;
	rc = ensure(cx, &h, s, base);
	host_turn_end(cx, &h, turn);
	return rc;
}

static enum err
take_away(struct ctx *cx, const struct host *h, struct database_server *s)
{
	struct row_call call = {STMT_server_set_template, s->id, NULL, NULL};
	enum err rc = server_show(cx, h->control, s->id, s);

	if (rc == ERR_OK)
		rc = sweep(cx, h, s->template_next);
	if (rc == ERR_OK && s->template != NULL)
		rc = db_transaction(cx, h->control, DB_MANAGEMENT, set_row, &call);
	if (rc == ERR_OK && s->template != NULL)
		rc = sweep(cx, h, s->template);
	return rc == ERR_OK ? server_show(cx, h->control, s->id, s) : rc;
}

enum err
template_remove(
    struct ctx *cx, struct databases *d, struct db *control, struct database_server *s)
{
	struct host h;
	enum err rc = host_open(cx, d, control, s, &h);

	if (rc == ERR_OK)
		rc = host_turn(cx, &h, turn);
	if (rc != ERR_OK)
		return rc;
	rc = take_away(cx, &h, s);
	host_turn_end(cx, &h, turn);
	return rc;
}
