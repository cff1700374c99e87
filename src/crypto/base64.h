/*
 * base64.h - base64url without padding (RFC 4648 section 5), and base64 with padding
 * (section 4), read strictly.
 *
 * One value has one text: padding that is not called for, blanks, characters of another
 * alphabet, a length that no value has, and bits left over that are not zero are all
 * refused.
 *
 * Owner:    the caller, of both sides.
 * Lifetime: of the caller's storage.
 * Threads:  any.
 * Failure:  a bool where text is read.
 */
#ifndef TENANTD_CRYPTO_BASE64_H
#define TENANTD_CRYPTO_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* Bytes of text for n bytes of value, with NUL; and the most value in n bytes of text.
 */
#define BASE64URL_TEXT_SIZE(n)  (((n)*4 + 2) / 3 + 1)
#define BASE64URL_VALUE_SIZE(n) ((n) / 4 * 3 + 2)
#define BASE64_TEXT_SIZE(n)     (((n) + 2) / 3 * 4 + 1)

/* out: BASE64URL_TEXT_SIZE(n) bytes. */
void base64url_encode(char *out, const void *p, size_t n);
/* out: BASE64_TEXT_SIZE(n) bytes. */
void base64_encode(char *out, const void *p, size_t n);
/* Into `room` bytes at out; false: not canonical, or too long. */
bool base64url_decode(struct slice text, void *out, size_t room, size_t *n);

/* The same with storage from an arena; the decoded value is NUL-terminated too. */
char *base64url_encode_dup(struct arena *mem, const void *p, size_t n);
bool base64url_decode_dup(struct arena *mem, struct slice text, struct slice *out);
bool base64_decode_dup(struct arena *mem, struct slice text, struct slice *out);

#endif
