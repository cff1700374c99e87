/*
 * logins.h - a tenant's login role is made to match what is written down here: its
 * password, how often at once, and whether its tenant may be used.
 *
 * What is written down is the truth, and the server follows: whoever changes it
 * commits, and then calls this; a job (database.login) does so as well, and again until
 * it is done. Each call reads what is written down only when nobody else is about the
 * role any more, so that the last one leaves the newest.
 *
 * Owner:    the caller; d: the process.
 * Lifetime: of the call, which opens connections and transactions of its own: none is
 *           open over databases_control() then.
 * Threads:  one.
 * Failure:  that of database/login.h; ERR_UNAVAILABLE while the server is away. A
 * tenant without a login role is none.
 */
#ifndef TENANTD_FLOWS_LOGINS_H
#define TENANTD_FLOWS_LOGINS_H

#include "base/str.h"
#include "database/databases.h"
#include "database/login.h"
#include "operation/ledger.h"

enum logins_what {
	LOGINS_MAKE = 1,    /* the role, where it is not there */
	LOGINS_PASSWORD = 2 /* what the sealed address says */
};

/* what: of enum logins_what, or 0: after a tenant's status was committed nobody logs in
 * as its role any more, and the sessions that are open end; or they may again. */
enum err logins_settle(struct ctx *cx, struct databases *d, const char *tenant_id,
    unsigned what) MUST_CHECK;

/* Inside a transaction, in the management context or the tenant's: the job. */
enum err login_queue(struct ctx *cx, struct db *db, const char *tenant_id) MUST_CHECK;

/* -- what is written down -- */

/* A new password, sealed with the address that it is in: inside a transaction. *url:
 * cleansed with cx->mem. */
struct login_address {
	const char *tenant_id;
	const char *server; /* NULL: the control plane's */
	const char *database, *role;
};
enum err login_address_make(struct ctx *cx, struct db *db, struct databases *d,
    const struct login_address *of, const char **url) MUST_CHECK;
/* The one that is sealed, inside a transaction; NULL: none is. */
enum err login_address_find(struct ctx *cx, struct db *db, struct databases *d,
    const char *tenant_id, const char **url) MUST_CHECK;

/* -- the resource "database_role": place, name and {"database", "schema"} -- */
enum err login_resource_remove(
    struct ctx *cx, struct databases *d, const struct resource *r) MUST_CHECK;
enum err login_resource_look(struct ctx *cx, struct databases *d,
    const struct resource *r, const char **health, const char **reason) MUST_CHECK;

#endif
