/*
 * master.h - the processes: a master that forks workers around one listening socket,
 * and others that run jobs.
 *
 * The master restarts a worker that died (50 ms to 5 s later when it died within 2 s of
 * its start and had done nothing), replaces one that retired (exit status 0) and kills
 * one that does not get ready, one that overruns a request, and one for jobs that has
 * said nothing on the scoreboard for long.
 *
 * What follows holds for each role on its own. Job workers come second: requests are
 * served, and everybody is told so, whether or not a single one of them can start.
 *
 *   SIGTERM, SIGINT   drain: workers finish their requests and end; a second one, or
 *                     the end of drain_timeout_ms, kills them
 *   SIGQUIT           kills them at once
 *   SIGHUP            opens the log again, loads settings anew and replaces the workers
 *                     one by one, never fewer than `workers` accepting; settings with
 *                     a fault change nothing
 *   SIGUSR1           opens the log again, here and in the workers
 *
 * Under systemd it says when all workers for requests accept, at the start and after a
 * reload, and when it stops.
 *
 * A worker counts as accepting once it is WORKER_IDLE on the scoreboard. It gets
 * SIGTERM when its master dies. See signals.h for what it does with signals. One for
 * jobs does not have the socket, is called "…-jobs" where processes are listed, and
 * says its state (WORKER_IDLE, WORKER_BUSY) at each turn of its loop.
 *
 * Owner:    the serve command.
 * Lifetime: master_run() returns when all have stopped.
 * Threads:  one a process.
 * Failure:  ERR_CONFIG when a worker for requests ends with status 78 (EX_CONFIG),
 *           except that while workers from before a reload serve, these go on;
 *           ERR_INTERNAL. Workers that die are tried again for ever.
 */
#ifndef TENANTD_PROC_MASTER_H
#define TENANTD_PROC_MASTER_H

#include <stdbool.h>

#include "base/ctx.h"
#include "proc/scoreboard.h"
#include "proc/wakeup.h"

struct master_settings {
	/* Of both together at most half of the scoreboard's slots are started. */
	int workers, job_workers;
	int request_timeout_ms; /* a worker busy for twice as long is killed, but see
				   scoreboard_allow() */
	int job_silence_ms;     /* a job worker that said nothing as long is killed */
	int drain_timeout_ms;
};

struct master_hooks {
	/* In the child, after the fork: serves until told to stop; its exit status. */
	int (*work)(void *app, int slot, int fd);
	/* The same for one that runs jobs; NULL: there are none. */
	int (*work_jobs)(void *app, int slot);
	/* SIGHUP: loads and checks anew; false keeps everything. May change *settings.
	 */
	bool (*reload)(void *app, struct master_settings *settings);
	void *app;
	struct wakeup *wakeup; /* hears of workers that ended; NULL: none */
};

/* fd: the listening socket, which stays open. */
enum err master_run(struct ctx *cx, int fd, struct scoreboard *board,
    const struct master_settings *settings,
    const struct master_hooks *hooks) MUST_CHECK;

#endif
