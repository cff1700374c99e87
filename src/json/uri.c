/* uri.c - see uri.h. */
#include "json/uri.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/buf.h"

/* Cuts what lies before the first of `stops` off *rest. */
static struct slice
cut(const char **rest, const char *stops)
{
	struct slice s = {*rest, strcspn(*rest, stops)};

	*rest += s.n;
	return s;
}

struct uri
uri_split(const char *text)
{
	struct uri u = {0};
	const char *p = text;
	struct slice s = cut(&p, ":/?#");

	if (*p == ':' && s.n > 0) {
		u.scheme = s;
		text = ++p;
	}
	p = text;
	if (p[0] == '/' && p[1] == '/') {
		p += 2;
		u.authority = cut(&p, "/?#");
	}
	u.path = cut(&p, "?#");
	if (*p == '?') {
		p++;
		u.query = cut(&p, "#");
	}
	if (*p == '#')
		u.fragment = slice_of(p + 1);
	return u;
}

/* -- well-formed -- */

static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z');
}

static bool
is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
	    (c >= 'A' && c <= 'F');
}

/* Which characters besides ASCII's: none, ucschar (RFC 3987, 2.2), iprivate as well. */
enum wide { WIDE_NONE, WIDE_UCS, WIDE_PRIVATE };

/* The bytes at p, of n, of a character besides ASCII's that is allowed; 0: there is
 * none. */
static size_t
wide_size(const char *p, size_t n, enum wide wide)
{
	const unsigned char *u = (const unsigned char *)p;
	size_t size = u[0] >= 0xf0 ? 4 : u[0] >= 0xe0 ? 3 : u[0] >= 0xc0 ? 2 : 0;
	uint32_t c = u[0] & (0x7fu >> size);
	bool private;

	if (wide == WIDE_NONE || size == 0 || size > n)
		return 0;
	for (size_t i = 1; i < size; i++)
		c = c << 6 | (u[i] & 0x3f);
	private = (c >= 0xe000 && c <= 0xf8ff) || c >= 0xf0000;
	if (c < 0xa0 || (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef) ||
	    (c >= 0xfff0 && c <= 0xffff) || (c >= 0xe0000 && c <= 0xe0fff) ||
	    (private && wide != WIDE_PRIVATE))
		return 0;
	return size;
}

/* Unreserved, sub-delims, percent-encoded and what else `more` and `wide` allow. */
static bool
all_of(struct slice s, const char *more, enum wide wide)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		size_t size = wide_size(s.p + i, s.n - i, wide);

		if (size > 0)
			i += size - 1;
		else if (c == '%') {
			if (s.n - i < 3 || !is_hex(s.p[i + 1]) || !is_hex(s.p[i + 2]))
				return false;
		} else if (!is_alnum(c) &&
		    (c == '\0' ||
			(strchr("-._~!$&'()*+,;=", c) == NULL &&
			    strchr(more, c) == NULL)))
			return false;
	}
	return true;
}

static bool
is_scheme(struct slice s)
{
	if (s.n == 0 || !is_alnum(s.p[0]) || (s.p[0] >= '0' && s.p[0] <= '9'))
		return false;
	for (size_t i = 1; i < s.n; i++)
		if (!is_alnum(s.p[i]) && strchr("+-.", s.p[i]) == NULL)
			return false;
	return true;
}

/* What stands between brackets: an IPv6 address or IPvFuture. */
static bool
/* cppcheck-suppress unusedFunction ; is_authority() uses it */
is_literal(struct slice s)
{
	struct slice rest = {s.p + 1, s.n == 0 ? 0 : s.n - 1};
	char text[INET6_ADDRSTRLEN];
	struct in6_addr a;

	if (s.n > 0 && (s.p[0] == 'v' || s.p[0] == 'V')) {
		size_t i = 0;

		while (i < rest.n && is_hex(rest.p[i]))
			i++;
		return i > 0 && i + 1 < rest.n && rest.p[i] == '.' &&
		    all_of(rest, ":", WIDE_NONE) && memchr(rest.p, '%', rest.n) == NULL;
	}
	if (s.n >= sizeof(text))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	return inet_pton(AF_INET6, text, &a) == 1;
}

static bool
is_authority(struct slice s, enum wide wide)
{
	const char *at = s.n == 0 ? NULL : memchr(s.p, '@', s.n);
	size_t n = at == NULL ? 0 : (size_t)(at - s.p);
	const char *end;

	if (at != NULL) {
		if (!all_of((struct slice){s.p, n}, ":", wide))
			return false;
		s = (struct slice){at + 1, s.n - n - 1};
	}
	if (s.n > 0 && s.p[0] == '[') {
		if ((end = memchr(s.p, ']', s.n)) == NULL ||
		    !is_literal((struct slice){s.p + 1, (size_t)(end - s.p) - 1}))
			return false;
		end++;
	} else {
		if ((end = s.n == 0 ? NULL : memchr(s.p, ':', s.n)) == NULL)
			end = s.p + s.n;
		if (!all_of((struct slice){s.p, (size_t)(end - s.p)}, "", wide))
			return false;
	}
	if (end < s.p + s.n && *end++ != ':')
		return false;
	while (end < s.p + s.n && *end >= '0' && *end <= '9')
		end++;
	return end == s.p + s.n;
}

static bool
parts_are_right(const struct uri *u, enum wide wide)
{
	return (u->authority.p == NULL || is_authority(u->authority, wide)) &&
	    all_of(u->path, ":@/", wide) &&
	    all_of(u->query, ":@/?", wide == WIDE_UCS ? WIDE_PRIVATE : wide) &&
	    all_of(u->fragment, ":@/?", wide);
}

/* Without a scheme, a colon in the first name would make one (RFC 3986, 4.2). */
static bool
is_relative(const struct uri *u)
{
	const char *slash = u->path.n == 0 ? NULL : memchr(u->path.p, '/', u->path.n);
	size_t n = slash == NULL ? u->path.n : (size_t)(slash - u->path.p);

	return u->scheme.p == NULL && (n == 0 || memchr(u->path.p, ':', n) == NULL);
}

static bool
is_right(const char *text, enum wide wide, bool relative)
{
	struct uri u = uri_split(text);

	return (is_scheme(u.scheme) || (relative && is_relative(&u))) &&
	    parts_are_right(&u, wide);
}

bool
uri_is_absolute(const char *text)
{
	return is_right(text, WIDE_NONE, false);
}

bool
uri_is_reference(const char *text)
{
	return is_right(text, WIDE_NONE, true);
}

bool
iri_is_absolute(const char *text)
{
	return is_right(text, WIDE_UCS, false);
}

bool
iri_is_reference(const char *text)
{
	return is_right(text, WIDE_UCS, true);
}

/* -- resolved -- */

/* RFC 3986, 5.2.4. */
static void
put_path(struct buf *to, const char *p, size_t n)
{
	size_t start = to->n;
	struct slice rest = {p, n};

	while (rest.n > 0) {
		bool slash = rest.p[0] == '/';
		const char *next =
		    rest.n == 1 ? NULL : memchr(rest.p + 1, '/', rest.n - 1);
		size_t piece = next == NULL ? rest.n : (size_t)(next - rest.p);
		struct slice name = {rest.p + slash, piece - slash};
		bool up = slice_eq(name, "..");

		if (up || slice_eq(name, ".")) {
			while (up && to->n > start && to->p[--to->n] != '/')
				;
			if (next == NULL)
				buf_putc(to, '/');
		} else
			buf_put(to, rest.p, piece);
		rest = (struct slice){rest.p + piece, rest.n - piece};
	}
}

static void
put_merged(struct buf *to, struct arena *mem, const struct uri *b, struct slice path)
{
	const char *text;
	size_t n = b->path.n;
	struct buf merged;

	while (n > 0 && b->path.p[n - 1] != '/')
		n--;
	buf_init(&merged, mem, to->limit);
	if (b->authority.p != NULL && b->path.n == 0)
		buf_putc(&merged, '/');
	buf_put(&merged, b->path.p, n);
	buf_put(&merged, path.p, path.n);
	text = buf_text(&merged);
	put_path(to, text, strlen(text));
}

/* Without an authority, "//" would begin one (RFC 3986, 3.3). */
static void
guard_path(struct buf *to, size_t start)
{
	size_t n = to->n - start;

	if (n < 2 || memcmp(to->p + start, "//", 2) != 0)
		return;
	buf_puts(to, "/.");
	if (to->failed)
		return;
	memmove(to->p + start + 2, to->p + start, n);
	memcpy(to->p + start, "/.", 2);
}

const char *
uri_resolve(struct arena *mem, const char *base, const char *ref)
{
	struct uri b = uri_split(base), r = uri_split(ref);
	const struct uri *from = r.scheme.p != NULL ? &r : &b; /* of the scheme */
	struct buf to;
	size_t start;

	/* at most ":", "//" or "/.", "/" more */
	buf_init(&to, mem, strlen(base) + strlen(ref) + 4);
	if (from->scheme.p != NULL) {
		buf_put(&to, from->scheme.p, from->scheme.n);
		buf_putc(&to, ':');
	}
	if (r.scheme.p != NULL || r.authority.p != NULL)
		from = &r;
	if (from->authority.p != NULL) {
		buf_puts(&to, "//");
		buf_put(&to, from->authority.p, from->authority.n);
	}
	start = to.n;
	if (from == &r || r.path.n > 0) {
		if (from == &r || r.path.p[0] == '/')
			put_path(&to, r.path.p, r.path.n);
		else
			put_merged(&to, mem, &b, r.path);
	} else {
		buf_put(&to, b.path.p, b.path.n);
		if (r.query.p == NULL)
			r.query = b.query;
	}
	if (from->authority.p == NULL)
		guard_path(&to, start);
	if (r.query.p != NULL) {
		buf_putc(&to, '?');
		buf_put(&to, r.query.p, r.query.n);
	}
	return buf_text(&to);
}
