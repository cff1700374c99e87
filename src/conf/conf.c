/* conf.c - see conf.h. */
#include "conf/conf.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "conf/check.h"
#include "conf/file.h"

const struct conf_option conf_options[CONF_OPTION_COUNT] = {
#define OPTION(type_, field, name_, def_, min_, max_, choices_, form_, help_)          \
	[CONF_OPT_##field] = {.name = (name_),                                         \
	    .def = (def_),                                                             \
	    .choices = (choices_),                                                     \
	    .help = (help_),                                                           \
	    .type = CONF_TYPE_##type_,                                                 \
	    .form = CONF_FORM_##form_,                                                 \
	    .offset = offsetof(struct conf, field),                                    \
	    .min = (min_),                                                             \
	    .max = (max_)},
#include "conf/options.def"
#undef OPTION
};

/* A value as it was written, and where. */
struct origin {
	char *text;
	enum conf_source source;
	int line;
};

struct loaded {
	struct conf c; /* first: what the callers hold */
	struct origin origins[CONF_OPTION_COUNT];
	char *path;
	bool exposed;
};

static_assert(offsetof(struct loaded, c) == 0, "a struct conf is a struct loaded");

static const struct loaded *
loaded_of(const struct conf *c)
{
	return (const struct loaded *)(const void *)c;
}

static char *
copy_text(const char *s)
{
	char *copy = strdup(s);

	if (copy == NULL)
		abort(); /* as the arena does: settings are small */
	return copy;
}

static void
free_text(char *s)
{
	if (s != NULL)
		explicit_bzero(s, strlen(s));
	free(s);
}

static void
set_origin(struct origin *o, const char *text, enum conf_source source, int line)
{
	free_text(o->text);
	*o = (struct origin){copy_text(text), source, line};
}

bool
conf_is_secret(enum conf_option_id id)
{
	return conf_options[id].form == CONF_FORM_SECRET ||
	    conf_options[id].form == CONF_FORM_CONNINFO ||
	    conf_options[id].form == CONF_FORM_REDIS;
}

static int
find_option(const char *name)
{
	for (int i = 0; i < CONF_OPTION_COUNT; i++)
		if (strcmp(conf_options[i].name, name) == 0)
			return i;
	return -1;
}

/* -- where values come from -- */

static void
take_line(struct ctx *cx, int line, const char *key, char *value, void *arg)
{
	struct loaded *l = arg;
	int id = find_option(key);

	if (id < 0)
		ctx_fault(cx, key, "unknown", "%s:%d: %s: there is no such option",
		    l->path, line, key);
	else if (l->origins[id].source == CONF_FILE)
		ctx_fault(cx, key, "duplicate", "%s:%d: %s: is set in line %d already",
		    l->path, line, key, l->origins[id].line);
	else
		set_origin(&l->origins[id], value, CONF_FILE, line);
}

/* Its value in an environment; NULL: not set, or empty. */
static const char *
find_variable(char *const *environ_, const char *name)
{
	size_t n = strlen(name);

	for (; *environ_ != NULL; environ_++)
		if (strncmp(*environ_, name, n) == 0 && (*environ_)[n] == '=')
			return (*environ_)[n + 1] != '\0' ? *environ_ + n + 1 : NULL;
	return NULL;
}

static void
read_file(struct ctx *cx, struct loaded *l, const char *path, char *const *environ_)
{
	struct conf_file file = {0};

	if (path == NULL)
		path = find_variable(environ_, CONF_PATH_VARIABLE);
	file.optional = path == NULL;
	file.path = l->path = copy_text(path != NULL ? path : CONF_PATH_DEFAULT);
	conf_file_read(cx, &file, take_line, l);
	if (file.found) {
		for (int i = 0; i < CONF_OPTION_COUNT; i++)
			if (l->origins[i].source == CONF_FILE && conf_is_secret(i) &&
			    l->origins[i].text[0] != '\0')
				l->exposed = file.readable_by_all;
		return;
	}
	free_text(l->path);
	l->path = NULL;
}

static void
collect(struct ctx *cx, struct loaded *l, const char *path, char *const *environ_)
{
	for (int i = 0; i < CONF_OPTION_COUNT; i++)
		set_origin(&l->origins[i], conf_options[i].def, CONF_DEFAULT, 0);
	read_file(cx, l, path, environ_);
	for (int i = 0; i < CONF_OPTION_COUNT; i++) {
		const char *value = find_variable(environ_, conf_options[i].name);

		if (value != NULL)
			set_origin(&l->origins[i], value, CONF_ENVIRONMENT, 0);
	}
}

/* -- from texts to members -- */

static void
set_member(struct conf *c, const struct conf_option *o, char *text)
{
	void *member = (char *)c + o->offset;
	int64_t n = 0;

	switch (o->type) {
	case CONF_TYPE_TEXT:
		*(char **)member = text; /* the origin owns it */
		break;
	case CONF_TYPE_INT:
		if (str_to_i64(slice_of(text), o->min, o->max, &n))
			*(int *)member = (int)n;
		break;
	case CONF_TYPE_BOOL:
		*(bool *)member = strcmp(text, "on") == 0;
		break;
	}
}

static void
check_and_set(struct ctx *cx, struct loaded *l, enum conf_option_id id)
{
	const struct conf_option *o = &conf_options[id];
	char why[CONF_WRONG_SIZE];

	if (!conf_check_value(o, l->origins[id].text, why))
		ctx_fault(cx, o->name, "value", "%s: %s: %s",
		    conf_place(&l->c, id, cx->mem), o->name, why);
	set_member(&l->c, o, l->origins[id].text);
}

enum err
conf_load_for(struct ctx *cx, enum conf_need need, const char *path,
    char *const *environ_, struct conf **out)
{
	struct loaded *l = calloc(1, sizeof(*l));

	*out = NULL;
	if (l == NULL)
		return err_set(&cx->err, ERR_INTERNAL, "could not allocate settings");
	collect(cx, l, path, environ_);
	for (int i = 0; i < CONF_OPTION_COUNT; i++)
		check_and_set(cx, l, i);
	conf_check_whole(cx, &l->c, need);
	if (cx->fault_count > 0) {
		conf_free(&l->c);
		return err_set(&cx->err, ERR_CONFIG, "%s (faults in all: %u)",
		    cx->faults->message, cx->fault_count);
	}
	*out = &l->c;
	return ERR_OK;
}

enum err
conf_load(struct ctx *cx, const char *path, char *const *environ_, struct conf **out)
{
	return conf_load_for(cx, CONF_FOR_SERVER, path, environ_, out);
}

void
conf_free(struct conf *c)
{
	struct loaded *l = (struct loaded *)(void *)c;

	if (l == NULL)
		return;
	for (int i = 0; i < CONF_OPTION_COUNT; i++)
		free_text(l->origins[i].text);
	free(l->path);
	free(l);
}

/* -- questions -- */

const char *
conf_value(const struct conf *c, enum conf_option_id id, struct arena *mem)
{
	const struct conf_option *o = &conf_options[id];
	const void *member = (const char *)c + o->offset;

	switch (o->type) {
	case CONF_TYPE_TEXT:
		return *(char *const *)member;
	case CONF_TYPE_INT:
		return arena_printf(mem, "%d", *(const int *)member);
	case CONF_TYPE_BOOL:
		return *(const bool *)member ? "on" : "off";
	}
	return "";
}

enum conf_source
conf_source_of(const struct conf *c, enum conf_option_id id)
{
	return loaded_of(c)->origins[id].source;
}

const char *
conf_place(const struct conf *c, enum conf_option_id id, struct arena *mem)
{
	const struct loaded *l = loaded_of(c);

	switch (l->origins[id].source) {
	case CONF_DEFAULT:
		return "default";
	case CONF_FILE:
		return arena_printf(mem, "%s:%d", l->path, l->origins[id].line);
	case CONF_ENVIRONMENT:
		return "environment";
	}
	return "";
}

const char *
conf_path(const struct conf *c)
{
	return loaded_of(c)->path;
}

bool
conf_is_exposed(const struct conf *c)
{
	return loaded_of(c)->exposed;
}

/* -- connection strings -- */

static void
cleanse(void *text)
{
	explicit_bzero(text, strlen(text));
}

/* As libpq reads a keyword string: in '', with \ before ' and \. */
static void
put_keyword(struct buf *b, const char *keyword, const char *value)
{
	if (b->n > 0)
		buf_putc(b, ' ');
	buf_puts(b, keyword);
	buf_puts(b, "='");
	for (; *value != '\0'; value++) {
		if (*value == '\'' || *value == '\\')
			buf_putc(b, '\\');
		buf_putc(b, *value);
	}
	buf_putc(b, '\'');
}

const char *
conf_conninfo(const struct conf *c, struct arena *mem)
{
	struct buf b;
	char *text;

	buf_init(&b, NULL, 16384);
	if (str_is_set(c->database_url))
		buf_puts(&b, c->database_url);
	else {
		put_keyword(&b, "host", c->db_host);
		put_keyword(&b, "port", conf_value(c, CONF_OPT_db_port, mem));
		put_keyword(&b, "dbname", c->db_name);
		put_keyword(&b, "user", c->db_user);
		if (str_is_set(c->db_password))
			put_keyword(&b, "password", c->db_password);
	}
	text = arena_strdup(mem, buf_text(&b));
	arena_defer(mem, cleanse, text);
	if (b.p != NULL)
		explicit_bzero(b.p, b.n);
	buf_fini(&b);
	return text;
}

static const char *
conninfo_or_own(const struct conf *c, const char *url, struct arena *mem)
{
	char *text;

	if (!str_is_set(url))
		return conf_conninfo(c, mem);
	text = arena_strdup(mem, url);
	arena_defer(mem, cleanse, text);
	return text;
}

const char *
conf_owner_conninfo(const struct conf *c, struct arena *mem)
{
	return conninfo_or_own(c, c->database_owner_url, mem);
}

const char *
conf_direct_conninfo(const struct conf *c, struct arena *mem)
{
	return conninfo_or_own(c, c->database_direct_url, mem);
}

int
conf_chats_most(const struct conf *c)
{
	return c->workers > 1 ? c->workers - 1 : 1;
}

int
conf_chats(const struct conf *c)
{
	const int most = conf_chats_most(c), half = c->workers / 2;

	if (c->chats > 0)
		return c->chats < most ? c->chats : most;
	return half > 0 ? half : 1;
}
