/* docs_prose.c - texts as readers see them, see docs_parts.h. */
#include <string.h>

#include "controllers/docs_parts.h"

/* -- prose: what of Markdown (commonmark.org) our own texts use -- */

static void
put_escaped(struct buf *b, char c)
{
	switch (c) {
	case '&':
		buf_puts(b, "&amp;");
		break;
	case '<':
		buf_puts(b, "&lt;");
		break;
	case '>':
		buf_puts(b, "&gt;");
		break;
	case '"':
		buf_puts(b, "&quot;");
		break;
	default:
		buf_putc(b, c);
	}
}

void
docs_put_prose(struct buf *b, const char *text)
{
	bool strong = false, code = false;
	size_t n = strlen(text);

	while (n > 0 && text[n - 1] == '\n')
		n--;
	buf_puts(b, "<p>");
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '`') {
			buf_puts(b, code ? "</code>" : "<code>");
			code = !code;
		} else if (!code && text[i] == '*' && text[i + 1] == '*') {
			buf_puts(b, strong ? "</strong>" : "<strong>");
			strong = !strong;
			i++;
		} else if (text[i] == '\n' && text[i + 1] == '\n') {
			buf_puts(b, "</p>\n<p>");
			i++;
		} else
			put_escaped(b, text[i]);
	}
	buf_puts(b, code ? "</code>" : "");
	buf_puts(b, strong ? "</strong>" : "");
	buf_puts(b, "</p>");
}

/* -- JSON -- */

static void
put_indent(struct buf *b, unsigned depth)
{
	buf_putc(b, '\n');
	while (depth-- > 0)
		buf_puts(b, "  ");
}

struct pretty {
	struct buf *b;
	unsigned depth;
	bool more;
};

static bool
/* NOLINTNEXTLINE(misc-no-recursion): as deep as json_parse() lets in */
put_member(const char *name, const struct json *value, void *arg)
{
	struct pretty *p = arg;
	struct json_out o;

	if (p->more)
		buf_putc(p->b, ',');
	p->more = true;
	put_indent(p->b, p->depth);
	json_out_init(&o, p->b);
	json_put_text(&o, name);
	buf_puts(p->b, ": ");
	docs_put_pretty(p->b, value, p->depth);
	return true;
}

void
/* NOLINTNEXTLINE(misc-no-recursion): as deep as json_parse() lets in */
docs_put_pretty(struct buf *b, const struct json *v, unsigned depth)
{
	struct pretty p = {b, depth + 1, false};
	const bool array = json_type(v) == JSON_ARRAY;
	struct json_out o;

	if (json_count(v) == 0) {
		json_out_init(&o, b);
		json_put(&o, v);
		return;
	}
	buf_putc(b, array ? '[' : '{');
	for (size_t i = 0; array && i < json_count(v); i++) {
		if (i > 0)
			buf_putc(b, ',');
		put_indent(b, depth + 1);
		docs_put_pretty(b, json_item(v, i), depth + 1);
	}
	if (!array)
		json_each(v, put_member, &p);
	put_indent(b, depth);
	buf_putc(b, array ? ']' : '}');
}

void
docs_put_quoted(struct buf *b, const char *text)
{
	buf_putc(b, '\'');
	for (; *text != '\0'; text++)
		if (*text == '\'')
			buf_puts(b, "'\\''");
		else
			buf_putc(b, *text);
	buf_putc(b, '\'');
}
