/*
 * pattern.h - regular expressions of schemas: ECMA-262's as far as PCRE2 has them, over
 * UTF-8, with limits on the work one match may cost.
 *
 * Owner:    the arena given to pattern_compile().
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  pattern_compile() answers NULL and says why; a match that costs too much
 *           is given up, and is neither found nor not found.
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
/* Whether text is a pattern. */
bool pattern_is_valid(const char *text);

enum { PATTERN_LIMIT = 100000 };

enum pattern_found { PATTERN_NO, PATTERN_YES, PATTERN_GIVEN_UP };

/* text: n bytes of well-formed UTF-8. limit: how often the match may turn back, by
 * PCRE2's count, at most PATTERN_LIMIT; between two turns it may run over all of text.
 */
enum pattern_found pattern_match(
    const struct pattern *p, const char *text, size_t n, unsigned limit);

#endif
