/* random.c - see random.h. */
#include "crypto/random.h"

#include <assert.h>
#include <openssl/rand.h>
#include <string.h>

enum err
random_bytes(struct err_info *e, void *out, size_t n)
{
	assert(n <= RANDOM_MAX);
	if (RAND_bytes(out, (int)n) == 1)
		return ERR_OK;
	memset(out, 0, n);
	return err_set(e, ERR_INTERNAL, "could not draw %zu random bytes", n);
}
