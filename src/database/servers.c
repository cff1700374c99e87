/* servers.c - see servers.h. */
#include "database/servers.h"

#include <string.h>

#include "base/str.h"
#include "crypto/secret.h"
#include "database/databases.h"
#include "db/conninfo.h"

enum { ID_MAX = 63 };

static int64_t
limit_of(const struct db_rows *rows, int row, int column)
{
	return db_text(rows, row, column) == NULL ? SERVER_NONE
						  : db_i64(rows, row, column);
}

static void
read_row(const struct db_rows *rows, int row, struct database_server *out)
{
	*out = (struct database_server){
	    .id = db_text(rows, row, 0),
	    .address = db_text(rows, row, 1),
	    .role = db_text(rows, row, 2),
	    .state = db_text(rows, row, 3),
	    .weight = db_i64(rows, row, 4),
	    .databases_most = limit_of(rows, row, 5),
	    .connections_most = limit_of(rows, row, 6),
	    .pool_size = limit_of(rows, row, 7),
	    .databases = db_i64(rows, row, 8),
	    .template = db_text(rows, row, 9),
	    .stamp = db_text(rows, row, 10),
	    .template_next = db_text(rows, row, 11),
	    .health = db_text(rows, row, 12),
	    .health_reason = db_text(rows, row, 13),
	    .checked_at = db_text(rows, row, 14),
	    .version = db_i64(rows, row, 15),
	    .created_at = db_text(rows, row, 16),
	    .updated_at = db_text(rows, row, 17),
	    .sealed = db_text(rows, row, 18),
	    .ready = db_i64(rows, row, 19),
	    .pooled = db_i64(rows, row, 20),
	};
}

bool
server_is_id(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	size_t n = strlen(text);

	return n >= 1 && n <= ID_MAX && strspn(text, letters) == n && text[0] != '-' &&
	    text[n - 1] != '-';
}

/* -- reading -- */

static enum err
take_row(struct ctx *cx, enum err rc, const struct db_rows *rows, const char *id,
    struct database_server *out)
{
	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc = err_tell(&cx->err, ERR_NOT_FOUND,
		    "there is no database server \"%.63s\"", id);
	if (rc == ERR_OK)
		read_row(rows, 0, out);
	return rc;
}

enum err
server_show(struct ctx *cx, struct db *db, const char *id, struct database_server *out)
{
	struct db_rows *rows;
	enum err rc = db_read(
	    cx, db, DB_MANAGEMENT, DB_CALL(STMT_server_list, NULL, "1", id), &rows);

	return take_row(cx, rc, rows, id, out);
}

enum err
server_hold(struct ctx *cx, struct db *db, const char *id, struct database_server *out)
{
	struct db_rows *rows;
	enum err rc = db_queue(cx, db, STMT_server_lock, DB_ARGS(id));

	if (rc != ERR_OK)
		return rc;
	rc = db_query(cx, db, STMT_server_list, DB_ARGS(NULL, "1", id), &rows);
	return take_row(cx, rc, rows, id, out);
}

enum err
servers_list(struct ctx *cx, struct db *db, struct server_page *page)
{
	char limit[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_read(cx, db, DB_MANAGEMENT,
	    DB_CALL(
		STMT_server_list, page->after, str_from_i64(limit, page->limit), NULL),
	    &rows);

	if (rc != ERR_OK)
		return rc;
	page->count = db_row_count(rows);
	page->list =
	    arena_alloc(cx->mem, ((size_t)page->count + 1) * sizeof(*page->list));
	for (int i = 0; i < page->count; i++)
		read_row(rows, i, &page->list[i]);
	return ERR_OK;
}

/* -- the connection string -- */

static struct slice
place_of(struct ctx *cx, const char *id)
{
	return slice_of(arena_printf(cx->mem, "database_server|%s", id));
}

enum err
server_conninfo(struct ctx *cx, const struct seal_keys *keys,
    const struct database_server *s, struct slice *out)
{
	enum err rc = seal_open(cx, keys, s->sealed, place_of(cx, s->id), out);

	if (rc != ERR_OK)
		err_note(
		    &cx->err, "the connection string of database server \"%s\"", s->id);
	return rc;
}

/* -- changes -- */

static const char *
limit_text(struct ctx *cx, int64_t limit)
{
	return limit == SERVER_NONE ? NULL
				    : arena_printf(cx->mem, "%lld", (long long)limit);
}

/* What of a draft goes into the row. */
struct draft_row {
	const char *sealed, *address, *role;
};

static enum err
draft_seal(struct ctx *cx, const struct seal_keys *keys, const char *id,
    const char *conninfo, struct draft_row *out)
{
	struct conninfo_view view;
	enum err rc = conninfo_look(cx, conninfo, &view);

	if (rc == ERR_OK && (*view.user == '\0' || *view.address == ':'))
		rc = err_tell(&cx->err, ERR_INVALID,
		    "the connection string must name a host and a user");
	if (rc == ERR_OK)
		rc = seal_make(
		    cx, keys, slice_of(conninfo), place_of(cx, id), &out->sealed);
	if (rc == ERR_OK) {
		out->address = view.address;
		out->role = view.user;
	}
	return rc;
}

static enum err
check_id(struct ctx *cx, const char *id)
{
	if (server_is_id(id))
		return ERR_OK;
	return err_tell(&cx->err, ERR_INVALID,
	    "a database server's id is of a-z, 0-9 and \"-\", up to %d of them",
	    ID_MAX);
}

enum err
server_outline(struct ctx *cx, const struct seal_keys *keys, const char *id,
    const char *conninfo, struct database_server *out)
{
	struct draft_row row = {0};
	enum err rc = check_id(cx, id);

	if (rc == ERR_OK)
		rc = draft_seal(cx, keys, id, conninfo, &row);
	*out = (struct database_server){.id = id,
	    .address = row.address,
	    .role = row.role,
	    .state = "off",
	    .sealed = row.sealed};
	return rc;
}

enum err
server_create(struct ctx *cx, struct db *db, const struct seal_keys *keys,
    const char *id, const struct server_draft *d)
{
	char weight[STR_I64_SIZE];
	struct draft_row row;
	enum err rc = check_id(cx, id);

	if (rc == ERR_OK)
		rc = draft_seal(cx, keys, id, d->conninfo, &row);
	if (rc != ERR_OK)
		return rc;
	rc = db_query(cx, db, STMT_server_create,
	    DB_ARGS(id, row.sealed, row.address, row.role,
		str_from_i64(weight, d->weight), limit_text(cx, d->databases_most),
		limit_text(cx, d->connections_most), limit_text(cx, d->pool_size)),
	    NULL);
	if (rc == ERR_CONFLICT)
		rc = err_tell(&cx->err, ERR_CONFLICT,
		    "there is a database server \"%s\" already", id);
	return rc;
}

enum err
server_update(struct ctx *cx, struct db *db, const struct seal_keys *keys,
    const struct server_draft *d, struct database_server *now)
{
	char weight[STR_I64_SIZE];
	struct draft_row row = {now->sealed, now->address, now->role};
	enum err rc = ERR_OK;

	if (d->conninfo != NULL)
		rc = draft_seal(cx, keys, now->id, d->conninfo, &row);
	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_server_update,
		    DB_ARGS(now->id, row.sealed, row.address, row.role,
			str_from_i64(weight, d->weight),
			limit_text(cx, d->databases_most),
			limit_text(cx, d->connections_most),
			limit_text(cx, d->pool_size), d->state));
	return rc == ERR_OK ? server_hold(cx, db, now->id, now) : rc;
}

static enum err
drop_row(struct ctx *cx, struct db *db, const struct database_server *now)
{
	enum err rc = db_queue(cx, db, STMT_pool_forget_all, DB_ARGS(now->id));

	return rc == ERR_OK ? db_queue(cx, db, STMT_server_remove, DB_ARGS(now->id))
			    : rc;
}

enum err
server_remove(struct ctx *cx, struct db *db, const struct database_server *now)
{
	if (now->databases > 0)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "%lld databases of tenants are on database server \"%s\": drain it "
		    "and move or purge them",
		    (long long)now->databases, now->id);
	if (strcmp(now->state, "off") == 0)
		return drop_row(cx, db, now);
	if (now->pooled > 0 || now->template != NULL || now->template_next != NULL)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "the pool or the template is still on database server \"%s\"",
		    now->id);
	return drop_row(cx, db, now);
}

struct health_call {
	const char *id, *health, *reason;
};

static enum err
tell_health(struct ctx *cx, struct db *db, void *arg)
{
	const struct health_call *call = arg;

	return db_queue(cx, db, STMT_server_tell_health,
	    DB_ARGS(call->id, call->health, call->reason));
}

enum err
server_tell_health(struct ctx *cx, struct db *db, const char *id, const char *health,
    const char *reason)
{
	struct health_call call = {id, health, reason};

	return db_transaction(cx, db, DB_MANAGEMENT, tell_health, &call);
}

/* -- which one -- */

static enum err
refuse(struct ctx *cx, struct db *db, const char *asked, const char *each)
{
	struct db_rows *rows;
	const char *state;
	enum err rc =
	    db_query(cx, db, STMT_server_refusal, DB_ARGS(asked, each), &rows);

	if (rc != ERR_OK)
		return rc;
	state = db_text(rows, 0, 2);
	if (db_i64(rows, 0, 0) == 0)
		return err_tell(&cx->err, ERR_ISOLATION,
		    "no database server is registered here, so no tenant can have a "
		    "database of its own: ask for \"schema\" or \"shared\", or let an "
		    "operator run \"tenantd server add\"");
	if (asked != NULL && state == NULL)
		return err_tell(&cx->err, ERR_ISOLATION,
		    "there is no database server \"%.63s\"", asked);
	if (asked != NULL && strcmp(state, "active") != 0)
		return err_tell(&cx->err, ERR_ISOLATION,
		    "database server \"%.63s\" is %s and takes no new database", asked,
		    state);
	if (asked != NULL)
		return err_tell(&cx->err, ERR_ISOLATION,
		    "database server \"%.63s\" has no room: it has %lld databases",
		    asked, (long long)db_i64(rows, 0, 3));
	return err_tell(&cx->err, ERR_ISOLATION,
	    "no database server has room for one more database (%lld are registered, "
	    "%lld active): an operator can raise a limit or add one",
	    (long long)db_i64(rows, 0, 0), (long long)db_i64(rows, 0, 1));
}

enum err
server_pick(
    struct ctx *cx, struct db *db, const char *asked, struct database_server *out)
{
	char each[STR_I64_SIZE];
	const char *connections = str_from_i64(each, DATABASE_CONNECTIONS);
	struct db_rows *rows;
	enum err rc = db_queue(cx, db, STMT_server_turn, DB_NO_ARGS);

	if (rc != ERR_OK)
		return rc;
	rc = db_query(cx, db, STMT_server_pick, DB_ARGS(asked, connections), &rows);
	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc = refuse(cx, db, asked, connections);
	return rc == ERR_OK ? server_hold(cx, db, db_text(rows, 0, 0), out) : rc;
}

/* -- another key -- */

struct reseal_call {
	const struct seal_keys *keys;
	const char *id;
	bool done;
};

static enum err
reseal(struct ctx *cx, struct db *db, void *arg)
{
	struct reseal_call *call = arg;
	struct database_server s;
	struct slice conninfo = {0};
	enum err rc = server_hold(cx, db, call->id, &s);

	call->done = false;
	if (rc != ERR_OK || seal_is_current(call->keys, s.sealed))
		return rc;
	rc = server_conninfo(cx, call->keys, &s, &conninfo);
	if (rc == ERR_OK)
		rc = server_update(cx, db, call->keys,
		    &(struct server_draft){.conninfo = conninfo.p,
			.state = s.state,
			.weight = s.weight,
			.databases_most = s.databases_most,
			.connections_most = s.connections_most,
			.pool_size = s.pool_size},
		    &s);
	secret_cleanse((void *)(uintptr_t)conninfo.p, conninfo.n);
	call->done = rc == ERR_OK;
	return rc;
}

enum err
servers_reseal(struct ctx *cx, struct db *db, const struct seal_keys *keys, int *count)
{
	struct server_page page = {.limit = 10000};
	enum err rc = servers_list(cx, db, &page);

	*count = 0;
	for (int i = 0; rc == ERR_OK && i < page.count; i++) {
		struct reseal_call call = {keys, page.list[i].id, false};

		if (seal_is_current(keys, page.list[i].sealed))
			continue;
		rc = db_transaction(cx, db, DB_MANAGEMENT, reseal, &call);
		*count += call.done;
	}
	return rc;
}
