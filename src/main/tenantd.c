/*
 * tenantd.c - the program. Behind a web server that spawns us argv may be text from
 * outside (RFC 3875, 4.4: a CGI server makes arguments of a query string): then it is
 * ignored, and the program serves the socket it was given, or, without one, the one
 * request of plain CGI. A socket and no argument at all mean the same.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "main/serve.h"
#include "proc/listen.h"

static bool
is_spawned(int argc)
{
	return getenv("GATEWAY_INTERFACE") != NULL ||
	    getenv("REQUEST_METHOD") != NULL ||
	    (argc <= 1 && listen_is_passed(STDIN_FILENO));
}

int
main(int argc, char *argv[])
{
	if (!is_spawned(argc))
		return cli_main(argc, argv, environ, serve_main);
	return listen_is_passed(STDIN_FILENO) ? serve_main(NULL, NULL) : serve_cgi();
}
