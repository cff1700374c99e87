/*
 * conf.h - settings, from options.def: environment, else file, else default.
 *
 * The file has lines KEY=value; blank lines and lines that begin with # say nothing.
 * A value may stand in '' (taken as it is) or "" (with \" and \\); nothing is expanded.
 * An option that is empty in the environment counts as not set there.
 *
 * Owner:    main; everyone else reads.
 * Lifetime: until conf_free(), which cleanses secrets; a reload makes a new one.
 * Threads:  any, read only.
 * Failure:  conf_load() collects every fault at once, as faults of cx (pointer: the
 *           option's name, "" for a line that names none; keyword: the rule; message:
 *           all of it, with its place), and returns ERR_CONFIG. No fault shows a
 *           secret, nor a line that could not be read.
 */
#ifndef TENANTD_CONF_CONF_H
#define TENANTD_CONF_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/ctx.h"

#define CONF_PATH_DEFAULT  "/etc/tenantd/tenantd.conf"
#define CONF_PATH_VARIABLE "TENANTD_CONFIG"

#define CONF_T_TEXT char *
#define CONF_T_INT  int
#define CONF_T_BOOL bool

struct conf {
#define OPTION(type, field, name, def, min, max, choices, form, help)                  \
	CONF_T_##type field;
#include "conf/options.def"
#undef OPTION
};

enum conf_source { CONF_DEFAULT, CONF_FILE, CONF_ENVIRONMENT };

/* What the settings are for, and so which of them must be there. */
enum conf_need {
	CONF_FOR_DATABASE, /* only to reach the database */
	CONF_FOR_SERVER    /* the keys too */
};

/*
 * path: the settings file; NULL: the one that TENANTD_CONFIG names in environ_, else
 * /etc/tenantd/tenantd.conf if it is there.
 * environ_: as environ(7); the program's own, or a test's.
 */
enum err conf_load(struct ctx *cx, const char *path, char *const *environ_,
    struct conf **out) MUST_CHECK;
enum err conf_load_for(struct ctx *cx, enum conf_need need, const char *path,
    char *const *environ_, struct conf **out) MUST_CHECK;
void conf_free(struct conf *c);

/* The libpq connection string of the running role, of the owner, and of the running
 * role past any pooler; in mem, cleansed when mem is reset. */
const char *conf_conninfo(const struct conf *c, struct arena *mem);
const char *conf_owner_conninfo(const struct conf *c, struct arena *mem);
const char *conf_direct_conninfo(const struct conf *c, struct arena *mem);

/* CHATS, or what its 0 stands for; never all workers where there are several. */
int conf_chats(const struct conf *c);
/* What CHATS may be at most, of at least one worker. */
int conf_chats_most(const struct conf *c);

/* -- the table, for those who print it -- */
enum conf_type { CONF_TYPE_TEXT, CONF_TYPE_INT, CONF_TYPE_BOOL };
enum conf_form {
	CONF_FORM_PLAIN,
	CONF_FORM_SECRET,
	CONF_FORM_CONNINFO,
	CONF_FORM_UUID,
	CONF_FORM_OCTAL,
	CONF_FORM_CIDRS,
	CONF_FORM_URL,
	CONF_FORM_TEMPLATE,
	CONF_FORM_PREFIX,
	CONF_FORM_WORDS,
	CONF_FORM_SMTP,
	CONF_FORM_MAILBOX,
	CONF_FORM_REDIS
};

struct conf_option {
	const char *name, *def, *choices, *help;
	enum conf_type type;
	enum conf_form form;
	size_t offset; /* in struct conf */
	long long min, max;
};

enum conf_option_id {
#define OPTION(type, field, name, def, min, max, choices, form, help) CONF_OPT_##field,
#include "conf/options.def"
#undef OPTION
	CONF_OPTION_COUNT
};

extern const struct conf_option conf_options[CONF_OPTION_COUNT];

bool conf_is_secret(enum conf_option_id id);
/* The value as a user would write it; borrowed from c or in mem. */
const char *conf_value(const struct conf *c, enum conf_option_id id, struct arena *mem);
enum conf_source conf_source_of(const struct conf *c, enum conf_option_id id);
/* "default", "environment", or the file and its line. */
const char *conf_place(const struct conf *c, enum conf_option_id id, struct arena *mem);
const char *conf_path(const struct conf *c); /* the file that was read; NULL: none */
/* Whether the file holds a secret and others than owner and group may read it. */
bool conf_is_exposed(const struct conf *c);

#endif
