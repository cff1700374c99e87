/*
 * docs_parts.h - between the parts that make the reference page of the description
 * (openapi.h): docs_page.c the page, docs_operation.c what is said of an operation,
 * docs_schema.c of a schema, docs_prose.c of texts; private.
 *
 * All is written as JSON, the view that a template of templates/docs is rendered over.
 *
 * Owner:    docs_page().
 * Lifetime: of that call.
 * Threads:  one.
 * Failure:  sticky in the buffers.
 */
#ifndef TENANTD_CONTROLLERS_DOCS_PARTS_H
#define TENANTD_CONTROLLERS_DOCS_PARTS_H

#include "base/buf.h"
#include "json/json.h"

struct docs {
	const struct json *doc; /* the description, parsed */
	const char *prefix;     /* of every path, or "" */
};

struct docs_operation {
	const char *path, *method; /* "get" */
	const struct json *of;
};

/* What a value with "$ref" names, else the value itself. */
const struct json *docs_resolve(const struct docs *d, const struct json *v);

/* An object. mem: for what is thrown away afterwards. */
void docs_put_operation(const struct docs *d, const struct docs_operation *op,
    struct arena *mem, struct json_out *o);
/* A member "rows": the members of a schema's values, nested ones indented. */
void docs_put_rows(const struct docs *d, const struct json *schema, struct json_out *o);
/* "string", "list of objects", "one of a, b". */
void docs_put_type(const struct docs *d, const struct json *schema, struct buf *b);
/* What of a value's size and form it says, behind "; " where something is there. */
void docs_put_bounds(struct buf *b, const struct json *schema);

/* As HTML: paragraphs, **strong** and `code`. */
void docs_put_prose(struct buf *b, const char *text);
/* Indented JSON. */
void docs_put_pretty(struct buf *b, const struct json *v, unsigned depth);
/* A word of the shell that is this text. */
void docs_put_quoted(struct buf *b, const char *text);

#endif
