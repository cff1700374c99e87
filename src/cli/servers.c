/* servers.c - the commands about database servers and their pools. */
#include "cli/cli.h"
#include "cli/database.h"
#include "cli/input.h"
#include "cli/table.h"
#include "crypto/secret.h"
#include "database/manage.h"

enum { CONNINFO_SIZE = 4096, ALL_MOST = 10000, GO_MOST = 100 };

static const char *const server_columns[] = {"id", "address", "role", "state", "weight",
    "databases", "databases_most", "connections_most", "pool_size", "pool_ready",
    "template_stamp", "health", "health_reason", "checked_at", "version", "created_at",
    "updated_at"};

static void
close_databases(void *d)
{
	databases_free(d);
}

static enum err
open_desk(struct cli *c, struct server_desk *desk)
{
	const struct seal_keys *keys;
	enum err rc = database_seal_keys(c->cx, c->conf, &keys);

	if (rc != ERR_OK)
		return rc;
	*desk = (struct server_desk){.databases = databases_new(c->conf, keys),
	    .db = database_open(c->cx, c->conf, DATABASE_AS_SERVER),
	    .address = ""};
	arena_defer(c->cx->mem, close_databases, desk->databases);
	return database_audit(c->cx, c->conf, &desk->audit);
}

static void
put_limit(struct table *t, int64_t v)
{
	if (v == SERVER_NONE)
		table_text(t, NULL);
	else
		table_i64(t, v);
}

static void
put_server(struct table *t, const struct database_server *s)
{
	table_text(t, s->id);
	table_text(t, s->address);
	table_text(t, s->role);
	table_text(t, s->state);
	table_i64(t, s->weight);
	table_i64(t, s->databases);
	put_limit(t, s->databases_most);
	put_limit(t, s->connections_most);
	put_limit(t, s->pool_size);
	table_i64(t, s->ready);
	table_text(t, s->stamp);
	table_text(t, s->health);
	table_text(t, s->health_reason);
	table_text(t, s->checked_at);
	table_i64(t, s->version);
	table_text(t, s->created_at);
	table_text(t, s->updated_at);
}

static enum err
print_server(struct cli *c, const struct database_server *s)
{
	struct table t;

	table_init(&t, c->cx->mem, server_columns, COUNT_OF(server_columns));
	put_server(&t, s);
	return table_print(c->cx, &t, TABLE_RECORD, args_flag(c->args, "json"), c->out);
}

/* -- servers -- */

enum err
command_server_list(struct cli *c)
{
	struct server_page page = {.limit = ALL_MOST};
	struct table t;
	enum err rc = servers_list(
	    c->cx, database_open(c->cx, c->conf, DATABASE_AS_SERVER), &page);

	if (rc != ERR_OK)
		return rc;
	table_init(&t, c->cx->mem, server_columns, COUNT_OF(server_columns));
	for (int i = 0; i < page.count; i++)
		put_server(&t, &page.list[i]);
	return table_print(c->cx, &t, TABLE_ROWS, args_flag(c->args, "json"), c->out);
}

static enum err
read_draft(struct cli *c, struct server_draft *d)
{
	static const int64_t weight[] = {0, 10000}, limit[] = {0, 100000000},
			     pool[] = {0, 10000};
	enum err rc = args_number(c->cx, c->args, "weight", weight, &d->weight);

	if (rc == ERR_OK)
		rc = args_number(c->cx, c->args, "limit", limit, &d->databases_most);
	if (rc == ERR_OK)
		rc = args_number(
		    c->cx, c->args, "connections", limit, &d->connections_most);
	if (rc == ERR_OK)
		rc = args_number(c->cx, c->args, "pool", pool, &d->pool_size);
	return rc;
}

enum err
command_server_add(struct cli *c)
{
	struct server_draft draft = {.state = "active",
	    .weight = SERVER_WEIGHT,
	    .databases_most = SERVER_NONE,
	    .connections_most = SERVER_NONE,
	    .pool_size = SERVER_NONE};
	char conninfo[CONNINFO_SIZE];
	struct server_desk desk;
	struct database_server s;
	size_t n;
	enum err rc = read_draft(c, &draft);

	if (rc == ERR_OK)
		rc = input_line(
		    c->cx, "the connection string", conninfo, sizeof(conninfo), &n);
	if (rc != ERR_OK)
		return rc;
	draft.conninfo = conninfo;
	rc = open_desk(c, &desk);
	if (rc == ERR_OK)
		rc =
		    server_register(c->cx, &desk, args_operand(c->args, 0), &draft, &s);
	secret_cleanse(conninfo, sizeof(conninfo));
	return rc == ERR_OK ? print_server(c, &s) : rc;
}

static enum err
put_into(struct cli *c, const char *state)
{
	struct server_desk desk;
	struct database_server s;
	enum err rc = open_desk(c, &desk);

	if (rc == ERR_OK)
		rc =
		    server_set_state(c->cx, &desk, args_operand(c->args, 0), state, &s);
	return rc == ERR_OK ? print_server(c, &s) : rc;
}

enum err
command_server_drain(struct cli *c)
{
	return put_into(c, args_flag(c->args, "off") ? "off" : "draining");
}

enum err
command_server_resume(struct cli *c)
{
	return put_into(c, "active");
}

enum err
command_server_show(struct cli *c)
{
	struct server_desk desk;
	struct database_server s;
	enum err rc = open_desk(c, &desk);

	if (rc == ERR_OK)
		rc = server_look(c->cx, &desk, args_operand(c->args, 0), &s);
	return rc == ERR_OK ? print_server(c, &s) : rc;
}

struct removal {
	struct server_desk desk;
	const char *id;
	struct database_server now;
};

static enum err
removal(struct ctx *cx, struct db *db, void *arg)
{
	struct removal *r = arg;
	enum err rc = server_hold(cx, db, r->id, &r->now);

	return rc == ERR_OK ? server_removal(cx, &r->desk, &r->now) : rc;
}

enum err
command_server_remove(struct cli *c)
{
	struct removal r = {.id = args_operand(c->args, 0)};
	enum err rc = open_desk(c, &r.desk);

	if (rc == ERR_OK)
		rc = server_clear(c->cx, &r.desk, r.id, &r.now);
	if (rc == ERR_OK)
		rc = db_transaction(c->cx, r.desk.db, DB_MANAGEMENT, removal, &r);
	return rc == ERR_OK ? print_server(c, &r.now) : rc;
}

/* -- pools -- */

enum err
command_pool_status(struct cli *c)
{
	static const char *const columns[] = {"server", "state", "wanted", "ready",
	    "stale", "making", "claimed", "databases", "stamp"};
	struct pool_state *list;
	struct table t;
	int count;
	enum err rc = pool_status(c->cx,
	    database_open(c->cx, c->conf, DATABASE_AS_SERVER), c->conf, &list, &count);

	if (rc != ERR_OK)
		return rc;
	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	for (int i = 0; i < count; i++) {
		table_text(&t, list[i].server);
		table_text(&t, list[i].state);
		table_i64(&t, list[i].wanted);
		table_i64(&t, list[i].ready);
		table_i64(&t, list[i].stale);
		table_i64(&t, list[i].making);
		table_i64(&t, list[i].claimed);
		table_i64(&t, list[i].databases);
		table_text(&t, list[i].stamp);
	}
	return table_print(c->cx, &t, TABLE_ROWS, args_flag(c->args, "json"), c->out);
}

struct pool_sum {
	int made, removed, busy;
	int64_t ready;
};

/* Go after go, until nothing is missing or another process is at it. */
static enum err
fill_one(
    struct cli *c, const struct server_desk *desk, const char *id, struct pool_sum *sum)
{
	struct pool_filling f;
	struct database_server s;
	enum err rc;

	do {
		f = (struct pool_filling){.most = GO_MOST};
		rc = server_show(c->cx, desk->db, id, &s);
		if (rc == ERR_OK)
			rc = pool_fill(c->cx, desk->databases, desk->db, &s, &f);
		sum->made += f.made;
		sum->removed += f.removed;
	} while (rc == ERR_OK && f.made > 0 && f.ready < f.wanted);
	sum->busy += f.busy;
	sum->ready += f.ready;
	return rc;
}

static enum err
drain_one(
    struct cli *c, const struct server_desk *desk, const char *id, struct pool_sum *sum)
{
	struct pool_filling f = {0};
	struct database_server s;
	enum err rc = server_show(c->cx, desk->db, id, &s);

	if (rc == ERR_OK)
		rc = pool_drain(c->cx, desk->databases, desk->db, &s, &f);
	sum->removed += f.removed;
	return rc;
}

typedef enum err pool_fn(struct cli *c, const struct server_desk *desk, const char *id,
    struct pool_sum *sum);

static enum err
each_pool(struct cli *c, pool_fn *fn)
{
	static const char *const columns[] = {"made", "removed", "ready", "busy"};
	const char *only = args_operand(c->args, 0);
	struct server_page page = {.limit = ALL_MOST};
	struct pool_sum sum = {0};
	struct server_desk desk;
	struct table t;
	enum err rc = open_desk(c, &desk);

	if (rc == ERR_OK && only == NULL)
		rc = servers_list(c->cx, desk.db, &page);
	if (rc == ERR_OK && only != NULL)
		rc = fn(c, &desk, only, &sum);
	for (int i = 0; rc == ERR_OK && i < page.count; i++)
		rc = fn(c, &desk, page.list[i].id, &sum);
	if (rc != ERR_OK)
		return rc;
	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	table_i64(&t, sum.made);
	table_i64(&t, sum.removed);
	table_i64(&t, sum.ready);
	table_i64(&t, sum.busy);
	return table_print(c->cx, &t, TABLE_RECORD, args_flag(c->args, "json"), c->out);
}

enum err
command_pool_fill(struct cli *c)
{
	return each_pool(c, fill_one);
}

enum err
command_pool_drain(struct cli *c)
{
	return each_pool(c, drain_one);
}
