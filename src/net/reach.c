/* reach.c - see reach.h. */
#include "net/reach.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "net/url.h"

struct range {
	const char *text, *name;
};

/* The IANA registries of special-purpose addresses, and multicast (RFC 5771). */
static const struct range ranges_v4[] = {
    {"0.0.0.0/8", "this network"},
    {"10.0.0.0/8", "private"},
    {"100.64.0.0/10", "shared by carriers"},
    {"127.0.0.0/8", "loopback"},
    {"169.254.0.0/16", "link-local"},
    {"172.16.0.0/12", "private"},
    {"192.0.0.0/24", "protocol assignments"},
    {"192.0.2.0/24", "documentation"},
    {"192.88.99.0/24", "6to4 relay"},
    {"192.168.0.0/16", "private"},
    {"198.18.0.0/15", "benchmarking"},
    {"198.51.100.0/24", "documentation"},
    {"203.0.113.0/24", "documentation"},
    {"224.0.0.0/4", "multicast"},
    {"255.255.255.255", "broadcast"},
    {"240.0.0.0/4", "reserved"},
};

/* The first that fits names it. */
static const struct range ranges_v6[] = {
    {"::", "unspecified"},
    {"::1", "loopback"},
    {"::/96", "IPv4-compatible"},
    {"64:ff9b:1::/48", "local translation"},
    {"100::/64", "discard"},
    {"2001::/32", "Teredo"},
    {"2001:db8::/32", "documentation"},
    {"2001::/23", "protocol assignments"},
    {"2002::/16", "6to4"},
    {"3fff::/20", "documentation"},
    {"fc00::/7", "private"},
    {"fe80::/10", "link-local"},
    {"fec0::/10", "site-local"},
    {"ff00::/8", "multicast"},
};

static const char translated[] = "64:ff9b::/96"; /* RFC 6052 */
static const char unicast[] = "2000::/3";        /* all that is given out, RFC 4291 */

static const char *
find_range(const struct address *a, const struct range *ranges, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (address_in_range(a, slice_of(ranges[i].text)))
			return ranges[i].name;
	return NULL;
}

/* The IPv4 address that a translator (NAT64) would send it to. */
static bool
translate(const struct address *a, struct address *out)
{
	if (!address_in_range(a, slice_of(translated)))
		return false;
	*out = (struct address){.family = AF_INET};
	memcpy(out->b, a->b + 12, 4);
	return true;
}

const char *
reach_range(const struct address *a)
{
	struct address inner;
	const char *name;

	if (translate(a, &inner))
		a = &inner;
	if (a->family == AF_INET)
		return find_range(a, ranges_v4, COUNT_OF(ranges_v4));
	if (a->family != AF_INET6)
		return "of no known family";
	name = find_range(a, ranges_v6, COUNT_OF(ranges_v6));
	if (name == NULL && !address_in_range(a, slice_of(unicast)))
		name = "not given out";
	return name;
}

const char *
reach_judge(const struct address *a, const char *allow, bool plain)
{
	struct address inner;
	const char *name;

	if (address_in_list(a, allow) ||
	    (translate(a, &inner) && address_in_list(&inner, allow)))
		return NULL;
	name = reach_range(a);
	return name == NULL && plain ? "without TLS" : name;
}

/* RFC 6761 6.3 */
static bool
is_localhost(struct slice host)
{
	static const char name[] = "localhost";
	const size_t n = sizeof(name) - 1;

	return host.n >= n &&
	    slice_eq_ci((struct slice){host.p + host.n - n, n}, name) &&
	    (host.n == n || host.p[host.n - n - 1] == '.');
}

static bool
loopback_allowed(const char *allow)
{
	return address_text_in_list("127.0.0.1", allow) ||
	    address_text_in_list("::1", allow);
}

enum err
reach_check_url(struct ctx *cx, const char *url, const char *allow)
{
	struct url u;
	const char *why = url_parse(url, "https|http", &u);
	char text[ADDRESS_TEXT_SIZE];
	bool plain;

	if (why != NULL)
		return err_tell(&cx->err, ERR_INVALID, "the URL %s", why);
	plain = slice_eq(u.scheme, "http");
	if (u.literal && (why = reach_judge(&u.address, allow, plain)) != NULL)
		return err_tell(&cx->err, ERR_INVALID, "address %s is refused (%s)",
		    address_text(&u.address, text), why);
	if (is_localhost(u.host) && !loopback_allowed(allow))
		return err_tell(&cx->err, ERR_INVALID,
		    "host \"%.*s\" is refused (loopback)", (int)u.host.n, u.host.p);
	if (plain && !str_is_set(allow))
		return err_tell(&cx->err, ERR_INVALID, "the URL is not https");
	return ERR_OK;
}
