/*
 * scoreboard.h - what the workers of one master are doing, in shared memory.
 *
 * Each slot is written by its worker alone (relaxed atomics) and read by all; counters
 * outlive the worker, so that a replaced worker goes on counting in its slot.
 *
 * Owner:    the master; made before the fork.
 * Lifetime: of the master.
 * Threads:  any process of the master.
 * Failure:  scoreboard_new() records ERR_INTERNAL when memory cannot be mapped.
 */
#ifndef TENANTD_PROC_SCOREBOARD_H
#define TENANTD_PROC_SCOREBOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"

enum worker_state {
	WORKER_NONE,
	WORKER_STARTING,
	WORKER_IDLE,
	WORKER_BUSY,
	WORKER_DRAINING,
	WORKER_STATE_COUNT
};

/* Upper bounds of the latency buckets in microseconds; one more holds the rest. */
enum { LATENCY_BUCKETS = 14 };
extern const uint32_t latency_bounds_us[LATENCY_BUCKETS];

/* Statuses that are counted one by one; any other is counted as the last, 0. */
extern const int counted_statuses[];
extern const int counted_status_count;

/* Gauges and counters of a worker beside its requests. */
enum worker_counter {
	COUNTER_DB_ROUND_TRIPS,
	COUNTER_DB_CONNECTS,
	COUNTER_DB_LOSSES,
	COUNTER_DB_RETRIES,
	COUNTER_DB_TIME_US,
	COUNTER_CONTEXT_LEAKS,
	COUNTER_RATE_LIMITED,
	COUNTER_CHAT_FAILURES,
	COUNTER_COUNT
};

/* What a worker is for. */
enum worker_role {
	WORKER_ROLE_UNSET,
	WORKER_FOR_REQUESTS,
	WORKER_FOR_JOBS,
	WORKER_ROLE_COUNT
};

struct scoreboard;

/*
 * workers: how many there shall be, of all roles. There are slots for more: a reload
 * runs two generations side by side, and may ask for more workers; half of the slots is
 * the most that it gets. routes: rows that requests are counted by; the last one is
 * "none", and counts what is out of range. steps: rows that steps of operations are
 * counted by.
 *
 * A slot and route take 896 bytes, and only those that were counted take memory: 4
 * workers (64 slots) and 60 routes map 3.5 MB, 512 workers (1024 slots) and 200
 * routes map 184 MB, of which 92 MB are in use when each has answered every route.
 */
enum err scoreboard_new(struct ctx *cx, int workers, int routes, int steps,
    struct scoreboard **out) MUST_CHECK;
void scoreboard_free(struct scoreboard *s);

/* -- by the master -- */
/* Before the fork: STARTING. */
void scoreboard_enter(struct scoreboard *s, int slot, enum worker_role role);
void scoreboard_set_pid(struct scoreboard *s, int slot, int pid);
void scoreboard_leave(struct scoreboard *s, int slot, bool died);

/* -- by the worker of `slot` -- */
void scoreboard_state(struct scoreboard *s, int slot, enum worker_state state);
/* What it is at may take that long, until it says a state again. */
void scoreboard_allow(struct scoreboard *s, int slot, int ms);
void scoreboard_request(
    struct scoreboard *s, int slot, int route, int status, int64_t micros);
/* A step of an operation came to its end. */
void scoreboard_step(struct scoreboard *s, int slot, int step, int64_t micros);
void scoreboard_job(struct scoreboard *s, int slot); /* one was done, or tried */
void scoreboard_add(
    struct scoreboard *s, int slot, enum worker_counter counter, uint64_t n);

/* -- by anybody -- */
struct worker_view {
	enum worker_state state;
	int pid;          /* 0: none */
	int64_t since_ms; /* clock_mono_ms() at which it last said its state */
	int allowed_ms;   /* from then on, by scoreboard_allow(); 0: as usual */
	uint64_t done; /* requests and jobs of this slot so far, by all that had it */
};
int scoreboard_slots(const struct scoreboard *s);
void scoreboard_view(const struct scoreboard *s, int slot, struct worker_view *out);
const char *scoreboard_state_name(enum worker_state state);
const char *scoreboard_role_name(enum worker_role role);

struct route_stats {
	uint64_t by_status[32]; /* as counted_statuses */
	/* latency by class of status: [0] 1xx … [4] 5xx */
	uint64_t buckets[5][LATENCY_BUCKETS + 1];
	uint64_t sum_us[5];
};
void scoreboard_sum(const struct scoreboard *s, int route, struct route_stats *out);
/* Of a step: latency of the class [1]. */
void scoreboard_sum_step(const struct scoreboard *s, int step, struct route_stats *out);
/* Workers of a role by their state. */
void scoreboard_states(const struct scoreboard *s, enum worker_role role,
    int out[static WORKER_STATE_COUNT]);
uint64_t scoreboard_counter(const struct scoreboard *s, enum worker_counter counter);
/* Those that died. */
uint64_t scoreboard_restarts(const struct scoreboard *s, enum worker_role role);
int64_t scoreboard_started_ms(const struct scoreboard *s); /* wall clock */

#endif
