/* rules.c - see rules.h. */
#include "policy/rules.h"

#include <string.h>

#include "base/address.h"
#include "base/buf.h"

enum { RANGES_MAX = 16 * 1024 };

const struct policy_rule policy_rules[POLICY_RULE_COUNT] = {
#define POLICY_RULE(type_, field, group_, other_, name_, min_, max_)                   \
	{.type = POLICY_##type_,                                                       \
	    .group = (group_),                                                         \
	    .other = (other_),                                                         \
	    .name = (name_),                                                           \
	    .min = (min_),                                                             \
	    .max = (max_),                                                             \
	    .offset = offsetof(struct policy, field)},
#include "policy/rules.def"
#undef POLICY_RULE
};

/* -- the member that a rule is about -- */

static int *
int_of(const struct policy_rule *rule, struct policy *p)
{
	return (int *)(void *)((char *)p + rule->offset);
}

static bool *
bool_of(const struct policy_rule *rule, struct policy *p)
{
	return (bool *)(void *)((char *)p + rule->offset);
}

static const char **
list_of(const struct policy_rule *rule, struct policy *p)
{
	return (const char **)(void *)((char *)p + rule->offset);
}

/* -- from JSON -- */

static void
refuse(struct ctx *cx, const char *pointer, const char *keyword, const char *message)
{
	if (pointer != NULL)
		ctx_fault(cx, pointer, keyword, "%s", message);
}

static bool
take_int(struct ctx *cx, const struct policy_rule *rule, const struct json *value,
    const char *pointer, int *to)
{
	const double d = json_number(value);

	if (!json_is_number(value) || d < rule->min || d > rule->max ||
	    d != (double)(int)d) {
		refuse(cx, pointer, "range",
		    arena_printf(cx->mem, "must be a whole number from %d to %d",
			rule->min, rule->max));
		return false;
	}
	*to = (int)d;
	return true;
}

static bool
take_bool(struct ctx *cx, const struct json *value, const char *pointer, bool *to)
{
	if (json_type(value) != JSON_BOOL) {
		refuse(cx, pointer, "type", "must be true or false");
		return false;
	}
	*to = json_bool(value);
	return true;
}

/* One that does not match anything is refused, not passed over: it was meant to. */
static bool
take_range(struct ctx *cx, const struct json *item, const char *pointer, struct buf *to)
{
	const char *text = json_text(item);

	if (text == NULL || !address_is_range(slice_of(text))) {
		refuse(cx, pointer, "range",
		    "must be an address, or ADDRESS/BITS (\"192.0.2.0/24\", "
		    "\"2001:db8::/32\")");
		return false;
	}
	buf_printf(to, "%s%s", to->n > 0 ? "," : "", text);
	return true;
}

static bool
take_list(struct ctx *cx, const struct policy_rule *rule, const struct json *value,
    const char *pointer, const char **to)
{
	struct buf b;
	bool good = true;

	if (json_type(value) != JSON_ARRAY || json_count(value) > (size_t)rule->max) {
		refuse(cx, pointer, "maxItems",
		    arena_printf(
			cx->mem, "must be a list of at most %d ranges", rule->max));
		return false;
	}
	buf_init(&b, cx->mem, RANGES_MAX);
	for (size_t i = 0; i < json_count(value); i++) {
		const char *at = arena_printf(cx->mem, "%s/%zu", pointer, i);

		if (!take_range(cx, json_item(value, i), at, &b))
			good = false;
	}
	if (good)
		*to = buf_text(&b);
	return good;
}

bool
policy_rule_take(struct ctx *cx, const struct policy_rule *rule,
    const struct json *value, const char *pointer, struct policy *to)
{
	switch (rule->type) {
	case POLICY_INT:
		return take_int(cx, rule, value, pointer, int_of(rule, to));
	case POLICY_BOOL:
		return take_bool(cx, value, pointer, bool_of(rule, to));
	case POLICY_LIST:
		return take_list(cx, rule, value, pointer, list_of(rule, to));
	}
	return false;
}

/* Nothing that was stored admits more people than it would if it were well-formed:
 * what is no range matches no address. */
static const char *
join_ranges(struct ctx *cx, const struct json *value)
{
	struct buf b;

	if (json_type(value) != JSON_ARRAY)
		return "?";
	buf_init(&b, cx->mem, RANGES_MAX);
	for (size_t i = 0; i < json_count(value); i++) {
		const char *text = json_text(json_item(value, i));

		buf_printf(&b, "%s%s", i > 0 ? "," : "", str_is_set(text) ? text : "?");
	}
	return b.failed ? "?" : buf_text(&b);
}

void
policy_rule_read(struct ctx *cx, const struct policy_rule *rule,
    const struct json *value, struct policy *to)
{
	if (rule->type == POLICY_LIST)
		*list_of(rule, to) = join_ranges(cx, value);
	else
		(void)policy_rule_take(cx, rule, value, NULL, to);
}

/* -- and on -- */

void
policy_rule_copy(
    const struct policy_rule *rule, const struct policy *from, struct policy *to)
{
	static const size_t sizes[] = {
	    [POLICY_INT] = sizeof(int),
	    [POLICY_BOOL] = sizeof(bool),
	    [POLICY_LIST] = sizeof(const char *),
	};

	memcpy((char *)to + rule->offset, (const char *)from + rule->offset,
	    sizes[rule->type]);
}

bool
policy_rule_equal(
    const struct policy_rule *rule, const struct policy *a, const struct policy *b)
{
	struct policy x = *a, y = *b;

	switch (rule->type) {
	case POLICY_INT:
		return *int_of(rule, &x) == *int_of(rule, &y);
	case POLICY_BOOL:
		return *bool_of(rule, &x) == *bool_of(rule, &y);
	case POLICY_LIST:
		return strcmp(*list_of(rule, &x), *list_of(rule, &y)) == 0;
	}
	return false;
}

static void
put_list(struct json_out *o, const char *list)
{
	struct slice rest = slice_of(list), range;

	json_open_array(o);
	while (slice_next(&rest, ',', &range)) {
		char text[64];

		if (range.n == 0 || range.n >= sizeof(text))
			continue;
		memcpy(text, range.p, range.n);
		text[range.n] = '\0';
		json_put_text(o, text);
	}
	json_close_array(o);
}

void
policy_rule_put(
    struct json_out *o, const struct policy_rule *rule, const struct policy *p)
{
	struct policy copy = *p;

	switch (rule->type) {
	case POLICY_INT:
		json_put_i64(o, *int_of(rule, &copy));
		break;
	case POLICY_BOOL:
		json_put_bool(o, *bool_of(rule, &copy));
		break;
	case POLICY_LIST:
		put_list(o, *list_of(rule, &copy));
		break;
	}
}

void
policy_put_members(
    struct json_out *o, const struct policy *p, const bool marked[POLICY_RULE_COUNT])
{
	const char *group = NULL;

	for (size_t i = 0; i < POLICY_RULE_COUNT; i++) {
		const struct policy_rule *rule = &policy_rules[i];

		if (marked != NULL && !marked[i])
			continue;
		if (group == NULL || strcmp(group, rule->group) != 0) {
			if (group != NULL)
				json_close_object(o);
			group = rule->group;
			json_name(o, group);
			json_open_object(o);
		}
		json_name(o, rule->name);
		policy_rule_put(o, rule, p);
	}
	if (group != NULL)
		json_close_object(o);
}
