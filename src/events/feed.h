/*
 * feed.h - the events in the order of their numbers, for whoever reads on from where
 * they were.
 *
 * A cursor is a number of the feed and which database's feed it is. It says up to where
 * the reader knows everything that they may see, not only what they were shown: the
 * cursor of a reader to whom nothing happens moves on, too, and does not fall behind
 * what is kept.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  that of db_read(). ERR_INVALID, told: a text that is no cursor. ERR_GONE,
 *           told: one that nobody can go on from, since events after it are removed,
 *           the feed is not as far, or it is another database's.
 */
#ifndef TENANTD_EVENTS_FEED_H
#define TENANTD_EVENTS_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "db/db.h"

struct feed_query {
	const char *context; /* a tenant's id: what is about it; DB_MANAGEMENT: all */
	const char *kinds;   /* PostgreSQL array of names; NULL: all */
	const char *after;   /* a cursor; NULL: from the first that is kept */
	int limit;           /* at least 1 */
};

struct feed_item {
	int64_t id, seq;
	const char *kind, *version;                 /* version: decimal */
	const char *tenant_id, *actor, *request_id; /* NULL: none */
	const char *created_at;                     /* RFC 3339 */
	const char *payload;                        /* JSON object */
};

struct feed_page {
	struct feed_item *items;
	int count;
	const char *next; /* the cursor to go on from */
	bool at_end;      /* there is no more now */
};

/* Looks at as many events as it takes to find one, or as there is time for. */
enum err feed_read(struct ctx *cx, struct db *db, const struct feed_query *q,
    struct feed_page *out) MUST_CHECK;
/* The cursor of the newest event. */
enum err feed_end(struct ctx *cx, struct db *db, const char **cursor) MUST_CHECK;

#endif
