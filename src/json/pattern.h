/*
 * pattern.h - regular expressions of schemas: ECMA-262's as far as PCRE2 has them, over
 * UTF-8, with limits on the work one match may cost.
 *
 * Owner:    the arena given to pattern_compile().
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  pattern_compile() answers NULL and says why; a match that costs too much
 *           is no match.
 */
#ifndef TENANTD_JSON_PATTERN_H
#define TENANTD_JSON_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct pattern;

enum { PATTERN_WHY_SIZE = 128 };

const struct pattern *pattern_compile(
    struct arena *mem, const char *text, char why[static PATTERN_WHY_SIZE]) MUST_CHECK;
/* text: well-formed UTF-8. */
bool pattern_matches(const struct pattern *p, const char *text);

#endif
