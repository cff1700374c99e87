/* problem.c - errors as application/problem+json (RFC 9457). */
#include <stdio.h>
#include <string.h>

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
	case ERR_NOT_MIGRATED:
		return 2;
	case ERR_RATE_LIMITED:
	case ERR_KEY_IN_FLIGHT:
		return 1;
	default:
		return 0;
	}
}

/* -- as RFC 6749 5.2 has it -- */

/* One that is no grant's fault is told by the names of 4.1.2.1. */
static const char *
oauth_error(enum err code)
{
	switch (code) {
	case ERR_CREDENTIALS:
	case ERR_SECOND_FACTOR:
	case ERR_PASSWORD_EXPIRED:
	case ERR_POLICY:
	case ERR_TENANT_SUSPENDED:
	case ERR_TENANT_INACTIVE:
	case ERR_FORBIDDEN:
	case ERR_GRANT:
		return "invalid_grant";
	case ERR_CLIENT:
		return "invalid_client";
	case ERR_GRANT_TYPE:
		return "unsupported_grant_type";
	case ERR_SCOPE:
		return "invalid_scope";
	case ERR_RATE_LIMITED:
	case ERR_UNAVAILABLE:
		return "temporarily_unavailable";
	default:
		return err_http(code) >= 500 ? "server_error" : "invalid_request";
	}
}

int
response_problem_status(enum err code, bool oauth)
{
	return oauth && strcmp(oauth_error(code), "invalid_grant") == 0
	    ? 400
	    : err_http(code);
}

/* A description is of printable ASCII without " and \ (RFC 6749, 5.2). */
static void
put_error(
    struct json_out *o, const struct response *rs, enum err code, const char *detail)
{
	char text[sizeof(((struct err_info *)NULL)->detail)];

	if (rs->oauth) {
		snprintf(text, sizeof(text), "%s", detail);
		for (char *p = text; *p != '\0'; p++)
			if (*p == '"' || *p == '\\' || *p < ' ' || *p > '~')
				*p = '\'';
		json_member_text(o, "error", oauth_error(code));
		json_member_text(o, "error_description", text);
	} else if (err_http(code) >= 500)
		json_member_text(o, "error", detail);
}

static void
set_headers(struct response *rs, const struct err_info *e)
{
	int seconds = retry_after(e);
	char text[16];

	if (rs->status == 401)
		response_header(rs, "WWW-Authenticate",
		    rs->basic_shown ? "Basic realm=\"tenantd\""
			: rs->token_shown
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
		if (f->existing != NULL)
			json_member_text(o, "existing_tenant", f->existing);
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
	json_member_i64(o, "status", response_problem_status(code, rs->oauth));
	json_member_text(o, "detail", detail);
	json_member_text(o, "instance", cx->request_id);
	json_member_bool(o, "success", false);
	json_member_text(o, "message", message);
	if (cx->err.existing[0] != '\0')
		json_member_text(o, "existing_tenant", cx->err.existing);
	if (cx->err.operation[0] != '\0')
		json_member_text(o, "operation", cx->err.operation);
	if (cx->err.step[0] != '\0')
		json_member_text(o, "step", cx->err.step);
	put_error(o, rs, code, detail);
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
	rs->status = response_problem_status(e.code, rs->oauth);
	rs->content_type = rs->oauth ? "application/json" : "application/problem+json";
	set_headers(rs, &e);
	if (rs->see != NULL)
		set_link(rs);
	json_out_init(&o, &rs->body);
	json_open_object(&o);
	response_put_problem(&o, rs, cx);
	json_close_object(&o);
}
