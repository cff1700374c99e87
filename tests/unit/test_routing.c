#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "http/cors.h"
#include "http/router.h"

/* -- router -- */

static const struct router_row rows[] = {
    {HTTP_GET, "/"},
    {HTTP_GET, "/api/tenants"},
    {HTTP_POST, "/api/tenants"},
    {HTTP_GET, "/api/tenants/{id}"},
    {HTTP_DELETE, "/api/tenants/{id}"},
    {HTTP_POST, "/api/tenants/bulk"},
    {HTTP_GET, "/api/tenants/{id}/roles/{role}"},
    {HTTP_GET, "/api/tenants/bulk/report"},
    {HTTP_PUT, "/admin/users/"},
};

static struct router_match
find(struct ctx *cx, const char *method, const char *target)
{
	static struct request rq;
	const char *const params[] = {
	    arena_printf(cx->mem, "REQUEST_METHOD=%s", method),
	    arena_printf(cx->mem, "REQUEST_URI=%s", target), NULL};

	assert_int_equal(request_init(cx, &rq, params, NULL), ERR_OK);
	return router_find(router_new(cx->mem, rows, (int)COUNT_OF(rows)), &rq);
}

static void
paths_find_their_rows(void **state)
{
	struct ctx *cx = *state;
	struct router_match m;

	assert_int_equal(find(cx, "GET", "/").row, 0);
	assert_int_equal(find(cx, "GET", "/api/tenants").row, 1);
	assert_int_equal(find(cx, "POST", "/api/tenants/").row, 2);
	assert_int_equal(find(cx, "PUT", "/admin/users").row, 8);
	m = find(cx, "GET", "/api/tenants/a%2Fb/roles/x");
	assert_int_equal(m.row, 6);
	assert_true(slice_eq(m.params[0], "a/b"));
	assert_true(slice_eq(m.params[1], "x"));
}

static void
head_finds_the_get_row(void **state)
{
	struct ctx *cx = *state;

	assert_int_equal(find(cx, "HEAD", "/api/tenants/7").row, 3);
	assert_int_equal(find(cx, "HEAD", "/admin/users").row, -1);
}

static void
literal_beats_name_and_gives_way_where_it_leads_nowhere(void **state)
{
	struct ctx *cx = *state;
	struct router_match m = find(cx, "POST", "/api/tenants/bulk");

	assert_int_equal(m.row, 5);
	m = find(cx, "GET", "/api/tenants/bulk");
	assert_int_equal(m.row, -1);
	assert_string_equal(m.allow, "POST, OPTIONS");
	assert_int_equal(find(cx, "GET", "/api/tenants/bulk/report").row, 7);
	m = find(cx, "GET", "/api/tenants/bulk/roles/r");
	assert_int_equal(m.row, 6);
	assert_true(slice_eq(m.params[0], "bulk"));
}

static void
unknown_path_and_unknown_method_differ(void **state)
{
	struct ctx *cx = *state;
	struct router_match m = find(cx, "PATCH", "/api/tenants/7");

	assert_int_equal(m.row, -1);
	assert_true(m.path_known);
	assert_string_equal(m.allow, "GET, HEAD, DELETE, OPTIONS");
	assert_int_equal(find(cx, "FOO", "/api/tenants/7").row, -1);
	assert_true(find(cx, "FOO", "/api/tenants/7").path_known);
	assert_int_equal(find(cx, "OPTIONS", "/api/tenants").row, -1);
	assert_string_equal(
	    find(cx, "GET", "/api/tenants").allow, "GET, HEAD, POST, OPTIONS");
	static const char *const unknown[] = {"/api", "/api/tenants//", "/api//tenants",
	    "/api/tenants/7/roles", "/x", "/API/tenants", "//", "/api/tenants//roles/x",
	    "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17"};
	for (size_t i = 0; i < COUNT_OF(unknown); i++) {
		m = find(cx, "GET", unknown[i]);
		assert_true(m.row == -1 && !m.path_known);
		assert_string_equal(m.allow, "");
	}
}

static bool
dies(struct ctx *cx, const struct router_row *bad, int count)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		struct sigaction plain = {.sa_handler = SIG_DFL};

		sigaction(SIGABRT, &plain, NULL);
		(void)fclose(stderr);
		(void)router_new(cx->mem, bad, count);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void
bad_tables_abort(void **state)
{
	struct ctx *cx = *state;
	static const char *const bad[] = {"api", "/api//x", "/a{b}", "/{}", "/{a",
	    "/{a}{b}", "//", "/{a}/{b}/{c}/{d}/{e}"};
	const struct router_row twice[] = {{HTTP_GET, "/a/{x}"}, {HTTP_GET, "/a/{y}"}};
	const struct router_row none[] = {{HTTP_UNKNOWN, "/a"}};

	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_true(dies(cx, &(struct router_row){HTTP_GET, bad[i]}, 1));
	assert_true(dies(cx, twice, 2));
	assert_true(dies(cx, none, 1));
	assert_false(dies(cx, twice, 1));
}

/* -- CORS -- */

static struct response rs;

static const struct cors *
cors(struct ctx *cx, const char *origins, bool credentials)
{
	const struct cors *c = NULL;

	ctx_clear(cx);
	return cors_new(cx, cx->mem, origins, credentials, &c) == ERR_OK ? c : NULL;
}

/* The headers of an answer to a request from an origin. */
static const char *
applied(struct ctx *cx, const struct cors *c, const char *origin)
{
	const char *const params[] = {
	    arena_printf(cx->mem, "HTTP_ORIGIN=%s", origin), NULL};
	struct request rq = {.method = HTTP_GET, .params = params};

	response_fini(&rs);
	response_init(&rs);
	cors_apply(c, &rq, &rs);
	return buf_text(&rs.headers);
}

static void
origins_are_matched_exactly(void **state)
{
	struct ctx *cx = *state;
	static const char *const lists[] = {
	    "https://a.example, HTTPS://B.example:8443 ,http://[::1]:3000",
	    " [\"https://a.example\", "
	    "\"https://b.example:8443\",\"http://[::1]:3000\"]"};
	static const char *const strangers[] = {"https://a.example.evil",
	    "https://a.example:8443", "http://a.example", "https://xa.example", "null",
	    "https://a.example/", ""};

	for (size_t i = 0; i < COUNT_OF(lists); i++) {
		const struct cors *c = cors(cx, lists[i], true);

		assert_non_null(c);
		assert_string_equal(applied(cx, c, "https://b.example:8443"),
		    "Vary: Origin\r\n"
		    "Access-Control-Allow-Origin: https://b.example:8443\r\n"
		    "Access-Control-Allow-Credentials: true\r\n"
		    "Access-Control-Expose-Headers: ETag, Location, Link, "
		    "X-Request-Id, "
		    "Retry-After, RateLimit-Limit, RateLimit-Remaining, "
		    "RateLimit-Reset, "
		    "RateLimit-Policy, Idempotency-Replayed, WWW-Authenticate\r\n");
		assert_non_null(
		    strstr(applied(cx, c, "http://[::1]:3000"), "[::1]:3000\r\n"));
		for (size_t k = 0; k < COUNT_OF(strangers); k++)
			assert_string_equal(
			    applied(cx, c, strangers[k]), "Vary: Origin\r\n");
	}
	response_fini(&rs);
}

static void
default_ports_are_left_out_as_browsers_do(void **state)
{
	struct ctx *cx = *state;
	const struct cors *c =
	    cors(cx, "https://a.example:443,http://a.example:80", false);

	assert_non_null(strstr(applied(cx, c, "https://a.example"), "Allow-Origin"));
	assert_non_null(strstr(applied(cx, c, "http://a.example"), "Allow-Origin"));
	assert_null(strstr(applied(cx, c, "http://a.example"), "Credentials"));
	response_fini(&rs);
}

static void
wrong_origins_are_refused_at_start(void **state)
{
	struct ctx *cx = *state;
	static const char *const bad[] = {"a.example", "https://", "https://a.example/",
	    "https://a.example/x", "null", "https://a b", "https://a:0", "https://a:x",
	    "https://u@a.example", "https://*.example", "://a", "[\"x\"]", "[1]", "[",
	    "https://[::1", "https://a.example?x"};

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_null(cors(cx, bad[i], false));
		assert_int_equal(cx->err.code, ERR_CONFIG);
	}
	assert_null(cors(cx, "*", true));
	assert_null(cors(cx, "https://a.example, *", true));
	assert_string_equal(applied(cx, cors(cx, "", true), "https://a.example"), "");
	assert_string_equal(applied(cx, NULL, "https://a.example"), "");
	assert_non_null(strstr(applied(cx, cors(cx, "*", false), "https://any.example"),
	    "Access-Control-Allow-Origin: *\r\n"));
	response_fini(&rs);
}

static void
preflight_is_answered_for_allowed_origins(void **state)
{
	struct ctx *cx = *state;
	const struct cors *c = cors(cx, "https://a.example", true);
	const char *params[] = {"HTTP_ORIGIN=https://a.example",
	    "HTTP_ACCESS_CONTROL_REQUEST_METHOD=POST", NULL};
	struct request rq = {.method = HTTP_OPTIONS, .params = params};

	response_init(&rs);
	assert_true(cors_is_preflight(&rq));
	assert_int_equal(cors_preflight(cx, c, &rq, "POST, OPTIONS", &rs), ERR_OK);
	assert_int_equal(rs.status, 204);
	assert_non_null(
	    strstr(rs.headers.p, "Access-Control-Allow-Methods: POST, OPTIONS\r\n"));
	assert_non_null(strstr(rs.headers.p, "Idempotency-Key"));
	assert_non_null(strstr(rs.headers.p, "Access-Control-Max-Age: 600\r\n"));
	assert_non_null(strstr(rs.headers.p, "Vary: Origin, "));
	response_fini(&rs);

	params[1] = NULL;
	assert_false(cors_is_preflight(&rq));
	params[1] = "HTTP_ACCESS_CONTROL_REQUEST_METHOD=POST";
	rq.method = HTTP_POST;
	assert_false(cors_is_preflight(&rq));
	params[0] = "HTTP_X=y";
	rq.method = HTTP_OPTIONS;
	assert_false(cors_is_preflight(&rq));
}

/* What the answer to a preflight from there says. */
static const char *
refused(struct ctx *cx, const struct cors *c, const char *origin)
{
	const char *const params[] = {arena_printf(cx->mem, "HTTP_ORIGIN=%s", origin),
	    "HTTP_ACCESS_CONTROL_REQUEST_METHOD=POST", NULL};
	struct request rq = {.method = HTTP_OPTIONS, .params = params};

	response_fini(&rs);
	response_init(&rs);
	ctx_clear(cx);
	assert_int_equal(cors_preflight(cx, c, &rq, "POST, OPTIONS", &rs), ERR_ORIGIN);
	assert_null(strstr(buf_text(&rs.headers), "Access-Control-Allow-"));
	assert_null(strstr(buf_text(&rs.headers), "Allow:"));
	assert_non_null(strstr(buf_text(&rs.headers), "Vary: Origin, "));
	return err_public(&cx->err);
}

static void
preflight_from_elsewhere_is_told_which_setting_lacks_what(void **state)
{
	struct ctx *cx = *state;
	const struct cors *const lists[] = {
	    cors(cx, "https://a.example", true), cors(cx, "", true), NULL};
	static const char wanted[] =
	    "the origin \"https://b.example\" is not listed: add "
	    "it to BACKEND_CORS_ORIGINS and reload the settings";
	char *longest = arena_alloc(cx->mem, 4000);
	const char *said;

	for (size_t i = 0; i < COUNT_OF(lists); i++)
		assert_string_equal(refused(cx, lists[i], "https://b.example"), wanted);
	said = refused(cx, lists[0], "null");
	assert_non_null(strstr(said, "BACKEND_CORS_ORIGINS"));
	assert_null(strstr(said, "\"null\""));
	memset(longest, 'a', 3999);
	said = refused(cx, lists[0], longest);
	assert_non_null(strstr(said, "aaa\" is not listed: add it to BACKEND_CORS"));
	response_fini(&rs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    UNIT_CTX_TEST(paths_find_their_rows),
	    UNIT_CTX_TEST(head_finds_the_get_row),
	    UNIT_CTX_TEST(literal_beats_name_and_gives_way_where_it_leads_nowhere),
	    UNIT_CTX_TEST(unknown_path_and_unknown_method_differ),
	    UNIT_CTX_TEST(bad_tables_abort),
	    UNIT_CTX_TEST(origins_are_matched_exactly),
	    UNIT_CTX_TEST(default_ports_are_left_out_as_browsers_do),
	    UNIT_CTX_TEST(wrong_origins_are_refused_at_start),
	    UNIT_CTX_TEST(preflight_is_answered_for_allowed_origins),
	    UNIT_CTX_TEST(preflight_from_elsewhere_is_told_which_setting_lacks_what),
	};

	return UNIT_RUN(tests);
}
