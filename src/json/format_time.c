/* format_time.c - dates, times and durations; see format_kinds.h. */
#include "json/format_kinds.h"

#include <string.h>

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads n digits at *s, or answers -1. */
static int
digits(const char **s, int n)
{
	int v = 0;

	for (; n > 0; n--, ++*s) {
		if (!is_digit(**s))
			return -1;
		v = v * 10 + (**s - '0');
	}
	return v;
}

static bool
take(const char **s, const char *any)
{
	if (**s == '\0' || strchr(any, **s) == NULL)
		return false;
	++*s;
	return true;
}

static bool
skip_date(const char **s)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int year = digits(s, 4), month, day;
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (year < 0 || !take(s, "-") || (month = digits(s, 2)) < 1 || month > 12 ||
	    !take(s, "-") || (day = digits(s, 2)) < 1)
		return false;
	return day <= days[month - 1] + (month == 2 && leap);
}

/* Z or an offset, in minutes. */
static bool
skip_offset(const char **s, int *minutes)
{
	int sign = **s == '-' ? -1 : 1, hour, minute;

	*minutes = 0;
	if (take(s, "Zz"))
		return true;
	if (!take(s, "+-") || (hour = digits(s, 2)) < 0 || hour > 23 || !take(s, ":") ||
	    (minute = digits(s, 2)) < 0 || minute > 59)
		return false;
	*minutes = sign * (hour * 60 + minute);
	return true;
}

static bool
skip_time(const char **s)
{
	int hour, minute, second, offset;

	if ((hour = digits(s, 2)) < 0 || hour > 23 || !take(s, ":") ||
	    (minute = digits(s, 2)) < 0 || minute > 59 || !take(s, ":") ||
	    (second = digits(s, 2)) < 0 || second > 60)
		return false;
	if (take(s, ".")) {
		if (!is_digit(**s))
			return false;
		while (is_digit(**s))
			++*s;
	}
	if (!skip_offset(s, &offset))
		return false;
	return second < 60 ||
	    (hour * 60 + minute - offset + 2 * 24 * 60) % (24 * 60) == 24 * 60 - 1;
}

bool
format_date_time(const char *s)
{
	return skip_date(&s) && take(&s, "Tt") && skip_time(&s) && *s == '\0';
}

bool
format_date(const char *s)
{
	return skip_date(&s) && *s == '\0';
}

bool
format_time(const char *s)
{
	return skip_time(&s) && *s == '\0';
}

/* Numbers with units, each the one that follows on the last; how many there are, or -1.
 */
static int
skip_units(const char **s, const char *units)
{
	const char *unit = NULL, *found;
	int n = 0;

	for (; is_digit(**s); n++) {
		while (is_digit(**s))
			++*s;
		found = **s == '\0' ? NULL : strchr(units, **s);
		if (found == NULL || (unit != NULL && found != unit + 1))
			return -1;
		unit = found;
		++*s;
	}
	return n;
}

bool
format_duration(const char *s)
{
	const char *weeks = s;
	int n;

	if (!take(&s, "P"))
		return false;
	weeks = s;
	if (skip_units(&weeks, "W") == 1)
		return *weeks == '\0';
	n = skip_units(&s, "YMD");
	if (n < 0 || (n == 0 && *s != 'T'))
		return false;
	return *s == '\0' || (take(&s, "T") && skip_units(&s, "HMS") > 0 && *s == '\0');
}
