/*
 * hash.h - passwords hashed and checked (crypto/password.h) by no more processes at
 * once than there are slots for, since each takes 19 MiB and a core.
 *
 * Call neither inside a transaction: both take tens of milliseconds.
 *
 * Owner:    the caller, who cleanses the password.
 * Lifetime: the string: cx->mem.
 * Threads:  one.
 * Failure:  as password.h; ERR_UNAVAILABLE, with a time to try again, when no slot
 *           becomes free in time.
 */
#ifndef TENANTD_PEOPLE_HASH_H
#define TENANTD_PEOPLE_HASH_H

#include "crypto/password.h"
#include "proc/slots.h"

/* Bytes, not NUL-terminated. */
struct password {
	const char *text;
	size_t n;
};

/* slots NULL: without a bound, as in a command. */
enum err hash_make(struct ctx *cx, struct slots *slots, struct password p,
    const char **phc) MUST_CHECK;
/* A hash that no password has, of today's costs. */
const char *hash_nobodys(void);
/* Whether some password can match it. phc NULL: nobody's. */
bool hash_is_checkable(struct ctx *cx, const char *phc);
/* One that is not checkable, such as another program's, takes as long as nobody's, and
 * does not match. */
enum err hash_check(struct ctx *cx, struct slots *slots, const char *phc,
    struct password p, bool *match) MUST_CHECK;

#endif
