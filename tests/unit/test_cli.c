#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "cli/table.h"

/* -- arguments -- */

static void
every_usage_line_can_be_read(void **state)
{
	(void)state;
	for (int i = 0; i < command_count; i++) {
		struct slice rest = slice_of(commands[i].usage);
		struct usage_item item;
		bool options = false;

		while (usage_next(&rest, &item)) {
			assert_true(item.name.n > 0);
			for (size_t k = 0; k < item.name.n; k++)
				assert_null(strchr("[]. ", item.name.p[k]));
			/* operands first: a word after a flag would be its value */
			assert_true(item.option || !options);
			options = options || item.option;
		}
	}
}

static void
a_usage_line_says_what_is_what(void **state)
{
	struct slice rest =
	    slice_of("NAME [WORD] --flag [--opt VALUE] [--many X]... --need Y");
	static const struct {
		const char *name, *value;
		bool option, optional, repeat;
	} want[] = {
	    {"NAME", "", false, false, false},
	    {"WORD", "", false, true, false},
	    {"flag", "", true, false, false},
	    {"opt", "VALUE", true, true, false},
	    {"many", "X", true, true, true},
	    {"need", "Y", true, false, false},
	};
	struct usage_item item;
	size_t n = 0;

	(void)state;
	for (; usage_next(&rest, &item); n++) {
		assert_true(n < COUNT_OF(want));
		assert_true(slice_eq(item.name, want[n].name));
		assert_true(slice_eq(item.value, want[n].value));
		assert_int_equal(item.option, want[n].option);
		assert_int_equal(item.optional, want[n].optional);
		assert_int_equal(item.repeat, want[n].repeat);
	}
	assert_int_equal(n, COUNT_OF(want));
}

static enum err
parse(struct ctx *cx, const char *usage, const char *line, const struct args **out)
{
	struct slice rest = slice_of(line), word;
	char **argv = arena_alloc(cx->mem, 32 * sizeof(*argv));
	int argc = 0;

	while (slice_next(&rest, ' ', &word))
		if (word.n > 0)
			argv[argc++] = slice_dup(cx->mem, word);
	ctx_clear(cx);
	return args_parse(cx, usage, argc, argv, out);
}

static void
arguments_are_taken_in_any_order(void **state)
{
	static const char usage[] = "NAME [--flag] [--opt V] [--many X]...";
	struct ctx *cx = *state;
	const struct args *a;
	const char *const *many;

	assert_int_equal(
	    parse(cx, usage, "--many 1 --opt=a=b n --many 2 --flag", &a), ERR_OK);
	assert_true(args_flag(a, "flag"));
	assert_string_equal(args_value(a, "opt"), "a=b");
	assert_string_equal(args_operand(a, 0), "n");
	assert_null(args_operand(a, 1));
	many = args_values(a, "many", cx->mem);
	assert_string_equal(many[0], "1");
	assert_string_equal(many[1], "2");
	assert_null(many[2]);
	assert_int_equal(parse(cx, usage, "-- --flag", &a), ERR_OK);
	assert_false(args_flag(a, "flag"));
	assert_string_equal(args_operand(a, 0), "--flag");
	assert_null(args_value(a, "opt"));
	assert_int_equal(parse(cx, usage, "-", &a), ERR_OK);
	assert_string_equal(args_operand(a, 0), "-");
	/* the value of an option may look like one */
	assert_int_equal(parse(cx, usage, "n --opt --flag", &a), ERR_OK);
	assert_string_equal(args_value(a, "opt"), "--flag");
	assert_false(args_flag(a, "flag"));
}

static void
wrong_arguments_are_told(void **state)
{
	static const char usage[] = "NAME --need V [--flag] [--opt V]";
	static const struct {
		const char *line, *message;
	} wrong[] = {
	    {"", "NAME is missing"},
	    {"n", "option \"--need\" is missing"},
	    {"n --need", "option \"--need\" needs a value: V"},
	    {"n --need=", "option \"--need\" needs a value: V"},
	    {"n --need 1 --need 2", "option \"--need\" came twice"},
	    {"n --need 1 --flag=1", "option \"--flag\" takes no value"},
	    {"n --need 1 --flags", "there is no option \"--flags\""},
	    {"n --need 1 --fla", "there is no option \"--fla\""},
	    {"n --need 1 --NAME", "there is no option \"--NAME\""},
	    {"n --need 1 --=x", "there is no option \"--\""},
	    {"n --need 1 -f", "there is no option \"-f\""},
	    {"n m --need 1", "there is no place for \"m\""},
	};
	struct ctx *cx = *state;
	const struct args *a;

	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		assert_int_equal(parse(cx, usage, wrong[i].line, &a), ERR_USAGE);
		assert_string_equal(cx->err.detail, wrong[i].message);
	}
}

static void
numbers_have_a_range(void **state)
{
	static const int64_t range[] = {1, 100};
	struct ctx *cx = *state;
	const struct args *a;
	int64_t n = 50;

	assert_int_equal(parse(cx, "[--n N]", "", &a), ERR_OK);
	assert_int_equal(args_number(cx, a, "n", range, &n), ERR_OK);
	assert_int_equal(n, 50);
	assert_int_equal(parse(cx, "[--n N]", "--n 100", &a), ERR_OK);
	assert_int_equal(args_number(cx, a, "n", range, &n), ERR_OK);
	assert_int_equal(n, 100);
	assert_int_equal(parse(cx, "[--n N]", "--n 101", &a), ERR_OK);
	assert_int_equal(args_number(cx, a, "n", range, &n), ERR_USAGE);
	assert_int_equal(parse(cx, "[--n N]", "--n 1e1", &a), ERR_OK);
	assert_int_equal(args_number(cx, a, "n", range, &n), ERR_USAGE);
}

/* -- tables -- */

static const char *
printed(struct ctx *cx, const struct table *t, enum table_shape shape, bool json)
{
	char *text = NULL, *copy;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	assert_non_null(f);
	assert_int_equal(table_print(cx, t, shape, json, f), ERR_OK);
	(void)fclose(f);
	copy = arena_strdup(cx->mem, text);
	free(text);
	return copy;
}

static void
tables_align_by_characters(void **state)
{
	static const char *const columns[] = {"name", "how_many", "on"};
	struct ctx *cx = *state;
	struct table t;

	table_init(&t, cx->mem, columns, 3);
	table_text(&t, "h\xc3\xa9h\xc3\xa9");
	table_i64(&t, -7);
	table_bool(&t, true);
	table_text(&t, NULL);
	table_i64(&t, 1234567890);
	table_bool(&t, false);
	assert_string_equal(printed(cx, &t, TABLE_ROWS, false),
	    "NAME    HOW MANY  ON\n"
	    "h\xc3\xa9h\xc3\xa9          -7  yes\n"
	    "-     1234567890  no\n");
	assert_string_equal(printed(cx, &t, TABLE_ROWS, true),
	    "[{\"name\":\"h\xc3\xa9h\xc3\xa9\",\"how_many\":-7,\"on\":true},"
	    "{\"name\":null,\"how_many\":1234567890,\"on\":false}]\n");
}

static void
empty_tables_are_a_heading_or_an_empty_array(void **state)
{
	static const char *const columns[] = {"a", "b"};
	struct ctx *cx = *state;
	struct table t;

	table_init(&t, cx->mem, columns, 2);
	assert_string_equal(printed(cx, &t, TABLE_ROWS, false), "A  B\n");
	assert_string_equal(printed(cx, &t, TABLE_ROWS, true), "[]\n");
}

static void
a_record_has_a_line_for_each_column(void **state)
{
	static const char *const columns[] = {"id", "features"};
	struct ctx *cx = *state;
	struct table t;

	table_init(&t, cx->mem, columns, 2);
	table_text(&t, "x");
	table_json(&t, "{\"a\":1}");
	assert_string_equal(
	    printed(cx, &t, TABLE_RECORD, false), "id        x\nfeatures  {\"a\":1}\n");
	assert_string_equal(printed(cx, &t, TABLE_RECORD, true),
	    "{\"id\":\"x\",\"features\":{\"a\":1}}\n");
}

static void
cells_cannot_steer_a_terminal(void **state)
{
	struct ctx *cx = *state;

	assert_string_equal(
	    table_printable(cx->mem, "a\033[1m\n\t\177"), "a\\x1b[1m\\x0a\\x09\\x7f");
	/* C1 controls in UTF-8, and bytes that are none */
	assert_string_equal(table_printable(cx->mem,
				"\xc2\x9b"
				"1m"),
	    "\\xc2\\x9b1m");
	assert_string_equal(table_printable(cx->mem, "\xff\xc3"), "\\xff\\xc3");
	assert_string_equal(table_printable(cx->mem, "\xc2\xa0\xc3\xa9\xe2\x82\xac"),
	    "\xc2\xa0\xc3\xa9\xe2\x82\xac");
	assert_string_equal(table_printable(cx->mem, ""), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_usage_line_can_be_read),
	    cmocka_unit_test(a_usage_line_says_what_is_what),
	    UNIT_CTX_TEST(arguments_are_taken_in_any_order),
	    UNIT_CTX_TEST(wrong_arguments_are_told),
	    UNIT_CTX_TEST(numbers_have_a_range),
	    UNIT_CTX_TEST(tables_align_by_characters),
	    UNIT_CTX_TEST(empty_tables_are_a_heading_or_an_empty_array),
	    UNIT_CTX_TEST(a_record_has_a_line_for_each_column),
	    UNIT_CTX_TEST(cells_cannot_steer_a_terminal),
	};

	return UNIT_RUN(tests);
}
