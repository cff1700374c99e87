#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "http/exchange.h"

static struct request rq;

static enum err
init(struct ctx *cx, const char *const *params)
{
	ctx_clear(cx);
	return request_init(cx, &rq, params,
	    &(struct request_options){.trusted_proxies = "10.0.0.0/8, ::1, 192.0.2.7"});
}

#define INIT(cx, ...)                                                                  \
	init(cx, (const char *const[]){"REQUEST_METHOD=GET", __VA_ARGS__, NULL})

/* "[a] [b]", "-" for no piece, or the error's symbol. */
static const char *
outcome(struct ctx *cx, const char *target)
{
	struct buf b;

	if (INIT(cx, arena_printf(cx->mem, "REQUEST_URI=%s", target)) != ERR_OK) {
		assert_string_not_equal(cx->err.detail, "");
		return err_symbol(cx->err.code);
	}
	buf_init(&b, cx->mem, 10000);
	for (unsigned i = 0; i < rq.segment_count; i++)
		buf_printf(&b, "%s[%.*s]", i > 0 ? " " : "", (int)rq.segments[i].n,
		    rq.segments[i].p);
	return b.n > 0 ? b.p : "-";
}

static void
targets_are_cut_as_the_table_says(void **state)
{
	struct ctx *cx = *state;
	const char *top = getenv("srcdir");
	FILE *f = fopen(arena_printf(cx->mem, "%s/tests/unit/request_cases.txt",
			    top != NULL ? top : "."),
	    "r");
	char line[512];
	int cases = 0;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		size_t n = strcspn(line, " ");
		char *want = line + n + strspn(line + n, " ");

		if (line[0] == '#')
			continue;
		line[n] = '\0';
		want[strcspn(want, "\n")] = '\0';
		print_message("# %s\n", line);
		assert_string_equal(outcome(cx, line), want);
		cases++;
	}
	(void)fclose(f);
	assert_true(cases > 40);
}

static void
control_bytes_and_blanks_are_refused(void **state)
{
	struct ctx *cx = *state;

	assert_string_equal(outcome(cx, "/a b"), "INVALID");
	assert_string_equal(outcome(cx, "/a\tb"), "INVALID");
	assert_string_equal(outcome(cx, "/a?b\r\n"), "INVALID");
	assert_string_equal(outcome(cx, "/\xff"), "INVALID");
}

static void
long_targets_and_headers_are_refused(void **state)
{
	struct ctx *cx = *state;
	char *big = arena_alloc(cx->mem, 70000);

	memset(big, 'a', REQUEST_TARGET_MAX);
	big[0] = '/';
	assert_int_equal(strlen(outcome(cx, big)), REQUEST_TARGET_MAX + 1);
	big[REQUEST_TARGET_MAX] = 'a';
	assert_string_equal(outcome(cx, big), "URI_TOO_LONG");
	memset(big, 'b', REQUEST_HEADERS_MAX);
	big = arena_printf(cx->mem, "HTTP_X=%s", big);
	assert_int_equal(INIT(cx, "REQUEST_URI=/", big), ERR_HEADERS_TOO_LARGE);
	assert_string_not_equal(cx->request_id, "");
}

static void
absent_request_uri_is_built_and_not_decoded_twice(void **state)
{
	struct ctx *cx = *state;

	assert_int_equal(INIT(cx, "REQUEST_URI=", "SCRIPT_NAME=/app",
			     "PATH_INFO=/a b/%41/c?d", "QUERY_STRING=x=%201"),
	    ERR_OK);
	assert_int_equal(rq.segment_count, 4);
	assert_true(slice_eq(rq.segments[1], "a b"));
	assert_true(slice_eq(rq.segments[2], "%41"));
	assert_true(slice_eq(rq.segments[3], "c?d"));
	assert_string_equal(request_query(cx->mem, &rq, "x"), " 1");
	assert_int_equal(INIT(cx, "SCRIPT_NAME="), ERR_OK);
	assert_int_equal(rq.segment_count, 0);
	assert_int_equal(INIT(cx, "PATH_INFO=/a/../b"), ERR_INVALID);
}

/* "[a] [b]" of a path under a prefix, as outcome() has it. */
static const char *
under(struct ctx *cx, const char *prefix, const char *target)
{
	const char *const params[] = {"REQUEST_METHOD=GET",
	    arena_printf(cx->mem, "REQUEST_URI=%s", target), NULL};
	struct buf b;

	ctx_clear(cx);
	if (request_init(
		cx, &rq, params, &(struct request_options){.prefix = prefix}) != ERR_OK)
		return err_symbol(cx->err.code);
	buf_init(&b, cx->mem, 10000);
	for (unsigned i = 0; i < rq.segment_count; i++)
		buf_printf(&b, "%s[%.*s]", i > 0 ? " " : "", (int)rq.segments[i].n,
		    rq.segments[i].p);
	return b.n > 0 ? b.p : "-";
}

static void
a_prefix_is_dropped_and_what_is_not_under_it_matches_nothing(void **state)
{
	struct ctx *cx = *state;

	assert_string_equal(under(cx, "/p", "/p/a/b?c"), "[a] [b]");
	assert_string_equal(rq.target, "/p/a/b?c");
	assert_string_equal(rq.prefix, "/p");
	assert_string_equal(under(cx, "/~u/p", "/%7Eu/p/a%2Fb"), "[a/b]");
	assert_string_equal(under(cx, "/p", "/p"), "-");
	assert_string_equal(under(cx, "/p", "/p/"), "-");
	assert_string_equal(under(cx, "/p", "/p//a"), "[] [a]");
	assert_string_equal(under(cx, "/p", "/a"), "[]");
	assert_string_equal(under(cx, "/p", "/"), "[]");
	assert_string_equal(under(cx, "/p", "/pa/a"), "[]");
	assert_string_equal(under(cx, "/p", "/P/a"), "[]");
	assert_string_equal(under(cx, "/p", "//p/a"), "[]");
	assert_string_equal(under(cx, "/p/q", "/p/a/q"), "[]");
	assert_string_equal(under(cx, "/p/q", "/p"), "[]");
	assert_string_equal(under(cx, "/p", "/p/../p/a"), "INVALID");
	assert_string_equal(under(cx, "", "/a"), "[a]");
	assert_string_equal(
	    under(cx, "/p/q", "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17"), "[]");
}

static void
methods_are_known_unknown_or_missing(void **state)
{
	struct ctx *cx = *state;
	const char *const star[] = {"REQUEST_METHOD=OPTIONS", "REQUEST_URI=*", NULL};
	const char *const foo[] = {"REQUEST_METHOD=FOO", "REQUEST_URI=/", NULL};
	const char *const low[] = {"REQUEST_METHOD=get", "REQUEST_URI=/", NULL};
	const char *const none[] = {"REQUEST_METHOD=", "REQUEST_URI=/", NULL};

	assert_int_equal(init(cx, star), ERR_OK);
	assert_int_equal(rq.method, HTTP_OPTIONS);
	assert_int_equal(init(cx, foo), ERR_OK);
	assert_int_equal(rq.method, HTTP_UNKNOWN);
	assert_string_equal(rq.method_text, "FOO");
	assert_int_equal(init(cx, low), ERR_OK);
	assert_int_equal(rq.method, HTTP_UNKNOWN);
	assert_int_equal(init(cx, none), ERR_INVALID);
}

static void
headers_are_found_and_empty_means_absent(void **state)
{
	struct ctx *cx = *state;

	assert_int_equal(INIT(cx, "REQUEST_URI=/", "CONTENT_TYPE=", "CONTENT_LENGTH=3",
			     "HTTP_IF_NONE_MATCH=\"x\"",
			     "HTTP_EMPTY=", "HTTP_IF_NONE_MATCH=second", "NOEQUALS"),
	    ERR_OK);
	assert_string_equal(request_header(&rq, "if-none-match"), "\"x\"");
	assert_string_equal(request_header(&rq, "content-length"), "3");
	assert_null(request_header(&rq, "empty"));
	assert_null(request_header(&rq, "if-none"));
	assert_null(request_header(&rq, "content-type"));
	assert_string_equal(rq.content_type, "");
	assert_null(request_param(&rq, "CONTENT_TYPE"));
}

static void
second_authorization_is_refused(void **state)
{
	struct ctx *cx = *state;

	assert_int_equal(INIT(cx, "REQUEST_URI=/", "HTTP_AUTHORIZATION=Bearer a",
			     "HTTP_AUTHORIZATION=Bearer b"),
	    ERR_INVALID);
}

static void
request_id_is_taken_only_if_well_formed(void **state)
{
	struct ctx *cx = *state;
	static const char *const bad[] = {"HTTP_X_REQUEST_ID=a b",
	    "HTTP_X_REQUEST_ID=\"x\"", "HTTP_X_REQUEST_ID=",
	    "HTTP_X_REQUEST_ID="
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaa"};

	assert_int_equal(
	    INIT(cx, "REQUEST_URI=/", "HTTP_X_REQUEST_ID=Az09._-"), ERR_OK);
	assert_string_equal(cx->request_id, "Az09._-");
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(INIT(cx, "REQUEST_URI=/", bad[i]), ERR_OK);
		assert_int_equal(strlen(cx->request_id), 36);
	}
}

#define PARENT "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

static void
trace_parent_is_validated(void **state)
{
	struct ctx *cx = *state;
	static const char *const bad[] = {
	    "HTTP_TRACEPARENT=00-00000000000000000000000000000000-b7ad6b7169203331-01",
	    "HTTP_TRACEPARENT=00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
	    "HTTP_TRACEPARENT=00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
	    "HTTP_TRACEPARENT=ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
	    /* NOLINTNEXTLINE(bugprone-suspicious-missing-comma): one text */
	    "HTTP_TRACEPARENT=" PARENT "-x", "HTTP_TRACEPARENT=00-short",
	    "HTTP_TRACEPARENT=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331_01"};

	assert_int_equal(INIT(cx, "REQUEST_URI=/", "HTTP_TRACEPARENT=" PARENT), ERR_OK);
	assert_string_equal(rq.trace_parent, PARENT);
	assert_int_equal(INIT(cx, "REQUEST_URI=/",
			     "HTTP_TRACEPARENT=01-0af7651916cd43dd8448eb211c80319c-"
			     "b7ad6b7169203331-01-later"),
	    ERR_OK);
	assert_string_equal(rq.trace_parent, PARENT);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(INIT(cx, "REQUEST_URI=/", bad[i]), ERR_OK);
		assert_string_equal(rq.trace_parent, "");
	}
}

static const char *
client(struct ctx *cx, const char *remote, const char *forwarded)
{
	assert_int_equal(
	    INIT(cx, "REQUEST_URI=/", arena_printf(cx->mem, "REMOTE_ADDR=%s", remote),
		arena_printf(cx->mem, "HTTP_X_FORWARDED_FOR=%s", forwarded)),
	    ERR_OK);
	return rq.client;
}

static void
client_is_forwarded_only_by_trusted_proxies(void **state)
{
	struct ctx *cx = *state;

	assert_string_equal(client(cx, "203.0.113.9", "198.51.100.1"), "203.0.113.9");
	assert_string_equal(client(cx, "10.1.2.3", ""), "10.1.2.3");
	assert_string_equal(client(cx, "10.1.2.3", "198.51.100.1"), "198.51.100.1");
	/* What the client wrote itself is left of what the proxies wrote. */
	assert_string_equal(
	    client(cx, "10.1.2.3", "6.6.6.6, 198.51.100.1, 192.0.2.7"), "198.51.100.1");
	assert_string_equal(client(cx, "::1", "2001:DB8::1"), "2001:db8::1");
	assert_string_equal(
	    client(cx, "::ffff:10.0.0.1", "198.51.100.1"), "198.51.100.1");
	assert_string_equal(client(cx, "10.1.2.3", "10.0.0.4, 10.0.0.5"), "10.0.0.4");
	/* Whom it does not tell is nobody: not the proxy, which may see more. */
	assert_string_equal(client(cx, "10.1.2.3", "6.6.6.6, junk"), "unknown");
	assert_string_equal(
	    client(cx, "10.1.2.3", "6.6.6.6, junk, 10.0.0.5"), "unknown");
	assert_string_equal(client(cx, "10.1.2.3", "unknown"), "unknown");
	assert_string_equal(client(cx, "10.1.2.3", "_hidden, 10.0.0.5"), "unknown");
	assert_string_equal(client(cx, "10.1.2.3", "6.6.6.6,"), "unknown");
	/* with the port, as some proxies write it */
	assert_string_equal(
	    client(cx, "10.1.2.3", "198.51.100.1:4711"), "198.51.100.1");
	assert_string_equal(
	    client(cx, "10.1.2.3", "[2001:db8::1]:443, 10.0.0.5:80"), "2001:db8::1");
	assert_string_equal(client(cx, "10.1.2.3", "[2001:db8::1]"), "2001:db8::1");
	assert_string_equal(client(cx, "10.1.2.3", "[2001:db8::1"), "unknown");
	assert_string_equal(client(cx, "unix:", "6.6.6.6"), "unix:");
	/* X_Forwarded_For beside X-Forwarded-For: nobody, least of all the proxy. */
	assert_int_equal(
	    INIT(cx, "REQUEST_URI=/", "REMOTE_ADDR=10.1.2.3",
		"HTTP_X_FORWARDED_FOR=6.6.6.6", "HTTP_X_FORWARDED_FOR=198.51.100.1"),
	    ERR_OK);
	assert_string_equal(rq.client, "unknown");
	assert_int_equal(
	    INIT(cx, "REQUEST_URI=/", "REMOTE_ADDR=203.0.113.9",
		"HTTP_X_FORWARDED_FOR=6.6.6.6", "HTTP_X_FORWARDED_FOR=198.51.100.1"),
	    ERR_OK);
	assert_string_equal(rq.client, "203.0.113.9");
}

static void
https_is_known_from_either_variable(void **state)
{
	struct ctx *cx = *state;

	assert_int_equal(INIT(cx, "REQUEST_URI=/", "HTTPS=on"), ERR_OK);
	assert_true(rq.https);
	assert_int_equal(INIT(cx, "REQUEST_URI=/", "REQUEST_SCHEME=https"), ERR_OK);
	assert_true(rq.https);
	assert_int_equal(
	    INIT(cx, "REQUEST_URI=/", "HTTPS=off", "REQUEST_SCHEME=http"), ERR_OK);
	assert_false(rq.https);
}

static void
a_forms_fields_are_decoded_one_after_the_other(void **state)
{
	static const char form[] = "a=1+2&&b=%C3%A9%26&c&=d&a=3";
	static const char *const wanted[][2] = {
	    {"a", "1 2"}, {"b", "\xc3\xa9&"}, {"c", ""}, {"", "d"}, {"a", "3"}};
	struct ctx *cx = *state;
	struct slice rest = slice_of(form);
	const char *name, *value;

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		assert_int_equal(request_next_field(cx, &rest, &name, &value), ERR_OK);
		assert_string_equal(name, wanted[i][0]);
		assert_string_equal(value, wanted[i][1]);
	}
	assert_int_equal(request_next_field(cx, &rest, &name, &value), ERR_OK);
	assert_null(name);
}

static void
a_field_that_is_no_text_is_refused(void **state)
{
	static const char *const bad[] = {
	    "a=%", "a=%4", "a=%zz", "%00=1", "a=%ff", "a=\xff"};
	struct ctx *cx = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct slice rest = slice_of(bad[i]);
		const char *name, *value;

		assert_int_equal(
		    request_next_field(cx, &rest, &name, &value), ERR_INVALID);
		assert_non_null(strstr(err_public(&cx->err), "the body"));
		ctx_clear(cx);
	}
}

static void
query_parameters_are_decoded_or_absent(void **state)
{
	struct ctx *cx = *state;
	struct arena *mem = cx->mem;

	assert_int_equal(
	    INIT(cx, "REQUEST_URI=/a?q=a+b%2Bc&q=2&%6cimit=5&e=&f&&=v"), ERR_OK);
	assert_string_equal(request_query(mem, &rq, "q"), "a b+c");
	assert_string_equal(request_query(mem, &rq, "limit"), "5");
	assert_string_equal(request_query(mem, &rq, "e"), "");
	assert_string_equal(request_query(mem, &rq, "f"), "");
	assert_null(request_query(mem, &rq, "absent"));
}

static void
any_text_can_be_a_piece_of_a_path(void **state)
{
	struct ctx *cx = *state;
	const char *piece = request_encode_piece(cx->mem, "a|b@c/é %~-._Z9");

	assert_string_equal(piece, "a%7Cb%40c%2F%C3%A9%20%25~-._Z9");
	assert_int_equal(
	    INIT(cx, arena_printf(cx->mem, "REQUEST_URI=/x/%s", piece)), ERR_OK);
	assert_string_equal(slice_dup(cx->mem, rq.segments[1]), "a|b@c/é %~-._Z9");
	assert_string_equal(request_encode_piece(cx->mem, ""), "");
}

static void
malformed_queries_are_refused(void **state)
{
	struct ctx *cx = *state;

	assert_int_equal(INIT(cx, "REQUEST_URI=/a?bad=%4"), ERR_INVALID);
	assert_int_equal(INIT(cx, "REQUEST_URI=/a?bad=%zz"), ERR_INVALID);
	assert_int_equal(INIT(cx, "REQUEST_URI=/a?nul=%00"), ERR_INVALID);
	assert_int_equal(INIT(cx, "REQUEST_URI=/a?x=%ff"), ERR_INVALID);
	assert_int_equal(INIT(cx, "REQUEST_URI=/a?%ff=x"), ERR_INVALID);
	assert_int_equal(INIT(cx, "REQUEST_URI=/a?x=%C3%A9"), ERR_OK);
}

/* -- the body -- */

struct script {
	const char *text;
	size_t left, step;
	bool breaks;
};

static long
script_read(struct exchange *x, char *out, size_t size)
{
	struct script *s = x->source;
	size_t n = s->step < size ? s->step : size;

	if (n > s->left)
		n = s->left;
	if (n == 0)
		return s->breaks ? -1 : 0;
	memcpy(out, s->text, n);
	s->text += n;
	s->left -= n;
	return (long)n;
}

static enum err
read_body(struct ctx *cx, const char *told, struct script *s, size_t limit)
{
	struct exchange x = {.read = script_read, .source = s, .timeout_ms = 60000};

	x.began_ms = clock_mono_ms();
	assert_int_equal(
	    INIT(cx, "REQUEST_URI=/", arena_printf(cx->mem, "CONTENT_LENGTH=%s", told)),
	    ERR_OK);
	return exchange_read_body(cx, &x, &rq, limit);
}

static void
body_is_read_to_its_end_up_to_the_limit(void **state)
{
	struct ctx *cx = *state;
	char *big = arena_alloc(cx->mem, 100001);

	assert_int_equal(
	    read_body(cx, "", &(struct script){"", 0, 9, false}, 10), ERR_OK);
	assert_string_equal(rq.body, "");
	assert_int_equal(
	    read_body(cx, "5", &(struct script){"hello", 5, 2, false}, 5), ERR_OK);
	assert_string_equal(rq.body, "hello");
	/* Chunked behind Apache: no length. */
	memset(big, 'x', 100000);
	assert_int_equal(
	    read_body(cx, "", &(struct script){big, 100000, 999, false}, 100000),
	    ERR_OK);
	assert_int_equal(rq.body_length, 100000);
	assert_memory_equal(rq.body, big, 100001);
	assert_int_equal(
	    read_body(cx, "", &(struct script){big, 100000, 999, false}, 99999),
	    ERR_TOO_LARGE);
	assert_int_equal(
	    read_body(cx, "", &(struct script){"ab", 2, 9, false}, 1), ERR_TOO_LARGE);
	assert_int_equal(
	    read_body(cx, "", &(struct script){"a", 1, 9, false}, 0), ERR_TOO_LARGE);
}

static void
announced_size_over_the_limit_is_refused_unread(void **state)
{
	struct ctx *cx = *state;
	struct script s = {"hello", 5, 2, false};

	assert_int_equal(read_body(cx, "6", &s, 5), ERR_TOO_LARGE);
	assert_int_equal(s.left, 5);
}

static void
short_broken_and_misannounced_bodies_are_refused(void **state)
{
	struct ctx *cx = *state;

	assert_int_equal(read_body(cx, "6", &(struct script){"hello", 5, 9, false}, 99),
	    ERR_INVALID);
	assert_string_equal(cx->err.detail, "the body ended early");
	assert_int_equal(
	    read_body(cx, "5", &(struct script){"hello", 5, 9, true}, 99), ERR_INVALID);
	assert_int_equal(
	    read_body(cx, "-1", &(struct script){"", 0, 9, false}, 99), ERR_INVALID);
	assert_int_equal(
	    read_body(cx, "5x", &(struct script){"hello", 5, 9, false}, 99),
	    ERR_INVALID);
	assert_null(rq.body);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    UNIT_CTX_TEST(targets_are_cut_as_the_table_says),
	    UNIT_CTX_TEST(control_bytes_and_blanks_are_refused),
	    UNIT_CTX_TEST(long_targets_and_headers_are_refused),
	    UNIT_CTX_TEST(absent_request_uri_is_built_and_not_decoded_twice),
	    UNIT_CTX_TEST(a_prefix_is_dropped_and_what_is_not_under_it_matches_nothing),
	    UNIT_CTX_TEST(methods_are_known_unknown_or_missing),
	    UNIT_CTX_TEST(headers_are_found_and_empty_means_absent),
	    UNIT_CTX_TEST(second_authorization_is_refused),
	    UNIT_CTX_TEST(request_id_is_taken_only_if_well_formed),
	    UNIT_CTX_TEST(trace_parent_is_validated),
	    UNIT_CTX_TEST(client_is_forwarded_only_by_trusted_proxies),
	    UNIT_CTX_TEST(https_is_known_from_either_variable),
	    UNIT_CTX_TEST(query_parameters_are_decoded_or_absent),
	    UNIT_CTX_TEST(a_forms_fields_are_decoded_one_after_the_other),
	    UNIT_CTX_TEST(a_field_that_is_no_text_is_refused),
	    UNIT_CTX_TEST(any_text_can_be_a_piece_of_a_path),
	    UNIT_CTX_TEST(malformed_queries_are_refused),
	    UNIT_CTX_TEST(body_is_read_to_its_end_up_to_the_limit),
	    UNIT_CTX_TEST(announced_size_over_the_limit_is_refused_unread),
	    UNIT_CTX_TEST(short_broken_and_misannounced_bodies_are_refused),
	};

	return UNIT_RUN(tests);
}
