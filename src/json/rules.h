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
#define RULE(sym, name, vocabulary, holds, compile, check) KW_##sym,
#define NOTE(sym, name, vocabulary, holds)                 KW_##sym,
#include "json/keywords.def"
#undef RULE
#undef NOTE
	KW_COUNT
};

/* A named part of a rule: a property, a pattern, a required member, minContains. */
struct part {
	const char *name;
	const char *given;             /* required only beside this member, or NULL */
	const char *message;           /* when it is missing, or broken */
	const struct pattern *pattern; /* of patternProperties */
	const struct node *sub;
};

struct rule {
	enum keyword kw;
	const char *name;    /* of the keyword */
	const char *message; /* of its fault */
	bool here;           /* subs and parts check the value itself, not one inside */
	bool dynamic;        /* $dynamicRef: subs[0], or one of those that follow */
	unsigned types;      /* bit 1 << enum json_type; TYPE_INTEGER */
	size_t limit, most;
	const struct json *value;  /* enum, const, "properties" beside */
	const struct rule *beside; /* patternProperties */
	const struct node *node;   /* unevaluated…: the one it is of */
	struct decimal number;
	const struct pattern *pattern;
	const struct format *format;
	const struct node **subs;
	size_t sub_count;
	struct part *parts;
	size_t part_count;
};

enum { TYPE_INTEGER = 1 << 7 };

struct resource; /* see refs.h */

struct node {
	struct node *next, *chain; /* of all nodes, of those of one bucket */
	const struct json *source;
	const struct resource *resource; /* it is in, when that has dynamic anchors */
	bool never;                      /* the schema false */
	bool evaluates; /* its own rules are about the members or items of a value */
	unsigned char cycle; /* while looking for one: 1 on the path, 2 done */
	const struct schema
	    *named_for; /* the last whose namings it was looked at for */
	struct rule *rules;
	size_t count;
};

/* A node that names members of the value that its schema is about. */
struct naming {
	const struct naming *next;
	const struct node *node;
};

struct schema {
	const char *name;
	const struct node *root;
	const struct naming *namings; /* root and what it leads to, each once */
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
