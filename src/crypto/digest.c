/* digest.c - see digest.h. */
#include "crypto/digest.h"

#include <assert.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <string.h>

#include "crypto/secret.h"

static_assert(DIGEST_HMAC_MAX == EVP_MAX_MD_SIZE, "the longest HMAC fits");

struct digest
digest_sha256(const void *p, size_t n)
{
	static EVP_MD *sha256; /* found once: looking for it costs more than hashing */
	static EVP_MD_CTX *ctx;
	struct digest d;
	int ok;

	if (ctx == NULL) {
		sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
		ctx = EVP_MD_CTX_new();
		assert(sha256 != NULL && ctx != NULL);
	}
	ok = EVP_DigestInit_ex2(ctx, sha256, NULL) == 1 &&
	    EVP_DigestUpdate(ctx, p, n) == 1 && EVP_DigestFinal_ex(ctx, d.b, NULL) == 1;
	assert(ok);
	(void)ok;
	return d;
}

size_t
digest_hmac(int bits, struct slice key, struct slice text,
    unsigned char out[static DIGEST_HMAC_MAX])
{
	const char *name = bits == 256 ? "SHA256" : bits == 384 ? "SHA384" : "SHA512";
	size_t made = 0;
	unsigned char *ok;

	assert(bits == 256 || bits == 384 || bits == 512);
	ok = EVP_Q_mac(NULL, "HMAC", NULL, name, NULL, key.p, key.n,
	    (const unsigned char *)text.p, text.n, out, DIGEST_HMAC_MAX, &made);
	assert(ok != NULL && made == (size_t)bits / 8);
	(void)ok;
	return made;
}

struct digest
digest_hmac_sha256(const void *key, size_t key_n, const void *p, size_t n)
{
	unsigned char mac[DIGEST_HMAC_MAX];
	struct digest d;

	digest_hmac(256, (struct slice){key, key_n}, (struct slice){p, n}, mac);
	memcpy(d.b, mac, sizeof(d.b));
	secret_cleanse(mac, sizeof(mac));
	return d;
}

void
digest_hex(char out[static DIGEST_HEX_SIZE], struct digest d)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < DIGEST_SIZE; i++) {
		out[2 * i] = digits[d.b[i] >> 4];
		out[2 * i + 1] = digits[d.b[i] & 15];
	}
	out[DIGEST_HEX_SIZE - 1] = '\0';
}

bool
digest_equal(struct digest a, struct digest b)
{
	return secret_equal(a.b, b.b, sizeof(a.b));
}

/* RFC 5869 section 2.3: T(i) = HMAC(PRK, T(i-1) | info | i). */
static struct digest
expand_step(struct digest prk, const struct digest *before,
    const struct digest_hkdf *from, unsigned char i)
{
	unsigned char text[DIGEST_SIZE + 1024 + 1];
	size_t used = 0;
	struct digest t;

	assert(from->info_n <= 1024);
	if (before != NULL) {
		memcpy(text, before->b, DIGEST_SIZE);
		used = DIGEST_SIZE;
	}
	if (from->info_n > 0)
		memcpy(text + used, from->info, from->info_n);
	used += from->info_n;
	text[used++] = i;
	t = digest_hmac_sha256(prk.b, sizeof(prk.b), text, used);
	secret_cleanse(text, sizeof(text));
	return t;
}

void
digest_hkdf_sha256(const struct digest_hkdf *from, void *out, size_t n)
{
	static const unsigned char no_salt[DIGEST_SIZE];
	const void *salt = from->salt_n > 0 ? from->salt : no_salt;
	size_t salt_n = from->salt_n > 0 ? from->salt_n : sizeof(no_salt);
	struct digest prk, t;
	unsigned char *to = out;

	assert(n >= 1 && n <= DIGEST_HKDF_MAX);
	prk = digest_hmac_sha256(salt, salt_n, from->key, from->key_n);
	for (unsigned i = 1; n > 0; i++) {
		size_t take = n < DIGEST_SIZE ? n : DIGEST_SIZE;

		t = expand_step(prk, i == 1 ? NULL : &t, from, (unsigned char)i);
		memcpy(to, t.b, take);
		to += take;
		n -= take;
	}
	secret_cleanse(&prk, sizeof(prk));
	secret_cleanse(&t, sizeof(t));
}
