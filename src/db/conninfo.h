/*
 * conninfo.h - connection strings of libpq: what they say, and the same for another
 * database or role.
 *
 * Owner:    the arena of the ctx, cleansed when it is reset.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  ERR_INVALID, told, for a text that libpq cannot read; none of it is
 *           repeated, since a password may be anywhere in it.
 */
#ifndef TENANTD_DB_CONNINFO_H
#define TENANTD_DB_CONNINFO_H

#include "base/ctx.h"

/* What may be seen of it. */
struct conninfo_view {
	const char
	    *address; /* host:port, or the socket's directory; many: with commas */
	const char *user, *database; /* "" where it names none */
};
enum err conninfo_look(
    struct ctx *cx, const char *text, struct conninfo_view *out) MUST_CHECK;

/* What is to be another; NULL: as it is. */
struct conninfo_change {
	const char *database, *user, *password;
	const char *host, *port; /* host: with a port of its own, or none */
};
/* As keywords, for db_new(). */
enum err conninfo_keywords(struct ctx *cx, const char *text,
    const struct conninfo_change *change, const char **out) MUST_CHECK;
/* As a URI, for applications: postgresql://… */
enum err conninfo_uri(struct ctx *cx, const char *text,
    const struct conninfo_change *change, const char **out) MUST_CHECK;

#endif
