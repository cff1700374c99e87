/* past.c - for LD_PRELOAD: the wall clock as it was $PAST_DAYS ago, and one for
 * intervals that goes $CLOCK_TIMES as fast. */
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { DAY_S = 86400, SECOND_NS = 1000000000 };

int
clock_gettime(clockid_t clock_id, struct timespec *tp)
{
	const char *days = getenv("PAST_DAYS"), *times = getenv("CLOCK_TIMES");
	int rc = (int)syscall(SYS_clock_gettime, clock_id, tp);

	if (rc == 0 && clock_id == CLOCK_REALTIME && days != NULL)
		tp->tv_sec -= DAY_S * strtol(days, NULL, 10);
	if (rc == 0 && clock_id == CLOCK_MONOTONIC && times != NULL) {
		long n = strtol(times, NULL, 10), ns = tp->tv_nsec * n;

		tp->tv_sec = tp->tv_sec * n + ns / SECOND_NS;
		tp->tv_nsec = ns % SECOND_NS;
	}
	return rc;
}
