/*
 * rules.h - a compiled schema, between the compiler and the checker; private.
 *
 * Owner:    the arena it was compiled into.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  none.
 */
#ifndef TENANTD_JSON_RULES_H
#define TENANTD_JSON_RULES_H

#include "json/decimal.h"
#include "json/format.h"
#include "json/pattern.h"
#include "json/schema.h"

enum keyword {
#define RULE(sym, name, holds, compile, check) KW_##sym,
#define NOTE(sym, name, holds)                 KW_##sym,
#define LATER(sym, name, holds)                KW_##sym,
#include "json/keywords.def"
#undef RULE
#undef NOTE
#undef LATER
	KW_COUNT
};

/* A named part of a rule: a property, a pattern, a required member. */
struct part {
	const char *name;
	const char *given;             /* required only beside this member, or NULL */
	const char *message;           /* when it is missing */
	const struct pattern *pattern; /* of patternProperties */
	const struct node *sub;
};

struct rule {
	enum keyword kw;
	const char *name;    /* of the keyword */
	const char *message; /* of its fault */
	bool here;           /* subs check the value itself, not one inside */
	unsigned types;      /* bit 1 << enum json_type; TYPE_INTEGER */
	size_t limit;
	const struct json *value;  /* enum, const, "properties" beside */
	const struct rule *beside; /* patternProperties */
	struct decimal number;
	const struct pattern *pattern;
	const struct format *format;
	const struct node **subs;
	size_t sub_count;
	struct part *parts;
	size_t part_count;
};

enum { TYPE_INTEGER = 1 << 7 };

struct node {
	struct node *next; /* of all nodes */
	const struct json *source;
	bool never;          /* the schema false */
	unsigned char cycle; /* while looking for one: 1 on the path, 2 done */
	struct rule *rules;
	size_t count;
};

struct schema {
	const char *name;
	const struct node *root;
};

/* Where in a document, innermost first; lives on the stack. */
struct where {
	const struct where *up;
	const char *name; /* NULL: the item `index` */
	size_t index;
};

enum { POINTER_SIZE = 512 };

/* The JSON Pointer (RFC 6901); past POINTER_SIZE that of an ancestor that fits. */
const char *where_text(const struct where *at, char out[static POINTER_SIZE]);

#endif
