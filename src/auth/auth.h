/*
 * auth.h - who is calling: a bearer token becomes a principal, or nobody.
 *
 * JSON Web Tokens (RFC 7519) over JWS (RFC 7515), HS256/384/512 from our own key,
 * RS256 and ES256 from a configured issuer's JWKS (RFC 7517). What is allowed is
 * configuration, pinned before the token is read.
 *
 * Owner:    the worker.
 * Lifetime: auth: until auth_free(); a principal: its request's arena.
 * Threads:  one.
 * Failure:  ERR_UNAUTHORIZED for whatever is wrong with a token: the log says what, the
 *           client does not learn it. ERR_CONFIG from auth_new().
 */
#ifndef TENANTD_AUTH_AUTH_H
#define TENANTD_AUTH_AUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "conf/conf.h"

enum { USER_ID_SIZE = 256 };

/* What a key is called as a user: this and its id, which no token's sub is. */
#define AUTH_KEY_USER "key:"

struct user_id {
	char text[USER_ID_SIZE];
};

/* Names that a claim granted: roles, scopes, permissions. */
struct name_list {
	const char **names;
	size_t count;
};

struct principal {
	struct user_id user;
	const char *issuer;     /* "" for tokens of our own without iss */
	const char *email;      /* honoured claims only; NULL: none */
	const char *tenant_id;  /* a hint: membership is checked where it matters */
	bool tenant_claim;      /* the token names a tenant, honoured or not */
	const char *client_id;  /* partner_id, else azp, else client_id; NULL: none */
	bool own;               /* we issued the token */
	const char *session_id; /* sid, of our own tokens alone; NULL: none */
	const char *key_id; /* of an API key, which is no token; NULL: none was shown */
	bool narrowed; /* scopes are what was asked for, not all that its user has */
	struct name_list roles, scopes; /* scopes: scope, scopes and permissions */
	int64_t expires_s;              /* seconds since 1970 */
};

struct auth;

/* c must outlive it. Reads the issuers file and key files; fetches nothing yet. */
enum err auth_new(struct ctx *cx, const struct conf *c, struct auth **out) MUST_CHECK;
void auth_free(struct auth *a);

/* authorization: the header's value, or NULL. */
enum err auth_bearer(struct ctx *cx, struct auth *a, const char *authorization,
    struct principal *out) MUST_CHECK;
/* The API key in that header, "tdk_…", which auth_bearer() refuses: whose it is, the
 * database says. NULL: there is none in it. */
const char *auth_api_key(const char *authorization);
/* The same as auth_bearer() for a bare token at a given time, seconds since 1970. The
 * reason a token is refused is in cx->err.message, without the token and without the
 * key. */
enum err auth_token(struct ctx *cx, struct auth *a, const char *token, int64_t now_s,
    struct principal *out) MUST_CHECK;

bool principal_has_role(const struct principal *p, const char *role);
bool principal_has_scope(const struct principal *p, const char *scope);

/* -- tokens of our own -- */
struct token_claims {
	const char *sub;                           /* 1 to 255 bytes */
	const char *email, *tenant_id, *client_id; /* NULL: none */
	const char *const *roles;                  /* NULL-terminated, or NULL */
	const char *const *scopes;                 /* likewise */
	const char *session_id;                    /* sid; NULL: none */
	bool narrowed; /* a scope was asked for, and scopes is what is left of it */
	int64_t now_s;
	int lifetime_s; /* 0: ACCESS_TOKEN_EXPIRE_MINUTES; negative: already expired */
};
/* Signed with JWT_SECRET_KEY by ALGORITHM; iss and aud from the settings; iat, jti. */
enum err token_issue(struct ctx *cx, const struct conf *c, const struct token_claims *t,
    const char **token) MUST_CHECK;

#endif
