/* openapi.c - the command that prints the description of the API. */
#include "controllers/openapi.h"
#include "cli/cli.h"

static enum err
print(struct cli *c, const struct openapi_source *from)
{
	struct buf b;
	enum err rc;

	buf_init(&b, NULL, SIZE_MAX);
	rc = openapi_write(c->cx, from, &b);
	if (rc == ERR_OK)
		fprintf(c->out, "%s\n", buf_text(&b));
	buf_fini(&b);
	return rc;
}

/* Of one installation: with its prefix and its operator's schemas. */
static enum err
print_configured(struct cli *c)
{
	struct schema_set *schemas = NULL;
	struct conf *conf = NULL;
	enum err rc =
	    conf_load_for(c->cx, CONF_FOR_DATABASE, c->config_path, c->environ_, &conf);

	if (rc == ERR_OK)
		rc = schema_set_new(c->cx, conf->schema_dir, &schemas);
	if (rc == ERR_OK)
		rc = print(c,
		    &(struct openapi_source){
			conf->url_prefix, schemas, !conf->provisioning_api});
	schema_set_free(schemas);
	conf_free(conf);
	return rc;
}

enum err
command_openapi(struct cli *c)
{
	return c->config_path != NULL
	    ? print_configured(c)
	    : print(c, &(struct openapi_source){.prefix = ""});
}
