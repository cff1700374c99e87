/* forwarded.c - X-Forwarded-For: whom a request comes from. */
#include <string.h>

#include "base/address.h"
#include "http/client.h"

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
	char text[ADDRESS_TEXT_SIZE];

	if (forwarded == NULL || !address_text_in_list(remote, trusted))
		return remote;
	while (cut_last(&rest, &piece)) {
		if (!forwarded_parse(piece, &a))
			return CLIENT_UNKNOWN;
		last = a;
		if (!address_in_list(&a, trusted))
			break;
	}
	return arena_strdup(mem, address_text(&last, text));
}
