/*
 * mustache.h - Mustache templates (the specification's interpolation, sections,
 * inverted, partials, comments and delimiters): compiled once, then rendered over JSON.
 *
 * False are null, what is missing, false, 0, "" and []. A number prints as it was
 * written, true and false as these words; null, lists and objects print nothing. A
 * partial that is not there is empty. Neither lambdas nor inheritance nor dynamic
 * names.
 *
 * A template may come from anybody: its size, its nesting, the depth, steps and output
 * of a rendering have limits, and a view gives away no more than it holds.
 *
 * Owner:    the arena it was compiled into.
 * Lifetime: of that arena; the text is copied.
 * Threads:  one; renderings change nothing in a template.
 * Failure:  ERR_INVALID, told with the line and what is wrong there, or with the limit
 * that a rendering came to; what was rendered by then stays in the buffer.
 */
#ifndef TENANTD_TEXT_MUSTACHE_H
#define TENANTD_TEXT_MUSTACHE_H

#include "base/buf.h"
#include "base/str.h"
#include "json/json.h"

struct mustache;

enum {
	MUSTACHE_TEXT_MAX = 256 * 1024, /* bytes of a template */
	MUSTACHE_NESTING_MAX = 32,      /* sections in each other in one template */
	MUSTACHE_DEPTH_MAX = 64,        /* the same and partials while rendering */
	MUSTACHE_STEPS_MAX = 200000, /* tags, texts and items that a rendering visits */
	MUSTACHE_VIEWS = 3,
	MUSTACHE_INDENT_MAX = 256 /* bytes before a line, of all partials it is in */
};

enum mustache_escape {
	MUSTACHE_HTML, /* & < > " ' of {{x}} are references, of {{{x}}} and {{&x}} not
			*/
	MUSTACHE_PLAIN /* nothing is escaped: for what is no HTML */
};

/* The template of that name, or NULL. */
typedef const struct mustache *mustache_find_fn(void *arg, const char *name);

/* How one rendering is done. */
struct mustache_use {
	const struct json *views[MUSTACHE_VIEWS]; /* a name is looked for in the first,
						   * then in the next */
	enum mustache_escape escape;
	mustache_find_fn *find; /* partials; NULL: there are none */
	void *arg;
};

enum err mustache_compile(struct ctx *cx, struct arena *mem, struct slice text,
    const struct mustache **out) MUST_CHECK;
/* Appends to `out`, whose limit is that of the output. */
enum err mustache_render(struct ctx *cx, const struct mustache *m,
    const struct mustache_use *use, struct buf *out) MUST_CHECK;

#endif
