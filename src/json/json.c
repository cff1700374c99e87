/* json.c - see json.h: questions about a parsed tree. */
#include "json/tree.h"

#include <string.h>

#include "base/str.h"
#include "json/decimal.h"

enum json_type
json_type(const struct json *v)
{
	switch (json_object_get_type(tree_of(v))) {
	case json_type_boolean:
		return JSON_BOOL;
	case json_type_int:
		return JSON_INT;
	case json_type_double:
		return JSON_NUMBER;
	case json_type_string:
		return JSON_STRING;
	case json_type_array:
		return JSON_ARRAY;
	case json_type_object:
		return JSON_OBJECT;
	case json_type_null:
		break;
	}
	return JSON_NULL;
}

size_t
json_count(const struct json *v)
{
	switch (json_type(v)) {
	case JSON_ARRAY:
		return json_object_array_length(tree_of(v));
	case JSON_OBJECT:
		return (size_t)json_object_object_length(tree_of(v));
	default:
		return 0;
	}
}

const struct json *
json_item(const struct json *array, size_t i)
{
	if (json_type(array) != JSON_ARRAY)
		return NULL;
	return tree_value(json_object_array_get_idx(tree_of(array), i));
}

static bool
find(const struct json *object, const char *name, struct json_object **out)
{
	*out = NULL;
	return json_type(object) == JSON_OBJECT &&
	    json_object_object_get_ex(tree_of(object), name, out);
}

bool
json_has(const struct json *object, const char *name)
{
	struct json_object *o;

	return find(object, name, &o);
}

const struct json *
json_get(const struct json *object, const char *name)
{
	struct json_object *o;

	(void)find(object, name, &o);
	return tree_value(o);
}

const char *
json_text(const struct json *v)
{
	if (json_type(v) != JSON_STRING)
		return NULL;
	return json_object_get_string(tree_of(v));
}

const char *
json_get_text(const struct json *object, const char *name)
{
	return json_text(json_get(object, name));
}

bool
json_bool(const struct json *v)
{
	return json_type(v) == JSON_BOOL && json_object_get_boolean(tree_of(v));
}

int64_t
json_int(const struct json *v)
{
	return json_type(v) == JSON_INT ? json_object_get_int64(tree_of(v)) : 0;
}

double
json_number(const struct json *v)
{
	switch (json_type(v)) {
	case JSON_INT:
		return (double)json_int(v);
	case JSON_NUMBER:
		return json_object_get_double(tree_of(v));
	default:
		return 0;
	}
}

const char *
json_digits(const struct json *v, char own[static JSON_DIGITS_SIZE])
{
	switch (json_type(v)) {
	case JSON_INT:
		return str_from_i64(own, json_int(v));
	case JSON_NUMBER:
		return json_object_get_userdata(tree_of(v));
	default:
		return NULL;
	}
}

void
json_each(const struct json *object,
    bool (*visit)(const char *name, const struct json *value, void *arg), void *arg)
{
	struct json_object_iterator i, end;

	if (json_type(object) != JSON_OBJECT)
		return;
	i = json_object_iter_begin(tree_of(object));
	end = json_object_iter_end(tree_of(object));
	for (; !json_object_iter_equal(&i, &end); json_object_iter_next(&i))
		if (!visit(json_object_iter_peek_name(&i),
			tree_value(json_object_iter_peek_value(&i)), arg))
			return;
}

static bool
numbers_equal(const struct json *a, const struct json *b)
{
	char own_a[JSON_DIGITS_SIZE], own_b[JSON_DIGITS_SIZE];
	struct decimal x, y;

	if (json_type(a) == JSON_INT && json_type(b) == JSON_INT)
		return json_int(a) == json_int(b);
	x = decimal_read(json_digits(a, own_a));
	y = decimal_read(json_digits(b, own_b));
	return decimal_compare(&x, &y) == 0;
}

struct equal {
	const struct json *other;
	bool differs;
};

static bool
same_member(const char *name, const struct json *value, void *arg)
{
	struct equal *q = arg;

	q->differs =
	    !json_has(q->other, name) || !json_equal(value, json_get(q->other, name));
	return !q->differs;
}

bool
/* NOLINTNEXTLINE(misc-no-recursion): as deep as json_parse() lets in */
json_equal(const struct json *a, const struct json *b)
{
	enum json_type ta = json_type(a), tb = json_type(b);
	struct equal q = {b, false};

	if (json_is_number(a) && json_is_number(b))
		return numbers_equal(a, b);
	if (ta != tb || json_count(a) != json_count(b))
		return false;
	switch (ta) {
	case JSON_BOOL:
		return json_bool(a) == json_bool(b);
	case JSON_STRING:
		return strcmp(json_text(a), json_text(b)) == 0;
	case JSON_ARRAY:
		for (size_t i = 0; i < json_count(a); i++)
			if (!json_equal(json_item(a, i), json_item(b, i)))
				return false;
		return true;
	case JSON_OBJECT:
		json_each(a, same_member, &q);
		return !q.differs;
	default:
		return true;
	}
}

bool
json_is_number(const struct json *v)
{
	return json_type(v) == JSON_INT || json_type(v) == JSON_NUMBER;
}
