/*
 * scoreboard.c - see scoreboard.h.
 *
 * One shared mapping: what all slots say of themselves, then a bit for each slot and
 * route that was ever counted, then the counts. Reading a page of shared memory that
 * nobody wrote would make one, so sums look at the bit first.
 */
#include "proc/scoreboard.h"

#include <errno.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/attr.h"
#include "base/clock.h"

enum {
	LINE = 64,
	PAGE = 4096,
	STATUSES = 32,
	CLASSES = 5,
	SLOTS_LEAST = 64,
	SLOTS_MOST = 1024
};

const uint32_t latency_bounds_us[LATENCY_BUCKETS] = {250, 500, 1000, 2000, 3000, 5000,
    7500, 10000, 25000, 50000, 100000, 250000, 1000000, 5000000};

/* All of errors.def (a test sees to it) and what else may be answered; 0 is the rest.
 */
const int counted_statuses[] = {200, 201, 202, 204, 206, 302, 303, 304, 308, 400, 401,
    403, 404, 405, 408, 409, 410, 412, 413, 414, 415, 416, 424, 428, 429, 431, 500, 501,
    502, 503, 504, 0};
const int counted_status_count = (int)COUNT_OF(counted_statuses);
_Static_assert(COUNT_OF(counted_statuses) <= STATUSES, "by_status has room for 32");

struct slot {
	alignas(LINE) atomic_int state;
	atomic_int pid;
	atomic_int role;
	atomic_int allowed_ms;
	_Atomic int64_t since_ms;
	_Atomic uint64_t done;
	_Atomic uint64_t counters[COUNTER_COUNT];
};

struct cell {
	alignas(LINE) _Atomic uint64_t by_status[STATUSES];
	_Atomic uint64_t buckets[CLASSES][LATENCY_BUCKETS + 1];
	_Atomic uint64_t sum_us[CLASSES];
};

struct shared {
	alignas(LINE) _Atomic uint64_t restarts[WORKER_ROLE_COUNT];
	int64_t started_ms;
};

struct scoreboard {
	int slots, routes;
	int rows;     /* routes, and behind them steps */
	size_t words; /* of bits, for a slot */
	size_t size;
	struct shared *shared;
	struct slot *slot;
	_Atomic uint64_t *counted;
	struct cell *cells;
};

static size_t
round_up(size_t n, size_t to)
{
	return (n + to - 1) / to * to;
}

static int
slots_for(int workers)
{
	int slots = workers * 4;

	if (slots > SLOTS_MOST)
		slots = workers * 2 > SLOTS_MOST ? workers * 2 : SLOTS_MOST;
	return slots < SLOTS_LEAST ? SLOTS_LEAST : slots;
}

/* Where each part starts, in bytes; the size of all of it. */
struct layout {
	size_t slot, counted, cells, size;
};

static struct layout
lay_out(size_t slots, size_t routes, size_t words)
{
	struct layout l;

	l.slot = round_up(sizeof(struct shared), LINE);
	l.counted = l.slot + slots * sizeof(struct slot);
	l.cells = round_up(l.counted + slots * words * sizeof(uint64_t), PAGE);
	l.size = l.cells + slots * routes * sizeof(struct cell);
	return l;
}

enum err
scoreboard_new(
    struct ctx *cx, int workers, int routes, int steps, struct scoreboard **out)
{
	struct scoreboard *s = calloc(1, sizeof(*s));
	struct layout at;
	char *base;

	if (s == NULL)
		return err_set(&cx->err, ERR_INTERNAL, "out of memory");
	s->slots = slots_for(workers);
	s->routes = routes > 0 ? routes : 1;
	s->rows = s->routes + steps;
	s->words = round_up((size_t)s->rows, 64) / 64;
	at = lay_out((size_t)s->slots, (size_t)s->rows, s->words);
	s->size = at.size;
	base = mmap(NULL, s->size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (base == MAP_FAILED) {
		int why = errno;

		free(s);
		return err_set(&cx->err, ERR_INTERNAL,
		    "could not map the scoreboard: %s", strerror(why));
	}
	s->shared = (struct shared *)(void *)base;
	s->slot = (struct slot *)(void *)(base + at.slot);
	s->counted = (_Atomic uint64_t *)(void *)(base + at.counted);
	s->cells = (struct cell *)(void *)(base + at.cells);
	s->shared->started_ms = clock_wall_ms();
	*out = s;
	return ERR_OK;
}

void
scoreboard_free(struct scoreboard *s)
{
	if (s == NULL)
		return;
	munmap(s->shared, s->size);
	free(s);
}

int
scoreboard_slots(const struct scoreboard *s)
{
	return s->slots;
}

/* -- writing -- */

static void
add(_Atomic uint64_t *to, uint64_t n)
{
	atomic_fetch_add_explicit(to, n, memory_order_relaxed);
}

static uint64_t
get(const _Atomic uint64_t *from)
{
	return atomic_load_explicit(from, memory_order_relaxed);
}

/* The time goes first: who sees the new state, or that no more is allowed, sees no
 * older time. */
void
scoreboard_state(struct scoreboard *s, int slot, enum worker_state state)
{
	struct slot *w = &s->slot[slot];

	atomic_store_explicit(&w->since_ms, clock_mono_ms(), memory_order_relaxed);
	atomic_store_explicit(&w->allowed_ms, 0, memory_order_release);
	atomic_store_explicit(&w->state, (int)state, memory_order_release);
}

void
scoreboard_allow(struct scoreboard *s, int slot, int ms)
{
	atomic_store_explicit(&s->slot[slot].allowed_ms, ms, memory_order_release);
}

static int
status_index(int status)
{
	int i = 0;

	while (i < counted_status_count - 1 && counted_statuses[i] != status)
		i++;
	return i;
}

static int
bucket_index(int64_t micros)
{
	int i = 0;

	while (i < LATENCY_BUCKETS && micros > (int64_t)latency_bounds_us[i])
		i++;
	return i;
}

static int
route_index(const struct scoreboard *s, int route)
{
	return route >= 0 && route < s->routes ? route : s->routes - 1;
}

static _Atomic uint64_t *
counted_word(const struct scoreboard *s, int slot, int route, uint64_t *bit)
{
	*bit = UINT64_C(1) << (route % 64);
	return &s->counted[(size_t)slot * s->words + (size_t)route / 64];
}

static struct cell *
cell_of(const struct scoreboard *s, int slot, int route)
{
	return &s->cells[(size_t)slot * (size_t)s->rows + (size_t)route];
}

/* cls: 0 to 4, of 1xx to 5xx. */
static struct cell *
count(struct scoreboard *s, int slot, int at, int cls, int64_t micros)
{
	struct cell *cell = cell_of(s, slot, at);
	uint64_t bit;
	_Atomic uint64_t *word = counted_word(s, slot, at, &bit);

	if (micros < 0)
		micros = 0;
	if ((get(word) & bit) == 0)
		atomic_fetch_or_explicit(word, bit, memory_order_relaxed);
	add(&cell->buckets[cls][bucket_index(micros)], 1);
	add(&cell->sum_us[cls], (uint64_t)micros);
	return cell;
}

void
scoreboard_request(
    struct scoreboard *s, int slot, int route, int status, int64_t micros)
{
	int cls = status / 100 - 1;
	struct cell *cell;

	if (cls < 0 || cls >= CLASSES)
		cls = CLASSES - 1;
	cell = count(s, slot, route_index(s, route), cls, micros);
	add(&cell->by_status[status_index(status)], 1);
	add(&s->slot[slot].done, 1);
}

void
scoreboard_step(struct scoreboard *s, int slot, int step, int64_t micros)
{
	if (step >= 0 && step < s->rows - s->routes)
		(void)count(s, slot, s->routes + step, 1, micros);
}

void
scoreboard_job(struct scoreboard *s, int slot)
{
	add(&s->slot[slot].done, 1);
}

void
scoreboard_add(struct scoreboard *s, int slot, enum worker_counter counter, uint64_t n)
{
	add(&s->slot[slot].counters[counter], n);
}

/* What was never a value of an enum is its zero: a worker that went wrong may have
 * written anything. */
static int
sane(const atomic_int *from, int count)
{
	int value = atomic_load_explicit(from, memory_order_acquire);

	return value >= 0 && value < count ? value : 0;
}

static enum worker_role
role_of(const struct slot *w)
{
	return (enum worker_role)sane(&w->role, WORKER_ROLE_COUNT);
}

static enum worker_state
state_of(const struct slot *w)
{
	return (enum worker_state)sane(&w->state, WORKER_STATE_COUNT);
}

/* -- by the master -- */

void
scoreboard_enter(struct scoreboard *s, int slot, enum worker_role role)
{
	atomic_store(&s->slot[slot].pid, 0);
	atomic_store(&s->slot[slot].role, (int)role);
	scoreboard_state(s, slot, WORKER_STARTING);
}

void
scoreboard_set_pid(struct scoreboard *s, int slot, int pid)
{
	atomic_store(&s->slot[slot].pid, pid);
}

void
scoreboard_leave(struct scoreboard *s, int slot, bool died)
{
	struct slot *w = &s->slot[slot];

	if (died)
		add(&s->shared->restarts[role_of(w)], 1);
	atomic_store(&w->pid, 0);
	scoreboard_state(s, slot, WORKER_NONE);
	atomic_store(&w->role, WORKER_ROLE_UNSET);
}

/* -- reading -- */

const char *
scoreboard_state_name(enum worker_state state)
{
	static const char *const names[WORKER_STATE_COUNT] = {
	    [WORKER_NONE] = "none",
	    [WORKER_STARTING] = "starting",
	    [WORKER_IDLE] = "idle",
	    [WORKER_BUSY] = "busy",
	    [WORKER_DRAINING] = "draining",
	};

	return (unsigned)state < WORKER_STATE_COUNT ? names[state] : "unknown";
}

const char *
scoreboard_role_name(enum worker_role role)
{
	static const char *const names[WORKER_ROLE_COUNT] = {
	    [WORKER_ROLE_UNSET] = "none",
	    [WORKER_FOR_REQUESTS] = "requests",
	    [WORKER_FOR_JOBS] = "jobs",
	};

	return (unsigned)role < WORKER_ROLE_COUNT ? names[role] : "unknown";
}

void
scoreboard_view(const struct scoreboard *s, int slot, struct worker_view *out)
{
	const struct slot *w = &s->slot[slot];

	out->state = state_of(w);
	out->allowed_ms = atomic_load_explicit(&w->allowed_ms, memory_order_acquire);
	out->since_ms = atomic_load_explicit(&w->since_ms, memory_order_relaxed);
	out->pid = atomic_load_explicit(&w->pid, memory_order_relaxed);
	out->done = get(&w->done);
}

static void
sum_cell(const struct cell *cell, struct route_stats *out)
{
	for (int i = 0; i < counted_status_count; i++)
		out->by_status[i] += get(&cell->by_status[i]);
	for (int c = 0; c < CLASSES; c++) {
		out->sum_us[c] += get(&cell->sum_us[c]);
		for (int b = 0; b <= LATENCY_BUCKETS; b++)
			out->buckets[c][b] += get(&cell->buckets[c][b]);
	}
}

static void
sum_row(const struct scoreboard *s, int at, struct route_stats *out)
{
	uint64_t bit;

	memset(out, 0, sizeof(*out));
	for (int slot = 0; slot < s->slots; slot++)
		if ((get(counted_word(s, slot, at, &bit)) & bit) != 0)
			sum_cell(cell_of(s, slot, at), out);
}

void
scoreboard_sum(const struct scoreboard *s, int route, struct route_stats *out)
{
	sum_row(s, route_index(s, route), out);
}

void
scoreboard_sum_step(const struct scoreboard *s, int step, struct route_stats *out)
{
	if (step >= 0 && step < s->rows - s->routes)
		sum_row(s, s->routes + step, out);
	else
		memset(out, 0, sizeof(*out));
}

void
scoreboard_states(const struct scoreboard *s, enum worker_role role,
    int out[static WORKER_STATE_COUNT])
{
	memset(out, 0, WORKER_STATE_COUNT * sizeof(out[0]));
	for (int slot = 0; slot < s->slots; slot++)
		if (role_of(&s->slot[slot]) == role)
			out[state_of(&s->slot[slot])]++;
}

uint64_t
scoreboard_counter(const struct scoreboard *s, enum worker_counter counter)
{
	uint64_t n = 0;

	for (int slot = 0; slot < s->slots; slot++)
		n += get(&s->slot[slot].counters[counter]);
	return n;
}

uint64_t
scoreboard_restarts(const struct scoreboard *s, enum worker_role role)
{
	return get(&s->shared->restarts[role]);
}

int64_t
scoreboard_started_ms(const struct scoreboard *s)
{
	return s->shared->started_ms;
}
