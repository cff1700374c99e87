/*
 * signature.h - JWS signatures (RFC 7518 sections 3.3 and 3.4) under a PEM public key.
 *
 * Owner:    nobody; everything is borrowed for the call.
 * Lifetime: of the call.
 * Threads:  any.
 * Failure:  false, for a wrong signature and for a key of another kind alike.
 */
#ifndef TENANTD_CRYPTO_SIGNATURE_H
#define TENANTD_CRYPTO_SIGNATURE_H

#include <stdbool.h>

#include "base/str.h"

enum { SIGNATURE_ES256_SIZE = 64 }; /* r and s, 32 bytes each */

bool signature_is_rs256(const char *pem, struct slice text, struct slice signature);
bool signature_is_es256(const char *pem, struct slice text, struct slice signature);

#endif
