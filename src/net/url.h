/*
 * url.h - where a URL leads, by a strict subset of RFC 3986: what is read in two ways
 * somewhere is not read at all.
 *
 * Owner:    nobody; plain values.
 * Lifetime: of the text.
 * Threads:  any.
 * Failure:  the reason, to follow "the URL ".
 */
#ifndef TENANTD_NET_URL_H
#define TENANTD_NET_URL_H

#include "base/address.h"

enum { URL_MAX = 2048 };

struct url {
	struct slice scheme;
	struct slice host;      /* without brackets and a last dot */
	bool literal;           /* the host is an address */
	struct address address; /* when literal */
};

/*
 * schemes: those that may be, with "|" between, in lower case.
 * The text is visible ASCII without a backslash. The host has no escapes, no zone and
 * no user before it. One whose last label is a number is an IPv4 address in the
 * notation of inet_aton(3), or nothing; an IPv6 address stands in brackets.
 */
const char *url_parse(const char *text, const char *schemes, struct url *out);

#endif
