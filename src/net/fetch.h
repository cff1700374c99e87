/*
 * fetch.h - one HTTP GET to the outside, through libcurl.
 *
 * https with its certificate verified, or http; nothing else, no file:. Redirects are
 * not followed, proxies and the environment's word on them not asked, credentials in
 * an address refused. libcurl is set up at the first call: after the fork.
 *
 * Owner:    the caller; nothing stays open between calls.
 * Lifetime: the reply: cx->mem.
 * Threads:  one.
 * Failure:  ERR_UNAVAILABLE when the far side does not answer in time or in bounds,
 *           ERR_INVALID for an address that is not to be fetched. A status other than
 *           200 is no failure: the caller judges it.
 */
#ifndef TENANTD_NET_FETCH_H
#define TENANTD_NET_FETCH_H

#include "base/ctx.h"
#include "base/str.h"

struct fetch_reply {
	int status;        /* HTTP status */
	struct slice body; /* NUL-terminated as well */
};

/*
 * timeout_ms: for all of it, names and TLS included; cx's deadline may leave less.
 * limit: most bytes of the body.
 */
enum err fetch_get(struct ctx *cx, const char *url, int timeout_ms, size_t limit,
    struct fetch_reply *out) MUST_CHECK;
/* Whether fetch_get() would try it: http or https, a host, no user, no blanks. */
bool fetch_allows(const char *url);

#endif
