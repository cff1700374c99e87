/*
 * connections.h - a process's own connections to tenants' databases, for looking at
 * them: one of a tenant, those used last; past TENANT_CONNECTIONS, or past this
 * process's share of a server's most connections, the one that was used longest ago is
 * closed. Also one that was idle for CONNECTIONS_IDLE_MS, or broke.
 *
 * The share: a server's most connections, divided by the processes that may hold any
 * (TENANT_HOSTS times workers, job workers and a command), so that all of them together
 * stay within it without asking each other. Where that is less than one, there is none.
 *
 * Owner:    the process, after the fork.
 * Lifetime: until connections_free(). A connection: until the next call.
 * Threads:  one.
 * Failure:  ERR_UNAVAILABLE, told, where the share is none; that of
 * databases_connect().
 */
#ifndef TENANTD_DATABASE_CONNECTIONS_H
#define TENANTD_DATABASE_CONNECTIONS_H

#include "database/databases.h"

enum { CONNECTIONS_MOST = 64, CONNECTIONS_IDLE_MS = 60000 };

struct connections;

struct connections *connections_new(struct databases *d);
void connections_free(struct connections *c);

/* most: of the server, or SERVER_NONE. */
int connections_share(const struct conf *conf, int64_t most);
int connections_count(const struct connections *c); /* that are kept now */

/* Whose database it is. */
struct connection_place {
	const struct database_server *server;
	const char *tenant_id, *database;
};
enum err connections_find(struct ctx *cx, struct connections *c,
    const struct connection_place *place, struct db **out) MUST_CHECK;
/* It broke, or its database is about to go. NULL: all. */
void connections_close(struct connections *c, const char *tenant_id);
/* Closes what was idle; every call does that as well. */
void connections_rest(struct connections *c);

#endif
