/* jws.c - see jws.h. */
#include "auth/jws.h"

#include <assert.h>
#include <jwt.h>
#include <string.h>

#include "base/log.h"
#include "crypto/base64.h"
#include "crypto/digest.h"
#include "crypto/secret.h"
#include "crypto/signature.h"

enum { JSON_DEPTH = 16, SEGMENTS = 3 };

static const struct {
	const char *name;
	jwt_alg_t lib;
	int hmac_bits;      /* 0: a public key */
	size_t signature_n; /* 0: as long as the key */
} algs[JWS_ALG_COUNT] = {
    [JWS_ALG_NONE] = {"", JWT_ALG_NONE, 0, 0},
    [JWS_HS256] = {"HS256", JWT_ALG_HS256, 256, 32},
    [JWS_HS384] = {"HS384", JWT_ALG_HS384, 384, 48},
    [JWS_HS512] = {"HS512", JWT_ALG_HS512, 512, 64},
    [JWS_RS256] = {"RS256", JWT_ALG_RS256, 0, 0},
    [JWS_ES256] = {"ES256", JWT_ALG_ES256, 0, SIGNATURE_ES256_SIZE},
};

enum jws_alg
jws_alg_find(const char *name)
{
	for (int i = JWS_ALG_NONE + 1; i < JWS_ALG_COUNT; i++)
		if (strcmp(algs[i].name, name) == 0)
			return (enum jws_alg)i;
	return JWS_ALG_NONE;
}

const char *
jws_alg_name(enum jws_alg alg)
{
	return algs[alg].name;
}

bool
jws_alg_is_hmac(enum jws_alg alg)
{
	return algs[alg].hmac_bits > 0;
}

/* Cuts the token at its dots; false unless there are exactly three pieces. */
static bool
cut(const char *token, struct slice part[static SEGMENTS])
{
	const char *p = token;

	for (int i = 0; i < SEGMENTS; i++) {
		const char *end = strchr(p, '.');

		if ((end == NULL) != (i == SEGMENTS - 1))
			return false;
		part[i] =
		    (struct slice){p, end == NULL ? strlen(p) : (size_t)(end - p)};
		p += part[i].n + 1;
	}
	return true;
}

static enum err
decode_object(
    struct ctx *cx, const char *what, struct slice text, const struct json **out)
{
	const char *why;
	struct slice bytes;

	if (!base64url_decode_dup(cx->mem, text, &bytes))
		return jws_refuse(cx, "the %s is not canonical base64url", what);
	if (json_parse(cx, bytes.p, bytes.n, JSON_DEPTH, out) != ERR_OK) {
		why = arena_strdup(cx->mem, cx->err.message);
		ctx_clear(cx);
		return jws_refuse(cx, "the %s is not JSON: %s", what, why);
	}
	if (json_type(*out) != JSON_OBJECT)
		return jws_refuse(cx, "the %s is not a JSON object", what);
	return ERR_OK;
}

static enum err
read_typ(struct ctx *cx, struct jws *t)
{
	const char *typ = json_get_text(t->header, "typ");
	char q[JWS_QUOTE_SIZE];

	if (!json_has(t->header, "typ"))
		return ERR_OK;
	if (typ == NULL)
		return jws_refuse(cx, "typ is not a string");
	t->access_token = slice_eq_ci(slice_of(typ), "at+jwt");
	if (!t->access_token && !slice_eq_ci(slice_of(typ), "JWT"))
		return jws_refuse(cx, "typ is %s", log_quote(q, sizeof(q), typ));
	return ERR_OK;
}

static enum err
read_header(struct ctx *cx, struct jws *t)
{
	static const char *const refused[] = {"crit", "cty", "b64"};
	const char *alg = json_get_text(t->header, "alg");
	char q[JWS_QUOTE_SIZE];
	size_t n;

	if (alg == NULL)
		return jws_refuse(cx, "alg is missing or not a string");
	if ((t->alg = jws_alg_find(alg)) == JWS_ALG_NONE)
		return jws_refuse(
		    cx, "algorithm %s is not known", log_quote(q, sizeof(q), alg));
	for (size_t i = 0; i < COUNT_OF(refused); i++)
		if (json_has(t->header, refused[i]))
			return jws_refuse(
			    cx, "header \"%s\" is not understood", refused[i]);
	if (json_has(t->header, "kid")) {
		t->kid = json_get_text(t->header, "kid");
		n = t->kid == NULL ? 0 : strlen(t->kid);
		if (n < 1 || n > JWS_KID_MAX)
			return jws_refuse(
			    cx, "kid is not a string of 1 to %d bytes", JWS_KID_MAX);
	}
	return read_typ(cx, t);
}

enum err
jws_parse(struct ctx *cx, const char *token, struct jws *out)
{
	struct slice part[SEGMENTS];
	size_t n = strnlen(token, JWS_TOKEN_MAX + 1), want;
	enum err err;

	*out = (struct jws){.token = token};
	if (n == 0)
		return jws_refuse(cx, "the token is empty");
	if (n > JWS_TOKEN_MAX)
		return jws_refuse(
		    cx, "the token is longer than %d bytes", JWS_TOKEN_MAX);
	if (!cut(token, part))
		return jws_refuse(cx, "the token does not have three segments");
	if ((err = decode_object(cx, "header", part[0], &out->header)) != ERR_OK ||
	    (err = read_header(cx, out)) != ERR_OK ||
	    (err = decode_object(cx, "payload", part[1], &out->payload)) != ERR_OK)
		return err;
	if (!base64url_decode_dup(cx->mem, part[2], &out->signature))
		return jws_refuse(cx, "the signature is not canonical base64url");
	want = algs[out->alg].signature_n;
	if (out->signature.n == 0 || (want > 0 && out->signature.n != want))
		return jws_refuse(cx,
		    "the signature is %zu bytes long, which %s has not",
		    out->signature.n, algs[out->alg].name);
	out->signed_part = (struct slice){token, part[0].n + 1 + part[1].n};
	return ERR_OK;
}

/* What libjwt accepts it reads by itself: the algorithm it used is compared again. */
static bool
verify_lib(const struct jws *t, struct slice key)
{
	jwt_t *j = NULL;
	bool ok =
	    jwt_decode(&j, t->token, (const unsigned char *)key.p, (int)key.n) == 0 &&
	    jwt_get_alg(j) == algs[t->alg].lib;

	jwt_free(j);
	return ok;
}

static bool
verify_hmac(const struct jws *t, struct slice key)
{
	unsigned char mac[DIGEST_HMAC_MAX];
	size_t n = digest_hmac(algs[t->alg].hmac_bits, key, t->signed_part, mac);
	bool ok = n == t->signature.n && secret_equal(mac, t->signature.p, n);

	secret_cleanse(mac, sizeof(mac));
	return ok;
}

static bool
verify_access_token(const struct jws *t, struct slice key)
{
	if (jws_alg_is_hmac(t->alg))
		return verify_hmac(t, key);
	if (t->alg == JWS_RS256)
		return signature_is_rs256(key.p, t->signed_part, t->signature);
	return signature_is_es256(key.p, t->signed_part, t->signature);
}

enum err
jws_verify(struct ctx *cx, const struct jws *t, struct slice key)
{
	/* libjwt takes a token without a key as one that needs no signature. */
	assert(t->alg != JWS_ALG_NONE && key.n > 0 && key.n < 1 << 20);
	if (t->access_token ? verify_access_token(t, key) : verify_lib(t, key))
		return ERR_OK;
	return jws_refuse(cx, "the signature does not verify");
}
