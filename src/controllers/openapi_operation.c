/* openapi_operation.c - one operation of the description, see openapi_parts.h. */
#include <string.h>

#include "controllers/describe.h"
#include "controllers/openapi_parts.h"
#include "http/response.h"

static bool
is_once(const struct route *r)
{
	return r->answer >= ANSWER_ONCE;
}

/* How it succeeds, with this status. */
static bool
may_answer(const struct route *r, int status)
{
	for (size_t i = 0; i < reply_count; i++)
		if (strcmp(replies[i].handler, r->name) == 0 &&
		    replies[i].status == status)
			return true;
	return false;
}

/* While its caller waits or later, as the caller prefers. */
static bool
heeds_preference(const struct route *r)
{
	return may_answer(r, 201) && may_answer(r, 202);
}

static bool
is_oauth(const struct route *r)
{
	return r->body == BODY_FORM;
}

/* -- parameters -- */

static void
put_component(struct openapi *w, const char *kind, const char *name)
{
	json_open_object(&w->o);
	json_member_text(
	    &w->o, "$ref", arena_printf(w->cx->mem, "#/components/%s/%s", kind, name));
	json_close_object(&w->o);
}

struct parameter {
	const char *name, *in, *meaning, *schema;
};

static void
put_parameter(struct openapi *w, const struct parameter *p)
{
	struct json_out *o = &w->o;

	json_open_object(o);
	json_member_text(o, "name", p->name);
	json_member_text(o, "in", p->in);
	if (strcmp(p->in, "path") == 0)
		json_member_bool(o, "required", true);
	json_member_text(o, "description", p->meaning);
	json_member_raw(o, "schema", p->schema);
	json_close_object(o);
}

static void
put_pieces(struct openapi *w, const struct route *r)
{
	const char *rest = r->path;
	struct slice name;

	while (piece_next(&rest, &name)) {
		const struct piece *p = piece_find(name);

		put_parameter(w,
		    &(struct parameter){slice_dup(w->cx->mem, name), "path",
			p != NULL ? p->meaning : "",
			p != NULL ? p->schema : "{\"type\":\"string\"}"});
	}
}

static void
put_queries(struct openapi *w, const struct route *r)
{
	for (size_t i = 0; i < query_param_count; i++) {
		const struct query_param *q = &query_params[i];

		if (strcmp(q->handler, r->name) == 0)
			put_parameter(w,
			    &(struct parameter){
				q->name, "query", q->summary, q->schema});
	}
}

static void
put_parameters(struct openapi *w, const struct route *r)
{
	json_name(&w->o, "parameters");
	json_open_array(&w->o);
	put_pieces(w, r);
	put_queries(w, r);
	if (is_once(r))
		put_component(w, "parameters", "IdempotencyKey");
	if (heeds_preference(r))
		put_component(w, "parameters", "Prefer");
	if (route_heeds_match(r))
		put_component(w, "parameters", "IfMatch");
	if (r->answer == ANSWER_TAGGED)
		put_component(w, "parameters", "IfNoneMatch");
	put_component(w, "parameters", "RequestId");
	json_close_array(&w->o);
}

/* -- the body -- */

static void
put_request_media(struct openapi *w, const struct route *r, const char *type)
{
	const struct json *example =
	    openapi_example(w, openapi_request_schema(w, r->schema));
	struct json_out *o = &w->o;

	json_name(o, type);
	json_open_object(o);
	json_name(o, "schema");
	openapi_put_request_ref(w, r->schema);
	if (example != NULL) {
		json_name(o, "example");
		json_put(o, example);
	}
	json_close_object(o);
}

/* A body of many values: an array of them, or one a line. */
static void
put_items_media(struct openapi *w, const struct route *r)
{
	const struct json *example =
	    openapi_example(w, openapi_request_schema(w, r->schema));
	struct json_out *o = &w->o;

	json_name(o, "application/json");
	json_open_object(o);
	json_name(o, "schema");
	json_open_object(o);
	json_member_text(o, "type", "array");
	json_name(o, "items");
	openapi_put_request_ref(w, r->schema);
	json_close_object(o);
	if (example != NULL) {
		json_name(o, "example");
		json_open_array(o);
		json_put(o, example);
		json_close_array(o);
	}
	json_close_object(o);
	json_name(o, media_name(MEDIA_NDJSON));
	json_open_object(o);
	json_member_raw(o, "schema", "{\"type\":\"string\"}");
	json_name(o, "x-line-schema");
	openapi_put_request_ref(w, r->schema);
	json_close_object(o);
}

static void
put_body(struct openapi *w, const struct route *r)
{
	struct json_out *o = &w->o;

	if (r->body == BODY_NONE)
		return;
	json_name(o, "requestBody");
	json_open_object(o);
	json_member_bool(o, "required", r->body >= BODY_REQUIRED);
	json_name(o, "content");
	json_open_object(o);
	if (r->body == BODY_FORM)
		put_request_media(w, r, "application/x-www-form-urlencoded");
	else if (r->body == BODY_ITEMS)
		put_items_media(w, r);
	else
		put_request_media(w, r, "application/json");
	if (r->method == HTTP_PATCH)
		put_request_media(w, r, "application/merge-patch+json");
	json_close_object(o);
	json_close_object(o);
}

/* -- answers that are as wanted -- */

void
openapi_put_header(struct openapi *w, const char *name, const char *component)
{
	json_name(&w->o, name);
	put_component(w, "headers", component);
}

static const char *
status_meaning(int status)
{
	switch (status) {
	case 201:
		return "It was made.";
	case 202:
		return "It was taken on, and will be done.";
	case 204:
		return "It was done; there is nothing to say.";
	case 207:
		return "Each part has an outcome of its own.";
	default:
		return "As asked.";
	}
}

static void
put_headers(struct openapi *w, const struct route *r, int status)
{
	struct json_out *o = &w->o;

	json_name(o, "headers");
	json_open_object(o);
	openapi_put_header(w, "X-Request-Id", "RequestId");
	if (r->rate != RATE_UNLIMITED) {
		openapi_put_header(w, "RateLimit-Limit", "RateLimitLimit");
		openapi_put_header(w, "RateLimit-Remaining", "RateLimitRemaining");
		openapi_put_header(w, "RateLimit-Reset", "RateLimitReset");
	}
	if (r->answer == ANSWER_TAGGED ||
	    (route_heeds_match(r) && r->method != HTTP_DELETE))
		openapi_put_header(w, "ETag", "ETag");
	if (status == 201 || (status == 202 && heeds_preference(r)))
		openapi_put_header(w, "Location", "Location");
	if (status == 202 && heeds_preference(r))
		openapi_put_header(w, "Preference-Applied", "PreferenceApplied");
	if (route_takes_query(r, "limit"))
		openapi_put_header(w, "Link", "Link");
	if (is_once(r))
		openapi_put_header(w, "Idempotency-Replayed", "IdempotencyReplayed");
	json_close_object(o);
}

static void
put_reply_media(struct openapi *w, const struct reply *a)
{
	struct json_out *o = &w->o;
	const struct json *example;

	json_name(o, media_name(a->media));
	json_open_object(o);
	json_name(o, "schema");
	if (a->media == MEDIA_JSON && a->schema != REPLY_SCHEMA_NONE) {
		openapi_put_reply_ref(w, a->schema);
		example = openapi_example(w, reply_schema_texts[a->schema].text);
		if (example != NULL) {
			json_name(o, "example");
			json_put(o, example);
		}
	} else {
		json_put_raw(
		    o, a->media == MEDIA_JSON ? "{}" : "{\"type\":\"string\"}");
		if (a->schema != REPLY_SCHEMA_NONE) {
			json_name(o, "x-line-schema");
			openapi_put_reply_ref(w, a->schema);
		}
	}
	json_close_object(o);
}

/* All media types that come with one status. */
static void
put_reply(struct openapi *w, const struct route *r, int status)
{
	struct json_out *o = &w->o;
	bool content = false;

	json_name(o, arena_printf(w->cx->mem, "%d", status));
	json_open_object(o);
	json_member_text(o, "description", status_meaning(status));
	put_headers(w, r, status);
	for (size_t i = 0; i < reply_count; i++) {
		const struct reply *a = &replies[i];

		if (strcmp(a->handler, r->name) != 0 || a->status != status ||
		    a->media == MEDIA_NONE)
			continue;
		if (!content) {
			json_name(o, "content");
			json_open_object(o);
		}
		content = true;
		put_reply_media(w, a);
	}
	if (content)
		json_close_object(o);
	json_close_object(o);
}

static bool
answers_with(const struct route *r, int status)
{
	for (size_t i = 0; i < reply_count; i++)
		if (replies[i].status == status &&
		    strcmp(replies[i].handler, r->name) == 0)
			return true;
	return false;
}

/* -- and those that are not -- */

static bool
has_problem_of(const bool problems[static ERR_COUNT], int status, const struct route *r)
{
	for (int i = ERR_OK + 1; i < ERR_COUNT; i++)
		if (problems[i] &&
		    response_problem_status((enum err)i, is_oauth(r)) == status)
			return true;
	return false;
}

static void
put_responses(
    struct openapi *w, const struct route *r, const bool problems[static ERR_COUNT])
{
	struct json_out *o = &w->o;

	json_name(o, "responses");
	json_open_object(o);
	for (int status = 200; status <= HTTP_STATUS_MOST; status++)
		if (answers_with(r, status))
			put_reply(w, r, status);
		else if (status == 304 && r->answer == ANSWER_TAGGED) {
			json_name(o, "304");
			put_component(w, "responses", "NotModified");
		} else if (status == 308 && route_leads_on(r)) {
			json_name(o, "308");
			put_component(w, "responses", "Moved");
		} else if (status >= 400 && has_problem_of(problems, status, r)) {
			json_name(o, arena_printf(w->cx->mem, "%d", status));
			put_component(w, "responses",
			    arena_printf(w->cx->mem, "%s%d",
				is_oauth(r) ? "OAuthProblem" : "Problem", status));
		}
	json_close_object(o);
}

/* In the order of their status. */
static void
put_problem_types(struct openapi *w, const bool problems[static ERR_COUNT])
{
	json_name(&w->o, "x-problem-types");
	json_open_array(&w->o);
	for (int status = 400; status <= HTTP_STATUS_MOST; status++)
		for (int i = ERR_OK + 1; i < ERR_COUNT; i++)
			if (problems[i] && err_http((enum err)i) == status)
				json_put_text(&w->o, err_slug((enum err)i));
	json_close_array(&w->o);
}

/* -- who may -- */

static void
put_security(struct openapi *w, const struct route *r)
{
	const enum perm_level level = perm_level(r->perm);

	json_member_raw(&w->o, "security",
	    is_oauth(r) ? "[{},{\"client\":[]}]"
		: level == LEVEL_PUBLIC || level == LEVEL_MONITOR ? "[]"
		: level == LEVEL_PARTNER || level == LEVEL_TENANT ||
		    level == LEVEL_MEMBER
		? "[{\"token\":[]},{\"apiKey\":[]}]"
		: "[{\"token\":[]}]");
}

static void
put_description(struct openapi *w, const struct route *r)
{
	const enum perm_level level = perm_level(r->perm);
	struct buf b;

	buf_init(&b, w->cx->mem, SIZE_MAX);
	buf_printf(&b, "Who may: %s", route_level_meaning(level));
	if (level != LEVEL_PUBLIC)
		buf_printf(&b, " Permission `%s`: %s.", perm_name(r->perm),
		    perm_meaning(r->perm));
	if (r->body != BODY_NONE)
		buf_printf(&b, " The body may have %zu bytes.", r->body_max);
	json_member_text(&w->o, "description", buf_text(&b));
}

void
openapi_put_operation(struct openapi *w, const struct route *r)
{
	struct json_out *o = &w->o;
	bool problems[ERR_COUNT];
	struct buf id;

	buf_init(&id, w->cx->mem, SIZE_MAX);
	route_put_id(&id, r);
	route_problems(r, problems);
	json_open_object(o);
	json_member_text(o, "operationId", buf_text(&id));
	json_member_text(o, "summary", r->summary);
	put_description(w, r);
	json_name(o, "tags");
	json_open_array(o);
	json_put_text(o, areas[route_area(r)].title);
	json_close_array(o);
	put_security(w, r);
	put_parameters(w, r);
	put_body(w, r);
	put_responses(w, r, problems);
	put_problem_types(w, problems);
	json_member_text(o, "x-permission", perm_name(r->perm));
	json_member_text(o, "x-level", perm_level_name(perm_level(r->perm)));
	json_member_text(o, "x-rate-class", rate_class_name(r->rate));
	if (r->body != BODY_NONE)
		json_member_i64(o, "x-body-limit", (int64_t)r->body_max);
	json_close_object(o);
}
