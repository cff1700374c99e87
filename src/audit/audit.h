/*
 * audit.h - who did what to whom, written in the transaction that did it.
 *
 * Owner:    the transaction of the caller.
 * Lifetime: the row stays; the server's role can add rows and read them, no more.
 * Threads:  one.
 * Failure:  that of db_queue().
 */
#ifndef TENANTD_AUDIT_AUDIT_H
#define TENANTD_AUDIT_AUDIT_H

#include "base/ctx.h"
#include "db/db.h"

enum audit_severity { AUDIT_UNSET, AUDIT_LOW, AUDIT_MEDIUM, AUDIT_HIGH, AUDIT_COUNT };

struct audit_entry {
	const char *event; /* "TENANT_CREATED" */
	enum audit_severity severity;
	const char *actor;     /* user id, or the name of a command */
	const char *tenant_id; /* NULL: concerns none */
	const char *address;   /* the client's, or "" */
	const char *details;   /* JSON object, without secrets */
};

/* Inside a transaction. */
enum err audit_append(
    struct ctx *cx, struct db *db, const struct audit_entry *a) MUST_CHECK;

#endif
