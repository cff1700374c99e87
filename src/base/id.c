/* id.c - see id.h. */
#include "base/id.h"

#include <string.h>
#include <uuid/uuid.h>

struct uuid
uuid_random(void)
{
	struct uuid u;

	uuid_generate_random(u.b);
	return u;
}

struct uuid
uuid_named(struct uuid ns, const char *name, size_t n)
{
	struct uuid u;

	uuid_generate_sha1(u.b, ns.b, name, n);
	return u;
}

bool
uuid_from_text(struct slice text, struct uuid *out)
{
	char copy[UUID_TEXT_SIZE];

	if (text.n != UUID_TEXT_SIZE - 1)
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	return uuid_parse(copy, out->b) == 0;
}

void
uuid_text(char out[static UUID_TEXT_SIZE], struct uuid u)
{
	uuid_unparse_lower(u.b, out);
}

int
uuid_version(struct uuid u)
{
	return (u.b[8] & 0xC0) == 0x80 ? u.b[6] >> 4 : 0;
}
