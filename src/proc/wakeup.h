/*
 * wakeup.h - between the processes of one master: "there is work" from those that
 * answer requests to those that run jobs, and "there is news" the other way.
 *
 * A signal wakes all that wait on the descriptor, and one of them takes it: that one
 * looks for work after it has taken it, and finds all that was there before the signal.
 * Who will not look any more, since it drains, leaves the descriptor alone.
 * Who waits for news looks at a number, which only grows, and has a seat as long as it
 * waits, so that not all can wait.
 *
 * A process that is killed may have taken a signal along, or a seat. The master tells
 * of each that ended, and both are given back.
 *
 * Every function takes NULL, where there is no master: nothing is woken, nothing was
 * published, and nobody gets a seat.
 *
 * Owner:    the master; made before the fork.
 * Lifetime: of the master.
 * Threads:  any process of the master.
 * Failure:  wakeup_new() records ERR_INTERNAL.
 */
#ifndef TENANTD_PROC_WAKEUP_H
#define TENANTD_PROC_WAKEUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/ctx.h"

enum { WAKEUP_SEATS_MOST = 1024 };

struct wakeup;

enum err wakeup_new(struct ctx *cx, struct wakeup **out) MUST_CHECK;
void wakeup_free(struct wakeup *w);

/* -- work -- */

/* After the commit. Costs a system call only when no signal is on its way. */
void wakeup_signal(struct wakeup *w);
int wakeup_fd(const struct wakeup *w); /* readable: there is work; -1: NULL */
/* Before one looks for work. Whether there was a signal; false: somebody else has it.
 */
bool wakeup_take(struct wakeup *w);

/* -- news -- */

void wakeup_publish(struct wakeup *w, uint64_t seq); /* an older number is ignored */
uint64_t wakeup_published(const struct wakeup *w);   /* 0: nothing yet */
/* Takes one of the first `most` seats; false when all these are taken. A process has
 * one at most. */
bool wakeup_wait_begin(struct wakeup *w, int most);
/* Whether the seat is one of the first `most`: there may be fewer now than there were,
 * and who has one of the others has to leave. */
bool wakeup_wait_allowed(const struct wakeup *w, int most);
void wakeup_wait_end(struct wakeup *w);
int wakeup_waiting(const struct wakeup *w); /* seats that are taken */

/* -- what may be remembered -- */

/* After the commit of what others remember: they read it anew. */
void wakeup_change(struct wakeup *w);
uint64_t wakeup_changes(const struct wakeup *w); /* so far */
/* Somebody listens for the news of other hosts, and will until then at least (as
 * clock_mono_ms() has it): what was published there is published here. */
void wakeup_listen(struct wakeup *w, int64_t until_ms);
bool wakeup_listening(const struct wakeup *w, int64_t now_ms);

/* -- by the master -- */

void wakeup_forget(struct wakeup *w, pid_t pid); /* that process has ended */

#endif
