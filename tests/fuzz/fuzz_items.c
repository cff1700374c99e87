/*
 * Many values in one text. As an array: exactly an array's text gives all its items,
 * and they are the array's. As lines: a value a line, wherever blank ones lie.
 */
#include "fuzz.h"
#include "json/items.h"
#include "json/json.h"

enum { CUT_MAX = 256 }; /* a text this short is cut at every place */

/* What an item is parsed in, once for each. */
static struct ctx *
item_ctx(void)
{
	static struct ctx cx;
	static struct arena *mem;

	if (mem == NULL)
		mem = arena_new(FUZZ_MEMORY);
	arena_reset(mem);
	ctx_init(&cx, mem);
	return &cx;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct slice
trimmed(struct slice s)
{
	while (s.n > 0 && is_space(s.p[s.n - 1]))
		s.n--;
	while (s.n > 0 && is_space(*s.p)) {
		s.p++;
		s.n--;
	}
	return s;
}

/* The next piece, which is one of the text, behind *end and the nth. */
static bool
next_piece(struct ctx *cx, struct json_items *it, struct json_piece *out, size_t *end,
    enum err *rc)
{
	const size_t nth = it->count;
	bool more;

	*rc = json_items_next(cx, it, out, &more);
	FUZZ_HOLDS(*rc == ERR_OK || (*rc == ERR_INVALID && !it->lines && !more));
	FUZZ_HOLDS(it->at <= it->text.n && it->count == nth + more);
	if (!more)
		return false;
	FUZZ_HOLDS(out->item == nth && out->text.p == it->text.p + out->at);
	FUZZ_HOLDS(out->at >= *end && out->text.n > 0);
	FUZZ_HOLDS(out->at + out->text.n <= it->at);
	FUZZ_HOLDS(trimmed(out->text).n == out->text.n);
	*end = out->at + out->text.n;
	return true;
}

/* Once it has ended or refused, there is nothing more. */
static void
check_over(struct ctx *cx, struct json_items *it)
{
	struct json_piece piece;
	bool more;

	FUZZ_HOLDS(json_items_next(cx, it, &piece, &more) == ERR_OK && !more);
}

/* Whether the text gives items as an array does; *end: where the last of them ends. */
static enum err
run_array(struct ctx *cx, struct slice text)
{
	struct json_items it;
	struct json_piece piece;
	size_t end = 0;
	enum err rc;

	json_items_init(&it, text, false);
	while (next_piece(cx, &it, &piece, &end, &rc))
		FUZZ_HOLDS(piece.line == piece.item + 1);
	check_over(cx, &it);
	return rc;
}

static void
check_array(struct ctx *cx, struct slice text)
{
	struct json_items it;
	struct json_piece piece;
	const struct json *whole, *value;
	/* an item may be as deep as a text */
	const enum err e =
	    json_parse(cx, text.p, text.n, JSON_DEPTH_DEFAULT + 1, &whole);
	const bool is_array = e == ERR_OK && json_type(whole) == JSON_ARRAY;
	bool all = true;
	size_t end = 0;
	enum err rc;

	json_items_init(&it, text, false);
	while (next_piece(cx, &it, &piece, &end, &rc)) {
		struct ctx *own = item_ctx();

		if (json_parse(own, piece.text.p, piece.text.n, 0, &value) != ERR_OK)
			all = false;
		else if (is_array)
			FUZZ_HOLDS(json_equal(value, json_item(whole, piece.item)));
	}
	if (e != ERR_TOO_LARGE)
		FUZZ_HOLDS(is_array == (all && rc == ERR_OK));
	FUZZ_HOLDS(!is_array || it.count == json_count(whole));
	FUZZ_HOLDS(run_array(cx, text) == rc);
}

static void
check_lines(struct ctx *cx, struct slice text)
{
	struct slice rest = text, line;
	struct json_items it;
	struct json_piece piece;
	size_t number = 0, end = 0;
	enum err rc;

	json_items_init(&it, text, true);
	while (slice_cut(&rest, '\n', &line)) {
		number++;
		line = trimmed(line);
		if (line.n == 0)
			continue;
		FUZZ_HOLDS(next_piece(cx, &it, &piece, &end, &rc));
		FUZZ_HOLDS(piece.line == number);
		FUZZ_HOLDS(piece.text.p == line.p && piece.text.n == line.n);
	}
	FUZZ_HOLDS(!next_piece(cx, &it, &piece, &end, &rc));
	check_over(cx, &it);
}

/* An array's items, written a line each, are the same values. */
static void
check_written(struct ctx *cx, struct slice text)
{
	static const char *const ends[] = {"\n", "\r\n", "\n \n", " \r\n\n"};
	const struct json *whole, *value;
	struct json_items it;
	struct json_piece piece;
	struct json_out o;
	struct buf b;
	size_t end = 0;
	enum err rc;

	if (json_parse(cx, text.p, text.n, 0, &whole) != ERR_OK)
		return;
	buf_init(&b, NULL, SIZE_MAX);
	for (size_t i = 0; i < json_count(whole); i++) {
		json_out_init(&o, &b);
		json_put(&o, json_item(whole, i));
		if (i + 1 < json_count(whole))
			buf_puts(&b, ends[i % COUNT_OF(ends)]);
	}
	json_items_init(&it, (struct slice){buf_text(&b), b.n}, true);
	while (next_piece(cx, &it, &piece, &end, &rc)) {
		struct ctx *own = item_ctx();

		FUZZ_HOLDS(
		    json_parse(own, piece.text.p, piece.text.n, 0, &value) == ERR_OK);
		FUZZ_HOLDS(json_equal(value, json_item(whole, piece.item)));
	}
	FUZZ_HOLDS(json_type(whole) != JSON_ARRAY || it.count == json_count(whole));
	buf_fini(&b);
}

/* Its beginnings, each in memory of its own: an array is none before its last bracket.
 */
static void
check_cut(struct ctx *cx, struct slice text)
{
	const bool is_array = run_array(cx, text) == ERR_OK;
	const struct slice inner = trimmed(text);
	const size_t least = (size_t)(inner.p - text.p) + inner.n;

	for (size_t n = 0; n < text.n; n++) {
		char *own = malloc(n > 0 ? n : 1);
		struct slice begun = {own, n};

		FUZZ_HOLDS(own != NULL);
		memcpy(own, text.p, n);
		check_lines(cx, begun);
		if (is_array)
			FUZZ_HOLDS((run_array(cx, begun) == ERR_OK) == (n >= least));
		else
			(void)run_array(cx, begun);
		free(own);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct ctx *cx = fuzz_ctx();
	struct slice text = fuzz_slice(data, n);

	check_array(cx, text);
	check_lines(cx, text);
	check_written(cx, text);
	if (n <= CUT_MAX)
		check_cut(cx, text);
	return 0;
}
