/*
 * refs.h - what a $ref in a set of schema documents names; private to the compiler.
 *
 * Owner:    the arena given in refs.mem.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  refs_add() says which name is taken, refs_find() what is missing.
 */
#ifndef TENANTD_JSON_REFS_H
#define TENANTD_JSON_REFS_H

#include "json/rules.h"

/* A schema resource: a document, or a schema in one that has an $id of its own. */
struct resource {
	struct resource *next;
	const char *uri;      /* the base of the references in it */
	const char *document; /* the name its document was given */
	const struct json *schema;
	struct resource *outer; /* around it; NULL: it is the document */
	unsigned vocabularies;  /* bits 1 << enum vocabulary; 0: not looked up yet */
	bool dynamic;           /* it has a $dynamicAnchor */
	bool entered;           /* a schema of it was compiled */
};

/* $anchor and $dynamicAnchor. */
struct anchor {
	struct anchor *next;
	const char *name;
	struct resource *in;
	const struct json *schema;
	bool dynamic;
};

struct refs {
	struct arena *mem;
	struct resource *resources;
	struct anchor *anchors;
};

/* What a reference names: a schema, and the resource around it or that it is. */
struct ref {
	const struct json *schema;
	struct resource *in;
	const char *dynamic; /* the $dynamicAnchor it was named by, or NULL */
};

/* What the value of a keyword holds, see keywords.def. */
enum holds {
	HOLDS_VALUE,
	HOLDS_CHILD,
	HOLDS_LIST,
	HOLDS_MAP,
	HOLDS_HERE,
	HOLDS_HERE_LIST,
	HOLDS_HERE_MAP
};

enum vocabulary {
	VOCABULARY_OURS,
	VOCABULARY_CORE,
	VOCABULARY_APPLICATOR,
	VOCABULARY_UNEVALUATED,
	VOCABULARY_VALIDATION,
	VOCABULARY_META_DATA,
	VOCABULARY_FORMAT,
	VOCABULARY_CONTENT,
	VOCABULARY_COUNT
};

enum holds keyword_holds(enum keyword kw);
enum vocabulary keyword_vocabulary(enum keyword kw);
const char *keyword_name(enum keyword kw);

/* Adds a document with every resource and anchor in it; NULL, or the URI that another
 * resource of the set has already. */
const char *refs_add(
    struct refs *refs, const char *document, const struct json *root) MUST_CHECK;
/* The document of that name or $id, or NULL. */
struct resource *refs_document(const struct refs *refs, const char *uri);
/* The resource that a schema is in, where `outer` is around it. */
struct resource *refs_inside(
    const struct refs *refs, const struct json *schema, struct resource *outer);

enum refs_found { REFS_FOUND, REFS_NOTHING, REFS_NO_DOCUMENT };

/* What ref names as seen from inside a resource. */
enum refs_found refs_find(const struct refs *refs, const struct resource *from,
    const char *ref, struct ref *found);

#endif
