/*
 * buf.h - the one output buffer: append without checking, ask once at the end.
 *
 * Owner:    the caller; bytes live in an arena, or on the heap without one.
 * Lifetime: arena: until its reset; heap: until buf_fini().
 * Threads:  one.
 * Failure:  sticky: past `limit` or without memory nothing more is appended and
 *           `failed` stays set until buf_reset().
 */
#ifndef TENANTD_BASE_BUF_H
#define TENANTD_BASE_BUF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct buf {
	char *p;      /* NUL-terminated at p[n] once anything was appended */
	size_t n;     /* bytes in use */
	size_t cap;   /* bytes allocated */
	size_t limit; /* most bytes it may hold */
	struct arena *mem;
	bool failed;
};

/* mem NULL: on the heap, to be released by buf_fini(). limit in bytes. */
void buf_init(struct buf *b, struct arena *mem, size_t limit);
void buf_fini(struct buf *b);
/* Empties it and keeps the heap memory; an arena buffer starts anew. */
void buf_reset(struct buf *b);

void buf_put(struct buf *b, const void *p, size_t n);
void buf_puts(struct buf *b, const char *s);
void buf_put_i64(struct buf *b, int64_t v); /* decimal */
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Whether n more bytes fit as it is: cap is no more than limit + 1. */
static inline bool
buf_has_room(const struct buf *b, size_t n)
{
	return n < b->cap - b->n && !b->failed;
}

static inline void
buf_putc(struct buf *b, char c)
{
	if (!buf_has_room(b, 1)) {
		buf_put(b, &c, 1);
		return;
	}
	b->p[b->n++] = c;
	b->p[b->n] = '\0';
}

/* The text so far, "" when empty or failed; borrowed until the next append. */
const char *buf_text(struct buf *b);

#endif
