/* ways.c - see ways.h. */
#include "cli/ways.h"

#include <string.h>

#include "base/buf.h"
#include "base/str.h"

enum { WAY_MAX = 8192 };

static const struct ways table[WAY_COUNT] = {
#define WAY(symbol, command_, http_, sql_)                                             \
	[WAY_##symbol] = {.command = (command_), .http = (http_), .sql = (sql_)},
#include "cli/ways.def"
#undef WAY
};

typedef void quote_fn(struct buf *b, const char *text);

/* One word, bare where a shell needs no quotes. */
static void
quote_shell(struct buf *b, const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789_./:@%+=,-";

	if (text[0] != '\0' && text[strspn(text, plain)] == '\0') {
		buf_puts(b, text);
		return;
	}
	buf_putc(b, '\'');
	for (; *text != '\0'; text++)
		if (*text == '\'')
			buf_puts(b, "'\\''");
		else
			buf_putc(b, *text);
	buf_putc(b, '\'');
}

/* Inside the quotes of a JSON string. */
static void
quote_json(struct buf *b, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			buf_putc(b, '\\');
		buf_putc(b, *text);
	}
}

/* Inside the quotes of a literal. */
static void
quote_sql(struct buf *b, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			buf_putc(b, '\'');
		buf_putc(b, *text);
	}
}

/* What stands for {name}; where it is not known, NULL and *word for it. */
static const char *
find_name(const struct way_names *names, struct slice name, const char **word)
{
	static const struct {
		const char *name, *word;
		size_t offset;
	} all[] = {
	    {"email", "EMAIL", offsetof(struct way_names, email)},
	    {"user", "USER", offsetof(struct way_names, user)},
	    {"tenant", "TENANT", offsetof(struct way_names, tenant)},
	    {"name", "NAME", offsetof(struct way_names, name)},
	};

	*word = NULL;
	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (slice_eq(name, all[i].name)) {
			*word = all[i].word;
			return *(
			    const char *const *)((const char *)names + all[i].offset);
		}
	return NULL;
}

static const char *
expand(
    struct arena *mem, const char *text, const struct way_names *names, quote_fn *quote)
{
	const char *word, *value;
	struct buf b;

	if (text == NULL)
		return NULL;
	buf_init(&b, mem, WAY_MAX);
	while (*text != '\0') {
		size_t n = *text == '{' ? strcspn(text, "}") : 0;

		value = n > 0 ? find_name(names, (struct slice){text + 1, n - 1}, &word)
			      : NULL;
		if (n == 0 || word == NULL) {
			buf_putc(&b, *text++);
			continue;
		}
		if (value != NULL)
			quote(&b, value);
		else
			buf_puts(&b, word);
		text += n + 1;
	}
	return buf_text(&b);
}

struct ways
ways_of(struct arena *mem, enum way_id id, struct way_names names)
{
	return (struct ways){
	    .command = expand(mem, table[id].command, &names, quote_shell),
	    .http = expand(mem, table[id].http, &names, quote_json),
	    .sql = expand(mem, table[id].sql, &names, quote_sql),
	};
}
