/*
 * people.h - what the routes about roles, groups and members have in common.
 *
 * Owner:    the call.
 * Lifetime: one request.
 * Threads:  one.
 * Failure:  none.
 */
#ifndef TENANTD_CONTROLLERS_PEOPLE_H
#define TENANTD_CONTROLLERS_PEOPLE_H

#include "controllers/item.h"
#include "role/person.h"

struct role_site people_site_of(const struct app *app, const struct call *call);
/* The members of a person's object. */
void people_put_person(struct json_out *o, const struct person *p);

#endif
