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
#include "provision/page.h"

struct provision_site provision_site_of(const struct app *app, const struct call *call);
/* Which tenants the query asks for, and in which order; ERR_INVALID, told. */
enum err provision_read_filters(struct call *call, struct provision_page *p) MUST_CHECK;
/* More time, as much as any request may take, for a further piece of a long answer. */
void provision_extend(const struct app *app, struct call *call);
/* The tenant that the path names; NULL: it names none. */
const char *provision_path_id(struct call *call);

#endif
