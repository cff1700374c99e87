/*
 * wakeup.c - see wakeup.h.
 *
 * `asked` spares the write while a signal is on its way: who sets it writes, who has
 * read clears it and only then looks for work. So who finds it set has committed before
 * the one that clears it looks. A process that is killed between two of these steps
 * leaves it set, and nobody would write again: hence wakeup_forget() writes in any
 * case.
 */
#include "proc/wakeup.h"

#include <errno.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LINE = 64 };

struct shared {
	alignas(LINE) atomic_bool asked;
	alignas(LINE) _Atomic uint64_t published;
	alignas(LINE) _Atomic uint64_t changes;
	_Atomic int64_t listened_ms;
	alignas(LINE) _Atomic pid_t seats[WAKEUP_SEATS_MOST];
};

struct wakeup {
	int fd;
	struct shared *shared;
};

static enum err
open_both(struct ctx *cx, struct wakeup *w)
{
	if ((w->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) < 0)
		return err_set(&cx->err, ERR_INTERNAL, "could not make an eventfd: %s",
		    strerror(errno));
	w->shared = mmap(NULL, sizeof(*w->shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (w->shared != MAP_FAILED)
		return ERR_OK;
	err_set(&cx->err, ERR_INTERNAL, "could not map the seats: %s", strerror(errno));
	close(w->fd);
	return ERR_INTERNAL;
}

enum err
wakeup_new(struct ctx *cx, struct wakeup **out)
{
	struct wakeup *w = calloc(1, sizeof(*w));
	enum err rc;

	if (w == NULL)
		return err_set(&cx->err, ERR_INTERNAL, "out of memory");
	if ((rc = open_both(cx, w)) != ERR_OK) {
		free(w);
		return rc;
	}
	*out = w;
	return ERR_OK;
}

void
wakeup_free(struct wakeup *w)
{
	if (w == NULL)
		return;
	munmap(w->shared, sizeof(*w->shared));
	close(w->fd);
	free(w);
}

/* -- work -- */

/* It fails only where 2^64 - 1 signals are unread. */
static void
put(const struct wakeup *w)
{
	const uint64_t one = 1;

	while (write(w->fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

void
wakeup_signal(struct wakeup *w)
{
	if (w != NULL && !atomic_exchange(&w->shared->asked, true))
		put(w);
}

int
wakeup_fd(const struct wakeup *w)
{
	return w != NULL ? w->fd : -1;
}

bool
wakeup_take(struct wakeup *w)
{
	uint64_t count;
	ssize_t n;

	if (w == NULL)
		return false;
	while ((n = read(w->fd, &count, sizeof(count))) < 0 && errno == EINTR)
		;
	if (n != (ssize_t)sizeof(count))
		return false;
	atomic_store(&w->shared->asked, false);
	return true;
}

/* -- news -- */

void
wakeup_publish(struct wakeup *w, uint64_t seq)
{
	uint64_t was;

	if (w == NULL)
		return;
	was = atomic_load(&w->shared->published);
	while (was < seq &&
	    !atomic_compare_exchange_weak(&w->shared->published, &was, seq))
		;
}

uint64_t
wakeup_published(const struct wakeup *w)
{
	return w != NULL ? atomic_load(&w->shared->published) : 0;
}

static void
vacate(struct wakeup *w, pid_t holder)
{
	for (int i = 0; i < WAKEUP_SEATS_MOST; i++) {
		pid_t was = holder;

		if (atomic_load(&w->shared->seats[i]) == holder)
			atomic_compare_exchange_strong(&w->shared->seats[i], &was, 0);
	}
}

bool
wakeup_wait_begin(struct wakeup *w, int most)
{
	const pid_t me = getpid();

	for (int i = 0; w != NULL && i < most && i < WAKEUP_SEATS_MOST; i++) {
		pid_t nobody = 0;

		if (atomic_compare_exchange_strong(&w->shared->seats[i], &nobody, me))
			return true;
	}
	return false;
}

bool
wakeup_wait_allowed(const struct wakeup *w, int most)
{
	const pid_t me = getpid();

	for (int i = 0; w != NULL && i < most && i < WAKEUP_SEATS_MOST; i++)
		if (atomic_load(&w->shared->seats[i]) == me)
			return true;
	return false;
}

void
wakeup_wait_end(struct wakeup *w)
{
	if (w != NULL)
		vacate(w, getpid());
}

int
wakeup_waiting(const struct wakeup *w)
{
	int n = 0;

	for (int i = 0; w != NULL && i < WAKEUP_SEATS_MOST; i++)
		n += atomic_load(&w->shared->seats[i]) != 0;
	return n;
}

/* -- what may be remembered -- */

void
wakeup_change(struct wakeup *w)
{
	if (w != NULL)
		atomic_fetch_add(&w->shared->changes, 1);
}

uint64_t
wakeup_changes(const struct wakeup *w)
{
	return w != NULL ? atomic_load(&w->shared->changes) : 0;
}

void
wakeup_listen(struct wakeup *w, int64_t until_ms)
{
	if (w != NULL)
		atomic_store(&w->shared->listened_ms, until_ms);
}

bool
wakeup_listening(const struct wakeup *w, int64_t now_ms)
{
	return w != NULL && now_ms < atomic_load(&w->shared->listened_ms);
}

/* -- by the master -- */

void
wakeup_forget(struct wakeup *w, pid_t pid)
{
	if (w == NULL)
		return;
	vacate(w, pid);
	put(w);
}
