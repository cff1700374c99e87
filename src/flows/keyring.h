/*
 * keyring.h - who shows an API key: the key and its partner, in one round trip. Nothing
 * that it says is remembered, so that what is revoked, narrowed or suspended is so at
 * the next request.
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

struct keyring_pass {
	struct principal who; /* a partner-admin, whose scopes are the key's */
	struct partner partner;
	bool stale; /* its use in this minute was not noted yet */
};

enum err keyring_admit(struct ctx *cx, struct db *db, const char *secret,
    struct keyring_pass *out) MUST_CHECK;

/* Of a request that takes its time: that the key is in force still, unless it is NULL,
 * none. Inside a transaction in the management context. */
enum err keyring_check_still(
    struct ctx *cx, struct db *db, const char *key_id) MUST_CHECK;

/* Notes that the key is in use. In a transaction of its own, which waits for nobody. */
enum err keyring_note_use(struct ctx *cx, struct db *db, const char *key_id) MUST_CHECK;

#endif
