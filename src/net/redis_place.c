/* redis_place.c - see redis.h: what a URL says. */
#include <string.h>

#include "base/buf.h"
#include "net/redis.h"
#include "net/sigv4.h"

enum { URL_TEXT_MAX = 8192 };

/* NULL: an escape is none, or hides a NUL. */
static char *
unescape(struct arena *mem, struct slice text)
{
	char *out = arena_alloc(mem, text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		int c = (unsigned char)text.p[i];

		if (c == '%') {
			const int high =
			    i + 2 < text.n ? str_hex_digit(text.p[i + 1]) : -1;
			const int low = high < 0 ? -1 : str_hex_digit(text.p[i + 2]);

			if (low < 0)
				return NULL;
			c = high * 16 + low;
			i += 2;
		}
		if (c == '\0')
			return NULL;
		out[n++] = (char)c;
	}
	out[n] = '\0';
	return out;
}

static const char *
read_user(struct arena *mem, struct slice text, struct redis_place *out)
{
	struct slice rest = text, user;

	if (!slice_cut(&rest, ':', &user))
		return NULL;
	if (user.n > 0)
		out->user = unescape(mem, user);
	if (rest.p != NULL)
		out->password = unescape(mem, rest);
	if ((user.n > 0 && out->user == NULL) ||
	    (rest.p != NULL && out->password == NULL))
		return "has a bad escape before the \"@\"";
	if (out->user != NULL && out->password == NULL)
		return "names a user without a password";
	return NULL;
}

static const char *
read_database(struct slice text, struct redis_place *out)
{
	int64_t n = 0;

	if (text.n > 0 && !str_to_i64(text, 0, REDIS_DATABASE_MAX, &n))
		return "has a database that is no number";
	out->database = (int)n;
	return NULL;
}

/* HOST[:PORT], an IPv6 address in brackets. */
static const char *
read_host(struct arena *mem, struct slice text, struct redis_place *out)
{
	struct slice host = text, port;
	const char *end =
	    text.n > 0 && text.p[0] == '[' ? memchr(text.p, ']', text.n) : NULL;
	int64_t n = REDIS_PORT_DEFAULT;

	if (end != NULL) {
		host = (struct slice){text.p + 1, (size_t)(end - text.p - 1)};
		const size_t rest = text.n - (size_t)(end + 1 - text.p);

		if (rest > 0 && end[1] != ':')
			return "has something between host and port";
		port = rest > 0 ? (struct slice){end + 2, rest - 1}
				: (struct slice){NULL, 0};
	} else {
		port = text;
		(void)slice_cut(&port, ':', &host);
	}
	if (host.n == 0)
		return "names no host";
	if (port.p != NULL && !str_to_i64(port, 1, 65535, &n))
		return "has a port that is no number of 1 to 65535";
	out->host = slice_dup(mem, host);
	out->port = (int)n;
	return NULL;
}

static const char *
read_tcp(struct arena *mem, struct slice rest, struct redis_place *out)
{
	struct slice authority = {0};
	const char *why;

	(void)slice_cut(&rest, '/', &authority);
	why = read_host(mem, authority, out);
	return why != NULL ? why : read_database(rest, out);
}

static const char *
read_path(struct arena *mem, struct slice rest, struct redis_place *out)
{
	static const char name[] = "db=";
	struct slice path = {0};

	(void)slice_cut(&rest, '?', &path);
	out->path = unescape(mem, path);
	if (out->path == NULL || out->path[0] != '/')
		return "names no path of a socket";
	if (rest.p == NULL)
		return NULL;
	if (rest.n <= sizeof(name) - 1 || memcmp(rest.p, name, sizeof(name) - 1) != 0)
		return "has something else than \"db=\" after the \"?\"";
	return read_database(
	    (struct slice){rest.p + sizeof(name) - 1, rest.n - (sizeof(name) - 1)},
	    out);
}

const char *
redis_place_read(struct arena *mem, const char *url, struct redis_place *out)
{
	const bool tcp = strncmp(url, "redis://", 8) == 0;
	const char *why = NULL, *at;
	struct slice rest;

	*out = (struct redis_place){0};
	if (strncmp(url, "rediss://", 9) == 0)
		return "asks for TLS, which hiredis is built without here: use a "
		       "tunnel";
	if (!tcp && strncmp(url, "unix://", 7) != 0)
		return "begins with neither redis:// nor unix://";
	rest = slice_of(url + (tcp ? 8 : 7));
	at = memchr(rest.p, '@', rest.n);
	if (at != NULL) {
		why =
		    read_user(mem, (struct slice){rest.p, (size_t)(at - rest.p)}, out);
		rest = slice_of(at + 1);
	}
	if (why != NULL)
		return why;
	return tcp ? read_tcp(mem, rest, out) : read_path(mem, rest, out);
}

static void
put_user(struct buf *b, const struct redis_place *p)
{
	if (p->password == NULL)
		return;
	if (p->user != NULL)
		sigv4_put_escaped(b, slice_of(p->user), false);
	buf_putc(b, ':');
	sigv4_put_escaped(b, slice_of(p->password), false);
	buf_putc(b, '@');
}

const char *
redis_place_url(struct arena *mem, const struct redis_place *p)
{
	struct buf b;

	buf_init(&b, mem, URL_TEXT_MAX);
	buf_puts(&b, p->path != NULL ? "unix://" : "redis://");
	put_user(&b, p);
	if (p->path != NULL) {
		sigv4_put_escaped(&b, slice_of(p->path), true);
		if (p->database != 0)
			buf_printf(&b, "?db=%d", p->database);
	} else {
		buf_printf(&b, strchr(p->host, ':') != NULL ? "[%s]" : "%s", p->host);
		buf_printf(&b, ":%d/%d", p->port, p->database);
	}
	return b.failed ? NULL : buf_text(&b);
}
