/* bulk.c - see bulk.h. */
#include "flows/bulk.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flows/bulk_read.h"

enum {
	CHUNK_MEMORY = 32 * 1024 * 1024,
	ITEM_MEMORY = 16 * 1024 * 1024,
	PLAN_UNTIL = 2 * BULK_CHUNK_ITEMS /* items: afterwards there are many */
};

/* What became of an item of the whole request. */
struct outcome {
	unsigned char state; /* enum bulk_state */
	char id[UUID_TEXT_SIZE];
};

struct bulk {
	struct bulk_site site;
	struct slice text;
	bool lines;
	size_t count;
	struct bulk_reader reader;
	struct bulk_buffer buffers[2];
	struct seen *seen;
	struct outcome *outcomes;
	struct many many;
	int64_t imagined; /* of a dry run: how many would be made so far */
};

/* -- the request -- */

static void
close_bulk(void *obj)
{
	struct bulk *b = obj;

	for (size_t i = 0; i < COUNT_OF(b->buffers); i++)
		arena_free(b->buffers[i].mem);
	arena_free(b->reader.item_mem);
	seen_free(b->seen);
	free(b->outcomes);
	many_fini(&b->many);
}

static enum err
count_items(struct ctx *cx, struct bulk *b)
{
	struct json_piece piece;
	struct json_items it;
	bool more = true;
	enum err rc = ERR_OK;

	json_items_init(&it, b->text, b->lines);
	while (rc == ERR_OK && more && it.count <= BULK_ITEMS_MOST)
		rc = json_items_next(cx, &it, &piece, &more);
	if (rc != ERR_OK)
		return rc;
	if (it.count > BULK_ITEMS_MOST)
		return err_tell(&cx->err, ERR_TOO_LARGE,
		    "a request may have %d items: send what is more in further "
		    "requests",
		    BULK_ITEMS_MOST);
	if (it.count == 0)
		return err_tell(&cx->err, ERR_INVALID, "the body has no item");
	b->count = it.count;
	return ERR_OK;
}

enum err
bulk_open(struct ctx *cx, const struct bulk_site *site, struct slice text, bool lines,
    struct bulk **out)
{
	struct bulk *b = arena_alloc(cx->mem, sizeof(*b));
	enum err rc;

	*b = (struct bulk){.site = *site, .text = text, .lines = lines};
	if ((rc = count_items(cx, b)) != ERR_OK)
		return rc;
	b->reader = (struct bulk_reader){.site = &b->site,
	    .actor = cx->actor,
	    .request_id = cx->request_id,
	    .item_mem = arena_new(ITEM_MEMORY)};
	for (size_t i = 0; i < COUNT_OF(b->buffers); i++)
		b->buffers[i].mem = arena_new(CHUNK_MEMORY);
	b->seen = seen_new(b->count * SEEN_KIND_COUNT);
	b->outcomes = calloc(b->count, sizeof(*b->outcomes));
	if (b->outcomes == NULL)
		abort();
	many_init(&b->many);
	arena_defer(cx->mem, close_bulk, b);
	*out = b;
	return ERR_OK;
}

size_t
bulk_count(const struct bulk *b)
{
	return b->count;
}

/* Reads on from an item's place. */
static void
seek(struct bulk *b, size_t place)
{
	struct json_piece piece;
	struct ctx cx = {0};
	bool more = true;

	if (b->reader.items.count == place && b->reader.items.text.p != NULL)
		return;
	json_items_init(&b->reader.items, b->text, b->lines);
	while (more && b->reader.items.count < place)
		if (json_items_next(&cx, &b->reader.items, &piece, &more) != ERR_OK)
			return;
}

/* -- all of it, before anything is done -- */

static const char *const members[] = {
    [SEEN_EMAIL] = "/email", [SEEN_EXTERNAL_ID] = "/external_id"};

static bool
claims(const struct bulk_item *item, enum seen_kind kind)
{
	return kind == SEEN_EMAIL || item->draft.external_id != NULL;
}

static void
tell_faults(struct ctx *cx, const struct bulk_item *item)
{
	const struct fault *f = item->why->faults;
	char pointer[1024];

	for (; f != NULL; f = f->next) {
		(void)snprintf(
		    pointer, sizeof(pointer), "/%zu%s", item->place, f->pointer);
		ctx_fault(cx, pointer, f->keyword, "%s", f->message);
	}
	if (item->why->faults == NULL) {
		(void)snprintf(pointer, sizeof(pointer), "/%zu", item->place);
		ctx_fault(cx, pointer, "json", "%s", err_public(&item->why->err));
	}
}

/* Whether another item had its address or external_id before. */
static bool
is_twice(struct ctx *cx, struct bulk *b, const struct bulk_item *item)
{
	char pointer[64];
	bool twice = false;

	for (int k = 0; k < SEEN_KIND_COUNT; k++) {
		size_t first;

		if (!claims(item, (enum seen_kind)k))
			continue;
		first = seen_claim(b->seen, &item->keys[k], item->place);
		if (first == item->place)
			continue;
		twice = true;
		(void)snprintf(
		    pointer, sizeof(pointer), "/%zu%s", item->place, members[k]);
		ctx_fault(cx, pointer, "unique", "item %zu has the same %s", first,
		    members[k] + 1);
	}
	return twice;
}

enum err
bulk_check(struct ctx *cx, struct bulk *b)
{
	struct bulk_buffer *buf = &b->buffers[0];
	size_t bad = 0, line = 0;

	seek(b, 0);
	do {
		bulk_read_chunk(&b->reader, buf);
		for (int i = 0; i < buf->is.count; i++) {
			const struct bulk_item *item = &buf->is.items[i];
			const bool refused = item->state == BULK_REFUSED;

			if (refused)
				tell_faults(cx, item);
			if (!refused && !is_twice(cx, b, item))
				continue;
			if (bad++ == 0)
				line = item->line;
		}
	} while (buf->is.end < b->count);
	buf->read = false; /* nothing of it is written down yet */
	if (bad == 0)
		return ERR_OK;
	return err_tell(&cx->err, ERR_INVALID,
	    "%zu of %zu items are not valid, the first of them %s %zu: %u faults, of "
	    "which at most %d are told. Nothing was done",
	    bad, b->count, b->lines ? "on line" : "item", line, cx->fault_count,
	    CTX_FAULTS_MAX);
}

/* -- a chunk -- */

static void
refuse_taken(struct bulk *b, struct bulk_buffer *buf, struct bulk_item *item,
    const struct many_met *met)
{
	struct ctx cx;
	const bool over = strcmp(met->status, "deactivated") == 0;

	ctx_init(&cx, buf->mem);
	memcpy(cx.request_id, b->reader.request_id, strlen(b->reader.request_id) + 1);
	(void)err_tell(&cx.err, ERR_CONFLICT,
	    "your tenant %s has this %s already%s%s%s", met->tenant,
	    met->by_address ? "email" : "external_id",
	    over ? ": it is deactivated; while it has a restorable_until, it is "
		   "restored by POST /api/provisioning/tenants/"
		 : ": change that one, by PATCH /api/provisioning/tenants/",
	    met->tenant, over ? "/restore" : "");
	err_existing(&cx.err, met->tenant);
	bulk_refuse(buf->mem, item, &cx,
	    members[met->by_address ? SEEN_EMAIL : SEEN_EXTERNAL_ID]);
	b->outcomes[item->place].state = BULK_REFUSED;
}

/* By an item of this request that is made, or would be. */
static void
refuse_second(struct bulk *b, struct bulk_buffer *buf, struct bulk_item *item,
    enum seen_kind kind, size_t first)
{
	const char *id = b->outcomes[first].id;
	struct ctx cx;

	ctx_init(&cx, buf->mem);
	memcpy(cx.request_id, b->reader.request_id, strlen(b->reader.request_id) + 1);
	(void)err_tell(&cx.err, ERR_CONFLICT,
	    "item %zu of this request (counted from 0) has the same %s", first,
	    members[kind] + 1);
	if (!b->site.dry)
		err_existing(&cx.err, id);
	bulk_refuse(buf->mem, item, &cx, members[kind]);
	b->outcomes[item->place].state = BULK_REFUSED;
}

static void
refuse_quota(struct bulk *b, struct bulk_buffer *buf, struct bulk_item *item,
    const struct partner_room *room)
{
	struct ctx cx;

	ctx_init(&cx, buf->mem);
	memcpy(cx.request_id, b->reader.request_id, strlen(b->reader.request_id) + 1);
	if (partner_tell_quota(&cx, room) == ERR_OK)
		return;
	bulk_refuse(buf->mem, item, &cx, "");
	b->outcomes[item->place].state = BULK_REFUSED;
}

/* Whether nothing of this request stands in the item's way; else it waits for another
 * one of the chunk, or is refused. Who claimed first and was refused has no claim. */
static bool
is_ready(struct bulk *b, struct bulk_buffer *buf, struct bulk_item *item)
{
	bool ready = true;

	for (int k = 0; k < SEEN_KIND_COUNT && item->state == BULK_OPEN; k++) {
		const struct seen_key *key = &item->keys[k];
		size_t first;

		if (!claims(item, (enum seen_kind)k))
			continue;
		first = seen_claim(b->seen, key, item->place);
		if (first < item->place && b->outcomes[first].state == BULK_MADE)
			refuse_second(b, buf, item, (enum seen_kind)k, first);
		else if (first < item->place && b->outcomes[first].state == BULK_OPEN)
			ready = false;
		else
			seen_give(b->seen, key, item->place);
	}
	return ready && item->state == BULK_OPEN;
}

struct round {
	struct bulk_item **items;
	int count;
	struct partner_room room;
	struct many_call call;
};

static void
choose(struct bulk *b, struct bulk_buffer *buf, struct round *r)
{
	r->count = 0;
	many_reset(&b->many);
	for (int i = 0; i < buf->is.count; i++) {
		struct bulk_item *item = &buf->is.items[i];

		if (item->state != BULK_OPEN || !is_ready(b, buf, item))
			continue;
		r->items[r->count++] = item;
		many_add(&b->many,
		    &(struct many_draft){.id = item->id,
			.is = &item->draft,
			.audit = b->site.dry ? NULL : &item->audit});
	}
}

/* The next chunk, while the database is at work on this one. */
static enum err
read_ahead(struct ctx *cx, struct bulk *b, const struct bulk_buffer *buf)
{
	struct bulk_buffer *next = &b->buffers[buf == &b->buffers[0]];

	if (buf->is.last || (next->read && next->begin == buf->is.end))
		return ERR_OK;
	seek(b, buf->is.end);
	bulk_read_chunk(&b->reader, next);
	next->is.last = next->is.end >= b->count;
	if (b->site.dry || !audit_is_ready(b->site.audit))
		return ERR_OK;
	return bulk_write_down(cx, &b->reader, next);
}

static void
settle(struct bulk *b, struct bulk_buffer *buf, struct round *r,
    const struct many_answer *answer)
{
	int64_t left = r->room.granted;

	for (int i = 0; i < answer->met_count; i++)
		refuse_taken(b, buf, r->items[answer->met[i].place], &answer->met[i]);
	for (int i = 0; i < r->count; i++) {
		struct bulk_item *item = r->items[i];
		struct outcome *o = &b->outcomes[item->place];

		if (item->state != BULK_OPEN)
			continue;
		if (left == 0) {
			refuse_quota(b, buf, item, &r->room);
			continue;
		}
		left--;
		b->imagined += b->site.dry;
		item->state = BULK_MADE;
		o->state = BULK_MADE;
		memcpy(o->id, item->id, sizeof(o->id));
	}
	if (answer->made_at != NULL)
		buf->is.made_at = arena_strdup(buf->mem, answer->made_at);
}

static enum err
do_round(struct ctx *cx, struct bulk *b, struct bulk_buffer *buf, struct round *r)
{
	const struct bulk_site *site = &b->site;
	struct many_answer answer;
	enum err rc = partner_reserve_some(
	    cx, site->db, site->partner, b->imagined + r->count, &r->room);

	r->room.granted -=
	    r->room.granted < b->imagined ? r->room.granted : b->imagined;
	r->call = (struct many_call){.partner = site->partner,
	    .address = site->address,
	    .most = site->dry ? -1 : r->room.granted};
	if (rc == ERR_OK)
		rc = many_turn(cx, site->db, site->partner, buf->begin < PLAN_UNTIL);
	if (rc == ERR_OK)
		rc = many_send(cx, site->db, &b->many, &r->call);
	if (rc == ERR_OK)
		rc = read_ahead(cx, b, buf);
	if (rc == ERR_OK)
		rc = many_wait(cx, site->db, &r->call, &answer);
	if (rc == ERR_OK)
		settle(b, buf, r, &answer);
	return rc;
}

/* The buffer of the chunk at a place, read unless it is there. One that was used is
 * read anew, as is what was read ahead meanwhile: of that transaction nothing is left.
 */
static void
take_chunk(struct bulk *b, size_t place, struct bulk_buffer **out)
{
	for (size_t i = 0; i < COUNT_OF(b->buffers); i++) {
		*out = &b->buffers[i];
		if ((*out)->read && (*out)->begin == place && !(*out)->used)
			return;
	}
	for (size_t i = 0; i < COUNT_OF(b->buffers); i++)
		b->buffers[i].read = false;
	*out = &b->buffers[0];
	seek(b, place);
	bulk_read_chunk(&b->reader, *out);
	(*out)->is.last = (*out)->is.end >= b->count;
}

/* Of a dry run, which leaves nothing to be counted: what it would have made so far. */
static int64_t
imagined(const struct bulk *b, size_t place)
{
	int64_t n = 0;

	for (size_t i = 0; b->site.dry && i < place; i++)
		n += b->outcomes[i].state == BULK_MADE;
	return n;
}

enum err
bulk_do(struct ctx *cx, struct bulk *b, size_t place, const struct bulk_chunk **out)
{
	struct bulk_buffer *buf;
	struct round round = {0};
	enum err rc = ERR_OK;

	take_chunk(b, place, &buf);
	if (!b->site.dry)
		rc = bulk_write_down(cx, &b->reader, buf);
	if (rc != ERR_OK)
		return rc;
	assert(buf->is.count > 0);
	buf->used = true;
	b->imagined = imagined(b, place);
	for (int i = 0; i < buf->is.count; i++)
		b->outcomes[place + (size_t)i].state =
		    (unsigned char)buf->is.items[i].state;
	round.items =
	    /* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are what it holds */
	    arena_alloc(buf->mem, (size_t)buf->is.count * sizeof(*round.items));
	for (;;) {
		choose(b, buf, &round);
		if (round.count == 0)
			break;
		if ((rc = do_round(cx, b, buf, &round)) != ERR_OK)
			return rc;
	}
	*out = &buf->is;
	return ERR_OK;
}
