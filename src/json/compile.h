/*
 * compile.h - between the parts of the schema compiler: schema_bundle.c has the
 * documents, schema_compile.c knows how schemas lie in schemas, schema_rules.c and
 * schema_subs.c what each keyword asks for; private.
 *
 * Owner:    a schema_bundle.
 * Lifetime: of it; what is made lives in refs.mem.
 * Threads:  one.
 * Failure:  ERR_CONFIG with the place, by compile_refuse().
 */
#ifndef TENANTD_JSON_COMPILE_H
#define TENANTD_JSON_COMPILE_H

#include "json/refs.h"

enum { NODE_BUCKETS = 256 };

/* A $dynamicRef, while it is not known yet where it may lead. */
struct pending {
	struct pending *next;
	struct rule *rule;
	const char *anchor;
};

struct compiler {
	struct ctx *cx;
	struct arena *mem;
	const char *name; /* of the document that is being compiled */
	struct refs refs;
	struct node *nodes, *buckets[NODE_BUCKETS]; /* the latest first */
	struct pending *pending;
	const struct node *checked; /* it and all before it were found to end */
};

/* A keyword in a schema. */
struct at {
	struct where where;
	const struct json *schema, *value;
	struct resource *in;
	struct node *node; /* its rules so far */
};

/* What json_each() carries over the members of a keyword's value. */
struct each {
	struct compiler *c;
	const struct at *at;
	struct rule *rule;
	enum err e;
};

enum err compile_refuse(struct compiler *c, const struct where *where, const char *fmt,
    ...) PRINTF_LIKE(3, 4);
/* Looks up which vocabularies hold in a resource: those of its $schema. */
enum err compile_dialect(struct compiler *c, struct resource *r) MUST_CHECK;
/* The node of `source`, compiled once; outer: the resource around it. */
enum err compile_node(struct compiler *c, const struct where *where,
    const struct json *source, struct resource *outer,
    const struct node **out) MUST_CHECK;
/* All that a document asks for; afterwards it is known to end. */
enum err compile_document(
    struct compiler *c, struct resource *r, const struct node **out) MUST_CHECK;
/* Fills in what the keyword asks for; its subs and parts are there already. */
enum err compile_rule(
    struct compiler *c, const struct at *at, struct rule *rule) MUST_CHECK;
/* Whether a keyword is checked at all. */
bool keyword_is_rule(enum keyword kw);

typedef enum err compile_fn(struct compiler *c, const struct at *at, struct rule *rule);

/* fmt: one of ours, with one %s. */
void compile_say(
    struct compiler *c, struct rule *rule, const char *fmt, const char *value);
/* What a schema's errorMessage says of a keyword's fault, or NULL. */
const char *compile_own_message(const struct json *schema, enum keyword kw);
/* "3 items", "1 item" */
const char *compile_counted(struct compiler *c, size_t n, const char *noun);
/* A whole number that is not negative. */
bool compile_read_count(const struct json *value, size_t *out);
enum err compile_regex(struct compiler *c, const struct where *where, const char *text,
    const struct pattern **out) MUST_CHECK;

/* -- of keywords that hold schemas: schema_subs.c -- */
compile_fn compile_subs_only, compile_items, compile_contains, compile_count,
    compile_required, compile_dependent, compile_properties, compile_patterns,
    compile_additional, compile_unevaluated, compile_ref, compile_dynamic_ref,
    compile_if;

#endif
