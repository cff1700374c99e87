/* schema_subs.c - what the keywords that hold schemas or names of members ask for, and
 * in which words; see compile.h. */
#include "json/compile.h"

#include <string.h>

enum err
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

enum err
compile_items(struct compiler *c, const struct at *at, struct rule *rule)
{
	at->node->evaluates = true;
	if (rule->kw == KW_ITEMS)
		rule->limit = json_count(json_get(at->schema, "prefixItems"));
	return compile_subs_only(c, at, rule);
}

/* minContains and maxContains: right in themselves, they do nothing but for contains.
 */
enum err
compile_count(struct compiler *c, const struct at *at, struct rule *rule)
{
	size_t n;

	rule->kw = KW_COUNT;
	return compile_read_count(at->value, &n)
	    ? ERR_OK
	    : compile_refuse(c, &at->where, "must be a whole number, not negative");
}

/* Reads one of the two beside contains, if it is there. */
static void
read_bound(struct compiler *c, const struct at *at, enum keyword kw, size_t *bound,
    struct part *part)
{
	const struct json *value = json_get(at->schema, keyword_name(kw));
	const char *own = compile_own_message(at->schema, kw);

	if (value == NULL || !compile_read_count(value, bound) ||
	    (at->in->vocabularies & 1u << keyword_vocabulary(kw)) == 0)
		return;
	part->name = keyword_name(kw);
	part->message = own != NULL
	    ? own
	    : arena_printf(c->mem, "must have at %s %s of the kind that is asked for",
		  kw == KW_MIN_CONTAINS ? "least" : "most",
		  compile_counted(c, *bound, "item"));
}

/* Its parts are what is said of too few and of too many. */
enum err
compile_contains(struct compiler *c, const struct at *at, struct rule *rule)
{
	const char *own = compile_own_message(at->schema, KW_CONTAINS);

	at->node->evaluates = true;
	rule->message = "must have an item of the kind that is asked for";
	rule->limit = 1;
	rule->most = SIZE_MAX;
	rule->parts = arena_alloc(c->mem, 2 * sizeof(*rule->parts));
	rule->part_count = 2;
	rule->parts[0].name = rule->name;
	rule->parts[0].message = own != NULL ? own : rule->message;
	read_bound(c, at, KW_MIN_CONTAINS, &rule->limit, &rule->parts[0]);
	read_bound(c, at, KW_MAX_CONTAINS, &rule->most, &rule->parts[1]);
	return ERR_OK;
}

enum err
compile_unevaluated(struct compiler *c, const struct at *at, struct rule *rule)
{
	(void)c;
	at->node->evaluates = true;
	rule->node = at->node;
	rule->message = rule->kw == KW_UNEVALUATED_PROPERTIES ? "is not a known member"
							      : "is not allowed";
	return ERR_OK;
}

/* What a missing member's fault says: its own schema's word goes first. */
static const char *
missing_message(const struct at *at, const char *name, const char *plain)
{
	const struct json *member = json_get(json_get(at->schema, "properties"), name);
	const char *own;

	if ((own = compile_own_message(member, KW_REQUIRED)) != NULL ||
	    (own = compile_own_message(at->schema, KW_REQUIRED)) != NULL)
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

enum err
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

enum err
compile_dependent(struct compiler *c, const struct at *at, struct rule *rule)
{
	struct each q = {c, at, rule, ERR_OK};
	const char *own = compile_own_message(at->schema, rule->kw);

	if (json_type(at->value) != JSON_OBJECT)
		return compile_refuse(c, &at->where, "must be an object");
	json_each(at->value, dependent_member, &q);
	for (size_t i = 0; own != NULL && i < rule->part_count; i++)
		rule->parts[i].message = own;
	return q.e;
}

enum err
compile_properties(struct compiler *c, const struct at *at, struct rule *rule)
{
	rule->value = at->value;
	at->node->evaluates = true;
	return compile_subs_only(c, at, rule);
}

enum err
compile_patterns(struct compiler *c, const struct at *at, struct rule *rule)
{
	enum err e = compile_subs_only(c, at, rule);

	at->node->evaluates = true;
	for (size_t i = 0; e == ERR_OK && i < rule->part_count; i++)
		e = compile_regex(
		    c, &at->where, rule->parts[i].name, &rule->parts[i].pattern);
	return e;
}

enum err
compile_additional(struct compiler *c, const struct at *at, struct rule *rule)
{
	(void)c;
	at->node->evaluates = true;
	rule->value = json_get(at->schema, "properties");
	for (size_t i = 0; i < at->node->count; i++)
		if (at->node->rules[i].kw == KW_PATTERN_PROPERTIES)
			rule->beside = &at->node->rules[i];
	rule->message = "is not a known member";
	return ERR_OK;
}

static enum err
find_ref(struct compiler *c, const struct at *at, struct ref *found)
{
	const char *name = json_text(at->value);

	if (name == NULL)
		return compile_refuse(c, &at->where, "must be a string");
	switch (refs_find(&c->refs, at->in, name, found)) {
	case REFS_FOUND:
		break;
	case REFS_NOTHING:
		return compile_refuse(c, &at->where, "there is no \"%s\"", name);
	case REFS_NO_DOCUMENT:
		return compile_refuse(
		    c, &at->where, "there is no document of \"%s\"", name);
	}
	return ERR_OK;
}

/* Another document is compiled whole, so that what is wrong there is told by its place.
 */
static enum err
/* NOLINTNEXTLINE(misc-no-recursion): once a document */
enter_document(struct compiler *c, const struct resource *from, struct resource *r)
{
	const char *name = c->name;
	const struct node *root;
	enum err e;

	if (r->document == from->document)
		return ERR_OK;
	while (r->outer != NULL)
		r = r->outer;
	c->name = r->document;
	e = compile_node(c, &(struct where){0}, r->schema, r, &root);
	c->name = name;
	return e;
}

enum err
/* NOLINTNEXTLINE(misc-no-recursion): once a node */
compile_ref(struct compiler *c, const struct at *at, struct rule *rule)
{
	struct ref found;
	enum err e = find_ref(c, at, &found);

	if (e == ERR_OK)
		e = enter_document(c, at->in, found.in);
	if (e != ERR_OK)
		return e;
	rule->here = true;
	rule->message = "is not allowed";
	rule->subs = arena_alloc(c->mem, sizeof(struct node *));
	rule->sub_count = 1;
	return compile_node(c, &at->where, found.schema, found.in, &rule->subs[0]);
}

/* Where else it leads comes when all schemas that it may be reached from are compiled.
 */
enum err
/* NOLINTNEXTLINE(misc-no-recursion): once a node */
compile_dynamic_ref(struct compiler *c, const struct at *at, struct rule *rule)
{
	enum err e = compile_ref(c, at, rule);
	struct pending *p;
	struct ref found;

	if (e != ERR_OK || (e = find_ref(c, at, &found)) != ERR_OK ||
	    found.dynamic == NULL)
		return e;
	rule->dynamic = true;
	p = arena_alloc(c->mem, sizeof(*p));
	*p = (struct pending){c->pending, rule, found.dynamic};
	c->pending = p;
	return ERR_OK;
}

enum err
/* NOLINTNEXTLINE(misc-no-recursion): once a node */
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
			    at->in, &rule->subs[i + 1]);
	}
	return e;
}
