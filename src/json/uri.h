/*
 * uri.h - URIs (RFC 3986): taken apart, checked, resolved against a base; private.
 *
 * Owner:    slices borrow the text, uri_resolve() answers from the arena.
 * Lifetime: of the text, of the arena.
 * Threads:  any.
 * Failure:  none.
 */
#ifndef TENANTD_JSON_URI_H
#define TENANTD_JSON_URI_H

#include "base/str.h"

/* A part that is not there has p == NULL; the path is always there. */
struct uri {
	struct slice scheme, authority, path, query, fragment;
};

/* Splits as RFC 3986, appendix B: any text has parts. */
struct uri uri_split(const char *text);
bool uri_is_absolute(const char *text); /* well-formed and with a scheme */
/* RFC 3986, 5.2; without the fragment. */
const char *uri_resolve(struct arena *mem, const char *base, const char *ref);

#endif
