/* format.c - see format.h. */
#include "json/format.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/id.h"
#include "json/format_kinds.h"
#include "json/pattern.h"
#include "json/uri.h"

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

/* RFC 5321, 4.1.2: Quoted-string. */
static bool
is_quoted(struct slice s)
{
	if (s.n < 2 || s.p[s.n - 1] != '"')
		return false;
	for (size_t i = 1; i < s.n - 1; i++) {
		bool escaped = s.p[i] == '\\';

		i += escaped;
		if (i == s.n - 1 || s.p[i] < ' ' || s.p[i] > '~' ||
		    (s.p[i] == '"' && !escaped))
			return false;
	}
	return true;
}

/* RFC 5321, 4.1.2: Dot-string. */
static bool
is_dot_string(struct slice s)
{
	bool dot = true;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '.' && dot)
			return false;
		dot = c == '.';
		if (!is_alnum(c) && strchr("!#$%&'*+-/=?^_`{|}~.", c) == NULL)
			return false;
	}
	return !dot;
}

/* RFC 5321, 4.1.3: [127.0.0.1] or [IPv6:::1]. */
static bool
is_address_literal(const char *s)
{
	size_t n = strlen(s);
	char text[INET6_ADDRSTRLEN + 8];

	if (n < 2 || n >= sizeof(text) || s[n - 1] != ']')
		return false;
	memcpy(text, s + 1, n - 2);
	text[n - 2] = '\0';
	if (slice_eq_ci((struct slice){text, strnlen(text, 5)}, "IPv6:"))
		return is_ipv6(text + 5);
	return is_ipv4(text);
}

static bool
is_email(const char *s)
{
	const char *at = strrchr(s, '@');
	struct slice local;

	if (at == NULL)
		return false;
	local = (struct slice){s, (size_t)(at - s)};
	if (local.n == 0 || local.n > LOCAL_MAX)
		return false;
	if (!(s[0] == '"' ? is_quoted(local) : is_dot_string(local)))
		return false;
	return at[1] == '[' ? is_address_literal(at + 1) : is_hostname(at + 1);
}

static const struct format formats[] = {
    {"uuid", is_uuid, "must be a UUID", 0},
    {"email", is_email, "must be an e-mail address", 0},
    {"idn-email", format_idn_email, "must be an e-mail address", 0},
    {"date-time", format_date_time, "must be a date and time with offset (RFC 3339)",
	0},
    {"date", format_date, "must be a date (RFC 3339)", 0},
    {"time", format_time, "must be a time with offset (RFC 3339)", 0},
    {"duration", format_duration, "must be a duration (RFC 3339)", 0},
    {"uri", uri_is_absolute, "must be a URI with its scheme", 0},
    {"uri-reference", uri_is_reference, "must be a URI, or a relative one", 0},
    {"iri", iri_is_absolute, "must be an IRI with its scheme", 0},
    {"iri-reference", iri_is_reference, "must be an IRI, or a relative one", 0},
    {"uri-template", format_uri_template, "must be a URI template", 0},
    {"hostname", is_hostname, "must be a host name", 0},
    {"ipv4", is_ipv4, "must be an IPv4 address", 0},
    {"ipv6", is_ipv6, "must be an IPv6 address", 0},
    {"json-pointer", format_json_pointer, "must be a JSON Pointer", 0},
    {"relative-json-pointer", format_relative_json_pointer,
	"must be a relative JSON Pointer", 0},
    {"regex", pattern_is_valid, "must be a regular expression", 2000},
};

const struct format *
format_find(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}
