/* check_here.c - the same value by other schemas; see check.h. */
#include "json/check.h"

bool
check_all(struct run *r, const struct rule *rule, const struct inst *in)
{
	bool ok = true;

	for (size_t i = 0; i < rule->sub_count && (ok || r->quiet == 0); i++)
		ok &= check_node(r, rule->subs[i], in, rule);
	return ok;
}

bool
check_any(struct run *r, const struct rule *rule, const struct inst *in)
{
	for (size_t i = 0; i < rule->sub_count; i++)
		if (check_fits(r, rule->subs[i], in))
			return true;
	return check_fail(r, rule, in);
}

bool
check_one(struct run *r, const struct rule *rule, const struct inst *in)
{
	unsigned fitting = 0;

	for (size_t i = 0; i < rule->sub_count && fitting < 2; i++)
		fitting += check_fits(r, rule->subs[i], in);
	return fitting == 1 || check_fail(r, rule, in);
}

bool
check_not(struct run *r, const struct rule *rule, const struct inst *in)
{
	return !check_fits(r, rule->subs[0], in) || check_fail(r, rule, in);
}

bool
check_if(struct run *r, const struct rule *rule, const struct inst *in)
{
	const struct node *node = rule->subs[check_fits(r, rule->subs[0], in) ? 1 : 2];

	return node == NULL || check_node(r, node, in, rule);
}

const struct node *
check_dynamic_target(struct run *r, const struct rule *rule)
{
	const struct node *found = rule->subs[0];

	/* The outermost that has the anchor. */
	for (const struct scope *s = r->scope;
	     rule->dynamic && s != NULL && run_spend(r, 1); s = s->up)
		for (size_t i = 0; i < rule->sub_count; i++)
			if (rule->subs[i]->resource == s->resource)
				found = rule->subs[i];
	return found;
}

bool
check_dynamic_ref(struct run *r, const struct rule *rule, const struct inst *in)
{
	return check_node(r, check_dynamic_target(r, rule), in, rule);
}
