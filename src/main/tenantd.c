/*
 * tenantd.c - the program. Behind a web server that spawns us argv may be text from outside
 * (CGI makes arguments of a query string): then it is ignored, and the program serves the
 * socket it was given.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/cli.h"
#include "main/serve.h"
#include "proc/listen.h"

static int
serve_spawned(void)
{
	if (listen_is_passed(STDIN_FILENO))
		return serve_main(NULL, NULL);
	fputs("tenantd: plain CGI is not served: give the program a FastCGI socket\n", stderr);
	fputs("Status: 503\r\nContent-Type: text/plain\r\n\r\nnot configured for CGI\n", stdout);
	return EX_UNAVAILABLE;
}

int
main(int argc, char *argv[])
{
	if (getenv("GATEWAY_INTERFACE") != NULL || getenv("REQUEST_METHOD") != NULL)
		return serve_spawned();
	return cli_main(argc, argv, environ, serve_main);
}
