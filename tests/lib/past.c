/* past.c - for LD_PRELOAD: the wall clock $PAST_DAYS ago, so that a test's rows are old. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int
clock_gettime(clockid_t id, struct timespec *ts)
{
	int rc = (int)syscall(SYS_clock_gettime, id, ts);

	if (rc == 0 && id == CLOCK_REALTIME)
		ts->tv_sec -= 86400 * atol(getenv("PAST_DAYS"));
	return rc;
}
