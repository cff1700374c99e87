/* arena.c - see arena.h.  Blocks double up to BLOCK_MAX; the first is kept. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif

#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n)   ASAN_POISON_MEMORY_REGION((p), (n))
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
enum { GAP = 16 }; /* stays poisoned, so that a byte too far is seen */
#else
#define POISON(p, n)   ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
enum { GAP = 0 };
#endif

enum { BLOCK_MIN = 32 * 1024, BLOCK_MAX = 256 * 1024 };

struct block {
	struct block *next;
	size_t size, used;
	alignas(max_align_t) unsigned char data[];
};

struct deferred {
	struct deferred *next;
	void (*drop)(void *);
	void *obj;
};

struct arena {
	struct block *head; /* block being filled */
	struct deferred *deferred;
	size_t used, limit;
	bool cleanse; /* at the next reset */
};

static struct block *
block_new(size_t size)
{
	struct block *b = malloc(sizeof(*b) + size);

	if (b == NULL)
		return NULL;
	b->next = NULL;
	b->size = size;
	b->used = 0;
	POISON(b->data, size);
	return b;
}

static void
block_drop(struct block *b)
{
	UNPOISON(b->data, b->size);
	free(b);
}

static _Noreturn void
arena_oom(size_t size)
{
	fprintf(stderr, "arena: out of memory allocating %zu bytes\n", size);
	abort();
}

struct arena *
arena_new(size_t limit)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (a == NULL || (a->head = block_new(BLOCK_MIN)) == NULL)
		arena_oom(BLOCK_MIN);
	a->limit = limit;
	return a;
}

void *
arena_try(struct arena *a, size_t size)
{
	const size_t align = alignof(max_align_t);
	struct block *b = a->head;
	size_t whole;
	void *p;

	if (size > SIZE_MAX - align - GAP)
		return NULL;
	whole = (size + align - 1) & ~(align - 1);
	if (whole > a->limit - a->used)
		return NULL;

	if (whole + GAP > b->size - b->used) {
		size_t want = b->size < BLOCK_MAX ? b->size * 2 : BLOCK_MAX;

		if (want < whole + GAP)
			want = whole + GAP;
		if ((b = block_new(want)) == NULL)
			return NULL;
		b->next = a->head;
		a->head = b;
	}
	p = b->data + b->used;
	UNPOISON(p, size);
	b->used += whole + GAP;
	a->used += whole;
	return memset(p, 0, size);
}

void *
arena_alloc(struct arena *a, size_t size)
{
	void *p = arena_try(a, size);

	if (p == NULL)
		arena_oom(size);
	return p;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	size_t n = strlen(s) + 1;

	return memcpy(arena_alloc(a, n), s, n);
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	char *s;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		arena_oom(0);
	s = arena_alloc(a, (size_t)n + 1);
	vsnprintf(s, (size_t)n + 1, fmt, again);
	va_end(again);
	return s;
}

void
arena_defer(struct arena *a, void (*drop)(void *), void *obj)
{
	struct deferred *d = arena_alloc(a, sizeof(*d));

	d->drop = drop;
	d->obj = obj;
	d->next = a->deferred;
	a->deferred = d;
}

void
arena_cleanse_at_reset(struct arena *a)
{
	a->cleanse = true;
}

static void
cleanse(struct arena *a)
{
	for (struct block *b = a->head; b != NULL && a->cleanse; b = b->next) {
		UNPOISON(b->data, b->used);
		explicit_bzero(b->data, b->used);
	}
	a->cleanse = false;
}

void
arena_reset(struct arena *a)
{
	struct block *b, *next;

	while (a->deferred != NULL) {
		struct deferred *d = a->deferred;

		a->deferred = d->next;
		d->drop(d->obj);
	}
	cleanse(a);
	for (b = a->head; b->next != NULL; b = next) {
		next = b->next;
		block_drop(b);
	}
	b->used = 0;
	POISON(b->data, b->size);
	a->head = b;
	a->used = 0;
}

void
arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	arena_reset(a);
	block_drop(a->head);
	free(a);
}

size_t
arena_used(const struct arena *a)
{
	return a->used;
}
