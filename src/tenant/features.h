/*
 * features.h - what a tenant has of what there is: closed lists.
 *
 * Owner:    nobody; values live in cx->mem.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  ERR_INVALID, told, with a fault for each that there is not.
 */
#ifndef TENANTD_TENANT_FEATURES_H
#define TENANTD_TENANT_FEATURES_H

#include "base/ctx.h"
#include "json/json.h"

/* asked NULL: what is usual. pointer: where the request has it. *out: an object of
 * auth, storage and email, each a list. */
enum err tenant_features_read(struct ctx *cx, const struct json *asked,
    const char *pointer, const struct json **out) MUST_CHECK;

#endif
