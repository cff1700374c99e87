/* serve.c - the command that runs the server; what it runs is handed in by main. */
#include "cli/cli.h"

enum err
command_serve(struct cli *c)
{
	c->status = c->serve(c->config_path, args_value(c->args, "listen"));
	return ERR_OK;
}
