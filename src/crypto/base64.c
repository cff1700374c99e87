/* base64.c - see base64.h. */
#include "crypto/base64.h"

#include <stdint.h>

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/* The end of the text, where no NUL is yet. */
static char *
encode(char *out, const char *alphabet, const unsigned char *from, size_t n)
{
	uint32_t bits = 0;
	int have = 0;

	for (size_t i = 0; i < n; i++) {
		bits = bits << 8 | from[i];
		for (have += 8; have >= 6; have -= 6)
			*out++ = alphabet[bits >> (have - 6) & 63];
	}
	if (have > 0)
		*out++ = alphabet[bits << (6 - have) & 63];
	return out;
}

void
base64url_encode(char *out, const void *p, size_t n)
{
	*encode(out, LETTERS "-_", p, n) = '\0';
}

void
base64_encode(char *out, const void *p, size_t n)
{
	char *end = encode(out, LETTERS "+/", p, n);

	while ((end - out) % 4 != 0)
		*end++ = '=';
	*end = '\0';
}

/* extra: the last two characters of the alphabet. */
static int
value_of(char c, const char *extra)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == extra[0] ? 62 : c == extra[1] ? 63 : -1;
}

/* Without padding; *n: the room at `to`, then what was written. */
static bool
decode(struct slice text, const char *extra, unsigned char *to, size_t *n)
{
	const size_t room = *n;
	uint32_t bits = 0;
	size_t made = 0;
	int have = 0;

	if (text.n % 4 == 1)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		int v = value_of(text.p[i], extra);

		if (v < 0)
			return false;
		bits = (bits << 6 | (uint32_t)v) & 0xffff;
		if ((have += 6) < 8)
			continue;
		if (made == room)
			return false;
		have -= 8;
		to[made++] = (unsigned char)(bits >> have);
	}
	*n = made;
	return (bits & ((1u << have) - 1)) == 0;
}

bool
base64url_decode(struct slice text, void *out, size_t room, size_t *n)
{
	*n = room;
	return decode(text, "-_", out, n);
}

char *
base64url_encode_dup(struct arena *mem, const void *p, size_t n)
{
	char *out = arena_alloc(mem, BASE64URL_TEXT_SIZE(n));

	base64url_encode(out, p, n);
	return out;
}

bool
base64url_decode_dup(struct arena *mem, struct slice text, struct slice *out)
{
	size_t room = BASE64URL_VALUE_SIZE(text.n);
	char *p =
	    arena_alloc(mem, room + 1); /* arena memory is zero: the NUL is there */

	out->p = p;
	return base64url_decode(text, p, room, &out->n);
}

bool
base64_decode_dup(struct arena *mem, struct slice text, struct slice *out)
{
	const size_t room = BASE64URL_VALUE_SIZE(text.n);
	unsigned char *p = arena_alloc(mem, room + 1); /* zero, as above */

	if (text.n % 4 != 0)
		return false;
	for (int i = 0; i < 2 && text.n > 0 && text.p[text.n - 1] == '='; i++)
		text.n--;
	*out = (struct slice){(const char *)p, room};
	return decode(text, "+/", p, &out->n);
}
