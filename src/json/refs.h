/*
 * refs.h - what a $ref inside one schema document names; private to the compiler.
 *
 * Owner:    the arena given to refs_collect().
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  refs_find() says what is missing.
 */
#ifndef TENANTD_JSON_REFS_H
#define TENANTD_JSON_REFS_H

#include "json/rules.h"

/* A schema that has an $id (anchor NULL) or an $anchor. */
struct ref {
	struct ref *next;
	const char *uri, *anchor;
	const struct json *schema;
	const char *base; /* that applies outside of it */
};

struct refs {
	struct arena *mem;
	struct ref *list;
};

/* What the value of a keyword holds, see keywords.def. */
enum holds {
	HOLDS_VALUE,
	HOLDS_CHILD,
	HOLDS_LIST,
	HOLDS_MAP,
	HOLDS_HERE,
	HOLDS_HERE_LIST
};

enum holds keyword_holds(enum keyword kw);
const char *keyword_name(enum keyword kw);

/* The base URI inside `schema`, where `base` applies outside. */
const char *refs_base(struct arena *mem, const struct json *schema, const char *base);
/* Finds every resource and anchor of a document. */
void refs_collect(struct refs *refs, const struct json *root);
enum refs_found { REFS_FOUND, REFS_NOTHING, REFS_OTHER_DOCUMENT };

/* What ref names as seen from base, and the base that applies outside of it. */
enum refs_found refs_find(
    const struct refs *refs, const char *base, const char *ref, struct ref *found);

#endif
