/*
 * json.h - JSON (RFC 8259) in: parsed strictly into a tree that an arena owns.
 *
 * A value is `const struct json *`; NULL is JSON null. Members keep their order.
 * Refused while parsing, each with the byte offset in its message: duplicate
 * members, more than `depth` levels, NUL (raw or as an escape), invalid UTF-8, unpaired
 * surrogate escapes, control characters in strings, anything after the value,
 * numbers such as 01, 1., NaN, comments, a byte order mark. A number keeps its digits,
 * at most 1,023 of them.
 *
 * Owner:    the arena that parsed it.
 * Lifetime: until that arena is reset.
 * Threads:  one.
 * Failure:  json_parse() records ERR_INVALID (ERR_TOO_LARGE: a text or a tree that
 *           is too large), told in public words; accessors answer NULL, false or 0
 *           for a value of another type; json_print() NULL past the arena's limit.
 */
#ifndef TENANTD_JSON_JSON_H
#define TENANTD_JSON_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/ctx.h"

struct json;

enum json_type {
	JSON_NULL,
	JSON_BOOL,
	JSON_INT,    /* written without fraction and exponent, fits int64_t */
	JSON_NUMBER, /* every other number */
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
};

enum { JSON_DEPTH_DEFAULT = 32, JSON_DIGITS_SIZE = 24 };

/* depth 0: JSON_DEPTH_DEFAULT. */
enum err json_parse(struct ctx *cx, const char *text, size_t n, unsigned depth,
    const struct json **out) MUST_CHECK;

enum json_type json_type(const struct json *v);
size_t json_count(const struct json *v); /* items or members, else 0 */
const struct json *json_item(const struct json *array, size_t i);
bool json_has(const struct json *object, const char *name);
const struct json *json_get(const struct json *object, const char *name);
const char *json_text(const struct json *v); /* borrowed, or NULL if no string */
const char *json_get_text(const struct json *object, const char *name);
bool json_bool(const struct json *v);
int64_t json_int(const struct json *v);
double json_number(const struct json *v); /* of JSON_INT too; ±infinity past a double */
bool json_is_number(const struct json *v); /* JSON_INT or JSON_NUMBER */
/* A number's text (JSON_INT: made in own), or NULL: exact where a double is not. */
const char *json_digits(const struct json *v, char own[static JSON_DIGITS_SIZE]);
/* As JSON Schema compares: 1 is 1.0, members in any order. */
bool json_equal(const struct json *a, const struct json *b);
/* Calls visit for each member in order, until it answers false. */
typedef bool json_visit_fn(const char *name, const struct json *value, void *arg);
void json_each(const struct json *object, json_visit_fn *visit, void *arg);
/* The value as compact JSON text in the arena. */
char *json_print(struct arena *mem, const struct json *v);

/* -- out: appended to a buffer; the caller writes values in order, commas come by
 * themselves. At most 32 levels. -- */
struct json_out {
	struct buf *to;
	unsigned depth;
	uint32_t begun; /* bit n: something was written at level n */
	bool named;     /* a member's name was just written */
};

void json_out_init(struct json_out *o, struct buf *to);
void json_open_object(struct json_out *o);
void json_close_object(struct json_out *o);
void json_open_array(struct json_out *o);
void json_close_array(struct json_out *o);
void json_name(struct json_out *o, const char *name);
void json_put_text(struct json_out *o, const char *s); /* NULL: null */
void json_put_i64(struct json_out *o, int64_t v);
void json_put_bool(struct json_out *o, bool v);
void json_put_null(struct json_out *o);
void json_put_raw(
    struct json_out *o, const char *json); /* already JSON text; NULL: null */
void json_put(struct json_out *o, const struct json *v);
/* Name and value in one call, for the plain members of an object. */
void json_member_text(struct json_out *o, const char *name, const char *s);
void json_member_i64(struct json_out *o, const char *name, int64_t v);
void json_member_bool(struct json_out *o, const char *name, bool v);
void json_member_raw(struct json_out *o, const char *name, const char *json);

#endif
