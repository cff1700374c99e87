/*
 * name.h - names as people write them, in any script: what may stand in one, and how it
 * reads in ASCII.
 *
 * Owner:    the arena.
 * Lifetime: of the arena.
 * Threads:  any.
 * Failure:  NULL or false, as each function says. All take well-formed UTF-8.
 */
#ifndef TENANTD_BASE_NAME_H
#define TENANTD_BASE_NAME_H

#include <stdbool.h>

#include "base/arena.h"

/* A copy without white space around it, of any script. */
char *name_trim(struct arena *mem, const char *s);
/* Whether nothing in it can be seen. */
bool name_is_blank(const char *s);
/* Whether there is a control character in it, or what separates lines. */
bool name_has_control(const char *s);

/*
 * The name in lower-case letters and digits of ASCII: marks are left out, letters of
 * base/letters.def are written as it says, digits of any script are those of ours, and
 * each run of anything else becomes one "-", never at an end. What letters.def does not
 * know is left out.
 */
char *name_romanise(struct arena *mem, const char *s);

#endif
