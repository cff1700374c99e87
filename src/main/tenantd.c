/* tenantd.c - the program: a command line, or a web server that wants an answer. */
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "main/serve.h"

/* A CGI server makes arguments of a query string (RFC 3875, 4.4): whoever asks must not
 * get to run commands. */
static int
is_cgi(void)
{
	return getenv("GATEWAY_INTERFACE") != NULL || getenv("REQUEST_METHOD") != NULL;
}

int
main(int argc, char *argv[])
{
	if (is_cgi())
		return serve_main(NULL, NULL);
	return cli_main(argc, argv, environ, serve_main);
}
