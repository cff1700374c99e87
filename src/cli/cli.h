/*
 * cli.h - the program as operators meet it: commands, from commands.def.
 *
 * Owner:    main.
 * Lifetime: one command.
 * Threads:  one.
 * Failure:  cli_main() tells what went wrong on standard error, once, and returns the
 *           error's exit status (sysexits.h).
 */
#ifndef TENANTD_CLI_CLI_H
#define TENANTD_CLI_CLI_H

#include <stdint.h>
#include <stdio.h>

#include "cli/args.h"
#include "conf/conf.h"

/* Serves until told to stop; its exit status. config_path, listen: NULL when the
 * command line names none. */
typedef int cli_serve_fn(const char *config_path, const char *listen);

int cli_main(int argc, char *argv[], char *const *environ_, cli_serve_fn *serve);

/* Tells standard error what cx holds: each fault, or the error. */
void cli_tell(const struct ctx *cx);

/* -- for the commands -- */
struct cli {
	struct ctx *cx;
	const struct args *args;
	const struct conf *conf; /* NULL: the command needs nothing */
	const char *config_path; /* NULL: none was named */
	char *const *environ_;
	cli_serve_fn *serve;
	FILE *out;
	int status; /* exit status when the command itself succeeds */
};

/* The command's answer where it is a number: table.h. */
enum err cli_print_count(struct cli *c, const char *what, int64_t count) MUST_CHECK;

typedef enum err command_fn(struct cli *c) MUST_CHECK;

enum command_needs { NEEDS_NOTHING, NEEDS_DATABASE, NEEDS_SERVER };

struct command {
	const char *words;
	command_fn *run;
	const char *usage, *summary;
	enum command_needs needs;
};

extern const struct command commands[];
extern const int command_count;

#define COMMAND(words, fn, needs, usage, summary) command_fn fn;
#include "cli/commands.def"
#undef COMMAND

#endif
