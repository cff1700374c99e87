/*
 * siphash.h - SipHash-2-4, a keyed hash for short texts (Aumasson and Bernstein,
 * "SipHash: a fast short-input PRF", 2012). Who does not know the key cannot choose
 * texts that fall together. Not for signatures.
 *
 * Owner:    nobody; plain values.
 * Lifetime: values.
 * Threads:  any.
 * Failure:  none.
 */
#ifndef TENANTD_PROC_SIPHASH_H
#define TENANTD_PROC_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

struct siphash_key {
	unsigned char b[16];
};

uint64_t siphash(const struct siphash_key *key, const void *p, size_t n);

#endif
