/*
 * check.h - whether values of settings are what their rows ask for, and fit together.
 *
 * Owner:    conf_load().
 * Lifetime: of the call.
 * Threads:  any.
 * Failure:  a text that says what is wrong, and shows no secret; faults of cx for what
 *           does not fit together.
 */
#ifndef TENANTD_CONF_CHECK_H
#define TENANTD_CONF_CHECK_H

#include "conf/conf.h"

enum { CONF_WRONG_SIZE = 160 };

/* Whether `value` may stand for option o; if not, why. */
bool conf_check_value(
    const struct conf_option *o, const char *value, char why[static CONF_WRONG_SIZE]);
/* What is missing, or contradicts another option. */
void conf_check_whole(struct ctx *cx, const struct conf *c, enum conf_need need);
/* Of that: where tenants' storage and cache are. */
void conf_check_stores(struct ctx *cx, const struct conf *c);
/* A fault: an option is not set; `because` follows, "" for nothing. */
void conf_miss(struct ctx *cx, const char *name, const char *because);

#endif
