/*
 * FastCGI records in memory. The first byte is how many more bytes come at a time: what
 * the rest means does not depend on it.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "http/records.h"

static void
tell_params(const struct records *r, struct buf *told)
{
	for (const char *const *p = records_params(r); *p != NULL; p++)
		buf_printf(told, "%s\n", *p);
}

/* Takes what is here; false: nothing more can come of this connection. */
static bool
tell_events(struct records *r, struct buf *told)
{
	enum records_event event;

	while ((event = records_next(r)) != RECORDS_MORE) {
		buf_put(told, r->reply.p, r->reply.n);
		buf_reset(&r->reply);
		if (event != RECORDS_BODY)
			buf_printf(told, "event %d of %u\n", (int)event, r->id);
		if (event == RECORDS_REFUSED || event == RECORDS_BROKEN)
			return false;
		FUZZ_HOLDS(r->id != 0 && r->has_head);
		if (event == RECORDS_HEAD)
			tell_params(r, told);
		else if (event == RECORDS_BODY)
			buf_put(told, r->body.p, r->body.n);
		else
			(void)records_done(r);
	}
	return true;
}

/* Everything that a connection brings, told in `told`. */
static void
tell(struct records *r, struct slice bytes, size_t step, struct buf *told)
{
	records_open(r);
	do {
		size_t n, room;
		unsigned char *to = records_room(r, &room);

		FUZZ_HOLDS(room > 0);
		n = bytes.n < step ? bytes.n : step;
		if (n > room)
			n = room;
		if (n > 0)
			memcpy(to, bytes.p, n);
		bytes = (struct slice){bytes.p + n, bytes.n - n};
		records_came(r, n);
	} while (tell_events(r, told) && bytes.n > 0);
	buf_put(told, r->reply.p, r->reply.n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct ctx *cx = fuzz_ctx();
	struct records *r = arena_alloc(cx->mem, sizeof(*r));
	struct buf whole, pieces;

	if (n == 0)
		return 0;
	records_init(r);
	buf_init(&whole, NULL, SIZE_MAX);
	buf_init(&pieces, NULL, SIZE_MAX);
	tell(r, fuzz_slice(data + 1, n - 1), SIZE_MAX, &whole);
	tell(r, fuzz_slice(data + 1, n - 1), (size_t)data[0] + 1, &pieces);
	FUZZ_HOLDS(whole.n == pieces.n &&
	    (whole.n == 0 || memcmp(whole.p, pieces.p, whole.n) == 0));
	buf_fini(&whole);
	buf_fini(&pieces);
	records_fini(r);
	return 0;
}
