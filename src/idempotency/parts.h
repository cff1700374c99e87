/*
 * parts.h - an answer that is made in parts, each kept in the transaction of its
 * effect: who asks again under the same key gets the parts that are there, and the rest
 * is made then. Two who ask at once take turns at the parts, and get the same answer.
 *
 * Owner:    the transactions of the caller.
 * Lifetime: the parts stay for the hours that the settings say, counted from the last.
 * Threads:  one.
 * Failure:  as idempotency.h.
 */
#ifndef TENANTD_IDEMPOTENCY_PARTS_H
#define TENANTD_IDEMPOTENCY_PARTS_H

#include "idempotency/idempotency.h"

struct parts_found {
	int status; /* 0: none is kept */
	const char *content_type;
	int parts;     /* how many */
	int64_t place; /* what of the request they answer */
	bool ended;
};

/* Each inside a transaction. The turn until it ends; `patient`: waited for, else
 * ERR_KEY_IN_FLIGHT. Then what is there. */
enum err parts_begin(struct ctx *cx, struct db *db,
    const struct idempotency_claim *claim, bool patient,
    struct parts_found *out) MUST_CHECK;
/* Part n, from 1; *place: what of the request is answered with it. */
enum err parts_get(struct ctx *cx, struct db *db, const struct idempotency_claim *claim,
    int n, const char **text, int64_t *place) MUST_CHECK;

struct part {
	int n; /* the next */
	int status;
	const char *content_type;
	const char *text;
	int64_t place;
	bool last;
};
enum err parts_add(struct ctx *cx, struct db *db, const struct idempotency_claim *claim,
    const struct part *p) MUST_CHECK;

#endif
