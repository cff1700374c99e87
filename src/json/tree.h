/*
 * tree.h - json-c behind the opaque name; for json.c and parse.c alone.
 *
 * Owner:    see json.h.
 * Lifetime: see json.h.
 * Threads:  one.
 * Failure:  none.
 */
#ifndef TENANTD_JSON_TREE_H
#define TENANTD_JSON_TREE_H

#include "json/json.h"

/* json-c has types of these names, too. */
#define json_type json_c_type
#define json_bool json_c_bool
#include <json-c/json.h>
#undef json_type
#undef json_bool

static inline struct json_object *
tree_of(const struct json *v)
{
	return (struct json_object *)(uintptr_t)v; /* json-c's getters take no const */
}

static inline const struct json *
tree_value(struct json_object *o)
{
	return (const struct json *)o;
}

#endif
