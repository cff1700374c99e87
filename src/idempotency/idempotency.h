/*
 * idempotency.h - the answer to a request is kept with its effect, and given again.
 *
 * draft-ietf-httpapi-idempotency-key-header: the same key and body replays the first
 * answer, with another body it is refused, while the first is at work it is refused
 * for the moment. Kept are answers of what was done; what failed did nothing and may
 * be tried again under the same key.
 *
 * Owner:    the transaction of the caller.
 * Lifetime: a row stays for the hours that the settings say.
 * Threads:  one.
 * Failure:  ERR_INVALID for a malformed key, ERR_KEY_REUSED, ERR_KEY_IN_FLIGHT.
 */
#ifndef TENANTD_IDEMPOTENCY_IDEMPOTENCY_H
#define TENANTD_IDEMPOTENCY_IDEMPOTENCY_H

#include <stdbool.h>

#include "base/ctx.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "crypto/seal.h"
#include "db/db.h"

enum { IDEMPOTENCY_KEY_MAX = 255 };

/* What makes two requests the same one. */
struct idempotency_request {
	const char *key; /* the header's value: 1 to 255 visible ASCII characters */
	const char *user_id;
	const char
	    *behalf; /* the tenant, or the partner, that they act for; NULL: none */
	const char *method, *path; /* path: with the query */
	struct slice body;
	int hours; /* to keep the answer */
};

struct idempotency_claim {
	char scope[DIGEST_HEX_SIZE];
	char request_hash[DIGEST_HEX_SIZE];
	const char *user_id;
	int hours; /* to keep the answer */
};

struct idempotency_answer {
	int status; /* 0: none is kept */
	const char *content_type;
	const char *headers; /* "Name: value\r\n" lines */
	struct slice body;
	const char *tenant_id; /* of the tenant it is about; NULL: of none */
};

/* Checks the key and hashes what it stands for. */
enum err idempotency_init(struct ctx *cx, struct idempotency_claim *claim,
    const struct idempotency_request *rq) MUST_CHECK;
/* Inside the transaction of the effect, first: an answer with a status is to be given
 * again and nothing is to be done. */
enum err idempotency_begin(struct ctx *cx, struct db *db,
    const struct idempotency_claim *claim, const struct seal_keys *keys,
    struct idempotency_answer *answer) MUST_CHECK;
/* Inside the same transaction, last. keys NULL: the answer holds no secret. */
enum err idempotency_store(struct ctx *cx, struct db *db,
    const struct idempotency_claim *claim, const struct seal_keys *keys,
    const struct idempotency_answer *answer) MUST_CHECK;

#endif
