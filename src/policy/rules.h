/*
 * rules.h - the rules of a security policy as a table, from rules.def: how each is read
 * from JSON, told and compared.
 *
 * Owner:    the program text; ranges of addresses: the ctx's arena.
 * Lifetime: static; of that arena.
 * Threads:  any.
 * Failure:  policy_rule_take() adds faults.
 */
#ifndef TENANTD_POLICY_RULES_H
#define TENANTD_POLICY_RULES_H

#include <stddef.h>

#include "policy/policy.h"
#include "json/json.h"

enum {
/* NOLINTNEXTLINE(bugprone-macro-parentheses): a term of the sum below */
#define POLICY_RULE(type, field, group, other, name, min, max) +1
	POLICY_RULE_COUNT = 0
#include "policy/rules.def"
#undef POLICY_RULE
};

enum policy_rule_type { POLICY_INT, POLICY_BOOL, POLICY_LIST };

struct policy_rule {
	enum policy_rule_type type;
	const char *group, *other, *name;
	int min, max;
	size_t offset; /* of the member of struct policy */
};

extern const struct policy_rule policy_rules[POLICY_RULE_COUNT];

/* Takes what somebody asks for, not null; false, with faults at pointer: it is none. */
bool policy_rule_take(struct ctx *cx, const struct policy_rule *rule,
    const struct json *value, const char *pointer, struct policy *to);
/* Reads what was stored. What is out of bounds by now is passed over. */
void policy_rule_read(struct ctx *cx, const struct policy_rule *rule,
    const struct json *value, struct policy *to);
void policy_rule_copy(
    const struct policy_rule *rule, const struct policy *from, struct policy *to);
bool policy_rule_equal(
    const struct policy_rule *rule, const struct policy *a, const struct policy *b);
/* The value as JSON. */
void policy_rule_put(
    struct json_out *o, const struct policy_rule *rule, const struct policy *p);

/* The members of a policy's object, group by group: of each rule, or of those that
 * are marked alone. */
void policy_put_members(
    struct json_out *o, const struct policy *p, const bool marked[POLICY_RULE_COUNT]);

#endif
