/*
 * cors.h - Cross-Origin Resource Sharing (Fetch standard), from BACKEND_CORS_ORIGINS.
 *
 * Owner:    the worker.
 * Lifetime: of the arena it was made in.
 * Threads:  one.
 * Failure:  cors_new() records ERR_CONFIG and says which origin is wrong; "*" together
 *           with credentials is refused.
 */
#ifndef TENANTD_HTTP_CORS_H
#define TENANTD_HTTP_CORS_H

#include "http/response.h"

struct cors;

/* origins: a comma-separated list or a JSON array; "": none. */
enum err cors_new(struct ctx *cx, struct arena *mem, const char *origins,
    bool credentials, const struct cors **out) MUST_CHECK;
/* Whether all that `wanted` lists is allowed by c. */
bool cors_covers(const struct cors *c, const struct cors *wanted);
/* Adds the headers for a request that carries an Origin, and Vary. */
void cors_apply(const struct cors *c, const struct request *rq, struct response *rs);
/* Whether a browser asks this before a request proper. */
bool cors_is_preflight(const struct request *rq);
/* The answer to that: 204 and what is allowed, by `allow`, the path's methods ("GET,
 * HEAD, OPTIONS"); or ERR_ORIGIN, which tells whoever looks which setting lacks which
 * origin, and nothing of the path. */
enum err cors_preflight(struct ctx *cx, const struct cors *c, const struct request *rq,
    const char *allow, struct response *rs) MUST_CHECK;

#endif
