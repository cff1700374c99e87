/*
 * totp.h - one-time passwords (RFC 6238) as a second factor, and codes that stand in
 * for a lost device.
 *
 * Owner:    the database.
 * Lifetime: values.
 * Threads:  one.
 * Failure:  as db.h.
 */
#ifndef TENANTD_PEOPLE_TOTP_H
#define TENANTD_PEOPLE_TOTP_H

#include <stdbool.h>

#include "base/ctx.h"
#include "crypto/seal.h"
#include "db/db.h"

/* Whether a user has a second factor in force; a read of its own. */
enum err totp_is_on(
    struct ctx *cx, struct db *db, const char *user_id, bool *on) MUST_CHECK;
/* Inside a transaction in the management context: takes a code, six digits or a
 * recovery code; each is taken once. */
enum err totp_take(struct ctx *cx, struct db *db, const struct seal_keys *keys,
    const char *user_id, const char *code, bool *taken) MUST_CHECK;

#endif
