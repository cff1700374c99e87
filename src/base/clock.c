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

/* n digits of **p, which moves on; -1: there are not as many, or more than `most`. */
static int
take_digits(const char **p, int n, int most)
{
	int v = 0;

	for (; n > 0; n--, (*p)++) {
		if (**p < '0' || **p > '9')
			return -1;
		v = v * 10 + (**p - '0');
	}
	return v <= most ? v : -1;
}

static bool
take(const char **p, const char *any_of)
{
	if (**p == '\0' || strchr(any_of, **p) == NULL)
		return false;
	(*p)++;
	return true;
}

static bool
take_date(const char **p, struct tm *tm)
{
	struct tm again;
	time_t t;

	tm->tm_year = take_digits(p, 4, 9999) - 1900;
	if (tm->tm_year < -1900 || !take(p, "-"))
		return false;
	tm->tm_mon = take_digits(p, 2, 12) - 1;
	if (tm->tm_mon < 0 || !take(p, "-"))
		return false;
	tm->tm_mday = take_digits(p, 2, 31);
	again = *tm;
	t = timegm(&again); /* February 30th comes out as another day */
	return tm->tm_mday > 0 && t != -1 && again.tm_mday == tm->tm_mday;
}

/* ".123456": *ms; without a point none. */
static bool
take_fraction(const char **p, int *ms)
{
	int n = 0;

	*ms = 0;
	if (!take(p, "."))
		return true;
	for (; **p >= '0' && **p <= '9'; (*p)++, n++)
		if (n < 3)
			*ms = *ms * 10 + (**p - '0');
	for (int i = n; i < 3; i++)
		*ms *= 10;
	return n > 0;
}

/* "Z" or "+01:00", as seconds east. */
static bool
take_zone(const char **p, int *east)
{
	const char sign = **p;
	int hours, minutes;

	*east = 0;
	if (take(p, "Zz"))
		return true;
	if (!take(p, "+-") || (hours = take_digits(p, 2, 23)) < 0 || !take(p, ":") ||
	    (minutes = take_digits(p, 2, 59)) < 0)
		return false;
	*east = (hours * 60 + minutes) * 60 * (sign == '-' ? -1 : 1);
	return true;
}

bool
clock_from_text(const char *text, int64_t *wall_ms)
{
	struct tm tm = {0};
	int ms = 0, east = 0;

	if (!take_date(&text, &tm))
		return false;
	if (*text != '\0' &&
	    (!take(&text, "Tt ") || (tm.tm_hour = take_digits(&text, 2, 23)) < 0 ||
		!take(&text, ":") || (tm.tm_min = take_digits(&text, 2, 59)) < 0 ||
		!take(&text, ":") || (tm.tm_sec = take_digits(&text, 2, 60)) < 0 ||
		!take_fraction(&text, &ms) || !take_zone(&text, &east)))
		return false;
	*wall_ms = ((int64_t)timegm(&tm) - east) * 1000 + ms;
	return *text == '\0';
}
