/*
 * walk.h - inside audit: along the sealed rows in the order of their numbers, to the
 * first that is not as it was sealed.
 *
 * A row that does not follow from the one before it is only suspected: the next one
 * tells whether it was altered, put in, or one before it taken out.
 *
 * Owner:    the caller's storage; texts of a fault live in the arena it names.
 * Lifetime: of that storage.
 * Threads:  one.
 * Failure:  none: what is found is a fault.
 */
#ifndef TENANTD_AUDIT_WALK_H
#define TENANTD_AUDIT_WALK_H

#include "audit/row.h"
#include "audit/verify.h"

struct audit_walk {
	struct arena *mem; /* of faults */
	const struct audit_keys *keys;
	int64_t newest; /* the head's number */
	int64_t seq;    /* of the last row */
	char seal[AUDIT_MAC_SIZE];
	int64_t latest_s;          /* the latest time of all rows so far, since 1970 */
	struct audit_fault *fault; /* NULL: none so far */
	/* the last row is suspected: */
	struct audit_fault *suspect;
	int64_t before_seq;
	char before_seal[AUDIT_MAC_SIZE];
	bool suspect_genuine;
};

/* Goes on behind the rows that a genuine checkpoint stands for. */
void audit_walk_from(struct audit_walk *w, const struct audit_checkpoint *c);
/* false: there is a fault, and the walk ends. */
bool audit_walk_row(struct audit_walk *w, const struct audit_row *row);
/* After the last row; head NULL: it cannot be trusted. */
void audit_walk_end(struct audit_walk *w, const struct audit_head *head);

/* A row's own MAC; NULL: it is in order. */
struct audit_fault *audit_walk_mac(
    const struct audit_walk *w, const struct audit_row *row);

struct audit_fault *audit_fault_new(struct arena *mem, enum audit_verdict verdict,
    const struct audit_row *row, const char *text);

#endif
