/* schema_rules.c - what each keyword asks for, and in which words; see compile.h. */
#include "json/compile.h"

#include <stdio.h>
#include <string.h>

typedef enum err compile_fn(struct compiler *c, const struct at *at, struct rule *rule);

/* -- messages -- */

static void
say(struct compiler *c, struct rule *rule, const char *fmt, const char *value)
{
	/* fmt: one of ours, with one %s */
	size_t n = strlen(fmt) + strlen(value) + 1, head = strcspn(fmt, "%");
	char *text = arena_alloc(c->mem, n);

	snprintf(text, n, "%.*s%s%s", (int)head, fmt, value, fmt + head + 2);
	rule->message = text;
}

static const char *
shown(struct compiler *c, const struct json *v)
{
	const char *text = json_text(v);

	return text != NULL ? text : json_print(c->mem, v);
}

/* What a schema's errorMessage says of a keyword's fault, or NULL. */
static const char *
own_message(const struct json *schema, const char *keyword)
{
	const struct json *m = json_get(schema, "errorMessage");

	return json_text(m) != NULL ? json_text(m) : json_get_text(m, keyword);
}

/* -- operands -- */

static enum err
compile_subs_only(struct compiler *c, const struct at *at, struct rule *rule)
{
	(void)c;
	(void)at;
	rule->message = rule->kw == KW_ANY_OF
	    ? "fits none of the forms that are allowed"
	    : rule->kw == KW_ONE_OF
	    ? "must fit exactly one of the forms that are allowed"
	    : rule->kw == KW_NOT            ? "has a value that is not allowed"
	    : rule->kw == KW_PROPERTY_NAMES ? "has a name that is not allowed"
					    : "is not allowed";
	return ERR_OK;
}

static const struct {
	const char *name, *shown;
	unsigned bits;
} types[] = {
    {"null", "null", 1u << JSON_NULL},
    {"boolean", "a boolean", 1u << JSON_BOOL},
    {"integer", "an integer", TYPE_INTEGER | 1u << JSON_INT},
    {"number", "a number", 1u << JSON_INT | 1u << JSON_NUMBER},
    {"string", "a string", 1u << JSON_STRING},
    {"array", "an array", 1u << JSON_ARRAY},
    {"object", "an object", 1u << JSON_OBJECT},
};

static enum err
add_type(
    struct compiler *c, const struct at *at, const struct json *type, struct rule *rule)
{
	const char *name = json_text(type);

	for (size_t i = 0; name != NULL && i < COUNT_OF(types); i++) {
		if (strcmp(types[i].name, name) != 0)
			continue;
		rule->message = rule->types == 0
		    ? types[i].shown
		    : arena_printf(c->mem, "%s or %s", rule->message, types[i].shown);
		rule->types |= types[i].bits;
		return ERR_OK;
	}
	return compile_refuse(c, &at->where, "no such type");
}

static enum err
compile_type(struct compiler *c, const struct at *at, struct rule *rule)
{
	enum err e = ERR_OK;

	if (json_type(at->value) != JSON_ARRAY)
		e = add_type(c, at, at->value, rule);
	for (size_t i = 0; e == ERR_OK && i < json_count(at->value); i++)
		e = add_type(c, at, json_item(at->value, i), rule);
	if (e == ERR_OK && rule->types == 0)
		e = compile_refuse(c, &at->where, "no type is named");
	if (e == ERR_OK)
		say(c, rule, "must be %s", rule->message);
	return e;
}

static enum err
compile_enum(struct compiler *c, const struct at *at, struct rule *rule)
{
	const char *list = "";

	if (json_type(at->value) != JSON_ARRAY)
		return compile_refuse(c, &at->where, "must be an array");
	rule->value = at->value;
	for (size_t i = 0; i < json_count(at->value); i++)
		list = arena_printf(c->mem, "%s%s%s", list, i == 0 ? "" : ", ",
		    shown(c, json_item(at->value, i)));
	say(c, rule, "must be one of %s", list);
	return ERR_OK;
}

static enum err
compile_const(struct compiler *c, const struct at *at, struct rule *rule)
{
	rule->value = at->value;
	say(c, rule, "must be %s", shown(c, at->value));
	return ERR_OK;
}

/* "3 items", "1 item" */
static const char *
counted(struct compiler *c, size_t n, const char *noun)
{
	return arena_printf(c->mem, "%zu %s%s", n, noun, n == 1 ? "" : "s");
}

static enum err
compile_limit(struct compiler *c, const struct at *at, struct rule *rule)
{
	static const double most = 1e15;
	double v = json_number(at->value);
	const char *noun;

	if (!json_is_number(at->value) || !(v >= 0 && v <= most) ||
	    (double)(uint64_t)v != v)
		return compile_refuse(
		    c, &at->where, "must be a whole number, not negative");
	rule->limit = (size_t)v;
	noun = rule->kw == KW_MIN_LENGTH || rule->kw == KW_MAX_LENGTH ? "character"
	    : rule->kw == KW_MIN_ITEMS || rule->kw == KW_MAX_ITEMS    ? "item"
								      : "member";
	say(c, rule,
	    strncmp(rule->name, "min", 3) == 0 ? "must have at least %s"
					       : "must have at most %s",
	    counted(c, rule->limit, noun));
	return ERR_OK;
}

static enum err
compile_number(struct compiler *c, const struct at *at, struct rule *rule)
{
	char own[JSON_DIGITS_SIZE];
	const char *digits = json_digits(at->value, own);

	if (digits == NULL)
		return compile_refuse(c, &at->where, "must be a number");
	digits = arena_strdup(c->mem, digits);
	rule->number = decimal_read(digits);
	if (rule->kw == KW_MULTIPLE_OF &&
	    (rule->number.minus || rule->number.n == 0 ||
		rule->number.n > DECIMAL_DIVISOR_DIGITS))
		return compile_refuse(c, &at->where,
		    "must be positive, of at most %d digits", DECIMAL_DIVISOR_DIGITS);
	say(c, rule,
	    rule->kw == KW_MINIMUM                 ? "must be at least %s"
		: rule->kw == KW_MAXIMUM           ? "must be at most %s"
		: rule->kw == KW_EXCLUSIVE_MINIMUM ? "must be more than %s"
		: rule->kw == KW_EXCLUSIVE_MAXIMUM ? "must be less than %s"
						   : "must be a multiple of %s",
	    digits);
	return ERR_OK;
}

static enum err
compile_regex(struct compiler *c, const struct where *where, const char *text,
    const struct pattern **out)
{
	char why[PATTERN_WHY_SIZE];

	if (text == NULL)
		return compile_refuse(c, where, "must be a string");
	*out = pattern_compile(c->mem, text, why);
	return *out != NULL ? ERR_OK : compile_refuse(c, where, "bad pattern: %s", why);
}

static enum err
compile_pattern(struct compiler *c, const struct at *at, struct rule *rule)
{
	enum err e = compile_regex(c, &at->where, json_text(at->value), &rule->pattern);

	if (e == ERR_OK)
		say(c, rule, "must have the form %s", json_text(at->value));
	return e;
}

static enum err
compile_format(struct compiler *c, const struct at *at, struct rule *rule)
{
	const char *name = json_text(at->value);

	if (name == NULL)
		return compile_refuse(c, &at->where, "must be a string");
	if ((rule->format = format_find(name)) == NULL)
		return compile_refuse(
		    c, &at->where, "format \"%s\" is not supported", name);
	rule->message = rule->format->message;
	return ERR_OK;
}

static enum err
compile_unique(struct compiler *c, const struct at *at, struct rule *rule)
{
	if (json_type(at->value) != JSON_BOOL)
		return compile_refuse(c, &at->where, "must be a boolean");
	rule->kw = json_bool(at->value) ? rule->kw : KW_COUNT;
	rule->message = "must not have equal items";
	return ERR_OK;
}

static enum err
compile_items(struct compiler *c, const struct at *at, struct rule *rule)
{
	rule->limit = json_count(json_get(at->schema, "prefixItems"));
	return compile_subs_only(c, at, rule);
}

/* What a missing member's fault says: its own schema's word goes first. */
static const char *
missing_message(const struct at *at, const char *name, const char *plain)
{
	const struct json *member = json_get(json_get(at->schema, "properties"), name);
	const char *keyword = keyword_name(KW_REQUIRED), *own;

	if ((own = own_message(member, keyword)) != NULL ||
	    (own = own_message(at->schema, keyword)) != NULL)
		return own;
	return plain;
}

/* Adds the names in a list to the rule's parts. */
static enum err
add_names(struct compiler *c, const struct at *at, const struct json *names,
    const char *given, struct rule *rule)
{
	size_t n = json_count(names);
	struct part *parts;

	if (json_type(names) != JSON_ARRAY)
		return compile_refuse(c, &at->where, "must be an array of names");
	parts = arena_alloc(c->mem, (rule->part_count + n) * sizeof(*parts));
	if (rule->part_count > 0)
		memcpy(parts, rule->parts, rule->part_count * sizeof(*parts));
	rule->parts = parts;
	for (size_t i = 0; i < n; i++) {
		struct part *p = &rule->parts[rule->part_count++];

		if ((p->name = json_text(json_item(names, i))) == NULL)
			return compile_refuse(
			    c, &at->where, "must be an array of names");
		p->given = given;
		p->message = given == NULL
		    ? missing_message(at, p->name, "is required")
		    : arena_printf(c->mem, "is required beside \"%s\"", given);
	}
	return ERR_OK;
}

static enum err
compile_required(struct compiler *c, const struct at *at, struct rule *rule)
{
	return add_names(c, at, at->value, NULL, rule);
}

static bool
dependent_member(const char *name, const struct json *value, void *arg)
{
	struct each *q = arg;

	q->e = add_names(q->c, q->at, value, name, q->rule);
	return q->e == ERR_OK;
}

static enum err
compile_dependent(struct compiler *c, const struct at *at, struct rule *rule)
{
	struct each q = {c, at, rule, ERR_OK};
	const char *own = own_message(at->schema, rule->name);

	if (json_type(at->value) != JSON_OBJECT)
		return compile_refuse(c, &at->where, "must be an object");
	json_each(at->value, dependent_member, &q);
	for (size_t i = 0; own != NULL && i < rule->part_count; i++)
		rule->parts[i].message = own;
	return q.e;
}

static enum err
compile_patterns(struct compiler *c, const struct at *at, struct rule *rule)
{
	enum err e = compile_subs_only(c, at, rule);

	for (size_t i = 0; e == ERR_OK && i < rule->part_count; i++)
		e = compile_regex(
		    c, &at->where, rule->parts[i].name, &rule->parts[i].pattern);
	return e;
}

static enum err
compile_additional(struct compiler *c, const struct at *at, struct rule *rule)
{
	(void)c;
	rule->value = json_get(at->schema, "properties");
	for (size_t i = 0; i < at->node->count; i++)
		if (at->node->rules[i].kw == KW_PATTERN_PROPERTIES)
			rule->beside = &at->node->rules[i];
	rule->message = "is not a known member";
	return ERR_OK;
}

static enum err
compile_ref(struct compiler *c, const struct at *at, struct rule *rule)
{
	const char *name = json_text(at->value);
	struct ref found;

	if (name == NULL)
		return compile_refuse(c, &at->where, "must be a string");
	switch (refs_find(&c->refs, at->base, name, &found)) {
	case REFS_FOUND:
		break;
	case REFS_NOTHING:
		return compile_refuse(c, &at->where, "there is no \"%s\"", name);
	case REFS_OTHER_DOCUMENT:
		return compile_refuse(
		    c, &at->where, "$ref to another document is not supported");
	}
	rule->here = true;
	rule->message = "is not allowed";
	rule->subs = arena_alloc(c->mem, sizeof(struct node *));
	rule->sub_count = 1;
	return compile_node(c, &at->where, found.schema, found.base, &rule->subs[0]);
}

static enum err
compile_if(struct compiler *c, const struct at *at, struct rule *rule)
{
	static const char *const branches[] = {"then", "else"};
	const struct node *test = rule->subs[0];
	enum err e = ERR_OK;

	rule->subs = arena_alloc(c->mem, 3 * sizeof(struct node *));
	rule->sub_count = 3;
	rule->subs[0] = test;
	rule->message = "is not allowed";
	for (size_t i = 0; e == ERR_OK && i < COUNT_OF(branches); i++) {
		struct where where = {at->where.up, branches[i], 0};

		if (json_has(at->schema, branches[i]))
			e = compile_node(c, &where, json_get(at->schema, branches[i]),
			    at->base, &rule->subs[i + 1]);
	}
	return e;
}

static compile_fn *const compilers[KW_COUNT] = {
#define RULE(sym, name, holds, compile, check) [KW_##sym] = (compile),
#define NOTE(sym, name, holds)
#define LATER(sym, name, holds)
#include "json/keywords.def"
#undef RULE
#undef NOTE
#undef LATER
};

static const bool later[KW_COUNT] = {
#define RULE(sym, name, holds, compile, check)
#define NOTE(sym, name, holds)
#define LATER(sym, name, holds) [KW_##sym] = true,
#include "json/keywords.def"
#undef RULE
#undef NOTE
#undef LATER
};

bool
keyword_is_rule(enum keyword kw)
{
	return compilers[kw] != NULL;
}

bool
keyword_is_later(enum keyword kw)
{
	return later[kw];
}

enum err
compile_rule(struct compiler *c, const struct at *at, struct rule *rule)
{
	const char *own = own_message(at->schema, rule->name);
	enum err e = compilers[rule->kw](c, at, rule);

	if (own != NULL)
		rule->message = own;
	return e;
}
