/* jwk.c - see jwk.h. */
#include "crypto/jwk.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <string.h>

#include "crypto/base64.h"

enum { E_SIZE_MAX = 8, P256_SIZE = 32 };

static enum err
to_pem(struct ctx *cx, EVP_PKEY *key, const char **pem)
{
	BIO *out = BIO_new(BIO_s_mem());
	char *p = NULL;
	long n = 0;

	if (out != NULL && PEM_write_bio_PUBKEY(out, key) == 1)
		n = BIO_get_mem_data(out, &p);
	if (n > 0)
		*pem = slice_dup(cx->mem, (struct slice){p, (size_t)n});
	BIO_free(out);
	return n > 0 ? ERR_OK
		     : err_set(&cx->err, ERR_INTERNAL, "could not write a key as PEM");
}

/* Takes params; the caller keeps what they point at until here. */
static EVP_PKEY *
from_params(const char *type, OSSL_PARAM *params)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	if (c == NULL || params == NULL || EVP_PKEY_fromdata_init(c) != 1 ||
	    EVP_PKEY_fromdata(c, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(c);
	OSSL_PARAM_free(params);
	ERR_clear_error();
	return key;
}

static EVP_PKEY *
rsa_key(struct slice n, struct slice e)
{
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	BIGNUM *bn = BN_bin2bn((const unsigned char *)n.p, (int)n.n, NULL);
	BIGNUM *be = BN_bin2bn((const unsigned char *)e.p, (int)e.n, NULL);
	EVP_PKEY *key = NULL;

	if (b != NULL && bn != NULL && be != NULL &&
	    OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, bn) == 1 &&
	    OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, be) == 1)
		key = from_params("RSA", OSSL_PARAM_BLD_to_param(b));
	OSSL_PARAM_BLD_free(b);
	BN_free(bn);
	BN_free(be);
	return key;
}

static struct slice
without_zeros(struct slice s)
{
	while (s.n > 0 && s.p[0] == '\0')
		s = (struct slice){s.p + 1, s.n - 1};
	return s;
}

static int
bits_of(struct slice s)
{
	int first = s.n == 0 ? 0 : (unsigned char)s.p[0], bits = 0;

	for (; first > 0; first >>= 1)
		bits++;
	return s.n == 0 ? 0 : (int)(s.n - 1) * 8 + bits;
}

enum err
jwk_rsa_pem(struct ctx *cx, const char *n, const char *e, const char **pem)
{
	struct slice vn, ve;
	EVP_PKEY *key;
	enum err err;
	int bits;

	if (n == NULL || e == NULL || strlen(n) > 2ul * JWK_RSA_BITS_MAX / 8 ||
	    strlen(e) > 2ul * E_SIZE_MAX ||
	    !base64url_decode_dup(cx->mem, slice_of(n), &vn) ||
	    !base64url_decode_dup(cx->mem, slice_of(e), &ve))
		return err_set(
		    &cx->err, ERR_INVALID, "an RSA key needs n and e in base64url");
	vn = without_zeros(vn);
	ve = without_zeros(ve);
	bits = bits_of(vn);
	if (bits < JWK_RSA_BITS_MIN || bits > JWK_RSA_BITS_MAX)
		return err_set(&cx->err, ERR_INVALID,
		    "an RSA key has %d to %d bits, not %d", JWK_RSA_BITS_MIN,
		    JWK_RSA_BITS_MAX, bits);
	if (ve.n > E_SIZE_MAX || bits_of(ve) < 2 || (ve.p[ve.n - 1] & 1) == 0 ||
	    (vn.p[vn.n - 1] & 1) == 0)
		return err_set(&cx->err, ERR_INVALID,
		    "an RSA key has an odd modulus and an odd exponent of 3 or more");
	if ((key = rsa_key(vn, ve)) == NULL)
		return err_set(
		    &cx->err, ERR_INVALID, "cannot make an RSA key of n and e");
	err = to_pem(cx, key, pem);
	EVP_PKEY_free(key);
	return err;
}

static EVP_PKEY *
p256_key(const unsigned char point[static 1 + 2 * P256_SIZE])
{
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	EVP_PKEY *key = NULL;

	if (b != NULL &&
	    OSSL_PARAM_BLD_push_utf8_string(
		b, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1 &&
	    OSSL_PARAM_BLD_push_octet_string(
		b, OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * P256_SIZE) == 1)
		key = from_params("EC", OSSL_PARAM_BLD_to_param(b));
	OSSL_PARAM_BLD_free(b);
	return key;
}

enum err
jwk_p256_pem(struct ctx *cx, const char *x, const char *y, const char **pem)
{
	unsigned char point[1 + 2 * P256_SIZE] = {4}; /* uncompressed: SEC 1, 2.3.3 */
	size_t nx, ny;
	EVP_PKEY *key;
	enum err err;

	if (x == NULL || y == NULL ||
	    !base64url_decode(slice_of(x), point + 1, P256_SIZE, &nx) ||
	    !base64url_decode(slice_of(y), point + 1 + P256_SIZE, P256_SIZE, &ny) ||
	    nx != P256_SIZE || ny != P256_SIZE)
		return err_set(&cx->err, ERR_INVALID,
		    "a P-256 key needs x and y, 32 bytes each in base64url");
	if ((key = p256_key(point)) == NULL)
		return err_set(&cx->err, ERR_INVALID, "x and y are no point of P-256");
	err = to_pem(cx, key, pem);
	EVP_PKEY_free(key);
	return err;
}
