/*
 * Settings: a settings file, and after a record separator (RS) an environment of a line
 * each. What is taken is read by those who use it, and is taken again when it is
 * written out.
 */
#include "fuzz.h"

#include <libpq-fe.h>

#include "base/address.h"
#include "conf/conf.h"
#include "http/cors.h"

enum { VARIABLES_MAX = 64 };

static const char *
keyword_of(const PQconninfoOption *options, const char *keyword)
{
	for (; options->keyword != NULL; options++)
		if (strcmp(options->keyword, keyword) == 0)
			return options->val != NULL ? options->val : "";
	return "";
}

/* What libpq reads is what was set. */
static void
check_conninfo(const struct conf *c, struct arena *mem)
{
	PQconninfoOption *options;
	const char *text = conf_conninfo(c, mem);

	(void)conf_owner_conninfo(c, mem);
	if (c->database_url[0] != '\0')
		return;
	options = PQconninfoParse(text, NULL);
	FUZZ_HOLDS(options != NULL);
	FUZZ_HOLDS(strcmp(keyword_of(options, "host"), c->db_host) == 0);
	FUZZ_HOLDS(strcmp(keyword_of(options, "dbname"), c->db_name) == 0);
	FUZZ_HOLDS(strcmp(keyword_of(options, "user"), c->db_user) == 0);
	FUZZ_HOLDS(strcmp(keyword_of(options, "password"), c->db_password) == 0);
	PQconninfoFree(options);
}

static void
check_users(struct ctx *cx, const struct conf *c)
{
	const struct cors *cors;

	(void)address_text_in_list("192.0.2.1", c->trusted_proxies);
	(void)address_text_in_list("2001:db8::1", c->metrics_allow);
	if (cors_new(cx, cx->mem, c->cors_origins, c->cors_credentials, &cors) !=
	    ERR_OK)
		ctx_clear(cx);
}

/* As a settings file: "" around each value, \ before " and \. */
static const char *
written(const struct conf *c, struct arena *mem)
{
	struct buf b;

	buf_init(&b, mem, FUZZ_MEMORY);
	for (enum conf_option_id i = 0; i < CONF_OPTION_COUNT; i++) {
		buf_printf(&b, "%s=\"", conf_options[i].name);
		for (const char *p = conf_value(c, i, mem); *p != '\0'; p++) {
			if (*p == '"' || *p == '\\')
				buf_putc(&b, '\\');
			buf_putc(&b, *p);
		}
		buf_puts(&b, "\"\n");
	}
	return buf_text(&b);
}

static struct conf *
load(struct ctx *cx, struct slice text, char **environ_)
{
	static int file = -1;
	char *named[2] = {NULL};
	struct conf *c = NULL;
	const char *path;
	enum err e;

	fuzz_file(&file, text);
	path = fuzz_path(cx->mem, file);
	if (environ_ == NULL) { /* nothing but the file's name */
		named[0] = arena_printf(cx->mem, "%s=%s", CONF_PATH_VARIABLE, path);
		environ_ = named;
		path = NULL;
	}
	e = conf_load(cx, path, environ_, &c);
	FUZZ_HOLDS(e == ERR_OK || e == ERR_CONFIG);
	FUZZ_HOLDS((e == ERR_OK) == (c != NULL && cx->fault_count == 0));
	for (const struct fault *f = cx->faults; f != NULL; f = f->next)
		FUZZ_HOLDS(f->message[0] != '\0' && f->keyword[0] != '\0');
	return c;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *variables[VARIABLES_MAX + 1] = {NULL};
	struct ctx *cx = fuzz_ctx();
	struct slice rest = fuzz_slice(data, n), text = {"", 0}, line;
	struct conf *c, *again;

	(void)slice_cut(&rest, '\x1e', &text);
	for (int i = 0; i < VARIABLES_MAX && slice_cut(&rest, '\n', &line); i++)
		variables[i] = slice_dup(cx->mem, line);
	if ((c = load(cx, text, variables)) == NULL)
		return 0;
	check_conninfo(c, cx->mem);
	check_users(cx, c);
	again = load(cx, slice_of(written(c, cx->mem)), NULL);
	FUZZ_HOLDS(again != NULL);
	for (enum conf_option_id i = 0; i < CONF_OPTION_COUNT; i++) {
		FUZZ_HOLDS(strcmp(conf_value(c, i, cx->mem),
			       conf_value(again, i, cx->mem)) == 0);
		FUZZ_HOLDS(conf_place(c, i, cx->mem)[0] != '\0');
		FUZZ_HOLDS(conf_source_of(again, i) == CONF_FILE);
	}
	FUZZ_HOLDS(conf_path(c) != NULL);
	(void)conf_is_exposed(c);
	conf_free(again);
	conf_free(c);
	return 0;
}
