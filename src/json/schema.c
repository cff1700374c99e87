/*
 * schema.c - schema_check(): walks value and schema together, see schema.h.
 *
 * Nothing here allocates but a fault: places are lists on the stack, and under anyOf,
 * oneOf, not and if the walk is quiet, it stops at the first fault and records none.
 */
#include "json/rules.h"

#include <string.h>

#include "base/str.h"

enum { STEPS_MAX = 1000000 }; /* where schemas refer to each other, they double */

struct run {
	struct ctx *cx;
	unsigned quiet; /* asked only whether it fits */
	unsigned faults;
	unsigned steps;
};

/* What is being checked: a value, or a member's name as if it were one. */
struct inst {
	struct where at;
	const struct json *value;
	const char *name;
};

typedef bool check_fn(struct run *r, const struct rule *rule, const struct inst *in);

static bool check(struct run *r, const struct node *node, const struct inst *in,
    const struct rule *via);

/* Whether no step is left: then whatever is checked does not fit. */
static bool
is_spent(struct run *r)
{
	r->steps += r->steps <= STEPS_MAX;
	return r->steps > STEPS_MAX;
}

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

static bool
fail_with(
    struct run *r, const struct where *at, const char *keyword, const char *message)
{
	char pointer[POINTER_SIZE];

	if (r->quiet > 0)
		return false;
	r->faults++;
	ctx_fault(r->cx, where_text(at, pointer), keyword, "%s", message);
	return false;
}

static bool
fail(struct run *r, const struct rule *rule, const struct inst *in)
{
	return fail_with(r, &in->at, rule->name, rule->message);
}

/* -- the value -- */

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

static bool
check_type(struct run *r, const struct rule *rule, const struct inst *in)
{
	enum json_type type = in->name != NULL ? JSON_STRING : json_type(in->value);

	if (rule->types & 1u << type)
		return true;
	if (rule->types & TYPE_INTEGER && is_whole(in->value))
		return true;
	return fail(r, rule, in);
}

static bool
check_enum(struct run *r, const struct rule *rule, const struct inst *in)
{
	for (size_t i = 0; i < json_count(rule->value); i++)
		if (equals(in, json_item(rule->value, i)))
			return true;
	return fail(r, rule, in);
}

static bool
check_const(struct run *r, const struct rule *rule, const struct inst *in)
{
	return equals(in, rule->value) || fail(r, rule, in);
}

static bool
check_length(struct run *r, const struct rule *rule, const struct inst *in)
{
	const char *text = text_of(in);
	size_t n;

	if (text == NULL)
		return true;
	n = utf8_length(text, strlen(text));
	return (rule->kw == KW_MIN_LENGTH ? n >= rule->limit : n <= rule->limit) ||
	    fail(r, rule, in);
}

static bool
check_pattern(struct run *r, const struct rule *rule, const struct inst *in)
{
	const char *text = text_of(in);

	return text == NULL || pattern_matches(rule->pattern, text) ||
	    fail(r, rule, in);
}

static bool
check_format(struct run *r, const struct rule *rule, const struct inst *in)
{
	const char *text = text_of(in);

	return text == NULL || rule->format->fits(text) || fail(r, rule, in);
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

static bool
check_number(struct run *r, const struct rule *rule, const struct inst *in)
{
	char own[JSON_DIGITS_SIZE];
	struct decimal d;

	if (!json_is_number(in->value))
		return true;
	d = decimal_read(json_digits(in->value, own));
	return number_fits(rule, &d) || fail(r, rule, in);
}

/* -- arrays -- */

static bool
check_items_count(struct run *r, const struct rule *rule, const struct inst *in)
{
	size_t n = json_count(in->value);

	if (json_type(in->value) != JSON_ARRAY)
		return true;
	return (rule->kw == KW_MIN_ITEMS ? n >= rule->limit : n <= rule->limit) ||
	    fail(r, rule, in);
}

/* Each with each: schemas give such arrays a maxItems. */
static bool
check_unique(struct run *r, const struct rule *rule, const struct inst *in)
{
	size_t n = json_type(in->value) == JSON_ARRAY ? json_count(in->value) : 0;

	for (size_t i = 1; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (is_spent(r) ||
			    json_equal(
				json_item(in->value, i), json_item(in->value, j)))
				return fail(r, rule, in);
	return true;
}

static bool
check_item(struct run *r, const struct rule *rule, const struct inst *in, size_t i,
    const struct node *node)
{
	struct inst item = {{&in->at, NULL, i}, json_item(in->value, i), NULL};

	return check(r, node, &item, rule);
}

static bool
check_prefix_items(struct run *r, const struct rule *rule, const struct inst *in)
{
	size_t n = json_type(in->value) == JSON_ARRAY ? json_count(in->value) : 0;
	bool ok = true;

	for (size_t i = 0; i < n && i < rule->sub_count && (ok || r->quiet == 0); i++)
		ok &= check_item(r, rule, in, i, rule->subs[i]);
	return ok;
}

static bool
check_items(struct run *r, const struct rule *rule, const struct inst *in)
{
	size_t n = json_type(in->value) == JSON_ARRAY ? json_count(in->value) : 0;
	bool ok = true;

	for (size_t i = rule->limit; i < n && (ok || r->quiet == 0); i++)
		ok &= check_item(r, rule, in, i, rule->subs[0]);
	return ok;
}

/* -- objects -- */

static bool
check_members_count(struct run *r, const struct rule *rule, const struct inst *in)
{
	size_t n = json_count(in->value);

	if (json_type(in->value) != JSON_OBJECT)
		return true;
	return (rule->kw == KW_MIN_PROPERTIES ? n >= rule->limit : n <= rule->limit) ||
	    fail(r, rule, in);
}

static bool
check_required(struct run *r, const struct rule *rule, const struct inst *in)
{
	bool ok = true;

	if (json_type(in->value) != JSON_OBJECT)
		return true;
	for (size_t i = 0; i < rule->part_count; i++) {
		const struct part *p = &rule->parts[i];
		struct where at = {&in->at, p->name, 0};

		if ((p->given == NULL || json_has(in->value, p->given)) &&
		    !json_has(in->value, p->name))
			ok = fail_with(r, &at, rule->name, p->message);
	}
	return ok;
}

static bool
check_properties(struct run *r, const struct rule *rule, const struct inst *in)
{
	bool ok = true;

	for (size_t i = 0; i < rule->part_count && (ok || r->quiet == 0); i++) {
		const struct part *p = &rule->parts[i];
		struct inst member = {{&in->at, p->name, 0}, NULL, NULL};

		if (!json_has(in->value, p->name))
			continue;
		member.value = json_get(in->value, p->name);
		ok &= check(r, p->sub, &member, rule);
	}
	return ok;
}

struct members {
	struct run *r;
	const struct rule *rule;
	const struct inst *in;
	bool ok;
};

/* Calls visit for the members of in, an object or not. */
static bool
each_member(
    struct run *r, const struct rule *rule, const struct inst *in, json_visit_fn *visit)
{
	struct members m = {r, rule, in, true};

	json_each(in->value, visit, &m);
	return m.ok;
}

static bool
visit_patterns(const char *name, const struct json *value, void *arg)
{
	struct members *m = arg;
	struct inst member = {{&m->in->at, name, 0}, value, NULL};

	for (size_t i = 0; i < m->rule->part_count; i++) {
		const struct part *p = &m->rule->parts[i];

		if (pattern_matches(p->pattern, name))
			m->ok &= check(m->r, p->sub, &member, m->rule);
	}
	return m->ok || m->r->quiet == 0;
}

static bool
check_patterns(struct run *r, const struct rule *rule, const struct inst *in)
{
	return each_member(r, rule, in, visit_patterns);
}

static bool
visit_additional(const char *name, const struct json *value, void *arg)
{
	struct members *m = arg;
	struct inst member = {{&m->in->at, name, 0}, value, NULL};
	const struct rule *patterns = m->rule->beside;

	if (json_has(m->rule->value, name))
		return true;
	for (size_t i = 0; patterns != NULL && i < patterns->part_count; i++)
		if (pattern_matches(patterns->parts[i].pattern, name))
			return true;
	m->ok &= check(m->r, m->rule->subs[0], &member, m->rule);
	return m->ok || m->r->quiet == 0;
}

static bool
check_additional(struct run *r, const struct rule *rule, const struct inst *in)
{
	return each_member(r, rule, in, visit_additional);
}

/* Whether it fits; nothing is recorded. */
static bool
fits(struct run *r, const struct node *node, const struct inst *in)
{
	bool ok;

	r->quiet++;
	ok = check(r, node, in, NULL);
	r->quiet--;
	return ok;
}

static bool
visit_name(const char *name, const struct json *value, void *arg)
{
	struct members *m = arg;
	struct inst member = {{&m->in->at, name, 0}, NULL, name};

	(void)value;
	if (!fits(m->r, m->rule->subs[0], &member))
		m->ok = fail(m->r, m->rule, &member);
	return m->ok || m->r->quiet == 0;
}

static bool
check_names(struct run *r, const struct rule *rule, const struct inst *in)
{
	return each_member(r, rule, in, visit_name);
}

/* -- the same value by other schemas -- */

static bool
check_all(struct run *r, const struct rule *rule, const struct inst *in)
{
	bool ok = true;

	for (size_t i = 0; i < rule->sub_count && (ok || r->quiet == 0); i++)
		ok &= check(r, rule->subs[i], in, rule);
	return ok;
}

static bool
check_any(struct run *r, const struct rule *rule, const struct inst *in)
{
	for (size_t i = 0; i < rule->sub_count; i++)
		if (fits(r, rule->subs[i], in))
			return true;
	return fail(r, rule, in);
}

static bool
check_one(struct run *r, const struct rule *rule, const struct inst *in)
{
	unsigned fitting = 0;

	for (size_t i = 0; i < rule->sub_count && fitting < 2; i++)
		fitting += fits(r, rule->subs[i], in);
	return fitting == 1 || fail(r, rule, in);
}

static bool
check_not(struct run *r, const struct rule *rule, const struct inst *in)
{
	return !fits(r, rule->subs[0], in) || fail(r, rule, in);
}

static bool
check_if(struct run *r, const struct rule *rule, const struct inst *in)
{
	const struct node *node = rule->subs[fits(r, rule->subs[0], in) ? 1 : 2];

	return node == NULL || check(r, node, in, rule);
}

static check_fn *const checks[KW_COUNT] = {
#define RULE(sym, name, holds, compile, check) [KW_##sym] = (check),
#define NOTE(sym, name, holds)
#define LATER(sym, name, holds)
#include "json/keywords.def"
#undef RULE
#undef NOTE
#undef LATER
};

static bool
check(struct run *r, const struct node *node, const struct inst *in,
    const struct rule *via)
{
	bool ok = true;

	if (is_spent(r))
		return false;
	if (node->never)
		return via != NULL ? fail(r, via, in)
				   : fail_with(r, &in->at, "false", "is not allowed");
	for (size_t i = 0; i < node->count && (ok || r->quiet == 0); i++)
		ok &= checks[node->rules[i].kw](r, &node->rules[i], in);
	return ok;
}

enum err
schema_check(struct ctx *cx, const struct schema *s, const struct json *value)
{
	struct run r = {.cx = cx};
	struct inst root = {{NULL, NULL, 0}, value, NULL};

	bool fits_root = check(&r, s->root, &root, NULL);

	if (r.steps > STEPS_MAX)
		return err_tell(
		    &cx->err, ERR_TOO_LARGE, "the JSON text takes too long to check");
	if (fits_root)
		return ERR_OK;
	return err_set(
	    &cx->err, ERR_INVALID, "%u faults by the schema %s", r.faults, s->name);
}

/* -- what it names -- */

static bool
/* NOLINTNEXTLINE(misc-no-recursion): the compiler lets no circle in */
names_property(const struct node *node, const char *name)
{
	for (size_t i = 0; i < node->count; i++) {
		const struct rule *rule = &node->rules[i];

		for (size_t k = 0; rule->kw == KW_PROPERTIES && k < rule->part_count;
		     k++)
			if (strcmp(rule->parts[k].name, name) == 0)
				return true;
		for (size_t k = 0;
		     rule->kw == KW_PATTERN_PROPERTIES && k < rule->part_count; k++)
			if (pattern_matches(rule->parts[k].pattern, name))
				return true;
		if (rule->kw != KW_REF && rule->kw != KW_ALL_OF)
			continue;
		for (size_t k = 0; k < rule->sub_count; k++)
			if (names_property(rule->subs[k], name))
				return true;
	}
	return false;
}

bool
schema_has_property(const struct schema *s, const char *name)
{
	return names_property(s->root, name);
}
