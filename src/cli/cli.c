/* cli.c - see cli.h. */
#include "cli/cli.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "cli/manual.h"
#include "cli/table.h"

enum { COMMAND_MEMORY = 256 * 1024 * 1024, HELP_WIDTH = 78 };

const struct command commands[] = {
#define COMMAND(words_, fn, needs_, usage_, summary_)                                  \
	{.words = (words_),                                                            \
	    .run = (fn),                                                               \
	    .usage = (usage_),                                                         \
	    .summary = (summary_),                                                     \
	    .needs = NEEDS_##needs_},
#include "cli/commands.def"
#undef COMMAND
};
const int command_count = COUNT_OF(commands);

/* What stands before the command. */
struct globals {
	const char *config_path;
	bool help, version;
	int used; /* words of argv, the program's name among them */
};

void
cli_tell(const struct ctx *cx)
{
	for (const struct fault *f = cx->faults; f != NULL; f = f->next)
		fprintf(stderr, "tenantd: %s\n", f->message);
	if (cx->fault_count > CTX_FAULTS_MAX)
		fprintf(
		    stderr, "tenantd: and %u more\n", cx->fault_count - CTX_FAULTS_MAX);
	if (cx->faults != NULL)
		return;
	fprintf(stderr, "tenantd: %s%s%s%s\n",
	    cx->err.message[0] != '\0' ? cx->err.message : err_text(cx->err.code),
	    cx->err.note[0] != '\0' ? " (" : "", cx->err.note,
	    cx->err.note[0] != '\0' ? ")" : "");
}

/* -- help -- */

/* Whether a command's first word is this one, with another behind it; NULL: any. */
static bool
is_of_group(const struct command *command, const char *group)
{
	size_t n = strcspn(command->words, " ");

	return group == NULL ||
	    (command->words[n] == ' ' && strlen(group) == n &&
		memcmp(command->words, group, n) == 0);
}

/* All commands, or those that begin with one word. */
static void
print_usage(FILE *out, const char *group)
{
	fputs("usage: tenantd [--config FILE] COMMAND [ARGUMENT]...\n\n", out);
	for (int i = 0; i < command_count; i++) {
		const char *end = strpbrk(commands[i].summary, ".:;");

		if (is_of_group(&commands[i], group))
			fprintf(out, "  %-19s %.*s\n", commands[i].words,
			    end != NULL ? (int)(end - commands[i].summary) : HELP_WIDTH,
			    commands[i].summary);
	}
	fputs("\n'tenantd COMMAND --help' says more of one; "
	      "tenantd(8) and tenantd.conf(5) say all.\n",
	    out);
}

static void
print_help(FILE *out, const struct command *command)
{
	fprintf(out, "usage: tenantd %s%s%s\n\n", command->words,
	    command->usage[0] != '\0' ? " " : "", command->usage);
	manual_put_wrapped(out, command->summary, "", HELP_WIDTH);
	fputc('\n', out);
	if (command->needs != NEEDS_NOTHING)
		fputs("Settings are read from the environment and from --config FILE,\n"
		      "else from " CONF_PATH_DEFAULT ": see tenantd.conf(5).\n",
		    out);
	else
		fputs("See tenantd(8).\n", out);
}

/* -- which command -- */

/* How many words of argv, from its first, spell `words`; 0: they do not. */
static int
match_words(const char *words, int argc, char *const *argv)
{
	struct slice rest = slice_of(words), word;
	int n = 0;

	while (slice_next(&rest, ' ', &word)) {
		if (n >= argc || !slice_eq(word, argv[n]))
			return 0;
		n++;
	}
	return n;
}

static const struct command *
find_command(int argc, char *const *argv, int *used)
{
	const struct command *best = NULL;

	*used = 0;
	for (int i = 0; i < command_count; i++) {
		int n = match_words(commands[i].words, argc, argv);

		if (n > *used) {
			*used = n;
			best = &commands[i];
		}
	}
	return best;
}

static bool
is_group(const char *word)
{
	for (int i = 0; i < command_count; i++)
		if (is_of_group(&commands[i], word))
			return true;
	return false;
}

static bool
asks_for_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static enum err
tell_unknown(struct ctx *cx, int argc, char *const *argv)
{
	if (argc == 1 && is_group(argv[0]))
		return err_tell(&cx->err, ERR_USAGE,
		    "command \"%s\" needs another word: see 'tenantd %s --help'",
		    argv[0], argv[0]);
	return err_tell(&cx->err, ERR_USAGE,
	    "there is no command \"%s%s%s\": see 'tenantd --help'", argv[0],
	    argc > 1 ? " " : "", argc > 1 ? argv[1] : "");
}

/* -- what stands before and between -- */

/* argv[i] as --config FILE or --config=FILE; how many words it takes, 0: it is not. */
static int
take_config(int argc, char *const *argv, int i, const char **path)
{
	if (strncmp(argv[i], "--config=", 9) == 0) {
		*path = argv[i] + 9;
		return 1;
	}
	if (strcmp(argv[i], "--config") != 0)
		return 0;
	*path = i + 1 < argc ? argv[i + 1] : "";
	return 2;
}

static enum err
parse_globals(struct ctx *cx, int argc, char *const *argv, struct globals *g)
{
	for (g->used = 1; g->used < argc && argv[g->used][0] == '-';) {
		const char *word = argv[g->used];
		int n = take_config(argc, argv, g->used, &g->config_path);

		if (n == 0 && asks_for_help(word)) {
			g->help = true;
			n = 1;
		} else if (n == 0 && strcmp(word, "--version") == 0) {
			g->version = true;
			n = 1;
		}
		if (n == 0)
			return err_tell(&cx->err, ERR_USAGE,
			    "there is no option \"%s\": see 'tenantd --help'", word);
		g->used += n;
	}
	return ERR_OK;
}

/* Takes --config and --help out of argv, wherever they stand before "--". */
static char *const *
strip_globals(struct arena *mem, int *argc, char *const *argv, struct globals *g)
{
	char **kept = arena_alloc(mem, ((size_t)*argc + 1) * sizeof(*kept));
	bool options = true;
	int n = 0;

	for (int i = 0; i < *argc; i++) {
		int taken = options ? take_config(*argc, argv, i, &g->config_path) : 0;

		options = options && strcmp(argv[i], "--") != 0;
		if (taken > 0)
			i += taken - 1;
		else if (options && asks_for_help(argv[i]))
			g->help = true;
		else
			kept[n++] = argv[i];
	}
	*argc = n;
	return kept;
}

/* -- run -- */

static enum err
run_with_settings(struct cli *c, const struct command *command)
{
	struct conf *conf = NULL;
	enum err rc = ERR_OK;

	if (command->needs != NEEDS_NOTHING)
		rc = conf_load_for(c->cx,
		    command->needs == NEEDS_SERVER ? CONF_FOR_SERVER
						   : CONF_FOR_DATABASE,
		    c->config_path, c->environ_, &conf);
	c->conf = conf;
	if (rc == ERR_OK)
		rc = command->run(c);
	c->conf = NULL;
	conf_free(conf);
	return rc;
}

static enum err
run_command(struct cli *c, struct globals *g, int argc, char *const *argv)
{
	const struct command *command;
	enum err rc;
	int used;

	if (argc == 0) {
		print_usage(stderr, NULL);
		return err_tell(&c->cx->err, ERR_USAGE, "there is no command");
	}
	if (is_group(argv[0]) && find_command(1, argv, &used) == NULL &&
	    (argc == 1 ? g->help : argc == 2 && asks_for_help(argv[1]))) {
		print_usage(c->out, argv[0]);
		return ERR_OK;
	}
	if ((command = find_command(argc, argv, &used)) == NULL)
		return tell_unknown(c->cx, argc, argv);
	argc -= used;
	argv = strip_globals(c->cx->mem, &argc, argv + used, g);
	if (g->help) {
		print_help(c->out, command);
		return ERR_OK;
	}
	if (g->config_path != NULL && g->config_path[0] == '\0')
		return err_tell(
		    &c->cx->err, ERR_USAGE, "option \"--config\" needs a value: FILE");
	c->config_path = g->config_path;
	c->cx->actor = arena_printf(c->cx->mem, "tenantd %s", command->words);
	rc = args_parse(c->cx, command->usage, argc, argv, &c->args);
	if (rc != ERR_OK) {
		err_note(&c->cx->err, "see 'tenantd %s --help'", command->words);
		return rc;
	}
	return run_with_settings(c, command);
}

static enum err
run_line(struct cli *c, int argc, char *const *argv)
{
	struct globals g = {0};
	enum err rc = parse_globals(c->cx, argc, argv, &g);

	if (rc != ERR_OK)
		return rc;
	if (g.version)
		fprintf(c->out, "tenantd %s\n", PACKAGE_VERSION);
	else if (g.help && g.used >= argc)
		print_usage(c->out, NULL);
	else
		return run_command(c, &g, argc - g.used, argv + g.used);
	return ERR_OK;
}

enum err
cli_print_count(struct cli *c, const char *what, int64_t count)
{
	const char *const columns[] = {what};
	struct table t;

	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	table_i64(&t, count);
	return table_print(c->cx, &t, TABLE_RECORD, args_flag(c->args, "json"), c->out);
}

int
cli_main(int argc, char *argv[], char *const *environ_, cli_serve_fn *serve)
{
	struct arena *mem = arena_new(COMMAND_MEMORY);
	struct ctx cx;
	struct cli c = {.cx = &cx, .environ_ = environ_, .serve = serve, .out = stdout};
	enum err rc;

	ctx_init(&cx, mem);
	log_set_level(LOG_WARNING);
	rc = run_line(&c, argc, argv);
	if (rc == ERR_OK && (fflush(c.out) != 0 || ferror(c.out)))
		rc = err_set(
		    &cx.err, ERR_UNAVAILABLE, "could not write: %s", strerror(errno));
	if (rc != ERR_OK) {
		(void)fflush(c.out);
		cli_tell(&cx);
	}
	arena_free(mem);
	return rc != ERR_OK ? err_exit(rc) : c.status;
}
