/*
 * health.h - how what a tenant was given fares: each of its resources in the ledger, as
 * a look at it said, and what of our own tables of it waits for somebody.
 *
 * Looks are taken in turns by whoever runs jobs, each resource about once in
 * HEALTH_INTERVAL seconds, and when somebody asks for it. That one fares otherwise than
 * before is told by the database.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as db.h. That a look finds nothing is no failure but an answer: "down".
 */
#ifndef TENANTD_CREATION_HEALTH_H
#define TENANTD_CREATION_HEALTH_H

#include "creation/creation.h"

enum {
	HEALTH_COMPONENTS = 5,
	HEALTH_LOOK_MS = 2000, /* that one look may take */
	HEALTH_FRESH_MS = 5000 /* one that was just looked at is not again */
};

struct health_component {
	const char *name, *health, *reason; /* reason: or NULL */
};

struct health_report {
	const char
	    *health; /* the worst of them all: "ok", "unknown", "degraded", "down" */
	struct resource *resources;
	int resource_count;
	struct health_component components[HEALTH_COMPONENTS];
};

/* What is known. */
enum err health_read(struct ctx *cx, struct db *db, const char *tenant_id,
    struct health_report *out) MUST_CHECK;
/* Looks at each of the tenant's resources, until clock_mono_ms() is until_ms: those
 * that are left then stay as they were. */
enum err health_refresh(struct ctx *cx, struct creation_means *means,
    const char *tenant_id, int64_t until_ms) MUST_CHECK;
/* The resource whose turn it is to be looked at, which nobody else is given meanwhile;
 * *found false: it is nobody's. */
enum err health_next(struct ctx *cx, struct db *db, const struct conf *conf,
    struct resource *out, bool *found) MUST_CHECK;
/* Looks at it, and writes down what was seen. */
enum err health_look(struct ctx *cx, struct creation_means *means,
    const struct resource *r, int64_t until_ms) MUST_CHECK;

#endif
