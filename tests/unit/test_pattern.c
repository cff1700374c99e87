#include "checked.h"

#include "json/pattern.h"

/* Patterns that are known to try again and again, and texts that make them: `count`
 * times `piece` between `head` and `tail`. */
static const struct {
	const char *pattern, *head, *piece;
	int count;
	const char *tail;
} killers[] = {
    {"^(a+)+$", "", "a", 60, "!"},
    {"^(a*)*$", "", "a", 60, "!"},
    {"^(a|aa)+$", "", "a", 80, "!"},
    {"^(a|a?)+$", "", "a", 60, "!"},
    {"^(.*a){20}$", "", "a", 60, "!"},
    {"^(\\d+)*$", "", "7", 60, "x"},
    {"^(\\w+\\s?)*$", "", "word", 20, "!"},
    {"(x+x+)+y", "", "x", 60, "!y"},
    {"(.+)+=", "", "k", 60, "\n="},
    {"^(([a-z])+.)+[A-Z]([a-z])+$", "", "a", 60, ""},
    {"^([a-z0-9])(([-.]|[_]+)?([a-z0-9]+))*(@){1}[a-z0-9]+[.]{1}[a-z]{2,3}$", "", "a",
	60, "!@a.aa"},
    {"^(https?:\\/\\/)?([\\da-z.-]+)\\.([a-z.]{2,6})([\\/\\w .-]*)*\\/?$",
	"http://a.aa/", "b", 60, "!"},
    {"^(?:(?:[a-z]+,?)+;?)+$", "", "ab,", 30, "!"},
    {"^(?=(a+)+$)a", "", "a", 60, "!"},
    {"^(?!(a|b|ab)*$).*$", "", "ab", 60, "!"},
    {"\\s+$", "", " ", 10000, "x"},
    {"x*x*x*[yz]", "", "x", 500, "!"},
    {"^((a+)\\2?)+$", "", "a", 60, "!"},
};

static const char *
killer_text(struct arena *mem, size_t i)
{
	struct buf b;

	buf_init(&b, mem, 64 * 1024);
	buf_puts(&b, killers[i].head);
	for (int n = 0; n < killers[i].count; n++)
		buf_puts(&b, killers[i].piece);
	buf_puts(&b, killers[i].tail);
	return buf_text(&b);
}

static const char *
quoted(struct arena *mem, const char *text)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, mem, 128 * 1024);
	json_out_init(&o, &b);
	json_put_text(&o, text);
	return buf_text(&b);
}

/* The text that makes it try, as a schema and a value. */
static const struct schema *
killer_schema(struct ctx *cx, size_t i, const char *around)
{
	const char *at = strchr(around, '#');

	return compiled(cx,
	    arena_printf(cx->mem, "%.*s%s%s", (int)(at - around), around,
		quoted(cx->mem, killers[i].pattern), at + 1));
}

static enum err
check_text(struct ctx *cx, const struct schema *s, const char *value)
{
	const struct json *v;

	ctx_clear(cx);
	if (json_parse(cx, value, strlen(value), 0, &v) != ERR_OK)
		fail_msg("%s", cx->err.message);
	return schema_check(cx, s, v);
}

static void
a_match_that_turns_back_too_often_is_given_up(void **state)
{
	struct ctx *cx = *state;
	char why[PATTERN_WHY_SIZE];

	for (size_t i = 0; i < COUNT_OF(killers); i++) {
		const struct pattern *p =
		    pattern_compile(cx->mem, killers[i].pattern, why);
		const char *text = killer_text(cx->mem, i);
		size_t cost;

		assert_non_null(p);
		for (size_t limit = 100; limit <= PATTERN_LIMIT; limit *= 10) {
			if (pattern_match(p, text, strlen(text), limit, &cost) !=
			    PATTERN_GIVEN_UP)
				fail_msg("%s within %zu", killers[i].pattern, limit);
			assert_true(cost > limit);
		}
	}
}

static void
a_pattern_that_is_given_up_is_a_fault(void **state)
{
	struct ctx *cx = *state;

	for (size_t i = 0; i < COUNT_OF(killers); i++) {
		assert_int_equal(check_text(cx, killer_schema(cx, i, "{\"pattern\":#}"),
				     quoted(cx->mem, killer_text(cx->mem, i))),
		    ERR_INVALID);
		assert_int_equal(cx->fault_count, 1);
		assert_string_equal(cx->faults->keyword, "pattern");
	}
}

/* What is not known to match is not known not to. */
static void
a_pattern_that_is_given_up_never_lets_anything_in(void **state)
{
	static const char *const around[] = {
	    "{\"not\":{\"pattern\":#}}",
	    "{\"not\":{\"not\":{\"pattern\":#}}}",
	    "{\"if\":{\"pattern\":#},\"then\":true,\"else\":true}",
	    "{\"oneOf\":[true,{\"pattern\":#}]}",
	    "{\"anyOf\":[{\"pattern\":#},true]}",
	    "{\"not\":{\"allOf\":[{\"type\":\"string\"},{\"pattern\":#}]}}",
	};
	static const char *const around_names[] = {
	    "{\"patternProperties\":{#:false}}",
	    "{\"patternProperties\":{#:true},\"additionalProperties\":true}",
	    "{\"propertyNames\":{\"not\":{\"pattern\":#}}}",
	    "{\"allOf\":[{\"patternProperties\":{#:true}}],"
	    "\"unevaluatedProperties\":true}",
	};
	struct ctx *cx = *state;

	for (size_t i = 0; i < COUNT_OF(killers); i++) {
		const char *text = quoted(cx->mem, killer_text(cx->mem, i));
		const char *member = arena_printf(cx->mem, "{%s:1}", text);

		for (size_t k = 0; k < COUNT_OF(around); k++)
			if (check_text(cx, killer_schema(cx, i, around[k]), text) !=
			    ERR_TOO_LARGE)
				fail_msg("%s: %s", around[k], killers[i].pattern);
		for (size_t k = 0; k < COUNT_OF(around_names); k++)
			if (check_text(cx, killer_schema(cx, i, around_names[k]),
				member) != ERR_TOO_LARGE)
				fail_msg("%s: %s", around_names[k], killers[i].pattern);
	}
}

/* However many texts there are, the check ends after some of them. */
static void
many_matches_that_are_given_up_end_the_check(void **state)
{
	struct ctx *cx = *state;
	const char *text = quoted(cx->mem, killer_text(cx->mem, 0));
	struct buf b;

	buf_init(&b, cx->mem, 1024 * 1024);
	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "%s%s", i == 0 ? "[" : ",", text);
	buf_putc(&b, ']');
	assert_int_equal(
	    check_text(
		cx, killer_schema(cx, 0, "{\"items\":{\"pattern\":#}}"), buf_text(&b)),
	    ERR_TOO_LARGE);
	assert_in_range(cx->fault_count, 30, 40);
}

/* How long a text may be depends on how much there is to try. */
static void
long_texts_are_matched_while_it_is_cheap(void **state)
{
	static const struct {
		const char *pattern;
		size_t length;
		enum err is, is_not;
	} rows[] = {
	    {"^x*$", 1000 * 1000, ERR_OK, ERR_INVALID},
	    {"^(x{4})*$", 40 * 1000, ERR_OK, ERR_INVALID},
	    {"x+[yz]", 3000, ERR_INVALID, ERR_OK},
	    {"x+[yz]", 10 * 1000, ERR_INVALID, ERR_TOO_LARGE},
	    {"x+[yz]", 1000 * 1000, ERR_INVALID, ERR_TOO_LARGE},
	};
	struct ctx *cx = *state;
	const char *schema;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char *text = arena_alloc(cx->mem, rows[i].length + 3);

		memset(text, 'x', rows[i].length + 2);
		text[0] = text[rows[i].length + 1] = '"';
		schema = arena_printf(cx->mem, "{\"pattern\":\"%s\"}", rows[i].pattern);
		assert_int_equal(
		    check_text(cx, compiled(cx, schema), text), rows[i].is);
		schema = arena_printf(cx->mem, "{\"not\":%s}", schema);
		assert_int_equal(
		    check_text(cx, compiled(cx, schema), text), rows[i].is_not);
	}
}

static void
what_pcre_has_besides_is_refused(void **state)
{
	static const char *const rows[] = {"\\a", "\\Aa", "a\\z", "a\\Z", "\\Ga", "\\h",
	    "\\R", "\\Qa\\E", "a\\Kb", "\\ga", "(?i)a", "(?P<n>a)", "(?#x)", "(?>a)",
	    "(?|a)", "(?R)", "(?1)", "(*UTF)a", "(*ACCEPT)", "a(*SKIP)", "(?'n'a)",
	    "(?"};
	static const char *const right[] = {"(?:a)", "(?=a)", "(?!a)", "(?<=a)",
	    "(?<!a)", "(?<n>a)\\k<n>", "(?i:a)", "(?i-s:a)", "[(?#*]", "\\(?",
	    "\\cA\\x41\\u0041", "[\\-\\]]", "\\/\\.\\$", "\\bA\\B"};
	struct ctx *cx = *state;
	char why[PATTERN_WHY_SIZE];

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (pattern_compile(cx->mem, rows[i], why) != NULL ||
		    pattern_is_valid(rows[i]))
			fail_msg("taken: %s", rows[i]);
	for (size_t i = 0; i < COUNT_OF(right); i++)
		if (pattern_compile(cx->mem, right[i], why) == NULL ||
		    !pattern_is_valid(right[i]))
			fail_msg("refused: %s: %s", right[i], why);
	assert_null(pattern_compile(cx->mem, "ab\\a", why));
	assert_string_equal(why, "\"\\a\" at 2 is not of ECMA-262");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    UNIT_CTX_TEST(a_match_that_turns_back_too_often_is_given_up),
	    UNIT_CTX_TEST(a_pattern_that_is_given_up_is_a_fault),
	    UNIT_CTX_TEST(a_pattern_that_is_given_up_never_lets_anything_in),
	    UNIT_CTX_TEST(many_matches_that_are_given_up_end_the_check),
	    UNIT_CTX_TEST(long_texts_are_matched_while_it_is_cheap),
	    UNIT_CTX_TEST(what_pcre_has_besides_is_refused),
	};

	return UNIT_RUN(tests);
}
