/*
 * holding.h - what the steps about things outside of PostgreSQL share: rows of the
 * ledger, of which each says whether there was nothing before it was begun.
 *
 * Owner, lifetime, threads, failure: as creation.h.
 */
#ifndef TENANTD_CREATION_HOLDING_H
#define TENANTD_CREATION_HOLDING_H

#include "creation/creation.h"

struct resource holding_new(const struct making *m, const char *kind);
/* {name: value}, and whether there was nothing. */
const char *holding_details(
    struct ctx *cx, const char *name, const char *value, bool absent);
/* What the operation at hand intended. */
enum err holding_find(struct ctx *cx, struct making *m, const char *kind,
    struct resource *out) MUST_CHECK;
/* Notes, in a transaction of its own, that there is nothing, and that it is begun. */
enum err holding_begin(struct ctx *cx, struct making *m, struct resource *r,
    const char *name, const char *value) MUST_CHECK;
/* Whether anything of it can have been made: else the outside is not asked. */
bool holding_may_be_there(struct ctx *cx, const struct resource *r);
/* What a look that failed with rc says: "down", and why; what is no failure of the
 * thing is returned. */
enum err holding_tell(
    struct ctx *cx, enum err rc, const char **health, const char **reason) MUST_CHECK;

#endif
