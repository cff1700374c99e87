/*
 * check.h - between the parts of schema_check(): schema.c walks, check_*.c are what the
 * keywords ask; private.
 *
 * Owner:    schema_check(), on its stack.
 * Lifetime: of that call.
 * Threads:  one.
 * Failure:  false: it does not fit, which is recorded unless the run is quiet, or no
 *           step is left.
 */
#ifndef TENANTD_JSON_CHECK_H
#define TENANTD_JSON_CHECK_H

#include "json/refs.h"

/*
 * STEPS_MAX bounds the work of a check: where schemas refer to each other, it doubles.
 * A schema that meets a value is a step, and so are a value that is compared, and 20 of
 * the steps PCRE2 counts in a match. DEPTH_MAX is for the stack.
 */
enum { STEPS_MAX = 1000000, DEPTH_MAX = 2000 };

/* The resources with dynamic anchors that were entered, innermost first. */
struct scope {
	const struct scope *up;
	const struct resource *resource;
};

struct run {
	struct ctx *cx;
	const struct scope *scope;
	unsigned quiet; /* asked only whether it fits */
	unsigned faults, depth;
	size_t steps;
};

/* What is being checked: a value, or a member's name as if it were one. */
struct inst {
	struct where at;
	const struct json *value;
	const char *name;
};

typedef bool check_fn(struct run *r, const struct rule *rule, const struct inst *in);

/* Takes n steps; false: there are not so many left, and then whatever is checked does
 * not fit. */
static inline bool
run_spend(struct run *r, size_t n)
{
	if (r->steps > STEPS_MAX || n > STEPS_MAX - r->steps) {
		r->steps = STEPS_MAX + 1;
		return false;
	}
	r->steps += n;
	return true;
}

static inline bool
run_is_spent(const struct run *r)
{
	return r->steps > STEPS_MAX;
}

/* Enters a schema: whether there is room; and leaves it. own: the caller's, for as
 * long. */
bool run_enter(struct run *r, const struct node *node, struct scope *own);
void run_leave(struct run *r, const struct scope *own);

/* via: the rule that led here, which a value that is never allowed is told by. */
bool check_node(struct run *r, const struct node *node, const struct inst *in,
    const struct rule *via);
/* Whether it fits; nothing is recorded. */
bool check_fits(struct run *r, const struct node *node, const struct inst *in);
/* Record a fault; false. */
bool check_fail(struct run *r, const struct rule *rule, const struct inst *in);
bool check_fail_with(
    struct run *r, const struct where *at, const char *keyword, const char *message);

/* Whether text has the pattern; `tired` when that could not be found out in time. */
bool check_matches(
    struct run *r, const struct pattern *p, const char *text, bool *tired);
/* The same of a member's name: then no step is left. */
bool check_name_matches(struct run *r, const struct pattern *p, const char *name);

/* The schema a $dynamicRef leads to here. */
const struct node *check_dynamic_target(struct run *r, const struct rule *rule);

/* -- values: check_value.c -- */
check_fn check_type, check_enum, check_const, check_length, check_pattern, check_format,
    check_number;
/* -- arrays: check_array.c, check_unique.c -- */
check_fn check_items_count, check_unique, check_prefix_items, check_items,
    check_contains;
/* -- objects: check_object.c -- */
check_fn check_members_count, check_required, check_properties, check_patterns,
    check_additional, check_names, check_dependent;
/* -- the same value by other schemas: check_here.c -- */
check_fn check_all, check_any, check_one, check_not, check_if, check_dynamic_ref;
/* -- what no other schema has seen to: check_unevaluated.c -- */
check_fn check_unevaluated_items, check_unevaluated_members;

#endif
