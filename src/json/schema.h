/*
 * schema.h - JSON Schema, draft 2020-12 (json-schema.org): compiled once, then
 * asked without allocation on the good path.
 *
 * keywords.def lists the keywords: all of the draft's; any other is refused while
 * compiling. "format" is asserted: format.c lists the names, any other is refused, too.
 * "pattern" is ECMA-262's as far as PCRE2 goes. $schema names the draft, or a document
 * of the same set whose $vocabulary says which keywords hold.
 *
 * A bundle is a set of documents that refer to each other: by $id, $anchor,
 * $dynamicAnchor, JSON Pointer, and by the name a document was added with, which is a
 * relative reference such as "partner.json". Nothing is read or fetched from elsewhere.
 *
 * "errorMessage", ours: a string, or an object of keyword and string, that replaces the
 * words of the faults of the keywords beside it. That of a property is also used when
 * the property is required and missing.
 *
 * What a check costs: it ends after a million steps, about as many schemas that meet a
 * value. A match of a pattern is at least 20 steps and as many as its text is long, one
 * that turns back a lot 5,000, and one that turns back more than 100,000 times is given
 * up: a fault of "pattern", and the end of the check where it is asked whether it fits.
 * No text of more than 190,000 bytes is matched. "uniqueItems" is linear; it allocates,
 * and frees again, for more than 64 items, and "regex" for its text. The branches of
 * anyOf, oneOf and if beside unevaluatedProperties and unevaluatedItems are checked
 * twice.
 *
 * Owner:    whoever compiled it (an arena of the process).
 * Lifetime: of that arena.
 * Threads:  one; checks change nothing in a schema.
 * Failure:  adding and compiling record ERR_CONFIG with the pointer of what is wrong;
 *           schema_check() adds a fault to cx for everything that is wrong and
 *           returns ERR_INVALID; it tells ERR_TOO_LARGE when no step is left.
 */
#ifndef TENANTD_JSON_SCHEMA_H
#define TENANTD_JSON_SCHEMA_H

#include "base/str.h"
#include "json/json.h"

struct schema;

struct schema_bundle;

/* mem outlives the bundle and its schemas. */
struct schema_bundle *schema_bundle_new(struct arena *mem) RETURNS_NONNULL;
/* name: unique in the set, by which others may refer to it. Add all, then compile. */
enum err schema_bundle_add(struct ctx *cx, struct schema_bundle *b, const char *name,
    struct slice text) MUST_CHECK;
/* The schema of a document by its name or $id; those it refers to are compiled with it.
 * When one is wrong, so is the set: it compiles nothing more. */
enum err schema_bundle_compile(struct ctx *cx, struct schema_bundle *b,
    const char *name, const struct schema **out) MUST_CHECK;
/* A set of one document. mem outlives the schema. */
enum err schema_compile(struct ctx *cx, struct arena *mem, const char *name,
    struct slice text, const struct schema **out) MUST_CHECK;
/* Whether a schema says something of a member of that name at its top: by properties
 * or patternProperties, its own or through $ref and allOf. */
bool schema_has_property(const struct schema *s, const char *name);
/*
 * A fault's pointer is that of the value the keyword is about; of a missing or an
 * unknown member and of a bad name, the member's own. anyOf, oneOf, not and
 * propertyNames are one fault each. Numbers are compared exactly.
 */
enum err schema_check(
    struct ctx *cx, const struct schema *s, const struct json *value) MUST_CHECK;

#endif
