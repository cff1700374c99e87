/* serve.c - see serve.h. */
#include "main/serve.h"

#include <unistd.h>

#include "cli/cli.h"

int
serve_main(const char *config_path, const char *listen)
{
	struct arena *mem = arena_new(16 * 1024 * 1024);
	struct conf *conf = NULL;
	struct ctx cx;
	enum err rc;

	(void)listen;
	ctx_init(&cx, mem);
	rc = conf_load(&cx, config_path, environ, &conf);
	if (rc == ERR_OK)
		rc =
		    err_set(&cx.err, ERR_UNAVAILABLE, "this build answers no requests");
	cli_tell(&cx);
	conf_free(conf);
	arena_free(mem);
	return err_exit(rc);
}
