/*
 * merge.h - JSON Merge Patch (RFC 7396).
 *
 * Owner:    the arena of the ctx.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as json_parse(), of what has become too large.
 */
#ifndef TENANTD_JSON_MERGE_H
#define TENANTD_JSON_MERGE_H

#include "json/json.h"

/* What target becomes by patch: members that the patch has as null are gone, objects
 * are merged, everything else is replaced. */
enum err json_merge(struct ctx *cx, const struct json *target, const struct json *patch,
    const struct json **out) MUST_CHECK;

#endif
