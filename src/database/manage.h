/*
 * manage.h - what operators do with database servers, by HTTP or in a shell; each
 * change is in the audit log.
 *
 * Owner:    the caller: the desk; texts live in the arena of the ctx.
 * Lifetime: of one request or command.
 * Threads:  one.
 * Failure:  as servers.h and host.h.
 */
#ifndef TENANTD_DATABASE_MANAGE_H
#define TENANTD_DATABASE_MANAGE_H

#include "audit/audit.h"
#include "database/databases.h"
#include "database/pool.h"

struct server_desk {
	struct databases *databases;
	struct db *db; /* the control plane's */
	struct audit *audit;
	const char *address; /* the caller's, or "" */
};

/* -- each on its own, outside of any transaction -- */
/* Whether a server can be reached like that, and the role there may do what it must. */
enum err server_probe(struct ctx *cx, const struct server_desk *desk, const char *id,
    const char *conninfo) MUST_CHECK;
/* Probes it, registers it, makes its template; its pool fills up by a job. */
enum err server_register(struct ctx *cx, const struct server_desk *desk, const char *id,
    const struct server_draft *draft, struct database_server *out) MUST_CHECK;
/* active, draining or off; of one that takes nothing new the pool is emptied by a
 * job. */
enum err server_set_state(struct ctx *cx, const struct server_desk *desk,
    const char *id, const char *state, struct database_server *out) MUST_CHECK;
/* Takes pool and template away from a server that is draining and has no tenant's
 * database, before server_removal(). One that is off is not asked: it may be gone. */
enum err server_clear(struct ctx *cx, const struct server_desk *desk, const char *id,
    struct database_server *out) MUST_CHECK;
/* A look at it: its row is then as that says. */
enum err server_look(struct ctx *cx, const struct server_desk *desk, const char *id,
    struct database_server *out) MUST_CHECK;

/* -- inside a transaction, in the management context -- */
/* now: as it was held; then as it has become. */
enum err server_change(struct ctx *cx, const struct server_desk *desk,
    const struct server_draft *draft, struct database_server *now) MUST_CHECK;
enum err server_removal(struct ctx *cx, const struct server_desk *desk,
    const struct database_server *now) MUST_CHECK;
/* What is there, as a draft that changes nothing. */
struct server_draft server_as_is(const struct database_server *s);

#endif
