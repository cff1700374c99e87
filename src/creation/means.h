/*
 * means.h - what a process makes and removes with, opened once.
 *
 * Owner:    the process, after the fork; conf, db, keys, audit and
 *           databases stay the caller's.
 * Lifetime: until creation_means_close().
 * Threads:  one.
 * Failure:  ERR_CONFIG for settings that cannot be.
 */
#ifndef TENANTD_CREATION_MEANS_H
#define TENANTD_CREATION_MEANS_H

#include "creation/creation.h"

/* conf, db, keys, audit and databases are set by the caller; opens no connection yet. */
enum err creation_means_open(struct ctx *cx, struct creation_means *means) MUST_CHECK;
void creation_means_close(struct creation_means *means);

#endif
