/*
 * decimal.h - JSON numbers compared and divided as the decimals they are, so that
 * neither 0.1 nor 123456789012345678901234567890 nor 1e400 is another number.
 *
 * Owner:    the caller; borrows the text.
 * Lifetime: of the text.
 * Threads:  any.
 * Failure:  none; the text is a JSON number. Exponents end at 10^15.
 */
#ifndef TENANTD_JSON_DECIMAL_H
#define TENANTD_JSON_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 0.d1d2…dn × 10^exp with d1 and dn not 0; zero has n == 0. */
struct decimal {
	const char *p; /* d1, a '.' may lie among the digits */
	size_t n;      /* digits */
	int64_t exp;
	bool minus;
};

enum { DECIMAL_DIVISOR_DIGITS = 18 };

struct decimal decimal_read(const char *text);
int decimal_compare(const struct decimal *a, const struct decimal *b); /* <0, 0, >0 */
bool decimal_whole(const struct decimal *a);                           /* 1.0 is */
/* by: not 0, at most DECIMAL_DIVISOR_DIGITS digits. */
bool decimal_is_multiple(const struct decimal *a, const struct decimal *by);

#endif
