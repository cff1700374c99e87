/* manual.c - see manual.h. */
#include "cli/manual.h"

#include <string.h>

#include "cli/cli.h"

enum { SAMPLE_WIDTH = 78 };

void
manual_put_wrapped(FILE *out, const char *text, const char *prefix, int width)
{
	int at = 0;

	while (*text != '\0') {
		int n = (int)strcspn(text, " ");

		if (at > 0 && at + 1 + n > width) {
			fputc('\n', out);
			at = 0;
		}
		at += fprintf(out, "%s%.*s", at == 0 ? prefix : " ", n, text);
		text += n + (text[n] == ' ');
	}
	fputc('\n', out);
}

/* Each sentence on a line of its own, as mdoc(7) wants it. */
static void
put_sentences(FILE *out, const char *text)
{
	while (*text != '\0') {
		const char *end = strstr(text, ". ");
		size_t n = end != NULL ? (size_t)(end - text) + 1 : strlen(text);

		/* a line that began with a dot would be a macro */
		fprintf(out, "%s%.*s\n", text[0] == '.' || text[0] == '\'' ? "\\&" : "",
		    (int)n, text);
		text += n + (text[n] == ' ');
	}
}

/* -- commands -- */

static void
put_item(FILE *out, const struct usage_item *item)
{
	fputs(item->optional ? " Oo" : "", out);
	if (item->option)
		fprintf(out, " Fl -%.*s", (int)item->name.n, item->name.p);
	if (!item->option)
		fprintf(out, " Ar %.*s", (int)item->name.n, item->name.p);
	if (item->value.n > 0)
		fprintf(out, " Ar %.*s", (int)item->value.n, item->value.p);
	fputs(item->optional ? " Oc" : "", out);
	fputs(item->repeat ? " ..." : "", out);
}

void
manual_put_commands(FILE *out)
{
	for (int i = 0; i < command_count; i++) {
		struct slice rest = slice_of(commands[i].usage);
		struct usage_item item;

		fprintf(out, ".It Ic %s", commands[i].words);
		while (usage_next(&rest, &item))
			put_item(out, &item);
		fputc('\n', out);
		put_sentences(out, commands[i].summary);
	}
}

/* -- settings -- */

static void
put_range(FILE *out, const struct conf_option *o)
{
	if (o->type == CONF_TYPE_INT)
		fprintf(out, "A number from %lld to %lld", o->min, o->max);
	else if (o->type == CONF_TYPE_BOOL)
		fputs("Either on or off", out);
	else if (o->form == CONF_FORM_UUID)
		fputs("A UUID", out);
	else if (o->form == CONF_FORM_OCTAL)
		fprintf(out, "%lld or %lld octal digits", o->min, o->max);
	else if (o->form == CONF_FORM_WORDS)
		fprintf(out, "Any of %s, separated by commas", o->choices);
	else if (o->choices != NULL)
		fprintf(out, "One of %s", o->choices);
	else if (o->min > 1)
		fprintf(out, "%lld to %lld bytes", o->min, o->max);
	else
		fprintf(out, "At most %lld bytes", o->max);
}

/* What mandoc would take for the sentence's. */
static bool
ends_in_mark(const char *text)
{
	const size_t n = strlen(text);

	return n > 0 && strchr(".,:;)]?!", text[n - 1]) != NULL;
}

void
manual_put_options(FILE *out)
{
	for (int i = 0; i < CONF_OPTION_COUNT; i++) {
		const struct conf_option *o = &conf_options[i];

		fprintf(out, ".It Ev %s\n", o->name);
		put_sentences(out, o->help);
		put_range(out, o);
		if (o->def[0] != '\0')
			fprintf(out, "; default:\n.Ql %s%s .\n", o->def,
			    ends_in_mark(o->def) ? "\\&" : "");
		else
			fputs("; not set by default.\n", out);
	}
}

void
manual_put_sample(FILE *out)
{
	fputs("# Settings of tenantd: see tenantd.conf(5). The environment wins over "
	      "this\n"
	      "# file. What is commented out shows the default. Keep this file "
	      "unreadable\n"
	      "# to others: it holds secrets.\n",
	    out);
	for (int i = 0; i < CONF_OPTION_COUNT; i++) {
		fputc('\n', out);
		manual_put_wrapped(out, conf_options[i].help, "# ", SAMPLE_WIDTH);
		fprintf(out, "#%s=%s\n", conf_options[i].name, conf_options[i].def);
	}
}
