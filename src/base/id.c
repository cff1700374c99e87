/* id.c - see id.h. */
#include "base/id.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>
#include <uuid/uuid.h>

/* Random bytes for the next ids: every request has one, and libuuid asks the kernel six
 * things for each. */
static struct {
	unsigned char bytes[256]; /* the most that getentropy() gives */
	size_t left;
	bool watched;
} pool;

/* A child must not draw the ids that its parent or a sibling draws. */
static void
forget_pool(void)
{
	pool.left = 0;
}

static bool
fill_pool(void)
{
	if (!pool.watched && pthread_atfork(NULL, NULL, forget_pool) != 0)
		return false;
	pool.watched = true;
	if (getentropy(pool.bytes, sizeof(pool.bytes)) != 0)
		return false;
	pool.left = sizeof(pool.bytes);
	return true;
}

struct uuid
uuid_random(void)
{
	struct uuid u;

	if (pool.left < sizeof(u.b) && !fill_pool()) {
		uuid_generate_random(u.b);
		return u;
	}
	pool.left -= sizeof(u.b);
	memcpy(u.b, pool.bytes + pool.left, sizeof(u.b));
	u.b[6] = (unsigned char)((u.b[6] & 0x0F) | 0x40);
	u.b[8] = (unsigned char)((u.b[8] & 0x3F) | 0x80);
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
