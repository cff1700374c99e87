/*
 * slots.c - see slots.h.
 *
 * The byte behind the last slot is locked while marks and locks are read together: only
 * then is a slot taken by shares, and only then is a mark forgotten. Who gives a slot
 * back removes the mark first, and needs no such lock.
 */
#include "proc/slots.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "proc/siphash.h"

enum { LOOK_AGAIN_MS = 5 };

struct slots {
	int fd, count;
	int held;                /* -1: none */
	_Atomic uint64_t *marks; /* shared; 0: the slot is nobody's */
};

/* -- locks -- */

static bool
set_lock(const struct slots *s, int how, short type, int place)
{
	struct flock lock = {
	    .l_type = type, .l_whence = SEEK_SET, .l_start = place, .l_len = 1};
	int rc;

	while ((rc = fcntl(s->fd, how, &lock)) != 0 && errno == EINTR)
		;
	return rc == 0;
}

/* By another process. */
static bool
is_locked(const struct slots *s, int place)
{
	struct flock lock = {
	    .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = place, .l_len = 1};

	return fcntl(s->fd, F_GETLK, &lock) != 0 || lock.l_type != F_UNLCK;
}

static bool
try_all(struct slots *s)
{
	for (int i = 0; i < s->count; i++)
		if (set_lock(s, F_SETLK, F_WRLCK, i)) {
			s->held = i;
			return true;
		}
	return false;
}

/* -- the whole -- */

static size_t
marks_size(const struct slots *s)
{
	return (size_t)s->count * sizeof(*s->marks);
}

static enum err
open_both(struct ctx *cx, struct slots *s)
{
	if ((s->fd = memfd_create("slots", MFD_CLOEXEC)) < 0)
		return err_set(&cx->err, ERR_INTERNAL, "could not make a file: %s",
		    strerror(errno));
	s->marks = mmap(NULL, marks_size(s), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (s->marks != MAP_FAILED)
		return ERR_OK;
	err_set(&cx->err, ERR_INTERNAL, "could not map the marks: %s", strerror(errno));
	close(s->fd);
	return ERR_INTERNAL;
}

enum err
slots_new(struct ctx *cx, int count, struct slots **out)
{
	struct slots *s = calloc(1, sizeof(*s));
	enum err rc;

	if (s == NULL)
		return err_set(&cx->err, ERR_INTERNAL, "out of memory");
	s->count = count;
	s->held = -1;
	if ((rc = open_both(cx, s)) != ERR_OK) {
		free(s);
		return rc;
	}
	*out = s;
	return ERR_OK;
}

void
slots_free(struct slots *s)
{
	if (s == NULL)
		return;
	munmap(s->marks, marks_size(s));
	close(s->fd);
	free(s);
}

bool
slots_take(const struct ctx *cx, struct slots *s, int most_ms)
{
	static const struct timespec pause = {.tv_nsec = LOOK_AGAIN_MS * 1000000L};
	const int64_t until =
	    clock_mono_ms() + ctx_time_left(cx, most_ms) - LOOK_AGAIN_MS;

	while (s != NULL && !try_all(s)) {
		if (clock_mono_ms() >= until)
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

void
slots_give(struct slots *s)
{
	if (s == NULL || s->held < 0)
		return;
	atomic_store(&s->marks[s->held], 0);
	set_lock(s, F_SETLK, F_UNLCK, s->held);
	s->held = -1;
}

/* -- by shares -- */

/* Two who fall together share one share. */
static uint64_t
mark_of(const char *who)
{
	static const struct siphash_key key;

	return siphash(&key, who, strlen(who)) | 1;
}

static void
forget_the_killed(struct slots *s)
{
	for (int i = 0; i < s->count; i++)
		if (i != s->held && atomic_load(&s->marks[i]) != 0 && !is_locked(s, i))
			atomic_store(&s->marks[i], 0);
}

static int
count_marks(const struct slots *s, uint64_t mark)
{
	int n = 0;

	for (int i = 0; i < s->count; i++)
		n += atomic_load(&s->marks[i]) == mark;
	return n;
}

static enum slots_outcome
take_share(struct slots *s, const struct slots_share *share)
{
	const uint64_t mark = mark_of(share->who);

	forget_the_killed(s);
	if (slots_held(s) >= share->most)
		return SLOTS_ALL_TAKEN;
	if (count_marks(s, mark) >= share->each)
		return SLOTS_SHARE_TAKEN;
	if (!try_all(s))
		return SLOTS_ALL_TAKEN;
	atomic_store(&s->marks[s->held], mark);
	return SLOTS_TAKEN;
}

enum slots_outcome
slots_take_share(struct slots *s, const struct slots_share *share)
{
	enum slots_outcome outcome;

	if (s == NULL)
		return SLOTS_TAKEN;
	if (!set_lock(s, F_SETLKW, F_WRLCK, s->count))
		return SLOTS_ALL_TAKEN;
	outcome = take_share(s, share);
	set_lock(s, F_SETLK, F_UNLCK, s->count);
	return outcome;
}

int
slots_held(const struct slots *s)
{
	return s != NULL ? s->count - count_marks(s, 0) : 0;
}

void
slots_look(struct slots *s)
{
	if (slots_held(s) == 0 || !set_lock(s, F_SETLKW, F_WRLCK, s->count))
		return;
	forget_the_killed(s);
	set_lock(s, F_SETLK, F_UNLCK, s->count);
}
