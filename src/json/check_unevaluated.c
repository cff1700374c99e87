/*
 * check_unevaluated.c - unevaluatedItems and unevaluatedProperties; see check.h.
 *
 * What other schemas have seen to is not written down while they are checked: the
 * schemas that apply to the value and that it fits are gathered when one of the two
 * asks, and then each member or item is held against their rules. That takes the stack
 * alone for up to CHUNK of them, and the arena for more.
 */
#include "json/check.h"

enum { CHUNK = 32 };

struct applied {
	const struct applied *before;
	const struct node *nodes[CHUNK];
	size_t count;
};

struct gather {
	struct run *r;
	const struct rule *rule; /* that asks */
	const struct inst *in;
	struct applied *last;
	bool unsure; /* one that had to fit does not, which its own fault tells */
	bool ok;
};

static void
add(struct gather *g, const struct node *node)
{
	struct applied *more;

	if (!node->evaluates)
		return;
	if (g->last->count == CHUNK) {
		if ((more = arena_try(g->r->cx->mem, sizeof(*more))) == NULL) {
			g->r->steps = STEPS_MAX + 1;
			return;
		}
		more->before = g->last;
		g->last = more;
	}
	g->last->nodes[g->last->count++] = node;
}

static void gather(struct gather *g, const struct node *node);

static void
/* NOLINTNEXTLINE(misc-no-recursion): DEPTH_MAX ends it */
gather_fitting(struct gather *g, const struct rule *rule)
{
	bool any = false;

	for (size_t i = 0; i < rule->sub_count; i++)
		if (check_fits(g->r, rule->subs[i], g->in)) {
			any = true;
			gather(g, rule->subs[i]);
		}
	g->unsure |= !any;
}

static void
/* NOLINTNEXTLINE(misc-no-recursion): DEPTH_MAX ends it */
gather_if(struct gather *g, const struct rule *rule)
{
	bool fits = check_fits(g->r, rule->subs[0], g->in);
	const struct node *branch = rule->subs[fits ? 1 : 2];

	if (fits)
		gather(g, rule->subs[0]);
	if (branch != NULL)
		gather(g, branch);
}

static void
/* NOLINTNEXTLINE(misc-no-recursion): DEPTH_MAX ends it */
gather_rule(struct gather *g, const struct rule *rule)
{
	switch (rule->kw) {
	case KW_REF:
	case KW_ALL_OF:
		for (size_t i = 0; i < rule->sub_count; i++)
			gather(g, rule->subs[i]);
		break;
	case KW_DYNAMIC_REF:
		gather(g, check_dynamic_target(g->r, rule));
		break;
	case KW_ANY_OF:
	case KW_ONE_OF:
		gather_fitting(g, rule);
		break;
	case KW_IF:
		gather_if(g, rule);
		break;
	case KW_DEPENDENT_SCHEMAS:
		for (size_t i = 0; i < rule->part_count; i++)
			if (json_has(g->in->value, rule->parts[i].name))
				gather(g, rule->parts[i].sub);
		break;
	default:
		break;
	}
}

/* Adds a schema that applies to the value, and those it makes apply. */
static void
/* NOLINTNEXTLINE(misc-no-recursion): DEPTH_MAX ends it */
gather(struct gather *g, const struct node *node)
{
	struct scope own;

	if (run_enter(g->r, node, &own)) {
		add(g, node);
		for (size_t i = 0; i < node->count; i++)
			gather_rule(g, &node->rules[i]);
	}
	run_leave(g->r, &own);
}

/* Whether a rule has seen to the member or item `one`. */
static bool
has_seen(struct run *r, const struct rule *rule, const struct inst *one)
{
	switch (rule->kw) {
	case KW_PROPERTIES:
		return json_has(rule->value, one->at.name);
	case KW_PATTERN_PROPERTIES:
		for (size_t i = 0; i < rule->part_count; i++)
			if (check_name_matches(r, rule->parts[i].pattern, one->at.name))
				return true;
		return false;
	case KW_PREFIX_ITEMS:
		return one->at.index < rule->sub_count;
	case KW_CONTAINS:
		return check_fits(r, rule->subs[0], one);
	case KW_ADDITIONAL:
	case KW_UNEVALUATED_PROPERTIES:
	case KW_ITEMS:
	case KW_UNEVALUATED_ITEMS:
		return true; /* of all that are left */
	default:
		return false;
	}
}

static bool
is_for(const struct rule *rule, bool members)
{
	switch (rule->kw) {
	case KW_PROPERTIES:
	case KW_PATTERN_PROPERTIES:
	case KW_ADDITIONAL:
	case KW_UNEVALUATED_PROPERTIES:
		return members;
	case KW_PREFIX_ITEMS:
	case KW_ITEMS:
	case KW_CONTAINS:
	case KW_UNEVALUATED_ITEMS:
		return !members;
	default:
		return false;
	}
}

static bool
node_has_seen(const struct gather *g, const struct node *node, const struct inst *one)
{
	for (size_t i = 0; i < node->count; i++) {
		const struct rule *rule = &node->rules[i];

		if (rule != g->rule && is_for(rule, one->at.name != NULL) &&
		    has_seen(g->r, rule, one))
			return true;
	}
	return false;
}

/* A member or an item that none has seen to is checked by the keyword's own schema. */
static bool
check_left(struct gather *g, const struct inst *one)
{
	for (const struct applied *a = g->last; a != NULL; a = a->before)
		for (size_t i = 0; i < a->count && run_spend(g->r, 1); i++)
			if (node_has_seen(g, a->nodes[i], one))
				return true;
	g->ok &= check_node(g->r, g->rule->subs[0], one, g->rule);
	return g->ok || g->r->quiet == 0;
}

static bool
visit_member(const char *name, const struct json *value, void *arg)
{
	struct gather *g = arg;
	struct inst member = {{&g->in->at, name, 0}, value, NULL};

	return check_left(g, &member);
}

bool
check_unevaluated_members(struct run *r, const struct rule *rule, const struct inst *in)
{
	struct applied first;
	struct gather g = {r, rule, in, &first, false, true};

	if (json_type(in->value) != JSON_OBJECT || json_count(in->value) == 0)
		return true;
	first.before = NULL;
	first.count = 0;
	gather(&g, rule->node);
	if (!g.unsure)
		json_each(in->value, visit_member, &g);
	return g.ok;
}

bool
check_unevaluated_items(struct run *r, const struct rule *rule, const struct inst *in)
{
	size_t n = json_type(in->value) == JSON_ARRAY ? json_count(in->value) : 0;
	struct applied first;
	struct gather g = {r, rule, in, &first, false, true};
	bool more = n > 0;

	if (n == 0)
		return true;
	first.before = NULL;
	first.count = 0;
	gather(&g, rule->node);
	for (size_t i = 0; more && i < n && !g.unsure; i++) {
		struct inst item = {{&in->at, NULL, i}, json_item(in->value, i), NULL};

		more = check_left(&g, &item);
	}
	return g.ok;
}
