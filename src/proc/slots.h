/*
 * slots.h - how many of the processes of one master may do something costly at once.
 *
 * A slot is a byte of a file without a name that its holder has locked (fcntl(2)): the
 * kernel gives it back when the holder dies, however it dies.
 *
 * Where no one of those it is done for may have them all, slots are taken by shares:
 * each has a mark beside it of whom it was taken for. A mark whose slot is not locked
 * is of a process that was killed, and counts only until the next look at the locks.
 * All who take slots of one set take them the same way.
 *
 * Owner:    the master; made before the fork.
 * Lifetime: of the master; a slot: until slots_give().
 * Threads:  one holder a process: a process has one slot at most.
 * Failure:  slots_new() records ERR_INTERNAL. Who gets no slot is told so, and tells it
 *           in words of their own.
 */
#ifndef TENANTD_PROC_SLOTS_H
#define TENANTD_PROC_SLOTS_H

#include <stdbool.h>

#include "base/ctx.h"

struct slots;

/* NULL in place of slots: there is no bound. */

/* count: from 1 to 1,024. */
enum err slots_new(struct ctx *cx, int count, struct slots **out) MUST_CHECK;
void slots_free(struct slots *s);
/* Waits for one, to the ctx's deadline and `most_ms` milliseconds at most; tries once
 * at least. false: none became free. */
bool slots_take(const struct ctx *cx, struct slots *s, int most_ms) MUST_CHECK;
void slots_give(struct slots *s);

/* -- by shares -- */

struct slots_share {
	const char *who; /* whom the slot is for */
	int most;        /* slots that may be taken at once, by anybody */
	int each;        /* and by one */
};

enum slots_outcome { SLOTS_UNSET, SLOTS_TAKEN, SLOTS_ALL_TAKEN, SLOTS_SHARE_TAKEN };

/* Takes one if there is one now. Waits for nobody but others that take one. */
enum slots_outcome slots_take_share(
    struct slots *s, const struct slots_share *share) MUST_CHECK;
/* How many are taken. Asks nobody, and so counts a killed holder's, too; */
int slots_held(const struct slots *s);
/* which this forgets. */
void slots_look(struct slots *s);

#endif
