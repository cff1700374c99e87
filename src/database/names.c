/* names.c - see names.h. */
#include "database/names.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "crypto/digest.h"
#include "crypto/random.h"

enum { DIGITS = 8, RANDOM_BYTES = 12 };

/* At most `most` bytes of text, as a name has them; how many. */
static size_t
put_plain(char *out, const char *text, size_t most)
{
	size_t n = 0;

	for (; *text != '\0' && n < most; text++) {
		char c = *text;

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		else if ((c < 'a' || c > 'z') && (c < '0' || c > '9'))
			c = '_';
		out[n++] = c;
	}
	return n;
}

void
database_name(char out[static DATABASE_NAME_SIZE], const char *prefix, const char *slug,
    const char *tenant_id)
{
	char hex[DIGEST_HEX_SIZE];
	size_t n = put_plain(out, prefix, DATABASE_PREFIX_MAX);

	n += put_plain(out + n, slug, DATABASE_SLUG_MAX);
	digest_hex(hex, digest_sha256(tenant_id, strlen(tenant_id)));
	snprintf(out + n, DATABASE_NAME_SIZE - n, "_%.*s", DIGITS, hex);
}

enum err
database_private_name(
    struct err_info *e, char out[static DATABASE_NAME_SIZE], const char *what)
{
	unsigned char raw[RANDOM_BYTES];
	enum err rc = random_bytes(e, raw, sizeof(raw));
	int n = snprintf(out, DATABASE_NAME_SIZE, "tenantd_%.16s_", what);

	for (size_t i = 0; i < sizeof(raw); i++)
		n += snprintf(out + n, DATABASE_NAME_SIZE - (size_t)n, "%02x", raw[i]);
	return rc;
}

void
database_mark(char out[static DATABASE_MARK_SIZE], const char *resource_id)
{
	int n = snprintf(out, DATABASE_MARK_SIZE, "tenantd:%s", resource_id);

	assert(n < DATABASE_MARK_SIZE);
}
