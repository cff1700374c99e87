/*
 * slots.h - how many of the processes of one master may do something costly at once.
 *
 * A slot is a byte of a file without a name that its holder has locked (fcntl(2)): the
 * kernel gives it back when the holder dies, however it dies.
 *
 * Owner:    the master; made before the fork.
 * Lifetime: of the master; a slot: until slots_give().
 * Threads:  one holder a process: a process has one slot at most.
 * Failure:  slots_new() records ERR_INTERNAL; slots_take() ERR_UNAVAILABLE, with a time
 *           to try again, when the ctx's deadline is too near.
 */
#ifndef TENANTD_PROC_SLOTS_H
#define TENANTD_PROC_SLOTS_H

#include "base/ctx.h"

struct slots;

/* count: from 1 to 1,024. */
enum err slots_new(struct ctx *cx, int count, struct slots **out) MUST_CHECK;
void slots_free(struct slots *s);
/* Waits for one, to the ctx's deadline and `most_ms` milliseconds at most. NULL: there
 * is no bound. */
enum err slots_take(struct ctx *cx, struct slots *s, int most_ms) MUST_CHECK;
void slots_give(struct slots *s);

#endif
