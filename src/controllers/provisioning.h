/*
 * provisioning.h - what the routes below /api/provisioning/tenants share.
 *
 * Owner:    nobody.
 * Lifetime: one request.
 * Threads:  one.
 * Failure:  as provision/provision.h.
 */
#ifndef TENANTD_CONTROLLERS_PROVISIONING_H
#define TENANTD_CONTROLLERS_PROVISIONING_H

#include "controllers/app.h"
#include "provision/provision.h"

struct provision_site provision_site_of(const struct app *app, const struct call *call);
/* The tenant that the path names; NULL: it names none. */
const char *provision_path_id(struct call *call);

#endif
