/*
 * sqlstate.h - what a SQLSTATE means for this program, from sqlstate.def.
 *
 * Owner:    the program text.
 * Lifetime: static.
 * Threads:  any.
 * Failure:  none: an unknown code is ERR_INTERNAL.
 */
#ifndef TENANTD_DB_SQLSTATE_H
#define TENANTD_DB_SQLSTATE_H

#include "base/err.h"

/* code: five characters; *meaning: for the log, "" when there is nothing to say. */
enum err sqlstate_err(const char *code, const char **meaning);

#endif
