/*
 * plan.h - what is to be made, as it is asked for and as operations.request has it.
 *
 * Owner:    the caller; texts live in cx->mem, or in what they were read from.
 * Lifetime: of these.
 * Threads:  one.
 * Failure:  ERR_INVALID, told, with a fault for each thing that is wrong.
 */
#ifndef TENANTD_CREATION_PLAN_H
#define TENANTD_CREATION_PLAN_H

#include "creation/creation.h"

/* All but the slug, from the body of a request; what it does not say is filled in.
 * Opens nothing. plan->slug: what is wished, or NULL. */
enum err creation_plan_read(struct ctx *cx, const struct conf *conf,
    const struct json *body, struct creation_plan *plan) MUST_CHECK;
/* Inside a transaction, in the management context: the slug, one that nobody has.
 * ERR_CONFLICT, told, for one that somebody has. */
enum err creation_plan_name(
    struct ctx *cx, struct db *db, struct creation_plan *plan) MUST_CHECK;

/* As it is kept, an object, with the address of who asked for it; NULL: not known. */
const char *creation_plan_text(
    struct ctx *cx, const struct creation_plan *plan, const char *creator_email);
enum err creation_plan_parse(struct ctx *cx, const char *text,
    struct creation_plan *plan, const char **creator_email) MUST_CHECK;
/* Its members, into an open object. */
void creation_plan_put(struct json_out *o, const struct creation_plan *plan);

#endif
