/*
 * provision.h - tenants that a partner provisions: made, looked at, changed,
 * deactivated and restored by that partner.
 *
 * A tenant has no owner and no schema of the older isolation, whatever TENANT_SCHEMAS
 * says: nobody is in it until an invitation is accepted. One with the same address (in
 * any case of letters) or the same external_id of the same partner is there once, also
 * while it may be restored. The shared registry follows: its row is written in the same
 * transaction, has as much of the company's name as fits, and is active while the
 * tenant may be used.
 *
 * A partner restores what it deactivated itself, for as many days as the settings say,
 * and nothing else: neither what an operator or the registry deactivated, nor what was
 * suspended before.
 *
 * Events: those of tenants, told by triggers. Audit: TENANT_CREATED, TENANT_UPDATED,
 * TENANT_DEACTIVATED, TENANT_RESTORED.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as db.h; ERR_NOT_FOUND, told in the same words for a tenant that there is
 *           not and for another partner's; ERR_CONFLICT, told: what is in the way, and
 *           what to do.
 */
#ifndef TENANTD_PROVISION_PROVISION_H
#define TENANTD_PROVISION_PROVISION_H

#include "audit/audit.h"
#include "db/db.h"
#include "provision/record.h"

/* For which partner, and with what; who it is is cx->actor. */
struct provision_site {
	const char *partner; /* its id */
	const char *address; /* the client's, for the audit */
	struct audit *audit;
	int grace_days; /* in which a partner may restore */
};

/* A tenant that is held until the transaction ends. */
struct provision_held {
	struct provision_record now;
	bool registered; /* its row in the shared registry is there */
};

/* id: as a path has it. NULL: no tenant has such an id. */
const char *provision_id_of(struct arena *mem, struct slice id);
/* What all of this tells of a tenant that is not there. */
enum err provision_not_there(struct ctx *cx);

/* A read of its own. */
enum err provision_show(struct ctx *cx, struct db *db,
    const struct provision_site *site, const char *id,
    struct provision_record *out) MUST_CHECK;

/* -- inside a transaction of an actor in the management context -- */
/* The same as provision_show(). */
enum err provision_look(struct ctx *cx, struct db *db,
    const struct provision_site *site, const char *id,
    struct provision_record *out) MUST_CHECK;
enum err provision_hold(struct ctx *cx, struct db *db,
    const struct provision_site *site, const char *id,
    struct provision_held *out) MUST_CHECK;
/* The quota is the caller's to reserve. ERR_CONFLICT names the tenant that is there. */
enum err provision_create(struct ctx *cx, struct db *db,
    const struct provision_site *site, const struct provision_draft *draft,
    struct provision_record *out) MUST_CHECK;
/* h: as it was held; then as it has become. What changes nothing writes nothing. */
enum err provision_update(struct ctx *cx, struct db *db,
    const struct provision_site *site, const struct provision_draft *draft,
    struct provision_held *h) MUST_CHECK;
/* One that is deactivated stays as it is. */
enum err provision_deactivate(struct ctx *cx, struct db *db,
    const struct provision_site *site, struct provision_held *h) MUST_CHECK;
/* Likewise one that is active. The quota is the caller's to reserve. */
enum err provision_restore(struct ctx *cx, struct db *db,
    const struct provision_site *site, struct provision_held *h) MUST_CHECK;

bool provision_is(const struct provision_record *r, const char *status);
/* Whether its partner may say something of it; ERR_CONFLICT, told. */
enum err provision_check_open(
    struct ctx *cx, const char *id, const char *status) MUST_CHECK;
/* Whether the partner may restore it now: ERR_CONFLICT, or ERR_GONE when it is too
 * late. */
enum err provision_check_restorable(
    struct ctx *cx, const struct provision_record *r) MUST_CHECK;

#endif
