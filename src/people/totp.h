/*
 * totp.h - a second factor of one's own: one-time passwords (crypto/totp.h), and ten
 * recovery codes for whoever has lost what makes them.
 *
 * The secret is kept sealed; the user it is of is the associated data. A code counts
 * once: the step that it is of has to lie after the last one taken, and a recovery code
 * goes away. Recovery codes are 60 random bits, kept as the SHA-256 of user and code;
 * the case of letters, dashes and blanks do not matter.
 *
 * Owner:    the database; texts live in the arena of the ctx they were made with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as db.h and seal.h; ERR_CONFLICT, told, where the factor is in force and
 *           must not be, or the other way round; ERR_RATE_LIMITED, told, after too many
 *           wrong guesses. A wrong code is no failure: *right is false, so that the
 *           transaction can keep count of it.
 */
#ifndef TENANTD_PEOPLE_TOTP_H
#define TENANTD_PEOPLE_TOTP_H

#include <stdbool.h>

#include "audit/audit.h"
#include "base/ctx.h"
#include "crypto/seal.h"
#include "db/db.h"

enum {
	TOTP_RECOVERY_CODES = 10,
	TOTP_RECOVERY_SIZE = 15, /* "xxxx-xxxx-xxxx" and NUL */
	TOTP_GUESSES_MOST = 5,   /* wrong ones in a row */
	TOTP_GUESSES_MINUTES = 15
};

/* Whose, and with what. */
struct totp_site {
	const char *user_id;
	const char *address; /* the client's, for the audit */
	const struct seal_keys *keys;
	struct audit *audit; /* NULL: one of keys, for this once */
};

struct totp_recovery {
	char codes[TOTP_RECOVERY_CODES][TOTP_RECOVERY_SIZE];
};

/* -- in a transaction of its own -- */
/* Whether it is in force: a secret that was never confirmed is not. */
enum err totp_is_on(
    struct ctx *cx, struct db *db, const char *user_id, bool *on) MUST_CHECK;
/* Seals every secret under the key that seals today; *count of them were not. Those
 * that do not open stay as they are: ERR_INTERNAL names them when all others are done.
 */
enum err totp_reseal(
    struct ctx *cx, struct db *db, const struct seal_keys *keys, int *count) MUST_CHECK;

/* -- inside a transaction in the management context that holds the user (user_hold()),
 * so that what changes a factor and what asks for it wait for each other; then come the
 * factor and the guesses, in this order -- */
enum err totp_query_on(
    struct ctx *cx, struct db *db, const char *user_id, bool *on) MUST_CHECK;
/* Takes a code, six digits or a recovery code; false: it is wrong, was taken before, or
 * the factor is not in force. Guesses are not counted. */
enum err totp_take_shown(struct ctx *cx, struct db *db, const struct totp_site *site,
    const char *code, bool *taken) MUST_CHECK;

/* A guess begins: counted as a wrong one until totp_guess_right(), and refused when
 * there were too many. Guesses of one user wait for each other. */
enum err totp_guess(struct ctx *cx, struct db *db, const char *user_id) MUST_CHECK;
enum err totp_guess_right(
    struct ctx *cx, struct db *db, const char *user_id) MUST_CHECK;

/* A new secret, in base32, in place of one that was never confirmed. */
enum err totp_begin(struct ctx *cx, struct db *db, const struct totp_site *site,
    const char **secret) MUST_CHECK;

/* What somebody shows of the factor to change it. Guesses are counted. */
struct totp_shown {
	const char *code;
	bool right;
	struct totp_recovery recovery; /* new codes, where some are made */
};
/* Puts the secret in force. */
enum err totp_confirm(struct ctx *cx, struct db *db, const struct totp_site *site,
    struct totp_shown *shown) MUST_CHECK;
/* New recovery codes in place of those that are left. */
enum err totp_renew_codes(struct ctx *cx, struct db *db, const struct totp_site *site,
    struct totp_shown *shown) MUST_CHECK;
/* ERR_POLICY, told, when the security policy of a tenant of theirs demands a second
 * factor. */
enum err totp_disable(struct ctx *cx, struct db *db, const struct totp_site *site,
    struct totp_shown *shown) MUST_CHECK;
/* Whatever is there, without asking; the caller writes it down. ERR_NOT_FOUND, told,
 * when nothing is. */
enum err totp_remove(struct ctx *cx, struct db *db, const char *user_id) MUST_CHECK;

/* For whoever signs in. */
MUST_CHECK static inline enum err
totp_take(struct ctx *cx, struct db *db, const struct seal_keys *keys,
    const char *user_id, const char *code, bool *taken)
{
	return totp_take_shown(cx, db,
	    &(const struct totp_site){.user_id = user_id, .address = "", .keys = keys},
	    code, taken);
}

#endif
