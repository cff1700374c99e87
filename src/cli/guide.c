/* guide.c - the commands that print the guides; see guide.h. */
#include "cli/guide.h"

#include <string.h>

#include "base/str.h"

static const struct {
	const char *name, *text;
} guides[] = {
#define GUIDE_TEXT(name, text) {#name, (text)},
#include "cli/guides.def"
#undef GUIDE_TEXT
};

static const struct {
	const char *name;
	guide_table_fn *put;
} tables[] = {
#define GUIDE_TABLE(name, fn) {(name), (fn)},
#include "cli/guide_tables.def"
#undef GUIDE_TABLE
};

void
guide_put_cell(FILE *out, const char *text)
{
	fputs("| ", out);
	for (; *text != '\0'; text++) {
		if (*text == '|')
			fputc('\\', out);
		fputc(*text == '\n' ? ' ' : *text, out);
	}
	fputc(' ', out);
}

static enum err
put_table(struct cli *c, struct slice name)
{
	for (size_t i = 0; i < COUNT_OF(tables); i++)
		if (slice_eq(name, tables[i].name))
			return tables[i].put(c);
	return err_set(&c->cx->err, ERR_INTERNAL, "a guide names a table that is none");
}

static enum err
put_guide(struct cli *c, const char *text)
{
	enum err rc = ERR_OK;

	while (rc == ERR_OK && *text != '\0') {
		const size_t n = strcspn(text, "\n");

		if (n > 1 && text[0] == '@')
			rc = put_table(c, (struct slice){text + 1, n - 1});
		else
			fprintf(c->out, "%.*s\n", (int)n, text);
		text += n + (text[n] == '\n');
	}
	return rc;
}

static enum err
print(struct cli *c, const char *name)
{
	for (size_t i = 0; i < COUNT_OF(guides); i++)
		if (strcmp(guides[i].name, name) == 0)
			return put_guide(c, guides[i].text);
	return err_tell(&c->cx->err, ERR_INVALID,
	    "there is no guide \"%.100s\": there are database-schema, quotas, roles "
	    "and security-policy",
	    name);
}

enum err
command_guide(struct cli *c)
{
	return print(c, args_operand(c->args, 0));
}

enum err
command_guide_database(struct cli *c)
{
	return print(c, "database-schema");
}
