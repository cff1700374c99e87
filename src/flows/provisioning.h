/*
 * provisioning.h - what a partner does to its tenants that takes from its quota.
 *
 * Owner:    the transaction of the caller; texts live in cx->mem.
 * Lifetime: that transaction.
 * Threads:  one.
 * Failure:  as provision.h; ERR_QUOTA, ERR_PARTNER_SUSPENDED.
 */
#ifndef TENANTD_FLOWS_PROVISIONING_H
#define TENANTD_FLOWS_PROVISIONING_H

#include "provision/provision.h"

/* -- inside a transaction of an actor in the management context -- */
enum err provisioning_create(struct ctx *cx, struct db *db,
    const struct provision_site *site, const struct provision_draft *draft,
    struct provision_record *out) MUST_CHECK;
/* A tenant to be restored, held, with what it takes of the quota reserved: that comes
 * before. */
enum err provisioning_hold_to_restore(struct ctx *cx, struct db *db,
    const struct provision_site *site, const char *id,
    struct provision_held *out) MUST_CHECK;

#endif
