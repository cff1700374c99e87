/*
 * address.h - IP addresses and lists of ranges of them.
 *
 * An IPv6 address that wraps an IPv4 one (RFC 4291 2.5.5.2) is the IPv4 one. A range is
 * ADDRESS or ADDRESS/BITS (RFC 4632, RFC 4291 2.3); a list is ranges with commas
 * between.
 *
 * Owner:    nobody; plain values.
 * Lifetime: values.
 * Threads:  any.
 * Failure:  false: it is none. What is no range matches nothing.
 */
#ifndef TENANTD_BASE_ADDRESS_H
#define TENANTD_BASE_ADDRESS_H

#include <stdbool.h>

#include "base/str.h"

enum { ADDRESS_TEXT_SIZE = 46 }; /* the longest IPv6 address and NUL */

struct sockaddr;

struct address {
	int family;          /* AF_INET or AF_INET6 */
	unsigned char b[16]; /* network order; 4 bytes used for AF_INET */
};

bool address_parse(struct slice text, struct address *out);
bool address_of_socket(const struct sockaddr *sa, struct address *out);
const char *address_text(const struct address *a, char out[static ADDRESS_TEXT_SIZE]);

bool address_is_range(struct slice text);
bool address_in_range(const struct address *a, struct slice range);
/* Whether it is in one range of the list; NULL and "" hold none. */
bool address_in_list(const struct address *a, const char *list);
/* The same of an address as text. */
bool address_text_in_list(const char *address, const char *list);

#endif
