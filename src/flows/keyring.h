/*
 * keyring.h - who shows an API key: the key and its partner or tenant, in one round
 * trip. Nothing that it says is remembered, so that what is revoked, narrowed or
 * suspended is so at the next request.
 *
 * Owner:    nobody; texts live in cx->mem.
 * Lifetime: one request.
 * Threads:  one.
 * Failure:  as db.h; ERR_UNAUTHORIZED for a text that is no key's in force, whatever
 *           the reason.
 */
#ifndef TENANTD_FLOWS_KEYRING_H
#define TENANTD_FLOWS_KEYRING_H

#include "apikey/apikey.h"
#include "auth/auth.h"
#include "partner/partner.h"

struct keyring_shown {
	const char *secret;
	const char *tenant; /* that the request is about: id, slug or a slug it had;
			       NULL: it names none */
};

struct keyring_pass {
	/* Of a partner: a partner-admin, whose scopes are the key's. Of a tenant: a
	 * machine of that tenant, tenant_id, with the key's scopes and no role. */
	struct principal who;
	struct partner *partner;   /* NULL: it is a tenant's */
	const char *tenant_status; /* NULL: it is a partner's */
	const char *policy;        /* of its tenant, for policy_read() */
	bool named;                /* its tenant is the one that the request is about */
	bool stale;                /* its use in this minute was not noted yet */
};

enum err keyring_admit(struct ctx *cx, struct db *db, const struct keyring_shown *shown,
    struct keyring_pass *out) MUST_CHECK;

/* Of a request that takes its time: that the key is in force still, unless it is NULL,
 * none. Inside a transaction in the management context. */
enum err keyring_check_still(
    struct ctx *cx, struct db *db, const char *key_id) MUST_CHECK;

/* Notes that the key is in use. In a transaction of its own, which waits for nobody. */
enum err keyring_note_use(struct ctx *cx, struct db *db, const char *key_id) MUST_CHECK;

#endif
