/*
 * conf.h - settings, from options.def: environment, else file, else default.
 *
 * Owner:    main; everyone else reads.
 * Lifetime: until conf_free(); a reload makes a new one.
 * Threads:  any, read only.
 * Failure:  conf_load() collects every fault at once, as faults of cx (pointer: the
 *           option's name), and returns ERR_CONFIG. No fault shows a secret.
 */
#ifndef TENANTD_CONF_CONF_H
#define TENANTD_CONF_CONF_H

#include <stdbool.h>
#include <stdio.h>

#include "base/ctx.h"

#define CONF_T_TEXT char *
#define CONF_T_INT  int
#define CONF_T_BOOL bool

struct conf {
#define OPTION(type, field, name, def, min, max, choices, flags, help) CONF_T_##type field;
#include "conf/options.def"
#undef OPTION
};

enum conf_source { CONF_DEFAULT, CONF_FILE, CONF_ENVIRONMENT };

/*
 * path: the settings file; NULL: /etc/tenantd/tenantd.conf if it is there.
 * environ_: as environ(7); the program's own, or a test's.
 */
enum err conf_load(struct ctx *cx, const char *path, char *const *environ_,
    struct conf **out) MUST_CHECK;
void conf_free(struct conf *c);

/* The libpq connection string of the running role, and of the owner; in mem. */
const char *conf_conninfo(const struct conf *c, struct arena *mem);
const char *conf_owner_conninfo(const struct conf *c, struct arena *mem);

#endif
