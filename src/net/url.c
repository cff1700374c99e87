/* url.c - see url.h. */
#include "net/url.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

enum { HOST_MAX = 253, LABEL_MAX = 63 }; /* RFC 1035 2.3.4 */

static const char *
check_bytes(const char *text)
{
	size_t n = strnlen(text, URL_MAX + 1);

	if (n > URL_MAX)
		return "is longer than 2048 bytes";
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c <= ' ' || c == 0x7f)
			return "holds a blank or a control character";
		if (c > 0x7f)
			return "is not ASCII: names are written as xn--..., other text "
			       "with %";
		if (c == '\\')
			return "holds a backslash";
	}
	return NULL;
}

static const char *
cut_scheme(struct slice *rest, const char *schemes, struct slice *scheme)
{
	struct slice left = slice_of(schemes), word;

	while (slice_cut(&left, '|', &word)) {
		if (rest->n < word.n + 3 || memcmp(rest->p, word.p, word.n) != 0 ||
		    memcmp(rest->p + word.n, "://", 3) != 0)
			continue;
		*scheme = (struct slice){rest->p, word.n};
		*rest = (struct slice){rest->p + word.n + 3, rest->n - word.n - 3};
		return NULL;
	}
	return "has another scheme than is allowed";
}

static const char *
check_port(struct slice port)
{
	int64_t n;

	if (port.n > 5 || port.n == 0 || port.p[0] == '-' ||
	    !str_to_i64(port, 1, 65535, &n))
		return "has a port that is not 1 to 65535";
	return NULL;
}

static bool
is_label(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') ||
			(s.p[i] >= 'A' && s.p[i] <= 'Z') ||
			(s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-' ||
			s.p[i] == '_'))
			return false;
	return s.n > 0 && s.n <= LABEL_MAX;
}

/* Decimal or hexadecimal, "0x" included. */
static bool
is_number(struct slice s)
{
	bool hex = s.n >= 2 && s.p[0] == '0' && (s.p[1] == 'x' || s.p[1] == 'X');

	for (size_t i = hex ? 2 : 0; i < s.n; i++)
		if (hex ? str_hex_digit(s.p[i]) < 0 : s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

static const char *
take_name(struct slice host, struct url *out)
{
	struct slice rest = host, label = {NULL, 0};
	char text[HOST_MAX + 1];
	struct sockaddr_in v4 = {.sin_family = AF_INET};

	if (host.n > 0 && host.p[host.n - 1] == '.')
		rest.n = --host.n;
	if (host.n == 0)
		return "has no host";
	if (host.n > HOST_MAX)
		return "has a host of more than 253 bytes";
	while (slice_cut(&rest, '.', &label))
		if (!is_label(label))
			return "has a host that is no name";
	out->host = host;
	if (!is_number(label))
		return NULL;
	memcpy(text, host.p, host.n);
	text[host.n] = '\0';
	if (inet_aton(text, &v4.sin_addr) == 0 ||
	    !address_of_socket((const struct sockaddr *)&v4, &out->address))
		return "has a host that is neither a name nor an address";
	out->literal = true;
	return NULL;
}

static const char *
take_brackets(struct slice host, struct url *out)
{
	out->host = host;
	out->literal = true;
	if (memchr(host.p, ':', host.n) == NULL || !address_parse(host, &out->address))
		return "has brackets around what is no IPv6 address";
	return NULL;
}

/* What stands before the first of "/?#". */
static const char *
take_authority(struct slice s, struct url *out)
{
	bool brackets = s.n > 0 && s.p[0] == '[';
	const char *end = s.n > 0 ? memchr(s.p, brackets ? ']' : ':', s.n) : NULL, *why;
	struct slice host = s, port;

	if (s.n > 0 && memchr(s.p, '@', s.n) != NULL)
		return "holds a user";
	if (s.n > 0 && memchr(s.p, '%', s.n) != NULL)
		return "has an escape or a zone in its host";
	if (brackets && end == NULL)
		return "has a bracket that is not closed";
	if (end == NULL)
		end = s.p + s.n;
	host.p += brackets;
	host.n = (size_t)(end - host.p);
	why = brackets ? take_brackets(host, out) : take_name(host, out);
	end += brackets;
	if (why != NULL || end == s.p + s.n)
		return why;
	if (*end != ':')
		return "has something between its host and its port";
	port = (struct slice){end + 1, (size_t)(s.p + s.n - end - 1)};
	return check_port(port);
}

const char *
url_parse(const char *text, const char *schemes, struct url *out)
{
	struct slice rest = slice_of(text);
	const char *why;

	*out = (struct url){0};
	if ((why = check_bytes(text)) != NULL ||
	    (why = cut_scheme(&rest, schemes, &out->scheme)) != NULL)
		return why;
	rest.n = strcspn(rest.p, "/?#");
	return take_authority(rest, out);
}
