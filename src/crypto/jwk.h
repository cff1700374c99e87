/*
 * jwk.h - public keys of a JSON Web Key (RFC 7517, RFC 7518 section 6) as PEM.
 *
 * It takes the members as text; what else a key carries, private parts among it, is
 * never looked at.
 *
 * Owner:    the caller.
 * Lifetime: the PEM: cx->mem.
 * Threads:  any.
 * Failure:  ERR_INVALID for a key that is malformed, weak or not on its curve.
 */
#ifndef TENANTD_CRYPTO_JWK_H
#define TENANTD_CRYPTO_JWK_H

#include "base/ctx.h"

enum { JWK_RSA_BITS_MIN = 2048, JWK_RSA_BITS_MAX = 8192 };

/* n, e: base64url; e is odd, at least 3 and at most 8 bytes. */
enum err jwk_rsa_pem(
    struct ctx *cx, const char *n, const char *e, const char **pem) MUST_CHECK;
/* x, y: base64url of 32 bytes each, a point of P-256. */
enum err jwk_p256_pem(
    struct ctx *cx, const char *x, const char *y, const char **pem) MUST_CHECK;

#endif
