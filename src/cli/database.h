/*
 * database.h - the database of a command.
 *
 * Owner:    the command's arena, which closes the connection.
 * Lifetime: of the command.
 * Threads:  one.
 * Failure:  none of the connection: the first call connects.
 */
#ifndef TENANTD_CLI_DATABASE_H
#define TENANTD_CLI_DATABASE_H

#include "audit/audit.h"
#include "conf/conf.h"
#include "db/db.h"
#include "db/migrate.h"

enum database_role { DATABASE_AS_SERVER, DATABASE_AS_OWNER };

struct db *database_open(
    struct ctx *cx, const struct conf *conf, enum database_role role);

/* What seals and opens what is kept sealed. */
enum err database_seal_keys(
    struct ctx *cx, const struct conf *conf, const struct seal_keys **out) MUST_CHECK;
/* The audit log, for commands that write it down or look into it; needs SECRET_KEY. */
enum err database_audit(
    struct ctx *cx, const struct conf *conf, struct audit **out) MUST_CHECK;

/* Which database somebody is connected to, and as whom. */
struct database_identity {
	const char *role, *database, *host, *port;
	const char *cluster; /* PostgreSQL's system identifier */
	const char *version;
	int version_num;
	bool standby, may_create;
	int64_t now_ms;  /* there, since 1970 */
	int connections; /* that ordinary roles may have there */
};

enum err database_identify(
    struct ctx *cx, struct db *db, struct database_identity *out) MUST_CHECK;

/* As the owner: applies what is missing, and grants the server's role its rights. */
enum err database_migrate(struct ctx *cx, const struct conf *conf,
    migrate_report_fn *report, void *arg) MUST_CHECK;

#endif
