/*
 * purge.h - a tenant is deleted for good: an operation of the kind "tenant.purge",
 * whose steps are gone on with by any job worker after a kill at any point.
 *
 *   resources   what the ledger says was made for it outside, the last first
 *   data        its rows in every protected table, in batches
 *   record      what is left of it: a row that says "purged", an inactive row of the
 *               registry, its slugs, held for SLUG_HOLD_DAYS; audit row and event
 *   sweep       rows that whoever published events has written since
 *
 * Nothing of it is taken back, and it cannot be cancelled.
 *
 * Owner:    the caller.
 * Lifetime: one turn.
 * Threads:  one.
 * Failure:  purge_begin(): as db.h, ERR_CONFLICT, told. purge_turn(): the database is
 *           away; what a step fails by is no failure of this, but an outcome.
 */
#ifndef TENANTD_CREATION_PURGE_H
#define TENANTD_CREATION_PURGE_H

#include "creation/engine.h"
#include "tenant/view.h"

#define PURGE_KIND "tenant.purge"

/* Inside a transaction in the management context that holds the tenant's row, which is
 * deactivated. *id: of the operation, also of one that is at it already. */
struct purge_order {
	const char *tenant_id, *slug; /* as it is now */
	const char *requested_by;     /* NULL: its time has come */
	const char *address;          /* the client's, or "" */
	int lease_ms;
};
enum err purge_begin(struct ctx *cx, struct db *db, const struct purge_order *order,
    const char **id) MUST_CHECK;

/* The same for somebody who asks: of one whose grace is over, or, by force and with its
 * slug, of any; that is deactivated first. now: as it was held. */
struct purge_ask {
	const struct tenant_desk *desk;
	const char *slug; /* said with it, or NULL */
	bool force;
	int lease_ms;
};
enum err purge_ask(struct ctx *cx, struct db *db, const struct purge_ask *a,
    struct tenant_view *now, const char **id) MUST_CHECK;

/* A turn: one resource, or one batch of rows, or what is left. CREATION_GOES_ON: call
 * again; CREATION_WAITS: a step failed, later; CREATION_ELSEWHERE; CREATION_DONE. */
enum err purge_turn(struct ctx *cx, struct creation_means *means, const char *id,
    enum creation_outcome *outcome) MUST_CHECK;

#endif
