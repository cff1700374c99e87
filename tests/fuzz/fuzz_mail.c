/* Mail: a name, a subject and a text, with record separators (RS) between them. */
#include "fuzz.h"
#include "mail/mime.h"

enum { OUTPUT_MAX = 256 * 1024, TEXT_MAX = 8192, LINE_LENGTH_MAX = 78 };

/* Every line is short and in ASCII, and ends with CR LF; how many there are. */
static size_t
check_lines(const struct buf *b)
{
	struct slice s = {b->p, b->n}, line;
	size_t lines = 0;

	while (slice_cut(&s, '\n', &line) && (s.p != NULL || line.n > 0)) {
		FUZZ_HOLDS(line.n > 0 && line.p[line.n - 1] == '\r');
		FUZZ_HOLDS(line.n - 1 <= LINE_LENGTH_MAX);
		for (size_t i = 0; i + 1 < line.n; i++)
			FUZZ_HOLDS((line.p[i] >= ' ' && line.p[i] <= '~') ||
			    line.p[i] == '\t');
		lines++;
	}
	return lines;
}

/* One field: what follows its first line is folded. */
static void
check_field(struct buf *b)
{
	size_t folds = 0;

	for (const char *p = buf_text(b); (p = strstr(p, "\r\n ")) != NULL; p += 3)
		folds++;
	FUZZ_HOLDS(!b->failed);
	FUZZ_HOLDS(check_lines(b) == folds + 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct ctx *cx = fuzz_ctx();
	struct slice rest = fuzz_slice(data, n);
	const char *name, *line;
	struct buf b;

	if (n > TEXT_MAX || !utf8_valid(rest.p, n, true))
		return 0;
	name = fuzz_text(cx->mem, &rest, '\x1e');
	buf_init(&b, cx->mem, OUTPUT_MAX);
	mime_put_mailbox(&b, "To", mime_line(cx->mem, name), "a@example.com");
	check_field(&b);
	line = mime_line(cx->mem, fuzz_text(cx->mem, &rest, '\x1e'));
	FUZZ_HOLDS(utf8_valid(line, strlen(line), true));
	FUZZ_HOLDS(strcmp(mime_line(cx->mem, line), line) == 0);
	buf_init(&b, cx->mem, OUTPUT_MAX);
	mime_put_text(&b, "Subject", line);
	check_field(&b);
	buf_init(&b, cx->mem, OUTPUT_MAX);
	mime_put_body(&b, fuzz_text(cx->mem, &rest, '\x1e'));
	FUZZ_HOLDS(!b.failed && strstr(buf_text(&b), "=_") == NULL);
	(void)check_lines(&b);
	return 0;
}
