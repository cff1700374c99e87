/* address.c - client addresses, lists of them, and X-Forwarded-For. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "http/client.h"

struct address {
	int family;          /* AF_INET or AF_INET6 */
	unsigned char b[16]; /* network order; 4 bytes used for AF_INET */
};

/* An IPv6 address that wraps an IPv4 one (RFC 4291 2.5.5.2) is the IPv4 one. */
static bool
address_parse(struct slice text, struct address *out)
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
	char copy[INET6_ADDRSTRLEN];

	if (text.n == 0 || text.n >= sizeof(copy))
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, copy, out->b) == 1) {
		out->family = AF_INET;
		return true;
	}
	if (inet_pton(AF_INET6, copy, out->b) != 1)
		return false;
	out->family = AF_INET6;
	if (memcmp(out->b, mapped, sizeof(mapped)) == 0) {
		memmove(out->b, out->b + 12, 4);
		out->family = AF_INET;
	}
	return true;
}

static bool
same_prefix(const unsigned char *a, const unsigned char *b, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(a, b, whole) != 0)
		return false;
	return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

static bool
address_in(const struct address *a, struct slice range)
{
	const char *slash = range.n > 0 ? memchr(range.p, '/', range.n) : NULL;
	struct slice base = range;
	struct address net;
	int64_t bits, most;

	if (slash != NULL)
		base.n = (size_t)(slash - range.p);
	if (!address_parse(base, &net) || net.family != a->family)
		return false;
	most = bits = net.family == AF_INET ? 32 : 128;
	if (slash != NULL &&
	    !str_to_i64(
		(struct slice){slash + 1, range.n - base.n - 1}, 0, most, &bits))
		return false;
	return same_prefix(a->b, net.b, (unsigned)bits);
}

static bool
in_list(const struct address *a, const char *list)
{
	struct slice rest = slice_of(list), range;

	while (slice_next(&rest, ',', &range))
		if (address_in(a, range))
			return true;
	return false;
}

bool
address_in_list(const char *address, const char *list)
{
	struct address a;

	return str_is_set(list) && address_parse(slice_of(address), &a) &&
	    in_list(&a, list);
}

/* Cuts the last piece off a comma-separated list; false when none is left. */
static bool
cut_last(struct slice *list, struct slice *piece)
{
	size_t at = list->n;

	if (list->p == NULL)
		return false;
	while (at > 0 && list->p[at - 1] != ',')
		at--;
	*piece = slice_trim((struct slice){list->p + at, list->n - at});
	if (at == 0)
		*list = (struct slice){NULL, 0};
	else
		list->n = at - 1;
	return true;
}

/* An address as some proxies write it, with a port: "192.0.2.1:4711",
 * "[2001:db8::1]:443", or "[2001:db8::1]". */
static bool
forwarded_parse(struct slice text, struct address *out)
{
	const char *colon = text.n > 0 ? memchr(text.p, ':', text.n) : NULL, *end;

	if (address_parse(text, out))
		return true;
	if (text.n > 0 && text.p[0] == '[') {
		end = memchr(text.p, ']', text.n);
		return end != NULL &&
		    address_parse(
			(struct slice){text.p + 1, (size_t)(end - text.p - 1)}, out);
	}
	return colon != NULL &&
	    address_parse((struct slice){text.p, (size_t)(colon - text.p)}, out);
}

const char *
client_address(
    struct arena *mem, const char *remote, const char *forwarded, const char *trusted)
{
	struct slice rest = slice_of(forwarded), piece;
	struct address a, last = {0};
	char text[INET6_ADDRSTRLEN];

	if (forwarded == NULL || !address_in_list(remote, trusted))
		return remote;
	while (cut_last(&rest, &piece)) {
		if (!forwarded_parse(piece, &a))
			return CLIENT_UNKNOWN;
		last = a;
		if (!in_list(&a, trusted))
			break;
	}
	if (inet_ntop(last.family, last.b, text, sizeof(text)) == NULL)
		return CLIENT_UNKNOWN;
	return arena_strdup(mem, text);
}
