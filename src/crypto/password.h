/*
 * password.h - passwords at rest: Argon2id (RFC 9106) as PHC strings, through
 * libargon2.
 *
 * The costs are the OWASP password storage cheat sheet's: 19 MiB, two passes, one lane;
 * 16 bytes of random salt, 32 of hash. A stored string carries its own costs, so
 * raising them here does not lock anybody out: password_is_stale() tells which to
 * renew.
 *
 * Owner:    the caller, who cleanses the password (secret.h) when done.
 * Lifetime: the string: cx->mem.
 * Threads:  any.
 * Failure:  ERR_INVALID for a password out of bounds; ERR_INTERNAL without memory or
 *           entropy, or for a stored string that is not ours to read.
 */
#ifndef TENANTD_CRYPTO_PASSWORD_H
#define TENANTD_CRYPTO_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ctx.h"

enum {
	PASSWORD_MEMORY_KIB = 19 * 1024,
	PASSWORD_PASSES = 2,
	PASSWORD_LANES = 1,
	PASSWORD_SALT_SIZE = 16,
	PASSWORD_HASH_SIZE = 32,
	PASSWORD_MAX = 1024,                  /* bytes of a password; the least is 1 */
	PASSWORD_MEMORY_MAX_KIB = 1024 * 1024 /* a stored string may ask for no more */
};

enum err password_hash(
    struct ctx *cx, const char *password, size_t n, const char **phc) MUST_CHECK;
/* Whether password_verify() can read it: Argon2id, with costs within bounds. */
bool password_is_readable(struct ctx *cx, const char *phc);
/* ERR_OK and *match false: a well-formed string of another password. */
enum err password_verify(struct ctx *cx, const char *phc, const char *password,
    size_t n, bool *match) MUST_CHECK;
/* Whether the string was made with other costs than today's. */
bool password_is_stale(const char *phc);

#endif
