/* table.c - see table.h. */
#include "cli/table.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "json/json.h"

enum { GAP = 2, OUTPUT_MAX = 32 * 1024 * 1024 };

enum kind { KIND_TEXT, KIND_NUMBER, KIND_BOOL, KIND_JSON };

struct table_cell {
	enum kind kind;
	const char *text; /* KIND_TEXT, KIND_JSON; NULL: nothing */
	int64_t number;
};

void
table_init(struct table *t, struct arena *mem, const char *const *columns, int width)
{
	*t = (struct table){.mem = mem, .columns = columns, .width = width};
}

static void
add_cell(struct table *t, struct table_cell cell)
{
	if (t->count == t->room) {
		size_t room = t->room == 0 ? 64 : t->room * 2;
		struct table_cell *more = arena_alloc(t->mem, room * sizeof(*more));

		if (t->count > 0)
			memcpy(more, t->cells, t->count * sizeof(*more));
		t->cells = more;
		t->room = room;
	}
	t->cells[t->count++] = cell;
}

void
table_text(struct table *t, const char *s)
{
	add_cell(t, (struct table_cell){KIND_TEXT, s, 0});
}

void
table_i64(struct table *t, int64_t v)
{
	add_cell(t, (struct table_cell){KIND_NUMBER, NULL, v});
}

void
table_bool(struct table *t, bool v)
{
	add_cell(t, (struct table_cell){KIND_BOOL, NULL, v});
}

void
table_json(struct table *t, const char *json)
{
	add_cell(t, (struct table_cell){KIND_JSON, json, 0});
}

/* -- for people -- */

const char *
table_printable(struct arena *mem, const char *s)
{
	bool utf8 = utf8_valid(s, strlen(s), true);
	struct buf b;

	buf_init(&b, mem, 5 * strlen(s) + 1);
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		/* C1 controls are \xc2 and \x80 to \x9f */
		if (c < 0x20 || c == 0x7f || (c >= 0x80 && !utf8) ||
		    (c == 0xc2 && (unsigned char)s[1] < 0xa0) ||
		    (c >= 0x80 && c < 0xa0 && (unsigned char)s[-1] == 0xc2))
			buf_printf(&b, "\\x%02x", c);
		else
			buf_putc(&b, *s);
	}
	return buf_text(&b);
}

static const char *
cell_text(const struct table *t, const struct table_cell *c)
{
	switch (c->kind) {
	case KIND_TEXT:
	case KIND_JSON:
		return c->text != NULL ? table_printable(t->mem, c->text) : "-";
	case KIND_NUMBER:
		return arena_printf(t->mem, "%" PRId64, c->number);
	case KIND_BOOL:
		return c->number != 0 ? "yes" : "no";
	}
	return "";
}

static const char *
heading(struct arena *mem, const char *column)
{
	char *copy = arena_strdup(mem, column);

	for (char *p = copy; *p != '\0'; p++) {
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
		if (*p == '_')
			*p = ' ';
	}
	return copy;
}

static size_t
columns_of(const char *s)
{
	return utf8_length(s, strlen(s));
}

static void
pad(struct buf *b, size_t n)
{
	while (n-- > 0)
		buf_putc(b, ' ');
}

/* One line; the last column is not padded. */
static void
put_line(struct buf *b, const struct table *t, const char *const *texts,
    const size_t *widths, const bool *right)
{
	for (int i = 0; i < t->width; i++) {
		size_t n = columns_of(texts[i]);
		size_t blank = widths[i] > n ? widths[i] - n : 0;

		if (right[i])
			pad(b, blank);
		buf_puts(b, texts[i]);
		if (i + 1 < t->width)
			pad(b, (right[i] ? 0 : blank) + GAP);
	}
	buf_putc(b, '\n');
}

static void
put_rows(struct buf *b, const struct table *t)
{
	size_t columns = (size_t)t->width, total = t->count + columns;
	const char **texts = arena_alloc(t->mem, total * sizeof(*texts));
	size_t *widths = arena_alloc(t->mem, columns * sizeof(*widths));
	bool *right = arena_alloc(t->mem, columns * sizeof(*right));

	for (size_t i = 0; i < total; i++) {
		size_t at = i % columns, n;

		texts[i] = i < columns ? heading(t->mem, t->columns[i])
				       : cell_text(t, &t->cells[i - columns]);
		if (i >= columns && t->cells[i - columns].kind == KIND_NUMBER)
			right[at] = true;
		if ((n = columns_of(texts[i])) > widths[at])
			widths[at] = n;
	}
	for (size_t i = 0; i < total; i += columns)
		put_line(b, t, texts + i, widths, right);
}

static void
put_record(struct buf *b, const struct table *t)
{
	size_t widest = 0;

	for (int i = 0; i < t->width; i++)
		if (strlen(t->columns[i]) > widest)
			widest = strlen(t->columns[i]);
	for (int i = 0; i < t->width; i++) {
		buf_puts(b, t->columns[i]);
		pad(b, widest - strlen(t->columns[i]) + GAP);
		buf_puts(b, cell_text(t, &t->cells[i]));
		buf_putc(b, '\n');
	}
}

/* -- for programs -- */

static void
put_object(struct json_out *o, const struct table *t, const struct table_cell *row)
{
	json_open_object(o);
	for (int i = 0; i < t->width; i++) {
		json_name(o, t->columns[i]);
		if (row[i].kind == KIND_NUMBER)
			json_put_i64(o, row[i].number);
		else if (row[i].kind == KIND_BOOL)
			json_put_bool(o, row[i].number != 0);
		else if (row[i].kind == KIND_JSON)
			json_put_raw(o, row[i].text);
		else
			json_put_text(o, row[i].text);
	}
	json_close_object(o);
}

static void
put_json(struct buf *b, const struct table *t, enum table_shape shape)
{
	struct json_out o;

	json_out_init(&o, b);
	if (shape == TABLE_RECORD)
		put_object(&o, t, t->cells);
	else {
		json_open_array(&o);
		for (size_t i = 0; i < t->count; i += (size_t)t->width)
			put_object(&o, t, t->cells + i);
		json_close_array(&o);
	}
	buf_putc(b, '\n');
}

enum err
table_print(
    struct ctx *cx, const struct table *t, enum table_shape shape, bool json, FILE *out)
{
	struct buf b;

	assert(t->count % (size_t)t->width == 0);
	assert(shape == TABLE_ROWS || t->count == (size_t)t->width);
	buf_init(&b, cx->mem, OUTPUT_MAX);
	if (json)
		put_json(&b, t, shape);
	else if (shape == TABLE_RECORD)
		put_record(&b, t);
	else
		put_rows(&b, t);
	if (b.failed)
		return err_set(
		    &cx->err, ERR_UNAVAILABLE, "the table is too long to be printed");
	if (fwrite(b.p, 1, b.n, out) != b.n)
		return err_set(
		    &cx->err, ERR_UNAVAILABLE, "could not write: %s", strerror(errno));
	return ERR_OK;
}
