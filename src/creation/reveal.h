/*
 * reveal.h - what a creation keeps for whoever asked for it: shown once, sealed until
 * then.
 *
 * Owner:    the database; texts live in cx->mem, which is overwritten at its reset.
 * Lifetime: until it was shown, or for a day after the end.
 * Threads:  one.
 * Failure:  as db.h, and that of seal_open().
 */
#ifndef TENANTD_CREATION_REVEAL_H
#define TENANTD_CREATION_REVEAL_H

#include "creation/creation.h"

/* Inside a transaction: a JSON object, NULL: there is nothing, or it was shown.
 * `last`: it is not shown again. */
enum err creation_revealed(struct ctx *cx, struct creation_means *means,
    const char *operation_id, bool last, const struct json **out) MUST_CHECK;

#endif
