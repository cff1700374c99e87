/* format.c - see format.h. */
#include "json/format.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/id.h"
#include "json/format_email.h"
#include "json/uri.h"

enum { HOST_MAX = 253, LABEL_MAX = 63 };

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_uuid(const char *s)
{
	struct uuid u;

	return uuid_from_text(slice_of(s), &u);
}

static bool
is_ipv4(const char *s)
{
	struct in_addr a;

	return inet_pton(AF_INET, s, &a) == 1;
}

static bool
is_ipv6(const char *s)
{
	struct in6_addr a;

	return inet_pton(AF_INET6, s, &a) == 1;
}

/* RFC 1123, 2.1: labels of letters, digits and inner hyphens. */
static bool
is_hostname(const char *s)
{
	size_t label = 0;

	if (strlen(s) > HOST_MAX)
		return false;
	for (;; s++) {
		if (is_alnum(*s) || (*s == '-' && label > 0)) {
			if (++label > LABEL_MAX)
				return false;
			continue;
		}
		if (label == 0 || s[-1] == '-')
			return false;
		if (*s == '\0')
			return true;
		if (*s != '.')
			return false;
		label = 0;
	}
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

/* RFC 3339, 5.6; a leap second only where UTC has one, at 23:59:60. */
static bool
is_date_time(const char *s)
{
	int hour, minute, second, offset;

	if (!skip_date(&s) || !take(&s, "Tt") || (hour = digits(&s, 2)) < 0 ||
	    hour > 23 || !take(&s, ":") || (minute = digits(&s, 2)) < 0 ||
	    minute > 59 || !take(&s, ":") || (second = digits(&s, 2)) < 0 ||
	    second > 60)
		return false;
	if (take(&s, ".")) {
		if (!is_digit(*s))
			return false;
		while (is_digit(*s))
			s++;
	}
	if (!skip_offset(&s, &offset) || *s != '\0')
		return false;
	return second < 60 ||
	    (hour * 60 + minute - offset + 2 * 24 * 60) % (24 * 60) == 24 * 60 - 1;
}

static const struct format formats[] = {
    {"uuid", is_uuid, "must be a UUID"},
    {"email", format_email_fits, "must be an e-mail address"},
    {"date-time", is_date_time, "must be a date and time with offset (RFC 3339)"},
    {"uri", uri_is_absolute, "must be a URI with its scheme"},
    {"hostname", is_hostname, "must be a host name"},
    {"ipv4", is_ipv4, "must be an IPv4 address"},
    {"ipv6", is_ipv6, "must be an IPv6 address"},
};

const struct format *
format_find(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}
