/*
 * jws.h - a signed token taken apart and its signature verified (RFC 7515, RFC 7519).
 *
 * Three segments, each strict base64url; header and payload JSON objects. Refused
 * whatever the key says: `crit`, `cty` (a token in a token), `b64`, a `typ` other than
 * JWT and at+jwt, an algorithm that is not in the table. Keys that a header brings
 * along (jwk, jku, x5c, x5u) are never looked at.
 *
 * libjwt verifies, once the caller has pinned the algorithm. It refuses typ at+jwt
 * (RFC 9068), so those signatures are verified by crypto/ over the same bytes.
 *
 * Owner:    the caller.
 * Lifetime: cx->mem; the token is borrowed.
 * Threads:  one.
 * Failure:  ERR_UNAUTHORIZED with the reason, which shows neither token nor key.
 */
#ifndef TENANTD_AUTH_JWS_H
#define TENANTD_AUTH_JWS_H

#include <stdbool.h>

#include "base/ctx.h"
#include "base/str.h"
#include "json/json.h"

enum jws_alg {
	JWS_ALG_NONE, /* not known; never verifies */
	JWS_HS256,
	JWS_HS384,
	JWS_HS512,
	JWS_RS256,
	JWS_ES256,
	JWS_ALG_COUNT
};

enum { JWS_TOKEN_MAX = 8192, JWS_KID_MAX = 255 }; /* bytes */
enum {
	JWS_QUOTE_SIZE = 128
}; /* for log_quote() of what a token says: it may say anything */

struct jws {
	const char *token;
	struct slice signed_part; /* header.payload as it was signed */
	struct slice signature;
	const struct json *header, *payload; /* objects */
	enum jws_alg alg;
	const char *kid;   /* NULL: none */
	bool access_token; /* typ is at+jwt */
};

/* Records the reason a token is refused: ERR_UNAUTHORIZED, for the log alone. */
#define jws_refuse(cx, ...) err_set(&(cx)->err, ERR_UNAUTHORIZED, __VA_ARGS__)

enum jws_alg jws_alg_find(const char *name); /* exactly as it is written; else NONE */
const char *jws_alg_name(enum jws_alg alg);
bool jws_alg_is_hmac(enum jws_alg alg);

enum err jws_parse(struct ctx *cx, const char *token, struct jws *out) MUST_CHECK;
/* key: the secret of an HMAC, else a PEM public key. The caller has pinned t->alg. */
enum err jws_verify(struct ctx *cx, const struct jws *t, struct slice key) MUST_CHECK;

#endif
