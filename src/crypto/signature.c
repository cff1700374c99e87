/* signature.c - see signature.h. */
#include "crypto/signature.h"

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>

/* The public key, if it is of the wanted kind. */
static EVP_PKEY *
read_key(const char *pem, const char *kind)
{
	BIO *in = BIO_new_mem_buf(pem, (int)strlen(pem));
	EVP_PKEY *key = in == NULL ? NULL : PEM_read_bio_PUBKEY(in, NULL, NULL, NULL);

	BIO_free(in);
	if (key != NULL && !EVP_PKEY_is_a(key, kind)) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	return key;
}

static bool
verify_sha256(EVP_PKEY *key, struct slice text, const unsigned char *sig, size_t n)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	bool ok = c != NULL &&
	    EVP_DigestVerifyInit(c, NULL, EVP_sha256(), NULL, key) == 1 &&
	    EVP_DigestVerify(c, sig, n, (const unsigned char *)text.p, text.n) == 1;

	EVP_MD_CTX_free(c);
	ERR_clear_error();
	return ok;
}

bool
signature_is_rs256(const char *pem, struct slice text, struct slice signature)
{
	EVP_PKEY *key = read_key(pem, "RSA");
	bool ok = key != NULL &&
	    verify_sha256(key, text, (const unsigned char *)signature.p, signature.n);

	EVP_PKEY_free(key);
	return ok;
}

/* JWS writes r and s side by side; OpenSSL wants them in DER. */
static int
to_der(const unsigned char *raw, unsigned char **der)
{
	const int half = SIGNATURE_ES256_SIZE / 2;
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(raw, half, NULL), *s = BN_bin2bn(raw + half, half, NULL);
	int n = -1;

	if (sig != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(sig, r, s) == 1) {
		r = s = NULL;
		n = i2d_ECDSA_SIG(sig, der);
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(sig);
	return n;
}

bool
signature_is_es256(const char *pem, struct slice text, struct slice signature)
{
	unsigned char *der = NULL;
	EVP_PKEY *key;
	bool ok = false;
	int n;

	if (signature.n != SIGNATURE_ES256_SIZE)
		return false;
	n = to_der((const unsigned char *)signature.p, &der);
	key = read_key(pem, "EC");
	if (key != NULL && n > 0 && EVP_PKEY_get_bits(key) == 256)
		ok = verify_sha256(key, text, der, (size_t)n);
	EVP_PKEY_free(key);
	OPENSSL_free(der);
	return ok;
}
