/* stream.c - see stream.h. */
#include "assistant/stream.h"

#include <stdio.h>
#include <string.h>

#include "json/json.h"

enum {
	LINE_MAX_BYTES = 256 * 1024,
	FRESH_MAX = 8 * 1024 * 1024,
	SCRATCH = 4 * 1024 * 1024
};

void
stream_init(struct stream *s)
{
	*s = (struct stream){.done = false};
	ctx_init(&s->scratch, arena_new(SCRATCH));
	buf_init(&s->line, NULL, LINE_MAX_BYTES);
	buf_init(&s->fresh, NULL, FRESH_MAX);
}

void
stream_fini(struct stream *s)
{
	buf_fini(&s->line);
	buf_fini(&s->fresh);
	arena_free(s->scratch.mem);
}

static void
keep_name(char out[static STREAM_NAME_SIZE], const char *name)
{
	if (name != NULL)
		snprintf(out, STREAM_NAME_SIZE, "%s", name);
}

static void
keep_usage(struct stream *s, const struct json *usage)
{
	const char *text =
	    json_type(usage) == JSON_OBJECT ? json_print(s->scratch.mem, usage) : NULL;

	if (text != NULL && strlen(text) < sizeof(s->usage))
		snprintf(s->usage, sizeof(s->usage), "%s", text);
}

static void
take_event(struct stream *s, const struct json *event)
{
	const struct json *choice = json_item(json_get(event, "choices"), 0);
	const char *text = json_get_text(json_get(choice, "delta"), "content");

	if (json_type(event) != JSON_OBJECT || json_get(event, "error") != NULL) {
		s->bad = true;
		return;
	}
	keep_name(s->model, json_get_text(event, "model"));
	keep_name(s->finish, json_get_text(choice, "finish_reason"));
	keep_usage(s, json_get(event, "usage"));
	if (text != NULL)
		buf_puts(&s->fresh, text);
	s->bad = s->fresh.failed;
}

/* Only data matters, and each line of it is an event of its own. */
static void
take_line(struct stream *s, struct slice line)
{
	const struct json *event;
	struct slice name, value = line;

	if (line.n > 0 && line.p[line.n - 1] == '\r')
		value.n = --line.n;
	if (!slice_cut(&value, ':', &name) || !slice_eq(name, "data") ||
	    value.p == NULL)
		return;
	value = slice_trim(value);
	if (slice_eq(value, "[DONE]")) {
		s->done = true;
		return;
	}
	if (json_parse(&s->scratch, value.p, value.n, JSON_DEPTH_DEFAULT, &event) ==
	    ERR_OK)
		take_event(s, event);
	else
		s->bad = true;
	ctx_clear(&s->scratch);
	arena_reset(s->scratch.mem);
}

bool
stream_put(struct stream *s, struct slice piece)
{
	while (piece.n > 0 && !s->bad && !s->done) {
		const char *end = memchr(piece.p, '\n', piece.n);
		size_t n = end != NULL ? (size_t)(end - piece.p) : piece.n;

		buf_put(&s->line, piece.p, n);
		s->bad = s->line.failed;
		if (end == NULL || s->bad)
			break;
		take_line(s, (struct slice){s->line.p, s->line.n});
		buf_reset(&s->line);
		piece = (struct slice){end + 1, piece.n - n - 1};
	}
	return !s->bad && !s->done;
}

const char *
stream_take(struct stream *s)
{
	const char *text = buf_text(&s->fresh);

	if (s->fresh.n == 0)
		return NULL;
	s->fresh.n = 0;
	return text;
}
