/*
 * totp.h - one-time passwords of six digits: HOTP (RFC 4226) over HMAC-SHA-1, counted
 * in steps of 30 s (TOTP, RFC 6238), and how their secrets are written (base32, RFC
 * 4648 section 6, without padding).
 *
 * Owner:    the caller, of both sides.
 * Lifetime: of the caller's storage.
 * Threads:  any.
 * Failure:  a bool where there is something to fail.
 */
#ifndef TENANTD_CRYPTO_TOTP_H
#define TENANTD_CRYPTO_TOTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum {
	TOTP_SECRET_BYTES = 20, /* as many as SHA-1 has (RFC 4226 section 4, R6) */
	TOTP_STEP_S = 30,
	TOTP_DIGITS = 6,
	TOTP_CODE_SIZE = TOTP_DIGITS + 1,
	TOTP_DRIFT = 1 /* steps by which clocks may differ, to each side */
};

/* Bytes of base32 for n bytes of value, with NUL. */
#define BASE32_TEXT_SIZE(n) (((n)*8 + 4) / 5 + 1)

/* out: BASE32_TEXT_SIZE(n) bytes, upper case. */
void base32_encode(char *out, const void *p, size_t n);

/* The step of a time in seconds since 1970, from 0. */
int64_t totp_step_at(int64_t wall_s);
/* The code of one step. */
void totp_code(struct slice secret, int64_t step, char out[static TOTP_CODE_SIZE]);
/* Whether code is that of a step after `after`, at most TOTP_DRIFT from step; *taken:
 * which. Takes as long whichever it is. code: any text. */
struct totp_window {
	int64_t step, after;
};
bool totp_matches(
    struct slice secret, struct totp_window window, const char *code, int64_t *taken);

#endif
