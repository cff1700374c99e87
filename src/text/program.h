/*
 * program.h - a compiled template, between the compiler and the renderer; private.
 *
 * Owner:    the arena it was compiled into.
 * Lifetime: of that arena.
 * Threads:  any, read only.
 * Failure:  none.
 */
#ifndef TENANTD_TEXT_PROGRAM_H
#define TENANTD_TEXT_PROGRAM_H

#include "text/mustache.h"

enum node_kind {
	NODE_TEXT,
	NODE_VALUE,
	NODE_RAW, /* a value that is never escaped */
	NODE_SECTION,
	NODE_INVERTED,
	NODE_PARTIAL
};

struct node {
	struct node *next;
	struct node *body; /* of a section */
	struct slice text; /* of a text; what a partial's lines begin with */
	const char *name;  /* NUL after each part: "a\0b\0" is a.b */
	unsigned parts;    /* 0: the name ".", what the context is itself */
	enum node_kind kind;
	bool starts_line;
};

struct mustache {
	struct node *body;
};

#endif
