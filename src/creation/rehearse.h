/*
 * rehearse.h - what a creation would make: each step says what it intends, as it would,
 * in a transaction of which nothing stays.
 *
 * What is random in a name is another each time, and where several database servers are
 * in question, chance decides between them.
 *
 * Owner:    the caller; texts live in cx->mem.
 * Lifetime: of that.
 * Threads:  one.
 * Failure:  as creation_begin(): a plan that cannot be carried out is refused likewise.
 */
#ifndef TENANTD_CREATION_REHEARSE_H
#define TENANTD_CREATION_REHEARSE_H

#include "creation/engine.h"

struct rehearsal {
	struct creation_plan plan; /* with the slug */
	const char **skipped;      /* of each step why it has nothing to do, or NULL */
	struct resource *resources;
	int resource_count;
};
enum err creation_rehearse(struct ctx *cx, struct creation_means *means,
    const struct creation_order *order, struct rehearsal *out) MUST_CHECK;

/* Members, into an open object. */
void creation_put_rehearsal(struct json_out *o, const struct rehearsal *r);

#endif
