/*
 * master.h - the processes: a master that forks workers around one listening socket.
 *
 * The master restarts a worker that died (with back-off when it dies young), replaces one
 * that retired (exit status 0), kills one that overruns a request, drains on SIGTERM and
 * SIGINT, and on SIGHUP loads settings anew and replaces the workers one by one;
 * settings with a fault change nothing. SIGUSR1 opens the log again.
 *
 * Owner:    the serve command.
 * Lifetime: master_run() returns when all have stopped.
 * Threads:  one a process.
 * Failure:  ERR_UNAVAILABLE when no worker can be kept alive at start.
 */
#ifndef TENANTD_PROC_MASTER_H
#define TENANTD_PROC_MASTER_H

#include <stdbool.h>

#include "base/ctx.h"
#include "proc/scoreboard.h"

struct master_settings {
	int workers;
	int request_timeout_ms; /* a worker busy for twice as long is killed */
	int drain_timeout_ms;
};

struct master_hooks {
	/* In the child, after the fork: serves until told to stop; its exit status. */
	int (*work)(void *app, int slot, int fd);
	/* SIGHUP: loads and checks anew; false keeps everything. May change *settings. */
	bool (*reload)(void *app, struct master_settings *settings);
	void *app;
};

enum err master_run(struct ctx *cx, int fd, struct scoreboard *board,
    const struct master_settings *settings, const struct master_hooks *hooks) MUST_CHECK;

#endif
