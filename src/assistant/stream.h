/*
 * stream.h - a model's answer while it comes: events of the HTML standard (9.2), each a
 * JSON object with a delta, "[DONE]" at the end.
 *
 * Owner:    the caller, between stream_init() and stream_fini().
 * Lifetime: of that; texts that are told: until the next call.
 * Threads:  one.
 * Failure:  bad: it cannot be read, or is too long, and nothing more is taken.
 */
#ifndef TENANTD_ASSISTANT_STREAM_H
#define TENANTD_ASSISTANT_STREAM_H

#include "base/buf.h"
#include "base/ctx.h"
#include "base/str.h"

enum { STREAM_NAME_SIZE = 128, STREAM_USAGE_SIZE = 1024 };

struct stream {
	struct ctx scratch; /* of one event at a time */
	struct buf line;    /* that has not ended */
	struct buf fresh;   /* of the answer, not yet taken by stream_take() */
	bool done;          /* "[DONE]" came */
	bool bad;
	char model[STREAM_NAME_SIZE], finish[STREAM_NAME_SIZE]; /* "": not told */
	char usage[STREAM_USAGE_SIZE]; /* a JSON object; "": not told */
};

void stream_init(struct stream *s);
void stream_fini(struct stream *s);
/* A piece of it; false: no more is wanted. */
bool stream_put(struct stream *s, struct slice piece);
/* What is new of the answer; NULL: nothing. */
const char *stream_take(struct stream *s);

#endif
