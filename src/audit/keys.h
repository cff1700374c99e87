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
	bool known; /* keys are those of the database, for good */
	/* seal.c's, each time clock_mono_ms(): */
	int64_t seen_seq; /* the newest head that this process knows */
	char seen_seal[AUDIT_MAC_SIZE];
	int64_t told_seq, told_ms; /* the head that the log last had */
	int64_t held_seq, held_ms; /* since when another has it, and it stands still */
	int64_t held_told_ms, probe_due_ms;
};

/* Inside a transaction in any context: the keys, made when there are none. */
enum err audit_keys_need(struct ctx *cx, struct audit *log, struct db *db,
    const struct audit_keys **out) MUST_CHECK;
/* The same, but *out is NULL when there are none. */
enum err audit_keys_find(struct ctx *cx, struct audit *log, struct db *db,
    const struct audit_keys **out) MUST_CHECK;

/* How statements answer the head from a column on: as many columns. */
enum { AUDIT_HEAD_COLUMNS = 5 };
void audit_head_read(
    const struct db_rows *rows, int row, int column, struct audit_head *out);
/* As the schema made it, when there was no key. */
bool audit_head_is_blank(const struct audit_head *head);
/* Inside a transaction: signs and writes the head. */
enum err audit_head_write(struct ctx *cx, struct db *db, const struct audit_keys *k,
    struct audit_head *head, const struct audit_time *now) MUST_CHECK;

#endif
