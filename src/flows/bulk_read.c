/* bulk_read.c - see bulk_read.h. */
#include "flows/bulk_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "json/schema.h"

enum {
	FAULTS_KEPT = 20,
	FAULT_BYTES = 8192, /* of their texts: a whole chunk may be wrong */
	POINTER_MOST = 512, /* bytes; of a longer one, what leads there */
	NAME_SHOWN = 1000,  /* bytes of a company's name in the audit log */
	DETAILS_MAX = 16 * 1024
};

/* -- what is wrong -- */

static const char *
short_pointer(struct arena *mem, const char *pointer)
{
	size_t n = strlen(pointer);

	if (n <= POINTER_MOST)
		return arena_strdup(mem, pointer);
	for (n = POINTER_MOST; n > 0 && pointer[n] != '/'; n--)
		;
	return slice_dup(mem, (struct slice){pointer, n});
}

void
bulk_refuse(struct arena *mem, struct bulk_item *item, const struct ctx *why,
    const char *pointer)
{
	struct ctx *kept = arena_alloc(mem, sizeof(*kept));
	const struct fault *f = why->faults;
	size_t bytes = 0;

	ctx_init(kept, mem);
	kept->err = why->err;
	memcpy(kept->request_id, why->request_id, sizeof(kept->request_id));
	for (int i = 0; f != NULL && i < FAULTS_KEPT && bytes < FAULT_BYTES;
	     f = f->next, i++) {
		const char *at = short_pointer(mem, f->pointer);

		ctx_fault(kept, at, f->keyword, "%s", f->message);
		bytes += strlen(at) + strlen(f->message);
	}
	item->state = BULK_REFUSED;
	item->why = kept;
	item->pointer = pointer;
}

/* The text alone does not say where in the request its bytes are. */
static enum err
place_error(struct ctx *cx, const struct json_piece *piece, bool lines)
{
	const enum err code = cx->err.code;
	const char *text = arena_strdup(cx->mem, err_public(&cx->err));

	return err_tell(&cx->err, code,
	    "%s %zu, which begins at byte %zu of the body: %s", lines ? "line" : "item",
	    piece->line, piece->at, text);
}

/* -- an item -- */

static enum err
parse_item(struct ctx *cx, const struct json_piece *piece, const struct json **out)
{
	*out = NULL;
	if (piece->text.n > BULK_ITEM_BYTES)
		return err_tell(&cx->err, ERR_TOO_LARGE, "an item may have %d bytes",
		    BULK_ITEM_BYTES);
	return json_parse(cx, piece->text.p, piece->text.n, JSON_DEPTH_DEFAULT, out);
}

static const char *
keep(struct arena *mem, const char *s)
{
	return s != NULL ? arena_strdup(mem, s) : NULL;
}

static void
keep_draft(struct arena *mem, struct bulk_item *item, const struct provision_draft *d)
{
	item->draft = (struct provision_draft){
	    .company_name = keep(mem, d->company_name),
	    .email = keep(mem, d->email),
	    .phone_number = keep(mem, d->phone_number),
	    .industry = keep(mem, d->industry),
	    .external_id = keep(mem, d->external_id),
	    .extra = keep(mem, d->extra),
	};
	item->keys[SEEN_EMAIL] = seen_key_of(SEEN_EMAIL, d->email);
	if (d->external_id != NULL)
		item->keys[SEEN_EXTERNAL_ID] =
		    seen_key_of(SEEN_EXTERNAL_ID, d->external_id);
}

static void
read_item(struct bulk_reader *r, const struct json_piece *piece, struct arena *mem,
    struct bulk_item *item)
{
	struct provision_draft draft;
	const struct json *body;
	struct ctx cx;
	enum err rc;

	arena_reset(r->item_mem);
	ctx_init(&cx, r->item_mem);
	memcpy(cx.request_id, r->request_id, strlen(r->request_id) + 1);
	*item = (struct bulk_item){
	    .place = piece->item, .line = piece->line, .pointer = ""};
	rc = parse_item(&cx, piece, &body);
	if (rc != ERR_OK)
		rc = place_error(&cx, piece, r->items.lines);
	else
		rc = schema_check(&cx, r->site->schema, body);
	if (rc == ERR_OK) {
		provision_draft_read(cx.mem, r->site->schema, body, &draft);
		rc = provision_draft_check(&cx, &draft);
	}
	if (rc == ERR_OK)
		keep_draft(mem, item, &draft);
	else
		bulk_refuse(mem, item, &cx, "");
}

/* -- a chunk -- */

static int
by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct uuid));
}

/* Random ids, but those of one chunk in order: what is written next to each other in an
 * index is found there faster. */
static void
name_items(struct bulk_buffer *buf)
{
	struct uuid *ids =
	    arena_alloc(buf->mem, (size_t)buf->is.count * sizeof(*ids) + 1);

	for (int i = 0; i < buf->is.count; i++)
		ids[i] = uuid_random();
	qsort(ids, (size_t)buf->is.count, sizeof(*ids), by_bytes);
	for (int i = 0; i < buf->is.count; i++)
		uuid_text(buf->is.items[i].id, ids[i]);
}

void
bulk_read_chunk(struct bulk_reader *r, struct bulk_buffer *buf)
{
	struct json_piece piece;
	size_t bytes = 0;
	struct ctx cx;
	bool more = true;

	arena_reset(buf->mem);
	ctx_init(&cx, buf->mem);
	buf->begin = r->items.count;
	buf->read = true;
	buf->used = buf->written = false;
	buf->is = (struct bulk_chunk){.items = arena_alloc(buf->mem,
					  BULK_CHUNK_ITEMS * sizeof(struct bulk_item))};
	while (more && buf->is.count < BULK_CHUNK_ITEMS && bytes < BULK_CHUNK_BYTES) {
		/* bulk_open() went through all of it: this finds nothing new */
		if (json_items_next(&cx, &r->items, &piece, &more) != ERR_OK || !more)
			break;
		read_item(r, &piece, buf->mem, &buf->is.items[buf->is.count++]);
		bytes += piece.text.n;
	}
	name_items(buf);
	buf->is.end = r->items.count;
	arena_reset(r->item_mem);
}

/* -- the audit log -- */

static const char *
details_of(struct arena *mem, const char *partner, const struct bulk_item *item)
{
	const struct provision_draft *d = &item->draft;
	struct json_out o;
	struct buf b;

	buf_init(&b, mem, DETAILS_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "tenantId", item->id);
	json_member_text(&o, "partnerId", partner);
	json_member_text(&o, "companyName",
	    utf8_mend(mem, d->company_name, strnlen(d->company_name, NAME_SHOWN)));
	json_member_text(&o, "externalId", d->external_id);
	json_member_text(&o, "status", "active");
	json_close_object(&o);
	return buf_text(&b);
}

static enum err
write_item(struct ctx *cx, struct bulk_reader *r, struct audit_entry *entry,
    struct arena *mem, struct bulk_item *item)
{
	struct audit_made made;
	enum err rc;

	entry->tenant_id = item->id;
	entry->details = details_of(cx->mem, r->site->partner, item);
	rc = audit_make(cx, r->site->audit, r->site->db, entry, &made);
	if (rc == ERR_OK)
		item->audit = (struct audit_made){
		    .entry = arena_strdup(mem, made.entry),
		    .severity = made.severity,
		    .time = arena_strdup(mem, made.time),
		    .details = arena_strdup(mem, made.details),
		    .mac = arena_strdup(mem, made.mac),
		};
	return rc;
}

enum err
bulk_write_down(struct ctx *cx, struct bulk_reader *r, struct bulk_buffer *buf)
{
	struct audit_entry entry = {.event = MANY_AUDIT_EVENT,
	    .severity = AUDIT_HIGH,
	    .actor = cx->actor,
	    .address = r->site->address,
	    .at_ms = clock_wall_ms()};
	enum err rc = ERR_OK;

	for (int i = 0; i < buf->is.count && rc == ERR_OK && !buf->written; i++) {
		struct ctx one = *cx;

		if (buf->is.items[i].state != BULK_OPEN)
			continue;
		arena_reset(r->item_mem);
		one.mem = r->item_mem;
		rc = write_item(&one, r, &entry, buf->mem, &buf->is.items[i]);
		if (rc != ERR_OK)
			cx->err = one.err;
	}
	buf->written = rc == ERR_OK;
	arena_reset(r->item_mem);
	return rc;
}
