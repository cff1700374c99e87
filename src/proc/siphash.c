/* siphash.c - see siphash.h. The names are those of the paper, section 2. */
#include "proc/siphash.h"

#include <endian.h>
#include <string.h>

struct sip {
	uint64_t v0, v1, v2, v3;
};

static uint64_t
rotl(uint64_t x, int by)
{
	return x << by | x >> (64 - by);
}

static uint64_t
load_le(const unsigned char *p, size_t n)
{
	uint64_t x = 0;

	if (n == sizeof(x)) {
		memcpy(&x, p, sizeof(x));
		return le64toh(x);
	}
	for (size_t i = 0; i < n; i++)
		x |= (uint64_t)p[i] << (8 * i);
	return x;
}

static void
rounds(struct sip *s, int n)
{
	while (n-- > 0) {
		s->v0 += s->v1;
		s->v1 = rotl(s->v1, 13) ^ s->v0;
		s->v0 = rotl(s->v0, 32);
		s->v2 += s->v3;
		s->v3 = rotl(s->v3, 16) ^ s->v2;
		s->v0 += s->v3;
		s->v3 = rotl(s->v3, 21) ^ s->v0;
		s->v2 += s->v1;
		s->v1 = rotl(s->v1, 17) ^ s->v2;
		s->v2 = rotl(s->v2, 32);
	}
}

static void
compress(struct sip *s, uint64_t m)
{
	s->v3 ^= m;
	rounds(s, 2);
	s->v0 ^= m;
}

uint64_t
siphash(const struct siphash_key *key, const void *p, size_t n)
{
	const unsigned char *in = p;
	uint64_t k0 = load_le(key->b, 8), k1 = load_le(key->b + 8, 8);
	uint64_t last = (uint64_t)n << 56;
	struct sip s = {
	    .v0 = k0 ^ 0x736f6d6570736575ULL,
	    .v1 = k1 ^ 0x646f72616e646f6dULL,
	    .v2 = k0 ^ 0x6c7967656e657261ULL,
	    .v3 = k1 ^ 0x7465646279746573ULL,
	};

	for (; n >= 8; n -= 8, in += 8)
		compress(&s, load_le(in, 8));
	compress(&s, last | load_le(in, n));
	s.v2 ^= 0xff;
	rounds(&s, 4);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
