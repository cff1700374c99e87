/*
 * digest.h - SHA-256 (FIPS 180-4), HMAC over SHA-2 (RFC 2104), HKDF-SHA-256 (RFC 5869).
 *
 * Owner:    nobody; plain values.
 * Lifetime: values.
 * Threads:  any.
 * Failure:  none: what can fail inside is want of memory, which ends the program. Sizes
 *           out of range are programming errors, asserted.
 */
#ifndef TENANTD_CRYPTO_DIGEST_H
#define TENANTD_CRYPTO_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

enum {
	DIGEST_SIZE = 32,
	DIGEST_HEX_SIZE = 65,      /* lower-case digits and NUL */
	DIGEST_HMAC_MAX = 64,      /* bytes of the longest HMAC */
	DIGEST_HKDF_MAX = 255 * 32 /* most bytes that one HKDF call can make */
};

struct digest {
	unsigned char b[DIGEST_SIZE];
};

struct digest digest_sha256(const void *p, size_t n);
struct digest digest_hmac_sha256(
    const void *key, size_t key_n, const void *p, size_t n);
/* HMAC with SHA-256, 384 or 512, as `bits` says; answers the length: bits / 8. */
size_t digest_hmac(int bits, struct slice key, struct slice text,
    unsigned char out[static DIGEST_HMAC_MAX]);
void digest_hex(char out[static DIGEST_HEX_SIZE], struct digest d);
bool digest_equal(struct digest a, struct digest b); /* in constant time */

/* What a key is derived from; salt and info may be empty. */
struct digest_hkdf {
	const void *key, *salt, *info;
	size_t key_n, salt_n, info_n;
};

/* Extract and expand: n bytes, 1 to DIGEST_HKDF_MAX, into out. */
void digest_hkdf_sha256(const struct digest_hkdf *from, void *out, size_t n);

#endif
