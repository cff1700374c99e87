/*
 * idn.h - names of hosts in the letters of any script, as the DNS has them (RFC 5890).
 *
 * Owner:    the arena.
 * Lifetime: of the arena.
 * Threads:  any.
 * Failure:  ERR_INVALID, told, for a name that has no such form, or where libcurl was
 *           built without what makes it.
 */
#ifndef TENANTD_NET_IDN_H
#define TENANTD_NET_IDN_H

#include "base/ctx.h"

/* A name in ASCII stays as it is. */
enum err idn_to_ascii(
    struct ctx *cx, struct arena *mem, const char *host, const char **out) MUST_CHECK;

#endif
