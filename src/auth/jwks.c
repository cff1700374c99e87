/* jwks.c - see jwks.h. */
#include "auth/jwks.h"

#include <string.h>

#include "crypto/jwk.h"

/* Scratch: a tree of a set at its largest, numbers and all; and the keys kept of it. */
enum {
	SCRATCH_MAX = 64 * 1024 * 1024,
	KEYS_MEMORY_MAX = 2 * 1024 * 1024,
	JSON_DEPTH = 8
};

static bool
may_verify(const struct json *key)
{
	const struct json *ops = json_get(key, "key_ops");
	const char *use = json_get_text(key, "use");

	if (json_has(key, "use") && (use == NULL || strcmp(use, "sig") != 0))
		return false;
	if (!json_has(key, "key_ops"))
		return true;
	for (size_t i = 0; i < json_count(ops); i++) {
		const char *op = json_text(json_item(ops, i));

		if (op != NULL && strcmp(op, "verify") == 0)
			return true;
	}
	return false;
}

/* The algorithm that a key of this kind serves; NONE: one that we do not take. */
static enum jws_alg
alg_of(const struct json *key)
{
	const char *kty = json_get_text(key, "kty"), *crv = json_get_text(key, "crv");
	const char *alg = json_get_text(key, "alg");
	enum jws_alg fits = JWS_ALG_NONE;

	if (kty != NULL && strcmp(kty, "RSA") == 0)
		fits = JWS_RS256;
	else if (kty != NULL && strcmp(kty, "EC") == 0 && crv != NULL &&
	    strcmp(crv, "P-256") == 0)
		fits = JWS_ES256;
	if (json_has(key, "alg") && (alg == NULL || jws_alg_find(alg) != fits))
		return JWS_ALG_NONE;
	return fits;
}

/* Adds the key to the set unless it cannot serve. */
static void
add_key(struct ctx *cx, const struct json *key, struct jwks *out)
{
	const char *kid = json_get_text(key, "kid"), *pem;
	enum jws_alg alg = alg_of(key);
	enum err err;

	if (alg == JWS_ALG_NONE || !may_verify(key) ||
	    (json_has(key, "kid") && (kid == NULL || strlen(kid) > JWS_KID_MAX)))
		return;
	if (alg == JWS_RS256)
		err = jwk_rsa_pem(
		    cx, json_get_text(key, "n"), json_get_text(key, "e"), &pem);
	else
		err = jwk_p256_pem(
		    cx, json_get_text(key, "x"), json_get_text(key, "y"), &pem);
	if (err != ERR_OK) {
		ctx_clear(cx);
		return;
	}
	out->keys[out->count++] =
	    (struct jwks_key){.kid = kid == NULL ? NULL : arena_strdup(out->mem, kid),
		.alg = alg,
		.pem = arena_strdup(out->mem, pem)};
}

static enum err
read_set(struct ctx *cx, struct slice text, struct jwks *out)
{
	const struct json *set, *keys;
	enum err err;
	size_t n;

	if ((err = json_parse(cx, text.p, text.n, JSON_DEPTH, &set)) != ERR_OK)
		return err;
	keys = json_get(set, "keys");
	if (json_type(set) != JSON_OBJECT || json_type(keys) != JSON_ARRAY)
		return err_set(
		    &cx->err, ERR_INVALID, "a key set is an object with \"keys\"");
	if ((n = json_count(keys)) > JWKS_KEYS_MAX)
		return err_set(&cx->err, ERR_INVALID,
		    "a key set has at most %d keys, not %zu", JWKS_KEYS_MAX, n);
	out->mem = arena_new(KEYS_MEMORY_MAX);
	out->keys = arena_alloc(out->mem, (n + 1) * sizeof(*out->keys));
	for (size_t i = 0; i < n; i++)
		if (json_type(json_item(keys, i)) == JSON_OBJECT)
			add_key(cx, json_item(keys, i), out);
	return ERR_OK;
}

/* In an arena of its own: a request's is not made for a set at its largest. */
enum err
jwks_parse(struct ctx *cx, struct slice text, struct jwks *out)
{
	struct ctx scratch;
	enum err err;

	*out = (struct jwks){0};
	if (text.n > JWKS_SIZE_MAX)
		return err_set(&cx->err, ERR_INVALID,
		    "a key set has at most %d bytes, not %zu", JWKS_SIZE_MAX, text.n);
	ctx_init(&scratch, arena_new(SCRATCH_MAX));
	err = read_set(&scratch, text, out);
	if (err != ERR_OK)
		cx->err = scratch.err;
	arena_free(scratch.mem);
	return err;
}

void
jwks_fini(struct jwks *k)
{
	if (k->mem != NULL)
		arena_free(k->mem);
	*k = (struct jwks){0};
}

enum jwks_find
jwks_find(const struct jwks *k, enum jws_alg alg, const char *kid, const char **pem)
{
	const struct jwks_key *found = NULL;
	size_t fit = 0;

	for (size_t i = 0; i < k->count; i++) {
		const struct jwks_key *key = &k->keys[i];

		if (key->alg != alg ||
		    (kid != NULL && (key->kid == NULL || strcmp(kid, key->kid) != 0)))
			continue;
		if (fit++ == 0)
			found = key;
	}
	if (found == NULL)
		return JWKS_UNKNOWN;
	if (kid == NULL && fit > 1)
		return JWKS_KID_NEEDED;
	*pem = found->pem;
	return JWKS_FOUND;
}
