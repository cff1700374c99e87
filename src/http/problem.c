/* problem.c - errors as application/problem+json (RFC 9457). */
#include <stdio.h>

#include "http/response.h"
#include "json/json.h"

/* Of our own docs, relative: we own no domain to name the types by. */
#define TYPE_PREFIX "/docs/problems/"

static int
retry_after(const struct err_info *e)
{
	if (e->retry_after > 0)
		return e->retry_after;
	switch (e->code) {
	case ERR_UNAVAILABLE:
		return 2;
	case ERR_RATE_LIMITED:
	case ERR_KEY_IN_FLIGHT:
		return 1;
	default:
		return 0;
	}
}

static void
set_headers(struct response *rs, const struct err_info *e)
{
	int seconds = retry_after(e);
	char text[16];

	if (rs->status == 401)
		response_header(rs, "WWW-Authenticate",
		    rs->token_shown
			? "Bearer realm=\"tenantd\", error=\"invalid_token\""
			: "Bearer realm=\"tenantd\"");
	if (seconds > 0) {
		snprintf(text, sizeof(text), "%d", seconds);
		response_header(rs, "Retry-After", text);
	}
}

static void
put_faults(struct json_out *o, const struct fault *f)
{
	json_name(o, "errors");
	json_open_array(o);
	for (; f != NULL; f = f->next) {
		json_open_object(o);
		json_member_text(o, "pointer", f->pointer);
		json_member_text(o, "keyword", f->keyword);
		json_member_text(o, "message", f->message);
		json_close_object(o);
	}
	json_close_array(o);
}

enum { SEE_SIZE = 512 };

static void
see_path(char out[static SEE_SIZE], const struct response *rs)
{
	snprintf(out, SEE_SIZE, "%s%s", rs->prefix != NULL ? rs->prefix : "", rs->see);
}

static void
set_link(struct response *rs)
{
	char path[SEE_SIZE], link[SEE_SIZE + 128];

	see_path(path, rs);
	snprintf(link, sizeof(link), "<%s>; rel=\"%s\"", path, rs->see_rel);
	response_header(rs, "Link", link);
}

void
response_put_problem(
    struct json_out *o, const struct response *rs, const struct ctx *cx)
{
	const enum err code = cx->err.code != ERR_OK ? cx->err.code : ERR_INTERNAL;
	const bool ours = err_http(code) >= 500;
	char type[384], message[sizeof(cx->err.detail) + 64], see[SEE_SIZE];
	/* The contract of getOrCreate: a 401 says one thing and no more. */
	const char *detail = code == ERR_UNAUTHORIZED || cx->err.code == ERR_OK
	    ? err_text(code)
	    : err_public(&cx->err);

	snprintf(type, sizeof(type), "%s" TYPE_PREFIX "%s",
	    rs->prefix != NULL ? rs->prefix : "", err_slug(code));
	snprintf(message, sizeof(message), "%s%s",
	    ours ? "Error processing tenant request: " : "", detail);
	json_member_text(o, "type", type);
	json_member_text(o, "title", err_text(code));
	json_member_i64(o, "status", err_http(code));
	json_member_text(o, "detail", detail);
	json_member_text(o, "instance", cx->request_id);
	json_member_bool(o, "success", false);
	json_member_text(o, "message", message);
	if (ours)
		json_member_text(o, "error", detail);
	if (cx->faults != NULL)
		put_faults(o, cx->faults);
	if (rs->see != NULL) {
		see_path(see, rs);
		json_member_text(o, rs->see_rel, see);
	}
}

void
response_problem(struct response *rs, const struct ctx *cx)
{
	struct err_info e = cx->err;
	struct json_out o;

	if (e.code == ERR_OK)
		e.code = ERR_INTERNAL;
	buf_reset(&rs->body);
	buf_reset(&rs->headers);
	rs->status = err_http(e.code);
	rs->content_type = "application/problem+json";
	set_headers(rs, &e);
	if (rs->see != NULL)
		set_link(rs);
	json_out_init(&o, &rs->body);
	json_open_object(&o);
	response_put_problem(&o, rs, cx);
	json_close_object(&o);
}
