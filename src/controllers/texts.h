/*
 * texts.h - texts for readers, kept in files: texts/, templates/docs/.
 *
 * Owner:    the program text.
 * Lifetime: static.
 * Threads:  any.
 * Failure:  one that is asked for and is not there is a slip of the program: assert.
 */
#ifndef TENANTD_CONTROLLERS_TEXTS_H
#define TENANTD_CONTROLLERS_TEXTS_H

#include "base/str.h"

/* name: the file's without its extension. */
const char *text_get(struct slice name);

#endif
