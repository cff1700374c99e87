/*
 * show.h - operations and the tenants that they make as JSON, the same in every
 * surface.
 *
 * Owner:    the caller's output.
 * Lifetime: of that output.
 * Threads:  one.
 * Failure:  as db.h.
 */
#ifndef TENANTD_CREATION_SHOW_H
#define TENANTD_CREATION_SHOW_H

#include "creation/creation.h"
#include "operation/operation.h"
#include "proc/scoreboard.h"

struct creation_shown {
	struct operation operation;
	struct operation_step *steps;
	int step_count;
};
enum err creation_show(struct ctx *cx, struct db *db, const char *operation_id,
    struct creation_shown *out) MUST_CHECK;
/* An object; with its steps if they are read. */
void creation_put(struct json_out *o, const struct creation_shown *s);
void creation_put_operation(struct json_out *o, const struct operation *op);

/* Counts how long its steps took, and all of it (the step after the last). */
enum err creation_measure(struct ctx *cx, struct db *db, const char *operation_id,
    struct scoreboard *board, int slot) MUST_CHECK;

/* The tenant's members, into an open object. */
enum err creation_put_tenant(struct ctx *cx, struct db *db, const char *tenant_id,
    struct json_out *o) MUST_CHECK;

#endif
