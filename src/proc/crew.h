/*
 * crew.h - the worker processes of a master: started, told, killed, reaped. What to do
 * when is master.c's; here is how.
 *
 * Owner:    master_run().
 * Lifetime: between crew_init() and crew_fini().
 * Threads:  one.
 * Failure:  crew_init() records ERR_INTERNAL; a fork that fails is tried again later.
 */
#ifndef TENANTD_PROC_CREW_H
#define TENANTD_PROC_CREW_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "proc/master.h"
#include "proc/signals.h"

enum crew_phase { CREW_FREE, CREW_WAITING, CREW_RUNNING };

/* One slot of the scoreboard. */
struct crew_member {
	enum crew_phase phase;
	enum worker_role role; /* of the one that has it, or had it last */
	pid_t pid;
	unsigned generation; /* of the settings it was forked with */
	bool told;           /* to drain */
	bool killed;
	int backoff_ms;
	uint64_t done; /* requests and jobs counted in the slot when it started */
	int64_t started_ms;
	int64_t due_ms; /* waiting: start then; told: kill then */
};

enum crew_end {
	CREW_END_NONE,    /* nobody ended */
	CREW_END_LEFT,    /* one that was told to */
	CREW_END_RETIRED, /* of its own, exit status 0 */
	CREW_END_DIED,
	CREW_END_CONFIG, /* exit status 78: its settings cannot work */
};

struct crew {
	struct ctx *cx;
	const struct master_hooks *hooks;
	struct scoreboard *board;
	struct master_settings settings;
	struct master_signals signals;
	int fd;
	pid_t master;
	unsigned generation;
	int slots;
	struct crew_member *at; /* by slot */
};

enum err crew_init(struct crew *c) MUST_CHECK; /* the rest is set by the caller */
void crew_fini(struct crew *c);

/* All times are clock_mono_ms(). */
void crew_start(struct crew *c, int slot, enum worker_role role, int64_t now);
void crew_tell(struct crew *c, int slot, int64_t now);
void crew_kill(struct crew *c, int slot, const char *why);
void crew_forward(const struct crew *c, int signo);
/* Has this slot start a worker again: at once, or later if the last one died young and
 * had done nothing. */
void crew_await(struct crew *c, int slot, int64_t now);
/* Reaps one that ended, and frees its slot; which, in *slot. */
enum crew_end crew_reap(struct crew *c, int *slot);

bool crew_accepts(const struct crew *c, int slot); /* running, ready, not told */
int crew_running(const struct crew *c);

#endif
