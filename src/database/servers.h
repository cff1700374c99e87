/*
 * servers.h - the PostgreSQL servers that tenants' databases lie on: who is registered,
 * and which one the next database goes to.
 *
 * A server's connection string is kept sealed and never shown: its address and role
 * are. A server that is draining takes no new database, one that is off is not asked
 * for anything but by name. How many databases it has is counted by the ledger's
 * trigger.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  that of db.h; ERR_NOT_FOUND, ERR_CONFLICT and ERR_ISOLATION are told.
 */
#ifndef TENANTD_DATABASE_SERVERS_H
#define TENANTD_DATABASE_SERVERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "crypto/seal.h"
#include "db/db.h"

enum { SERVER_NONE = -1 /* no limit, or no size of its own */, SERVER_WEIGHT = 100 };

struct database_server {
	const char *id, *address, *role;
	const char *state; /* active, draining, off */
	int64_t weight;
	int64_t databases_most, connections_most, pool_size; /* or SERVER_NONE */
	int64_t databases;    /* of tenants, the intended ones too */
	const char *template; /* what databases are copied from; NULL: none yet */
	const char *stamp;    /* of that */
	const char *template_next;
	const char *health, *health_reason, *checked_at; /* reason, time: or NULL */
	int64_t version;
	const char *created_at, *updated_at;
	const char *sealed; /* the connection string; never shown */
	int64_t ready;      /* of the pool */
	int64_t pooled;     /* ready, being made, or about to be removed */
};

/* Whether a text may be a server's id: a-z, 0-9 and "-", up to 63. */
bool server_is_id(const char *text);

/* -- each in a transaction of its own -- */
enum err server_show(struct ctx *cx, struct db *db, const char *id,
    struct database_server *out) MUST_CHECK;
struct server_page {
	const char *after; /* an id; NULL: from the first */
	int limit;
	struct database_server *list; /* the answer, in the order of ids */
	int count;
};
enum err servers_list(
    struct ctx *cx, struct db *db, struct server_page *page) MUST_CHECK;
/* What a look at it, or a use of it, said: health ok or down, and why. */
enum err server_tell_health(struct ctx *cx, struct db *db, const char *id,
    const char *health, const char *reason) MUST_CHECK;

/* -- inside a transaction, in the management context -- */
/* The same as server_show(), held until the transaction ends. */
enum err server_hold(struct ctx *cx, struct db *db, const char *id,
    struct database_server *out) MUST_CHECK;
/* conninfo NULL: as it was, where there was one. */
struct server_draft {
	const char *conninfo, *state;
	int64_t weight, databases_most, connections_most, pool_size;
};
enum err server_create(struct ctx *cx, struct db *db, const struct seal_keys *keys,
    const char *id, const struct server_draft *draft) MUST_CHECK;
/* One that is not registered yet, or with another connection string: to be looked at.
 */
enum err server_outline(struct ctx *cx, const struct seal_keys *keys, const char *id,
    const char *conninfo, struct database_server *out) MUST_CHECK;
/* now: as it was held; then as it has become. */
enum err server_update(struct ctx *cx, struct db *db, const struct seal_keys *keys,
    const struct server_draft *draft, struct database_server *now) MUST_CHECK;
/* ERR_CONFLICT while a tenant, the pool or a template is left there; of a server that
 * is off, only tenants' databases count. */
enum err server_remove(
    struct ctx *cx, struct db *db, const struct database_server *now) MUST_CHECK;
/* The server for one more database, held until the transaction ends: until then its
 * limits hold. asked NULL: by weight. ERR_ISOLATION: there is none. */
enum err server_pick(struct ctx *cx, struct db *db, const char *asked,
    struct database_server *out) MUST_CHECK;

/* The connection string, which the caller wipes. */
enum err server_conninfo(struct ctx *cx, const struct seal_keys *keys,
    const struct database_server *s, struct slice *out) MUST_CHECK;
/* Seals under today's key what the one before it sealed, in a transaction each. */
enum err servers_reseal(
    struct ctx *cx, struct db *db, const struct seal_keys *keys, int *count) MUST_CHECK;

#endif
