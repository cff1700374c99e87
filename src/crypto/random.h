/*
 * random.h - unpredictable bytes from OpenSSL's generator, which reseeds after a fork.
 *
 * Owner:    the caller's storage.
 * Lifetime: of that storage.
 * Threads:  any.
 * Failure:  ERR_INTERNAL when the system gives no entropy; out is then all zero and
 *           must not be used.
 */
#ifndef TENANTD_CRYPTO_RANDOM_H
#define TENANTD_CRYPTO_RANDOM_H

#include <stddef.h>

#include "base/err.h"

enum { RANDOM_MAX = 4096 }; /* most bytes of one call */

enum err random_bytes(struct err_info *e, void *out, size_t n) MUST_CHECK;

#endif
