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

enum {
	RESPONSE_BODY_MAX = 64 * 1024 * 1024,
	RESPONSE_ETAG_SIZE = 25 /* 128 bits in base64url, quotes, NUL */
};

struct json_out;

struct response {
	int status;               /* 0: not decided, sent as 200 */
	const char *content_type; /* static text; NULL: application/json */
	struct buf body;          /* heap, kept from request to request */
	struct buf headers;       /* "Name: value\r\n" lines, heap, kept too */
	bool no_body;             /* HEAD: the length is told, the body is not sent */
	bool begun;               /* the head is out, by exchange.send: no length */
	bool token_shown;         /* a 401 then says invalid_token (RFC 6750 3.1) */
	bool basic_shown;         /* who fails as a client is asked for Basic again */
	bool oauth;               /* problems are told as RFC 6749 5.2 has it, too */
	char request_id[65];      /* X-Request-Id, or "" */
	const char *prefix;       /* of paths that the answer names; NULL: none */
	/* Where a problem says to go on, a path under the prefix, and what that is;
	 * static texts. NULL: nowhere. */
	const char *see, *see_rel;
	/* The ETag of what the body is; "": the one that is made from the body. */
	char etag[RESPONSE_ETAG_SIZE];
};

void response_init(struct response *rs); /* once */
void response_fini(struct response *rs);
void response_reset(struct response *rs);
/* After request_init(), also a failed one: takes the request's id and whether a body
 * is wanted. */
void response_begin(
    struct response *rs, const struct ctx *cx, const struct request *rq);
/* value: without CR, LF and NUL, else the header is left out. */
void response_header(struct response *rs, const char *name, const char *value);
/* The members of the problem in cx->err and cx->faults, into an open object. */
void response_put_problem(
    struct json_out *o, const struct response *rs, const struct ctx *cx);
/* What the body is: content_type, else application/json. */
const char *response_content_type(const struct response *rs);
bool response_has_header(const struct response *rs, const char *name);

/*
 * application/problem+json (RFC 9457) from cx->err and cx->faults, in place of
 * whatever was there, headers too: type, title, status, detail, instance, and success,
 * message, error (5xx), errors (faults), and one that is named by see_rel. Sets
 * WWW-Authenticate on 401, Retry-After on 429, 503 and wherever cx->err has it, and
 * Link (RFC 8288). Allow, RateLimit-* and CORS come after. With rs->oauth it is
 * application/json, whose error is one of RFC 6749 5.2, with an error_description; what
 * is wrong with a grant is then 400, whatever it is elsewhere.
 */
void response_problem(struct response *rs, const struct ctx *cx);
/* The HTTP status it gives an error. */
int response_problem_status(enum err code, bool oauth);

/*
 * For a 200 answer to GET or HEAD: sets a strong ETag (RFC 9110 8.8.3), rs->etag or
 * one made from the body, and turns the answer into 304 when If-None-Match names it.
 */
void response_conditional(struct response *rs, const struct request *rq);

/* The ETag that is made from a body. */
void response_etag(char out[static RESPONSE_ETAG_SIZE], const void *body, size_t n);
/* Whether a change may go on: there is no If-Match, or it names etag (strongly) or "*".
 */
bool response_if_match(const struct request *rq, const char *etag);
/* The body so far is the thing as it now is, rs->etag its ETag if one is set:
 * ERR_PRECONDITION, told of `what` it is, unless a change of it may go on. The body is
 * empty afterwards. */
enum err response_check_match(struct ctx *cx, struct response *rs,
    const struct request *rq, const char *what) MUST_CHECK;
/* Sends the ETag of the body so far, for an answer to a change. */
void response_tag(struct response *rs);

/* The whole head as CGI text (RFC 3875): Status, Content-Type, Content-Length,
 * headers, X-Request-Id, nosniff, "Cache-Control: no-store" unless rs says otherwise,
 * empty line. 204 and 304 have neither body nor Content-Type. */
void response_head(const struct response *rs, struct buf *out);
/* Whether the body follows the head. */
bool response_sends_body(const struct response *rs);

#endif
