/* secret.c - see secret.h. */
#include "crypto/secret.h"

#include <openssl/crypto.h>

bool
secret_equal(const void *a, const void *b, size_t n)
{
	return n == 0 || CRYPTO_memcmp(a, b, n) == 0;
}

void
secret_cleanse(void *p, size_t n)
{
	if (n > 0)
		OPENSSL_cleanse(p, n);
}
