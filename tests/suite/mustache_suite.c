/*
 * mustache_suite - runs files of the Mustache specification's tests.
 *
 *   mustache_suite DIRECTORY FILE...
 *
 * Prints a row for each file: its tests, and how many were as it says. Exit status 1
 * when a test was not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/mustache.h"

enum { FILE_MAX = 1024 * 1024, OUTPUT_MAX = 64 * 1024 };

struct suite {
	struct ctx cx;
	const char *file;
	unsigned tests, passed;
};

static const struct mustache *
compiled(struct ctx *cx, const char *text)
{
	const struct mustache *m;

	if (mustache_compile(cx, cx->mem, slice_of(text), &m) != ERR_OK)
		printf("# %s\n", cx->err.message);
	return m;
}

static const struct mustache *
find(void *arg, const char *name)
{
	const struct json *test = arg;
	const char *text = json_get_text(json_get(test, "partials"), name);
	static struct ctx cx;

	if (cx.mem == NULL)
		ctx_init(&cx, arena_new(SIZE_MAX / 2));
	return text == NULL ? NULL : compiled(&cx, text);
}

static void
run_test(struct suite *s, const struct json *test)
{
	const struct mustache *m = compiled(&s->cx, json_get_text(test, "template"));
	struct mustache_use use = {.views = {json_get(test, "data")},
	    .find = find,
	    .arg = (void *)(uintptr_t)test};
	struct buf out;

	s->tests++;
	buf_init(&out, s->cx.mem, OUTPUT_MAX);
	if (m != NULL && mustache_render(&s->cx, m, &use, &out) == ERR_OK &&
	    strcmp(buf_text(&out), json_get_text(test, "expected")) == 0)
		s->passed++;
	else
		printf("# %s: %s: \"%s\"\n", s->file, json_get_text(test, "name"),
		    buf_text(&out));
}

static bool
run_file(const char *directory, const char *file)
{
	struct suite s = {.file = file};
	const struct json *root, *tests;
	char *text = calloc(1, FILE_MAX);
	char path[4096];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", directory, file);
	ctx_init(&s.cx, arena_new(64 * 1024 * 1024));
	if (text == NULL || (f = fopen(path, "rb")) == NULL)
		abort();
	n = fread(text, 1, FILE_MAX, f);
	(void)fclose(f);
	if (json_parse(&s.cx, text, n, 0, &root) != ERR_OK)
		printf("# %s: %s\n", file, s.cx.err.message);
	tests = json_get(root, "tests");
	for (size_t i = 0; i < json_count(tests); i++)
		run_test(&s, json_item(tests, i));
	printf("%-20s %4u tests %4u passed\n", file, s.tests, s.passed);
	arena_free(s.cx.mem);
	free(text);
	return s.tests > 0 && s.passed == s.tests;
}

int
main(int argc, char **argv)
{
	bool ok = argc > 2;

	for (int i = 2; i < argc; i++)
		ok &= run_file(argv[1], argv[i]);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
