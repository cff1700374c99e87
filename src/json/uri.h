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
bool uri_is_absolute(const char *text);  /* well-formed and with a scheme */
bool uri_is_reference(const char *text); /* well-formed, with or without one */
/* The same with characters of any script (RFC 3987); text: UTF-8. */
bool iri_is_absolute(const char *text);
bool iri_is_reference(const char *text);
/* RFC 3986, 5.2; without the fragment. */
const char *uri_resolve(struct arena *mem, const char *base, const char *ref);

#endif
