/*
 * issuers.h - whose tokens are taken, on which terms, and with which keys.
 *
 * Three sources make one list: our own tokens (JWT_SECRET_KEY, ALGORITHM, JWT_ISSUER,
 * JWT_AUDIENCE), a Cognito user pool (COGNITO_USER_POOL_ID, AWS_REGION) and the file
 * JWT_ISSUERS_FILE, a JSON object:
 *
 *   { "issuers": [ {
 *       "issuer": "https://id.example/",   the iss, compared byte by byte
 *       "jwks_url": "https://…",           or "jwks_file": an absolute path
 *       "algorithms": ["RS256", "ES256"],  what its tokens may be signed with
 *       "audiences": ["…"],                aud must hold one of them
 *       "client_ids": ["…"],               client_id, else azp, else aud must be one;
 *                                          at least one of these two lists is needed
 *       "token_use": ["access", "id"],     Cognito's claim; absent: not looked at
 *       "primary": false,                  at most one: its users keep their bare sub
 *       "honour": ["email"]                of email, tenant_id, roles, scopes and
 *                                          client_id; absent: email alone
 *   } ] }
 *
 * Owner:    struct auth.
 * Lifetime: until issuers_fini(); the settings must outlive it.
 * Threads:  one.
 * Failure:  ERR_CONFIG from issuers_new(), naming issuer and member.
 */
#ifndef TENANTD_AUTH_ISSUERS_H
#define TENANTD_AUTH_ISSUERS_H

#include <stdbool.h>
#include <stdint.h>

#include "auth/auth.h"
#include "auth/jwks.h"

enum { /* what of an issuer's claims is honoured, bits */
	HONOUR_EMAIL = 1,
	HONOUR_TENANT_ID = 2,
	HONOUR_ROLES = 4,
	HONOUR_SCOPES = 8,
	HONOUR_CLIENT_ID = 16,
	HONOUR_ALL = 31
};

enum { TOKEN_USE_ACCESS = 1, TOKEN_USE_ID = 2 };

enum {
	JWKS_RETRY_S = 60, /* least time between two tries to fetch a set */
	JWKS_MAX_AGE_S =
	    3600 /* after which a set is asked for again, to learn withdrawals */
};

struct issuer {
	const char *name; /* its iss; "" for our own tokens when they carry none */
	bool own;         /* signed with JWT_SECRET_KEY */
	bool bare_sub;    /* its sub is the user id as it stands */
	bool no_audience; /* a token that names an audience was meant for others */
	unsigned algs;    /* bit 1 << enum jws_alg */
	unsigned honour;
	unsigned token_use; /* 0: not looked at */
	struct name_list audiences, client_ids;
	struct slice secret;  /* own: the key */
	const char *jwks_url; /* NULL: own, or from a file */
	int jwks_timeout_ms;
	struct jwks keys;
	unsigned generation;        /* counts the sets that were read */
	int64_t tried_s, fetched_s; /* wall clock; 0: never */
};

struct issuers {
	struct arena *mem;
	struct issuer *list;
	size_t count;
};

enum err issuers_new(
    struct ctx *cx, const struct conf *c, struct issuers *out) MUST_CHECK;
void issuers_fini(struct issuers *all);
/* iss NULL: a token without. NULL: nobody's. */
struct issuer *issuers_find(struct issuers *all, const char *iss);
/*
 * The key that verifies a token of this issuer. An unknown kid, an empty or an old set
 * is fetched (again), at most once in JWKS_RETRY_S whether that worked or not; while
 * the issuer is away the old set stays.
 */
enum err issuers_key(struct ctx *cx, struct issuer *i, const struct jws *t,
    int64_t now_s, struct slice *key) MUST_CHECK;
/* Whether issuers_key() would ask for the set because of its age. */
bool issuers_key_is_old(const struct issuer *i, int64_t now_s);

bool name_list_has(const struct name_list *l, const char *name);

#endif
