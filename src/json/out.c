/* out.c - json_out and json_print(), see json.h. Whatever goes in, JSON text in valid
 * UTF-8 comes out: bytes that are no UTF-8 become U+FFFD. */
#include <assert.h>
#include <limits.h>
#include <string.h>

#include "base/str.h"
#include "json/json.h"

enum { DEPTH_MAX = 32 };

static void
put_escaped(struct buf *to, unsigned char c)
{
	static const char from[] = "\"\\\b\f\n\r\t", into[] = "\"\\bfnrt";
	static const char hex[] = "0123456789abcdef";
	const char *hit = strchr(from, c);
	char unit[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};

	if (hit == NULL)
		buf_put(to, unit, sizeof(unit));
	else {
		buf_putc(to, '\\');
		buf_putc(to, into[hit - from]);
	}
}

/* Bytes of the well-formed character at s that is not ASCII, or 0. */
static size_t
wide_length(const char *s)
{
	unsigned char c = (unsigned char)*s;
	size_t n = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;

	return strnlen(s, n) == n && utf8_valid(s, n, false) ? n : 0;
}

/* ASCII that stands for itself. */
static const bool plain[UCHAR_MAX + 1] = {
    [' ' ... '!'] = true,
    ['#' ... '['] = true,
    [']' ... 0x7F] = true,
};

static void
put_string(struct buf *to, const char *s)
{
	const char *run = s;

	buf_putc(to, '"');
	for (;;) {
		size_t n = 0;

		while (plain[(unsigned char)*s])
			s++;
		if (*s == '\0')
			break;
		if ((unsigned char)*s >= 0x80 && (n = wide_length(s)) > 0) {
			s += n;
			continue;
		}
		buf_put(to, run, (size_t)(s - run));
		if ((unsigned char)*s < 0x80)
			put_escaped(to, (unsigned char)*s);
		else
			buf_puts(to, "\xEF\xBF\xBD");
		run = ++s;
	}
	buf_put(to, run, (size_t)(s - run));
	buf_putc(to, '"');
}

/* -- a parsed value: as deep as it was parsed -- */

static void put_value(struct buf *to, const struct json *v);

struct put_members {
	struct buf *to;
	bool more;
};

static bool
put_member(const char *name, const struct json *value, void *arg)
{
	struct put_members *m = arg;

	if (m->more)
		buf_putc(m->to, ',');
	m->more = true;
	put_string(m->to, name);
	buf_putc(m->to, ':');
	put_value(m->to, value);
	return true;
}

static void
/* NOLINTNEXTLINE(misc-no-recursion): as deep as json_parse() lets in */
put_items(struct buf *to, const struct json *array)
{
	for (size_t i = 0; i < json_count(array); i++) {
		if (i > 0)
			buf_putc(to, ',');
		put_value(to, json_item(array, i));
	}
}

static void
/* NOLINTNEXTLINE(misc-no-recursion): as deep as json_parse() lets in */
put_value(struct buf *to, const struct json *v)
{
	struct put_members m = {to, false};
	char own[JSON_DIGITS_SIZE];

	switch (json_type(v)) {
	case JSON_NULL:
		buf_puts(to, "null");
		break;
	case JSON_BOOL:
		buf_puts(to, json_bool(v) ? "true" : "false");
		break;
	case JSON_INT:
	case JSON_NUMBER:
		buf_puts(to, json_digits(v, own));
		break;
	case JSON_STRING:
		put_string(to, json_text(v));
		break;
	case JSON_ARRAY:
		buf_putc(to, '[');
		put_items(to, v);
		buf_putc(to, ']');
		break;
	case JSON_OBJECT:
		buf_putc(to, '{');
		json_each(v, put_member, &m);
		buf_putc(to, '}');
		break;
	}
}

char *
json_print(struct arena *mem, const struct json *v)
{
	struct buf b;
	char *text;

	buf_init(&b, NULL, SIZE_MAX);
	put_value(&b, v);
	text = arena_try(mem, b.n + 1);
	if (text != NULL && b.n > 0 && !b.failed)
		memcpy(text, b.p, b.n + 1);
	buf_fini(&b);
	return text;
}

/* -- the writer -- */

void
json_out_init(struct json_out *o, struct buf *to)
{
	*o = (struct json_out){.to = to};
}

/* What separates the value or name that comes from the one before. */
static void
separate(struct json_out *o)
{
	uint32_t bit;

	if (o->named) {
		o->named = false;
		return;
	}
	if (o->depth == 0)
		return;
	bit = UINT32_C(1) << (o->depth - 1);
	if (o->begun & bit)
		buf_putc(o->to, ',');
	o->begun |= bit;
}

static void
open_level(struct json_out *o, char c)
{
	assert(o->depth < DEPTH_MAX);
	separate(o);
	o->depth++;
	o->begun &= ~(UINT32_C(1) << (o->depth - 1));
	buf_putc(o->to, c);
}

static void
close_level(struct json_out *o, char c)
{
	assert(o->depth > 0 && !o->named);
	o->depth--;
	buf_putc(o->to, c);
}

void
json_open_object(struct json_out *o)
{
	open_level(o, '{');
}

void
json_close_object(struct json_out *o)
{
	close_level(o, '}');
}

void
json_open_array(struct json_out *o)
{
	open_level(o, '[');
}

void
json_close_array(struct json_out *o)
{
	close_level(o, ']');
}

void
json_name(struct json_out *o, const char *name)
{
	assert(o->depth > 0 && !o->named);
	separate(o);
	put_string(o->to, name);
	buf_putc(o->to, ':');
	o->named = true;
}

void
json_put_text(struct json_out *o, const char *s)
{
	separate(o);
	if (s == NULL)
		buf_puts(o->to, "null");
	else
		put_string(o->to, s);
}

void
json_put_i64(struct json_out *o, int64_t v)
{
	separate(o);
	buf_put_i64(o->to, v);
}

void
json_put_bool(struct json_out *o, bool v)
{
	separate(o);
	buf_puts(o->to, v ? "true" : "false");
}

void
json_put_null(struct json_out *o)
{
	json_put_raw(o, NULL);
}

void
json_put_raw(struct json_out *o, const char *json)
{
	separate(o);
	buf_puts(o->to, json == NULL ? "null" : json);
}

void
json_put(struct json_out *o, const struct json *v)
{
	separate(o);
	put_value(o->to, v);
}

void
json_member_text(struct json_out *o, const char *name, const char *s)
{
	json_name(o, name);
	json_put_text(o, s);
}

void
json_member_i64(struct json_out *o, const char *name, int64_t v)
{
	json_name(o, name);
	json_put_i64(o, v);
}

void
json_member_bool(struct json_out *o, const char *name, bool v)
{
	json_name(o, name);
	json_put_bool(o, v);
}

void
json_member_raw(struct json_out *o, const char *name, const char *json)
{
	json_name(o, name);
	json_put_raw(o, json);
}
