/* openapi.c - the command that prints the description of the API. */
#include "cli/cli.h"
#include "controllers/openapi.h"

enum err
command_openapi(struct cli *c)
{
	struct buf b;
	enum err rc;

	buf_init(&b, NULL, SIZE_MAX);
	rc = openapi_write(c->cx, &(struct openapi_source){.prefix = ""}, &b);
	if (rc == ERR_OK)
		fprintf(c->out, "%s\n", buf_text(&b));
	buf_fini(&b);
	return rc;
}
