#include "unit.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "proc/slots.h"

/* A process that takes a slot, says so, and holds it until it is killed. */
static pid_t
holder(struct ctx *cx, struct slots *s)
{
	int told[2];
	pid_t pid;
	char c;

	assert_int_equal(pipe(told), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (slots_take(cx, s, 10000) != ERR_OK || write(told[1], "+", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(told[1]);
	assert_int_equal(read(told[0], &c, 1), 1);
	close(told[0]);
	return pid;
}

static void
end(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static bool
is_full(struct ctx *cx, struct slots *s)
{
	enum err rc = slots_take(cx, s, 50);

	if (rc == ERR_OK) {
		slots_give(s);
		return false;
	}
	assert_int_equal(rc, ERR_UNAVAILABLE);
	assert_true(cx->err.retry_after > 0);
	ctx_clear(cx);
	return true;
}

static void
there_are_as_many_as_were_asked_for(void **state)
{
	struct ctx *cx = *state;
	struct slots *s;
	pid_t first, second;

	assert_int_equal(slots_new(cx, 2, &s), ERR_OK);
	assert_false(is_full(cx, s));
	first = holder(cx, s);
	assert_false(is_full(cx, s));
	second = holder(cx, s);
	assert_true(is_full(cx, s));
	end(first);
	assert_false(is_full(cx, s));
	end(second);
	slots_free(s);
}

static void
a_killed_holder_holds_nothing(void **state)
{
	struct ctx *cx = *state;
	struct slots *s;

	assert_int_equal(slots_new(cx, 1, &s), ERR_OK);
	for (int i = 0; i < 20; i++)
		end(holder(cx, s));
	assert_int_equal(slots_take(cx, s, 1000), ERR_OK);
	slots_give(s);
	slots_free(s);
}

static void
waiting_ends_at_the_deadline(void **state)
{
	struct ctx *cx = *state;
	struct slots *s;
	pid_t pid;

	assert_int_equal(slots_new(cx, 1, &s), ERR_OK);
	pid = holder(cx, s);
	cx->deadline_ms = clock_mono_ms();
	assert_int_equal(slots_take(cx, s, 3600 * 1000), ERR_UNAVAILABLE);
	end(pid);
	slots_free(s);
}

static void
without_a_bound_nobody_waits(void **state)
{
	struct ctx *cx = *state;

	assert_int_equal(slots_take(cx, NULL, 0), ERR_OK);
	slots_give(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    UNIT_CTX_TEST(there_are_as_many_as_were_asked_for),
	    UNIT_CTX_TEST(a_killed_holder_holds_nothing),
	    UNIT_CTX_TEST(waiting_ends_at_the_deadline),
	    UNIT_CTX_TEST(without_a_bound_nobody_waits),
	};

	return UNIT_RUN(tests);
}
