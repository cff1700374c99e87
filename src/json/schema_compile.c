/* schema_compile.c - schema_compile(): a document into nodes of rules, see rules.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "json/compile.h"

enum { DOCUMENT_DEPTH = 256 };

enum err
compile_refuse(struct compiler *c, const struct where *where, const char *fmt, ...)
{
	char pointer[POINTER_SIZE], text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return err_set(&c->cx->err, ERR_CONFIG, "schema %s at \"%s\": %s", c->name,
	    where_text(where, pointer), text);
}

/* -- schemas in schemas -- */

static bool
sub_member(const char *name, const struct json *value, void *arg)
{
	struct each *q = arg;
	struct part *p = &q->rule->parts[q->rule->part_count++];
	struct where where = {&q->at->where, name, 0};

	p->name = name;
	q->e = compile_node(q->c, &where, value, q->at->base, &p->sub);
	return q->e == ERR_OK;
}

static enum err
compile_map(struct compiler *c, const struct at *at, struct rule *rule)
{
	struct each q = {c, at, rule, ERR_OK};

	if (json_type(at->value) != JSON_OBJECT)
		return compile_refuse(c, &at->where, "must be an object of schemas");
	rule->parts = arena_alloc(c->mem, json_count(at->value) * sizeof(*rule->parts));
	json_each(at->value, sub_member, &q);
	return q.e;
}

/* NOLINTBEGIN(misc-no-recursion): once a node, of schemas that are the program's own */

static enum err
compile_list(struct compiler *c, const struct at *at, struct rule *rule)
{
	enum err e = ERR_OK;

	rule->sub_count = json_count(at->value);
	if (json_type(at->value) != JSON_ARRAY || rule->sub_count == 0)
		return compile_refuse(c, &at->where, "must be an array of schemas");
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): of pointers */
	rule->subs = arena_alloc(c->mem, rule->sub_count * sizeof(*rule->subs));
	for (size_t i = 0; e == ERR_OK && i < rule->sub_count; i++) {
		struct where where = {&at->where, NULL, i};

		e = compile_node(
		    c, &where, json_item(at->value, i), at->base, &rule->subs[i]);
	}
	return e;
}

static enum err
compile_subs(struct compiler *c, const struct at *at, struct rule *rule)
{
	enum holds holds = keyword_holds(rule->kw);

	rule->here = holds == HOLDS_HERE || holds == HOLDS_HERE_LIST;
	switch (holds) {
	case HOLDS_CHILD:
	case HOLDS_HERE:
		rule->sub_count = 1;
		/* NOLINTNEXTLINE(bugprone-sizeof-expression): of pointers */
		rule->subs = arena_alloc(c->mem, sizeof(*rule->subs));
		return compile_node(c, &at->where, at->value, at->base, rule->subs);
	case HOLDS_LIST:
	case HOLDS_HERE_LIST:
		return compile_list(c, at, rule);
	case HOLDS_MAP:
		return compile_map(c, at, rule);
	case HOLDS_VALUE:
		break;
	}
	return ERR_OK;
}

static enum err
compile_keyword(struct compiler *c, const struct at *at, struct node *node)
{
	struct rule *rule = &node->rules[node->count];
	enum err e;

	if (keyword_is_later(rule->kw))
		return compile_refuse(
		    c, &at->where, "keyword \"%s\" is not supported", rule->name);
	if ((e = compile_subs(c, at, rule)) != ERR_OK || !keyword_is_rule(rule->kw))
		return e;
	if ((e = compile_rule(c, at, rule)) != ERR_OK)
		return e;
	node->count += rule->kw != KW_COUNT;
	return ERR_OK;
}

static bool
is_keyword(const char *name)
{
	for (unsigned kw = 0; kw < KW_COUNT; kw++)
		if (strcmp(keyword_name(kw), name) == 0)
			return true;
	return false;
}

struct known {
	const char *unknown; /* the first name that is no keyword */
	bool texts;          /* every value is a string */
};

static bool
known_member(const char *name, const struct json *value, void *arg)
{
	struct known *k = arg;

	if (!is_keyword(name))
		k->unknown = name;
	k->texts = k->texts && json_type(value) == JSON_STRING;
	return k->unknown == NULL;
}

static enum err
check_members(struct compiler *c, const struct where *where, const struct json *source)
{
	const struct json *message = json_get(source, "errorMessage");
	struct known k = {NULL, true};

	json_each(source, known_member, &k);
	k.texts =
	    json_type(message) == JSON_STRING || json_type(message) == JSON_OBJECT;
	json_each(message, known_member, &k);
	if (k.unknown != NULL)
		return compile_refuse(c, where, "unknown keyword \"%s\"", k.unknown);
	if (json_has(source, "errorMessage") && !k.texts)
		return compile_refuse(
		    c, where, "errorMessage must be a string or an object of strings");
	return ERR_OK;
}

static enum err
compile_rules(
    struct compiler *c, const struct where *where, struct node *node, const char *base)
{
	struct at at = {.schema = node->source, .node = node};
	enum err e = check_members(c, where, node->source);

	at.base = refs_base(c->mem, node->source, base);
	node->rules =
	    arena_alloc(c->mem, (json_count(node->source) + 1) * sizeof(*node->rules));
	for (unsigned kw = 0; e == ERR_OK && kw < KW_COUNT; kw++) {
		const char *name = keyword_name(kw);

		if (!json_has(node->source, name))
			continue;
		at.where = (struct where){where, name, 0};
		at.value = json_get(node->source, name);
		node->rules[node->count] = (struct rule){.kw = kw, .name = name};
		e = compile_keyword(c, &at, node);
	}
	return e;
}

/* The node of a schema: the one there is, so that schemas may refer to themselves. */
enum err
compile_node(struct compiler *c, const struct where *where, const struct json *source,
    const char *base, const struct node **out)
{
	struct node *node;

	for (node = c->nodes; node != NULL; node = node->next)
		if (node->source == source) {
			*out = node;
			return ERR_OK;
		}
	if (json_type(source) != JSON_BOOL && json_type(source) != JSON_OBJECT)
		return compile_refuse(c, where, "a schema is an object or a boolean");
	node = arena_alloc(c->mem, sizeof(*node));
	node->source = source;
	node->next = c->nodes;
	c->nodes = node;
	*out = node;
	if (json_type(source) == JSON_BOOL) {
		node->never = !json_bool(source);
		return ERR_OK;
	}
	return compile_rules(c, where, node, base);
}

/* Whether a schema comes back to itself without going into the value: no check of it
 * would end. */
static bool
is_endless(const struct node *const_node)
{
	struct node *node = (struct node *)(uintptr_t)const_node;
	bool endless = false;

	if (node == NULL || node->cycle == 2)
		return false;
	if (node->cycle == 1)
		return true;
	node->cycle = 1;
	for (size_t i = 0; i < node->count; i++)
		for (size_t j = 0; node->rules[i].here && j < node->rules[i].sub_count;
		     j++)
			endless = endless || is_endless(node->rules[i].subs[j]);
	node->cycle = 2;
	return endless;
}

/* NOLINTEND(misc-no-recursion) */

static enum err
check_document(struct compiler *c, const struct json *root)
{
	const char *dialect = json_get_text(root, "$schema");

	if (dialect != NULL &&
	    strcmp(dialect, "https://json-schema.org/draft/2020-12/schema") != 0)
		return compile_refuse(
		    c, &(struct where){0}, "dialect \"%s\" is not supported", dialect);
	return ERR_OK;
}

enum err
schema_compile(struct ctx *cx, struct arena *mem, const char *name, struct slice text,
    const struct schema **out)
{
	struct compiler c = {.cx = cx, .mem = mem, .name = arena_strdup(mem, name)};
	struct schema *s = arena_alloc(mem, sizeof(*s));
	const struct json *root;
	struct ctx inner;
	enum err e;

	*out = NULL;
	ctx_init(&inner, mem);
	if (json_parse(&inner, text.p, text.n, DOCUMENT_DEPTH, &root) != ERR_OK)
		return err_set(
		    &cx->err, ERR_CONFIG, "schema %s: %s", name, inner.err.message);
	c.refs.mem = mem;
	refs_collect(&c.refs, root);
	s->name = c.name;
	if ((e = check_document(&c, root)) != ERR_OK ||
	    (e = compile_node(&c, &(struct where){0}, root, "", &s->root)) != ERR_OK)
		return e;
	for (const struct node *node = c.nodes; node != NULL; node = node->next)
		if (is_endless(node))
			return compile_refuse(&c, &(struct where){0},
			    "a schema refers to itself without end");
	*out = s;
	return ERR_OK;
}
