/*
 * schema_verdict - what we say of JSON texts by a schema.
 *
 *   schema_verdict SCHEMA-FILE
 *
 * Reads a JSON text a line and prints a line of JSON for each: { "refused": why } when
 * it is none that we take, else { "faults": [[pointer, keyword, message], …] }, empty
 * when it fits.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "json/schema.h"

enum { SCHEMA_MAX = 1024 * 1024, MEMORY = 256 * 1024 * 1024, ANSWER_MAX = 1024 * 1024 };

static const struct schema *
read_schema(struct ctx *cx, const char *path)
{
	FILE *f = fopen(path, "rb");
	char *text = arena_alloc(cx->mem, SCHEMA_MAX);
	const struct schema *s;
	size_t n;

	if (f == NULL)
		return NULL;
	n = fread(text, 1, SCHEMA_MAX, f);
	(void)fclose(f);
	return schema_compile(cx, cx->mem, path, (struct slice){text, n}, &s) == ERR_OK
	    ? s
	    : NULL;
}

static void
put_faults(struct json_out *o, const struct ctx *cx)
{
	json_name(o, "faults");
	json_open_array(o);
	for (const struct fault *f = cx->faults; f != NULL; f = f->next) {
		json_open_array(o);
		json_put_text(o, f->pointer);
		json_put_text(o, f->keyword);
		json_put_text(o, f->message);
		json_close_array(o);
	}
	json_close_array(o);
}

static void
answer(struct ctx *cx, const struct schema *s, const char *text, size_t n)
{
	const struct json *value;
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, ANSWER_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	if (json_parse(cx, text, n, 0, &value) != ERR_OK)
		json_member_text(&o, "refused", cx->err.message);
	else {
		enum err e = schema_check(cx, s, value);

		if ((e == ERR_OK) != (cx->fault_count == 0))
			abort();
		put_faults(&o, cx);
	}
	json_close_object(&o);
	puts(buf_text(&b));
}

int
main(int argc, char **argv)
{
	struct arena *kept = arena_new(MEMORY), *mem = arena_new(MEMORY);
	const struct schema *s;
	char *line = NULL;
	size_t room = 0;
	struct ctx cx;
	ssize_t n;

	ctx_init(&cx, kept);
	if (argc != 2 || (s = read_schema(&cx, argv[1])) == NULL) {
		fprintf(stderr, "schema_verdict: no schema: %s\n", cx.err.message);
		return EXIT_FAILURE;
	}
	while ((n = getline(&line, &room, stdin)) > 0) {
		ctx_init(&cx, mem);
		answer(&cx, s, line, (size_t)n - (line[n - 1] == '\n'));
		arena_reset(mem);
	}
	free(line);
	arena_free(mem);
	arena_free(kept);
	return EXIT_SUCCESS;
}
