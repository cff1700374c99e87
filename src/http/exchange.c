/* exchange.c - see exchange.h. */
#include "http/exchange.h"

#include <string.h>
#include <sys/mman.h>

#include "base/clock.h"

enum { DRAIN_CHUNK = 16 * 1024, BODY_FIRST = 4 * 1024, MEGABYTE = 1024 * 1024 };

bool
exchange_late(const struct exchange *x, int64_t since_ms, uint64_t bytes)
{
	int64_t grace = (int64_t)x->timeout_ms * (int64_t)(1 + bytes / MEGABYTE);

	return clock_mono_ms() - since_ms > grace;
}

/* Like x->read, keeping account: 0 also when broken. */
static size_t
take(struct exchange *x, char *out, size_t size)
{
	long n;

	if (x->ended || x->broken)
		return 0;
	n = x->read(x, out, size);
	if (n < 0 || exchange_late(x, x->began_ms, x->taken)) {
		x->broken = true;
		return 0;
	}
	if (n == 0)
		x->ended = true;
	x->taken += (uint64_t)n;
	return (size_t)n;
}

bool
exchange_drain(struct exchange *x)
{
	char dropped[DRAIN_CHUNK];

	while (x->taken < EXCHANGE_DRAIN_MAX && take(x, dropped, sizeof(dropped)) > 0)
		;
	return x->ended;
}

static enum err
too_large(struct ctx *cx, size_t limit)
{
	return err_tell(&cx->err, ERR_TOO_LARGE,
	    "the request body is larger than %zu bytes", limit);
}

/* CONTENT_LENGTH in bytes; -1: not told. */
static enum err
told_length(struct ctx *cx, const struct request *rq, int64_t *out)
{
	const char *text = request_param(rq, "CONTENT_LENGTH");

	*out = -1;
	if (text != NULL && !str_to_i64(slice_of(text), 0, INT64_MAX, out))
		return err_tell(
		    &cx->err, ERR_INVALID, "the Content-Length is not valid");
	return ERR_OK;
}

/* Reads to the end of the stream; one byte past the limit is enough to know. */
static enum err
read_all(
    struct ctx *cx, struct exchange *x, size_t first, size_t limit, struct slice *body)
{
	size_t cap = first, used = 0, n;
	char *p = arena_try(cx->mem, cap + 1);

	while (p != NULL && (n = take(x, p + used, cap - used)) > 0) {
		used += n;
		if (used > limit)
			return too_large(cx, limit);
		if (used == cap) {
			size_t wider = cap > limit / 2 ? limit + 1 : cap * 2;
			char *q = arena_try(cx->mem, wider + 1);

			if (q != NULL)
				memcpy(q, p, used);
			p = q;
			cap = wider;
		}
	}
	if (p == NULL)
		return err_set(&cx->err, ERR_TOO_LARGE,
		    "the body does not fit the request's memory: %zu bytes", used);
	p[used] = '\0';
	body->p = p;
	body->n = used;
	return ERR_OK;
}

/* The length that was told, unless that is too much already. */
static enum err
bounded_length(struct ctx *cx, const struct request *rq, size_t limit, int64_t *told)
{
	enum err e = told_length(cx, rq, told);

	if (e == ERR_OK && *told >= 0 && (uint64_t)*told > limit)
		e = too_large(cx, limit);
	return e;
}

static enum err
keep_body(struct ctx *cx, const struct exchange *x, struct request *rq, int64_t told,
    struct slice body)
{
	if (!x->ended || (told >= 0 && (uint64_t)told > body.n))
		return err_tell(&cx->err, ERR_INVALID, "the body ended early");
	rq->body = body.p;
	rq->body_length = body.n;
	return ERR_OK;
}

enum err
exchange_read_body(struct ctx *cx, struct exchange *x, struct request *rq, size_t limit)
{
	struct slice body = {"", 0};
	size_t first = BODY_FIRST;
	int64_t told;
	enum err e;

	if (rq->body != NULL)
		return ERR_OK;
	if ((e = bounded_length(cx, rq, limit, &told)) != ERR_OK)
		return e;
	/* One byte more than told, so that the end is seen without growing. */
	if (told >= 0)
		first = (size_t)told + 1;
	else if (first > limit)
		first = limit + 1;
	if ((e = read_all(cx, x, first, limit, &body)) != ERR_OK)
		return e;
	return keep_body(cx, x, rq, told, body);
}

/* -- a body in memory of its own -- */

struct spool {
	char *p;
	size_t size;
};

static void
unmap(void *obj)
{
	const struct spool *s = obj;

	(void)munmap(s->p, s->size);
}

/* Address space for all of it; a page is memory once something is written there. */
static struct spool *
map_spool(struct ctx *cx, size_t size)
{
	struct spool *s = arena_alloc(cx->mem, sizeof(*s));

	s->size = size;
	s->p = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (s->p == MAP_FAILED) {
		(void)err_set(&cx->err, ERR_UNAVAILABLE,
		    "no address space for a body of %zu bytes", size);
		return NULL;
	}
	arena_defer(cx->mem, unmap, s);
	return s;
}

enum err
exchange_spool_body(
    struct ctx *cx, struct exchange *x, struct request *rq, size_t limit)
{
	const struct spool *s;
	size_t used = 0, n;
	int64_t told;
	enum err e;

	if (rq->body != NULL)
		return ERR_OK;
	if ((e = bounded_length(cx, rq, limit, &told)) != ERR_OK)
		return e;
	/* one byte past the limit is enough to know, and one is for NUL */
	if ((s = map_spool(cx, limit + 2)) == NULL)
		return cx->err.code;
	while (used <= limit && (n = take(x, s->p + used, limit + 1 - used)) > 0)
		used += n;
	if (used > limit)
		return too_large(cx, limit);
	return keep_body(cx, x, rq, told, (struct slice){s->p, used});
}

void
exchange_finish_head(struct response *rs, struct buf *head)
{
	if (rs->body.failed || rs->headers.failed) {
		struct ctx cx = {0};

		err_set(&cx.err, ERR_INTERNAL, "the answer grew past its limit");
		memcpy(cx.request_id, rs->request_id, sizeof(cx.request_id));
		response_problem(rs, &cx);
	}
	buf_reset(head);
	response_head(rs, head);
}
