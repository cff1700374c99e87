/* request.c - see request.h.  One pass over the variables; little is copied. */
#include "http/request.h"

#include <string.h>

#include "base/address.h"
#include "base/buf.h"
#include "base/id.h"
#include "http/client.h"

/* For most variables the first letter has it. */
#define NAME_IS(text, literal)                                                         \
	((text)[0] == (literal)[0] &&                                                  \
	    strncmp((text), literal "=", sizeof(literal)) == 0)

static const char *const method_names[HTTP_METHOD_COUNT] = {
    [HTTP_UNKNOWN] = "",
    [HTTP_GET] = "GET",
    [HTTP_HEAD] = "HEAD",
    [HTTP_POST] = "POST",
    [HTTP_PUT] = "PUT",
    [HTTP_PATCH] = "PATCH",
    [HTTP_DELETE] = "DELETE",
    [HTTP_OPTIONS] = "OPTIONS",
};

/* What request_init() wants to know, found in one pass. NULL: absent or empty. */
struct found {
	const char *method, *uri, *script, *path_info, *query, *content_type, *remote;
	const char *https, *scheme, *id, *forwarded, *trace;
	unsigned authorizations, forwardeds;
	size_t header_bytes;
};

const char *
http_method_name(enum http_method m)
{
	return m < HTTP_METHOD_COUNT ? method_names[m] : "";
}

static enum http_method
method_find(const char *name)
{
	for (int m = HTTP_UNKNOWN + 1; m < HTTP_METHOD_COUNT; m++)
		if (strcmp(name, method_names[m]) == 0)
			return (enum http_method)m;
	return HTTP_UNKNOWN;
}

const char *
request_param(const struct request *rq, const char *name)
{
	size_t n = strlen(name);

	for (const char *const *p = rq->params; *p != NULL; p++)
		if ((*p)[0] == name[0] && strncmp(*p, name, n) == 0 && (*p)[n] == '=')
			return (*p)[n + 1] != '\0' ? *p + n + 1 : NULL;
	return NULL;
}

/* "HTTP_IF_NONE_MATCH=…" for "if-none-match": where the value begins, or NULL. */
static const char *
header_value(const char *variable, const char *name)
{
	const char *p = variable;

	if (p[0] != 'H' || strncmp(p, "HTTP_", 5) != 0)
		return NULL;
	for (p += 5; *name != '\0'; p++, name++) {
		char c = *name;

		if (c == '-')
			c = '_';
		else if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if (*p != c)
			return NULL;
	}
	return *p == '=' ? p + 1 : NULL;
}

const char *
request_header(const struct request *rq, const char *name)
{
	if (strcmp(name, "content-type") == 0)
		return request_param(rq, "CONTENT_TYPE");
	if (strcmp(name, "content-length") == 0)
		return request_param(rq, "CONTENT_LENGTH");
	for (const char *const *p = rq->params; *p != NULL; p++) {
		const char *value = header_value(*p, name);

		if (value != NULL)
			return value[0] != '\0' ? value : NULL;
	}
	return NULL;
}

/* The first of two stays; an empty one is absent. */
static void
keep(const char **slot, const char *variable)
{
	const char *equals = strchr(variable, '=');

	if (*slot == NULL && equals != NULL && equals[1] != '\0')
		*slot = equals + 1;
}

static void
look_at_header(struct found *f, const char *v)
{
	const char *name = v + 5;

	f->header_bytes += strlen(name);
	if (NAME_IS(name, "X_REQUEST_ID"))
		keep(&f->id, v);
	else if (NAME_IS(name, "TRACEPARENT"))
		keep(&f->trace, v);
	else if (NAME_IS(name, "AUTHORIZATION"))
		f->authorizations++;
	else if (NAME_IS(name, "X_FORWARDED_FOR")) {
		f->forwardeds++;
		keep(&f->forwarded, v);
	}
}

static void
look_at(struct found *f, const char *v)
{
	static const struct {
		const char *name;
		size_t n, at;
	} wanted[] = {
#define WANTED(name, member) {name "=", sizeof(name), offsetof(struct found, member)}
	    WANTED("REQUEST_METHOD", method),
	    WANTED("REQUEST_URI", uri),
	    WANTED("SCRIPT_NAME", script),
	    WANTED("PATH_INFO", path_info),
	    WANTED("QUERY_STRING", query),
	    WANTED("CONTENT_TYPE", content_type),
	    WANTED("REMOTE_ADDR", remote),
	    WANTED("HTTPS", https),
	    WANTED("REQUEST_SCHEME", scheme),
#undef WANTED
	};

	if (v[0] == 'H' && strncmp(v, "HTTP_", 5) == 0) {
		look_at_header(f, v);
		return;
	}
	for (size_t i = 0; i < COUNT_OF(wanted); i++)
		if (v[0] == wanted[i].name[0] &&
		    strncmp(v, wanted[i].name, wanted[i].n) == 0) {
			keep((const char **)(void *)((char *)f + wanted[i].at), v);
			return;
		}
}

static void
request_id_set(struct ctx *cx, const char *sent)
{
	static const char allowed[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789._-";
	size_t n = sent == NULL ? 0 : strlen(sent);

	if (n >= 1 && n < sizeof(cx->request_id) && strspn(sent, allowed) == n)
		memcpy(cx->request_id, sent, n + 1);
	else
		uuid_text(cx->request_id, uuid_random());
}

static bool
is_hex(const char *p, size_t n)
{
	bool zero = true;

	for (size_t i = 0; i < n; i++) {
		if (!(p[i] >= '0' && p[i] <= '9') && !(p[i] >= 'a' && p[i] <= 'f'))
			return false;
		zero = zero && p[i] == '0';
	}
	return !zero;
}

/* W3C Trace Context 3.2: version-trace-parent-flags; a later version may go on after a
 * dash and is continued as version 00. */
static void
trace_set(struct request *rq, const char *sent)
{
	size_t n = sent == NULL ? 0 : strlen(sent);
	bool first;

	if (n < sizeof(rq->trace_parent) - 1)
		return;
	first = strncmp(sent, "00-", 3) == 0;
	if (!first && (!is_hex(sent, 2) || strncmp(sent, "ff", 2) == 0))
		return;
	if (n > 55 && (first || sent[55] != '-'))
		return;
	if (sent[2] != '-' || sent[35] != '-' || sent[52] != '-')
		return;
	if (!is_hex(sent + 3, 32) || !is_hex(sent + 36, 16))
		return;
	if (strspn(sent + 53, "0123456789abcdef") < 2)
		return;
	memcpy(rq->trace_parent, sent, 55);
	rq->trace_parent[55] = '\0';
	memcpy(rq->trace_parent, "00", 2);
}

/* The target when only decoded parts are known: encoded again, so that what was
 * decoded once stays decoded once. */
static const char *
target_made(struct arena *mem, const struct found *f)
{
	const char *const parts[] = {f->script, f->path_info};
	struct buf b;

	buf_init(&b, mem, 16ul * REQUEST_TARGET_MAX);
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		for (const char *p = parts[i]; p != NULL && *p != '\0'; p++) {
			if (*p == '%' || *p == '?' || *p == '#' || *p == ' ')
				buf_printf(&b, "%%%02X", (unsigned)*p);
			else
				buf_putc(&b, *p);
		}
	if (b.n == 0)
		buf_putc(&b, '/');
	if (f->query != NULL) {
		buf_putc(&b, '?');
		buf_puts(&b, f->query);
	}
	return b.failed ? NULL : b.p;
}

/* RFC 9112 3.2.2: "http://host/path" is "/path". */
static const char *
origin_form(struct arena *mem, const char *uri)
{
	const char *rest;

	if (uri[0] == '/')
		return uri;
	if (slice_eq_ci((struct slice){uri, strnlen(uri, 7)}, "http://"))
		rest = uri + 7;
	else if (slice_eq_ci((struct slice){uri, strnlen(uri, 8)}, "https://"))
		rest = uri + 8;
	else
		return uri;
	rest += strcspn(rest, "/?");
	return rest[0] == '/' ? rest : arena_printf(mem, "/%s", rest);
}

static bool
target_is_clean(const char *target)
{
	for (const unsigned char *p = (const unsigned char *)target; *p != '\0'; p++)
		if (*p <= ' ' || *p == 0x7f || *p == '#')
			return false;
	return true;
}

/* Drops the pieces of the path that say where the web server shows us. */
static void
prefix_drop(struct request *rq)
{
	struct slice rest = slice_of(rq->prefix + 1), piece;
	unsigned n = 0;

	while (slice_next(&rest, '/', &piece)) {
		const struct slice *had = &rq->segments[n];

		if (n == rq->segment_count || had->n != piece.n ||
		    memcmp(had->p, piece.p, piece.n) != 0) {
			rq->segments[0] = (struct slice){"", 0};
			rq->segment_count = 1;
			return;
		}
		n++;
	}
	rq->segment_count -= n;
	memmove(rq->segments, rq->segments + n,
	    rq->segment_count * sizeof(rq->segments[0]));
}

static enum err
target_set(struct ctx *cx, struct request *rq, const struct found *f)
{
	const char *target, *question;
	enum err rc;

	target =
	    f->uri != NULL ? origin_form(cx->mem, f->uri) : target_made(cx->mem, f);
	if (target == NULL || strlen(target) > REQUEST_TARGET_MAX)
		return err_tell(&cx->err, ERR_URI_TOO_LONG,
		    "the request target is longer than %d bytes", REQUEST_TARGET_MAX);
	if (rq->method == HTTP_OPTIONS && strcmp(target, "*") == 0)
		target = "/";
	if (target[0] != '/' || !target_is_clean(target))
		return err_tell(
		    &cx->err, ERR_INVALID, "the request target is not valid");
	rq->target = target;
	question = strchr(target, '?');
	rq->query = question != NULL ? question + 1 : "";
	rc = path_cut(cx, rq,
	    (struct slice){target,
		question != NULL ? (size_t)(question - target) : strlen(target)});
	if (rc == ERR_OK && rq->prefix[0] == '/')
		prefix_drop(rq);
	return rc == ERR_OK ? query_check(cx, rq) : rc;
}

/* Of two X-Forwarded-For, one may be a client's own X_Forwarded_For, or a line that the
 * proxy only added to: then the client is nobody, and not the trusted proxy either. */
static void
client_set(
    struct arena *mem, struct request *rq, const struct found *f, const char *trusted)
{
	const char *remote = f->remote != NULL ? f->remote : "";

	if (f->forwardeds > 1 && address_text_in_list(remote, trusted))
		rq->client = CLIENT_UNKNOWN;
	else
		rq->client = client_address(mem, remote, f->forwarded, trusted);
}

enum err
request_init(struct ctx *cx, struct request *rq, const char *const *params,
    const struct request_options *options)
{
	struct found f = {0};

	*rq = (struct request){
	    .params = params, .target = "/", .prefix = "", .query = ""};
	if (options != NULL && options->prefix != NULL)
		rq->prefix = options->prefix;
	for (const char *const *p = params; *p != NULL; p++)
		look_at(&f, *p);

	request_id_set(cx, f.id);
	trace_set(rq, f.trace);
	rq->method_text = f.method != NULL ? f.method : "";
	rq->method = method_find(rq->method_text);
	rq->content_type = f.content_type != NULL ? f.content_type : "";
	rq->https = (f.scheme != NULL && slice_eq_ci(slice_of(f.scheme), "https")) ||
	    (f.https != NULL &&
		(slice_eq_ci(slice_of(f.https), "on") || strcmp(f.https, "1") == 0));
	client_set(cx->mem, rq, &f, options != NULL ? options->trusted_proxies : NULL);

	if (f.header_bytes > REQUEST_HEADERS_MAX)
		return err_tell(&cx->err, ERR_HEADERS_TOO_LARGE,
		    "the request headers are longer than %d bytes",
		    REQUEST_HEADERS_MAX);
	if (f.authorizations > 1)
		return err_tell(&cx->err, ERR_INVALID,
		    "the Authorization header came more than once");
	if (f.method == NULL)
		return err_tell(&cx->err, ERR_INVALID, "the request has no method");
	return target_set(cx, rq, &f);
}

bool
request_is_lines(const char *content_type)
{
	static const char *const names[] = {
	    "application/x-ndjson", "application/ndjson", "application/jsonl"};
	struct slice rest = slice_of(content_type), type;

	if (!slice_next(&rest, ';', &type))
		return false;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (slice_eq_ci(type, names[i]))
			return true;
	return false;
}
