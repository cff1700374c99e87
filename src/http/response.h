/*
 * response.h - an answer while it is being made.
 *
 * Owner:    the worker; reset for each request.
 * Lifetime: one request.
 * Threads:  one.
 * Failure:  sticky, in body.failed: the boundary then answers 500.
 */
#ifndef TENANTD_HTTP_RESPONSE_H
#define TENANTD_HTTP_RESPONSE_H

#include "base/buf.h"
#include "base/ctx.h"
#include "http/request.h"

enum { RESPONSE_BODY_MAX = 64 * 1024 * 1024 };

struct response {
	int status; /* 0: not decided, sent as 200 */
	const char *content_type; /* static text; NULL: application/json */
	struct buf body;          /* heap, kept from request to request */
	struct buf headers;       /* "Name: value\r\n" lines, heap, kept too */
	bool no_body;             /* HEAD: the length is told, the body is not sent */
};

void response_init(struct response *rs); /* once */
void response_fini(struct response *rs);
void response_reset(struct response *rs);
/* value: without CR, LF and NUL, else the header is left out. */
void response_header(struct response *rs, const char *name, const char *value);

/*
 * application/problem+json (RFC 9457) from cx->err and cx->faults, in place of
 * whatever was there: type, title, status, detail, instance, and success, message,
 * error (5xx), errors (faults). Sets WWW-Authenticate on 401 and Retry-After.
 */
void response_problem(struct response *rs, const struct ctx *cx);

/*
 * For a 200 answer to GET or HEAD: sets a strong ETag (RFC 9110 8.8.3) made from the
 * body, and turns the answer into 304 when If-None-Match names it.
 */
void response_conditional(struct response *rs, const struct request *rq);

/* The whole head as CGI text (RFC 3875): Status, Content-Type, Content-Length,
 * headers, empty line. */
void response_head(const struct response *rs, struct buf *out);

#endif
