/*
 * id.h - UUIDs (RFC 9562) as values and as text.
 *
 * Owner:    nobody; plain values.
 * Lifetime: values.
 * Threads:  any.
 * Failure:  a bool where text is read.
 */
#ifndef TENANTD_BASE_ID_H
#define TENANTD_BASE_ID_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

enum { UUID_TEXT_SIZE = 37 }; /* lower-case text and NUL */

struct uuid {
	unsigned char b[16];
};

struct uuid uuid_random(void); /* version 4 */
/* Version 5: SHA-1 of the namespace and n bytes of name. */
struct uuid uuid_named(struct uuid ns, const char *name, size_t n);
/* 8-4-4-4-12 hexadecimal digits of any case and nothing else. */
bool uuid_from_text(struct slice text, struct uuid *out);
void uuid_text(char out[static UUID_TEXT_SIZE], struct uuid u); /* lower case */
int uuid_version(struct uuid u); /* 0 when the variant is not RFC 9562's */

#endif
