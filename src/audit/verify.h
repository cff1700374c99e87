/*
 * verify.h - whether the audit log is what this program wrote, and if not, what is not.
 *
 * Read in pages, without a lock, while others go on writing and sealing. Found are:
 * rows altered, removed and put in; rows cut off the end; a head, a checkpoint or a key
 * that this program did not make; rows that nobody seals. What only a head that was
 * kept elsewhere can tell is a whole older log put in place of the log; of a log begun
 * anew the report says when. What was removed before it was sealed leaves no trace.
 *
 * Owner:    the arena of the ctx.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as db.h: it could not be read. A log that does not hold is no failure.
 */
#ifndef TENANTD_AUDIT_VERIFY_H
#define TENANTD_AUDIT_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/audit.h"

enum audit_verdict {
	AUDIT_SOUND,
	AUDIT_ALTERED,
	AUDIT_REMOVED,
	AUDIT_INSERTED,
	AUDIT_UNSEALED, /* for longer than AUDIT_UNSEALED_MOST_S */
	AUDIT_VERDICT_COUNT
};

enum { AUDIT_UNSEALED_MOST_S = 60 };

const char *audit_verdict_name(enum audit_verdict v);

struct audit_fault {
	struct audit_fault *next;
	const char *object; /* row, head, checkpoint, key */
	enum audit_verdict verdict;
	const char *id, *event, *at; /* of a row; NULL: not known */
	int64_t seq;                 /* 0: it has none */
	const char *text;
};

struct audit_report {
	struct audit_fault *first, *last; /* the chain's first fault, then others */
	int64_t rows, unsealed;
	int64_t oldest;   /* the first number that is there; 0: none */
	int64_t seq;      /* the head's */
	const char *seal; /* "": nothing was sealed yet */
	const char
	    *began; /* when the chain did, signed; NULL: it did not, or not known */
};

/* seq, seal: the head as it once was, kept elsewhere; 0: none. */
struct audit_expectation {
	int64_t seq;
	const char *seal;
};

/* "SEQ:SEAL"; ERR_USAGE, told. */
enum err audit_expectation_read(
    struct ctx *cx, const char *text, struct audit_expectation *out) MUST_CHECK;

enum err audit_verify(struct ctx *cx, struct audit *log, struct db *db,
    const struct audit_expectation *expected, struct audit_report *out) MUST_CHECK;

#endif
