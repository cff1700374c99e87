/* cors.c - see cors.h. */
#include "http/cors.h"

#include <string.h>

#include "json/json.h"

#define ALLOWED_HEADERS                                                                \
	"Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, "      \
	"Prefer, "                                                                     \
	"X-Request-Id, traceparent"
#define EXPOSED_HEADERS                                                                \
	"ETag, Location, Link, X-Request-Id, Retry-After, RateLimit-Limit, "           \
	"RateLimit-Remaining, RateLimit-Reset, RateLimit-Policy, "                     \
	"Idempotency-Replayed, "                                                       \
	"WWW-Authenticate"

enum { ORIGIN_SHOWN = 200 }; /* bytes of one that is named */

struct origin {
	struct origin *next;
	const char *text;
};

struct cors {
	struct origin *origins;
	bool any, credentials;
};

static char *
lower_dup(struct arena *mem, struct slice s)
{
	char *copy = slice_dup(mem, s);

	for (char *p = copy; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + ('a' - 'A'));
	return copy;
}

/* The part after "://": a name, an IPv4 or a bracketed IPv6 address, and a port. */
static bool
host_is_valid(const char *host)
{
	static const char name[] = "abcdefghijklmnopqrstuvwxyz0123456789.-_";
	size_t n;
	int64_t port;

	if (host[0] == '[') {
		n = 1 + strspn(host + 1, "0123456789abcdef:.");
		if (n < 3 || host[n] != ']')
			return false;
		n++;
	} else if ((n = strspn(host, name)) == 0)
		return false;
	return host[n] == '\0' ||
	    (host[n] == ':' && str_to_i64(slice_of(host + n + 1), 1, 65535, &port));
}

/* Browsers leave the scheme's own port out. */
static void
cut_default_port(char *origin)
{
	size_t n = strlen(origin);

	if (strncmp(origin, "https://", 8) == 0 && strcmp(origin + n - 4, ":443") == 0)
		origin[n - 4] = '\0';
	else if (strncmp(origin, "http://", 7) == 0 &&
	    strcmp(origin + n - 3, ":80") == 0)
		origin[n - 3] = '\0';
}

static enum err
origin_add(struct ctx *cx, struct arena *mem, struct cors *c, struct slice text)
{
	static const char scheme[] = "abcdefghijklmnopqrstuvwxyz0123456789+-.";
	struct origin *o;
	char *origin;
	size_t n;

	if (slice_eq(text, "*")) {
		c->any = true;
		return ERR_OK;
	}
	origin = lower_dup(mem, text);
	n = strspn(origin, scheme);
	if (n == 0 || origin[0] < 'a' || strncmp(origin + n, "://", 3) != 0 ||
	    !host_is_valid(origin + n + 3))
		return err_set(&cx->err, ERR_CONFIG,
		    "the origin \"%.*s\" is not scheme://host or scheme://host:port",
		    (int)(text.n < ORIGIN_SHOWN ? text.n : ORIGIN_SHOWN), text.p);
	cut_default_port(origin);
	o = arena_alloc(mem, sizeof(*o));
	o->text = origin;
	o->next = c->origins;
	c->origins = o;
	return ERR_OK;
}

static enum err
add_list(struct ctx *cx, struct arena *mem, struct cors *c, struct slice list)
{
	struct slice piece;

	while (slice_next(&list, ',', &piece)) {
		enum err e = piece.n > 0 ? origin_add(cx, mem, c, piece) : ERR_OK;

		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

static enum err
add_array(struct ctx *cx, struct arena *mem, struct cors *c, struct slice text)
{
	const struct json *array;

	if (json_parse(cx, text.p, text.n, 2, &array) != ERR_OK)
		return err_set(
		    &cx->err, ERR_CONFIG, "the list of origins is not a JSON array");
	for (size_t i = 0; i < json_count(array); i++) {
		const char *origin = json_text(json_item(array, i));
		enum err e;

		if (origin == NULL)
			return err_set(&cx->err, ERR_CONFIG,
			    "item %zu of the list of origins is not a string", i);
		if ((e = origin_add(cx, mem, c, slice_of(origin))) != ERR_OK)
			return e;
	}
	return ERR_OK;
}

enum err
cors_new(struct ctx *cx, struct arena *mem, const char *origins, bool credentials,
    const struct cors **out)
{
	struct cors *c = arena_alloc(mem, sizeof(*c));
	struct slice text = slice_trim(slice_of(origins != NULL ? origins : ""));
	enum err e;

	c->credentials = credentials;
	e = text.n > 0 && text.p[0] == '[' ? add_array(cx, mem, c, text)
					   : add_list(cx, mem, c, text);
	if (e != ERR_OK)
		return e;
	if (c->any && credentials)
		return err_set(&cx->err, ERR_CONFIG,
		    "any origin (*) cannot be allowed together with credentials");
	*out = c;
	return ERR_OK;
}

static bool
is_configured(const struct cors *c)
{
	return c != NULL && (c->any || c->origins != NULL);
}

static const char *
allowed_origin(const struct cors *c, const char *origin)
{
	if (origin == NULL)
		return NULL;
	if (c->any)
		return "*";
	for (const struct origin *o = c->origins; o != NULL; o = o->next)
		if (strcmp(o->text, origin) == 0)
			return o->text;
	return NULL;
}

bool
cors_covers(const struct cors *c, const struct cors *wanted)
{
	for (const struct origin *o = wanted->origins; o != NULL; o = o->next)
		if (allowed_origin(c, o->text) == NULL)
			return false;
	return !wanted->any || c->any;
}

/* What both kinds of answer say; false: this origin may not. */
static bool
put_origin(const struct cors *c, const struct request *rq, struct response *rs)
{
	const char *origin = allowed_origin(c, request_header(rq, "origin"));

	if (origin == NULL)
		return false;
	response_header(rs, "Access-Control-Allow-Origin", origin);
	if (c->credentials)
		response_header(rs, "Access-Control-Allow-Credentials", "true");
	return true;
}

void
cors_apply(const struct cors *c, const struct request *rq, struct response *rs)
{
	if (!is_configured(c))
		return;
	response_header(rs, "Vary", "Origin");
	if (put_origin(c, rq, rs))
		response_header(rs, "Access-Control-Expose-Headers", EXPOSED_HEADERS);
}

bool
cors_is_preflight(const struct request *rq)
{
	return rq->method == HTTP_OPTIONS && request_header(rq, "origin") != NULL &&
	    request_header(rq, "access-control-request-method") != NULL;
}

static enum err
refuse(struct ctx *cx, const char *origin)
{
	if (strcmp(origin, "null") == 0)
		return err_tell(&cx->err, ERR_ORIGIN,
		    "a page without an origin (a file, a sandboxed frame) cannot call "
		    "from a browser: serve it from one that BACKEND_CORS_ORIGINS "
		    "lists");
	return err_tell(&cx->err, ERR_ORIGIN,
	    "the origin \"%.*s\" is not listed: add it to BACKEND_CORS_ORIGINS and "
	    "reload the settings",
	    ORIGIN_SHOWN, origin);
}

enum err
cors_preflight(struct ctx *cx, const struct cors *c, const struct request *rq,
    const char *allow, struct response *rs)
{
	response_header(rs, "Vary",
	    "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
	if (!is_configured(c) || !put_origin(c, rq, rs))
		return refuse(cx, request_header(rq, "origin"));
	rs->status = 204;
	buf_reset(&rs->body);
	response_header(rs, "Allow", allow);
	response_header(rs, "Access-Control-Allow-Methods", allow);
	response_header(rs, "Access-Control-Allow-Headers", ALLOWED_HEADERS);
	response_header(rs, "Access-Control-Max-Age", "600");
	return ERR_OK;
}
