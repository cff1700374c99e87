#include "unit.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "proc/slots.h"

/* A process that takes a slot, says so, and holds it until it is killed. share NULL: as
 * one takes it without. */
static pid_t
holder_of(struct ctx *cx, struct slots *s, const struct slots_share *share)
{
	int told[2];
	pid_t pid;
	char c;

	assert_int_equal(pipe(told), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		const bool taken = share != NULL
		    ? slots_take_share(s, share) == SLOTS_TAKEN
		    : slots_take(cx, s, 10000);

		if (!taken || write(told[1], "+", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(told[1]);
	assert_int_equal(read(told[0], &c, 1), 1);
	close(told[0]);
	return pid;
}

static pid_t
holder(struct ctx *cx, struct slots *s)
{
	return holder_of(cx, s, NULL);
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
	const bool taken = slots_take(cx, s, 50);

	if (taken)
		slots_give(s);
	return !taken;
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
	assert_true(slots_take(cx, s, 1000));
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
	assert_false(slots_take(cx, s, 3600 * 1000));
	end(pid);
	slots_free(s);
}

static void
without_a_wait_one_tries_once(void **state)
{
	struct ctx *cx = *state;
	struct slots *s;
	pid_t pid;

	assert_int_equal(slots_new(cx, 1, &s), ERR_OK);
	assert_true(slots_take(cx, s, 0));
	slots_give(s);
	pid = holder(cx, s);
	assert_false(slots_take(cx, s, 0));
	end(pid);
	slots_free(s);
}

static bool
has_room(struct slots *s, const struct slots_share *share)
{
	const enum slots_outcome outcome = slots_take_share(s, share);

	slots_give(s);
	return outcome == SLOTS_TAKEN;
}

static void
nobody_gets_more_than_their_share(void **state)
{
	static const struct slots_share a = {"a", 3, 2}, b = {"b", 3, 2},
					less = {"b", 2, 2};
	struct ctx *cx = *state;
	struct slots *s;
	pid_t first, second, third;

	assert_int_equal(slots_new(cx, 8, &s), ERR_OK);
	first = holder_of(cx, s, &a);
	assert_true(has_room(s, &a));
	second = holder_of(cx, s, &a);
	assert_int_equal(slots_held(s), 2);
	assert_int_equal(slots_take_share(s, &a), SLOTS_SHARE_TAKEN);
	assert_int_equal(slots_take_share(s, &less), SLOTS_ALL_TAKEN);
	third = holder_of(cx, s, &b);
	assert_int_equal(slots_take_share(s, &a), SLOTS_ALL_TAKEN);
	assert_int_equal(slots_take_share(s, &b), SLOTS_ALL_TAKEN);
	end(first);
	assert_true(has_room(s, &a));
	assert_true(has_room(s, &b));
	end(second);
	end(third);
	slots_free(s);
}

static void
a_killed_holder_has_no_share(void **state)
{
	static const struct slots_share a = {"a", 1, 1};
	struct ctx *cx = *state;
	struct slots *s;
	pid_t pid;

	assert_int_equal(slots_new(cx, 4, &s), ERR_OK);
	for (int i = 0; i < 20; i++)
		end(holder_of(cx, s, &a));
	assert_int_equal(slots_held(s), 1);
	slots_look(s);
	assert_int_equal(slots_held(s), 0);
	pid = holder_of(cx, s, &a);
	slots_look(s);
	assert_int_equal(slots_held(s), 1);
	assert_int_equal(slots_take_share(s, &a), SLOTS_ALL_TAKEN);
	end(pid);
	assert_int_equal(slots_take_share(s, &a), SLOTS_TAKEN);
	slots_look(s);
	assert_int_equal(slots_held(s), 1);
	slots_give(s);
	assert_int_equal(slots_held(s), 0);
	slots_free(s);
}

/* Each of a crowd asks for the one share again and again: nobody has it beside another.
 */
static void
shares_are_never_overbooked(void **state)
{
	enum { CROWD = 5, ROUNDS = 300 };
	static const struct slots_share a = {"a", CROWD, 1};
	struct ctx *cx = *state;
	struct slots *s;

	assert_int_equal(slots_new(cx, CROWD, &s), ERR_OK);
	for (int i = 0; i < CROWD; i++)
		if (fork() == 0) {
			bool over = false;

			for (int n = 0; n < ROUNDS; n++)
				if (slots_take_share(s, &a) == SLOTS_TAKEN) {
					over = over || slots_held(s) != 1;
					slots_give(s);
				}
			_exit(over ? 1 : 0);
		}
	for (int i = 0; i < CROWD; i++) {
		int status;

		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_int_equal(slots_held(s), 0);
	slots_free(s);
}

static void
without_a_bound_nobody_waits(void **state)
{
	struct ctx *cx = *state;

	assert_true(slots_take(cx, NULL, 0));
	assert_int_equal(
	    slots_take_share(NULL, &(struct slots_share){.who = "a"}), SLOTS_TAKEN);
	assert_int_equal(slots_held(NULL), 0);
	slots_look(NULL);
	slots_give(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    UNIT_CTX_TEST(there_are_as_many_as_were_asked_for),
	    UNIT_CTX_TEST(a_killed_holder_holds_nothing),
	    UNIT_CTX_TEST(waiting_ends_at_the_deadline),
	    UNIT_CTX_TEST(without_a_wait_one_tries_once),
	    UNIT_CTX_TEST(nobody_gets_more_than_their_share),
	    UNIT_CTX_TEST(a_killed_holder_has_no_share),
	    UNIT_CTX_TEST(shares_are_never_overbooked),
	    UNIT_CTX_TEST(without_a_bound_nobody_waits),
	};

	return UNIT_RUN(tests);
}
