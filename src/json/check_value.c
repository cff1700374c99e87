/* check_value.c - what keywords ask of a value that is no array and no object; see
 * check.h. */
#include "json/check.h"

#include <string.h>

#include "base/str.h"

static const char *
text_of(const struct inst *in)
{
	return in->name != NULL ? in->name : json_text(in->value);
}

static bool
equals(const struct inst *in, const struct json *value)
{
	if (in->name != NULL)
		return json_type(value) == JSON_STRING &&
		    strcmp(in->name, json_text(value)) == 0;
	return json_equal(in->value, value);
}

static bool
is_whole(const struct json *v)
{
	char own[JSON_DIGITS_SIZE];
	struct decimal d;

	if (json_type(v) != JSON_NUMBER)
		return json_type(v) == JSON_INT;
	d = decimal_read(json_digits(v, own));
	return decimal_whole(&d);
}

bool
check_type(struct run *r, const struct rule *rule, const struct inst *in)
{
	enum json_type type = in->name != NULL ? JSON_STRING : json_type(in->value);

	if (rule->types & 1u << type)
		return true;
	if (rule->types & TYPE_INTEGER && is_whole(in->value))
		return true;
	return check_fail(r, rule, in);
}

enum { ENUM_A_STEP = 8 }; /* values of a list that are compared */

bool
check_enum(struct run *r, const struct rule *rule, const struct inst *in)
{
	size_t n = json_count(rule->value);

	for (size_t i = 0; i < n && run_spend(r, i % ENUM_A_STEP == 0); i++)
		if (equals(in, json_item(rule->value, i)))
			return true;
	return check_fail(r, rule, in);
}

bool
check_const(struct run *r, const struct rule *rule, const struct inst *in)
{
	return equals(in, rule->value) || check_fail(r, rule, in);
}

bool
check_length(struct run *r, const struct rule *rule, const struct inst *in)
{
	const char *text = text_of(in);
	size_t n;

	if (text == NULL)
		return true;
	n = utf8_length(text, strlen(text));
	return (rule->kw == KW_MIN_LENGTH ? n >= rule->limit : n <= rule->limit) ||
	    check_fail(r, rule, in);
}

/* -- patterns -- */

enum { MATCH_A_STEP = 20 }; /* of what a match costs */

bool
check_matches(struct run *r, const struct pattern *p, const char *text, bool *tired)
{
	size_t limit, cost = 0;
	enum pattern_found found;

	*tired = !run_spend(r, 1);
	if (*tired)
		return false;
	limit = (STEPS_MAX - r->steps) * MATCH_A_STEP;
	found = pattern_match(p, text, strlen(text),
	    limit < PATTERN_LIMIT ? limit : PATTERN_LIMIT, &cost);
	*tired = found == PATTERN_GIVEN_UP;
	return run_spend(r, cost / MATCH_A_STEP) && found == PATTERN_YES;
}

bool
check_name_matches(struct run *r, const struct pattern *p, const char *name)
{
	bool tired, found = check_matches(r, p, name, &tired);

	if (tired)
		(void)run_spend(r, STEPS_MAX + 1);
	return found;
}

/* What was given up does not fit, and where another schema asks whether it fits, such
 * as under not, there is no answer: the check ends. */
bool
check_pattern(struct run *r, const struct rule *rule, const struct inst *in)
{
	const char *text = text_of(in);
	bool tired;

	if (text == NULL || check_matches(r, rule->pattern, text, &tired))
		return true;
	if (tired && r->quiet > 0)
		return run_spend(r, STEPS_MAX + 1);
	return check_fail(r, rule, in);
}

/* -- formats, numbers -- */

bool
check_format(struct run *r, const struct rule *rule, const struct inst *in)
{
	const char *text = text_of(in);

	return text == NULL ||
	    (run_spend(r, rule->format->cost) && rule->format->fits(text)) ||
	    check_fail(r, rule, in);
}

static bool
number_fits(const struct rule *rule, const struct decimal *d)
{
	int c;

	if (rule->kw == KW_MULTIPLE_OF)
		return decimal_is_multiple(d, &rule->number);
	c = decimal_compare(d, &rule->number);
	switch (rule->kw) {
	case KW_MINIMUM:
		return c >= 0;
	case KW_MAXIMUM:
		return c <= 0;
	case KW_EXCLUSIVE_MINIMUM:
		return c > 0;
	default:
		return c < 0;
	}
}

bool
check_number(struct run *r, const struct rule *rule, const struct inst *in)
{
	char own[JSON_DIGITS_SIZE];
	struct decimal d;

	if (!json_is_number(in->value))
		return true;
	d = decimal_read(json_digits(in->value, own));
	return number_fits(rule, &d) || check_fail(r, rule, in);
}
