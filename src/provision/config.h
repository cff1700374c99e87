/*
 * config.h - a tenant's configuration: a JSON object that its partner keeps with it, in
 * versions. The newest is in force; PROVISION_CONFIGS_KEPT are kept.
 *
 * Event: tenant.config_changed, with the version and without what it says. Audit:
 * TENANT_CONFIG_CHANGED, likewise.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as provision.h; ERR_TOO_LARGE, told.
 */
#ifndef TENANTD_PROVISION_CONFIG_H
#define TENANTD_PROVISION_CONFIG_H

#include "provision/provision.h"

enum { PROVISION_CONFIG_MAX = 65536 /* bytes */, PROVISION_CONFIGS_KEPT = 100 };

struct provision_config {
	const char *tenant; /* its id */
	int64_t version;    /* 0: the tenant has none */
	const char *config; /* JSON object text; "{}" of version 0; NULL: not read */
	const char *created_by, *created_at; /* NULL: not read */
};

/* -- each a read of its own -- */
/* The one in force of out->tenant, without who made it. */
enum err provision_config_show(struct ctx *cx, struct db *db,
    const struct provision_site *site, struct provision_config *out) MUST_CHECK;
/* out->version of it; ERR_NOT_FOUND, told, for a version that is not kept. */
enum err provision_config_version(struct ctx *cx, struct db *db,
    const struct provision_site *site, struct provision_config *out) MUST_CHECK;
struct provision_config_page {
	const char *id; /* of the tenant */
	int64_t before; /* a version */
	int limit;
	struct provision_config
	    *list; /* the answer, the newest first, not as they are */
	int count;
};
enum err provision_config_list(struct ctx *cx, struct db *db,
    const struct provision_site *site, struct provision_config_page *page) MUST_CHECK;

/* -- inside a transaction of an actor in the management context -- */
/* The one in force of out->tenant, held against another until the transaction ends.
 * ERR_CONFLICT, told, for a tenant that its partner may not change. */
enum err provision_config_hold(struct ctx *cx, struct db *db,
    const struct provision_site *site, struct provision_config *out) MUST_CHECK;
/* now: as it was held; then as it has become. The same again writes nothing. */
enum err provision_config_set(struct ctx *cx, struct db *db,
    const struct provision_site *site, const struct json *config,
    struct provision_config *now) MUST_CHECK;

#endif
