/*
 * tokens.h - makes tokens, good and bad, for tests: keys generated at the start, JSON
 * as the test writes it, signatures straight from OpenSSL and not through what is
 * tested.
 */
#ifndef TENANTD_TESTS_TOKENS_H
#define TENANTD_TESTS_TOKENS_H

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "crypto/base64.h"

#define TOKENS_SECRET "our-own-secret-of-at-least-32-bytes-0123456789"

struct token_key {
	const char *name;
	EVP_PKEY *key;
	char pem[1024]; /* public */
};

enum {
	KEY_RSA1,
	KEY_RSA2,
	KEY_RSA_ATTACKER,
	KEY_RSA_WEAK,
	KEY_EC1,
	KEY_EC_ATTACKER,
	KEY_COUNT
};

static struct token_key token_keys[KEY_COUNT] = {{.name = "rsa1"}, {.name = "rsa2"},
    {.name = "rsa-attacker"}, {.name = "rsa-weak"}, {.name = "ec1"},
    {.name = "ec-attacker"}};

static inline void
tokens_setup(void)
{
	for (int i = 0; i < KEY_COUNT; i++) {
		struct token_key *k = &token_keys[i];
		BIO *out = BIO_new(BIO_s_mem());

		k->key = i >= KEY_EC1 ? EVP_EC_gen("P-256")
				      : EVP_RSA_gen(i == KEY_RSA_WEAK ? 1024u : 2048u);
		if (k->key == NULL || PEM_write_bio_PUBKEY(out, k->key) != 1 ||
		    BIO_read(out, k->pem, sizeof(k->pem) - 1) <= 0)
			abort();
		BIO_free(out);
	}
}

static inline void
tokens_teardown(void)
{
	for (int i = 0; i < KEY_COUNT; i++)
		EVP_PKEY_free(token_keys[i].key);
}

static inline struct token_key *
tokens_key(const char *name)
{
	for (int i = 0; i < KEY_COUNT; i++)
		if (strcmp(token_keys[i].name, name) == 0)
			return &token_keys[i];
	abort();
}

static inline const char *
tokens_number(struct arena *mem, EVP_PKEY *key, const char *param, int size)
{
	unsigned char bytes[512];
	BIGNUM *n = NULL;

	if (EVP_PKEY_get_bn_param(key, param, &n) != 1)
		abort();
	if (size == 0)
		size = BN_num_bytes(n);
	BN_bn2binpad(n, bytes, size);
	BN_free(n);
	return base64url_encode_dup(mem, bytes, (size_t)size);
}

/* A JWK; more: further members with a comma before them. */
static inline const char *
tokens_jwk(struct arena *mem, int which, const char *kid, const char *more)
{
	EVP_PKEY *key = token_keys[which].key;

	if (which >= KEY_EC1)
		return arena_printf(mem,
		    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"%s\",\"x\":\"%s\","
		    "\"y\":\"%s\"%s}",
		    kid, tokens_number(mem, key, OSSL_PKEY_PARAM_EC_PUB_X, 32),
		    tokens_number(mem, key, OSSL_PKEY_PARAM_EC_PUB_Y, 32), more);
	return arena_printf(mem,
	    "{\"kty\":\"RSA\",\"kid\":\"%s\",\"n\":\"%s\",\"e\":\"%s\"%s}", kid,
	    tokens_number(mem, key, OSSL_PKEY_PARAM_RSA_N, 0),
	    tokens_number(mem, key, OSSL_PKEY_PARAM_RSA_E, 0), more);
}

/* An ECDSA signature in DER, as r and s side by side. */
static inline size_t
tokens_raw_ecdsa(unsigned char *sig, size_t n)
{
	const unsigned char *p = sig;
	ECDSA_SIG *s = d2i_ECDSA_SIG(NULL, &p, (long)n);
	unsigned char raw[64];

	BN_bn2binpad(ECDSA_SIG_get0_r(s), raw, 32);
	BN_bn2binpad(ECDSA_SIG_get0_s(s), raw + 32, 32);
	ECDSA_SIG_free(s);
	memcpy(sig, raw, sizeof(raw));
	return sizeof(raw);
}

static inline size_t
tokens_sign_key(struct token_key *k, const char *text, unsigned char *sig, bool der)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	size_t n = 512;

	if (EVP_DigestSignInit(c, NULL, EVP_sha256(), NULL, k->key) != 1 ||
	    EVP_DigestSign(c, sig, &n, (const unsigned char *)text, strlen(text)) != 1)
		abort();
	EVP_MD_CTX_free(c);
	return EVP_PKEY_is_a(k->key, "EC") && !der ? tokens_raw_ecdsa(sig, n) : n;
}

static inline size_t
tokens_sign_hmac(
    const char *hash, const char *key, const char *text, unsigned char *sig)
{
	size_t n = 0;

	if (EVP_Q_mac(NULL, "HMAC", NULL, hash, NULL, key, strlen(key),
		(const unsigned char *)text, strlen(text), sig, 512, &n) == NULL)
		abort();
	return n;
}

/*
 * how: "none", "SHA256:KEY", "SHA384:KEY", "SHA512:KEY" (HMAC; KEY is own, other, or
 * pem-NAME for a public key's PEM), "key:NAME", "der:NAME".
 */
static inline const char *
tokens_make(struct arena *mem, const char *header, const char *payload, const char *how)
{
	const char *text = arena_printf(mem, "%s.%s",
	    base64url_encode_dup(mem, header, strlen(header)),
	    base64url_encode_dup(mem, payload, strlen(payload)));
	const char *key = strchr(how, ':'), *secret = TOKENS_SECRET;
	unsigned char sig[512];
	size_t n = 0;

	if (key == NULL)
		return arena_printf(mem, "%s.", text);
	key++;
	if (strncmp(how, "SHA", 3) == 0) {
		const char hash[] = {'S', 'H', 'A', how[3], how[4], how[5], '\0'};

		if (strcmp(key, "other") == 0)
			secret = "another-secret-of-at-least-32-bytes-012345";
		else if (strncmp(key, "pem-", 4) == 0)
			secret = tokens_key(key + 4)->pem;
		n = tokens_sign_hmac(hash, secret, text, sig);
	} else {
		n = tokens_sign_key(tokens_key(key), text, sig, how[0] == 'd');
	}
	return arena_printf(mem, "%s.%s", text, base64url_encode_dup(mem, sig, n));
}

/* Writes text into a new file in dir and answers its path. */
static inline const char *
tokens_file(struct arena *mem, const char *dir, const char *name, const char *text)
{
	const char *path = arena_printf(mem, "%s/%s", dir, name);
	FILE *f = fopen(path, "w");

	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		abort();
	return path;
}

#endif
