/*
 * schema.h - JSON Schema, draft 2020-12 (json-schema.org): compiled once, then
 * asked without allocation on the good path.
 *
 * Owner:    whoever compiled it (an arena of the process).
 * Lifetime: of that arena.
 * Threads:  one; checks change nothing in a schema.
 * Failure:  schema_compile() records ERR_CONFIG with the pointer of what is wrong, an
 *           unknown keyword of the vocabularies it supports included;
 *           schema_check() adds a fault to cx for everything that is wrong and
 *           returns ERR_INVALID.
 */
#ifndef TENANTD_JSON_SCHEMA_H
#define TENANTD_JSON_SCHEMA_H

#include "json/json.h"

struct schema;

/* mem outlives the schema. text: the schema document; name: for messages. */
enum err schema_compile(struct ctx *cx, struct arena *mem, const char *name,
    const char *text, size_t n, const struct schema **out) MUST_CHECK;
enum err schema_check(
    struct ctx *cx, const struct schema *s, const struct json *value) MUST_CHECK;

#endif
