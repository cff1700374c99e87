/* buf.c - see buf.h. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

enum { CAP_MIN = 512 };

void
buf_init(struct buf *b, struct arena *mem, size_t limit)
{
	*b = (struct buf){.mem = mem, .limit = limit};
}

void
buf_fini(struct buf *b)
{
	if (b->mem == NULL)
		free(b->p);
	*b = (struct buf){.limit = b->limit, .mem = b->mem};
}

void
buf_reset(struct buf *b)
{
	if (b->mem != NULL) {
		b->p = NULL;
		b->cap = 0;
	}
	b->n = 0;
	b->failed = false;
	if (b->p != NULL)
		b->p[0] = '\0';
}

/* No less than cap, doubled until n more bytes and the closing NUL fit; never more than
 * the limit needs, so that what has room is within it. */
static size_t
wider(const struct buf *b, size_t n)
{
	size_t cap = b->cap < CAP_MIN ? CAP_MIN : b->cap;

	while (cap <= b->n + n)
		cap *= 2;
	return cap > b->limit ? b->limit + 1 : cap;
}

static bool
grow(struct buf *b, size_t n)
{
	size_t cap;
	char *p;

	if (b->failed || n > b->limit || b->n > b->limit - n) {
		b->failed = true;
		return false;
	}
	cap = wider(b, n);
	p = b->mem != NULL ? arena_try(b->mem, cap) : realloc(b->p, cap);
	if (p == NULL) {
		b->failed = true;
		return false;
	}
	if (b->mem != NULL && b->n > 0)
		memcpy(p, b->p, b->n);
	b->p = p;
	b->cap = cap;
	return true;
}

/* Room for n more bytes and the closing NUL. */
static inline bool
reserve(struct buf *b, size_t n)
{
	return buf_has_room(b, n) || grow(b, n);
}

void
buf_put(struct buf *b, const void *p, size_t n)
{
	if (!reserve(b, n))
		return;
	if (n > 0)
		memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = '\0';
}

void
buf_puts(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void
buf_put_i64(struct buf *b, int64_t v)
{
	char digits[STR_I64_SIZE];

	buf_puts(b, str_from_i64(digits, v));
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		b->failed = true;
	else if (reserve(b, (size_t)n)) {
		vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
}

const char *
buf_text(struct buf *b)
{
	return b->failed || b->p == NULL ? "" : b->p;
}
