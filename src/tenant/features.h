/*
 * features.h - what a tenant has of the platform, in closed lists: features.def; and
 * whether a security policy goes with it.
 *
 * Owner:    the arena of the ctx.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  ERR_INVALID, told, with a fault for everything that is wrong at once, by
 *           pointers into the request.
 */
#ifndef TENANTD_TENANT_FEATURES_H
#define TENANTD_TENANT_FEATURES_H

#include "policy/own.h"
#include "json/json.h"

/*
 * What is asked for, as it is stored: an object of each group's list, in the order of
 * features.def. asked NULL: what is usual, as for each group that it does not name or
 * that is null. pointer: where the request has it, such as "/features".
 *
 * Whoever signs in does so by a password, a passkey, a link or another's word: a list
 * of ways without one of them, such as a second factor alone, is refused.
 */
enum err tenant_features_read(struct ctx *cx, const struct json *asked,
    const char *pointer, const struct json **out) MUST_CHECK;
/* The same over what a tenant has: a group that is not named stays. now: as stored. */
enum err tenant_features_change(struct ctx *cx, const struct json *now,
    const struct json *asked, const struct json **out) MUST_CHECK;

/*
 * A new tenant's own rules as they are stored, of a request in either notation, if they
 * go with those features. asked NULL: *out NULL. pointer: such as "/securityPolicy".
 */
enum err tenant_policy_read(struct ctx *cx, const struct json *asked,
    const char *pointer, const struct json *wanted, const struct json **out) MUST_CHECK;

#endif
