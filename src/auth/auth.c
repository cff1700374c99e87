/* auth.c - see auth.h. */
#include "auth/auth.h"

#include <stdlib.h>
#include <string.h>

#include "auth/token_cache.h"
#include "base/clock.h"
#include "base/log.h"
#include "crypto/opaque.h"

struct auth {
	const struct conf *conf;
	struct uuid namespace; /* of the user ids of issuers that are not primary */
	struct issuers issuers;
	struct token_cache *cache;
};

enum err
auth_new(struct ctx *cx, const struct conf *c, struct auth **out)
{
	struct auth *a;
	struct uuid ns;
	enum err err;

	if (!uuid_from_text(slice_of(c->tenant_namespace), &ns))
		return err_set(&cx->err, ERR_CONFIG, "TENANT_NAMESPACE is not a UUID");
	if ((a = calloc(1, sizeof(*a))) == NULL)
		return err_set(
		    &cx->err, ERR_INTERNAL, "could not get memory for issuers");
	a->conf = c;
	a->namespace = ns;
	if ((err = issuers_new(cx, c, &a->issuers)) != ERR_OK) {
		free(a);
		return err;
	}
	a->cache = token_cache_new();
	*out = a;
	return ERR_OK;
}

void
auth_free(struct auth *a)
{
	if (a == NULL)
		return;
	token_cache_free(a->cache);
	issuers_fini(&a->issuers);
	free(a);
}

/* Whose token it says it is. The signature is verified on that issuer's terms alone. */
static enum err
find_issuer(struct ctx *cx, struct auth *a, const struct jws *t, struct issuer **out)
{
	const char *iss = json_get_text(t->payload, "iss");
	char q[JWS_QUOTE_SIZE];

	if (json_has(t->payload, "iss") && iss == NULL)
		return jws_refuse(cx, "iss is not a string");
	if ((*out = issuers_find(&a->issuers, iss)) != NULL)
		return ERR_OK;
	if (iss == NULL)
		return jws_refuse(cx, "iss is missing");
	return jws_refuse(cx, "issuer %s is not ours", log_quote(q, sizeof(q), iss));
}

static enum err
verify(struct ctx *cx, const struct jws *t, struct issuer *i, int64_t now_s)
{
	struct slice key;
	enum err err;

	if ((i->algs & 1u << t->alg) == 0)
		return jws_refuse(cx, "issuer \"%.100s\" does not sign with %s",
		    i->name, jws_alg_name(t->alg));
	if ((err = issuers_key(cx, i, t, now_s, &key)) != ERR_OK)
		return err;
	return jws_verify(cx, t, key);
}

static enum err
read_token(struct ctx *cx, struct auth *a, const char *token, int64_t now_s,
    struct principal *out)
{
	struct claim_times times;
	struct issuer *i;
	struct jws t;
	enum err err;

	if ((err = jws_parse(cx, token, &t)) != ERR_OK ||
	    (err = find_issuer(cx, a, &t, &i)) != ERR_OK ||
	    (err = verify(cx, &t, i, now_s)) != ERR_OK ||
	    (err = claims_read_times(cx, t.payload, &times)) != ERR_OK ||
	    (err = claims_check_times(cx, &times, a->conf->jwt_leeway, now_s)) !=
		ERR_OK ||
	    (err = claims_read(cx, i, t.payload, a->namespace, out)) != ERR_OK)
		return err;
	out->expires_s = times.expires_s;
	token_cache_add(a->cache, token, i, out, &times);
	return ERR_OK;
}

/* What was verified before is verified again when its key may have been withdrawn
 * since. */
static bool
is_stale(struct auth *a, const struct principal *p, int64_t now_s)
{
	const struct issuer *i = issuers_find(&a->issuers, p->issuer);

	return i != NULL && issuers_key_is_old(i, now_s);
}

enum err
auth_token(struct ctx *cx, struct auth *a, const char *token, int64_t now_s,
    struct principal *out)
{
	struct claim_times times;
	enum err err;

	if (strnlen(token, JWS_TOKEN_MAX + 1) > JWS_TOKEN_MAX ||
	    !token_cache_find(a->cache, token, cx->mem, out, &times))
		err = read_token(cx, a, token, now_s, out);
	else if (is_stale(a, out, now_s)) {
		token_cache_drop(a->cache, token);
		err = read_token(cx, a, token, now_s, out);
	} else if ((err = claims_check_times(cx, &times, a->conf->jwt_leeway, now_s)) !=
	    ERR_OK)
		token_cache_drop(a->cache, token);
	if (err != ERR_OK)
		*out = (struct principal){0};
	return err;
}

/* What follows the scheme Bearer; NULL: it is of another. */
static const char *
bearer_of(const char *authorization)
{
	static const char scheme[] = "Bearer";
	const size_t n = sizeof(scheme) - 1;

	if (strlen(authorization) <= n ||
	    !slice_eq_ci((struct slice){authorization, n}, scheme) ||
	    authorization[n] != ' ')
		return NULL;
	return authorization + n + 1;
}

static bool
is_api_key(const char *token)
{
	return strncmp(token, OPAQUE_API_KEY, sizeof(OPAQUE_API_KEY) - 1) == 0;
}

const char *
auth_api_key(const char *authorization)
{
	const char *token = str_is_set(authorization) ? bearer_of(authorization) : NULL;

	return token != NULL && is_api_key(token) ? token : NULL;
}

enum err
auth_bearer(
    struct ctx *cx, struct auth *a, const char *authorization, struct principal *out)
{
	const char *token;

	*out = (struct principal){0};
	if (!str_is_set(authorization))
		return jws_refuse(cx, "there is no Authorization header");
	if ((token = bearer_of(authorization)) == NULL)
		return jws_refuse(
		    cx, "the Authorization header is not of the Bearer scheme");
	if (is_api_key(token))
		return jws_refuse(cx, "an API key is no token");
	return auth_token(cx, a, token, clock_wall_s(), out);
}

bool
principal_has_role(const struct principal *p, const char *role)
{
	return name_list_has(&p->roles, role);
}

bool
principal_has_scope(const struct principal *p, const char *scope)
{
	return name_list_has(&p->scopes, scope);
}
