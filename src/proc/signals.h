/*
 * signals.h - signals: what a worker does on them, and how the master waits for its
 * own.
 *
 * Owner:    the process; one set of handlers.
 * Lifetime: of the process, or until master_signals_close().
 * Threads:  one a process.
 * Failure:  master_signals_open() records ERR_INTERNAL.
 */
#ifndef TENANTD_PROC_SIGNALS_H
#define TENANTD_PROC_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

#include "base/ctx.h"

/* First thing in a server: a log without a reader (SIGPIPE) or at the limit of a file's
 * size (SIGXFSZ) costs a line, not a process. */
void signals_ignore_lost_output(void);

/* -- in a worker: first thing in work() -- */

/*
 * SIGTERM calls `stop`, which must be async-signal-safe, and SIGUSR1 is remembered;
 * both end a system call that waits (no SA_RESTART). SIGINT, SIGHUP and SIGQUIT, which
 * a terminal sends to all, are the master's alone; those of lost output are ignored. A
 * worker whose master is gone gets the drain time and is then ended by SIGALRM.
 */
void worker_signals_install(void (*stop)(void));
/* Whether SIGUSR1 came since the last call: log_reopen() is wanted. */
bool worker_log_reopen_wanted(void);

/* -- in a process that serves without a master -- */

/* As in a worker, and what its master would see to: SIGINT does what SIGTERM does,
 * SIGHUP is remembered, SIGQUIT ends the process at once. */
void alone_signals_install(void (*stop)(void));
/* Whether SIGHUP came since the last call: new settings are wanted. */
bool alone_reload_wanted(void);

/* -- in the master -- */

enum { MASTER_SIGNALS = 6 };

struct master_signals {
	int fd; /* readable when a signal has come */
	sigset_t mask_was;
	struct sigaction was[MASTER_SIGNALS];
};

/* Blocks the master's signals and takes them through a descriptor. */
enum err master_signals_open(struct ctx *cx, struct master_signals *s) MUST_CHECK;
void master_signals_close(struct master_signals *s);
/* The next that has come, or 0. */
int master_signals_next(struct master_signals *s);
/* In the child: leaves the master's descriptor and mask. drain_ms: see above. */
void master_signals_leave(struct master_signals *s, pid_t master, int drain_ms);

#endif
