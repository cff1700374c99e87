/*
 * databases.h - connections to the database servers: of the role that a server was
 * registered with, past any pooler.
 *
 * A process keeps one such connection to each of the DATABASES_OPEN servers that it
 * used last, in the database that the server's connection string names, and closes one
 * that was idle for DATABASES_IDLE_MS. What is done in a tenant's own database has a
 * connection for itself.
 *
 * Owner:    the process: databases_new(), after the fork.
 * Lifetime: until databases_free(). A connection from databases_host(): until the next
 *           call with the same struct databases.
 * Threads:  one.
 * Failure:  ERR_INTERNAL when what is sealed does not open; that of db.h from what is
 *           done over a connection.
 */
#ifndef TENANTD_DATABASE_DATABASES_H
#define TENANTD_DATABASE_DATABASES_H

#include "conf/conf.h"
#include "crypto/seal.h"
#include "database/servers.h"
#include "db/db.h"

enum {
	DATABASES_OPEN = 8,
	DATABASES_IDLE_MS = 60000,
	/* what an application is told, and what PostgreSQL enforces */
	DATABASE_CONNECTIONS = 10, /* of a tenant at most */
	DATABASE_CONNECTIONS_LEAST = 2,
	DATABASE_IDLE_MS = 10000,
	DATABASE_ACQUIRE_MS = 30000
};

struct databases;
struct connections;

struct databases *databases_new(const struct conf *conf, const struct seal_keys *keys);
void databases_free(struct databases *d);
const struct conf *databases_conf(const struct databases *d);
const struct seal_keys *databases_keys(const struct databases *d);

/* The control plane's database over a connection of our own, for whoever has a
 * transaction open on another. */
struct db *databases_control(struct databases *d);

/* Our connections to tenants' databases: connections.h. */
struct connections *databases_connections(struct databases *d);

/* The connection to a server, for what its databases and roles are made with. */
enum err databases_host(struct ctx *cx, struct databases *d,
    const struct database_server *s, struct db **out) MUST_CHECK;
/* A connection to one database there; the caller's, with db_free(). */
enum err databases_connect(struct ctx *cx, struct databases *d,
    const struct database_server *s, const char *database, struct db **out) MUST_CHECK;
/* Closes what was idle; every call does that as well. */
void databases_rest(struct databases *d);

/* How an application gets there, or, s NULL, to the control plane's database; cleansed
 * with cx->mem. */
struct database_login {
	const char *database, *role, *password;
	const char *host, *port; /* NULL: as we do */
};
enum err databases_uri(struct ctx *cx, struct databases *d,
    const struct database_server *s, const struct database_login *login,
    const char **uri) MUST_CHECK;

#endif
