/*
 * schema.h - JSON Schema, draft 2020-12 (json-schema.org): compiled once, then
 * asked without allocation on the good path.
 *
 * keywords.def lists the keywords; any other is refused while compiling. "format" is
 * asserted: uuid, email, date-time, uri, hostname, ipv4, ipv6. $ref stays inside the
 * document ($id, $anchor, JSON Pointer). "pattern" is ECMA-262's as far as PCRE2 goes.
 * "uniqueItems" compares each item with each: give such arrays a maxItems.
 *
 * "errorMessage", ours: a string, or an object of keyword and string, that replaces the
 * words of the faults of the keywords beside it. That of a property is also used when
 * the property is required and missing.
 *
 * Owner:    whoever compiled it (an arena of the process).
 * Lifetime: of that arena.
 * Threads:  one; checks change nothing in a schema.
 * Failure:  schema_compile() records ERR_CONFIG with the pointer of what is wrong, an
 *           unknown keyword of the vocabularies it supports included;
 *           schema_check() adds a fault to cx for everything that is wrong and
 *           returns ERR_INVALID; it tells ERR_TOO_LARGE after a million steps.
 */
#ifndef TENANTD_JSON_SCHEMA_H
#define TENANTD_JSON_SCHEMA_H

#include "base/str.h"
#include "json/json.h"

struct schema;

/* mem outlives the schema. text: the schema document; name: for messages. */
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
