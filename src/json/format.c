/* format.c - see format.h. */
#include "json/format.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/id.h"
#include "json/format_email.h"
#include "json/format_kinds.h"
#include "json/pattern.h"
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

static const struct format formats[] = {
    {"uuid", is_uuid, "must be a UUID", 0},
    {"email", format_email_fits, "must be an e-mail address", 0},
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
