/* openapi.c - see openapi.h. */
#include "controllers/openapi.h"

#include <string.h>

#include "controllers/describe.h"
#include "controllers/openapi_parts.h"
#include "controllers/texts.h"
#include "http/response.h"

static void
put_info(struct openapi *w)
{
	struct json_out *o = &w->o;

	json_name(o, "info");
	json_open_object(o);
	json_member_text(o, "title", "tenantd");
	json_member_text(o, "version", PACKAGE_VERSION);
	json_member_text(o, "summary", "A tenant control plane.");
	json_member_text(o, "description", text_get(slice_of("introduction")));
	json_member_raw(o, "license", "{\"name\":\"MIT\",\"identifier\":\"MIT\"}");
	json_close_object(o);
}

static void
put_servers(struct openapi *w)
{
	struct json_out *o = &w->o;

	json_name(o, "servers");
	json_open_array(o);
	json_open_object(o);
	json_member_text(o, "url", w->from->prefix[0] != '\0' ? w->from->prefix : "/");
	json_close_object(o);
	json_close_array(o);
}

/* Those that something is about. */
static void
put_tags(struct openapi *w)
{
	struct json_out *o = &w->o;
	bool used[AREA_COUNT] = {false};

	for (int i = 0; i < ROUTE_COUNT; i++)
		used[route_area(&routes[i])] = true;
	json_name(o, "tags");
	json_open_array(o);
	for (int i = 0; i < AREA_COUNT; i++) {
		if (!used[i])
			continue;
		json_open_object(o);
		json_member_text(o, "name", areas[i].title);
		json_member_text(o, "description", areas[i].description);
		json_close_object(o);
	}
	json_close_array(o);
}

/* -- paths -- */

static bool
is_first_of_its_path(int row)
{
	for (int i = 0; i < row; i++)
		if (strcmp(routes[i].path, routes[row].path) == 0)
			return false;
	return true;
}

static const char *
method_key(enum http_method m)
{
	static const char *const keys[HTTP_METHOD_COUNT] = {
	    [HTTP_GET] = "get",
	    [HTTP_HEAD] = "head",
	    [HTTP_POST] = "post",
	    [HTTP_PUT] = "put",
	    [HTTP_PATCH] = "patch",
	    [HTTP_DELETE] = "delete",
	    [HTTP_OPTIONS] = "options",
	};

	return keys[m];
}

static void
put_path(struct openapi *w, int first)
{
	struct json_out *o = &w->o;

	json_name(o, routes[first].path);
	json_open_object(o);
	for (int i = first; i < ROUTE_COUNT; i++)
		if (strcmp(routes[i].path, routes[first].path) == 0) {
			json_name(o, method_key(routes[i].method));
			openapi_put_operation(w, &routes[i]);
		}
	json_close_object(o);
}

static void
put_paths(struct openapi *w)
{
	json_name(&w->o, "paths");
	json_open_object(&w->o);
	for (int i = 0; i < ROUTE_COUNT; i++)
		if (is_first_of_its_path(i) &&
		    !(w->from->no_partners &&
			perm_level(routes[i].perm) == LEVEL_PARTNER))
			put_path(w, i);
	json_close_object(&w->o);
}

/* -- answers that operations have in common -- */

struct answers {
	bool plain[ERR_COUNT], oauth[ERR_COUNT];
};

static void
collect(struct answers *out)
{
	bool one[ERR_COUNT];

	memset(out, 0, sizeof(*out));
	for (int i = 0; i < ROUTE_COUNT; i++) {
		bool *into = routes[i].body == BODY_FORM ? out->oauth : out->plain;

		route_problems(&routes[i], one);
		for (int k = 0; k < ERR_COUNT; k++)
			into[k] = into[k] || one[k];
	}
}

static void
put_types(struct openapi *w, const bool has[static ERR_COUNT], int status, bool oauth)
{
	json_name(&w->o, "x-problem-types");
	json_open_array(&w->o);
	for (int i = ERR_OK + 1; i < ERR_COUNT; i++)
		if (has[i] && response_problem_status((enum err)i, oauth) == status)
			json_put_text(&w->o, err_slug((enum err)i));
	json_close_array(&w->o);
}

/* A line of each problem, for readers. */
static char *
describe_status(
    struct openapi *w, const bool has[static ERR_COUNT], int status, bool oauth)
{
	struct buf b;

	buf_init(&b, w->cx->mem, SIZE_MAX);
	for (int i = ERR_OK + 1; i < ERR_COUNT; i++)
		if (has[i] && response_problem_status((enum err)i, oauth) == status)
			buf_printf(&b, "%s`%s`: %s", b.n > 0 ? "\n\n" : "",
			    err_slug((enum err)i), err_text((enum err)i));
	return b.n > 0 ? arena_strdup(w->cx->mem, buf_text(&b)) : NULL;
}

static void
put_problem(struct openapi *w, const bool has[static ERR_COUNT], int status, bool oauth)
{
	struct json_out *o = &w->o;
	const char *description = describe_status(w, has, status, oauth);
	const char *name = oauth ? "OAuthProblem" : "Problem";

	if (description == NULL)
		return;
	json_name(o, arena_printf(w->cx->mem, "%s%d", name, status));
	json_open_object(o);
	json_member_text(o, "description", description);
	json_name(o, "headers");
	json_open_object(o);
	openapi_put_header(w, "X-Request-Id", "RequestId");
	if (status == 401)
		openapi_put_header(w, "WWW-Authenticate", "WWWAuthenticate");
	if (status == 409 || status == 429 || status == 503)
		openapi_put_header(w, "Retry-After", "RetryAfter");
	json_close_object(o);
	json_member_raw(o, "content",
	    arena_printf(w->cx->mem,
		"{\"%s\":{\"schema\":{\"$ref\":\"#/components/schemas/%s\"}}}",
		oauth ? "application/json" : "application/problem+json", name));
	put_types(w, has, status, oauth);
	json_close_object(o);
}

/* A response without a body, and the header that says what it is about. */
static void
put_bare(struct openapi *w, const char *name, const char *what, const char *header)
{
	struct json_out *o = &w->o;

	json_name(o, name);
	json_open_object(o);
	json_member_text(o, "description", what);
	json_name(o, "headers");
	json_open_object(o);
	openapi_put_header(w, "X-Request-Id", "RequestId");
	openapi_put_header(w, header, header);
	json_close_object(o);
	json_close_object(o);
}

static void
put_common_responses(struct openapi *w)
{
	struct json_out *o = &w->o;
	struct answers a;

	collect(&a);
	json_name(o, "responses");
	json_open_object(o);
	put_bare(w, "NotModified",
	    "It is still what If-None-Match names; there is no body.", "ETag");
	put_bare(w, "Moved",
	    "The tenant has another slug by now, with which the path is to be asked "
	    "for; "
	    "there is no body.",
	    "Location");
	for (int status = 400; status <= HTTP_STATUS_MOST; status++) {
		put_problem(w, a.plain, status, false);
		put_problem(w, a.oauth, status, true);
	}
	json_close_object(o);
}

/* Every error: the document says of each what the page of its type says. */
static void
put_problems(struct openapi *w)
{
	struct json_out *o = &w->o;

	json_name(o, "x-problems");
	json_open_array(o);
	for (int i = ERR_OK + 1; i < ERR_COUNT; i++) {
		const enum err code = (enum err)i;

		json_open_object(o);
		json_member_text(o, "type", err_slug(code));
		json_member_i64(o, "status", err_http(code));
		json_member_text(o, "title", err_text(code));
		json_member_text(o, "description", problem_remedy(code));
		json_close_object(o);
	}
	json_close_array(o);
}

/* -- components -- */

static bool
put_member(const char *name, const struct json *value, void *arg)
{
	struct openapi *w = arg;

	json_name(&w->o, name);
	json_put(&w->o, value);
	return true;
}

static enum err
put_components(struct openapi *w)
{
	static const char *const kinds[] = {"parameters", "headers", "securitySchemes"};
	const char *text = text_get(slice_of("components"));
	const struct json *shared;
	enum err rc = json_parse(w->cx, text, strlen(text), 0, &shared);

	if (rc != ERR_OK)
		return rc;
	json_name(&w->o, "components");
	json_open_object(&w->o);
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		put_member(kinds[i], json_get(shared, kinds[i]), w);
	put_common_responses(w);
	json_name(&w->o, "schemas");
	json_open_object(&w->o);
	json_each(json_get(shared, "schemas"), put_member, w);
	rc = openapi_put_schemas(w);
	json_close_object(&w->o);
	json_close_object(&w->o);
	return rc;
}

enum err
openapi_write(struct ctx *cx, const struct openapi_source *from, struct buf *out)
{
	struct openapi w = {.cx = cx, .from = from};
	enum err rc;

	json_out_init(&w.o, out);
	json_open_object(&w.o);
	json_member_text(&w.o, "openapi", "3.1.0");
	put_info(&w);
	put_servers(&w);
	put_tags(&w);
	put_paths(&w);
	rc = put_components(&w);
	put_problems(&w);
	json_close_object(&w.o);
	if (rc == ERR_OK && out->failed)
		rc = err_set(&cx->err, ERR_TOO_LARGE, "the description is too large");
	return rc;
}
