/*
 * claims.h - from the claims of a verified token to a principal, on its issuer's terms.
 *
 * Asked of every token: exp, a number; nbf and iat numbers where they are; sub, 1 to
 * 255 bytes of UTF-8 without control characters, and not what an API key is called.
 * aud, client and token_use as the issuer's terms say. A claim that is honoured and has
 * another type than it should refuses the token; one that is not honoured is not looked
 * at.
 *
 * Identity: our own tokens and the primary issuer's keep their sub; any other
 * user id is UUIDv5 of "iss|sub" in TENANT_NAMESPACE, so that issuers cannot collide.
 *
 * Owner:    the caller.
 * Lifetime: the principal: cx->mem.
 * Threads:  one.
 * Failure:  ERR_UNAUTHORIZED with the reason.
 */
#ifndef TENANTD_AUTH_CLAIMS_H
#define TENANTD_AUTH_CLAIMS_H

#include "auth/issuers.h"
#include "base/id.h"

enum { CLAIM_TEXT_MAX = 255, CLAIM_EMAIL_MAX = 320, CLAIM_NAMES_MAX = 256 };

/* When a token may be used, seconds since 1970. */
struct claim_times {
	int64_t expires_s;
	int64_t begins_s; /* nbf; 0: at once */
};

/* 1 to max bytes of UTF-8 without control characters (C0, DEL and C1). */
bool claim_text_is_fit(const char *s, size_t max);

enum err claims_read(struct ctx *cx, const struct issuer *i, const struct json *claims,
    struct uuid namespace, struct principal *out) MUST_CHECK;
enum err claims_read_times(
    struct ctx *cx, const struct json *claims, struct claim_times *out) MUST_CHECK;
enum err claims_check_times(struct ctx *cx, const struct claim_times *t, int leeway_s,
    int64_t now_s) MUST_CHECK;

#endif
