/*
 * host.h - inside database: what is done on a database server, and how its failures are
 * told.
 *
 * Owner:    databases.h: the connections.
 * Lifetime: of one call.
 * Threads:  one.
 * Failure:  told in words that say what is to be done: ERR_ISOLATION where the server
 *           will never do it as things are, ERR_UNAVAILABLE where it may next time,
 *           ERR_CONFLICT for a name that somebody else has. What kept the server from
 *           answering is written into its row.
 */
#ifndef TENANTD_DATABASE_HOST_H
#define TENANTD_DATABASE_HOST_H

#include "database/databases.h"

/* One server at work. */
struct host {
	struct databases *databases;
	struct db *control; /* where the servers are registered */
	const struct database_server *server;
	struct db *db;              /* the connection there */
	const struct db_beat *beat; /* of host_do(); NULL: the ctx's deadline bounds it
				     */
};

enum err host_open(struct ctx *cx, struct databases *d, struct db *control,
    const struct database_server *s, struct host *out) MUST_CHECK;
/* What cx holds of a failure there, told; rc as it is to be returned. */
enum err host_failed(struct ctx *cx, const struct host *h, enum err rc) MUST_CHECK;
/* A statement outside of transactions; its failure is told. */
enum err host_do(struct ctx *cx, const struct host *h, enum stmt_id id,
    const char *const *names) MUST_CHECK;

/* Whether the role may do what it must, and the server is one that we know. */
enum err host_check(struct ctx *cx, const struct host *h) MUST_CHECK;

/* Which of two databases are there, and their comments; NULL: not there. "": no
 * comment. */
struct host_pair {
	const char *name[2], *mark[2];
};
enum err host_look(
    struct ctx *cx, const struct host *h, struct host_pair *pair) MUST_CHECK;

/* Others that do the same wait, or *ours is false; also while the server is at work on
 * what a process began that is not there any more. Until host_turn_end(). */
enum err host_turn(struct ctx *cx, const struct host *h, const char *what) MUST_CHECK;
enum err host_turn_try(
    struct ctx *cx, const struct host *h, const char *what, bool *ours) MUST_CHECK;
void host_turn_end(const struct ctx *cx, const struct host *h, const char *what);

#endif
