/* What the specification's tests leave open: words of errors, limits, values. */
#include "unit.h"

#include "text/mustache.h"

enum { OUTPUT_MAX = 4096 };

struct row {
	const char *template, *view, *result;
};

static const struct mustache *
compiled(struct ctx *cx, const char *text)
{
	const struct mustache *m;

	if (mustache_compile(cx, cx->mem, slice_of(text), &m) != ERR_OK)
		fail_msg("%s: %s", text, cx->err.message);
	return m;
}

static const struct json *
parsed(struct ctx *cx, const char *text)
{
	const struct json *v;

	if (json_parse(cx, text, strlen(text), 0, &v) != ERR_OK)
		fail_msg("%s: %s", text, cx->err.message);
	return v;
}

/* The partial "p" is all there is. */
static const struct mustache *
find(void *arg, const char *name)
{
	return strcmp(name, "p") == 0 ? arg : NULL;
}

/* What is rendered, or the error's words. */
static const char *
rendered(struct ctx *cx, const char *template, const char *view, const char *partial)
{
	struct mustache_use use = {.views = {parsed(cx, view)}, .find = find};
	struct buf out;

	use.arg = (void *)(uintptr_t)compiled(cx, partial);
	buf_init(&out, cx->mem, OUTPUT_MAX);
	if (mustache_render(cx, compiled(cx, template), &use, &out) != ERR_OK)
		return cx->err.detail;
	return buf_text(&out);
}

static void
values_print_as_they_were_written(void **state)
{
	static const struct row rows[] = {
	    {"{{a}}", "{\"a\":1}", "1"},
	    {"{{a}}", "{\"a\":-9223372036854775808}", "-9223372036854775808"},
	    {"{{a}}", "{\"a\":123456789012345678901234567890}",
		"123456789012345678901234567890"},
	    {"{{a}}", "{\"a\":10000000000000000}", "10000000000000000"},
	    {"{{a}}", "{\"a\":1.50}", "1.50"},
	    {"{{a}}", "{\"a\":0.1}", "0.1"},
	    {"{{a}}{{b}}", "{\"a\":true,\"b\":false}", "truefalse"},
	    {"[{{a}}]", "{\"a\":null}", "[]"},
	    {"[{{a}}]", "{\"a\":[1,2]}", "[]"},
	    {"[{{a}}]", "{\"a\":{\"b\":1}}", "[]"},
	    {"[{{a}}]", "1", "[]"},
	    {"{{.}}", "\"gr\xC3\xBC\xC3\x9F\"", "gr\xC3\xBC\xC3\x9F"},
	    {"{{a}}", "{\"a\":\"<a href='x'>\\\"&\"}",
		"&lt;a href=&#39;x&#39;&gt;&quot;&amp;"},
	    {"{{{a}}}{{&a}}", "{\"a\":\"<'&\"}", "<'&<'&"},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_string_equal(
		    rendered(*state, rows[i].template, rows[i].view, ""),
		    rows[i].result);
}

static void
what_is_false_is_told_apart(void **state)
{
	static const char *const no[] = {
	    "null", "false", "0", "-0", "0.00", "0e5", "\"\"", "[]"};
	static const char *const yes[] = {
	    "true", "1", "-0.1", "1e-999", "\"0\"", "\" \"", "[0]", "{}"};
	struct ctx *cx = *state;

	for (size_t i = 0; i < COUNT_OF(no); i++)
		assert_string_equal(rendered(cx, "{{#a}}yes{{/a}}{{^a}}no{{/a}}",
					arena_printf(cx->mem, "{\"a\":%s}", no[i]), ""),
		    "no");
	for (size_t i = 0; i < COUNT_OF(yes); i++)
		assert_string_equal(
		    rendered(cx, "{{#a}}yes{{/a}}{{^a}}no{{/a}}",
			arena_printf(cx->mem, "{\"a\":%s}", yes[i]), ""),
		    "yes");
}

static void
plain_text_is_not_escaped(void **state)
{
	struct ctx *cx = *state;
	struct mustache_use use = {
	    .views = {parsed(cx, "{\"a\":\"<'&\"}")}, .escape = MUSTACHE_PLAIN};
	struct buf out;

	buf_init(&out, cx->mem, OUTPUT_MAX);
	assert_int_equal(
	    mustache_render(cx, compiled(cx, "{{a}}{{{a}}}{{>p}}"), &use, &out),
	    ERR_OK);
	assert_string_equal(buf_text(&out), "<'&<'&");
}

static void
errors_say_line_and_reason(void **state)
{
	static const struct {
		const char *template, *told;
	} rows[] = {
	    {"a\n\n{{#x}}\n{{#y}}{{/y}}", "unclosed section \"x\" opened in line 3"},
	    {"{{^x}}", "unclosed section \"x\" opened in line 1"},
	    {"a\nb {{x", "unclosed tag opened in line 2"},
	    {"{{{x}}", "unclosed tag opened in line 1"},
	    {"{{=<% %>}}", "unclosed tag opened in line 1"},
	    {"\n{{/x}}", "line 2: section \"x\" is closed, but none is open"},
	    {"{{#x}}\n{{#y}}\n{{/x}}{{/y}}",
		"line 3: section \"x\" is closed, but \"y\" is open since line 2"},
	    {"{{#x}}{{/xy}}",
		"line 1: section \"xy\" is closed, but \"x\" is open since line 1"},
	    {"{{ }}", "line 1: a tag without a name"},
	    {"{{#}}{{/}}", "line 1: a tag without a name"},
	    {"{{a b}}", "line 1: \"a b\" is not a name"},
	    {"\r\n{{a..b}}", "line 2: \"a..b\" is not a name"},
	    {"{{.a}}", "line 1: \".a\" is not a name"},
	    {"{{#a.}}", "line 1: \"a.\" is not a name"},
	    {"{{>a b}}", "line 1: \"a b\" is not a name"},
	    {"{{>*a}}", "line 1: dynamic names are not supported"},
	    {"{{<a}}{{/a}}", "line 1: inheritance is not supported"},
	    {"{{$a}}{{/a}}", "line 1: inheritance is not supported"},
	    {"{{=a=}}",
		"line 1: delimiters are two words of at most 32 bytes, without \"=\""},
	    {"{{=a b c=}}",
		"line 1: delimiters are two words of at most 32 bytes, without \"=\""},
	    {"{{==a b==}}",
		"line 1: delimiters are two words of at most 32 bytes, without \"=\""},
	    {"\xC3", "the template is not text in UTF-8"},
	};
	struct ctx *cx = *state;
	const struct mustache *m;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		ctx_clear(cx);
		assert_int_equal(
		    mustache_compile(cx, cx->mem, slice_of(rows[i].template), &m),
		    ERR_INVALID);
		assert_null(m);
		assert_string_equal(cx->err.detail, rows[i].told);
	}
}

static void
partials_are_indented_line_by_line(void **state)
{
	struct ctx *cx = *state;

	assert_string_equal(
	    rendered(cx, "a\n  {{>p}}\nb", "{\"v\":\"x\\ny\"}", "1\n\n{{v}}\n2"),
	    "a\n  1\n  \n  x\ny\n  2b");
	assert_string_equal(rendered(cx, "a {{>p}}\n", "1", "1\n2\n"), "a 1\n2\n\n");
	assert_string_equal(
	    rendered(cx, "\t{{>p}}\n", "{\"a\":[1,2]}", "{{#a}}\nx\n{{/a}} y\n"),
	    "\tx\n\t\tx\n\t y\n");
	assert_string_equal(
	    rendered(cx, " {{>p}}\r\n", "{\"a\":[1,2]}", "{{#a}}\r\n-\r\n  {{/a}}\r\n"),
	    " -\r\n -\r\n");
	assert_string_equal(rendered(cx, " {{>p}}\n", "1", "{{!a}}{{!b}}c\n"), " c\n");
	assert_string_equal(rendered(cx, " {{>p}}\n", "{\"a\":{\"a\":{\"a\":null}}}",
				"{{#a}}\n1\n {{>p}}\n{{/a}}"),
	    " 1\n  1\n");
	assert_string_equal(rendered(cx, "[{{>q}}]", "1", ""), "[]");
}

static void
views_are_asked_one_after_the_other(void **state)
{
	struct ctx *cx = *state;
	struct mustache_use use = {
	    .views = {parsed(cx, "{\"a\":1,\"o\":{\"x\":1}}"), NULL,
		parsed(cx, "{\"a\":2,\"b\":3,\"o\":{\"y\":1}}")}};
	struct buf out;

	buf_init(&out, cx->mem, OUTPUT_MAX);
	assert_int_equal(mustache_render(cx,
			     compiled(cx, "{{a}}{{b}}{{o.x}}{{o.y}}{{c}}"), &use, &out),
	    ERR_OK);
	assert_string_equal(buf_text(&out), "131");
}

/* A context that is gone is not looked into, one that hides another hides it whole. */
static void
names_are_found_from_the_inside_out(void **state)
{
	struct ctx *cx = *state;

	assert_string_equal(rendered(cx, "{{#a}}{{b.c}}{{d}}{{/a}}",
				"{\"a\":{\"b\":{}},\"b\":{\"c\":1},\"d\":2}", ""),
	    "2");
	assert_string_equal(
	    rendered(cx, "{{#a}}{{x}}{{/a}}", "{\"a\":{\"x\":null},\"x\":1}", ""), "");
	assert_string_equal(rendered(cx, "{{#a}}{{>p}}{{/a}}",
				"{\"a\":[{\"x\":1},{}],\"x\":2}", "{{x}}"),
	    "12");
}

static void
a_rendering_ends(void **state)
{
	static const struct {
		const char *template, *partial, *told;
	} rows[] = {
	    {"{{>p}}", "{{>p}}", "more than 64 sections and partials in each other"},
	    {"{{>p}}", "{{#a}}{{>p}}{{/a}}",
		"more than 64 sections and partials in each other"},
	    {"{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{/a}}{{/a}}{{/a}}{{/a}}{{/a}}{{/a}}",
		"", "the template takes more than 200000 steps"},
	    {"{{#a}}{{#a}}{{#a}}12345{{/a}}{{/a}}{{/a}}", "",
		"what the template makes has more than 4096 bytes"},
	    {"{{>p}}",
		"                                                                 "
		"{{>p}}\n",
		"partials are indented by more than 256 bytes"},
	};
	struct ctx *cx = *state;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		ctx_clear(cx);
		assert_string_equal(
		    rendered(cx, rows[i].template, "{\"a\":[1,2,3,4,5,6,7,8,9,10]}",
			rows[i].partial),
		    rows[i].told);
	}
}

/* Sections n deep around nothing. */
static const char *
nested(struct ctx *cx, unsigned n)
{
	struct buf b;

	buf_init(&b, cx->mem, OUTPUT_MAX);
	for (unsigned i = 0; i < n; i++)
		buf_puts(&b, "{{#a}}");
	for (unsigned i = 0; i < n; i++)
		buf_puts(&b, "{{/a}}");
	return buf_text(&b);
}

static void
a_template_has_limits(void **state)
{
	struct ctx *cx = *state;
	const struct mustache *m;
	struct arena *small = arena_new(32 * 1024);
	char *text = arena_alloc(cx->mem, MUSTACHE_TEXT_MAX + 2);

	assert_non_null(compiled(cx, nested(cx, MUSTACHE_NESTING_MAX)));
	assert_int_equal(mustache_compile(cx, cx->mem,
			     slice_of(nested(cx, MUSTACHE_NESTING_MAX + 1)), &m),
	    ERR_INVALID);
	assert_string_equal(
	    cx->err.detail, "line 1: more than 32 sections in each other");
	memset(text, 'a', MUSTACHE_TEXT_MAX + 1);
	assert_int_equal(
	    mustache_compile(cx, cx->mem, slice_of(text), &m), ERR_INVALID);
	assert_string_equal(cx->err.detail, "the template has more than 262144 bytes");
	text[MUSTACHE_TEXT_MAX] = '\0';
	assert_non_null(compiled(cx, text));
	for (size_t i = 0; i + 5 < MUSTACHE_TEXT_MAX; i += 5)
		memcpy(text + i, "{{a}}", 5);
	assert_non_null(compiled(cx, text));
	assert_int_equal(mustache_compile(cx, small, slice_of(text), &m), ERR_INVALID);
	assert_string_equal(
	    cx->err.detail, "the template takes more memory than there is");
	arena_free(small);
}

static void
the_text_is_copied(void **state)
{
	struct ctx *cx = *state;
	char text[] = "{{a}} b";
	const struct mustache *m;
	struct mustache_use use = {.views = {parsed(cx, "{\"a\":1}")}};
	struct buf out;

	assert_int_equal(mustache_compile(cx, cx->mem, slice_of(text), &m), ERR_OK);
	memset(text, 'x', sizeof(text));
	for (int i = 0; i < 2; i++) {
		buf_init(&out, cx->mem, OUTPUT_MAX);
		assert_int_equal(mustache_render(cx, m, &use, &out), ERR_OK);
		assert_string_equal(buf_text(&out), "1 b");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    UNIT_CTX_TEST(values_print_as_they_were_written),
	    UNIT_CTX_TEST(what_is_false_is_told_apart),
	    UNIT_CTX_TEST(plain_text_is_not_escaped),
	    UNIT_CTX_TEST(errors_say_line_and_reason),
	    UNIT_CTX_TEST(partials_are_indented_line_by_line),
	    UNIT_CTX_TEST(views_are_asked_one_after_the_other),
	    UNIT_CTX_TEST(names_are_found_from_the_inside_out),
	    UNIT_CTX_TEST(a_rendering_ends),
	    UNIT_CTX_TEST(a_template_has_limits),
	    UNIT_CTX_TEST(the_text_is_copied),
	};

	return UNIT_RUN(tests);
}
