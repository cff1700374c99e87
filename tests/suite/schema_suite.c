/*
 * schema_suite - runs files of the official JSON Schema test suite.
 *
 *   schema_suite SET DIRECTORY FILE...
 *
 * SET has a line "URI PATH" for each document the schemas may refer to. Prints a row
 * for each file: its tests, how many were as the suite says, how many were left out,
 * and why. Exit status 1 when a test was not as the suite says.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "json/schema.h"

enum { FILE_MAX = 4 * 1024 * 1024, REASONS_MAX = 32, REASON_SIZE = 200, SET_MAX = 200 };

/* The documents beside that of the test. */
static struct {
	const char *uri;
	struct slice text;
} set[SET_MAX];
static size_t set_count;

struct suite {
	const char *file;
	unsigned tests, passed, left_out;
	struct {
		char text[REASON_SIZE];
		unsigned n;
	} reasons[REASONS_MAX];
	unsigned reason_count;
};

static bool
read_file(struct buf *b, const char *path)
{
	FILE *f = fopen(path, "rb");
	char piece[4096];
	size_t n;

	if (f == NULL)
		return false;
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_put(b, piece, n);
	(void)fclose(f);
	return !b->failed && b->n > 0;
}

static bool
read_set(struct arena *mem, const char *path)
{
	struct slice rest, line, uri;
	struct buf list, text;
	bool ok;

	buf_init(&list, mem, FILE_MAX);
	ok = read_file(&list, path);
	rest = slice_of(buf_text(&list));
	while (ok && slice_cut(&rest, '\n', &line) && line.n > 0) {
		ok = slice_cut(&line, ' ', &uri) && set_count < SET_MAX;
		buf_init(&text, mem, FILE_MAX);
		ok = ok && read_file(&text, slice_dup(mem, line));
		if (!ok)
			break;
		set[set_count].uri = slice_dup(mem, uri);
		set[set_count++].text = (struct slice){text.p, text.n};
	}
	return ok;
}

/* Compiles a schema that may refer to all of the set. */
static enum err
compile(struct ctx *cx, const char *text, const struct schema **out)
{
	struct schema_bundle *b = schema_bundle_new(cx->mem);
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < set_count; i++)
		e = schema_bundle_add(cx, b, set[i].uri, set[i].text);
	if (e == ERR_OK)
		e = schema_bundle_add(cx, b, "suite", slice_of(text));
	return e == ERR_OK ? schema_bundle_compile(cx, b, "suite", out) : e;
}

static void
leave_out(struct suite *s, unsigned tests, const char *why)
{
	unsigned i = 0;

	s->left_out += tests;
	while (i < s->reason_count && strcmp(s->reasons[i].text, why) != 0)
		i++;
	if (i == REASONS_MAX)
		abort();
	if (i == s->reason_count) {
		snprintf(s->reasons[i].text, REASON_SIZE, "%s", why);
		s->reason_count++;
	}
	s->reasons[i].n += tests;
}

/* Why a single test of a supported schema does not apply to us, or NULL. */
static const char *
excuse(const struct suite *s, const struct json *test)
{
	const char *what = json_get_text(test, "description");
	const char *data = json_get_text(test, "data");

	if (strcmp(s->file, "format.json") == 0 &&
	    strstr(what, "only an annotation by default") != NULL)
		return "formats are asserted";
	if (strcmp(s->file, "optional/format/hostname.json") == 0 && data != NULL &&
	    strncasecmp(data, "xn--", 4) == 0)
		return "A-labels are not decoded";
	if (strcmp(s->file, "optional/format/email.json") == 0 && data != NULL &&
	    json_bool(json_get(test, "valid")) &&
	    (strpbrk(data, "~\"") != NULL || strstr(data, "@[") != NULL))
		return "~, quotes and address literals are not taken, as by Zod";
	if (strcmp(s->file, "optional/format/ecmascript-regex.json") == 0 &&
	    strstr(what, "variable-width lookbehind") != NULL)
		return "PCRE2 has no lookbehind of variable width";
	return NULL;
}

static void
run_test(struct suite *s, struct ctx *cx, const struct json *group,
    const struct schema *schema, const struct json *test)
{
	const char *why = excuse(s, test);
	bool valid;

	s->tests++;
	if (why != NULL) {
		leave_out(s, 1, why);
		return;
	}
	ctx_clear(cx);
	valid = schema_check(cx, schema, json_get(test, "data")) == ERR_OK;
	if (valid == (cx->fault_count == 0) &&
	    valid == json_bool(json_get(test, "valid")))
		s->passed++;
	else
		printf("# %s: %s: %s: we say %s\n", s->file,
		    json_get_text(group, "description"),
		    json_get_text(test, "description"), valid ? "valid" : "not valid");
}

/* The reason at the end of our own message. */
static const char *
reason(const struct ctx *cx)
{
	const char *colon = strstr(cx->err.message, "\": ");

	return colon == NULL ? cx->err.message : colon + 3;
}

static bool
is_excused(const char *why)
{
	static const char start[] = "unknown keyword ", end[] = " is not supported";
	size_t n = strlen(why);

	return strncmp(why, start, sizeof(start) - 1) == 0 ||
	    (n > sizeof(end) && strcmp(why + n - (sizeof(end) - 1), end) == 0);
}

/* NUL, which we refuse while parsing, becomes a mark: its tests are left out by that.
 */
static void
mark_nul(char *text)
{
	while ((text = strstr(text, "\\u0000")) != NULL)
		/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): text goes on */
		memcpy(text, "\\ufffd", 6);
}

static bool
is_marked(struct arena *mem, const struct json *v)
{
	return strstr(json_print(mem, v), "\xEF\xBF\xBD") != NULL;
}

static void
run_tests(struct suite *s, struct ctx *cx, const struct json *group,
    const struct schema *schema)
{
	const struct json *tests = json_get(group, "tests");
	bool marked = is_marked(cx->mem, json_get(group, "schema"));

	for (size_t i = 0; i < json_count(tests); i++) {
		const struct json *test = json_item(tests, i);

		if (marked || is_marked(cx->mem, test)) {
			s->tests++;
			leave_out(s, 1, "NUL is refused while parsing");
		} else
			run_test(s, cx, group, schema, test);
	}
}

static void
run_group(struct suite *s, const char *text, size_t n)
{
	struct arena *mem = arena_new(64 * 1024 * 1024);
	char *copy = slice_dup(mem, (struct slice){text, n});
	const struct schema *schema;
	const struct json *group;
	const char *source;
	struct ctx cx;
	unsigned tests;

	ctx_init(&cx, mem);
	mark_nul(copy);
	if (json_parse(&cx, copy, n, 256, &group) != ERR_OK) {
		s->tests++;
		printf("# %s: %s\n", s->file, cx.err.message);
		arena_free(mem);
		return;
	}
	tests = (unsigned)json_count(json_get(group, "tests"));
	source = json_print(mem, json_get(group, "schema"));
	if (compile(&cx, source, &schema) == ERR_OK)
		run_tests(s, &cx, group, schema);
	else {
		s->tests += tests;
		if (is_excused(reason(&cx)))
			leave_out(s, tests, reason(&cx));
		else
			printf("# %s: %s: %s\n", s->file,
			    json_get_text(group, "description"), cx.err.message);
	}
	arena_free(mem);
}

/* Runs each object of the array: group by group, as some hold what we refuse to parse.
 */
static void
run_groups(struct suite *s, const char *text)
{
	const char *start = text;
	bool in_string = false;
	unsigned depth = 0;

	for (const char *p = text; *p != '\0'; p++) {
		if (in_string) {
			if (*p == '\\')
				p++;
			else
				in_string = *p != '"';
		} else if (*p == '"')
			in_string = true;
		else if (*p == '{' && depth++ == 0)
			start = p;
		else if (*p == '}' && --depth == 0)
			run_group(s, start, (size_t)(p - start) + 1);
	}
}

static bool
run_file(const char *directory, const char *file)
{
	struct suite s = {.file = file};
	char path[4096];
	struct buf text;

	buf_init(&text, NULL, FILE_MAX);
	snprintf(path, sizeof(path), "%s/%s", directory, file);
	if (!read_file(&text, path)) {
		printf("# could not read %s\n", path);
		buf_fini(&text);
		return false;
	}
	run_groups(&s, buf_text(&text));
	buf_fini(&text);
	printf("%-42s %4u tests %4u passed %4u left out", file, s.tests, s.passed,
	    s.left_out);
	for (unsigned i = 0; i < s.reason_count; i++)
		printf("%s %u: %s", i == 0 ? " -" : ";", s.reasons[i].n,
		    s.reasons[i].text);
	printf("\n");
	return s.passed + s.left_out == s.tests;
}

int
main(int argc, char **argv)
{
	struct arena *mem = arena_new(64 * 1024 * 1024);
	bool ok = argc > 3 && read_set(mem, argv[1]);

	for (int i = 3; i < argc; i++)
		ok &= run_file(argv[2], argv[i]);
	arena_free(mem);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
