/*
 * openapi_parts.h - between the parts of the generator: openapi.c the document,
 * openapi_operation.c an operation, openapi_schema.c schemas; private.
 *
 * Owner:    openapi_write().
 * Lifetime: of that call; cx->mem.
 * Threads:  one.
 * Failure:  see openapi.h.
 */
#ifndef TENANTD_CONTROLLERS_OPENAPI_PARTS_H
#define TENANTD_CONTROLLERS_OPENAPI_PARTS_H

#include "controllers/openapi.h"
#include "controllers/replies.h"
#include "json/json.h"

struct openapi {
	struct ctx *cx;
	const struct openapi_source *from;
	struct json_out o;
};

enum { HTTP_STATUS_MOST = 599 };

void openapi_put_operation(struct openapi *w, const struct route *r);
/* A header among "headers", by reference. */
void openapi_put_header(struct openapi *w, const char *name, const char *component);

const char *openapi_request_schema(const struct openapi *w, enum schema_id id);
/* A schema, by reference. */
void openapi_put_request_ref(struct openapi *w, enum schema_id id);
void openapi_put_reply_ref(struct openapi *w, enum reply_schema id);
/* The first of its examples, or NULL. */
const struct json *openapi_example(struct openapi *w, const char *schema);
/* Members of components/schemas. */
enum err openapi_put_schemas(struct openapi *w) MUST_CHECK;

#endif
