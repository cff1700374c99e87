/* schema_bundle.c - the documents of a set, and the dialect of each; see schema.h. */
#include <string.h>

#include "json/compile.h"

enum { DOCUMENT_DEPTH = 256, VOCABULARIES_ALL = (1 << VOCABULARY_COUNT) - 1 };

static const char dialect[] = "https://json-schema.org/draft/2020-12/schema";

struct schema_bundle {
	struct compiler c;
	bool failed;
};

/* -- dialects -- */

static const struct {
	const char *uri;
	enum vocabulary vocabulary;
} vocabularies[] = {
#define URI(name) "https://json-schema.org/draft/2020-12/vocab/" name
    {URI("core"), VOCABULARY_CORE},
    {URI("applicator"), VOCABULARY_APPLICATOR},
    {URI("unevaluated"), VOCABULARY_UNEVALUATED},
    {URI("validation"), VOCABULARY_VALIDATION},
    {URI("meta-data"), VOCABULARY_META_DATA},
    {URI("format-annotation"), VOCABULARY_FORMAT},
    {URI("format-assertion"), VOCABULARY_FORMAT},
    {URI("content"), VOCABULARY_CONTENT},
#undef URI
};

struct reading {
	unsigned found;
	const char *unknown; /* one that is required and that we have not */
};

static bool
read_vocabulary(const char *uri, const struct json *required, void *arg)
{
	struct reading *q = arg;

	for (size_t i = 0; i < COUNT_OF(vocabularies); i++)
		if (strcmp(vocabularies[i].uri, uri) == 0) {
			q->found |= 1u << vocabularies[i].vocabulary;
			return true;
		}
	if (json_bool(required))
		q->unknown = uri;
	return q->unknown == NULL;
}

static enum err
read_dialect(struct compiler *c, struct resource *r, const char *name)
{
	const struct resource *meta = refs_document(&c->refs, name);
	const struct json *list =
	    json_get(meta == NULL ? NULL : meta->schema, "$vocabulary");
	struct reading q = {1u << VOCABULARY_OURS | 1u << VOCABULARY_CORE, NULL};
	const char *its = meta == NULL ? NULL : json_get_text(meta->schema, "$schema");

	if (meta == NULL || its == NULL || strcmp(its, dialect) != 0)
		return compile_refuse(
		    c, &(struct where){0}, "dialect \"%s\" is not supported", name);
	json_each(list, read_vocabulary, &q);
	if (q.unknown != NULL)
		return compile_refuse(c, &(struct where){0},
		    "vocabulary \"%s\" is not supported", q.unknown);
	r->vocabularies = list == NULL ? (unsigned)VOCABULARIES_ALL : q.found;
	return ERR_OK;
}

enum err
compile_dialect(struct compiler *c, struct resource *r)
{
	struct resource *said = r; /* by itself or by what is around it */
	const char *name;

	if (r->vocabularies != 0)
		return ERR_OK;
	while (said->outer != NULL && json_get_text(said->schema, "$schema") == NULL)
		said = said->outer;
	name = json_get_text(said->schema, "$schema");
	if (name != NULL && strcmp(name, dialect) != 0)
		return read_dialect(c, r, name);
	r->vocabularies = VOCABULARIES_ALL;
	return ERR_OK;
}

/* -- documents -- */

struct schema_bundle *
schema_bundle_new(struct arena *mem)
{
	struct schema_bundle *b = arena_alloc(mem, sizeof(*b));

	b->c.mem = b->c.refs.mem = mem;
	return b;
}

enum err
schema_bundle_add(
    struct ctx *cx, struct schema_bundle *b, const char *name, struct slice text)
{
	const struct json *root;
	const char *taken;
	struct ctx inner;

	ctx_init(&inner, b->c.mem);
	if (json_parse(&inner, text.p, text.n, DOCUMENT_DEPTH, &root) != ERR_OK)
		return err_set(
		    &cx->err, ERR_CONFIG, "schema %s: %s", name, inner.err.message);
	taken = refs_add(&b->c.refs, arena_strdup(b->c.mem, name), root);
	if (taken != NULL)
		return err_set(&cx->err, ERR_CONFIG,
		    "schema %s: there is another \"%s\"", name, taken);
	return ERR_OK;
}

/* Where the names of members are looked for: every node once, however many ways lead to
 * it. */
static void
/* NOLINTNEXTLINE(misc-no-recursion): once a node */
add_namings(struct compiler *c, struct schema *s, const struct node *const_node)
{
	struct node *node = (struct node *)(uintptr_t)const_node;
	bool names = false;
	struct naming *n;

	if (node->named_for == s)
		return;
	node->named_for = s;
	for (size_t i = 0; i < node->count; i++) {
		const struct rule *rule = &node->rules[i];

		names |= rule->kw == KW_PROPERTIES || rule->kw == KW_PATTERN_PROPERTIES;
		if (rule->kw != KW_REF && rule->kw != KW_ALL_OF)
			continue;
		for (size_t k = 0; k < rule->sub_count; k++)
			add_namings(c, s, rule->subs[k]);
	}
	if (!names)
		return;
	n = arena_alloc(c->mem, sizeof(*n));
	*n = (struct naming){s->namings, node};
	s->namings = n;
}

enum err
schema_bundle_compile(struct ctx *cx, struct schema_bundle *b, const char *name,
    const struct schema **out)
{
	struct resource *r = refs_document(&b->c.refs, name);
	struct schema *s;

	*out = NULL;
	if (r == NULL || b->failed)
		return err_set(&cx->err, ERR_CONFIG, "schema %s: %s", name,
		    r == NULL ? "there is no such document"
			      : "another of the set is wrong");
	s = arena_alloc(b->c.mem, sizeof(*s));
	s->name = b->c.name = r->document;
	b->c.cx = cx;
	b->failed = true;
	if (compile_document(&b->c, r, &s->root) != ERR_OK)
		return ERR_CONFIG;
	b->failed = false;
	add_namings(&b->c, s, s->root);
	*out = s;
	return ERR_OK;
}

enum err
schema_compile(struct ctx *cx, struct arena *mem, const char *name, struct slice text,
    const struct schema **out)
{
	struct schema_bundle *b = schema_bundle_new(mem);

	*out = NULL;
	if (schema_bundle_add(cx, b, name, text) != ERR_OK)
		return ERR_CONFIG;
	return schema_bundle_compile(cx, b, name, out);
}
