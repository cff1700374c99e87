/* config.c - the commands about settings. */
#include <string.h>

#include "auth/auth.h"
#include "cli/cli.h"
#include "cli/table.h"
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
check_deeper(struct ctx *cx, const struct conf *conf)
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
	return cx->fault_count == 0
	    ? ERR_OK
	    : err_set(&cx->err, ERR_CONFIG, "the settings are not valid");
}

enum err
command_config_check(struct cli *c)
{
	enum err rc = check_deeper(c->cx, c->conf);

	if (rc != ERR_OK)
		return rc;
	fprintf(c->out, "settings are good: %s\n",
	    conf_path(c->conf) != NULL ? conf_path(c->conf)
				       : "environment and defaults");
	return ERR_OK;
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
