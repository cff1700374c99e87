/* format_text.c - pointers, templates and addresses of any letters; see format_kinds.h.
 */
#include "json/format_kinds.h"

#include <string.h>

#include "base/str.h"

enum { HOST_MAX = 253, LABEL_MAX = 63, LOCAL_MAX = 64 };

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
is_wide(char c)
{
	return (unsigned char)c >= 0x80;
}

/* -- pointers -- */

bool
format_json_pointer(const char *s)
{
	if (*s != '\0' && *s != '/')
		return false;
	for (; *s != '\0'; s++)
		if (*s == '~' && s[1] != '0' && s[1] != '1')
			return false;
	return true;
}

bool
format_relative_json_pointer(const char *s)
{
	if (!is_digit(*s) || (*s == '0' && is_digit(s[1])))
		return false;
	while (is_digit(*s))
		s++;
	return strcmp(s, "#") == 0 || format_json_pointer(s);
}

/* -- templates -- */

static bool
skip_percent(const char **s)
{
	if (**s != '%' || str_hex_digit((*s)[1]) < 0 || str_hex_digit((*s)[2]) < 0)
		return false;
	*s += 3;
	return true;
}

static bool
skip_varchar(const char **s)
{
	if (!is_alnum(**s) && **s != '_')
		return skip_percent(s);
	++*s;
	return true;
}

/* RFC 6570, 2.3 and 2.4. */
static bool
skip_varspec(const char **s)
{
	if (!skip_varchar(s))
		return false;
	for (;;) {
		bool dot = **s == '.';

		*s += dot;
		if (!skip_varchar(s)) {
			if (dot)
				return false;
			break;
		}
	}
	if (**s == '*')
		++*s;
	else if (**s == ':') {
		size_t n = strspn(*s + 1, "0123456789");

		if (n == 0 || n > 4 || (*s)[1] == '0')
			return false;
		*s += 1 + n;
	}
	return true;
}

static bool
skip_expression(const char **s)
{
	if (**s != '\0' && strchr("+#./;?&", **s) != NULL)
		++*s;
	while (skip_varspec(s)) {
		if (*(*s)++ == '}')
			return true;
		if ((*s)[-1] != ',')
			return false;
	}
	return false;
}

bool
format_uri_template(const char *s)
{
	while (*s != '\0') {
		if (*s == '%') {
			if (!skip_percent(&s))
				return false;
		} else if (*s == '{') {
			s++;
			if (!skip_expression(&s))
				return false;
		} else if ((unsigned char)*s <= ' ' || strchr("\"<>\\^`|}\x7f", *s))
			return false;
		else
			s++;
	}
	return true;
}

/* -- addresses -- */

static bool
is_local(struct slice s)
{
	bool quoted = s.n > 1 && s.p[0] == '"' && s.p[s.n - 1] == '"', dot = true;

	for (size_t i = quoted; i < s.n - quoted; i++) {
		char c = s.p[i];

		if (quoted) {
			i += c == '\\';
			if (i == s.n - 1 || (!is_wide(s.p[i]) && s.p[i] < ' ') ||
			    c == '"' || s.p[i] == 0x7f)
				return false;
			continue;
		}
		if ((c == '.' && dot) ||
		    (!is_alnum(c) && !is_wide(c) &&
			strchr("!#$%&'*+-/=?^_`{|}~.", c) == NULL))
			return false;
		dot = c == '.';
	}
	return quoted || !dot;
}

static bool
is_host(const char *s)
{
	size_t label = 0;

	if (strlen(s) > HOST_MAX)
		return false;
	for (;; s++) {
		if (is_alnum(*s) || is_wide(*s) || (*s == '-' && label > 0)) {
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

bool
format_idn_email(const char *s)
{
	const char *at = strrchr(s, '@');
	size_t n = at == NULL ? 0 : (size_t)(at - s);

	return n > 0 && n <= LOCAL_MAX && is_local((struct slice){s, n}) &&
	    is_host(at + 1);
}
