/* check_array.c - what keywords ask of an array; see check.h. */
#include "json/check.h"

bool
check_items_count(struct run *r, const struct rule *rule, const struct inst *in)
{
	size_t n = json_count(in->value);

	if (json_type(in->value) != JSON_ARRAY)
		return true;
	return (rule->kw == KW_MIN_ITEMS ? n >= rule->limit : n <= rule->limit) ||
	    check_fail(r, rule, in);
}

static bool
check_item(struct run *r, const struct rule *rule, const struct inst *in, size_t i,
    const struct node *node)
{
	struct inst item = {{&in->at, NULL, i}, json_item(in->value, i), NULL};

	return check_node(r, node, &item, rule);
}

bool
check_prefix_items(struct run *r, const struct rule *rule, const struct inst *in)
{
	size_t n = json_type(in->value) == JSON_ARRAY ? json_count(in->value) : 0;
	bool ok = true;

	for (size_t i = 0; i < n && i < rule->sub_count && (ok || r->quiet == 0); i++)
		ok &= check_item(r, rule, in, i, rule->subs[i]);
	return ok;
}

bool
check_items(struct run *r, const struct rule *rule, const struct inst *in)
{
	size_t n = json_type(in->value) == JSON_ARRAY ? json_count(in->value) : 0;
	bool ok = true;

	for (size_t i = rule->limit; i < n && (ok || r->quiet == 0); i++)
		ok &= check_item(r, rule, in, i, rule->subs[0]);
	return ok;
}

bool
check_contains(struct run *r, const struct rule *rule, const struct inst *in)
{
	size_t n = json_type(in->value) == JSON_ARRAY ? json_count(in->value) : 0;
	const struct part *few = &rule->parts[0], *many = &rule->parts[1];
	size_t found = 0;

	if (json_type(in->value) != JSON_ARRAY)
		return true;
	/* Without an upper bound there are enough when there are enough. */
	for (size_t i = 0; i < n && found <= rule->most &&
	     (found < rule->limit || rule->most < SIZE_MAX);
	     i++) {
		struct inst item = {{&in->at, NULL, i}, json_item(in->value, i), NULL};

		found += check_fits(r, rule->subs[0], &item);
	}
	if (found < rule->limit)
		return check_fail_with(r, &in->at, few->name, few->message);
	return found <= rule->most ||
	    check_fail_with(r, &in->at, many->name, many->message);
}
