#include "unit.h"

#include "base/buf.h"
#include "http/response.h"
#include "json/json.h"

static struct response rs;
static struct request rq;

static int
setup(void **state)
{
	response_init(&rs);
	rq =
	    (struct request){.method = HTTP_GET, .params = (const char *const[]){NULL}};
	return unit_ctx_setup(state);
}

static int
teardown(void **state)
{
	response_fini(&rs);
	return unit_ctx_teardown(state);
}

#define RS_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static const char *
head(struct ctx *cx)
{
	struct buf b;

	buf_init(&b, cx->mem, 65536);
	response_head(&rs, &b);
	return b.p;
}

static void
head_is_cgi_text_with_what_every_answer_carries(void **state)
{
	struct ctx *cx = *state;

	memcpy(cx->request_id, "id-1", 5);
	response_begin(&rs, cx, &rq);
	buf_puts(&rs.body, "{}");
	response_header(&rs, "Location", "/a");
	assert_string_equal(head(cx),
	    "Status: 200 OK\r\n"
	    "Content-Type: application/json\r\n"
	    "Content-Length: 2\r\n"
	    "X-Request-Id: id-1\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "Cache-Control: no-store\r\n"
	    "Location: /a\r\n\r\n");
	assert_true(response_sends_body(&rs));
}

static void
cache_control_of_ones_own_replaces_no_store(void **state)
{
	struct ctx *cx = *state;

	response_header(&rs, "X-A", "cache-control: no");
	assert_false(response_has_header(&rs, "cache-control"));
	response_header(&rs, "Cache-Control", "max-age=60");
	assert_true(response_has_header(&rs, "cache-control"));
	assert_null(strstr(head(cx), "no-store"));
}

static void
no_content_has_neither_type_nor_length_nor_body(void **state)
{
	struct ctx *cx = *state;

	buf_puts(&rs.body, "stray");
	rs.status = 204;
	assert_null(strstr(head(cx), "Content-Type:"));
	assert_null(strstr(head(cx), "Content-Length:"));
	assert_false(response_sends_body(&rs));
}

static void
head_request_tells_the_length_only(void **state)
{
	struct ctx *cx = *state;

	rq.method = HTTP_HEAD;
	response_begin(&rs, cx, &rq);
	buf_puts(&rs.body, "12345");
	assert_non_null(strstr(head(cx), "Content-Length: 5\r\n"));
	assert_false(response_sends_body(&rs));
}

static void
header_with_line_break_is_left_out(void **state)
{
	(void)state;
	response_header(&rs, "Location", "/a\r\nSet-Cookie: x=1");
	response_header(&rs, "Bad Name", "x");
	response_header(&rs, "", "x");
	assert_int_equal(rs.headers.n, 0);
}

/* The problem for an error, parsed. */
static const struct json *
problem(struct ctx *cx)
{
	const struct json *v;

	response_problem(&rs, cx);
	assert_null(memchr(rs.body.p, '\n', rs.body.n));
	assert_int_equal(json_parse(cx, rs.body.p, rs.body.n, 8, &v), ERR_OK);
	return v;
}

static void
problem_replaces_what_was_there(void **state)
{
	struct ctx *cx = *state;
	const struct json *v;

	memcpy(cx->request_id, "rid", 4);
	buf_puts(&rs.body, "half an answer");
	response_header(&rs, "ETag", "\"x\"");
	(void)err_tell(&cx->err, ERR_CONFLICT, "the slug \"%s\" is taken", "a\"b");
	v = problem(cx);
	assert_string_equal(json_get_text(v, "type"), "/docs/problems/conflict");
	rs.prefix = "/p";
	assert_string_equal(
	    json_get_text(problem(cx), "type"), "/p/docs/problems/conflict");
	rs.prefix = NULL;
	v = problem(cx);
	assert_string_equal(json_get_text(v, "title"), err_text(ERR_CONFLICT));
	assert_int_equal(json_int(json_get(v, "status")), 409);
	assert_string_equal(json_get_text(v, "detail"), "the slug \"a\"b\" is taken");
	assert_string_equal(json_get_text(v, "instance"), "rid");
	assert_string_equal(json_get_text(v, "message"), "the slug \"a\"b\" is taken");
	assert_true(json_has(v, "success") && !json_bool(json_get(v, "success")));
	assert_false(json_has(v, "error"));
	assert_false(json_has(v, "errors"));
	assert_int_equal(rs.headers.n, 0);
	assert_int_equal(rs.status, 409);
	assert_string_equal(rs.content_type, "application/problem+json");
}

static void
problem_of_ours_shows_no_private_text(void **state)
{
	struct ctx *cx = *state;
	const struct json *v;

	(void)err_set(&cx->err, ERR_INTERNAL, "relation \"secret\" at /srv/x.sql");
	v = problem(cx);
	assert_string_equal(json_get_text(v, "message"),
	    "Error processing tenant request: Something failed on our side.");
	assert_string_equal(json_get_text(v, "error"), "Something failed on our side.");
	assert_null(strstr(rs.body.p, "secret"));
}

static void
forgotten_error_is_internal(void **state)
{
	struct ctx *cx = *state;

	assert_int_equal(json_int(json_get(problem(cx), "status")), 500);
}

static void
unauthorized_says_exactly_one_thing(void **state)
{
	struct ctx *cx = *state;
	const struct json *v;

	(void)err_tell(&cx->err, ERR_UNAUTHORIZED, "the token expired at noon");
	v = problem(cx);
	assert_string_equal(
	    json_get_text(v, "message"), "Unauthorized: No authenticated user found");
	assert_string_equal(
	    json_get_text(v, "detail"), "Unauthorized: No authenticated user found");
	assert_string_equal(
	    rs.headers.p, "WWW-Authenticate: Bearer realm=\"tenantd\"\r\n");
	rs.token_shown = true;
	(void)err_set(&cx->err, ERR_UNAUTHORIZED, "expired");
	response_problem(&rs, cx);
	assert_string_equal(rs.headers.p,
	    "WWW-Authenticate: Bearer realm=\"tenantd\", error=\"invalid_token\"\r\n");
}

static void
unavailable_and_limited_say_when_to_come_back(void **state)
{
	struct ctx *cx = *state;

	(void)err_set(&cx->err, ERR_UNAVAILABLE, "database away");
	(void)problem(cx);
	assert_true(response_has_header(&rs, "retry-after"));
	(void)err_set(&cx->err, ERR_RATE_LIMITED, "slow");
	cx->err.retry_after = 17;
	(void)problem(cx);
	assert_string_equal(rs.headers.p, "Retry-After: 17\r\n");
	(void)err_set(&cx->err, ERR_NOT_FOUND, "no");
	(void)problem(cx);
	assert_false(response_has_header(&rs, "retry-after"));
}

static void
faults_are_listed_in_order(void **state)
{
	struct ctx *cx = *state;
	const struct json *errors;

	(void)err_set(&cx->err, ERR_INVALID, "body");
	ctx_fault(cx, "/email", "format", "not an e-mail \"%s\"", "x");
	ctx_fault(cx, "", "required", "name is missing");
	errors = json_get(problem(cx), "errors");
	assert_int_equal(json_count(errors), 2);
	assert_string_equal(json_get_text(json_item(errors, 0), "pointer"), "/email");
	assert_string_equal(json_get_text(json_item(errors, 0), "keyword"), "format");
	assert_string_equal(
	    json_get_text(json_item(errors, 0), "message"), "not an e-mail \"x\"");
	assert_string_equal(json_get_text(json_item(errors, 1), "keyword"), "required");
}

static char *
etag_of(struct ctx *cx, const char *body)
{
	char *etag = arena_alloc(cx->mem, RESPONSE_ETAG_SIZE);

	response_etag(etag, body, strlen(body));
	return etag;
}

static int
conditional(struct ctx *cx, const char *if_none_match)
{
	const char *const params[] = {
	    arena_printf(cx->mem, "HTTP_IF_NONE_MATCH=%s", if_none_match), NULL};

	rq.params = params;
	response_reset(&rs);
	buf_puts(&rs.body, "{\"a\":1}");
	response_conditional(&rs, &rq);
	rq.params = NULL;
	return rs.status;
}

static void
etag_is_strong_quoted_and_follows_the_body(void **state)
{
	struct ctx *cx = *state;

	/* SHA-256 of nothing, e3b0c442 98fc1c14 9afbf4c8 996fb924. */
	assert_string_equal(etag_of(cx, ""), "\"47DEQpj8HBSa-_TImW-5JA\"");
	assert_string_not_equal(etag_of(cx, "a"), etag_of(cx, "b"));
}

static void
if_none_match_gives_304(void **state)
{
	struct ctx *cx = *state;
	const char *etag = etag_of(cx, "{\"a\":1}");

	assert_int_equal(conditional(cx, ""), 0);
	assert_non_null(strstr(rs.headers.p, etag));
	assert_int_equal(conditional(cx, "\"other\""), 0);
	assert_int_equal(rs.body.n, 7);
	assert_int_equal(conditional(cx, etag), 304);
	assert_int_equal(rs.body.n, 0);
	assert_non_null(strstr(rs.headers.p, etag));
	assert_int_equal(conditional(cx, "*"), 304);
	assert_int_equal(
	    conditional(cx, arena_printf(cx->mem, "\"x\", W/%s", etag)), 304);
	rq.method = HTTP_POST;
	assert_int_equal(conditional(cx, "*"), 0);
	assert_int_equal(rs.headers.n, 0);
}

static void
if_match_compares_strongly(void **state)
{
	struct ctx *cx = *state;
	const char *etag = etag_of(cx, "x");
	const char *params[] = {NULL, NULL};

	rq.params = params;
	assert_true(response_if_match(&rq, etag));
	params[0] = "HTTP_IF_MATCH=*";
	assert_true(response_if_match(&rq, etag));
	params[0] = arena_printf(cx->mem, "HTTP_IF_MATCH=\"a\" , %s", etag);
	assert_true(response_if_match(&rq, etag));
	params[0] = arena_printf(cx->mem, "HTTP_IF_MATCH=W/%s", etag);
	assert_false(response_if_match(&rq, etag));
	params[0] = "HTTP_IF_MATCH=\"a\"";
	assert_false(response_if_match(&rq, etag));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    RS_TEST(head_is_cgi_text_with_what_every_answer_carries),
	    RS_TEST(cache_control_of_ones_own_replaces_no_store),
	    RS_TEST(no_content_has_neither_type_nor_length_nor_body),
	    RS_TEST(head_request_tells_the_length_only),
	    RS_TEST(header_with_line_break_is_left_out),
	    RS_TEST(problem_replaces_what_was_there),
	    RS_TEST(problem_of_ours_shows_no_private_text),
	    RS_TEST(forgotten_error_is_internal),
	    RS_TEST(unauthorized_says_exactly_one_thing),
	    RS_TEST(unavailable_and_limited_say_when_to_come_back),
	    RS_TEST(faults_are_listed_in_order),
	    RS_TEST(etag_is_strong_quoted_and_follows_the_body),
	    RS_TEST(if_none_match_gives_304),
	    RS_TEST(if_match_compares_strongly),
	};

	return UNIT_RUN(tests);
}
