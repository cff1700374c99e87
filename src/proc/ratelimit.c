/*
 * ratelimit.c - see ratelimit.h.
 *
 * GCRA keeps one number a caller: the theoretical arrival time (TAT), at which its
 * bucket is full again. A request moves it on by one emission interval, and is refused
 * if that would put it more than a minute's worth ahead of now (ITU-T I.371, annex A).
 *
 * A slot is two words, each changed by compare-exchange alone, so that a worker that
 * dies at any point leaves nothing locked. Within one caller the count is exact. Where
 * a full row forgets a caller, a request of the one that is forgotten may be charged to
 * the one that takes its slot: the TAT is cleared before the key changes, so that a
 * newcomer never inherits a debt beyond such a single request.
 */
#include "proc/ratelimit.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "proc/siphash.h"

enum { ROW = 8, SLOTS_MAX = 1 << 24, CLAIMS_MAX = 16 };

#define MINUTE_NS INT64_C(60000000000)
#define SECOND_NS INT64_C(1000000000)

struct slot {
	_Atomic uint64_t key; /* 0: never used */
	_Atomic int64_t tat_ns;
};

struct ratelimit {
	struct siphash_key seed;
	struct slot *slots;
	size_t size;
	uint64_t rows; /* a power of two */
};

enum err
ratelimit_new(struct ctx *cx, int slots, struct ratelimit **out)
{
	struct ratelimit *r;
	uint64_t n = ROW;

	while (n < SLOTS_MAX && slots > 0 && n < (uint64_t)slots)
		n *= 2;
	if ((r = calloc(1, sizeof(*r))) == NULL)
		return err_set(&cx->err, ERR_INTERNAL, "out of memory");
	if (getrandom(&r->seed, sizeof(r->seed), 0) != (ssize_t)sizeof(r->seed)) {
		free(r);
		return err_set(&cx->err, ERR_INTERNAL, "could not get random bytes");
	}
	r->rows = n / ROW;
	r->size = n * sizeof(*r->slots);
	r->slots = mmap(NULL, r->size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (r->slots == MAP_FAILED) {
		int why = errno;

		free(r);
		return err_set(&cx->err, ERR_INTERNAL,
		    "could not map the rate table: %s", strerror(why));
	}
	*out = r;
	return ERR_OK;
}

void
ratelimit_free(struct ratelimit *r)
{
	if (r == NULL)
		return;
	munmap(r->slots, r->size);
	free(r);
}

static uint64_t
hash_caller(const struct ratelimit *r, int cls, const char *key)
{
	uint64_t both[2] = {siphash(&r->seed, key, strlen(key)), (uint64_t)cls};
	uint64_t h = siphash(&r->seed, both, sizeof(both));

	return h != 0 ? h : 1;
}

/* The slot of `h` in its row, or NULL and the one that waited longest in *oldest. */
static struct slot *
find_slot(struct slot *row, uint64_t h, struct slot **oldest, int64_t *oldest_tat)
{
	*oldest = NULL;
	for (int i = 0; i < ROW; i++) {
		int64_t tat =
		    atomic_load_explicit(&row[i].tat_ns, memory_order_relaxed);

		if (atomic_load_explicit(&row[i].key, memory_order_acquire) == h)
			return &row[i];
		if (*oldest == NULL || tat < *oldest_tat) {
			*oldest = &row[i];
			*oldest_tat = tat;
		}
	}
	return NULL;
}

/*
 * Looks again after it has claimed a slot: should two processes claim one each for the
 * same caller, both go on with the first of them.
 */
static struct slot *
slot_of(struct ratelimit *r, uint64_t h)
{
	struct slot *row = &r->slots[(h & (r->rows - 1)) * ROW], *found, *oldest;
	int64_t tat;

	for (int i = 0; i < CLAIMS_MAX; i++) {
		uint64_t was;

		if ((found = find_slot(row, h, &oldest, &tat)) != NULL)
			return found;
		was = atomic_load_explicit(&oldest->key, memory_order_relaxed);
		if (!atomic_compare_exchange_strong(&oldest->tat_ns, &tat, 0))
			continue;
		atomic_compare_exchange_strong(&oldest->key, &was, h);
	}
	return find_slot(row, h, &oldest, &tat);
}

/* Takes one. *ahead: how far the TAT is ahead of now then, or would have been. */
static bool
take(struct slot *s, int64_t now, int64_t interval, int64_t window, int64_t *ahead)
{
	int64_t tat = atomic_load_explicit(&s->tat_ns, memory_order_relaxed);

	do {
		*ahead = (tat > now ? tat - now : 0) + interval;
		if (*ahead > window)
			return false;
	} while (!atomic_compare_exchange_weak(&s->tat_ns, &tat, now + *ahead));
	return true;
}

static int
seconds_up(int64_t ns)
{
	return (int)((ns + SECOND_NS - 1) / SECOND_NS);
}

struct rate_answer
ratelimit_take(
    struct ratelimit *r, int cls, const char *key, int per_minute, int64_t now_ms)
{
	struct rate_answer a = {.allowed = true, .limit = per_minute};
	int64_t interval, window, ahead;
	struct slot *s;

	if (per_minute <= 0)
		return (struct rate_answer){.allowed = true};
	interval = MINUTE_NS / per_minute;
	window = interval * per_minute;
	s = slot_of(r, hash_caller(r, cls, key));
	if (s == NULL) { /* so many newcomers in one row at once: let it pass */
		a.remaining = per_minute - 1;
		return a;
	}
	a.allowed = take(s, now_ms * 1000000, interval, window, &ahead);
	if (!a.allowed) {
		a.retry_after = seconds_up(ahead - window);
		ahead -= interval;
	}
	a.remaining = ahead < window ? (int)((window - ahead) / interval) : 0;
	a.reset_s = seconds_up(ahead);
	return a;
}
