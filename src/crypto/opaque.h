/*
 * opaque.h - secrets that are handed out and shown back: 256 random bits behind a
 * prefix that says what they are for. What is kept is their SHA-256, which can be
 * looked for and is of no use to whoever reads it: with that much entropy it needs
 * neither salt nor cost.
 *
 *   <prefix><43 characters of base64url>
 *
 * Owner:    the caller, who cleanses the secret when it has been handed out.
 * Lifetime: the secret: cx->mem.
 * Threads:  any.
 * Failure:  ERR_INTERNAL without entropy.
 */
#ifndef TENANTD_CRYPTO_OPAQUE_H
#define TENANTD_CRYPTO_OPAQUE_H

#include <stdbool.h>

#include "base/ctx.h"
#include "crypto/digest.h"

#define OPAQUE_REFRESH      "tdr_" /* a refresh token */
#define OPAQUE_VERIFICATION "tdv_" /* confirms an address */
#define OPAQUE_RESET        "tdp_" /* lets a new password be chosen */
#define OPAQUE_INVITATION   "tdi_" /* accepts an invitation */
#define OPAQUE_CLIENT       "tds_" /* the secret of an OAuth client */
#define OPAQUE_KEYSPACE     "tdn_" /* the password of a tenant's Redis user */
#define OPAQUE_API_KEY      "tdk_" /* an API key */

struct opaque {
	char *text;                   /* what is handed out */
	char digest[DIGEST_HEX_SIZE]; /* what is kept */
};

enum err opaque_make(struct ctx *cx, const char *prefix, struct opaque *out) MUST_CHECK;
/* What is kept of a text that was shown; false: it is none of this prefix. */
bool opaque_digest(
    const char *text, const char *prefix, char digest[static DIGEST_HEX_SIZE]);

#endif
