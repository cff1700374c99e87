/* clock.c - see clock.h. */
#include "base/clock.h"

#include <string.h>
#include <time.h>

static int64_t
read_us(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t
clock_mono_ms(void)
{
	return read_us(CLOCK_MONOTONIC) / 1000;
}

int64_t
clock_mono_us(void)
{
	return read_us(CLOCK_MONOTONIC);
}

int64_t
clock_wall_s(void)
{
	return read_us(CLOCK_REALTIME) / 1000000;
}

int64_t
clock_wall_ms(void)
{
	return read_us(CLOCK_REALTIME) / 1000;
}

/* The digits of n before `end`, where zeros stand. */
static void
put_digits(char *end, int n)
{
	for (; n > 0; n /= 10)
		*--end = (char)('0' + n % 10);
}

/* Without snprintf(): every line of the log has one. */
void
clock_text(char out[static CLOCK_TEXT_SIZE], int64_t wall_ms)
{
	int64_t s = wall_ms / 1000, ms = wall_ms % 1000;
	struct tm tm = {.tm_year = 70, .tm_mday = 1};
	time_t t;

	if (ms < 0) {
		ms += 1000;
		s--;
	}
	t = (time_t)s;
	gmtime_r(&t, &tm);
	if (tm.tm_year < -1900 || tm.tm_year > 9999 - 1900)
		tm = (struct tm){.tm_year = 70, .tm_mday = 1};
	memcpy(out, "0000-00-00T00:00:00.000Z", CLOCK_TEXT_SIZE);
	put_digits(out + 4, tm.tm_year + 1900);
	put_digits(out + 7, tm.tm_mon + 1);
	put_digits(out + 10, tm.tm_mday);
	put_digits(out + 13, tm.tm_hour);
	put_digits(out + 16, tm.tm_min);
	put_digits(out + 19, tm.tm_sec);
	put_digits(out + 23, (int)ms);
}
