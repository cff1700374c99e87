/* seen.c - see seen.h.  Open addressing, at most half full. */
#include "provision/seen.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/digest.h"

struct slot {
	struct seen_key key;
	uint32_t item; /* + 1; 0: it is free */
};

struct seen {
	size_t mask, left;
	struct slot slots[];
};

struct seen *
seen_new(size_t most)
{
	size_t size = 16;
	struct seen *s;

	while (size < 2 * most)
		size *= 2;
	s = calloc(1, sizeof(*s) + size * sizeof(s->slots[0]));
	if (s == NULL)
		abort();
	s->mask = size - 1;
	s->left = most;
	return s;
}

void
seen_free(struct seen *s)
{
	free(s);
}

/* ASCII letters in lower case: a valid address has no others. */
struct seen_key
seen_key_of(enum seen_kind kind, const char *text)
{
	const size_t n = strlen(text);
	unsigned char *copy = malloc(n + 2);
	struct seen_key key;
	struct digest d;

	if (copy == NULL)
		abort();
	copy[0] = (unsigned char)kind;
	memcpy(copy + 1, text, n + 1);
	for (size_t i = 1; kind == SEEN_EMAIL && i <= n; i++)
		if (copy[i] >= 'A' && copy[i] <= 'Z')
			copy[i] = (unsigned char)(copy[i] - 'A' + 'a');
	d = digest_sha256(copy, n + 1);
	free(copy);
	memcpy(key.b, d.b, sizeof(key.b));
	return key;
}

static struct slot *
find(struct seen *s, const struct seen_key *key)
{
	size_t at;

	memcpy(&at, key->b, sizeof(at));
	for (at &= s->mask; s->slots[at].item != 0; at = (at + 1) & s->mask)
		if (memcmp(s->slots[at].key.b, key->b, sizeof(key->b)) == 0)
			break;
	return &s->slots[at];
}

size_t
seen_claim(struct seen *s, const struct seen_key *key, size_t item)
{
	struct slot *slot = find(s, key);

	if (slot->item != 0)
		return slot->item - 1;
	assert(s->left > 0);
	s->left--;
	*slot = (struct slot){*key, (uint32_t)item + 1};
	return item;
}

void
seen_give(struct seen *s, const struct seen_key *key, size_t item)
{
	struct slot *slot = find(s, key);

	assert(slot->item != 0);
	slot->item = (uint32_t)item + 1;
}
