/*
 * directory.h - a tenant's directory on this host, or on a file system that several
 * share: STORAGE_DIR/ID, which the server's user alone may enter.
 *
 * It is made under a private name, marked by an empty file ".tenantd/" and the
 * resource's id, and then renamed: what was there before stays, untouched. Before it is
 * removed it is renamed as well.
 *
 * Owner:    the file system.
 * Lifetime: until it is removed.
 * Threads:  one.
 * Failure:  ERR_OUTSIDE_FAILED, told without the path; ERR_CONFLICT, told: somebody
 *           else has it, or there is no STORAGE_DIR.
 */
#ifndef TENANTD_OUTSIDE_DIRECTORY_H
#define TENANTD_OUTSIDE_DIRECTORY_H

#include "outside/stores.h"

struct directory {
	const char *name; /* the tenant's id, below STORAGE_DIR */
	const char *mark; /* the resource's id */
};

enum err directory_make(
    struct ctx *cx, const struct conf *conf, const struct directory *d) MUST_CHECK;
/* With all that is in it; nothing where there is no mark. May be run again after it ran
 * to any point. */
enum err directory_remove(
    struct ctx *cx, const struct conf *conf, const struct directory *d) MUST_CHECK;
/* Whether it is there, and ours. */
enum err directory_look(struct ctx *cx, const struct conf *conf,
    const struct directory *d, bool *ours) MUST_CHECK;

#endif
