/* array.c - see array.h. */
#include "db/array.h"

#include <string.h>

void
db_array_init(struct db_array *a)
{
	buf_init(&a->text, NULL, SIZE_MAX / 2);
}

void
db_array_fini(struct db_array *a)
{
	buf_fini(&a->text);
}

void
db_array_reset(struct db_array *a)
{
	buf_reset(&a->text);
}

/* Quoted, so that no word means NULL and no comma or brace ends it. */
static void
put_quoted(struct buf *b, const char *text)
{
	buf_putc(b, '"');
	for (;;) {
		const size_t n = strcspn(text, "\"\\");

		buf_put(b, text, n);
		if (text[n] == '\0')
			break;
		buf_putc(b, '\\');
		buf_putc(b, text[n]);
		text += n + 1;
	}
	buf_putc(b, '"');
}

void
db_array_add(struct db_array *a, const char *text)
{
	struct buf *b = &a->text;

	if (b->n > 0)
		b->p[b->n - 1] = ',';
	else
		buf_putc(b, '{');
	if (text == NULL)
		buf_puts(b, "NULL");
	else
		put_quoted(b, text);
	buf_putc(b, '}');
}

const char *
db_array_text(struct db_array *a)
{
	if (a->text.failed)
		return NULL;
	return a->text.n > 0 ? buf_text(&a->text) : "{}";
}
