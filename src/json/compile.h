/*
 * compile.h - between the two halves of the schema compiler: schema_compile.c knows how
 * schemas lie in schemas, schema_rules.c what each keyword asks for; private.
 *
 * Owner:    schema_compile(), for one document.
 * Lifetime: of that call; what is made lives in compiler.mem.
 * Threads:  one.
 * Failure:  ERR_CONFIG with the place, by compile_refuse().
 */
#ifndef TENANTD_JSON_COMPILE_H
#define TENANTD_JSON_COMPILE_H

#include "json/refs.h"

struct compiler {
	struct ctx *cx;
	struct arena *mem;
	const char *name;
	struct refs refs;
	struct node *nodes;
};

/* A keyword in a schema. */
struct at {
	struct where where;
	const struct json *schema, *value;
	const char *base;
	const struct node *node; /* its rules so far */
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
/* The node of `source`, compiled once; base: the URI that applies outside of it. */
enum err compile_node(struct compiler *c, const struct where *where,
    const struct json *source, const char *base, const struct node **out) MUST_CHECK;
/* Fills in what the keyword asks for; its subs and parts are there already. */
enum err compile_rule(
    struct compiler *c, const struct at *at, struct rule *rule) MUST_CHECK;
/* Whether a keyword is checked at all, or refused until it is. */
bool keyword_is_rule(enum keyword kw);
bool keyword_is_later(enum keyword kw);

#endif
