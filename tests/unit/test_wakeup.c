#include "unit.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "proc/wakeup.h"

enum { PATIENCE_MS = 20000 };

/* What the processes of a test share. */
struct common {
	atomic_int work;  /* there to be done */
	atomic_int done;  /* by the waiters */
	atomic_int step;  /* of a test that goes by steps */
	atomic_int turns; /* taken signals */
};

static struct wakeup *
wakeup_of(struct ctx *cx)
{
	struct wakeup *w = NULL;

	assert_int_equal(wakeup_new(cx, &w), ERR_OK);
	return w;
}

static struct common *
common_new(void)
{
	struct common *c = mmap(NULL, sizeof(*c), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(c != MAP_FAILED);
	return c;
}

static bool
is_readable(const struct wakeup *w, int ms)
{
	struct pollfd p = {.fd = wakeup_fd(w), .events = POLLIN};

	return poll(&p, 1, ms) > 0;
}

static void
rest(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

static bool
reaches(atomic_int *what, int value)
{
	int64_t end = clock_mono_ms() + PATIENCE_MS;

	while (atomic_load(what) < value && clock_mono_ms() < end)
		rest();
	return atomic_load(what) >= value;
}

static void
nothing_is_woken_without_a_master(void **state)
{
	(void)state;
	wakeup_signal(NULL);
	wakeup_publish(NULL, 7);
	wakeup_wait_end(NULL);
	wakeup_forget(NULL, 1);
	wakeup_free(NULL);
	assert_int_equal(wakeup_fd(NULL), -1);
	assert_false(wakeup_take(NULL));
	assert_int_equal(wakeup_published(NULL), 0);
	assert_false(wakeup_wait_begin(NULL, 10));
	assert_int_equal(wakeup_waiting(NULL), 0);
	assert_false(is_readable(NULL, 0));
}

static void
signals_are_taken_together_and_once(void **state)
{
	struct wakeup *w = wakeup_of(*state);

	assert_false(is_readable(w, 0));
	assert_false(wakeup_take(w));
	for (int turn = 0; turn < 3; turn++) {
		for (int i = 0; i < 100; i++)
			wakeup_signal(w);
		assert_true(is_readable(w, 0));
		assert_true(wakeup_take(w));
		assert_false(wakeup_take(w));
		assert_false(is_readable(w, 0));
	}
	wakeup_free(w);
}

static void
a_published_number_never_falls(void **state)
{
	struct wakeup *w = wakeup_of(*state);

	assert_int_equal(wakeup_published(w), 0);
	wakeup_publish(w, 5);
	wakeup_publish(w, 3);
	assert_int_equal(wakeup_published(w), 5);
	for (uint64_t k = 0; k < 4; k++)
		if (fork() == 0) {
			for (uint64_t i = 1; i <= 10000; i++)
				wakeup_publish(w, i * 4 + k);
			_exit(0);
		}
	for (int k = 0; k < 4; k++)
		wait(NULL);
	assert_int_equal(wakeup_published(w), 40003);
	wakeup_free(w);
}

/* -- work -- */

/* Does all there is after each signal, as long as there are any. */
_Noreturn static void
be_waiter(struct wakeup *w, struct common *c)
{
	for (;;) {
		if (!is_readable(w, PATIENCE_MS))
			_exit(1);
		if (!wakeup_take(w))
			continue;
		atomic_fetch_add(&c->turns, 1);
		atomic_fetch_add(&c->done, atomic_exchange(&c->work, 0));
	}
}

_Noreturn static void
be_signaller(struct wakeup *w, struct common *c, int count)
{
	for (int i = 0; i < count; i++) {
		atomic_fetch_add(&c->work, 1);
		wakeup_signal(w);
		if (i % 64 == 0)
			rest(); /* so that the waiters fall asleep now and then */
	}
	_exit(0);
}

static void
kill_one(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* One signal that is lost leaves work undone when all have signalled. */
static void
no_signal_of_many_to_several_is_lost(void **state)
{
	enum { WAITERS = 3, SIGNALLERS = 4, EACH = 4000 };
	struct wakeup *w = wakeup_of(*state);
	struct common *c = common_new();
	pid_t waiters[WAITERS], signallers[SIGNALLERS];

	for (int i = 0; i < WAITERS; i++)
		if ((waiters[i] = fork()) == 0)
			be_waiter(w, c);
	for (int i = 0; i < SIGNALLERS; i++)
		if ((signallers[i] = fork()) == 0)
			be_signaller(w, c, EACH);
	for (int i = 0; i < SIGNALLERS; i++)
		waitpid(signallers[i], NULL, 0);
	assert_true(reaches(&c->done, SIGNALLERS * EACH));
	assert_int_equal(atomic_load(&c->done), SIGNALLERS * EACH);
	assert_true(atomic_load(&c->turns) <= SIGNALLERS * EACH);
	for (int i = 0; i < WAITERS; i++)
		kill_one(waiters[i]);
	munmap(c, sizeof(*c));
	wakeup_free(w);
}

/* It has taken the signal, and does not come to look. */
_Noreturn static void
be_waiter_that_stalls(struct wakeup *w, struct common *c)
{
	while (!wakeup_take(w))
		(void)is_readable(w, PATIENCE_MS);
	atomic_store(&c->step, 1);
	for (;;)
		rest();
}

static void
a_signal_that_a_killed_process_took_is_given_to_another(void **state)
{
	struct wakeup *w = wakeup_of(*state);
	struct common *c = common_new();
	pid_t killed, other;

	if ((killed = fork()) == 0)
		be_waiter_that_stalls(w, c);
	atomic_fetch_add(&c->work, 1);
	wakeup_signal(w);
	assert_true(reaches(&c->step, 1));
	if ((other = fork()) == 0)
		be_waiter(w, c);
	for (int i = 0; i < 30; i++)
		rest();
	assert_int_equal(atomic_load(&c->done), 0);
	kill_one(killed);
	wakeup_forget(w, killed);
	assert_true(reaches(&c->done, 1));
	kill_one(other);
	munmap(c, sizeof(*c));
	wakeup_free(w);
}

/* Killed anywhere in a signal or a take, again and again: the next one still wakes. */
static void
processes_killed_at_any_point_leave_nothing_stuck(void **state)
{
	struct wakeup *w = wakeup_of(*state);
	struct common *c = common_new();
	pid_t waiter;

	if ((waiter = fork()) == 0)
		be_waiter(w, c);
	for (int i = 0; i < 200; i++) {
		pid_t victim = fork();
		int most = i % 7;

		if (victim == 0)
			for (;;) {
				wakeup_signal(w);
				(void)wakeup_take(w);
			}
		while (most-- > 0)
			sched_yield();
		kill_one(victim);
		wakeup_forget(w, victim);
		atomic_fetch_add(&c->work, 1);
		wakeup_signal(w);
		assert_true(reaches(&c->done, i + 1));
	}
	kill_one(waiter);
	munmap(c, sizeof(*c));
	wakeup_free(w);
}

/* -- seats -- */

_Noreturn static void
be_seated(struct wakeup *w, struct common *c, int most)
{
	if (!wakeup_wait_begin(w, most))
		_exit(1);
	atomic_fetch_add(&c->step, 1);
	for (;;)
		rest();
}

static void
seats_are_limited_and_outlive_no_process(void **state)
{
	enum { SEATS = 3 };
	struct wakeup *w = wakeup_of(*state);
	struct common *c = common_new();
	pid_t seated[SEATS];

	assert_false(wakeup_wait_begin(w, 0));
	for (int i = 0; i < SEATS; i++)
		if ((seated[i] = fork()) == 0)
			be_seated(w, c, SEATS);
	assert_true(reaches(&c->step, SEATS));
	assert_int_equal(wakeup_waiting(w), SEATS);
	assert_false(wakeup_wait_begin(w, SEATS));
	kill_one(seated[1]);
	assert_false(wakeup_wait_begin(w, SEATS));
	wakeup_forget(w, seated[1]);
	assert_false(wakeup_wait_allowed(w, SEATS));
	assert_true(wakeup_wait_begin(w, SEATS));
	assert_false(wakeup_wait_begin(w, SEATS));
	assert_true(wakeup_wait_allowed(w, SEATS));
	assert_false(wakeup_wait_allowed(w, 0));
	wakeup_wait_end(w);
	wakeup_wait_end(w);
	assert_int_equal(wakeup_waiting(w), SEATS - 1);
	kill_one(seated[0]);
	kill_one(seated[2]);
	munmap(c, sizeof(*c));
	wakeup_free(w);
}

static void
seats_are_never_overbooked(void **state)
{
	enum { CROWD = 6, SEATS = 2 };
	struct wakeup *w = wakeup_of(*state);
	struct common *c = common_new();

	for (int i = 0; i < CROWD; i++)
		if (fork() == 0) {
			int over = 0;

			for (int n = 0; n < 5000; n++) {
				if (!wakeup_wait_begin(w, SEATS))
					continue;
				over |= atomic_fetch_add(&c->step, 1) >= SEATS;
				atomic_fetch_add(&c->done, 1);
				atomic_fetch_sub(&c->step, 1);
				wakeup_wait_end(w);
			}
			_exit(over);
		}
	for (int i = 0; i < CROWD; i++) {
		int status;

		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_true(atomic_load(&c->done) > SEATS);
	assert_int_equal(wakeup_waiting(w), 0);
	munmap(c, sizeof(*c));
	wakeup_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_is_woken_without_a_master),
	    UNIT_CTX_TEST(signals_are_taken_together_and_once),
	    UNIT_CTX_TEST(a_published_number_never_falls),
	    UNIT_CTX_TEST(no_signal_of_many_to_several_is_lost),
	    UNIT_CTX_TEST(a_signal_that_a_killed_process_took_is_given_to_another),
	    UNIT_CTX_TEST(processes_killed_at_any_point_leave_nothing_stuck),
	    UNIT_CTX_TEST(seats_are_limited_and_outlive_no_process),
	    UNIT_CTX_TEST(seats_are_never_overbooked),
	};

	return UNIT_RUN(tests);
}
