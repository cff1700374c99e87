/* Mustache: a template, a view and a partial, with record separators (RS) between them.
 */
#include "fuzz.h"
#include "text/mustache.h"

enum { TEMPLATE_MAX = 8192, VIEW_MAX = 4096, OUTPUT_MAX = 64 * 1024 };

static const struct mustache *
find(void *arg, const char *name)
{
	return strcmp(name, "p") == 0 ? arg : NULL;
}

/* NULL: the template is told to be wrong, with a line. */
static const struct mustache *
compiled(struct ctx *cx, struct slice text)
{
	const struct mustache *m = NULL;
	enum err e;

	if (text.n > TEMPLATE_MAX)
		return NULL;
	e = mustache_compile(cx, cx->mem, text, &m);
	FUZZ_HOLDS(e == ERR_OK ? m != NULL : e == ERR_INVALID && m == NULL);
	FUZZ_HOLDS(e == ERR_OK || strstr(cx->err.detail, "line ") != NULL ||
	    strstr(cx->err.detail, "UTF-8") != NULL);
	ctx_clear(cx);
	return m;
}

/* Text stays text, and without a tag nothing changes. */
static void
check(struct ctx *cx, const struct mustache *m, const struct mustache_use *use,
    struct slice text)
{
	struct buf out;
	enum err e;

	buf_init(&out, cx->mem, OUTPUT_MAX);
	e = mustache_render(cx, m, use, &out);
	FUZZ_HOLDS(e == ERR_OK || e == ERR_INVALID);
	FUZZ_HOLDS(e == ERR_OK || cx->err.detail[0] != '\0');
	FUZZ_HOLDS(out.failed || utf8_valid(out.p, out.n, true));
	FUZZ_HOLDS(memmem(text.p, text.n, "{{", 2) != NULL ||
	    (out.n == text.n && memcmp(buf_text(&out), text.p, text.n) == 0));
	ctx_clear(cx);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct ctx *cx = fuzz_ctx();
	struct slice rest = fuzz_slice(data, n), text = {0}, view = {0}, partial = {0};
	struct mustache_use use = {.find = find};
	const struct mustache *m;

	if (!slice_cut(&rest, '\x1e', &text) || (m = compiled(cx, text)) == NULL)
		return 0;
	if (slice_cut(&rest, '\x1e', &view) && view.n <= VIEW_MAX &&
	    json_parse(cx, view.p, view.n, 0, &use.views[0]) != ERR_OK)
		ctx_clear(cx);
	if (slice_cut(&rest, '\x1e', &partial))
		use.arg = (void *)(uintptr_t)compiled(cx, partial);
	check(cx, m, &use, text);
	use.escape = MUSTACHE_PLAIN;
	check(cx, m, &use, text);
	return 0;
}
