/*
 * secret.h - bytes that must not leak: compared without timing, wiped after use.
 *
 * Owner:    the caller.
 * Lifetime: of the bytes.
 * Threads:  any.
 * Failure:  none.
 */
#ifndef TENANTD_CRYPTO_SECRET_H
#define TENANTD_CRYPTO_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/* Whether n bytes are the same, in a time that depends on n alone. */
bool secret_equal(const void *a, const void *b, size_t n);
/* Overwrites n bytes, in a way that no compiler leaves out. p may be NULL if n is 0. */
void secret_cleanse(void *p, size_t n);

#endif
