/*
 * bulk.h - many tenants of a partner out of one request: read one by one, checked one
 * by one, made chunk by chunk.
 *
 * A request is a text of items, an array or NDJSON (items.h). bulk_open() looks at its
 * form alone: what is too much or no array is refused before anything is done. Then
 * either
 *   - bulk_check() says whether every item is valid and none has the address or the
 *     external_id of another, and bulk_do() of each chunk in one transaction makes all
 *     of them or none, since the caller ends it when an item is refused; or
 *   - bulk_do() of each chunk in a transaction of its own makes what can be made. Of
 *     items with the same address or external_id the first that is made has it.
 *
 * While the database is at work on a chunk the next one is read.
 *
 * Owner:    bulk_open(), until the arena of its ctx is reset; a chunk and what it
 * points to: until the bulk_do() after the next. Lifetime: one request. Threads:  one.
 * Failure:  as db.h. What is wrong with an item is the item's (why), not the call's.
 */
#ifndef TENANTD_FLOWS_BULK_H
#define TENANTD_FLOWS_BULK_H

#include "base/id.h"
#include "partner/partner.h"
#include "provision/many.h"
#include "provision/seen.h"
#include "json/items.h"

enum {
	BULK_ITEMS_MOST = 10000,
	BULK_ITEM_BYTES = 64 * 1024, /* as the body that makes one tenant */
	BULK_CHUNK_ITEMS = 1000,
	BULK_CHUNK_BYTES = 1024 * 1024 /* and an item more */
};

struct bulk_site {
	struct db *db;
	struct audit *audit;
	const struct schema *schema; /* of an item */
	const char *partner;         /* its id */
	const char *address;         /* the client's */
	bool dry;                    /* nothing is made: what would be */
};

enum bulk_state { BULK_OPEN, BULK_MADE, BULK_REFUSED };

struct bulk_item {
	size_t place, line; /* see json_piece */
	enum bulk_state state;
	struct provision_draft draft;
	char id[UUID_TEXT_SIZE]; /* when it is made */
	const struct ctx *why;   /* when it is refused: its error and its faults */
	const char *pointer;     /* in the item: what refuses it; "" all of it */
	struct seen_key keys[SEEN_KIND_COUNT];
	struct audit_made audit;
};

struct bulk_chunk {
	struct bulk_item *items;
	int count;
	size_t end;          /* the place behind its last item */
	bool last;           /* there is no item behind it */
	const char *made_at; /* RFC 3339; NULL when none was made */
};

struct bulk;

/* text: borrowed. ERR_INVALID for no array or no item, ERR_TOO_LARGE for too many. */
enum err bulk_open(struct ctx *cx, const struct bulk_site *site, struct slice text,
    bool lines, struct bulk **out) MUST_CHECK;
size_t bulk_count(const struct bulk *b);
/* ERR_INVALID, told, with a fault for what is wrong, its pointer led by the item's
 * place. */
enum err bulk_check(struct ctx *cx, struct bulk *b) MUST_CHECK;

/* Inside a transaction of an actor in the management context: the chunk that begins at
 * an item's place, where the chunk before ended. May be run again. */
enum err bulk_do(struct ctx *cx, struct bulk *b, size_t place,
    const struct bulk_chunk **out) MUST_CHECK;

#endif
