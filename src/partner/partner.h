/*
 * partner.h - partners: companies that provision tenants for their customers.
 *
 * Who calls says which partner they are: by the claim partner_id, else azp or
 * client_id, else sub, of a token whose issuer is believed to say so; by an API key of
 * the partner.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as db.h.
 */
#ifndef TENANTD_PARTNER_PARTNER_H
#define TENANTD_PARTNER_PARTNER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "db/db.h"

#define PARTNER_ROLE "partner-admin" /* what a token must name; a key implies it */

enum { PARTNER_NO_QUOTA = -1, PARTNER_NOT_COUNTED = -1 };

struct partner {
	const char *id, *name;
	const char *status;                  /* "active" or "suspended" */
	const char *status_reason;           /* NULL: none was given */
	const char *contact_email;           /* NULL: not known */
	int64_t tenant_quota;                /* tenants that are not deactivated;
						PARTNER_NO_QUOTA */
	int64_t tenants;                     /* of its quota, used; PARTNER_NOT_COUNTED
						unless manage.h read it */
	int rate_read, rate_write;           /* requests a minute; 0: the settings' */
	const char *created_at, *updated_at; /* RFC 3339 */
	int64_t version;
};

/* The columns of partner_find.sql, which other statements begin with. */
void partner_read_row(const struct db_rows *rows, int row, struct partner *out);

/* A read of its own. *found false: there is no such partner. */
enum err partner_find(struct ctx *cx, struct db *db, const char *id,
    struct partner *out, bool *found) MUST_CHECK;

/* ERR_NOT_FOUND, told. */
enum err partner_not_there(struct ctx *cx, const char *id) MUST_CHECK;
/* ERR_PARTNER_SUSPENDED, told, unless the partner may work. */
enum err partner_check_active(struct ctx *cx, const struct partner *p) MUST_CHECK;

/* -- inside a transaction in the management context -- */
/* ERR_NOT_FOUND, told, unless there is such a partner. */
enum err partner_check_there(struct ctx *cx, struct db *db, const char *id) MUST_CHECK;
/* That `more` tenants fit into the partner's quota: true until the transaction ends, as
 * whoever wants some of the same quota, or changes the partner, waits for that. Before
 * the tenants are made, and before what else the transaction locks. ERR_QUOTA, told;
 * ERR_PARTNER_SUSPENDED. */
enum err partner_reserve(
    struct ctx *cx, struct db *db, const char *id, int64_t more) MUST_CHECK;

/* The same of as many as fit. */
struct partner_room {
	int64_t granted;     /* 0 to those wanted */
	int64_t quota, used; /* when fewer were */
};
enum err partner_reserve_some(struct ctx *cx, struct db *db, const char *id,
    int64_t most, struct partner_room *out) MUST_CHECK;
/* ERR_QUOTA, told. */
enum err partner_tell_quota(struct ctx *cx, const struct partner_room *r);

#endif
