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

/*
 * What a match costs is known only when it is over, so it is paid before, for the most
 * it may turn back: first for little, which will do unless the pattern is one that
 * tries again and again, then for all. Between two turns it may run over the whole
 * text.
 */
enum {
	TURNS_FEW = 400,
	TURNS_A_BYTE = 4,
	TURNS_A_STEP = 20,
	TEXT_A_RUN = 1024, /* bytes */
};

static bool
pay(struct run *r, size_t turns, size_t n)
{
	return run_spend(r, turns / TURNS_A_STEP * (1 + n / TEXT_A_RUN));
}

bool
check_matches(struct run *r, const struct pattern *p, const char *text, bool *tired)
{
	size_t n = strlen(text), turns = TURNS_FEW + TURNS_A_BYTE * n;
	enum pattern_found found = PATTERN_GIVEN_UP;

	if (turns > PATTERN_LIMIT)
		turns = PATTERN_LIMIT;
	if (pay(r, turns, n))
		found = pattern_match(p, text, n, (unsigned)turns);
	if (found == PATTERN_GIVEN_UP && turns < PATTERN_LIMIT &&
	    pay(r, PATTERN_LIMIT, n))
		found = pattern_match(p, text, n, PATTERN_LIMIT);
	*tired = found == PATTERN_GIVEN_UP;
	return found == PATTERN_YES;
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
