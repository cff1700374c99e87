/* token_cache.c - see token_cache.h. */
#include "auth/token_cache.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/secret.h"

struct entry {
	char *memory; /* token, then what the principal points at; NULL: free */
	size_t size;
	uint64_t hash;
	const struct issuer *issuer;
	unsigned generation;
	struct claim_times times;
	struct principal principal;
};

struct token_cache {
	struct entry sets[TOKEN_CACHE_SETS][TOKEN_CACHE_WAYS];
	unsigned next[TOKEN_CACHE_SETS]; /* the way to be taken next */
};

/* FNV-1a over the end, which is the signature. Only verified tokens get in, so nobody
 * else fills a set on purpose. */
static uint64_t
hash_of(const char *token)
{
	const size_t n = strlen(token), last = n < 32 ? n : 32;
	uint64_t h = 0xcbf29ce484222325u;

	for (const char *p = token + n - last; *p != '\0'; p++)
		h = (h ^ (unsigned char)*p) * 0x100000001b3u;
	return h;
}

static void
drop(struct entry *e)
{
	if (e->memory == NULL)
		return;
	secret_cleanse(e->memory, e->size);
	free(e->memory);
	*e = (struct entry){0};
}

struct token_cache *
token_cache_new(void)
{
	struct token_cache *c = calloc(1, sizeof(*c));

	if (c == NULL)
		abort();
	return c;
}

void
token_cache_free(struct token_cache *c)
{
	for (size_t s = 0; s < TOKEN_CACHE_SETS; s++)
		for (size_t w = 0; w < TOKEN_CACHE_WAYS; w++)
			drop(&c->sets[s][w]);
	free(c);
}

size_t
token_cache_count(const struct token_cache *c)
{
	size_t n = 0;

	for (size_t s = 0; s < TOKEN_CACHE_SETS; s++)
		for (size_t w = 0; w < TOKEN_CACHE_WAYS; w++)
			n += c->sets[s][w].memory != NULL;
	return n;
}

static struct entry *
find(struct token_cache *c, const char *token)
{
	uint64_t h = hash_of(token);
	struct entry *set = c->sets[h % TOKEN_CACHE_SETS];

	for (size_t w = 0; w < TOKEN_CACHE_WAYS; w++)
		if (set[w].memory != NULL && set[w].hash == h &&
		    strcmp(set[w].memory, token) == 0)
			return &set[w];
	return NULL;
}

/* -- a principal's texts in one piece of memory, list first for alignment -- */

static size_t
text_size(const char *s)
{
	return s == NULL ? 0 : strlen(s) + 1;
}

static size_t
list_size(const struct name_list *l)
{
	size_t n = l->count * sizeof(*l->names);

	for (size_t i = 0; i < l->count; i++)
		n += text_size(l->names[i]);
	return n;
}

static size_t
principal_size(const struct principal *p)
{
	return list_size(&p->roles) + list_size(&p->scopes) + text_size(p->issuer) +
	    text_size(p->email) + text_size(p->tenant_id) + text_size(p->client_id) +
	    text_size(p->session_id);
}

static const char *
put_text(char **at, const char *s)
{
	size_t n = text_size(s);
	char *copy = *at;

	if (s == NULL)
		return NULL;
	memcpy(copy, s, n);
	*at += n;
	return copy;
}

/* memory: principal_size() bytes, aligned for pointers. */
static void
principal_copy(struct principal *to, const struct principal *from, char *memory)
{
	const char **names = (const char **)(void *)memory;
	char *at;

	*to = *from;
	to->roles.names = names;
	to->scopes.names = names + from->roles.count;
	at = (char *)(void *)(names + from->roles.count + from->scopes.count);
	for (size_t i = 0; i < from->roles.count; i++)
		to->roles.names[i] = put_text(&at, from->roles.names[i]);
	for (size_t i = 0; i < from->scopes.count; i++)
		to->scopes.names[i] = put_text(&at, from->scopes.names[i]);
	to->issuer = put_text(&at, from->issuer);
	to->email = put_text(&at, from->email);
	to->tenant_id = put_text(&at, from->tenant_id);
	to->client_id = put_text(&at, from->client_id);
	to->session_id = put_text(&at, from->session_id);
}

/* -- the table -- */

bool
token_cache_find(struct token_cache *c, const char *token, struct arena *mem,
    struct principal *out, struct claim_times *times)
{
	struct entry *e = find(c, token);

	if (e == NULL)
		return false;
	if (e->generation != e->issuer->generation) {
		drop(e);
		return false;
	}
	principal_copy(
	    out, &e->principal, arena_alloc(mem, principal_size(&e->principal) + 1));
	*times = e->times;
	return true;
}

void
token_cache_drop(struct token_cache *c, const char *token)
{
	struct entry *e = find(c, token);

	if (e != NULL)
		drop(e);
}

static struct entry *
place_for(struct token_cache *c, uint64_t hash)
{
	size_t s = hash % TOKEN_CACHE_SETS;

	for (size_t w = 0; w < TOKEN_CACHE_WAYS; w++)
		if (c->sets[s][w].memory == NULL)
			return &c->sets[s][w];
	return &c->sets[s][c->next[s]++ % TOKEN_CACHE_WAYS];
}

void
token_cache_add(struct token_cache *c, const char *token, const struct issuer *i,
    const struct principal *p, const struct claim_times *times)
{
	size_t n = strlen(token) + 1, at = (n + 15) & ~(size_t)15;
	size_t size = at + principal_size(p);
	uint64_t h = hash_of(token);
	struct entry *e = place_for(c, h);
	char *memory = malloc(size);

	if (memory == NULL)
		return;
	drop(e);
	memcpy(memory, token, n);
	*e = (struct entry){.memory = memory,
	    .size = size,
	    .hash = h,
	    .issuer = i,
	    .generation = i->generation,
	    .times = *times};
	principal_copy(&e->principal, p, memory + at);
}
