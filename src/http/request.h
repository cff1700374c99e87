/*
 * request.h - a request as the program sees it, whatever door it came through.
 *
 * Owner:    the door (fcgi.c, cgi.c, or a test); texts point into the CGI variables or
 *           the request's arena.
 * Lifetime: one request, until the door's done() has returned.
 * Threads:  one.
 * Failure:  request_init() tells what is wrong with the target or the headers
 *           (ERR_INVALID, ERR_URI_TOO_LONG, ERR_HEADERS_TOO_LARGE); a method it does
 * not know is HTTP_UNKNOWN and no failure.
 */
#ifndef TENANTD_HTTP_REQUEST_H
#define TENANTD_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ctx.h"
#include "base/str.h"

enum http_method {
	HTTP_UNKNOWN,
	HTTP_GET,
	HTTP_HEAD,
	HTTP_POST,
	HTTP_PUT,
	HTTP_PATCH,
	HTTP_DELETE,
	HTTP_OPTIONS,
	HTTP_METHOD_COUNT
};

enum {
	REQUEST_SEGMENTS_MAX = 16,
	REQUEST_TARGET_MAX = 8192,  /* bytes of path and query */
	REQUEST_HEADERS_MAX = 65536 /* bytes of all names and values */
};

struct request {
	enum http_method method;
	const char *method_text;
	const char *target; /* raw path and query, as sent */
	/* The path under the prefix, cut at "/" while raw, each piece decoded once; a
	 * trailing slash and an empty path add no piece. A path of more pieces than
	 * fit, or elsewhere, is one empty piece, which no pattern takes, as is the one
	 * between
	 * "//". */
	struct slice segments[REQUEST_SEGMENTS_MAX];
	unsigned segment_count;
	const char *prefix;       /* of every path of ours, or "" */
	const char *query;        /* raw, without "?", or "" */
	const char *content_type; /* "" when absent */
	const char *client; /* address text, after TRUSTED_PROXIES; or "unknown" */
	bool https;
	char trace_parent[56]; /* W3C traceparent to continue, or "" */
	const char *body;      /* NULL until it was read */
	size_t body_length;
	const char *const *params; /* CGI variables, "NAME=value", NULL at the end */
};

struct request_options {
	const char *trusted_proxies; /* comma-separated addresses and CIDR ranges */
	const char *prefix; /* "/a/b": where the web server shows us; NULL, "": root */
};

/*
 * Fills rq from CGI variables (RFC 3875), which it borrows; "" means absent, the first
 * of two wins. Sets cx->request_id: X-Request-Id when it is 1 to 64 of [A-Za-z0-9._-],
 * else a new UUID. Also after a failure rq has method, target, client and headers, so
 * that the refusal can be made and logged.
 *
 * A header named X_Foo reaches us as X-Foo behind web servers that pass underscores
 * (lighttpd), and cannot be told apart. So a second Authorization is refused, and an
 * X-Forwarded-For that came twice is not believed.
 */
enum err request_init(struct ctx *cx, struct request *rq, const char *const *params,
    const struct request_options *options) MUST_CHECK;

/* A CGI variable, or NULL when absent or empty. */
const char *request_param(const struct request *rq, const char *name);
/* A header by its lower-case name ("if-none-match"), or NULL when absent or empty. */
const char *request_header(const struct request *rq, const char *name);
/* A query parameter, decoded (and "+" as blank) into mem; NULL when absent. */
const char *request_query(
    struct arena *mem, const struct request *rq, const char *name);
/* A text as a piece of a path, percent-encoded, in mem. */
const char *request_encode_piece(struct arena *mem, const char *text);
/* Cuts the next field off an application/x-www-form-urlencoded text, decoded into
 * cx->mem; *name NULL: at its end. ERR_INVALID, told, for what is no such text. */
enum err request_next_field(struct ctx *cx, struct slice *rest, const char **name,
    const char **value) MUST_CHECK;
/* What Authorization says by the scheme Basic (RFC 7617), id and secret encoded as in a
 * form (RFC 6749, 2.3.1), decoded into cx->mem; id NULL: nothing by that scheme.
 * ERR_INVALID, told, for what is malformed. */
struct request_basic {
	const char *id, *secret;
};
enum err request_basic(
    struct ctx *cx, const struct request *rq, struct request_basic *out) MUST_CHECK;
/* Whether a Content-Type, with any parameters, is one of NDJSON's names. */
bool request_is_lines(const char *content_type);
const char *http_method_name(enum http_method m);

#endif
