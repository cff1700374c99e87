/* format_email.c - see format_email.h. */
#include "json/format_email.h"

#include <stddef.h>
#include <string.h>

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS  "0123456789"

enum { TOP_LEAST = 2 };

/* Words of `signs` with single dots between them, up to `end`. */
static bool
is_dotted(const char *p, const char *end, const char *signs)
{
	for (;;) {
		size_t n = strspn(p, signs);

		p += n;
		if (n == 0 || p == end)
			return n > 0;
		if (*p++ != '.')
			return false;
	}
}

static bool
is_local(const char *p, const char *end)
{
	return is_dotted(p, end, LETTERS DIGITS "_'+-") && end[-1] != '\'';
}

static bool
is_domain(const char *p, const char *end)
{
	const char *dot = strrchr(p, '.');

	if (dot == NULL || !is_dotted(p, end, LETTERS DIGITS "-"))
		return false;
	if (strspn(dot + 1, LETTERS) != (size_t)(end - dot - 1) ||
	    end - dot - 1 < TOP_LEAST)
		return false;
	for (; p < dot; p = strchr(p, '.') + 1)
		if (*p == '-')
			return false;
	return true;
}

bool
format_email_fits(const char *text)
{
	const char *at = strchr(text, '@');

	return at != NULL && is_local(text, at) && is_domain(at + 1, at + strlen(at));
}
