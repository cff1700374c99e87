/* opaque.c - see opaque.h. */
#include "crypto/opaque.h"

#include <string.h>

#include "crypto/base64.h"
#include "crypto/random.h"
#include "crypto/secret.h"

enum { BYTES = 32, TEXT = BASE64URL_TEXT_SIZE(BYTES) };

enum err
opaque_make(struct ctx *cx, const char *prefix, struct opaque *out)
{
	const size_t n = strlen(prefix);
	unsigned char value[BYTES];
	enum err rc = random_bytes(&cx->err, value, sizeof(value));

	if (rc != ERR_OK)
		return rc;
	out->text = arena_alloc(cx->mem, n + TEXT);
	memcpy(out->text, prefix, n);
	base64url_encode(out->text + n, value, sizeof(value));
	secret_cleanse(value, sizeof(value));
	digest_hex(out->digest, digest_sha256(out->text, strlen(out->text)));
	return ERR_OK;
}

bool
opaque_digest(const char *text, const char *prefix, char digest[static DIGEST_HEX_SIZE])
{
	const size_t n = strlen(prefix);

	if (text == NULL || strnlen(text, n + TEXT) != n + TEXT - 1 ||
	    strncmp(text, prefix, n) != 0)
		return false;
	digest_hex(digest, digest_sha256(text, n + TEXT - 1));
	return true;
}
