/*
 * audit.h - who did what to whom, written in the transaction that did it, so that it
 * can be proved later: each row with a MAC (proof.h) under a key of the program's own,
 * which lies in tenantd.sealed_keys, sealed under SECRET_KEY.
 *
 * Owner:    struct audit: a process, which borrows it the sealing keys; rows: the
 *           transaction of the caller.
 * Lifetime: a row stays until retention takes it away.
 * Threads:  one.
 * Failure:  that of db_queue(); ERR_INTERNAL when the key is gone, or SECRET_KEY opens
 *           it no more: then nothing that has to be written down can be done.
 */
#ifndef TENANTD_AUDIT_AUDIT_H
#define TENANTD_AUDIT_AUDIT_H

#include <stdbool.h>

#include "base/ctx.h"
#include "crypto/seal.h"
#include "db/db.h"

struct audit;

struct audit *audit_new(const struct seal_keys *keys);
void audit_free(struct audit *log); /* NULL: nothing */

enum audit_severity { AUDIT_UNSET, AUDIT_LOW, AUDIT_MEDIUM, AUDIT_HIGH, AUDIT_COUNT };
enum { AUDIT_DETAILS_MAX = 65536 }; /* bytes */

const char *audit_severity_name(enum audit_severity s);
/* AUDIT_UNSET: there is none of this name. */
enum audit_severity audit_severity_of(const char *name);

struct audit_entry {
	const char *event; /* "TENANT_CREATED" */
	enum audit_severity severity;
	const char *actor;     /* user id, or the name of a command */
	const char *tenant_id; /* NULL: concerns none */
	const char *address;   /* the client's, or "" */
	const char *details;   /* JSON object; secrets are removed: see redact.h */
	int64_t at_ms;         /* clock_wall_ms(); 0: now */
};

/* Inside a transaction, of which it costs no round trip, but for the first of a
 * process: that reads the key. */
enum err audit_append(struct ctx *cx, struct audit *log, struct db *db,
    const struct audit_entry *a) MUST_CHECK;

/* Whether rows are made without asking the database for the key: not before a
 * transaction that asked for it, or made it, is over. */
bool audit_is_ready(const struct audit *log);
/* Sees to that, outside a transaction: for who has many rows to write in one. */
enum err audit_get_ready(struct ctx *cx, struct audit *log, struct db *db) MUST_CHECK;
/* The same row, for a statement that adds many; each text lives in cx->mem. */
struct audit_made {
	const char *entry, *severity, *time, *details, *mac;
};
enum err audit_make(struct ctx *cx, struct audit *log, struct db *db,
    const struct audit_entry *a, struct audit_made *out) MUST_CHECK;

/* Re-seals the program's keys that SECRET_KEY_PREVIOUS sealed; *count of them. */
enum err audit_rotate(
    struct ctx *cx, struct audit *log, struct db *db, int *count) MUST_CHECK;

#endif
