/*
 * database_access.h - how a tenant's applications reach its data: the role, and what
 * their pools are to be like. What is changed here is written down; logins_settle()
 * makes the server follow.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  that of db.h; ERR_CONFLICT, told, for a pool that the server has no room
 *           for, and for a password of a tenant that has no role.
 */
#ifndef TENANTD_FLOWS_DATABASE_ACCESS_H
#define TENANTD_FLOWS_DATABASE_ACCESS_H

#include "audit/audit.h"
#include "database/databases.h"

struct database_pool {
	int64_t max, min; /* connections */
	int64_t idle_ms, acquire_ms;
};

struct database_access {
	const char *tenant_id;
	const char *isolation;         /* shared, schema, database */
	const char *server;            /* NULL: the control plane's, or none */
	const char *database, *schema; /* NULL: none of its own */
	const char *role; /* NULL: the applications use one of the operator's */
	struct database_pool pool;
	bool may_log_in; /* its status lets the role in */
	int64_t bytes;   /* -1: not known */
	int64_t version;
	const char *rotated_at; /* NULL: never */
	const char *updated_at;
	const char *url; /* of one that was just rotated; shown once */
};

/* Who changes it, for the audit log; d: for limits, keys and addresses. */
struct database_access_site {
	const char *tenant_id, *address;
	struct audit *audit;
	struct databases *databases;
	bool platform; /* whether it is the platform who asks */
};

/* In a transaction of its own, without what it takes there. */
enum err database_access_show(struct ctx *cx, struct db *db,
    const struct database_access_site *site, struct database_access *out) MUST_CHECK;
/* What it takes on its server, as far as that is to be had within two seconds. */
int64_t database_access_bytes(struct ctx *cx, const struct database_access_site *site);

/* -- inside a transaction in the tenant's context -- */
/* Held until the transaction ends. */
enum err database_access_hold(struct ctx *cx, struct db *db,
    const struct database_access_site *site, struct database_access *out) MUST_CHECK;
/* now: as it was held; then as it has become. */
enum err database_access_set_pool(struct ctx *cx, struct db *db,
    const struct database_access_site *site, const struct database_pool *pool,
    struct database_access *now) MUST_CHECK;
/* Another password: now->url is what leads there from now on. end: the sessions that
 * are open are to end. */
enum err database_access_rotate(struct ctx *cx, struct db *db,
    const struct database_access_site *site, bool end,
    struct database_access *now) MUST_CHECK;

#endif
