/* refs.c - see refs.h. */
#include "json/refs.h"

#include <string.h>

#include "base/str.h"
#include "json/uri.h"

static const struct {
	const char *name;
	enum vocabulary vocabulary;
	enum holds holds;
} keywords[] = {
#define RULE(sym, name, vocabulary, holds, compile, check)                             \
	[KW_##sym] = {name, VOCABULARY_##vocabulary, HOLDS_##holds},
#define NOTE(sym, name, vocabulary, holds)                                             \
	[KW_##sym] = {name, VOCABULARY_##vocabulary, HOLDS_##holds},
#include "json/keywords.def"
#undef RULE
#undef NOTE
};

enum holds
keyword_holds(enum keyword kw)
{
	return keywords[kw].holds;
}

enum vocabulary
keyword_vocabulary(enum keyword kw)
{
	return keywords[kw].vocabulary;
}

const char *
keyword_name(enum keyword kw)
{
	return keywords[kw].name;
}

/* -- what there is -- */

static struct resource *
find_resource(const struct refs *refs, const char *uri)
{
	for (struct resource *r = refs->resources; r != NULL; r = r->next)
		if (strcmp(r->uri, uri) == 0)
			return r;
	return NULL;
}

static struct resource *
find_named(const struct refs *refs, const char *document)
{
	for (struct resource *r = refs->resources; r != NULL; r = r->next)
		if (r->outer == NULL && strcmp(r->document, document) == 0)
			return r;
	return NULL;
}

struct resource *
refs_document(const struct refs *refs, const char *uri)
{
	struct resource *r = find_resource(refs, uri);

	return r != NULL ? r : find_named(refs, uri);
}

struct resource *
refs_inside(const struct refs *refs, const struct json *schema, struct resource *outer)
{
	if (json_get_text(schema, "$id") == NULL)
		return outer;
	for (struct resource *r = refs->resources; r != NULL; r = r->next)
		if (r->schema == schema)
			return r;
	return outer;
}

struct collect {
	struct refs *refs;
	struct resource *in;
	const char *taken; /* a URI that is there twice */
};

static struct resource *
add_resource(struct collect *c, const char *document, const struct json *schema)
{
	struct resource *r = arena_alloc(c->refs->mem, sizeof(*r));
	const char *id = json_get_text(schema, "$id");

	r->document = document;
	r->schema = schema;
	r->outer = c->in;
	r->uri = id == NULL
	    ? document
	    : uri_resolve(c->refs->mem, c->in == NULL ? document : c->in->uri, id);
	if (find_resource(c->refs, r->uri) != NULL)
		c->taken = r->uri;
	r->next = c->refs->resources;
	c->refs->resources = r;
	return r;
}

static void
add_anchor(struct collect *c, const struct json *schema, const char *keyword)
{
	const char *name = json_get_text(schema, keyword);
	bool dynamic = keyword[1] == 'd';
	struct anchor *a;

	if (name == NULL)
		return;
	a = arena_alloc(c->refs->mem, sizeof(*a));
	*a = (struct anchor){c->refs->anchors, name, c->in, schema, dynamic};
	c->refs->anchors = a;
	c->in->dynamic |= dynamic;
}

static void collect(struct collect *c, const struct json *schema);

static bool
collect_member(const char *name, const struct json *value, void *arg)
{
	(void)name;
	collect(arg, value);
	return true;
}

static void
/* NOLINTNEXTLINE(misc-no-recursion): as deep as a document may be */
collect_held(struct collect *c, enum holds holds, const struct json *v)
{
	switch (holds) {
	case HOLDS_VALUE:
		break;
	case HOLDS_CHILD:
	case HOLDS_HERE:
		collect(c, v);
		break;
	case HOLDS_LIST:
	case HOLDS_HERE_LIST:
		for (size_t i = 0; i < json_count(v); i++)
			collect(c, json_item(v, i));
		break;
	case HOLDS_MAP:
	case HOLDS_HERE_MAP:
		json_each(v, collect_member, c);
		break;
	}
}

static void
/* NOLINTNEXTLINE(misc-no-recursion): as deep as a document may be */
collect(struct collect *c, const struct json *schema)
{
	struct resource *outer = c->in;

	if (json_type(schema) != JSON_OBJECT)
		return;
	if (schema != outer->schema && json_get_text(schema, "$id") != NULL)
		c->in = add_resource(c, outer->document, schema);
	add_anchor(c, schema, "$anchor");
	add_anchor(c, schema, "$dynamicAnchor");
	for (unsigned kw = 0; kw < KW_COUNT; kw++)
		collect_held(
		    c, keywords[kw].holds, json_get(schema, keywords[kw].name));
	c->in = outer;
}

const char *
refs_add(struct refs *refs, const char *document, const struct json *root)
{
	struct collect c = {refs, NULL, NULL};

	if (refs_document(refs, document) != NULL)
		return document;
	c.in = add_resource(&c, document, root);
	collect(&c, root);
	return c.taken;
}

/* -- what is asked for -- */

static const char *
percent_decoded(struct arena *mem, const char *s)
{
	char *out = arena_strdup(mem, s), *to = out;

	while (*s != '\0') {
		int high = *s == '%' ? str_hex_digit(s[1]) : -1;
		int low = high < 0 ? -1 : str_hex_digit(s[2]);

		if (low >= 0) {
			*to++ = (char)(high * 16 + low);
			s += 3;
		} else
			*to++ = *s++;
	}
	*to = '\0';
	return out;
}

/* A reference token of a JSON Pointer, unescaped. */
static const char *
token(struct arena *mem, struct slice s)
{
	char *out = slice_dup(mem, s), *to = out;

	for (const char *p = out; *p != '\0'; p++) {
		if (*p != '~')
			*to++ = *p;
		else if (p[1] == '0' || p[1] == '1')
			*to++ = *++p == '0' ? '~' : '/';
	}
	*to = '\0';
	return out;
}

/* Follows a JSON Pointer from *at. */
static bool
follow(const struct refs *refs, const char *pointer, struct ref *at)
{
	while (*pointer == '/') {
		size_t n = strcspn(++pointer, "/");
		const char *name = token(refs->mem, (struct slice){pointer, n});
		int64_t index;

		at->in = refs_inside(refs, at->schema, at->in);
		if (json_has(at->schema, name))
			at->schema = json_get(at->schema, name);
		else if (str_to_i64(slice_of(name), 0, INT32_MAX, &index) &&
		    (size_t)index < json_count(at->schema))
			at->schema = json_item(at->schema, (size_t)index);
		else
			return false;
		pointer += n;
	}
	return *pointer == '\0';
}

static bool
follow_anchor(const struct refs *refs, const char *name, struct ref *at)
{
	const struct anchor *found = NULL;

	/* Of two of one name in a resource the one that may be dynamic counts. */
	for (const struct anchor *a = refs->anchors; a != NULL; a = a->next)
		if (a->in == at->in && strcmp(a->name, name) == 0 &&
		    (found == NULL || a->dynamic))
			found = a;
	if (found == NULL)
		return false;
	at->schema = found->schema;
	at->dynamic = found->dynamic ? found->name : NULL;
	return true;
}

/* The resource a reference names without its fragment. A document is found by its
 * file's name, too, whatever the base is that an $id gives. */
static struct resource *
target(const struct refs *refs, const struct resource *from, const char *ref)
{
	struct resource *r =
	    refs_document(refs, uri_resolve(refs->mem, from->uri, ref));

	if (r != NULL)
		return r;
	return find_named(
	    refs, slice_dup(refs->mem, (struct slice){ref, strcspn(ref, "#")}));
}

enum refs_found
refs_find(const struct refs *refs, const struct resource *from, const char *ref,
    struct ref *found)
{
	struct resource *r = target(refs, from, ref);
	const char *fragment = strchr(ref, '#');

	if (r == NULL)
		return REFS_NO_DOCUMENT;
	*found = (struct ref){r->schema, r, NULL};
	fragment = fragment == NULL ? "" : percent_decoded(refs->mem, fragment + 1);
	return (*fragment == '\0' || *fragment == '/'
		       ? follow(refs, fragment, found)
		       : follow_anchor(refs, fragment, found))
	    ? REFS_FOUND
	    : REFS_NOTHING;
}
