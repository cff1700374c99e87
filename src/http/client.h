/*
 * client.h - the pieces of request.h: the path, forms, and who the client is.
 *
 * Owner:    the request's arena.
 * Lifetime: one request.
 * Threads:  one.
 * Failure:  path_cut() and query_check() tell ERR_INVALID; client_address() knows
 * nobody.
 */
#ifndef TENANTD_HTTP_CLIENT_H
#define TENANTD_HTTP_CLIENT_H

#include "http/request.h"

/* Cuts the raw path, which begins with "/", into rq->segments. */
enum err path_cut(struct ctx *cx, struct request *rq, struct slice path) MUST_CHECK;
/* Whether rq->query can be read: every escape valid, UTF-8, no NUL. */
enum err query_check(struct ctx *cx, const struct request *rq) MUST_CHECK;
/* A name or value of a form, decoded into cx->mem; NULL: it is none. */
const char *field_decode(struct ctx *cx, struct slice raw);
/* Whom a trusted proxy does not tell: nobody, and not that proxy, who may see more. */
#define CLIENT_UNKNOWN "unknown"
/* `remote`, unless it is in `trusted`: then the rightmost address of `forwarded`
 * (X-Forwarded-For, or NULL) that is not itself trusted, else the leftmost. */
const char *client_address(
    struct arena *mem, const char *remote, const char *forwarded, const char *trusted);

#endif
