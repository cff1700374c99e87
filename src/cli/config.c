/* config.c - the commands about settings. */
#include <string.h>

#include "auth/auth.h"
#include "cli/cli.h"
#include "cli/table.h"
#include "controllers/schemas.h"
#include "http/cors.h"

/* The last error becomes one fault among others. */
static void
keep_fault(struct ctx *cx, const char *name)
{
	ctx_fault(cx, name, "value", "%s: %s", name, cx->err.message);
	err_clear(&cx->err);
}

/* What only those who use a setting can read. */
static enum err
check_deeper(struct ctx *cx, const struct conf *conf, struct schema_set **schemas)
{
	const struct cors *cors;
	struct auth *auth = NULL;

	if (cors_new(cx, cx->mem, conf->cors_origins, conf->cors_credentials, &cors) !=
	    ERR_OK)
		keep_fault(cx, "BACKEND_CORS_ORIGINS");
	if (auth_new(cx, conf, &auth) != ERR_OK)
		keep_fault(cx, "issuers");
	else
		auth_free(auth);
	if (schema_set_new(cx, conf->schema_dir, schemas) != ERR_OK)
		err_clear(&cx->err); /* it has left faults */
	return cx->fault_count == 0
	    ? ERR_OK
	    : err_set(&cx->err, ERR_CONFIG, "the settings are not valid");
}

/* A line for each that is extended, so that a wrong SCHEMA_DIR does not pass unseen. */
static void
print_extended(struct cli *c, const struct schema_set *schemas)
{
	bool any = false;

	for (int i = SCHEMA_NONE + 1; i < SCHEMA_COUNT; i++) {
		const char *file = schema_set_file(schemas, (enum schema_id)i);

		any = any || file != NULL;
		if (file != NULL)
			fprintf(c->out, "schema %s is extended by %s\n",
			    schema_texts[i].name, file);
	}
	if (!any && c->conf->schema_dir[0] == '\0')
		fputs(
		    "no schema of requests is extended: SCHEMA_DIR is empty\n", c->out);
	else if (!any)
		fprintf(c->out, "no schema of requests is extended: no files in %s\n",
		    c->conf->schema_dir);
}

enum err
command_config_check(struct cli *c)
{
	struct schema_set *schemas = NULL;
	enum err rc = check_deeper(c->cx, c->conf, &schemas);

	if (rc == ERR_OK) {
		fprintf(c->out, "settings are good: %s\n",
		    conf_path(c->conf) != NULL ? conf_path(c->conf)
					       : "environment and defaults");
		print_extended(c, schemas);
	}
	schema_set_free(schemas);
	return rc;
}

static enum err
print_schema(struct cli *c, const struct schema_set *schemas, const char *name)
{
	enum schema_id id = schema_id_find(name);
	const char *text = schema_set_text(schemas, id);

	if (id == SCHEMA_NONE)
		return err_tell(&c->cx->err, ERR_NOT_FOUND,
		    "there is no schema of requests \"%s\"", name);
	fputs(text, c->out);
	if (text[strlen(text) - 1] != '\n')
		fputc('\n', c->out);
	return ERR_OK;
}

static enum err
print_schemas(struct cli *c, const struct schema_set *schemas)
{
	static const char *const columns[] = {"schema", "extended_by"};
	struct table t;

	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	for (int i = SCHEMA_NONE + 1; i < SCHEMA_COUNT; i++) {
		table_text(&t, schema_texts[i].name);
		table_text(&t, schema_set_file(schemas, (enum schema_id)i));
	}
	return table_print(c->cx, &t, TABLE_ROWS, args_flag(c->args, "json"), c->out);
}

enum err
command_config_schemas(struct cli *c)
{
	const char *name = args_operand(c->args, 0);
	struct schema_set *schemas;
	enum err rc = schema_set_new(c->cx, c->conf->schema_dir, &schemas);

	if (rc != ERR_OK)
		return rc;
	rc = name != NULL ? print_schema(c, schemas, name) : print_schemas(c, schemas);
	schema_set_free(schemas);
	return rc;
}

/* NAME="value" as conf_load() reads it back, and where it came from. */
static void
print_setting(struct cli *c, enum conf_option_id id)
{
	const char *name = conf_options[id].name;
	const char *place = conf_place(c->conf, id, c->cx->mem);
	const char *value = conf_value(c->conf, id, c->cx->mem);

	if (conf_is_secret(id)) {
		fprintf(c->out, "# %s is %sset (%s)\n", name,
		    value[0] != '\0' ? "" : "not ", place);
		return;
	}
	fprintf(c->out, "%s=\"", name);
	for (; *value != '\0'; value++) {
		if (*value == '"' || *value == '\\')
			fputc('\\', c->out);
		fputc(*value, c->out);
	}
	fprintf(c->out, "\" # %s\n", place);
}

enum err
command_config_print(struct cli *c)
{
	static const char *const columns[] = {
	    "option", "value", "set", "secret", "place"};
	struct table t;

	if (!args_flag(c->args, "json")) {
		for (int i = 0; i < CONF_OPTION_COUNT; i++)
			print_setting(c, i);
		return ERR_OK;
	}
	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	for (int i = 0; i < CONF_OPTION_COUNT; i++) {
		const char *value = conf_value(c->conf, i, c->cx->mem);

		table_text(&t, conf_options[i].name);
		table_text(&t, conf_is_secret(i) ? NULL : value);
		table_bool(&t, value[0] != '\0');
		table_bool(&t, conf_is_secret(i));
		table_text(&t, conf_place(c->conf, i, c->cx->mem));
	}
	return table_print(c->cx, &t, TABLE_ROWS, true, c->out);
}
