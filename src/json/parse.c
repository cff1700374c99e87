/*
 * parse.c - json_parse(): a strict parser (RFC 8259, I-JSON's refusals) that builds
 * json-c's tree.
 *
 * json-c's own tokener is not used. In strict mode 0.16 still takes a second member of
 * the same name, 'a', NaN, -01, 1., \u0000 and \ud800, and turns integers past 64 bits
 * into the largest one; a pass before it that refuses all this is a parser already.
 *
 * Every value is hung into the tree in the step that makes it, and the root is given
 * to the arena: whatever fails half way, nothing leaks.
 */
#include "json/tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

enum {
	NUMBER_SIZE = 1024,          /* longest number and NUL */
	NAME_SHOWN = 64,             /* bytes of a member's name in a message */
	COST_VALUE = 64,             /* heap a value takes at least, */
	COST_OBJECT = 1024,          /* an object with json-c's first table, */
	COST_MEMBER = 48,            /* and its table for each further member */
	COST_MAX = 256 * 1024 * 1024 /* what one text may make us take */
};

struct parse {
	struct ctx *cx;
	const char *text, *p, *end;
	char *scratch; /* decoded name and string, as large as the text */
	unsigned depth_max;
	size_t cost;
	struct json_object *root;
};

/* Where a new value goes: below a container, or nowhere for the root. */
struct place {
	struct json_object *parent;
	const char *name; /* in an object */
	unsigned depth;
};

static enum err parse_value(struct parse *s, struct place to);

static enum err
refuse(struct parse *s, const char *at, const char *what)
{
	return err_tell(
	    &s->cx->err, ERR_INVALID, "%s at byte %zu", what, (size_t)(at - s->text));
}

static enum err
refuse_next(struct parse *s)
{
	unsigned char c;

	if (s->p == s->end)
		return refuse(s, s->p, "unexpected end of text");
	c = (unsigned char)*s->p;
	if (c == '\0')
		return refuse(s, s->p, "NUL");
	if (c <= ' ' || c >= 0x7F)
		return refuse(s, s->p, "unexpected character");
	return err_tell(&s->cx->err, ERR_INVALID, "unexpected \"%c\" at byte %zu", c,
	    (size_t)(s->p - s->text));
}

static void
skip_space(struct parse *s)
{
	while (s->p < s->end &&
	    (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r'))
		s->p++;
}

static bool
take(struct parse *s, char c)
{
	if (s->p == s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

static void
drop(void *root)
{
	json_object_put(root);
}

static enum err
charge(struct parse *s, size_t cost)
{
	s->cost += cost;
	if (s->cost > COST_MAX)
		return err_tell(
		    &s->cx->err, ERR_TOO_LARGE, "the JSON text has too many values");
	return ERR_OK;
}

/* Hangs o into the tree, which owns it from here on. */
static enum err
hang(struct parse *s, const struct place *to, struct json_object *o, size_t cost)
{
	int rc = 0;

	if (to->parent == NULL) {
		s->root = o;
		arena_defer(s->cx->mem, drop, o);
	} else if (to->name == NULL)
		rc = json_object_array_add(to->parent, o);
	else
		rc = json_object_object_add_ex(
		    to->parent, to->name, o, JSON_C_OBJECT_ADD_KEY_IS_NEW);
	if (rc != 0) {
		json_object_put(o);
		return err_set(&s->cx->err, ERR_UNAVAILABLE, "out of memory for JSON");
	}
	return charge(s, cost);
}

static enum err
hang_new(struct parse *s, const struct place *to, struct json_object *o, size_t cost)
{
	if (o == NULL)
		return err_set(&s->cx->err, ERR_UNAVAILABLE, "out of memory for JSON");
	return hang(s, to, o, cost);
}

/* -- strings -- */

/* Four hexadecimal digits at p, or -1. */
static int
hex_unit(const struct parse *s, const char *p)
{
	int unit = 0;

	if (s->end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int d = str_hex_digit(p[i]);

		if (d < 0)
			return -1;
		unit = unit << 4 | d;
	}
	return unit;
}

static char *
put_point(char *to, unsigned c)
{
	if (c < 0x80) {
		*to++ = (char)c;
		return to;
	}
	if (c < 0x800)
		*to++ = (char)(0xC0 | c >> 6);
	else {
		if (c < 0x10000)
			*to++ = (char)(0xE0 | c >> 12);
		else {
			*to++ = (char)(0xF0 | c >> 18);
			*to++ = (char)(0x80 | (c >> 12 & 0x3F));
		}
		*to++ = (char)(0x80 | (c >> 6 & 0x3F));
	}
	*to++ = (char)(0x80 | (c & 0x3F));
	return to;
}

/* s->p is behind "\u"; at is the backslash. */
static enum err
parse_unit(struct parse *s, const char *at, char **to)
{
	int unit = hex_unit(s, s->p), low;
	unsigned point;

	if (unit < 0)
		return refuse(s, at, "invalid escape");
	if (unit == 0)
		return refuse(s, at, "NUL");
	s->p += 4;
	point = (unsigned)unit;
	if (unit >= 0xD800 && unit <= 0xDFFF) {
		low = s->end - s->p >= 2 && s->p[0] == '\\' && s->p[1] == 'u'
		    ? hex_unit(s, s->p + 2)
		    : -1;
		if (unit >= 0xDC00 || low < 0xDC00 || low > 0xDFFF)
			return refuse(s, at, "unpaired surrogate");
		s->p += 6;
		point = 0x10000 + ((unsigned)(unit - 0xD800) << 10) +
		    (unsigned)(low - 0xDC00);
	}
	*to = put_point(*to, point);
	return ERR_OK;
}

/* s->p is at the backslash. */
static enum err
parse_escape(struct parse *s, char **to)
{
	static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
	const char *at = s->p++, *hit;

	if (take(s, 'u'))
		return parse_unit(s, at, to);
	if (s->p == s->end)
		return refuse_next(s);
	hit = *s->p == '\0' ? NULL : strchr(from, *s->p);
	if (hit == NULL)
		return refuse(s, at, "invalid escape");
	s->p++;
	*(*to)++ = into[hit - from];
	return ERR_OK;
}

/* One character that is not ASCII. */
static enum err
parse_wide(struct parse *s, char **to)
{
	unsigned char c = (unsigned char)*s->p;
	size_t n = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;

	if (n > (size_t)(s->end - s->p) || !utf8_valid(s->p, n, false))
		return refuse(s, s->p, "invalid UTF-8");
	memcpy(*to, s->p, n);
	*to += n;
	s->p += n;
	return ERR_OK;
}

/* Decodes the string at s->p to `to` with a NUL and tells its length without it. */
static enum err
parse_string(struct parse *s, char *to, size_t *n)
{
	char *start = to;
	enum err e = ERR_OK;

	s->p++;
	while (e == ERR_OK && s->p < s->end && *s->p != '"') {
		unsigned char c = (unsigned char)*s->p;

		if (c == '\\')
			e = parse_escape(s, &to);
		else if (c >= 0x80)
			e = parse_wide(s, &to);
		else if (c < ' ')
			return refuse(s, s->p,
			    c == '\0' ? "NUL" : "control character in a string");
		else
			*to++ = *s->p++;
	}
	if (e != ERR_OK)
		return e;
	if (!take(s, '"'))
		return refuse_next(s);
	*to = '\0';
	*n = (size_t)(to - start);
	return ERR_OK;
}

static enum err
parse_text(struct parse *s, const struct place *to)
{
	char *at = to->name == NULL ? s->scratch : s->scratch + strlen(to->name) + 1;
	size_t n;
	enum err e = parse_string(s, at, &n);

	if (e != ERR_OK)
		return e;
	return hang_new(s, to, json_object_new_string_len(at, (int)n), COST_VALUE + n);
}

/* -- numbers and words -- */

static bool
skip_digits(struct parse *s)
{
	const char *start = s->p;

	while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
		s->p++;
	return s->p > start;
}

/* Moves over a number; false: it is none. */
static bool
skip_number(struct parse *s, bool *whole)
{
	*whole = true;
	(void)take(s, '-');
	if (take(s, '0')) {
		if (s->p < s->end && *s->p >= '0' && *s->p <= '9')
			return false;
	} else if (!skip_digits(s))
		return false;
	if (take(s, '.')) {
		*whole = false;
		if (!skip_digits(s))
			return false;
	}
	if (take(s, 'e') || take(s, 'E')) {
		*whole = false;
		if (!take(s, '+'))
			(void)take(s, '-');
		return skip_digits(s);
	}
	return true;
}

static enum err
parse_number(struct parse *s, const struct place *to)
{
	const char *at = s->p;
	char text[NUMBER_SIZE];
	bool whole;
	size_t n;
	int64_t v;

	if (!skip_number(s, &whole))
		return refuse(s, at, "invalid number");
	n = (size_t)(s->p - at);
	if (whole && str_to_i64((struct slice){at, n}, INT64_MIN, INT64_MAX, &v))
		return hang_new(s, to, json_object_new_int64(v), COST_VALUE);
	if (n >= sizeof(text))
		return refuse(s, at, "number of too many digits");
	memcpy(text, at, n);
	text[n] = '\0';
	/* The text stays with the value: it is printed and compared as written. */
	return hang_new(
	    s, to, json_object_new_double_s(strtod(text, NULL), text), COST_VALUE + n);
}

static bool
take_word(struct parse *s, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0)
		return false;
	s->p += n;
	return true;
}

/* -- containers -- */

/* NOLINTBEGIN(misc-no-recursion): parse_container() counts the levels */

static enum err
parse_array(struct parse *s, struct json_object *array, unsigned depth)
{
	struct place item = {array, NULL, depth};
	enum err e;

	skip_space(s);
	if (take(s, ']'))
		return ERR_OK;
	do {
		if ((e = parse_value(s, item)) != ERR_OK)
			return e;
		skip_space(s);
	} while (take(s, ','));
	return take(s, ']') ? ERR_OK : refuse_next(s);
}

static enum err
refuse_duplicate(struct parse *s, const char *at, const char *name)
{
	size_t n = strlen(name);
	const char *more = "";

	if (n > NAME_SHOWN) {
		for (n = NAME_SHOWN; ((unsigned char)name[n] & 0xC0) == 0x80;)
			n--;
		more = "...";
	}
	return err_tell(&s->cx->err, ERR_INVALID,
	    "duplicate member \"%.*s%s\" at byte %zu", (int)n, name, more,
	    (size_t)(at - s->text));
}

static enum err
parse_member(struct parse *s, struct json_object *object, unsigned depth)
{
	struct place member = {object, s->scratch, depth};
	const char *at;
	enum err e;
	size_t n;

	skip_space(s);
	at = s->p;
	if (s->p == s->end || *s->p != '"')
		return refuse_next(s);
	if ((e = parse_string(s, s->scratch, &n)) != ERR_OK ||
	    (e = charge(s, COST_MEMBER + n)) != ERR_OK)
		return e;
	if (json_object_object_get_ex(object, s->scratch, NULL))
		return refuse_duplicate(s, at, s->scratch);
	skip_space(s);
	if (!take(s, ':'))
		return refuse_next(s);
	return parse_value(s, member);
}

static enum err
parse_object(struct parse *s, struct json_object *object, unsigned depth)
{
	enum err e;

	skip_space(s);
	if (take(s, '}'))
		return ERR_OK;
	do {
		if ((e = parse_member(s, object, depth)) != ERR_OK)
			return e;
		skip_space(s);
	} while (take(s, ','));
	return take(s, '}') ? ERR_OK : refuse_next(s);
}

static enum err
parse_container(struct parse *s, const struct place *to)
{
	bool array = *s->p == '[';
	struct json_object *o;
	enum err e;

	if (to->depth == s->depth_max)
		return err_tell(&s->cx->err, ERR_INVALID,
		    "more than %u levels at byte %zu", s->depth_max,
		    (size_t)(s->p - s->text));
	s->p++;
	o = array ? json_object_new_array() : json_object_new_object();
	e = hang_new(s, to, o, array ? COST_VALUE * 4 : COST_OBJECT);
	if (e != ERR_OK)
		return e;
	return array ? parse_array(s, o, to->depth + 1)
		     : parse_object(s, o, to->depth + 1);
}

static enum err
parse_value(struct parse *s, struct place to)
{
	skip_space(s);
	if (s->p == s->end)
		return refuse_next(s);
	switch (*s->p) {
	case '{':
	case '[':
		return parse_container(s, &to);
	case '"':
		return parse_text(s, &to);
	case 't':
		if (take_word(s, "true"))
			return hang_new(s, &to, json_object_new_boolean(1), COST_VALUE);
		break;
	case 'f':
		if (take_word(s, "false"))
			return hang_new(s, &to, json_object_new_boolean(0), COST_VALUE);
		break;
	case 'n':
		if (take_word(s, "null"))
			return hang(s, &to, NULL, COST_VALUE);
		break;
	default:
		if (*s->p == '-' || (*s->p >= '0' && *s->p <= '9'))
			return parse_number(s, &to);
	}
	return refuse_next(s);
}

/* NOLINTEND(misc-no-recursion) */

enum err
json_parse(
    struct ctx *cx, const char *text, size_t n, unsigned depth, const struct json **out)
{
	struct parse s = {.cx = cx, .text = text, .p = text, .end = text + n};
	enum err e;

	*out = NULL;
	s.depth_max = depth == 0 ? JSON_DEPTH_DEFAULT : depth;
	if (n > INT32_MAX || (s.scratch = arena_try(cx->mem, n + 1)) == NULL)
		return err_tell(&cx->err, ERR_TOO_LARGE, "the JSON text is too large");
	if (n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
		return refuse(&s, s.p, "byte order mark");
	if ((e = parse_value(&s, (struct place){0})) != ERR_OK)
		return e;
	skip_space(&s);
	if (s.p != s.end)
		return refuse(&s, s.p, "text after the value");
	*out = tree_value(s.root);
	return ERR_OK;
}
