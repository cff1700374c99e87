/* schema_compile.c - schemas into nodes of rules, see compile.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "json/compile.h"

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
	q->e = compile_node(q->c, &where, value, q->at->in, &p->sub);
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
		    c, &where, json_item(at->value, i), at->in, &rule->subs[i]);
	}
	return e;
}

static enum err
compile_subs(struct compiler *c, const struct at *at, struct rule *rule)
{
	enum holds holds = keyword_holds(rule->kw);

	rule->here =
	    holds == HOLDS_HERE || holds == HOLDS_HERE_LIST || holds == HOLDS_HERE_MAP;
	switch (holds) {
	case HOLDS_CHILD:
	case HOLDS_HERE:
		rule->sub_count = 1;
		/* NOLINTNEXTLINE(bugprone-sizeof-expression): of pointers */
		rule->subs = arena_alloc(c->mem, sizeof(*rule->subs));
		return compile_node(c, &at->where, at->value, at->in, rule->subs);
	case HOLDS_LIST:
	case HOLDS_HERE_LIST:
		return compile_list(c, at, rule);
	case HOLDS_MAP:
	case HOLDS_HERE_MAP:
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
compile_rules(struct compiler *c, const struct where *where, struct node *node,
    struct resource *in)
{
	struct at at = {.schema = node->source, .node = node, .in = in};
	enum err e = check_members(c, where, node->source);

	node->rules =
	    arena_alloc(c->mem, (json_count(node->source) + 1) * sizeof(*node->rules));
	for (unsigned kw = 0; e == ERR_OK && kw < KW_COUNT; kw++) {
		const char *name = keyword_name(kw);

		if (!json_has(node->source, name) ||
		    (in->vocabularies & 1u << keyword_vocabulary(kw)) == 0)
			continue;
		at.where = (struct where){where, name, 0};
		at.value = json_get(node->source, name);
		node->rules[node->count] = (struct rule){.kw = kw, .name = name};
		e = compile_keyword(c, &at, node);
	}
	return e;
}

static struct node **
bucket_of(struct compiler *c, const struct json *source)
{
	return &c->buckets[((uintptr_t)source >> 4) % NODE_BUCKETS];
}

static struct node *
add_node(struct compiler *c, const struct json *source, struct resource *in)
{
	struct node *node = arena_alloc(c->mem, sizeof(*node));
	struct node **bucket = bucket_of(c, source);

	node->source = source;
	node->resource = in->dynamic ? in : NULL;
	node->next = c->nodes;
	c->nodes = node;
	node->chain = *bucket;
	*bucket = node;
	in->entered = true;
	return node;
}

/* The node of a schema: the one there is, so that schemas may refer to themselves. */
enum err
compile_node(struct compiler *c, const struct where *where, const struct json *source,
    struct resource *outer, const struct node **out)
{
	struct resource *in;
	struct node *node;
	enum err e;

	for (node = *bucket_of(c, source); node != NULL; node = node->chain)
		if (node->source == source) {
			*out = node;
			return ERR_OK;
		}
	if (json_type(source) != JSON_BOOL && json_type(source) != JSON_OBJECT)
		return compile_refuse(c, where, "a schema is an object or a boolean");
	in = refs_inside(&c->refs, source, outer);
	if ((e = compile_dialect(c, in)) != ERR_OK)
		return e;
	*out = node = add_node(c, source, in);
	if (json_type(source) == JSON_BOOL) {
		node->never = !json_bool(source);
		return ERR_OK;
	}
	return compile_rules(c, where, node, in);
}

/* Whether a schema comes back to itself without going into the value: no check of it
 * would end. Where a $dynamicRef may lead besides is left to the check's own limits. */
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
	for (size_t i = 0; i < node->count; i++) {
		const struct rule *rule = &node->rules[i];

		if (!rule->here)
			continue;
		for (size_t j = 0; j < (rule->dynamic ? 1 : rule->sub_count); j++)
			endless = endless || is_endless(rule->subs[j]);
		for (size_t j = 0; j < rule->part_count; j++)
			endless = endless || is_endless(rule->parts[j].sub);
	}
	node->cycle = 2;
	return endless;
}

/* NOLINTEND(misc-no-recursion) */

/* -- where a $dynamicRef may lead -- */

static bool
has_sub(const struct rule *rule, const struct json *source)
{
	for (size_t i = 0; i < rule->sub_count; i++)
		if (rule->subs[i]->source == source)
			return true;
	return false;
}

static enum err
add_sub(struct compiler *c, struct rule *rule, const struct anchor *a)
{
	size_t n = rule->sub_count;
	const struct node **subs = arena_alloc(c->mem, (n + 1) * sizeof(struct node *));
	enum err e = compile_node(c, &(struct where){0}, a->schema, a->in, &subs[n]);

	if (e != ERR_OK)
		return e;
	memcpy(subs, rule->subs, n * sizeof(struct node *));
	rule->subs = subs;
	rule->sub_count++;
	return ERR_OK;
}

/* Adds what is not there yet; *more: that may bring about others. */
static enum err
add_subs(struct compiler *c, const struct pending *p, bool *more)
{
	enum err e = ERR_OK;

	for (struct anchor *a = c->refs.anchors; e == ERR_OK && a != NULL; a = a->next)
		if (a->dynamic && a->in->entered && strcmp(a->name, p->anchor) == 0 &&
		    !has_sub(p->rule, a->schema)) {
			*more = true;
			e = add_sub(c, p->rule, a);
		}
	return e;
}

enum err
compile_document(struct compiler *c, struct resource *r, const struct node **out)
{
	enum err e = compile_node(c, &(struct where){0}, r->schema, r, out);
	bool more = e == ERR_OK;

	while (more) {
		more = false;
		for (struct pending *p = c->pending; e == ERR_OK && p != NULL;
		     p = p->next)
			e = add_subs(c, p, &more);
		more = more && e == ERR_OK;
	}
	for (const struct node *node = c->nodes; e == ERR_OK && node != c->checked;
	     node = node->next)
		if (is_endless(node))
			e = compile_refuse(c, &(struct where){0},
			    "a schema refers to itself without end");
	c->checked = c->nodes;
	return e;
}
