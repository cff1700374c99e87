/*
 * schema.c - schema_check(): walks value and schema together, see schema.h and check.h.
 *
 * Places are lists on the stack, and under anyOf, oneOf, not and if the walk is quiet:
 * it stops at the first fault and records none.
 */
#include "json/check.h"

#include <string.h>

#include "base/str.h"

/* -- places and faults -- */

static size_t
put_escaped(char *to, size_t room, const char *name)
{
	size_t n = 0;

	for (; *name != '\0'; name++) {
		bool escape = *name == '~' || *name == '/';

		if (n + 1 + escape > room)
			return 0;
		to[n] = (char)(escape ? '~' : *name);
		if (escape)
			to[n + 1] = *name == '~' ? '0' : '1';
		n += 1 + escape;
	}
	to[n] = '\0';
	return n + 1;
}

/* Appends the way to `at`; false: the rest does not fit. */
static bool
/* NOLINTNEXTLINE(misc-no-recursion): as deep as json_parse() lets in */
put_where(const struct where *at, char *out, size_t *used)
{
	char digits[24], *p = digits + sizeof(digits) - 1;
	size_t index = at->index, n;
	const char *name = at->name;

	if (at->up == NULL)
		return true;
	if (!put_where(at->up, out, used))
		return false;
	if (name == NULL) {
		*p = '\0';
		do
			*--p = (char)('0' + index % 10);
		while ((index /= 10) != 0);
		name = p;
	}
	if (*used + 2 > POINTER_SIZE)
		return false;
	n = put_escaped(out + *used + 1, POINTER_SIZE - *used - 2, name);
	if (n == 0)
		return false;
	out[*used] = '/';
	*used += n;
	return true;
}

const char *
where_text(const struct where *at, char out[static POINTER_SIZE])
{
	size_t used = 0;

	(void)put_where(at, out, &used);
	out[used] = '\0';
	return out;
}

bool
check_fail_with(
    struct run *r, const struct where *at, const char *keyword, const char *message)
{
	char pointer[POINTER_SIZE];

	if (r->quiet > 0 || run_is_spent(r))
		return false;
	r->faults++;
	ctx_fault(r->cx, where_text(at, pointer), keyword, "%s", message);
	return false;
}

bool
check_fail(struct run *r, const struct rule *rule, const struct inst *in)
{
	return check_fail_with(r, &in->at, rule->name, rule->message);
}

/* -- the walk -- */

bool
run_enter(struct run *r, const struct node *node, struct scope *own)
{
	*own = (struct scope){r->scope, node->resource};
	if (r->depth == DEPTH_MAX)
		r->steps = STEPS_MAX + 1;
	r->depth++;
	if (node->resource != NULL &&
	    (r->scope == NULL || r->scope->resource != node->resource))
		r->scope = own;
	return run_spend(r, 1);
}

void
run_leave(struct run *r, const struct scope *own)
{
	r->scope = own->up;
	r->depth--;
}

static check_fn *const checks[KW_COUNT] = {
#define RULE(sym, name, vocabulary, holds, compile, check) [KW_##sym] = (check),
#define NOTE(sym, name, vocabulary, holds)
#include "json/keywords.def"
#undef RULE
#undef NOTE
};

bool
/* NOLINTNEXTLINE(misc-no-recursion): DEPTH_MAX ends it */
check_node(struct run *r, const struct node *node, const struct inst *in,
    const struct rule *via)
{
	struct scope own;
	bool go = run_enter(r, node, &own), ok = go && !node->never;

	if (go && node->never)
		ok = via != NULL
		    ? check_fail(r, via, in)
		    : check_fail_with(r, &in->at, "false", "is not allowed");
	for (size_t i = 0; go && i < node->count && (ok || r->quiet == 0); i++)
		ok &= checks[node->rules[i].kw](r, &node->rules[i], in);
	run_leave(r, &own);
	return ok;
}

bool
/* NOLINTNEXTLINE(misc-no-recursion): DEPTH_MAX ends it */
check_fits(struct run *r, const struct node *node, const struct inst *in)
{
	bool ok;

	r->quiet++;
	ok = check_node(r, node, in, NULL);
	r->quiet--;
	return ok;
}

enum err
schema_check(struct ctx *cx, const struct schema *s, const struct json *value)
{
	struct run r = {.cx = cx};
	struct inst root = {{NULL, NULL, 0}, value, NULL};
	bool fits = check_node(&r, s->root, &root, NULL);

	if (run_is_spent(&r))
		return err_tell(
		    &cx->err, ERR_TOO_LARGE, "the JSON text takes too long to check");
	if (fits)
		return ERR_OK;
	return err_set(
	    &cx->err, ERR_INVALID, "%u faults by the schema %s", r.faults, s->name);
}

/* -- what it names -- */

static bool
names_property(const struct rule *rule, const char *name)
{
	size_t cost;

	if (rule->kw != KW_PROPERTIES && rule->kw != KW_PATTERN_PROPERTIES)
		return false;
	for (size_t i = 0; i < rule->part_count; i++) {
		const struct part *p = &rule->parts[i];

		if (rule->kw == KW_PROPERTIES
			? strcmp(p->name, name) == 0
			: pattern_match(p->pattern, name, strlen(name), PATTERN_LIMIT,
			      &cost) == PATTERN_YES)
			return true;
	}
	return false;
}

bool
schema_has_property(const struct schema *s, const char *name)
{
	for (const struct naming *n = s->namings; n != NULL; n = n->next)
		for (size_t i = 0; i < n->node->count; i++)
			if (names_property(&n->node->rules[i], name))
				return true;
	return false;
}
