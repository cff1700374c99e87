/*
 * extension.h - whether an operator's schema makes sense beside the program's; private
 * to schemas.c.
 *
 * Owner:    the caller.
 * Lifetime: of the call.
 * Threads:  one.
 * Failure:  faults of cx, the path and the place in the file first.
 */
#ifndef TENANTD_CONTROLLERS_EXTENSION_H
#define TENANTD_CONTROLLERS_EXTENSION_H

#include "controllers/schemas.h"

struct extension {
	enum schema_id id;
	const char *path;              /* of the file */
	const struct json *base, *own; /* documents, both objects */
	const struct schema *base_schema, *own_schema;
};

/* A fault of the file at a JSON Pointer in it. */
void extension_fault(struct ctx *cx, const struct extension *x, const char *pointer,
    const char *fmt, ...) PRINTF_LIKE(4, 5);
/* What no request could ever fit, and members that have another meaning already. */
void extension_check(struct ctx *cx, const struct extension *x);
/* Both as one document. */
const char *extension_join(struct arena *mem, const struct extension *x);

#endif
