/*
 * scram.h - what a PostgreSQL server keeps of a password: a SCRAM-SHA-256 verifier (RFC
 * 5802, RFC 7677), in the text that CREATE ROLE … PASSWORD takes as it is. Made here,
 * so that the password itself is in no statement and no server's log.
 *
 *   SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>    in base64
 *
 * A password is printable ASCII, which SASLprep (RFC 4013) leaves as it is; those made
 * here are of base64url, which a URI takes unescaped.
 *
 * Owner:    the caller, who cleanses the password when done.
 * Lifetime: texts: cx->mem.
 * Threads:  any.
 * Failure:  ERR_INTERNAL without entropy, ERR_INVALID for another character.
 */
#ifndef TENANTD_CRYPTO_SCRAM_H
#define TENANTD_CRYPTO_SCRAM_H

#include "base/ctx.h"
#include "base/str.h"

enum {
	SCRAM_ITERATIONS = 4096, /* as PostgreSQL's own */
	SCRAM_SALT_SIZE = 16,
	SCRAM_PASSWORD_BYTES = 32, /* of entropy, of one that is made here */
	SCRAM_PASSWORD_MAX = 1024  /* bytes; the least is 1 */
};

enum err scram_password(struct ctx *cx, const char **password) MUST_CHECK;
/* With a new salt each time. */
enum err scram_verifier(
    struct ctx *cx, const char *password, const char **verifier) MUST_CHECK;
/* The same with this salt. */
enum err scram_verifier_salted(struct ctx *cx, const char *password, struct slice salt,
    const char **verifier) MUST_CHECK;

#endif
