/* address.c - see address.h. */
#include "base/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

struct range {
	struct address net;
	unsigned bits; /* of net that count */
};

enum { MAPPED_BITS = 96 };

static void
take_v4(struct address *a, const unsigned char b[4])
{
	*a = (struct address){.family = AF_INET};
	memcpy(a->b, b, 4);
}

static void
take_v6(struct address *a, const unsigned char b[16])
{
	static const unsigned char mapped[MAPPED_BITS / 8] = {[10] = 0xff, [11] = 0xff};

	if (memcmp(b, mapped, sizeof(mapped)) == 0) {
		take_v4(a, b + sizeof(mapped));
		return;
	}
	a->family = AF_INET6;
	memcpy(a->b, b, 16);
}

bool
address_parse(struct slice text, struct address *out)
{
	char copy[INET6_ADDRSTRLEN];
	unsigned char b[16];

	if (text.n == 0 || text.n >= sizeof(copy))
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	if (inet_pton(AF_INET, copy, b) == 1)
		take_v4(out, b);
	else if (inet_pton(AF_INET6, copy, b) == 1)
		take_v6(out, b);
	else
		return false;
	return true;
}

bool
address_of_socket(const struct sockaddr *sa, struct address *out)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (sa->sa_family == AF_INET) {
		memcpy(&v4, sa, sizeof(v4));
		take_v4(out, (const unsigned char *)&v4.sin_addr);
		return true;
	}
	if (sa->sa_family != AF_INET6)
		return false;
	memcpy(&v6, sa, sizeof(v6));
	take_v6(out, v6.sin6_addr.s6_addr);
	return true;
}

const char *
address_text(const struct address *a, char out[static ADDRESS_TEXT_SIZE])
{
	if (inet_ntop(a->family, a->b, out, ADDRESS_TEXT_SIZE) == NULL)
		out[0] = '\0';
	return out;
}

/* The bits of a wrapped IPv4 address are counted from the front of what wraps it. */
static bool
range_parse(struct slice text, struct range *out)
{
	const char *slash = text.n > 0 ? memchr(text.p, '/', text.n) : NULL;
	struct slice base = text;
	int64_t bits, least = 0, most;

	if (slash != NULL)
		base.n = (size_t)(slash - text.p);
	if (!address_parse(base, &out->net))
		return false;
	most = out->net.family == AF_INET ? 32 : 128;
	if (most == 32 && memchr(base.p, ':', base.n) != NULL) {
		least = MAPPED_BITS;
		most = 128;
	}
	bits = most;
	if (slash != NULL &&
	    !str_to_i64(
		(struct slice){slash + 1, text.n - base.n - 1}, least, most, &bits))
		return false;
	out->bits = (unsigned)(bits - least);
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

bool
address_is_range(struct slice text)
{
	struct range r;

	return range_parse(text, &r);
}

bool
address_in_range(const struct address *a, struct slice range)
{
	struct range r;

	return range_parse(range, &r) && r.net.family == a->family &&
	    same_prefix(a->b, r.net.b, r.bits);
}

bool
address_in_list(const struct address *a, const char *list)
{
	struct slice rest = slice_of(list), range;

	while (slice_next(&rest, ',', &range))
		if (address_in_range(a, range))
			return true;
	return false;
}

bool
address_text_in_list(const char *address, const char *list)
{
	struct address a;

	return str_is_set(list) && address_parse(slice_of(address), &a) &&
	    address_in_list(&a, list);
}
