/*
 * dir.h - a directory of settings that are files of their own: each of its files whose
 * name has the right ending.
 *
 * Names that begin with a dot, and those with another ending, are passed over: editors
 * and package managers leave such behind.
 *
 * Owner:    the arena that is given.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  faults of cx, with the path first; a directory that is not there is empty.
 */
#ifndef TENANTD_CONF_DIR_H
#define TENANTD_CONF_DIR_H

#include "base/ctx.h"
#include "base/str.h"

enum {
	CONF_DIR_FILES_MAX = 256,
	CONF_DIR_FILE_MAX = 64 * 1024 /* bytes of one */
};

struct conf_dir_file {
	struct conf_dir_file *next; /* in the order of the names' bytes */
	const char *name;           /* without its ending */
	const char *path;
};

/* option: whose value dir is, for the faults. dir: "" is empty, too. ending: such as
 * ".json". NULL: no files. */
struct conf_dir_file *conf_dir_list(struct ctx *cx, struct arena *mem,
    const char *option, const char *dir, const char *ending);
/* The whole of a regular file, with a NUL behind it; false: a fault says why not. */
bool conf_dir_read(struct ctx *cx, struct arena *mem, const char *option,
    const struct conf_dir_file *file, struct slice *out) MUST_CHECK;

#endif
