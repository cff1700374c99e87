/* response.c - see response.h. */
#include "http/response.h"

#include <string.h>

enum { HEADERS_MAX = 32 * 1024 };

static const struct {
	int status;
	const char *phrase;
} phrases[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {207, "Multi-Status"},
    {303, "See Other"},
    {304, "Not Modified"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {409, "Conflict"},
    {410, "Gone"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {424, "Failed Dependency"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
};

static const char *
phrase_of(int status)
{
	for (size_t i = 0; i < COUNT_OF(phrases); i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return "Status";
}

void
response_init(struct response *rs)
{
	memset(rs, 0, sizeof(*rs));
	buf_init(&rs->body, NULL, RESPONSE_BODY_MAX);
	buf_init(&rs->headers, NULL, HEADERS_MAX);
}

void
response_fini(struct response *rs)
{
	buf_fini(&rs->body);
	buf_fini(&rs->headers);
}

void
response_reset(struct response *rs)
{
	/* One huge answer does not stay in every worker for ever. */
	if (rs->body.cap > 1024ul * 1024)
		buf_fini(&rs->body);
	buf_reset(&rs->body);
	buf_reset(&rs->headers);
	rs->status = 0;
	rs->content_type = rs->prefix = rs->see = rs->see_rel = NULL;
	rs->no_body = rs->begun = rs->token_shown = rs->basic_shown = rs->oauth = false;
	rs->request_id[0] = rs->etag[0] = '\0';
}

void
response_begin(struct response *rs, const struct ctx *cx, const struct request *rq)
{
	response_reset(rs);
	memcpy(rs->request_id, cx->request_id, sizeof(rs->request_id));
	rs->prefix = rq->prefix;
	rs->no_body = rq->method == HTTP_HEAD;
}

void
response_header(struct response *rs, const char *name, const char *value)
{
	if (!str_is_token(slice_of(name)) || value[strcspn(value, "\r\n")] != '\0')
		return;
	buf_puts(&rs->headers, name);
	buf_put(&rs->headers, ": ", 2);
	buf_puts(&rs->headers, value);
	buf_put(&rs->headers, "\r\n", 2);
}

const char *
response_content_type(const struct response *rs)
{
	return rs->content_type != NULL ? rs->content_type : "application/json";
}

bool
response_has_header(const struct response *rs, const char *name)
{
	struct slice rest = {rs->headers.p, rs->headers.n}, line;

	while (slice_next(&rest, '\n', &line)) {
		const char *colon = line.n > 0 ? memchr(line.p, ':', line.n) : NULL;

		if (colon != NULL &&
		    slice_eq_ci((struct slice){line.p, (size_t)(colon - line.p)}, name))
			return true;
	}
	return false;
}

static bool
has_content(const struct response *rs)
{
	return rs->status != 204 && rs->status != 304 && rs->status != 308;
}

bool
response_sends_body(const struct response *rs)
{
	return has_content(rs) && !rs->no_body && rs->body.n > 0;
}

static void
put_header(struct buf *out, const char *name, const char *value)
{
	buf_puts(out, name);
	buf_puts(out, value);
	buf_put(out, "\r\n", 2);
}

void
response_head(const struct response *rs, struct buf *out)
{
	int status = rs->status != 0 ? rs->status : 200;

	buf_puts(out, "Status: ");
	buf_put_i64(out, status);
	buf_putc(out, ' ');
	put_header(out, "", phrase_of(status));
	if (has_content(rs)) {
		put_header(out, "Content-Type: ", response_content_type(rs));
	}
	if (has_content(rs) && !rs->begun) {
		buf_puts(out, "Content-Length: ");
		buf_put_i64(out, (int64_t)rs->body.n);
		buf_put(out, "\r\n", 2);
	}
	if (rs->request_id[0] != '\0')
		put_header(out, "X-Request-Id: ", rs->request_id);
	put_header(out, "X-Content-Type-Options: ", "nosniff");
	if (!response_has_header(rs, "cache-control"))
		put_header(out, "Cache-Control: ", "no-store");
	if (rs->headers.n > 0)
		buf_put(out, rs->headers.p, rs->headers.n);
	buf_put(out, "\r\n", 2);
}
