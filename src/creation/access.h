/*
 * access.h - what a tenant has outside follows its status: its database's login role
 * and its user of Redis are shut, and their connections end, while the tenant may not
 * be used.
 *
 * Owner:    the caller.
 * Lifetime: of the call, which opens transactions of its own.
 * Threads:  one.
 * Failure:  the first that there was; the rest was tried. A job (tenant.access) does
 * the same until it is done.
 */
#ifndef TENANTD_CREATION_ACCESS_H
#define TENANTD_CREATION_ACCESS_H

#include "creation/creation.h"

/* After a change of status was committed; nothing for a tenant without such things. */
enum err tenant_access_follow(
    struct ctx *cx, struct creation_means *means, const char *tenant_id) MUST_CHECK;

#endif
