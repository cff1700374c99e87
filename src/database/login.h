/*
 * login.h - a tenant's login role on a database server: NOSUPERUSER, NOCREATEDB,
 * NOCREATEROLE, NOINHERIT; let into its own database or schema alone, as often at once
 * as its pool may be large, each statement for so long.
 *
 * A role is ours by its COMMENT, "tenantd:<resource id>", set in the transaction that
 * makes it: one that was there before is left as it is. Its password comes as a SCRAM
 * verifier, never as text. Who is about the same role waits for the transaction's end.
 *
 * Owner:    the caller, of all; host: a connection to the server, in any of its
 *           databases but always the same; of a schema, in the one that it lies in.
 * Lifetime: of the call.
 * Threads:  one.
 * Failure:  that of db.h; ERR_CONFLICT, told, for a name that somebody else's role has;
 *           ERR_ISOLATION, told, where our role may not do it.
 */
#ifndef TENANTD_DATABASE_LOGIN_H
#define TENANTD_DATABASE_LOGIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "db/db.h"

enum { LOGIN_NAME_SIZE = 64 }; /* with NUL: as long as PostgreSQL's names get */

/* Which role. */
struct login_name {
	const char *role, *resource; /* the resource's id marks it */
	const char *database; /* the tenant's, or the one that its schema is in */
	const char *schema;   /* NULL: it has the database for itself */
};

/* What it is to be. */
struct login {
	struct login_name is;
	const char *verifier; /* NULL: as it was */
	int connections;      /* at once */
	int timeout_ms; /* of a statement, unless a session says otherwise; 0: none */
	bool may_log_in;
	bool make; /* where it is not there; else that is left so */
};

/* The name of the role for a database, or for a schema, which other databases of the
 * server may have as well: with a part of the tenant's id. */
void login_name_for(char out[static LOGIN_NAME_SIZE], const char *database,
    const char *schema, const char *tenant_id);

/* -- inside a transaction over host -- */
/* The role is nobody else's matter until the transaction ends. */
enum err login_hold(
    struct ctx *cx, struct db *host, const struct login_name *is) MUST_CHECK;
enum err login_make(struct ctx *cx, struct db *host, const struct login *l) MUST_CHECK;

/* -- each in transactions of its own -- */
/* Ends its sessions, those too that are about to begin; *ended of them. The role was
 * kept from logging in before. */
enum err login_end_sessions(struct ctx *cx, struct db *host,
    const struct login_name *is, int64_t *ended) MUST_CHECK;
/* Nobody logs in any more, and nobody is. */
enum err login_close(
    struct ctx *cx, struct db *host, const struct login_name *is) MUST_CHECK;
/* What it has made in the database that `inside` leads to is ours from now on. */
enum err login_disown(
    struct ctx *cx, struct db *inside, const struct login_name *is) MUST_CHECK;
/* It is not there any more. */
enum err login_remove(
    struct ctx *cx, struct db *host, const struct login_name *is) MUST_CHECK;

/* As it is on the server. */
struct login_state {
	bool there, ours, may_log_in, may_connect;
	int64_t connections;
};
enum err login_look(struct ctx *cx, struct db *host, const struct login_name *is,
    struct login_state *out) MUST_CHECK;

#endif
