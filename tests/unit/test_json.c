#include "unit.h"

#include <math.h>

#include "base/buf.h"
#include "json/decimal.h"
#include "json/json.h"
#include "json/merge.h"

/* -- in -- */

static const struct json *
parsed(struct ctx *cx, const char *text)
{
	const struct json *v;

	if (json_parse(cx, text, strlen(text), 0, &v) != ERR_OK)
		fail_msg("%s: %s", text, cx->err.detail);
	return v;
}

static void
refused(struct ctx *cx, const char *text, size_t n, const char *message)
{
	const struct json *v;

	err_clear(&cx->err);
	if (json_parse(cx, text, n, 0, &v) != ERR_INVALID)
		fail_msg("taken: %s", text);
	assert_null(v);
	assert_string_equal(cx->err.detail, message);
}

#define REFUSED(cx, text, message) refused((cx), (text), sizeof(text) - 1, (message))

static void
what_is_no_value_is_refused(void **state)
{
	struct ctx *cx = *state;

	REFUSED(cx, "", "unexpected end of text at byte 0");
	REFUSED(cx, " \n", "unexpected end of text at byte 2");
	REFUSED(cx, "nul", "unexpected \"n\" at byte 0");
	REFUSED(cx, "True", "unexpected \"T\" at byte 0");
	REFUSED(cx, "undefined", "unexpected \"u\" at byte 0");
	REFUSED(cx, "NaN", "unexpected \"N\" at byte 0");
	REFUSED(cx, "Infinity", "unexpected \"I\" at byte 0");
	REFUSED(cx, "'a'", "unexpected \"'\" at byte 0");
	REFUSED(cx, "/* x */ 1", "unexpected \"/\" at byte 0");
	REFUSED(cx, "// x\n1", "unexpected \"/\" at byte 0");
	REFUSED(cx, "# x\n1", "unexpected \"#\" at byte 0");
	REFUSED(cx, "\xEF\xBB\xBF{}", "byte order mark at byte 0");
	REFUSED(cx, "\xC3\xA9", "unexpected character at byte 0");
	REFUSED(cx, "\f1", "unexpected character at byte 0");
	REFUSED(cx, "\0", "NUL at byte 0");
	REFUSED(cx, "[\0]", "NUL at byte 1");
}

static void
text_after_the_value_is_refused(void **state)
{
	struct ctx *cx = *state;

	REFUSED(cx, "1 2", "text after the value at byte 2");
	REFUSED(cx, "{}}", "text after the value at byte 2");
	REFUSED(cx, "nullx", "text after the value at byte 4");
	REFUSED(cx, "1\0", "text after the value at byte 1");
	REFUSED(cx, "1 // x", "text after the value at byte 2");
	REFUSED(cx, "{} ,", "text after the value at byte 3");
}

static void
containers_that_are_not_whole_are_refused(void **state)
{
	struct ctx *cx = *state;

	REFUSED(cx, "[", "unexpected end of text at byte 1");
	REFUSED(cx, "[1,]", "unexpected \"]\" at byte 3");
	REFUSED(cx, "[1 2]", "unexpected \"2\" at byte 3");
	REFUSED(cx, "[,1]", "unexpected \",\" at byte 1");
	REFUSED(cx, "[1}", "unexpected \"}\" at byte 2");
	REFUSED(cx, "[1,/**/2]", "unexpected \"/\" at byte 3");
	REFUSED(cx, "{", "unexpected end of text at byte 1");
	REFUSED(cx, "{\"a\"", "unexpected end of text at byte 4");
	REFUSED(cx, "{\"a\":", "unexpected end of text at byte 5");
	REFUSED(cx, "{\"a\":1", "unexpected end of text at byte 6");
	REFUSED(cx, "{\"a\":1,}", "unexpected \"}\" at byte 7");
	REFUSED(cx, "{\"a\" 1}", "unexpected \"1\" at byte 5");
	REFUSED(cx, "{\"a\":1 \"b\":2}", "unexpected \"\"\" at byte 7");
	REFUSED(cx, "{a:1}", "unexpected \"a\" at byte 1");
	REFUSED(cx, "{'a':1}", "unexpected \"'\" at byte 1");
	REFUSED(cx, "{1:1}", "unexpected \"1\" at byte 1");
}

static void
a_member_twice_is_refused(void **state)
{
	struct ctx *cx = *state;

	REFUSED(cx, "{\"planId\":\"a\", \"planId\":\"b\"}",
	    "duplicate member \"planId\" at byte 15");
	REFUSED(cx, "{\"a\":1,\"\\u0061\":2}", "duplicate member \"a\" at byte 7");
	REFUSED(cx, "{\"\\u00e9\":1,\"\xC3\xA9\":2}",
	    "duplicate member \"\xC3\xA9\" at byte 12");
	REFUSED(cx, "{\"\":1,\"\":2}", "duplicate member \"\" at byte 6");
	REFUSED(cx, "[{\"x\":{\"a\":null,\"a\":null}}]",
	    "duplicate member \"a\" at byte 16");
	/* names that differ in case or sit in other objects are others */
	assert_int_equal(json_count(parsed(cx, "{\"a\":{\"a\":1},\"A\":2}")), 2);
}

static void
a_long_name_is_cut_between_characters(void **state)
{
	struct ctx *cx = *state;
	char text[512] = "{\"", name[160] = "x";
	const struct json *v;

	for (int i = 0; i < 40; i++)
		strncat(name, "\xE2\x82\xAC", 4);
	strncat(text, name, 200);
	strncat(text, "\":1,\"", 6);
	strncat(text, name, 200);
	strncat(text, "\":2}", 5);
	assert_int_equal(json_parse(cx, text, strlen(text), 0, &v), ERR_INVALID);
	name[64] = '\0'; /* 1 + 21 * 3 */
	assert_memory_equal(cx->err.detail, "duplicate member \"", 18);
	assert_memory_equal(cx->err.detail + 18, name, 64);
	assert_memory_equal(cx->err.detail + 18 + 64, "...\"", 4);
}

static void
numbers_json_does_not_have_are_refused(void **state)
{
	struct ctx *cx = *state;

	REFUSED(cx, "01", "invalid number at byte 0");
	REFUSED(cx, "-01", "invalid number at byte 0");
	REFUSED(cx, "00", "invalid number at byte 0");
	REFUSED(cx, "1.", "invalid number at byte 0");
	REFUSED(cx, "[1.]", "invalid number at byte 1");
	REFUSED(cx, ".5", "unexpected \".\" at byte 0");
	REFUSED(cx, "+1", "unexpected \"+\" at byte 0");
	REFUSED(cx, "-", "invalid number at byte 0");
	REFUSED(cx, "-a", "invalid number at byte 0");
	REFUSED(cx, "-Infinity", "invalid number at byte 0");
	REFUSED(cx, "-NaN", "invalid number at byte 0");
	REFUSED(cx, "1e", "invalid number at byte 0");
	REFUSED(cx, "1e+", "invalid number at byte 0");
	REFUSED(cx, "1e+-1", "invalid number at byte 0");
	REFUSED(cx, "1.e1", "invalid number at byte 0");
	REFUSED(cx, "0x10", "text after the value at byte 1");
	REFUSED(cx, "1.5.5", "text after the value at byte 3");
	REFUSED(cx, "1-2", "text after the value at byte 1");
	REFUSED(cx, "1_000", "text after the value at byte 1");
	REFUSED(cx, "--1", "invalid number at byte 0");
}

static void
a_number_of_too_many_digits_is_refused(void **state)
{
	struct ctx *cx = *state;
	char digits[2000];

	memset(digits, '7', sizeof(digits));
	refused(cx, digits, 1024, "number of too many digits at byte 0");
	digits[1023] = '\0';
	assert_int_equal(json_type(parsed(cx, digits)), JSON_NUMBER);
}

static void
strings_that_are_no_text_are_refused(void **state)
{
	struct ctx *cx = *state;

	REFUSED(cx, "\"a", "unexpected end of text at byte 2");
	REFUSED(cx, "\"a\\", "unexpected end of text at byte 3");
	REFUSED(cx, "\"a\0b\"", "NUL at byte 2");
	REFUSED(cx, "\"a\\u0000\"", "NUL at byte 2");
	REFUSED(cx, "{\"a\\u0000b\":1}", "NUL at byte 3");
	REFUSED(cx, "\"\t\"", "control character in a string at byte 1");
	REFUSED(cx, "\"\n\"", "control character in a string at byte 1");
	REFUSED(cx, "\"ab\x1F\"", "control character in a string at byte 3");
	REFUSED(cx, "\"\\x41\"", "invalid escape at byte 1");
	REFUSED(cx, "\"\\'\"", "invalid escape at byte 1");
	REFUSED(cx, "\"\\\0\"", "invalid escape at byte 1");
	REFUSED(cx, "\"\\u12\"", "invalid escape at byte 1");
	REFUSED(cx, "\"\\u12G4\"", "invalid escape at byte 1");
	REFUSED(cx, "\"\\U0041\"", "invalid escape at byte 1");
	REFUSED(cx, "\"\\u{41}\"", "invalid escape at byte 1");
}

static void
unpaired_surrogates_are_refused(void **state)
{
	struct ctx *cx = *state;

	REFUSED(cx, "\"\\ud800\"", "unpaired surrogate at byte 1");
	REFUSED(cx, "\"\\udc00\"", "unpaired surrogate at byte 1");
	REFUSED(cx, "\"\\ud83dx\"", "unpaired surrogate at byte 1");
	REFUSED(cx, "\"\\ud83d\\n\"", "unpaired surrogate at byte 1");
	REFUSED(cx, "\"\\ud83d\\u0041\"", "unpaired surrogate at byte 1");
	REFUSED(cx, "\"\\ud83d\\ud83d\"", "unpaired surrogate at byte 1");
	REFUSED(cx, "\"\\ude00\\ud83d\"", "unpaired surrogate at byte 1");
	REFUSED(cx, "\"\\ud83d\\ude0\"", "unpaired surrogate at byte 1");
}

static void
invalid_utf8_is_refused(void **state)
{
	struct ctx *cx = *state;

	REFUSED(cx, "\"\xFF\"", "invalid UTF-8 at byte 1");
	REFUSED(cx, "\"\x80\"", "invalid UTF-8 at byte 1");
	REFUSED(cx, "\"a\xC3\"", "invalid UTF-8 at byte 2");
	REFUSED(cx, "\"\xC3", "invalid UTF-8 at byte 1");
	REFUSED(cx, "\"\xC0\xAF\"", "invalid UTF-8 at byte 1");     /* overlong */
	REFUSED(cx, "\"\xE0\x80\xAF\"", "invalid UTF-8 at byte 1"); /* overlong */
	REFUSED(cx, "\"\xED\xA0\x80\"", "invalid UTF-8 at byte 1"); /* surrogate */
	REFUSED(
	    cx, "\"\xF4\x90\x80\x80\"", "invalid UTF-8 at byte 1"); /* past U+10FFFF */
	REFUSED(cx, "{\"\xF8\":1}", "invalid UTF-8 at byte 2");
}

static void
more_levels_than_asked_for_are_refused(void **state)
{
	struct ctx *cx = *state;
	const struct json *v;
	char deep[20000];

	assert_int_equal(json_parse(cx, "[[1]]", 5, 2, &v), ERR_OK);
	assert_int_equal(json_parse(cx, "[[[]]]", 6, 2, &v), ERR_INVALID);
	assert_string_equal(cx->err.detail, "more than 2 levels at byte 2");
	assert_int_equal(json_parse(cx, "[{\"a\":{}}]", 10, 2, &v), ERR_INVALID);
	memset(deep, '[', sizeof(deep));
	refused(cx, deep, sizeof(deep), "more than 32 levels at byte 32");
}

static void
a_text_that_makes_too_much_of_itself_is_refused(void **state)
{
	struct ctx *cx = *state;
	const struct json *v;
	struct buf b;

	buf_init(&b, NULL, 2 * 1024 * 1024);
	buf_putc(&b, '[');
	for (int i = 0; i < 300000; i++)
		buf_puts(&b, "{},");
	assert_int_equal(json_parse(cx, b.p, b.n, 0, &v), ERR_TOO_LARGE);
	buf_fini(&b);
}

static void
a_text_larger_than_the_arena_is_refused(void **state)
{
	struct arena *mem = arena_new(64 * 1024);
	char text[100 * 1024];
	const struct json *v;
	struct ctx cx;

	(void)state;
	ctx_init(&cx, mem);
	memset(text, ' ', sizeof(text));
	assert_int_equal(json_parse(&cx, text, sizeof(text), 0, &v), ERR_TOO_LARGE);
	arena_free(mem);
}

static void
values_are_what_was_written(void **state)
{
	struct ctx *cx = *state;
	const struct json *v = parsed(cx,
	    " {\"s\":\"x\\u20ac\\ud83d\\ude00\\\"\\\\\\/\\b\\f\\n\\r\\t\", "
	    "\"n\":null,\r\n"
	    "\t\"t\":true,\"f\":false,\"i\":-42,\"d\":2.5e3,\"a\":[1,\"two\",[]],\"\":{"
	    "}} ");

	assert_int_equal(json_type(v), JSON_OBJECT);
	assert_int_equal(json_count(v), 8);
	assert_string_equal(
	    json_get_text(v, "s"), "x\xE2\x82\xAC\xF0\x9F\x98\x80\"\\/\b\f\n\r\t");
	assert_true(json_has(v, "n"));
	assert_null(json_get(v, "n"));
	assert_false(json_has(v, "N"));
	assert_int_equal(json_type(json_get(v, "n")), JSON_NULL);
	assert_true(json_bool(json_get(v, "t")));
	assert_int_equal(json_type(json_get(v, "f")), JSON_BOOL);
	assert_false(json_bool(json_get(v, "f")));
	assert_int_equal(json_int(json_get(v, "i")), -42);
	assert_true(json_number(json_get(v, "i")) == -42.0);
	assert_int_equal(json_type(json_get(v, "d")), JSON_NUMBER);
	assert_true(json_number(json_get(v, "d")) == 2500.0);
	assert_int_equal(json_count(json_get(v, "a")), 3);
	assert_string_equal(json_text(json_item(json_get(v, "a"), 1)), "two");
	assert_int_equal(json_type(json_item(json_get(v, "a"), 2)), JSON_ARRAY);
	assert_int_equal(json_type(json_get(v, "")), JSON_OBJECT);
}

static void
questions_of_another_type_have_no_answer(void **state)
{
	struct ctx *cx = *state;
	const struct json *array = parsed(cx, "[\"1\"]"), *text = json_item(array, 0);

	assert_null(json_item(array, 1));
	assert_null(json_item(text, 0));
	assert_null(json_get(array, "0"));
	assert_false(json_has(array, "0"));
	assert_null(json_text(array));
	assert_int_equal(json_int(text), 0);
	assert_true(json_number(text) == 0);
	assert_false(json_bool(text));
	assert_int_equal(json_count(text), 0);
	assert_int_equal(json_count(NULL), 0);
	assert_null(json_get_text(NULL, "a"));
	assert_null(parsed(cx, "null"));
}

static void
numbers_keep_their_size(void **state)
{
	struct ctx *cx = *state;
	char own[JSON_DIGITS_SIZE];
	const struct json *v = parsed(cx,
	    "[9223372036854775807,-9223372036854775808,9223372036854775808,"
	    "123456789012345678901234567890,1e400,-1e400,1e-400,1.0,-0]");

	assert_true(json_int(json_item(v, 0)) == INT64_MAX);
	assert_true(json_int(json_item(v, 1)) == INT64_MIN);
	assert_int_equal(json_type(json_item(v, 2)), JSON_NUMBER);
	assert_int_equal(json_int(json_item(v, 2)), 0);
	assert_string_equal(json_digits(json_item(v, 2), own), "9223372036854775808");
	assert_string_equal(
	    json_digits(json_item(v, 3), own), "123456789012345678901234567890");
	assert_true(isinf(json_number(json_item(v, 4))));
	assert_true(json_number(json_item(v, 5)) < 0);
	assert_true(json_number(json_item(v, 6)) == 0);
	assert_int_equal(json_type(json_item(v, 7)), JSON_NUMBER);
	assert_int_equal(json_type(json_item(v, 8)), JSON_INT);
	assert_string_equal(json_digits(json_item(v, 1), own), "-9223372036854775808");
	assert_null(json_digits(v, own));
}

static bool
take_two(const char *name, const struct json *value, void *arg)
{
	char *seen = arg;

	(void)value;
	strncat(seen, name, 2);
	return strlen(seen) < 2;
}

static void
members_come_in_their_order(void **state)
{
	struct ctx *cx = *state;
	char seen[8] = "";

	json_each(parsed(cx, "{\"z\":1,\"a\":2,\"m\":3}"), take_two, seen);
	assert_string_equal(seen, "za");
	json_each(parsed(cx, "[1]"), take_two, seen);
	assert_string_equal(seen, "za");
}

static void
print_gives_back_what_was_parsed(void **state)
{
	struct ctx *cx = *state;
	const char *text =
	    "{\"z\":[1,-2.50,1e400,123456789012345678901234567890,true,null],"
	    "\"\\\"\\\\\\n\\u0001\":\"/\xE2\x82\xAC\x7F\",\"e\":{},\"l\":[]}";

	assert_string_equal(json_print(cx->mem, parsed(cx, text)), text);
	assert_string_equal(json_print(cx->mem, NULL), "null");
}

static void
print_past_the_arena_is_null(void **state)
{
	struct ctx *cx = *state;
	struct arena *small = arena_new(64);

	assert_null(json_print(small,
	    parsed(cx,
		"\"0123456789012345678901234567890123456789012345678901234567890123"
		"\"")));
	arena_free(small);
}

static void
values_are_equal_as_values(void **state)
{
	static const struct {
		const char *a, *b;
		bool equal;
	} rows[] = {
	    {"1", "1.0", true},
	    {"1", "1e0", true},
	    {"100", "1E2", true},
	    {"0", "-0.0", true},
	    {"0.1", "1e-1", true},
	    {"1", "\"1\"", false},
	    {"1", "true", false},
	    {"0", "false", false},
	    {"null", "false", false},
	    {"9007199254740993", "9007199254740992.0", false},
	    {"1e400", "1e401", false},
	    {"1e400", "10e399", true},
	    {"{\"a\":1,\"b\":[2]}", "{\"b\":[2.0],\"a\":1}", true},
	    {"{\"a\":null}", "{\"b\":null}", false},
	    {"{\"a\":1}", "{\"a\":1,\"b\":1}", false},
	    {"[1,2]", "[2,1]", false},
	    {"[]", "{}", false},
	    {"\"\\u0061\"", "\"a\"", true},
	};
	struct ctx *cx = *state;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct json *a = parsed(cx, rows[i].a),
				  *b = parsed(cx, rows[i].b);

		if (json_equal(a, b) != rows[i].equal ||
		    json_equal(b, a) != rows[i].equal)
			fail_msg("%s and %s", rows[i].a, rows[i].b);
	}
}

static void
decimals_compare_as_numbers(void **state)
{
	static const char *const rising[] = {"-1e999999999999999999", "-1e400", "-10",
	    "-9.99", "-1e-400", "0", "1e-400", "0.0999", "0.1", "0.10001", "1",
	    "9007199254740992", "9007199254740993", "123456789012345678901234567889",
	    "123456789012345678901234567890", "1.5e29", "1e400"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rising); i++)
		for (size_t j = 0; j < COUNT_OF(rising); j++) {
			struct decimal a = decimal_read(rising[i]);
			struct decimal b = decimal_read(rising[j]);
			int c = decimal_compare(&a, &b);

			if ((c > 0) - (c < 0) != (i > j) - (i < j))
				fail_msg("%s and %s", rising[i], rising[j]);
		}
}

static void
decimals_divide_exactly(void **state)
{
	static const struct {
		const char *a, *by;
		bool multiple;
	} rows[] = {
	    {"0.3", "0.1", true},
	    {"4.35", "0.01", true},
	    {"0.0075", "0.01", false},
	    {"0.00751", "0.0001", false},
	    {"1e400", "3", false},
	    {"3e400", "3", true},
	    {"1e308", "0.123456789", false},
	    {"-9", "4.5", true},
	    {"0", "7", true},
	    {"0e5", "7", true},
	    {"7", "1", true},
	    {"7.5", "1", false},
	    {"123456789012345678901234567890", "999999999999999999", false},
	    {"999999999999999999000", "999999999999999999", true},
	    {"10", "100", false},
	    {"1e1000000000000", "7", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct decimal a = decimal_read(rows[i].a),
			       by = decimal_read(rows[i].by);

		if (decimal_is_multiple(&a, &by) != rows[i].multiple)
			fail_msg("%s by %s", rows[i].a, rows[i].by);
	}
}

/* -- out -- */

static void
out_puts_commas_by_itself(void **state)
{
	struct ctx *cx = *state;
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, 1000);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "a", "x");
	json_member_text(&o, "n", NULL);
	json_member_i64(&o, "i", INT64_MIN);
	json_member_bool(&o, "b", true);
	json_member_raw(&o, "r", "{\"k\":[]}");
	json_member_raw(&o, "z", NULL);
	json_name(&o, "l");
	json_open_array(&o);
	json_put_i64(&o, 1);
	json_open_array(&o);
	json_close_array(&o);
	json_open_object(&o);
	json_close_object(&o);
	json_put_null(&o);
	json_put_bool(&o, false);
	json_put_text(&o, "");
	json_close_array(&o);
	json_name(&o, "v");
	json_put(&o, parsed(cx, "{\"d\":1.50}"));
	json_close_object(&o);
	assert_string_equal(buf_text(&b),
	    "{\"a\":\"x\",\"n\":null,\"i\":-9223372036854775808,\"b\":true,"
	    "\"r\":{\"k\":[]},\"z\":null,\"l\":[1,[],{},null,false,\"\"],"
	    "\"v\":{\"d\":1.50}}");
}

static void
out_escapes_what_rfc_8259_asks_for(void **state)
{
	struct ctx *cx = *state;
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, 1000);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(
	    &o, "\"\n", "\\/\b\f\r\t\x01\x1F\x7F\xC3\xA9\xF0\x9F\x98\x80</script>");
	json_close_object(&o);
	assert_string_equal(buf_text(&b),
	    "{\"\\\"\\n\":\"\\\\/\\b\\f\\r\\t\\u0001\\u001f\x7F\xC3\xA9\xF0\x9F\x98\x80"
	    "</script>\"}");
}

static void
out_escapes_every_byte_wherever_it_stands(void **state)
{
	struct ctx *cx = *state;

	for (int c = 1; c < 0x80; c++)
		for (size_t at = 0; at < 20; at++) {
			char text[] = "aaaaaaaaaaaaaaaaaaaa";
			const char *body;
			struct json_out o;
			struct buf b;

			text[at] = (char)c;
			buf_init(&b, cx->mem, 100);
			json_out_init(&o, &b);
			json_put_text(&o, text);
			assert_string_equal(json_text(parsed(cx, buf_text(&b))), text);
			body = buf_text(&b) + 1;
			for (size_t i = 0; i < b.n - 2; i++)
				assert_true((unsigned char)body[i] >= ' ');
		}
}

static void
out_replaces_what_is_no_utf8(void **state)
{
	struct ctx *cx = *state;
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, 1000);
	json_out_init(&o, &b);
	json_put_text(&o, "a\xFFz\xE2\x82"); /* a text cut inside a character */
	assert_string_equal(buf_text(&b), "\"a\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD\"");
	assert_string_equal(json_text(parsed(cx, buf_text(&b))),
	    "a\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD");
}

static void
out_reaches_32_levels(void **state)
{
	struct ctx *cx = *state;
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, 1000);
	json_out_init(&o, &b);
	for (int i = 0; i < 32; i++) {
		json_open_array(&o);
		json_put_i64(&o, i);
	}
	for (int i = 0; i < 32; i++) {
		json_put_null(&o);
		json_close_array(&o);
	}
	assert_memory_equal(buf_text(&b), "[0,[1,[2,", 9);
	assert_int_equal(json_count(parsed(cx, buf_text(&b))), 3);
}

static void
out_past_the_limit_fails_sticky(void **state)
{
	struct ctx *cx = *state;
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, 8);
	json_out_init(&o, &b);
	json_open_array(&o);
	json_put_text(&o, "longer than that");
	json_close_array(&o);
	assert_true(b.failed);
	assert_string_equal(buf_text(&b), "");
}

/* -- merge patches -- */

static void
patches_merge_as_rfc_7396_has_it(void **state)
{
	/* appendix A */
	static const char *const rows[][3] = {
	    {"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
	    {"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"},
	    {"{\"a\":\"b\"}", "{\"a\":null}", "{}"},
	    {"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
	    {"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
	    {"{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}"},
	    {"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}",
		"{\"a\":{\"b\":\"d\"}}"},
	    {"{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}"},
	    {"[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]"},
	    {"{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]"},
	    {"{\"a\":\"foo\"}", "null", "null"},
	    {"{\"a\":\"foo\"}", "\"bar\"", "\"bar\""},
	    {"{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}"},
	    {"[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}"},
	    {"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"},
	};
	struct ctx *cx = *state;
	const struct json *out;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(json_merge(cx, parsed(cx, rows[i][0]),
				     parsed(cx, rows[i][1]), &out),
		    ERR_OK);
		assert_string_equal(json_print(cx->mem, out), rows[i][2]);
	}
}

static void
a_patch_keeps_numbers_and_the_deepest_value_as_they_are(void **state)
{
	struct ctx *cx = *state;
	const struct json *out;
	char deep[512] = "";

	assert_int_equal(json_merge(cx, parsed(cx, "{\"a\":1e99999}"),
			     parsed(cx, "{\"b\":0.10}"), &out),
	    ERR_OK);
	assert_string_equal(json_print(cx->mem, out), "{\"a\":1e99999,\"b\":0.10}");
	for (int i = 0; i < JSON_DEPTH_DEFAULT; i++)
		strcat(deep, "{\"a\":");
	strcat(deep, "1");
	for (int i = 0; i < JSON_DEPTH_DEFAULT; i++)
		strcat(deep, "}");
	assert_int_equal(
	    json_merge(cx, parsed(cx, deep), parsed(cx, deep), &out), ERR_OK);
	assert_string_equal(json_print(cx->mem, out), deep);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    UNIT_CTX_TEST(what_is_no_value_is_refused),
	    UNIT_CTX_TEST(text_after_the_value_is_refused),
	    UNIT_CTX_TEST(containers_that_are_not_whole_are_refused),
	    UNIT_CTX_TEST(a_member_twice_is_refused),
	    UNIT_CTX_TEST(a_long_name_is_cut_between_characters),
	    UNIT_CTX_TEST(numbers_json_does_not_have_are_refused),
	    UNIT_CTX_TEST(a_number_of_too_many_digits_is_refused),
	    UNIT_CTX_TEST(strings_that_are_no_text_are_refused),
	    UNIT_CTX_TEST(unpaired_surrogates_are_refused),
	    UNIT_CTX_TEST(invalid_utf8_is_refused),
	    UNIT_CTX_TEST(more_levels_than_asked_for_are_refused),
	    UNIT_CTX_TEST(a_text_that_makes_too_much_of_itself_is_refused),
	    UNIT_CTX_TEST(a_text_larger_than_the_arena_is_refused),
	    UNIT_CTX_TEST(values_are_what_was_written),
	    UNIT_CTX_TEST(questions_of_another_type_have_no_answer),
	    UNIT_CTX_TEST(numbers_keep_their_size),
	    UNIT_CTX_TEST(members_come_in_their_order),
	    UNIT_CTX_TEST(print_gives_back_what_was_parsed),
	    UNIT_CTX_TEST(print_past_the_arena_is_null),
	    UNIT_CTX_TEST(values_are_equal_as_values),
	    UNIT_CTX_TEST(decimals_compare_as_numbers),
	    UNIT_CTX_TEST(decimals_divide_exactly),
	    UNIT_CTX_TEST(out_puts_commas_by_itself),
	    UNIT_CTX_TEST(out_escapes_what_rfc_8259_asks_for),
	    UNIT_CTX_TEST(out_escapes_every_byte_wherever_it_stands),
	    UNIT_CTX_TEST(out_replaces_what_is_no_utf8),
	    UNIT_CTX_TEST(out_reaches_32_levels),
	    UNIT_CTX_TEST(out_past_the_limit_fails_sticky),
	    UNIT_CTX_TEST(patches_merge_as_rfc_7396_has_it),
	    UNIT_CTX_TEST(a_patch_keeps_numbers_and_the_deepest_value_as_they_are),
	};

	return UNIT_RUN(tests);
}
