/*
 * registration.h - who registers, until the address is confirmed:
 * tenantd.registrations.
 *
 * Anybody may register any address, several times over. It becomes a user by a secret
 * that was mailed to the address together with the password that was registered under
 * that secret, and by neither alone:
 *
 *   the secret alone would let an attacker register somebody's address with a password
 *   of his own, and have its owner, who follows the link, make that account for him;
 *
 *   the password alone is known to whoever typed it, whose address it need not be.
 *
 * An invitation is no third: its mail is in the words of the tenant that invites, who
 * may have them tell the secret to somebody else. It waits with the registration.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena; a row: REGISTRATION_S.
 * Threads:  one.
 * Failure:  as db.h.
 */
#ifndef TENANTD_PEOPLE_REGISTRATION_H
#define TENANTD_PEOPLE_REGISTRATION_H

#include <stdbool.h>

#include "base/ctx.h"
#include "db/db.h"

enum {
	REGISTRATION_S = 24 * 3600,
	REGISTRATION_FAILURES_MOST = 10 /* wrong passwords, then its secret is void */
};

struct registration {
	const char *digest; /* what is kept of its secret */
	const char *email;
	const char *name; /* NULL: not said */
	const char *password_hash;
	const char *client;     /* the address it came from; NULL: not read */
	const char *invitation; /* digest of the secret of one that was shown; NULL */
};

/* -- in transactions of their own -- */

/* What is registered under a secret. */
enum err registration_find(struct ctx *cx, struct db *db, const char *digest,
    struct registration *out, bool *found) MUST_CHECK;
/* A wrong password came with the secret. */
enum err registration_fail(
    struct ctx *cx, struct db *db, const char *digest) MUST_CHECK;

/* -- inside a transaction in the management context -- */

/* *taken: somebody has the address, nothing is kept. */
enum err registration_create(struct ctx *cx, struct db *db,
    const struct registration *r, bool *taken) MUST_CHECK;
/* r->digest becomes one more secret for what is registered of r->email: what came from
 * r->client if anything did, else the newest, which r is then. Those that were mailed
 * before stay good. */
enum err registration_again(
    struct ctx *cx, struct db *db, struct registration *r, bool *found) MUST_CHECK;
/* Takes all registrations of r->email away. *found: the one with r->digest was there,
 * and is r. */
enum err registration_take(
    struct ctx *cx, struct db *db, struct registration *r, bool *found) MUST_CHECK;
/* Makes a user with this id, and takes all registrations of the address away.
 * ERR_CONFLICT, with the constraint users_email_key, when somebody has it. */
enum err registration_admit(struct ctx *cx, struct db *db, const char *user_id,
    const struct registration *r) MUST_CHECK;

#endif
