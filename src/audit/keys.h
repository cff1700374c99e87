/*
 * keys.h - inside audit: the secret of the program's own, found in the database or made
 * there, and the chain's head, which is signed with it from the start.
 *
 * Owner:    struct audit, see audit.h.
 * Lifetime: of the process; what a transaction made is read again by the next.
 * Threads:  one.
 * Failure:  as audit.h.
 */
#ifndef TENANTD_AUDIT_KEYS_H
#define TENANTD_AUDIT_KEYS_H

#include "audit/audit.h"
#include "audit/proof.h"

struct audit {
	const struct seal_keys *seal_keys;
	struct audit_keys keys;
	bool known;           /* keys are those of the database, for good */
	int64_t head_told_ms; /* clock_mono_ms() when the log last had the head */
};

/* Inside a transaction in any context: the keys, made when there are none. */
enum err audit_keys_need(struct ctx *cx, struct audit *log, struct db *db,
    const struct audit_keys **out) MUST_CHECK;
/* The same, but *out is NULL when there are none. */
enum err audit_keys_find(struct ctx *cx, struct audit *log, struct db *db,
    const struct audit_keys **out) MUST_CHECK;

/* Inside a transaction. How statements answer the head from a column on. */
void audit_head_read(
    const struct db_rows *rows, int row, int column, struct audit_head *out);
/* Signs and writes the head; time: NULL before the first row. */
enum err audit_head_write(struct ctx *cx, struct db *db, const struct audit_keys *k,
    struct audit_head *head, const struct audit_time *time) MUST_CHECK;

#endif
