/*
 * JSON in and out, and its numbers. One text, or two with a record separator (RS)
 * between them, which are then compared as well.
 */
#include "fuzz.h"
#include "json/decimal.h"
#include "json/json.h"

static struct decimal
number_of(const struct json *v, char own[static JSON_DIGITS_SIZE])
{
	return decimal_read(json_digits(v, own));
}

static int
sign(int n)
{
	return (n > 0) - (n < 0);
}

static void
compare_numbers(const struct json *a, const struct json *b)
{
	char own_a[JSON_DIGITS_SIZE], own_b[JSON_DIGITS_SIZE];
	struct decimal x = number_of(a, own_a), y = number_of(b, own_b);
	int c = decimal_compare(&x, &y);

	FUZZ_HOLDS(sign(c) == -sign(decimal_compare(&y, &x)));
	FUZZ_HOLDS((c == 0) == json_equal(a, b));
	FUZZ_HOLDS(json_type(a) != JSON_INT || decimal_whole(&x));
	if (y.n == 0 || y.n > DECIMAL_DIVISOR_DIGITS || y.minus)
		return;
	FUZZ_HOLDS(decimal_is_multiple(&y, &y));
	if (json_type(a) == JSON_INT && json_type(b) == JSON_INT)
		FUZZ_HOLDS(
		    decimal_is_multiple(&x, &y) == (json_int(a) % json_int(b) == 0));
	else
		(void)decimal_is_multiple(&x, &y);
}

/* What is neither a string nor a number answers as the header says. */
static void
ask(const struct json *v)
{
	char own[JSON_DIGITS_SIZE];

	FUZZ_HOLDS((json_digits(v, own) != NULL) == json_is_number(v));
	FUZZ_HOLDS(json_is_number(v) || json_number(v) == 0);
	FUZZ_HOLDS((json_text(v) != NULL) == (json_type(v) == JSON_STRING));
	FUZZ_HOLDS(json_item(v, json_count(v)) == NULL);
	FUZZ_HOLDS(json_type(v) != JSON_STRING ||
	    utf8_valid(json_text(v), strlen(json_text(v)), true));
}

static bool
ask_member(const char *name, const struct json *v, void *object)
{
	FUZZ_HOLDS(json_has(object, name) && json_get(object, name) == v);
	FUZZ_HOLDS(utf8_valid(name, strlen(name), true));
	ask(v);
	return true;
}

/* Printed it is JSON again, the same value, and printed alike. */
static void
check_print(struct ctx *cx, const struct json *v)
{
	const char *text = json_print(cx->mem, v);
	const struct json *again;
	struct json_out out;
	struct buf b;

	FUZZ_HOLDS(text != NULL);
	FUZZ_HOLDS(json_parse(cx, text, strlen(text), 0, &again) == ERR_OK);
	FUZZ_HOLDS(json_equal(v, again) && json_equal(again, v));
	FUZZ_HOLDS(strcmp(text, json_print(cx->mem, again)) == 0);

	buf_init(&b, NULL, SIZE_MAX);
	json_out_init(&out, &b);
	json_open_array(&out);
	json_put(&out, v);
	json_put_text(&out, json_text(v));
	json_put_i64(&out, json_int(v));
	json_open_object(&out);
	json_member_raw(&out, "raw", text);
	json_name(&out, "null");
	json_put_null(&out);
	json_close_object(&out);
	json_close_array(&out);
	FUZZ_HOLDS(strncmp(buf_text(&b) + 1, text, strlen(text)) == 0);
	FUZZ_HOLDS(json_parse(cx, b.p, b.n, JSON_DEPTH_DEFAULT + 2, &again) == ERR_OK);
	FUZZ_HOLDS(json_count(again) == 4 && json_equal(json_item(again, 0), v));
	buf_fini(&b);
}

static bool
read_one(struct ctx *cx, struct slice text, const struct json **out)
{
	enum err e = json_parse(cx, text.p, text.n, 0, out);

	if (e == ERR_OK)
		return true;
	FUZZ_HOLDS(*out == NULL && (e == ERR_INVALID || e == ERR_TOO_LARGE));
	FUZZ_HOLDS(
	    utf8_valid(err_public(&cx->err), strlen(err_public(&cx->err)), true));
	return false;
}

/* Any bytes at all come out as JSON text. */
static void
check_bytes(struct ctx *cx, const char *bytes)
{
	const struct json *v;
	struct json_out out;
	struct buf b;

	buf_init(&b, NULL, SIZE_MAX);
	json_out_init(&out, &b);
	json_open_object(&out);
	json_member_text(&out, bytes, bytes);
	json_close_object(&out);
	FUZZ_HOLDS(json_parse(cx, b.p, b.n, 0, &v) == ERR_OK && json_count(v) == 1);
	buf_fini(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct ctx *cx = fuzz_ctx();
	struct slice rest = fuzz_slice(data, n), text;
	const struct json *values[2];
	size_t count = 0;

	while (count < COUNT_OF(values) && slice_cut(&rest, '\x1e', &text)) {
		check_bytes(cx, slice_dup(cx->mem, text));
		if (!read_one(cx, text, &values[count]))
			return 0;
		ask(values[count]);
		json_each(values[count], ask_member, (void *)(uintptr_t)values[count]);
		check_print(cx, values[count]);
		count++;
	}
	if (count < COUNT_OF(values))
		return 0;
	FUZZ_HOLDS(
	    json_equal(values[0], values[1]) == json_equal(values[1], values[0]));
	if (json_is_number(values[0]) && json_is_number(values[1]))
		compare_numbers(values[0], values[1]);
	return 0;
}
