/*
 * openapi.h - the description of the API, OpenAPI 3.1 (spec.openapis.org), made from
 * the tables of routes, replies, query parameters, permissions and errors and from the
 * schemas: what is not in them is not in it, and nothing is kept beside them.
 *
 *   operationId      method and path as one word
 *   x-permission     what the caller must be permitted; x-level who that may be
 *   x-rate-class     "read", "write" or "unlimited"
 *   x-body-limit     bytes
 *   x-problem-types  the problems it may answer, by the last part of their type
 *   x-problems       of the document: every problem there is, with what to do about it
 *   x-line-schema    of text/event-stream and NDJSON: the schema of each line or datum
 *
 * Owner:    the buffer given.
 * Lifetime: the same settings make the same text.
 * Threads:  one.
 * Failure:  ERR_CONFIG for a schema that is no JSON; sticky in the buffer.
 */
#ifndef TENANTD_CONTROLLERS_OPENAPI_H
#define TENANTD_CONTROLLERS_OPENAPI_H

#include "base/buf.h"
#include "base/ctx.h"
#include "controllers/schemas.h"

enum { OPENAPI_DEPTH = 64 }; /* of the document, for who parses it */

struct openapi_source {
	const char *prefix;               /* of every path, or "" */
	const struct schema_set *schemas; /* in effect; NULL: the program's own */
	bool no_partners; /* PROVISIONING_API is off: what answers 404 is left out */
};

enum err openapi_write(
    struct ctx *cx, const struct openapi_source *from, struct buf *out) MUST_CHECK;

#endif
