/*
 * steps.h - the parts of the steps of steps.def, and what resources.def calls; each
 * step_*.c has those of one noun.
 *
 * Owner, lifetime, threads, failure: as creation.h.
 */
#ifndef TENANTD_CREATION_STEPS_H
#define TENANTD_CREATION_STEPS_H

#include "creation/creation.h"

/* step_credentials.c: a login role for the tenant's applications */
enum err credentials_intend(struct ctx *cx, struct making *m) MUST_CHECK;
enum err credentials_act(struct ctx *cx, struct making *m) MUST_CHECK;
enum err credentials_record(struct ctx *cx, struct making *m) MUST_CHECK;
enum err database_role_remove(struct ctx *cx, struct creation_means *means,
    const struct resource *r) MUST_CHECK;
enum err database_role_look(struct ctx *cx, struct creation_means *means,
    const struct resource *r, const char **health, const char **reason) MUST_CHECK;

#endif
