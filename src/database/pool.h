/*
 * pool.h - databases that were made beforehand and wait for a tenant. One is claimed in
 * the transaction that writes down what it is for, and gets its name afterwards: a
 * rename costs a fraction of a copy.
 *
 * Only one process at a time fills a server's pool. Each name is in the pool's table
 * before the database is made, and what a kill left there unfinished is removed by the
 * next who fills it. What was claimed is the matter of the resource that has it.
 *
 * Owner:    the database: tenantd.pool_databases.
 * Lifetime: of one call.
 * Threads:  one.
 * Failure:  as host.h.
 */
#ifndef TENANTD_DATABASE_POOL_H
#define TENANTD_DATABASE_POOL_H

#include "database/base.h"
#include "database/databases.h"

#define POOL_MARK "tenantd:pool"

/* -- inside a transaction, in the management context -- */
/* One of this stamp for whoever; *name NULL: there is none. */
enum err pool_claim(struct ctx *cx, struct db *db, const struct database_server *s,
    const char *whose, const char **name) MUST_CHECK;
/* What was claimed for `whose` is the resource's. */
enum err pool_bind(struct ctx *cx, struct db *db, const char *whose,
    const char *resource_id) MUST_CHECK;
/* What the resource had claimed is not the pool's any more. */
enum err pool_release(
    struct ctx *cx, struct db *db, const char *resource_id) MUST_CHECK;
/* Has it filled up by a job; several calls at once are one. */
enum err pool_want(struct ctx *cx, struct db *db, const char *server_id) MUST_CHECK;

/* -- outside of any transaction -- */
struct pool_filling {
	int most; /* databases to be made in this go; 0: POOL_REFILL */
	/* the answer */
	int made, removed;
	int64_t ready, wanted;
	bool busy; /* somebody else is at it: nothing was done */
};
/* Removes what is out of date, makes what is missing; of a server that takes nothing
 * new, removes all. s: then as it has become. */
enum err pool_fill(struct ctx *cx, struct databases *d, struct db *control,
    struct database_server *s, struct pool_filling *f) MUST_CHECK;
/* Removes all that waits there. */
enum err pool_drain(struct ctx *cx, struct databases *d, struct db *control,
    struct database_server *s, struct pool_filling *f) MUST_CHECK;
/* Queues jobs for the servers whose pool is not as it is to be, in a transaction of its
 * own; *count of them. */
enum err pool_keep(
    struct ctx *cx, struct databases *d, struct db *control, int *count) MUST_CHECK;

struct pool_state {
	const char *server, *state, *stamp; /* stamp NULL: there is no template */
	int64_t wanted, ready, stale, making, claimed, databases;
};
enum err pool_status(struct ctx *cx, struct db *db, const struct conf *conf,
    struct pool_state **list, int *count) MUST_CHECK;

#endif
