/*
 * str.h - bytes that are borrowed, and small questions about text.
 *
 * Owner:    whoever owns the bytes.
 * Lifetime: of the bytes.
 * Threads:  any.
 * Failure:  a bool or NULL, as each function says.
 */
#ifndef TENANTD_BASE_STR_H
#define TENANTD_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum { STR_I64_SIZE = 21 }; /* "-9223372036854775808" and NUL */

/* Borrowed bytes, not NUL-terminated. */
struct slice {
	const char *p;
	size_t n;
};

struct slice slice_of(const char *s);
bool slice_eq(struct slice a, const char *s);
bool slice_eq_ci(struct slice a, const char *s); /* ASCII letters of any case */
char *slice_dup(struct arena *mem, struct slice s);
/* Cuts the next piece off *rest at `sep`; false at the end. */
bool slice_cut(struct slice *rest, char sep, struct slice *piece);
/* The same without blanks around the piece. */
bool slice_next(struct slice *rest, char sep, struct slice *piece);
struct slice slice_trim(struct slice s); /* without blanks and tabs around it */

/* Decimal with an optional '-', nothing else; false: not a number, or out of range. */
bool str_to_i64(struct slice s, int64_t min, int64_t max, int64_t *out);
/* v in decimal, written to the end of out; where it begins. */
const char *str_from_i64(char out[static STR_I64_SIZE], int64_t v);
int str_hex_digit(char c);      /* its value, -1: it is none */
bool str_is_set(const char *s); /* neither NULL nor "" */
/* RFC 9110 token characters only, 1 to 128 of them. */
bool str_is_token(struct slice s);

/* Well-formed UTF-8 (RFC 3629), without NUL when `text` is set. */
bool utf8_valid(const char *p, size_t n, bool text);
/* A copy as well-formed UTF-8 without NUL: each byte that is none becomes U+FFFD. */
char *utf8_mend(struct arena *mem, const char *p, size_t n);
/* Unicode code points in n bytes of well-formed UTF-8. */
size_t utf8_length(const char *p, size_t n);

/* Case-folded and NFC-normalised copy (Unicode default case folding), or NULL
 * when it is not UTF-8. What is compared as "the same address" or "the same name". */
char *utf8_fold(struct arena *mem, const char *s);

#endif
