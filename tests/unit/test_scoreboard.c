#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "proc/scoreboard.h"

static struct scoreboard *
board_of(struct ctx *cx, int workers, int routes)
{
	struct scoreboard *s = NULL;

	assert_int_equal(scoreboard_new(cx, workers, routes, 2, &s), ERR_OK);
	return s;
}

static int
index_of(int status)
{
	for (int i = 0; i < counted_status_count; i++)
		if (counted_statuses[i] == status)
			return i;
	return -1;
}

static void
every_status_that_errors_have_is_counted(void **state)
{
	(void)state;
	for (int e = 0; e < ERR_COUNT; e++)
		assert_int_not_equal(index_of(err_http((enum err)e)), -1);
	assert_true(counted_status_count <= 32);
	assert_int_equal(counted_statuses[counted_status_count - 1], 0);
}

static void
latency_bounds_rise(void **state)
{
	(void)state;
	for (int i = 1; i < LATENCY_BUCKETS; i++)
		assert_true(latency_bounds_us[i] > latency_bounds_us[i - 1]);
	assert_int_equal(latency_bounds_us[0], 250);
	assert_int_equal(latency_bounds_us[LATENCY_BUCKETS - 1], 5000000);
}

static void
requests_are_counted_by_route_status_and_time(void **state)
{
	struct scoreboard *s = board_of(*state, 4, 70);
	struct route_stats st;

	scoreboard_request(s, 0, 65, 200, 250);
	scoreboard_request(s, 3, 65, 200, 251);
	scoreboard_request(s, 3, 65, 404, 5000000);
	scoreboard_request(s, 3, 65, 404, 5000001);
	scoreboard_request(s, 3, 65, 418, -7);
	scoreboard_sum(s, 65, &st);
	assert_int_equal(st.by_status[index_of(200)], 2);
	assert_int_equal(st.by_status[index_of(404)], 2);
	assert_int_equal(st.by_status[index_of(0)], 1);
	assert_int_equal(st.buckets[1][0], 1);
	assert_int_equal(st.buckets[1][1], 1);
	assert_int_equal(st.buckets[3][0], 1);
	assert_int_equal(st.buckets[3][LATENCY_BUCKETS - 1], 1);
	assert_int_equal(st.buckets[3][LATENCY_BUCKETS], 1);
	assert_int_equal(st.sum_us[1], 501);
	assert_int_equal(st.sum_us[3], 10000001);
	scoreboard_sum(s, 64, &st);
	assert_int_equal(st.by_status[index_of(200)], 0);
	scoreboard_free(s);
}

static void
steps_are_counted_beside_requests(void **state)
{
	struct scoreboard *s = board_of(*state, 1, 3);
	struct route_stats st;

	scoreboard_step(s, 0, 1, 2500);
	scoreboard_step(s, 1, 1, 400);
	scoreboard_step(s, 0, 2, 1); /* there is none */
	scoreboard_step(s, 0, -1, 1);
	scoreboard_sum_step(s, 1, &st);
	assert_int_equal(st.sum_us[1], 2900);
	assert_int_equal(st.buckets[1][1], 1);
	assert_int_equal(st.buckets[1][4], 1);
	scoreboard_sum_step(s, 0, &st);
	assert_int_equal(st.sum_us[1], 0);
	scoreboard_sum_step(s, 2, &st);
	assert_int_equal(st.sum_us[1], 0);
	scoreboard_sum(s, 2, &st);
	assert_int_equal(st.sum_us[1], 0);
	scoreboard_free(s);
}

static void
a_route_out_of_range_is_none(void **state)
{
	struct scoreboard *s = board_of(*state, 1, 3);
	struct route_stats st;

	scoreboard_request(s, 0, 3, 200, 1);
	scoreboard_request(s, 0, -1, 999, 1);
	scoreboard_sum(s, 2, &st);
	assert_int_equal(st.by_status[index_of(200)], 1);
	assert_int_equal(st.by_status[index_of(0)], 1);
	assert_int_equal(st.buckets[4][0], 1);
	scoreboard_free(s);
}

static void
states_and_their_time_are_seen(void **state)
{
	struct scoreboard *s = board_of(*state, 2, 1);
	int64_t before = clock_mono_ms();
	int states[WORKER_STATE_COUNT];
	struct worker_view v;

	scoreboard_enter(s, 1, WORKER_FOR_REQUESTS);
	scoreboard_set_pid(s, 1, 77);
	scoreboard_states(s, WORKER_FOR_REQUESTS, states);
	assert_int_equal(states[WORKER_STARTING], 1);
	scoreboard_state(s, 1, WORKER_BUSY);
	scoreboard_request(s, 1, 0, 200, 1);
	scoreboard_view(s, 1, &v);
	assert_int_equal(v.state, WORKER_BUSY);
	assert_int_equal(v.pid, 77);
	assert_int_equal(v.done, 1);
	assert_true(v.since_ms >= before && v.since_ms <= clock_mono_ms());
	assert_string_equal(scoreboard_state_name(v.state), "busy");
	assert_int_equal(v.allowed_ms, 0);
	scoreboard_allow(s, 1, 30000);
	scoreboard_view(s, 1, &v);
	assert_int_equal(v.allowed_ms, 30000);
	scoreboard_state(s, 1, WORKER_IDLE);
	scoreboard_view(s, 1, &v);
	assert_int_equal(v.allowed_ms, 0);
	scoreboard_leave(s, 1, true);
	scoreboard_leave(s, 0, false);
	scoreboard_view(s, 1, &v);
	assert_int_equal(v.pid, 0);
	assert_int_equal(v.done, 1);
	scoreboard_states(s, WORKER_FOR_REQUESTS, states);
	for (int i = 0; i < WORKER_STATE_COUNT; i++)
		assert_int_equal(states[i], 0);
	assert_int_equal(scoreboard_restarts(s, WORKER_FOR_REQUESTS), 1);
	scoreboard_free(s);
}

static void
roles_are_counted_apart_and_leave_nothing_in_a_slot(void **state)
{
	struct scoreboard *s = board_of(*state, 2, 1);
	int states[WORKER_STATE_COUNT];
	struct worker_view v;

	scoreboard_enter(s, 0, WORKER_FOR_REQUESTS);
	scoreboard_enter(s, 1, WORKER_FOR_JOBS);
	scoreboard_enter(s, 2, WORKER_FOR_JOBS);
	scoreboard_state(s, 2, WORKER_BUSY);
	scoreboard_states(s, WORKER_FOR_REQUESTS, states);
	assert_int_equal(states[WORKER_STARTING], 1);
	scoreboard_states(s, WORKER_FOR_JOBS, states);
	assert_int_equal(states[WORKER_STARTING], 1);
	assert_int_equal(states[WORKER_BUSY], 1);
	scoreboard_job(s, 2);
	scoreboard_add(s, 2, COUNTER_DB_RETRIES, 3);
	scoreboard_leave(s, 2, true);
	scoreboard_enter(s, 2, WORKER_FOR_REQUESTS);
	scoreboard_request(s, 2, 0, 200, 1);
	scoreboard_add(s, 2, COUNTER_DB_RETRIES, 4);
	scoreboard_view(s, 2, &v);
	assert_int_equal(v.done, 2);
	assert_int_equal(scoreboard_counter(s, COUNTER_DB_RETRIES), 7);
	assert_int_equal(scoreboard_restarts(s, WORKER_FOR_JOBS), 1);
	assert_int_equal(scoreboard_restarts(s, WORKER_FOR_REQUESTS), 0);
	assert_string_equal(scoreboard_role_name(WORKER_FOR_REQUESTS), "requests");
	assert_string_equal(scoreboard_role_name(WORKER_FOR_JOBS), "jobs");
	assert_string_equal(scoreboard_role_name(WORKER_ROLE_UNSET), "none");
	scoreboard_free(s);
}

static void
counts_of_other_processes_are_summed(void **state)
{
	struct scoreboard *s = board_of(*state, 4, 2);
	struct route_stats st;

	for (int slot = 0; slot < 4; slot++)
		if (fork() == 0) {
			for (int i = 0; i < 1000; i++) {
				scoreboard_request(s, slot, 1, 201, 600);
				scoreboard_add(s, slot, COUNTER_DB_TIME_US, 5);
			}
			_exit(0);
		}
	for (int slot = 0; slot < 4; slot++)
		wait(NULL);
	scoreboard_sum(s, 1, &st);
	assert_int_equal(st.by_status[index_of(201)], 4000);
	assert_int_equal(st.buckets[1][2], 4000);
	assert_int_equal(scoreboard_counter(s, COUNTER_DB_TIME_US), 20000);
	assert_int_equal(scoreboard_counter(s, COUNTER_DB_LOSSES), 0);
	scoreboard_free(s);
}

/* Resident shared memory of this process in KiB. */
static long
shared_kib(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[128];
	long kib = -1;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, "RssShmem:", 9) == 0)
			kib = strtol(line + 9, NULL, 10);
	(void)fclose(f);
	return kib;
}

static void
the_largest_board_takes_memory_only_where_it_counted(void **state)
{
	struct scoreboard *s = board_of(*state, 512, 200);
	long before = shared_kib();
	struct route_stats st;

	assert_int_equal(scoreboard_slots(s), 1024);
	for (int slot = 0; slot < 512; slot++)
		scoreboard_request(s, slot, 7, 200, 1);
	for (int route = 0; route < 200; route++)
		scoreboard_sum(s, route, &st);
	assert_true(shared_kib() - before < 8 * 1024);
	scoreboard_sum(s, 7, &st);
	assert_int_equal(st.by_status[0], 512);
	scoreboard_free(s);
}

static void
a_reload_finds_room_for_twice_the_workers(void **state)
{
	const int workers[] = {1, 4, 33, 256, 512, 600};

	for (size_t i = 0; i < COUNT_OF(workers); i++) {
		struct scoreboard *s = board_of(*state, workers[i], 1);

		assert_true(scoreboard_slots(s) >= 2 * workers[i]);
		scoreboard_free(s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_status_that_errors_have_is_counted),
	    cmocka_unit_test(latency_bounds_rise),
	    UNIT_CTX_TEST(requests_are_counted_by_route_status_and_time),
	    UNIT_CTX_TEST(steps_are_counted_beside_requests),
	    UNIT_CTX_TEST(a_route_out_of_range_is_none),
	    UNIT_CTX_TEST(states_and_their_time_are_seen),
	    UNIT_CTX_TEST(roles_are_counted_apart_and_leave_nothing_in_a_slot),
	    UNIT_CTX_TEST(counts_of_other_processes_are_summed),
	    UNIT_CTX_TEST(the_largest_board_takes_memory_only_where_it_counted),
	    UNIT_CTX_TEST(a_reload_finds_room_for_twice_the_workers),
	};

	return UNIT_RUN(tests);
}
