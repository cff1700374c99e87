/* slots.c - see slots.h. */
#include "proc/slots.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum { LOOK_AGAIN_MS = 5 };

struct slots {
	int fd, count;
	int held; /* -1: none */
};

enum err
slots_new(struct ctx *cx, int count, struct slots **out)
{
	struct slots *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return err_set(&cx->err, ERR_INTERNAL, "out of memory");
	*s = (struct slots){
	    .fd = memfd_create("slots", MFD_CLOEXEC), .count = count, .held = -1};
	if (s->fd < 0) {
		free(s);
		return err_set(&cx->err, ERR_INTERNAL, "could not make a file: %s",
		    strerror(errno));
	}
	*out = s;
	return ERR_OK;
}

void
slots_free(struct slots *s)
{
	if (s == NULL)
		return;
	close(s->fd);
	free(s);
}

static bool
set_lock(const struct slots *s, short type, int place)
{
	struct flock lock = {
	    .l_type = type, .l_whence = SEEK_SET, .l_start = place, .l_len = 1};

	return fcntl(s->fd, F_SETLK, &lock) == 0;
}

static bool
try_all(struct slots *s)
{
	for (int i = 0; i < s->count; i++)
		if (set_lock(s, F_WRLCK, i)) {
			s->held = i;
			return true;
		}
	return false;
}

enum err
slots_take(struct ctx *cx, struct slots *s, int most_ms)
{
	static const struct timespec pause = {.tv_nsec = LOOK_AGAIN_MS * 1000000L};
	const int64_t until =
	    clock_mono_ms() + ctx_time_left(cx, most_ms) - LOOK_AGAIN_MS;

	while (s != NULL && !try_all(s)) {
		if (clock_mono_ms() >= until) {
			err_tell(&cx->err, ERR_UNAVAILABLE,
			    "too many are signing in at this moment: try again");
			cx->err.retry_after = 1;
			return ERR_UNAVAILABLE;
		}
		nanosleep(&pause, NULL);
	}
	return ERR_OK;
}

void
slots_give(struct slots *s)
{
	if (s == NULL || s->held < 0)
		return;
	set_lock(s, F_UNLCK, s->held);
	s->held = -1;
}
