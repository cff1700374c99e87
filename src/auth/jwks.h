/*
 * jwks.h - an issuer's set of public keys (RFC 7517), as PEM by kid and algorithm.
 *
 * Keys that cannot serve are passed over: another use than "sig", key_ops without
 * "verify", an algorithm other than RS256 and ES256 or one that does not fit the key,
 * weak or malformed keys, symmetric keys. Private members are never read.
 *
 * Owner:    whoever parsed it; jwks_fini().
 * Lifetime: until then.
 * Threads:  one.
 * Failure:  ERR_INVALID for a set that is none, is too large or has too many keys. A
 *           well-formed set without a key that serves is a set: the issuer withdrew
 *           its keys.
 */
#ifndef TENANTD_AUTH_JWKS_H
#define TENANTD_AUTH_JWKS_H

#include "auth/jws.h"

enum { JWKS_SIZE_MAX = 256 * 1024, JWKS_KEYS_MAX = 100 };

struct jwks_key {
	const char *kid; /* NULL: none */
	enum jws_alg alg;
	const char *pem;
};

struct jwks {
	struct arena *mem; /* NULL: nothing was ever read */
	struct jwks_key *keys;
	size_t count;
};

enum jwks_find {
	JWKS_FOUND,
	JWKS_UNKNOWN,   /* no key of that kid, or none at all for the algorithm */
	JWKS_KID_NEEDED /* several would do, and the token names none */
};

enum err jwks_parse(struct ctx *cx, struct slice text, struct jwks *out) MUST_CHECK;
void jwks_fini(struct jwks *k);
/* kid NULL: the only key of that algorithm. */
enum jwks_find jwks_find(
    const struct jwks *k, enum jws_alg alg, const char *kid, const char **pem);

#endif
