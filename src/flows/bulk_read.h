/*
 * bulk_read.h - inside bulk: a chunk read out of the text, each item in memory that is
 * used again for the next, and what of it is kept in the chunk's.
 *
 * Owner:    struct bulk.
 * Lifetime: a chunk: until it is read anew.
 * Threads:  one.
 * Failure:  what is wrong with an item is kept in it.
 */
#ifndef TENANTD_FLOWS_BULK_READ_H
#define TENANTD_FLOWS_BULK_READ_H

#include "flows/bulk.h"

struct bulk_buffer {
	struct bulk_chunk is;
	struct arena *mem;
	size_t begin; /* the place of its first item */
	bool read, used;
};

struct bulk_reader {
	const struct bulk_site *site;
	const char *actor, *request_id;
	struct json_items items;
	struct arena *item_mem;
};

/* Reads the next chunk. Texts are in buf->mem. */
void bulk_read_chunk(struct bulk_reader *r, struct bulk_buffer *buf);
/* What is to be written down of each item that is open. Inside a transaction. */
enum err bulk_write_down(
    struct ctx *cx, struct bulk_reader *r, struct bulk_buffer *buf) MUST_CHECK;
/* Says why an item is refused: what err has, in mem, with at most a few faults. */
void bulk_refuse(struct arena *mem, struct bulk_item *item, const struct ctx *why,
    const char *pointer);

#endif
